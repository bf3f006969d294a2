package cloudfront

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// byteRange is one range of an object, both ends included.
type byteRange struct{ first, last int }

// partial answers a range request from a whole object. CF DG RangeGETs: ranges that are malformed, out of order or
// overlapping get the whole object.
func partial(a *answer, header, ifRange string) *answer {
	if ifRange != "" && !rangeStillHolds(ifRange, a.header) {
		return a
	}
	ranges, valid := parseRanges(header, len(a.body))
	if !valid {
		return a
	}
	size := strconv.Itoa(len(a.body))
	h := a.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	p := &answer{header: h, result: a.result, age: a.age, final: a.final}
	switch len(ranges) {
	case 0:
		p.status, p.result, p.final = http.StatusRequestedRangeNotSatisfiable, resultError, true
		h.Set("Content-Range", "bytes */"+size)
	case 1:
		r := ranges[0]
		p.status, p.body = http.StatusPartialContent, a.body[r.first:r.last+1]
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%s", r.first, r.last, size))
	default:
		p.status = http.StatusPartialContent
		p.body = multipartRanges(h, ranges, a.body, size)
	}
	return p
}

func multipartRanges(h http.Header, ranges []byteRange, body []byte, size string) []byte {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, r := range ranges {
		part, _ := w.CreatePart(textproto.MIMEHeader{ // a bytes.Buffer takes everything
			"Content-Type":  h["Content-Type"],
			"Content-Range": {fmt.Sprintf("bytes %d-%d/%s", r.first, r.last, size)},
		})
		_, _ = part.Write(body[r.first : r.last+1])
	}
	_ = w.Close()
	h.Set("Content-Type", "multipart/byteranges; boundary="+w.Boundary())
	return b.Bytes()
}

// rangeStillHolds is If-Range: a strong entity tag or a date that the object still has.
func rangeStillHolds(ifRange string, object http.Header) bool {
	if strings.HasPrefix(ifRange, `"`) {
		return object.Get("Etag") == ifRange
	}
	return !strings.HasPrefix(ifRange, "W/") && object.Get("Last-Modified") == ifRange
}

// parseRanges reads a Range header for an object of a size. Valid ranges that lie behind the end are left out.
func parseRanges(header string, size int) (ranges []byteRange, valid bool) {
	specs, isBytes := strings.CutPrefix(header, "bytes=")
	if !isBytes {
		return nil, false
	}
	previous := -1
	for spec := range strings.SplitSeq(specs, ",") {
		first, last, ok := parseRange(strings.TrimSpace(spec), size)
		if !ok || first <= previous {
			return nil, false
		}
		if first >= size {
			continue
		}
		last = min(last, size-1)
		ranges = append(ranges, byteRange{first, last})
		previous = last
	}
	return ranges, true
}

func parseRange(spec string, size int) (first, last int, ok bool) {
	from, to, found := strings.Cut(spec, "-")
	if !found {
		return 0, 0, false
	}
	if from == "" { // the last n bytes
		n, ok := parseOffset(to)
		if !ok {
			return 0, 0, false
		}
		if n == 0 {
			return size, size, true
		}
		return max(size-n, 0), size - 1, true
	}
	if first, ok = parseOffset(from); !ok {
		return 0, 0, false
	}
	if to == "" {
		return first, max(size-1, first), true
	}
	last, ok = parseOffset(to)
	return first, last, ok && last >= first
}

func parseOffset(s string) (int, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
