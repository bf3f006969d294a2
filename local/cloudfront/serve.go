package cloudfront

import (
	"net/http"
	"time"

	"github.com/onefront/onefront/local/httpcache"
	"github.com/onefront/onefront/local/network"
)

// serve answers from the cache or from an origin. It is the last step.
func (e *Edge) serve(x *exchange) *answer {
	b := x.behavior
	x.acceptEncoding = normalizeAcceptEncoding(b.Cache, x.r, x.header["Accept-Encoding"])
	if !b.Caches(x.method) {
		x.explainPass()
		return e.pass(x)
	}
	key, path := cacheKey(x)
	kept := e.lookup(x, key)
	if x.explained {
		x.explainKept(path, kept)
	}
	if kept != nil {
		if a := e.fromCache(x, key, path, kept); a != nil {
			return a
		}
	}
	return e.collapsed(x, key, path, kept)
}

// lookup finds the object. HEAD is served from a GET's object, or from a HEAD's before there was any GET.
func (e *Edge) lookup(x *exchange, key string) *entry {
	kept := e.cache.get(key)
	if x.method == http.MethodHead && (kept == nil || !kept.fresh(x.now)) {
		if head := e.cache.get(headKey(key)); head != nil && (kept == nil || head.fresh(x.now)) {
			return head
		}
	}
	return kept
}

// fromCache serves an object without asking an origin first, or returns nil.
func (e *Edge) fromCache(x *exchange, key, path string, kept *entry) *answer {
	switch {
	case kept.fresh(x.now):
	case x.now.Before(kept.askAgain): // CF DG HTTPStatusCodes: the stale object until the error caching time is over
	case kept.status < 400 && x.now.Before(kept.expires.Add(kept.life.StaleWhileRevalidate)): // F3.18
		e.refresh(x, key, path, kept)
	default:
		return nil
	}
	return e.present(x, kept, kept.result, kept.ageAt(x.now))
}

// pass sends a request to the origin and keeps nothing: write methods (F4.17) and disabled caching (F3.1).
func (e *Edge) pass(x *exchange) *answer {
	out := e.askOrigins(x, nil)
	a := e.answerOf(x, &out)
	if a.status >= http.StatusBadRequest {
		return e.customErrorPage(x, a)
	}
	return a
}

// answerOf makes an origin's outcome an answer, compressed if it is to be.
func (e *Edge) answerOf(x *exchange, out *outcome) *answer {
	if out.err != nil {
		return errorPage(x.id, out.status(), out.sentence()).because(out.detailed())
	}
	res := out.response
	a := &answer{status: res.Status, header: viewable(x.behavior, res.Header), result: resultMiss, age: -1}
	if a.header["Date"] == nil {
		// Every real origin dates its answers, and hits keep that date. Origins have the machine's clock.
		a.header["Date"] = []string{time.Now().UTC().Format(http.TimeFormat)}
	}
	if res.Status >= http.StatusBadRequest {
		a.result, a.detailed, a.final = resultError, out.detailed(), true // F2.17
	}
	a.body = compress(x.behavior, x.acceptEncoding, res.Status, a.header, res.Body)
	keepLength(x.method, res, a)
	return a
}

// keepLength keeps the length a HEAD answer states.
func keepLength(method string, res *network.Response, a *answer) {
	if method == http.MethodHead && len(res.Body) == 0 {
		if length := res.Header["Content-Length"]; length != nil {
			a.header["Content-Length"] = length
		}
	}
}

// fetch asks the origin for an object, keeps the answer, and returns it with what waiting requests may do with it.
// kept is an expired object, or nil.
func (e *Edge) fetch(x *exchange, key, path string, kept *entry) (a *answer, share bool) {
	epoch := e.cache.now()
	validators := kept.validators()
	out := e.askOrigins(x, validators)
	if x.canceled() { // CF DG "Canceled requests": the object is not cached
		return errorPage(x.id, out.status(), out.sentence()).because(out.detailed()), false
	}
	if out.err == nil && out.response.Status == http.StatusNotModified && validators != nil {
		return e.revalidated(x, kept, &out, epoch)
	}
	if out.status() >= http.StatusInternalServerError && kept != nil && kept.mayStandIn(x.now) {
		return e.standIn(x, kept, &out, epoch), true
	}
	a = e.answerOf(x, &out)
	original := a.status
	var life httpcache.Lifetime
	if original >= http.StatusBadRequest {
		life = httpcache.ErrorLifetime(x.behavior.Cache.TTL, e.errorMinTTL(original, out.s3), original, a.header, x.now)
		a = e.customErrorPage(x, a)
	} else if cacheableStatus(original) {
		life = httpcache.ObjectLifetime(x.behavior.Cache.TTL, a.header, x.now)
	}
	if x.explained {
		x.explainStored(original, a.header, life)
	}
	if life.Store {
		e.store(x, key, path, a, life, epoch)
	} else if original < http.StatusBadRequest {
		e.cache.remove(key) // what was kept is no longer what the origin serves
	}
	if original < http.StatusBadRequest {
		a = e.present(x, &entry{status: a.status, header: a.header, body: a.body}, resultMiss, -1)
	}
	return a, life.Collapse
}

