package distribution

import "strings"

// forwarding says what of a viewer's request a behavior lets through to origins: what is in the cache key and what
// the origin request policy adds. F3.10: the key wins over an exclusion. CF DG controlling-origin-requests.
type Forwarding struct {
	Cache  *CachePolicy
	origin *originRequestPolicy
	// Added are CloudFront's own headers that one of the policies names.
	Added []string
	// Host says whether the viewer's Host is sent instead of the origin's name (F3.12).
	Host bool
	// Cookies says whether any cookie gets through; without, Set-Cookie is taken off answers. CF DG Cookies.
	Cookies bool
}

func newForwarding(cache *CachePolicy, origin *originRequestPolicy) Forwarding {
	f := Forwarding{Cache: cache, origin: origin}
	f.Host = f.Header("Host")
	f.Cookies = !cache.Cookies.None() || !origin.Cookies.None()
	names := append(append([]string(nil), cache.Headers.Names...), origin.CloudFrontHeaders...)
	if origin.Headers.Mode == selectListed {
		names = append(names, origin.Headers.Names...)
	}
	seen := map[string]bool{}
	for _, n := range names {
		if strings.HasPrefix(n, "Cloudfront-") && !seen[n] {
			seen[n] = true
			f.Added = append(f.Added, n)
		}
	}
	return f
}

// Header says whether a header of the viewer, by its canonical name, goes to the origin.
func (f *Forwarding) Header(canonical string) bool {
	return f.Cache.Headers.Has(canonical) || f.origin.Headers.Has(canonical)
}

// AllHeaders says whether everything but listed exceptions gets through.
func (f *Forwarding) AllHeaders() bool {
	return f.origin.Headers.Mode == SelectAll || f.origin.Headers.Mode == selectAllExcept
}

// QueryString is the part of a raw query string that goes to the origin.
func (f *Forwarding) QueryString(raw string) string {
	if raw == "" || f.Cache.Query.Mode == SelectAll || f.origin.Query.Mode == SelectAll {
		return raw
	}
	return string(AppendQuery(nil, raw, func(n string) bool { return f.Cache.Query.Has(n) || f.origin.Query.Has(n) }))
}

// CookieHeader is the Cookie header that goes to the origin, "" for none.
func (f *Forwarding) CookieHeader(headers []string) string {
	if len(headers) == 0 || !f.Cookies {
		return ""
	}
	return string(AppendCookies(nil, headers, func(n string) bool { return f.Cache.Cookies.Has(n) || f.origin.Cookies.Has(n) }))
}
