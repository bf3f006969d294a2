package upstream

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// verdict is what an answer to a ticket means.
type verdict struct {
	outcome Outcome
	// wait is how long the SaaS wants to be left alone, 0 if it did not say.
	wait time.Duration
	// denied: the SaaS turned away the key or the address, not the feedback.
	denied bool
}

// judgeStatus holds what every vendor shares: which statuses pass with time and which never do.
func judgeStatus(status int, header http.Header, now time.Time) verdict {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusTooEarly,
		http.StatusConflict, http.StatusLocked: // another delivery of the same id is under way
		return verdict{outcome: Failed, wait: retryAfter(header, now)}
	case http.StatusUnauthorized, http.StatusForbidden:
		// The key was just rotated, here or there: nothing is wrong with what the visitor wrote.
		return verdict{outcome: Failed, wait: retryAfter(header, now), denied: true}
	}
	switch {
	case status >= 300 && status < 400: // a page that says "maintenance", or a wrong address in the settings
		return verdict{outcome: Failed, wait: retryAfter(header, now), denied: true}
	case status >= 400 && status < 500:
		return verdict{outcome: Refused}
	}
	return verdict{outcome: Failed, wait: retryAfter(header, now)}
}

// judgeCreated is for vendors that document 201. Another 2xx with JSON comes from their API as well and means that it
// has the ticket; without, it is a page of something that stands before the API, which has stored nothing.
func judgeCreated(status int, header http.Header, now time.Time) verdict {
	if status == http.StatusCreated || status > 199 && status < 300 && isJSON(header.Get("Content-Type")) {
		return verdict{outcome: Delivered}
	}
	return judgeStatus(status, header, now)
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"))
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
