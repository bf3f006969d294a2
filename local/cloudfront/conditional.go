package cloudfront

import (
	"net/http"
	"time"

	"github.com/onefront/onefront/local/httpcache"
)

// present makes an object the answer to this request: whole, a range of it, or 304. Errors go as they are.
// CF DG RangeGETs, RequestAndResponseBehaviorCustomOrigin "Caching".
func (e *Edge) present(x *exchange, kept *entry, result string, age time.Duration) *answer {
	a := &answer{status: kept.status, header: kept.header, body: kept.body, result: result, age: age, final: kept.status >= 400 || kept.result == resultError}
	if kept.status != http.StatusOK || x.inner || x.method == http.MethodOptions {
		return a
	}
	switch httpcache.Precondition(x.header, kept.header) {
	case http.StatusNotModified:
		a.status, a.body = http.StatusNotModified, nil
		a.header = httpcache.WithoutContent(kept.header)
	case http.StatusPreconditionFailed:
		a.status, a.body, a.result, a.final = http.StatusPreconditionFailed, nil, resultError, true
		a.header = httpcache.WithoutContent(kept.header)
	default:
		if ranges := x.header["Range"]; len(ranges) == 1 && x.method == http.MethodGet {
			return partial(a, ranges[0], x.header.Get("If-Range"))
		}
	}
	return a
}
