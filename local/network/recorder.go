package network

import (
	"net/http"
	"strconv"
)

// recorder keeps a handler's answer. It implements http.ResponseWriter and http.Flusher.
type recorder struct {
	header http.Header
	sent   http.Header // header as it was when the status was written
	status int
	body   []byte
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status != 0 || status < 200 { // interim answers do not reach CloudFront's viewers
		return
	}
	r.status, r.sent = status, r.header.Clone()
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body = append(r.body, p...)
	return len(p), nil
}

// Flush writes the status, as a server's flush would.
func (r *recorder) Flush() { r.WriteHeader(http.StatusOK) }

// response ends the answer as a server would: HEAD and the statuses without one lose their body, everything else knows
// its length.
func (r *recorder) response(method string) *Response {
	r.WriteHeader(http.StatusOK)
	if r.sent == nil {
		r.sent = http.Header{}
	}
	if r.status == http.StatusNoContent || r.status == http.StatusNotModified {
		return &Response{Status: r.status, Header: r.sent}
	}
	if r.sent.Get("Content-Length") == "" {
		r.sent.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	if method == http.MethodHead {
		r.body = nil
	}
	return &Response{Status: r.status, Header: r.sent, Body: r.body}
}