// cacheableStatus: answers below 400 that are kept. 206 never comes, since whole objects are asked for.
func cacheableStatus(status int) bool {
	return status >= http.StatusOK && status < http.StatusBadRequest &&
		status != http.StatusPartialContent && status != http.StatusNotModified
}

// errorMinTTL is the error caching minimum TTL of a status. F3.20, F3.21: S3 origins keep errors for at least 1 s.
func (e *Edge) errorMinTTL(status int, s3 bool) time.Duration {
	ttl := httpcache.ErrorCachingMinTTL
	if c, ok := e.dist.Errors[status]; ok {
		ttl = c.CachingMinTTL
	}
	if s3 {
		ttl = max(ttl, time.Second)
	}
	return ttl
}

func (e *Edge) store(x *exchange, key, path string, a *answer, life httpcache.Lifetime, epoch uint64) {
	if x.method == http.MethodHead {
		key = headKey(key)
	}
	kept := &entry{
		key: key, path: path, status: a.status, header: a.header, body: a.body, result: resultHit, stored: x.now,
		expires: x.now.Add(life.TTL), life: life,
	}
	kept.arrivedAged, _ = httpcache.Age(a.header)
	if a.result == resultError {
		kept.result = resultError
	}
	if variesOnAll(x.behavior, a.header) {
		kept.expires, kept.life, kept.unconditional = x.now, httpcache.Lifetime{Store: true}, true
	}
	if httpcache.ParseCacheControl(a.header["Cache-Control"]).NoCacheSetCookie && a.header["Set-Cookie"] != nil { // F3.23
		kept.header = a.header.Clone()
		delete(kept.header, "Set-Cookie")
	}
	e.cache.put(kept, epoch)
}

// validators are the conditional headers CloudFront adds for an expired object. CF DG "Conditional requests".
func (kept *entry) validators() http.Header {
	if kept == nil || kept.status != http.StatusOK || kept.unconditional {
		return nil
	}
	var h http.Header
	for from, to := range map[string]string{"Etag": "If-None-Match", "Last-Modified": "If-Modified-Since"} {
		if v := kept.header[from]; len(v) > 0 {
			if h == nil {
				h = http.Header{}
			}
			h[to] = v[:1]
		}
	}
	return h
}

// revalidated is an origin's 304: the object lives on with the new headers.
func (e *Edge) revalidated(x *exchange, kept *entry, out *outcome, epoch uint64) (*answer, bool) {
	renewed := *kept
	renewed.header = kept.header.Clone()
	delete(renewed.header, "Age") // the 304 tells how old the object is now
	for name, values := range viewable(x.behavior, out.response.Header) {
		if name != "Content-Encoding" && name != "Content-Type" && name != "Etag" {
			renewed.header[name] = values
		}
	}
	renewed.life = httpcache.ObjectLifetime(x.behavior.Cache.TTL, renewed.header, x.now)
	renewed.stored, renewed.expires, renewed.askAgain = x.now, x.now.Add(renewed.life.TTL), time.Time{}
	renewed.arrivedAged, _ = httpcache.Age(renewed.header)
	if renewed.life.Store {
		e.cache.put(&renewed, epoch)
	} else {
		e.cache.remove(kept.key)
	}
	x.explain("stored", "304: the origin says that what is kept still holds, fresh for another %s", span(renewed.life.TTL))
	return e.present(x, &renewed, resultRefresh, -1), renewed.life.Collapse
}

// standIn serves the expired object for an error of the origin, and leaves the origin alone for the error caching
// time. F3.18, CF DG HTTPStatusCodes "The requested object is in the edge cache". guess: X-Cache says Hit.
func (e *Edge) standIn(x *exchange, kept *entry, out *outcome, epoch uint64) *answer {
	stale := *kept
	stale.askAgain = x.now.Add(e.errorMinTTL(out.status(), out.s3))
	e.cache.put(&stale, epoch)
	x.explain("cache", "the expired object, %s old, stands in for the error (stale-if-error); the origin is asked again in %s",
		span(kept.ageAt(x.now)), span(stale.askAgain.Sub(x.now)))
	return e.present(x, &stale, resultHit, kept.ageAt(x.now))
}
