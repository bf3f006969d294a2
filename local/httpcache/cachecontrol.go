// Package httpcache holds what a cache reads out of headers: directives, ages and dates, how long answers may be kept,
// and what conditions of a request come to. The rules are CloudFront's where it states any, else RFC 9110 and RFC 9111.
// S3's conditions stay with local/s3, for they are others: tags without quotes, weak comparison throughout.
package httpcache

import (
	"strings"
	"time"
)

// maxAgeLimit is the largest cache duration CloudFront takes from a header, 100 years. CF DG Expiration.
const maxAgeLimit = 100 * 365 * 24 * time.Hour

// absent marks a duration directive that is not there.
const absent = time.Duration(-1)

// CacheControl are the directives of an origin's Cache-Control header that CloudFront acts on. CF DG Expiration.
type CacheControl struct {
	NoStore, NoCache, Private bool
	// NoCacheSetCookie is no-cache="Set-Cookie": the object is cached without its cookies (F3.23).
	NoCacheSetCookie bool
	// MaxAge, SMaxAge, StaleWhileRevalidate and StaleIfError are at least 0, or negative where they are not given.
	MaxAge, SMaxAge, StaleWhileRevalidate, StaleIfError time.Duration
}

// ParseCacheControl reads all Cache-Control headers of an answer. Names are taken in any case; of a directive given
// twice the first counts; a number that is none counts as 0, as RFC 9111, section 4.2.1, advises (guess).
func ParseCacheControl(headers []string) CacheControl {
	cc := CacheControl{MaxAge: absent, SMaxAge: absent, StaleWhileRevalidate: absent, StaleIfError: absent}
	for _, header := range headers {
		for header != "" {
			var name, value string
			var hasValue bool
			name, value, hasValue, header = nextDirective(header)
			cc.take(strings.ToLower(name), value, hasValue)
		}
	}
	return cc
}

func (cc *CacheControl) take(name, value string, hasValue bool) {
	switch name {
	case "no-store":
		cc.NoStore = true
	case "private":
		// private="field" too: a shared cache that does not strip fields may not keep the answer (guess).
		cc.Private = true
	case "no-cache":
		if hasValue {
			cc.NoCacheSetCookie = cc.NoCacheSetCookie || ContainsToken(value, "set-cookie")
		} else {
			cc.NoCache = true
		}
	case "max-age":
		setSeconds(&cc.MaxAge, value)
	case "s-maxage":
		setSeconds(&cc.SMaxAge, value)
	case "stale-while-revalidate":
		setSeconds(&cc.StaleWhileRevalidate, value)
	case "stale-if-error":
		setSeconds(&cc.StaleIfError, value)
	}
}

// nextDirective cuts one directive off a header. Quoted values may contain commas and backslash escapes.
func nextDirective(s string) (name, value string, hasValue bool, rest string) {
	s = strings.TrimLeft(s, " \t,")
	end := strings.IndexAny(s, "=,")
	if end < 0 {
		return strings.TrimSpace(s), "", false, ""
	}
	name = strings.TrimSpace(s[:end])
	if s[end] == ',' {
		return name, "", false, s[end+1:]
	}
	s = strings.TrimLeft(s[end+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ",")
		return name, strings.TrimSpace(value), true, rest
	}
	var b strings.Builder
	i := 1
	for ; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	if i < len(s) {
		_, rest, _ = strings.Cut(s[i+1:], ",")
	}
	return name, b.String(), true, rest
}

func setSeconds(d *time.Duration, value string) {
	if *d != absent {
		return
	}
	*d = 0
	var seconds int64
	for i := range len(value) {
		if value[i] < '0' || value[i] > '9' {
			return
		}
		if seconds = seconds*10 + int64(value[i]-'0'); seconds > int64(maxAgeLimit/time.Second) {
			seconds = int64(maxAgeLimit / time.Second)
		}
	}
	*d = time.Duration(seconds) * time.Second
}

// ContainsToken says whether a comma-separated list has a token, in any case.
func ContainsToken(list, token string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(item), token) {
			return true
		}
	}
	return false
}
