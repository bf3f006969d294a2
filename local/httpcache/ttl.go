package httpcache

import (
	"net/http"
	"strings"
	"time"
)

// TTLs are the three TTLs of a cache policy.
type TTLs struct{ Min, Default, Max time.Duration }

// Lifetime is how long an answer of an origin may be used.
type Lifetime struct {
	// Store says whether the answer is kept at all. An answer kept with a zero TTL is asked for again each time,
	// with its validators.
	Store bool
	TTL   time.Duration
	// StaleWhileRevalidate is how long after expiry the object may be served while it is fetched anew.
	StaleWhileRevalidate time.Duration
	// StaleIfError is how long after expiry the object may stand in for an error; negative: as long as it is kept.
	StaleIfError time.Duration
	// Collapse says whether requests that waited for this answer may use it (F3.22).
	Collapse bool
}

// ObjectLifetime applies the table of CF DG Expiration, "Specify the amount of time that CloudFront caches objects",
// to an answer below 400.
func ObjectLifetime(p TTLs, h http.Header, now time.Time) Lifetime {
	if p.Max <= 0 { // F3.1, F3.15: caching disabled
		return Lifetime{}
	}
	cc := ParseCacheControl(h["Cache-Control"])
	l := Lifetime{Store: true, Collapse: true}
	switch {
	case p.Min > 0 && (cc.NoStore || cc.NoCache || cc.Private):
		l.TTL = p.Min // F3.17: a minimum above 0 beats all three
	case cc.NoStore || cc.Private:
		return Lifetime{} // F3.16
	case cc.NoCache:
		// Kept to be revalidated, never served unasked (guess: the page says only that the header is respected).
		l.Collapse = false
		return l
	default:
		if age, given := headerTTL(cc, h, now); given {
			l.TTL = min(max(age, p.Min), p.Max)
			l.Collapse = l.TTL > 0
		} else {
			l.TTL = min(max(p.Default, p.Min), p.Max)
		}
	}
	l.stale(cc, p)
	return l
}

// stale fills in F3.18: both directives are capped by the maximum TTL; without stale-if-error an object that had a
// TTL may stand in for errors until it is evicted, CF DG HTTPStatusCodes.
func (l *Lifetime) stale(cc CacheControl, p TTLs) {
	if cc.StaleWhileRevalidate > 0 {
		l.StaleWhileRevalidate = min(cc.StaleWhileRevalidate, p.Max)
	}
	switch {
	case cc.StaleIfError >= 0:
		l.StaleIfError = min(cc.StaleIfError, p.Max)
	case l.TTL > 0:
		l.StaleIfError = -1
	}
}

// headerTTL is what is left of what the origin asks for, less the age that it states.
func headerTTL(cc CacheControl, h http.Header, now time.Time) (ttl time.Duration, given bool) {
	ttl, given = freshFor(cc, h, now)
	age, _ := Age(h)
	return max(ttl-age, 0), given
}

// freshFor is what the origin asks for: s-maxage, else max-age, else Expires. F3.16.
func freshFor(cc CacheControl, h http.Header, now time.Time) (ttl time.Duration, given bool) {
	switch {
	case cc.SMaxAge != absent:
		return cc.SMaxAge, true
	case cc.MaxAge != absent:
		return cc.MaxAge, true
	}
	expires := h["Expires"]
	if len(expires) == 0 {
		return 0, false
	}
	at, valid := httpDate(expires)
	if !valid {
		return 0, true // "0" and the like: already expired
	}
	// Relative to the answer's own Date where it has one: origins keep the machine's clock, the edge simulated time.
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0), true
}

// httpDate reads the one date of a header in one of the three forms of RFC 9110, section 5.6.7. http.ParseTime also
// takes hours of one digit and spaces too many; caches take such dates as past, RFC 9111, section 5.3. The name of
// the weekday is not compared.
func httpDate(values []string) (at time.Time, valid bool) {
	if len(values) != 1 {
		return time.Time{}, false
	}
	at, err := http.ParseTime(values[0])
	if err != nil {
		return time.Time{}, false
	}
	for _, form := range []string{http.TimeFormat, time.RFC850, time.ANSIC} {
		_, want, _ := strings.Cut(at.UTC().Format(form), " ")
		if _, got, _ := strings.Cut(values[0], " "); strings.EqualFold(strings.ReplaceAll(got, "UTC", "GMT"), strings.ReplaceAll(want, "UTC", "GMT")) {
			return at, true
		}
	}
	return time.Time{}, false
}

// ErrorCachingMinTTL is how long errors are kept if the distribution says nothing. F3.20.
const ErrorCachingMinTTL = 10 * time.Second

// ErrorLifetime is F3.20 and F3.21 for answers of 400 and above. minTTL is the error caching minimum TTL of the
// status. CF DG HTTPStatusCodes and "Control how long CloudFront caches errors".
func ErrorLifetime(p TTLs, minTTL time.Duration, status int, h http.Header, now time.Time) Lifetime {
	if p.Max <= 0 {
		return Lifetime{} // F3.20: with CachingDisabled nothing is cached
	}
	cc := ParseCacheControl(h["Cache-Control"])
	hasAge := cc.MaxAge != absent || cc.SMaxAge != absent
	switch status {
	case http.StatusNotFound, http.StatusGone, http.StatusRequestURITooLong, http.StatusNotImplemented:
		if cc.NoStore {
			return Lifetime{}
		}
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	case http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusPreconditionFailed,
		http.StatusUnsupportedMediaType:
		if !hasAge {
			return Lifetime{}
		}
	default:
		return Lifetime{}
	}
	ttl := minTTL
	if age, given := headerTTL(cc, h, now); given {
		ttl = max(ttl, min(age, p.Max))
	}
	return Lifetime{Store: ttl > 0, TTL: ttl, Collapse: ttl > 0}
}
