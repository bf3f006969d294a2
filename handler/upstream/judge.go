package upstream

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// judgeStatus holds what every vendor shares: which statuses pass with time and which never do.
func judgeStatus(status int, header http.Header, now time.Time) (Outcome, time.Duration) {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusTooEarly,
		http.StatusConflict, http.StatusLocked: // another delivery of the same id is under way
		return Failed, retryAfter(header, now)
	}
	if status >= 300 && status < 500 {
		return Refused, 0 // a redirect elsewhere is a wrong address in the settings
	}
	return Failed, retryAfter(header, now)
}

// retryAfter reads the header Retry-After, seconds or a date (RFC 9110, 10.2.3). What is not
// understood counts as not sent.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
