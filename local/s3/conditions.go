package s3

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// precondition decides a conditional request: 412 with the header that failed, 304, or 0 to go on. If-Match wins over
// If-Unmodified-Since and If-None-Match over If-Modified-Since, as API_GetObject describes.
func precondition(h http.Header, v version) (status int, condition string) {
	if match := h.Get("If-Match"); match != "" {
		if !anyTag(match, v.etag) {
			return http.StatusPreconditionFailed, "If-Match"
		}
	} else if t, err := http.ParseTime(h.Get("If-Unmodified-Since")); err == nil && v.modified.After(t) {
		return http.StatusPreconditionFailed, "If-Unmodified-Since"
	}
	if none := h.Get("If-None-Match"); none != "" {
		if anyTag(none, v.etag) {
			return http.StatusNotModified, ""
		}
	} else if t, err := http.ParseTime(h.Get("If-Modified-Since")); err == nil && !v.modified.After(t) && !t.After(time.Now()) {
		return http.StatusNotModified, ""
	}
	return 0, ""
}

// anyTag compares entity tags weakly, and takes tags without quotes as S3 does.
func anyTag(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || strings.Trim(tag, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// ifRange says whether a range is to be taken at all.
func ifRange(value string, v version) bool {
	if value == "" || value == v.etag {
		return true
	}
	t, err := http.ParseTime(value)
	return err == nil && t.Equal(v.modified)
}

// rangeKind is what a Range header comes to.
type rangeKind int

const (
	rangeIgnored rangeKind = iota // malformed, another unit, or several ranges, which S3 does not support
	rangeOne
	rangeUnsatisfiable
)

// parseRange reads a single byte range over size bytes; first and last are inclusive.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, parameter Range
func parseRange(spec string, size int) (first, last int, kind rangeKind) {
	spec, ok := strings.CutPrefix(spec, "bytes=")
	from, to, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return 0, 0, rangeIgnored
	}
	if from == "" { // the last n bytes
		n, err := strconv.ParseUint(to, 10, 62)
		switch {
		case err != nil:
			return 0, 0, rangeIgnored
		case n == 0 || size == 0:
			return 0, 0, rangeUnsatisfiable
		}
		return size - int(min(n, uint64(size))), size - 1, rangeOne
	}
	start, err := strconv.ParseUint(from, 10, 62)
	if err != nil {
		return 0, 0, rangeIgnored
	}
	end := uint64(1<<62 - 1)
	if to != "" {
		if end, err = strconv.ParseUint(to, 10, 62); err != nil || end < start {
			return 0, 0, rangeIgnored
		}
	}
	if start >= uint64(size) {
		return 0, 0, rangeUnsatisfiable
	}
	return int(start), int(min(end, uint64(size-1))), rangeOne
}
