package cloudfront

import (
	"net/http"
	"strings"

	"github.com/onefront/onefront/local/cloudfront/distribution"
)

// The kinds of cache entries: GET serves HEAD too (CF DG RequestAndResponseBehaviorCustomOrigin), OPTIONS has
// entries of its own (F4.7).
const (
	kindGet     = 'G'
	kindHead    = 'H'
	kindOptions = 'O'
)

// cacheKey is everything that tells objects apart at one edge: the path, and what the cache policy names. CF DG
// understanding-the-cache-key. The viewer's Host is not in it unless named; neither is the protocol, nor the chosen
// origin (F2.10). guess: the behavior is part of it, so that one path rewritten in two behaviors is two objects.
// path is the invalidation path: uri and query as cached.
func cacheKey(x *exchange) (key, path string) {
	p := x.behavior.Cache
	b := make([]byte, 0, 256)
	kind := byte(kindGet)
	if x.method == http.MethodOptions {
		kind = kindOptions
	}
	b = append(b, kind, x.behavior.Index)
	b = append(b, x.pop.Code...)
	start := len(b)
	b = append(b, x.uri...)
	if x.query != "" && !p.Query.None() {
		mark := len(b)
		b = append(b, '?')
		if p.Query.Mode == distribution.SelectAll {
			b = append(b, x.query...)
		} else if b = distribution.AppendQuery(b, x.query, p.Query.Has); len(b) == mark+1 {
			b = b[:mark]
		}
	}
	end := len(b)
	for _, name := range p.HeadersBesidesEncoded {
		b = append(b, 0)
		b = append(b, x.headerValue(name)...)
	}
	if !p.Cookies.None() {
		b = append(b, 0)
		b = distribution.AppendCookies(b, x.header["Cookie"], p.Cookies.Has)
	}
	if p.Compresses() {
		b = append(b, 0)
		b = append(b, x.acceptEncoding...)
	}
	key = string(b)
	return key, key[start:end]
}

// headKey is the key of a HEAD answer that was asked for before any GET.
func headKey(key string) string { return string(rune(kindHead)) + key[1:] }

// headerValue is a request header as policies and functions see it.
func (x *exchange) headerValue(name string) string {
	if name == "Host" {
		return x.host
	}
	if v, ours := x.cloudFrontHeader(name); ours {
		return v
	}
	values := x.header[name]
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}

// normalizeAcceptEncoding is F4.11: what the key and the origin get of Accept-Encoding where the policy's flags are
// on. CF DG cache-key-understand-cache-policy, "Compression support". HTTP/1.0 viewers get nothing compressed.
func normalizeAcceptEncoding(p *distribution.CachePolicy, r *http.Request, headers []string) string {
	if !p.Compresses() || len(headers) == 0 || !r.ProtoAtLeast(1, 1) {
		return ""
	}
	var br, gz bool
	for _, h := range headers {
		for item := range strings.SplitSeq(h, ",") {
			coding, weight, _ := strings.Cut(item, ";")
			switch q := strings.ReplaceAll(weight, " ", ""); {
			case q == "q=0" || q == "q=0.0" || q == "q=0.00" || q == "q=0.000":
			case strings.EqualFold(strings.TrimSpace(coding), "br"):
				br = p.Brotli
			case strings.EqualFold(strings.TrimSpace(coding), "gzip"):
				gz = p.Gzip
			}
		}
	}
	switch {
	case br && gz:
		return "br,gzip"
	case br:
		return "br"
	case gz:
		return "gzip"
	}
	return ""
}
