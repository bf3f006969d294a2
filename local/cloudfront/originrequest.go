package cloudfront

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/onefront/onefront/local/cloudfront/distribution"
)

// originRequest makes the request for one origin. CF DG RequestAndResponseBehaviorCustomOrigin, "How CloudFront
// processes and forwards requests to your custom origin". validators are CloudFront's own conditional headers.
func (e *Edge) originRequest(x *exchange, m distribution.Member, validators http.Header) *http.Request {
	b, o := x.behavior, m.Origin
	host := o.Domain // F3.12
	if b.Forwards.Host {
		host = x.host
	}
	if m.HostHeader != "" {
		host = m.HostHeader // F2.2, F2.4
	}
	scheme := "https"
	if o.Protocol == "http-only" || o.Protocol == "match-viewer" && !x.https {
		scheme = "http"
	}
	raw := o.Path + x.uri // F4.4: the path as it came
	u := &url.URL{Scheme: scheme, Host: o.Domain, Path: raw, RawQuery: b.Forwards.QueryString(x.query)}
	if path, err := url.PathUnescape(raw); err == nil {
		u.Path, u.RawPath = path, raw
	}
	req := &http.Request{
		Method: x.method, URL: u, Host: host, Header: e.originHeader(x, o, validators), Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, // F3.24
		RemoteAddr: x.pop.ServerIP + ":443", RequestURI: raw,
	}
	if u.RawQuery != "" {
		req.RequestURI += "?" + u.RawQuery
	}
	if x.hasBody() {
		x.body = &viewerBody{ReadCloser: x.r.Body}
		req.Body, req.ContentLength = x.body, x.r.ContentLength
	}
	return req.WithContext(x.r.Context())
}

func (x *exchange) hasBody() bool {
	return !x.inner && !x.detached && x.r.Body != nil && x.r.ContentLength != 0
}

// originHeader are the headers of an origin request: what the policies let through, what CloudFront always sends,
// and what it adds.
func (e *Edge) originHeader(x *exchange, o *distribution.Origin, validators http.Header) http.Header {
	f := &x.behavior.Forwards
	h := make(http.Header, len(x.header)+8)
	for name, values := range x.header {
		if !neverForwarded(name) && f.Header(name) {
			h[name] = values
		}
	}
	if x.hasBody() {
		// guess: what describes the body goes along with it, whatever the policies say.
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Md5"} {
			if v, ok := x.header[name]; ok {
				h[name] = v
			}
		}
	}
	if !x.behavior.Caches(x.method) {
		// Passed on where nothing is kept; a cached object is always fetched whole and without the viewer's
		// conditions, which CF DG RangeGETs allows ("may request a larger range").
		for _, name := range []string{"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
			if v, ok := x.header[name]; ok {
				h[name] = v
			}
		}
	}
	if cookies := f.CookieHeader(x.header["Cookie"]); cookies != "" {
		h["Cookie"] = []string{cookies}
	}
	if f.Cache.Compresses() { // F4.11
		delete(h, "Accept-Encoding")
		if x.acceptEncoding != "" {
			h["Accept-Encoding"] = []string{x.acceptEncoding}
		}
	}
	for _, name := range f.Added {
		if v, _ := x.cloudFrontHeader(name); v != "" {
			h[name] = []string{v}
		}
	}
	if _, forwarded := h["User-Agent"]; !forwarded || !f.Header("User-Agent") {
		h["User-Agent"] = []string{"Amazon CloudFront"} // F3.24
	}
	h["X-Forwarded-For"] = []string{joinList(x.header["X-Forwarded-For"], ",", x.viewerIP)} // F3.24, the separator as in its page
	h["Via"] = []string{joinList(x.header["Via"], ", ", protocolVersion(x.r)+" "+x.pop.Via)}
	h["X-Amz-Cf-Id"] = []string{x.id}
	for name, values := range validators {
		h[name] = values
	}
	for name, values := range o.Custom {
		h[name] = values // F3.32
	}
	e.sign(o, h)
	return h
}

// sign marks requests that CloudFront would sign for the origin. CF DG private-content-restricting-access-to-s3.
// The mark stands for a SigV4 signature of the distribution, and replaces the viewer's Authorization as that does.
func (e *Edge) sign(o *distribution.Origin, h http.Header) {
	switch {
	case o.Signing == "always", o.Signing == "no-override" && h["Authorization"] == nil:
		delete(h, "Authorization")
		h[localDistributionHeader] = []string{e.dist.ARN}
	}
}

// neverForwarded are the viewer's headers that CloudFront removes or replaces on the way, whatever the policies say.
// CF DG RequestAndResponseBehaviorCustomOrigin, "HTTP request headers and CloudFront behavior".
func neverForwarded(name string) bool {
	switch name {
	case "Connection", "Cookie", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "X-Amz-Cf-Id", "X-Forwarded-For",
		"X-Forwarded-Proto", "X-Real-Ip", localDistributionHeader:
		return true
	}
	return strings.HasPrefix(name, "X-Edge-") || strings.HasPrefix(name, "Cloudfront-")
}

func joinList(values []string, separator, last string) string {
	if len(values) == 0 {
		return last
	}
	return strings.Join(values, separator) + separator + last
}

func protocolVersion(r *http.Request) string {
	if r.ProtoMajor == 2 {
		return "2.0"
	}
	if r.ProtoMajor == 1 && r.ProtoMinor == 0 {
		return "1.0"
	}
	return "1.1"
}
