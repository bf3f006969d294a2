package cloudfront

import (
	"net/http"
	"strconv"
	"time"
)

// xCache are the values of X-Cache by result type.
var xCache = map[string][]string{
	resultHit: {"Hit from cloudfront"}, resultMiss: {"Miss from cloudfront"}, resultRefresh: {"RefreshHit from cloudfront"},
	resultError: {"Error from cloudfront"}, resultRedirect: {"Redirect from cloudfront"},
	resultFunction: {"FunctionGeneratedResponse from cloudfront"},
}

// value makes a header's value out of memory that the exchange has anyway.
func (x *exchange) value(slot int, v string) []string {
	x.values[slot] = v
	return x.values[slot : slot+1 : slot+1]
}

// write sends an answer to the viewer and returns the number of body bytes.
func (e *Edge) write(w http.ResponseWriter, x *exchange, a *answer) int {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if !a.local {
		if x.behavior != nil && x.behavior.ResponseHeaders != nil {
			// Every answer of the behavior is decorated, CloudFront's own pages and redirects too, as viewers
			// report. It is done last (guess), after a viewer-response function.
			applyPolicy(x.behavior.ResponseHeaders, x, h)
			serverTiming(x.behavior.ResponseHeaders, x, a, h)
		}
		h["X-Cache"] = xCache[a.result]
		h["Via"] = x.value(0, protocolVersion(x.r)+" "+x.pop.Via)
		h["X-Amz-Cf-Pop"] = x.pop.nameHeader
		h["X-Amz-Cf-Id"] = x.value(1, x.id)
		if a.age >= 0 {
			h["Age"] = x.value(2, strconv.FormatInt(int64(a.age/time.Second), 10))
		}
	}
	bodiless := a.status == http.StatusNoContent || a.status == http.StatusNotModified || a.status < http.StatusOK
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil // no sniffing: CloudFront adds none
	}
	switch {
	case bodiless:
		delete(h, "Content-Length")
	case x.method == http.MethodHead && len(a.body) == 0 && h["Content-Length"] != nil:
		// a HEAD answer of the origin states the length
	default:
		h["Content-Length"] = x.value(3, strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if bodiless || x.r.Method == http.MethodHead {
		return 0
	}
	n, _ := w.Write(a.body) // the viewer may be gone
	return n
}
