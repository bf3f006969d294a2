package cloudfront

import (
	"net/http"
	"strings"
	"testing"
)

func TestConformance_O_A19_detailed_result_types(t *testing.T) {
	for _, c := range []struct{ fault, method, path, want string }{
		{"", "GET", "/api/x", "Miss"},
		{"down", "GET", "/api/x", "OriginConnectError"},
		{"timeout", "GET", "/api/x", "OriginReadError"},
		{"", "GET", "/api/500", "OriginError"},
		{"", "GET", "/api/404", "Error"},
		{"", "POST", "/x", "InvalidRequestMethod"},
		{"", "GET", "/api/" + strings.Repeat("x", 9000), "InvalidRequest"},
	} {
		w := newWorld(t)
		w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/api/500":
				rw.WriteHeader(500)
			case "/api/404":
				rw.WriteHeader(404)
			}
		})
		if c.fault != "" {
			setFault(w, "nearest", c.fault)
		}
		w.do(c.method, c.path, nil)
		want(t, c.fault+" "+c.method+" "+c.path[:min(len(c.path), 10)], w.record().Detailed, c.want)
	}
	w := scripted(t, "viewer-request", "function handler(event) { throw new Error('x'); }")
	w.get("/c/x")
	want(t, "function that throws", w.record().Detailed, "FunctionExecutionError")
	w = scripted(t, "viewer-request", "function handler(event) { return 1; }")
	w.get("/c/x")
	want(t, "function that returns nonsense", w.record().Detailed, "FunctionValidationError")
}

func TestConformance_log_fields_of_request_and_answer(t *testing.T) {
	w := newWorld(t)
	w.serve("site", say(200, "0123456789", "Content-Type", "text/plain"))
	w.get("/x", "Range", "bytes=3-5", "X-Forwarded-For", "192.0.2.1")
	r := w.record()
	want(t, "range", r.ContentRange, "bytes 3-5/10")
	want(t, "type, length", r.ContentType+" "+r.ContentLength, "text/plain 3")
	want(t, "forwarded for", r.ForwardedFor, "192.0.2.1")
	want(t, "port, country", r.ViewerPort+" "+r.Country, "50000 DE")
	// GET /x HTTP/1.1, Host, Range and X-Forwarded-For, with their line ends.
	head := "GET /x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nRange: bytes=3-5\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
	want(t, "bytes of the request", r.ReceivedBytes, len(head))
	w.post("/api/x", "hello")
	want(t, "with a body", w.record().ReceivedBytes, len("POST /api/x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")+len("hello"))
}
