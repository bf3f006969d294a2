package cloudfront

import "strings"

// forwarding says what of a viewer's request a behavior lets through to origins: what is in the cache key and what
// the origin request policy adds. F3.10: the key wins over an exclusion. CF DG controlling-origin-requests.
type forwarding struct {
	cache  *cachePolicy
	origin *originRequestPolicy
	// added are CloudFront's own headers that one of the policies names.
	added []string
	// host says whether the viewer's Host is sent instead of the origin's name (F3.12).
	host bool
	// cookies says whether any cookie gets through; without, Set-Cookie is taken off answers. CF DG Cookies.
	cookies bool
}

func newForwarding(cache *cachePolicy, origin *originRequestPolicy) forwarding {
	f := forwarding{cache: cache, origin: origin}
	f.host = f.header("Host")
	f.cookies = !cache.Cookies.none() || !origin.Cookies.none()
	names := append(append([]string(nil), cache.Headers.Names...), origin.CloudFrontHeaders...)
	if origin.Headers.Mode == selectListed {
		names = append(names, origin.Headers.Names...)
	}
	seen := map[string]bool{}
	for _, n := range names {
		if strings.HasPrefix(n, "Cloudfront-") && !seen[n] {
			seen[n] = true
			f.added = append(f.added, n)
		}
	}
	return f
}

func (f *forwarding) header(canonical string) bool {
	return f.cache.Headers.has(canonical) || f.origin.Headers.has(canonical)
}

// allHeaders says whether everything but listed exceptions gets through.
func (f *forwarding) allHeaders() bool {
	return f.origin.Headers.Mode == selectAll || f.origin.Headers.Mode == selectAllExcept
}

func (f *forwarding) queryString(raw string) string {
	if raw == "" || f.cache.Query.Mode == selectAll || f.origin.Query.Mode == selectAll {
		return raw
	}
	return string(appendQuery(nil, raw, func(n string) bool { return f.cache.Query.has(n) || f.origin.Query.has(n) }))
}

func (f *forwarding) cookieHeader(headers []string) string {
	if len(headers) == 0 || !f.cookies {
		return ""
	}
	return string(appendCookies(nil, headers, func(n string) bool { return f.cache.Cookies.has(n) || f.origin.Cookies.has(n) }))
}
