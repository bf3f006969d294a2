package httpcache

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestParseCacheControl(t *testing.T) {
	none := CacheControl{MaxAge: absent, SMaxAge: absent, StaleWhileRevalidate: absent, StaleIfError: absent}
	having := func(change func(*CacheControl)) CacheControl { c := none; change(&c); return c }
	for header, w := range map[string]CacheControl{
		"":                                none,
		"public, must-revalidate":         none,
		"No-Store":                        having(func(c *CacheControl) { c.NoStore = true }),
		"max-age=60":                      having(func(c *CacheControl) { c.MaxAge = time.Minute }),
		`MAX-AGE="60"`:                    having(func(c *CacheControl) { c.MaxAge = time.Minute }),
		"max-age = 60 , x":                having(func(c *CacheControl) { c.MaxAge = time.Minute }),
		"max-age=60, max-age=1":           having(func(c *CacheControl) { c.MaxAge = time.Minute }),
		"max-age=-1":                      having(func(c *CacheControl) { c.MaxAge = 0 }),
		"max-age=abc":                     having(func(c *CacheControl) { c.MaxAge = 0 }),
		"max-age":                         having(func(c *CacheControl) { c.MaxAge = 0 }),
		"max-age=99999999999999999999999": having(func(c *CacheControl) { c.MaxAge = maxAgeLimit }),
		"s-maxage=1,stale-while-revalidate=2,stale-if-error=3": having(func(c *CacheControl) {
			c.SMaxAge, c.StaleWhileRevalidate, c.StaleIfError = time.Second, 2*time.Second, 3*time.Second
		}),
		`no-cache="Set-Cookie, X"`:     having(func(c *CacheControl) { c.NoCacheSetCookie = true }),
		`no-cache="X"`:                 none,
		`no-cache`:                     having(func(c *CacheControl) { c.NoCache = true }),
		`private="X"`:                  having(func(c *CacheControl) { c.Private = true }),
		`ext="a, no-store", max-age=1`: having(func(c *CacheControl) { c.MaxAge = time.Second }),
		`ext="a\", no-store", private`: having(func(c *CacheControl) { c.Private = true }),
		`ext="unterminated, private`:   none,
		",,, ,private,":                having(func(c *CacheControl) { c.Private = true }),
	} {
		if got := ParseCacheControl([]string{header}); got != w {
			t.Errorf("%q: got %+v, want %+v", header, got, w)
		}
	}
	got, both := ParseCacheControl([]string{"private", "max-age=1"}), having(func(c *CacheControl) { c.Private, c.MaxAge = true, time.Second })
	if got != both {
		t.Errorf("several headers: got %+v, want %+v", got, both)
	}
}

func FuzzCacheControl(f *testing.F) {
	for _, seed := range []string{
		"max-age=60, s-maxage=10", `no-cache="Set-Cookie", private`, `a="\\", no-store`, "max-age=99999999999999999999", ",=,\",", "stale-if-error=1",
	} {
		f.Add(seed, "max-age=3", 404)
	}
	f.Fuzz(func(t *testing.T, one, two string, status int) {
		cc := ParseCacheControl([]string{one, two})
		for name, d := range map[string]time.Duration{
			"max-age": cc.MaxAge, "s-maxage": cc.SMaxAge, "stale-while-revalidate": cc.StaleWhileRevalidate, "stale-if-error": cc.StaleIfError,
		} {
			if d != absent && (d < 0 || d > maxAgeLimit || d%time.Second != 0) {
				t.Errorf("%s of %q: %v", name, one, d)
			}
		}
		if cc.NoStore && !strings.Contains(strings.ToLower(one+","+two), "no-store") {
			t.Errorf("no-store out of %q, %q", one, two)
		}
		// Reading a list must not depend on how it is cut into headers, as long as no quote is open.
		if !strings.Contains(one, `"`) {
			if joined := ParseCacheControl([]string{one + "," + two}); joined != cc {
				t.Errorf("%q and %q: %+v; joined: %+v", one, two, cc, joined)
			}
		}
		h := http.Header{"Cache-Control": {one, two}}
		p := TTLs{Min: 0, Default: time.Minute, Max: time.Hour}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, l := range []Lifetime{ObjectLifetime(p, h, now), ErrorLifetime(p, ErrorCachingMinTTL, status, h, now)} {
			if l.TTL < 0 || l.TTL > p.Max || !l.Store && l.TTL != 0 || l.StaleWhileRevalidate > p.Max || l.StaleIfError > p.Max {
				t.Errorf("%q, %q: %+v", one, two, l)
			}
		}
		if cc.NoStore || cc.Private {
			if l := ObjectLifetime(p, h, now); l.Store {
				t.Errorf("%q, %q: kept", one, two)
			}
		}
	})
}
