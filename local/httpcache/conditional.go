package httpcache

import (
	"net/http"
	"strings"
)

// Precondition evaluates the viewer's conditions: 304, 412 or 0. RFC 9110, section 13.2.2. Conditions on a validator
// that the object lacks are ignored, as the page says of ETag.
func Precondition(request, object http.Header) int {
	tag, modified := object.Get("Etag"), object.Get("Last-Modified")
	if match := request["If-Match"]; match != nil && tag != "" {
		if !tagMatches(match, tag, false) {
			return http.StatusPreconditionFailed
		}
	} else if since := request.Get("If-Unmodified-Since"); since != "" && modifiedAfter(modified, since) {
		return http.StatusPreconditionFailed
	}
	if none := request["If-None-Match"]; none != nil && tag != "" {
		if tagMatches(none, tag, true) {
			return http.StatusNotModified
		}
		return 0
	}
	if since := request.Get("If-Modified-Since"); since != "" && modified != "" {
		if _, err := http.ParseTime(since); err == nil && !modifiedAfter(modified, since) {
			return http.StatusNotModified
		}
	}
	return 0
}

func modifiedAfter(modified, since string) bool {
	m, err1 := http.ParseTime(modified)
	s, err2 := http.ParseTime(since)
	return err1 == nil && err2 == nil && m.After(s)
}

// tagMatches compares entity tags; weak comparison ignores W/.
func tagMatches(headers []string, tag string, weak bool) bool {
	for _, h := range headers {
		for candidate := range strings.SplitSeq(h, ",") {
			candidate = strings.TrimSpace(candidate)
			switch {
			case candidate == "*":
				return true
			case weak && strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/"):
				return true
			case !weak && candidate == tag && !strings.HasPrefix(tag, "W/"):
				return true
			}
		}
	}
	return false
}

// WithoutContent are an object's headers without those that describe a body.
func WithoutContent(h http.Header) http.Header {
	bare := make(http.Header, len(h))
	for name, values := range h {
		switch name {
		case "Content-Type", "Content-Length", "Content-Encoding", "Content-Language", "Content-Range":
		default:
			bare[name] = values
		}
	}
	return bare
}
