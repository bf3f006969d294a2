package cloudfront

import (
	"net/http"
	"slices"
	"strings"

	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/httpcache"
)

// viewable are the headers of an origin's answer that may go on to viewers, as a new map. CF DG
// RequestAndResponseBehaviorCustomOrigin, "HTTP response headers that CloudFront removes or replaces".
func viewable(b *distribution.Behavior, origin http.Header) http.Header {
	h := make(http.Header, len(origin)+4)
	for name, values := range origin {
		switch name {
		case "Connection", "Content-Length", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer",
			"Transfer-Encoding", "Upgrade", "Via", "X-Cache":
			continue // Content-Length is written anew; the rest is of the connection, or CloudFront's own
		case "Age":
			if _, given := httpcache.Age(origin); !given {
				continue
			}
		case "Set-Cookie":
			if !b.Forwards.Cookies {
				continue
			}
		case "Vary":
			if values = vary(b, values); values == nil {
				continue
			}
		}
		if strings.HasPrefix(name, "X-Amz-Cf-") || strings.HasPrefix(name, "X-Edge-") {
			continue
		}
		h[name] = values
	}
	for _, connection := range origin["Connection"] {
		for name := range strings.SplitSeq(connection, ",") {
			delete(h, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	return h
}

// vary keeps of Vary what the page lets through: Accept-Encoding, Cookie, headers that the behavior forwards by
// name, User-Agent if a device header is forwarded. With all headers forwarded everything stays (guess). "*" stays
// while the minimum TTL is 0.
func vary(b *distribution.Behavior, values []string) []string {
	if b.Forwards.AllHeaders() {
		return values
	}
	var kept []string
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			name = strings.TrimSpace(name)
			canonical := http.CanonicalHeaderKey(name)
			switch {
			case name == "*" && b.Cache.TTL.Min == 0,
				canonical == "Accept-Encoding", canonical == "Cookie", b.Forwards.Header(canonical),
				canonical == "User-Agent" && slices.ContainsFunc(b.Forwards.Added, func(n string) bool { return strings.HasPrefix(n, "Cloudfront-Is-") }):
				kept = append(kept, name)
			}
		}
	}
	if kept == nil {
		return nil
	}
	return []string{strings.Join(kept, ", ")}
}

// variesOnAll says whether an answer has Vary: * where that counts: CloudFront then asks the origin every time, and
// without conditions. CF DG "Content negotiation".
func variesOnAll(b *distribution.Behavior, h http.Header) bool {
	return b.Cache.TTL.Min == 0 && slices.ContainsFunc(h["Vary"], func(v string) bool { return httpcache.ContainsToken(v, "*") })
}
