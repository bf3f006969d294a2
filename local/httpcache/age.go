package httpcache

import (
	"net/http"
	"strings"
	"time"
)

// Age is the Age header of an origin's answer: how long caches before this one have kept it. Of several values
// the first counts, and what is no whole number is ignored, RFC 9111, section 5.1. guess: the guide says only that
// CloudFront adds Age to hits.
func Age(h http.Header) (age time.Duration, given bool) {
	values := h["Age"]
	if len(values) == 0 {
		return 0, false
	}
	first, _, _ := strings.Cut(values[0], ",")
	first = strings.TrimSpace(first)
	if first == "" || strings.Trim(first, "0123456789") != "" {
		return 0, false
	}
	age = absent
	setSeconds(&age, first)
	return age, true
}
