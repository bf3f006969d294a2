package cloudfront

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// cached is a world with one cached route /c/* on origin "nearest", with a policy of the given id.
func cached(t testing.TB, policy string, changes ...object) *world {
	return setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", policy, changes...)))}.start(t)
}

// ttlOf counts how long an answer is served without asking the origin.
func ttlOf(t *testing.T, w *world, path string, steps ...time.Duration) time.Duration {
	t.Helper()
	w.get(path)
	var age time.Duration
	for _, step := range steps {
		w.advance(step - age)
		age = step
		before := w.origin("nearest").hits()
		w.get(path)
		if w.origin("nearest").hits() > before {
			return step
		}
	}
	return -1
}

func TestConformance_F3_16_ttl_from_headers_with_min_0(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		want    time.Duration
	}{
		{"default without header", nil, 60 * time.Second},
		{"max-age", []string{"Cache-Control", "max-age=10"}, 10 * time.Second},
		{"s-maxage beats max-age", []string{"Cache-Control", "max-age=10, s-maxage=20"}, 20 * time.Second},
		{"max-age beats Expires", []string{"Cache-Control", "max-age=10", "Expires", "Thu, 01 Jan 1970 00:00:00 GMT"}, 10 * time.Second},
		{"Expires relative to Date", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu, 01 Jan 2026 00:00:20 GMT"}, 20 * time.Second},
		{"Expires: 0", []string{"Expires", "0"}, time.Second},
		{"Expires with an hour of one digit", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu, 01 Jan 2026 1:00:20 GMT"}, time.Second},
		{"Expires with two spaces", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu,  01 Jan 2026 00:00:20 GMT"}, time.Second},
		{"Expires in another zone", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu, 01 Jan 2026 00:00:20 CET"}, time.Second},
		{"Expires on two lines", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu, 01 Jan 2026 00:00:20 GMT", "Expires", "Thu, 01 Jan 2026 00:00:20 GMT"}, time.Second},
		{"Expires of RFC 850", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thursday, 01-Jan-26 00:00:20 GMT"}, 20 * time.Second},
		{"Expires of asctime", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu Jan  1 00:00:20 2026"}, 20 * time.Second},
		{"Age counts against max-age", []string{"Cache-Control", "max-age=30", "Age", "10"}, 20 * time.Second},
		{"Age counts against Expires", []string{"Date", "Thu, 01 Jan 2026 00:00:00 GMT", "Expires", "Thu, 01 Jan 2026 00:00:30 GMT", "Age", "20"}, 10 * time.Second},
		{"Age beyond max-age", []string{"Cache-Control", "max-age=30", "Age", "99999999999999999999"}, time.Second},
		{"first of several Ages", []string{"Cache-Control", "max-age=20", "Age", "0, 30", "Age", "15"}, 20 * time.Second},
		{"Age that is no number", []string{"Cache-Control", "max-age=20", "Age", "15s"}, 20 * time.Second},
		{"negative Age", []string{"Cache-Control", "max-age=20", "Age", "-15"}, 20 * time.Second},
		{"capped by the maximum", []string{"Cache-Control", "max-age=100000"}, time.Hour},
		{"no-store", []string{"Cache-Control", "no-store"}, time.Second},
		{"no-cache", []string{"Cache-Control", "no-cache"}, time.Second},
		{"private", []string{"Cache-Control", "private, max-age=100"}, time.Second},
		{"max-age=0", []string{"Cache-Control", "max-age=0"}, time.Second},
		{"public alone", []string{"Cache-Control", "public"}, 60 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := cached(t, "ttl")
			w.serve("nearest", say(200, "x", c.headers...))
			got := ttlOf(t, w, "/c/x", time.Second, 9*time.Second, 10*time.Second, 19*time.Second, 20*time.Second,
				59*time.Second, 60*time.Second, 3599*time.Second, time.Hour)
			want(t, "asked again after", got, c.want)
		})
	}
}

func TestConformance_F3_16_age_of_the_origin_goes_on(t *testing.T) {
	w := cached(t, "ttl")
	age := "30"
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Etag", `"v"`)
		rw.Header().Set("Cache-Control", "max-age=100")
		if age != "" {
			rw.Header().Set("Age", age)
		}
		if r.Header.Get("If-None-Match") != "" {
			rw.WriteHeader(http.StatusNotModified)
		}
	})
	want(t, "miss", w.get("/c/x").get("Age"), "30")
	w.advance(5 * time.Second)
	want(t, "hit", w.get("/c/x").get("Age"), "35")
	w.advance(70 * time.Second)
	age = ""
	want(t, "revalidated by a 304 without Age", w.get("/c/x").cache()+w.get("/c/x").get("Age"), "RefreshHit0")
	w.advance(99 * time.Second)
	want(t, "its lifetime", w.get("/c/x").cache(), "Hit")
}

// * Emulators obey no-store whatever the policy says.
func TestConformance_F3_17_min_ttl_overrides_no_store(t *testing.T) {
	for _, directive := range []string{"no-store", "no-cache", "private", "private, no-store, max-age=0"} {
		w := cached(t, "min")
		w.serve("nearest", say(200, "x", "Cache-Control", directive))
		want(t, directive, ttlOf(t, w, "/c/x", time.Second, 29*time.Second, 30*time.Second), 30*time.Second)
		want(t, "viewer's Cache-Control", w.get("/c/x").get("Cache-Control"), directive)
	}
}

func TestConformance_F3_17_min_ttl_raises_and_default_is_at_least_min(t *testing.T) {
	w := cached(t, "min")
	w.serve("nearest", say(200, "x", "Cache-Control", "max-age=5"))
	want(t, "max-age below the minimum", ttlOf(t, w, "/c/x", 29*time.Second, 30*time.Second), 30*time.Second)
	w.serve("nearest", say(200, "x"))
	want(t, "default", ttlOf(t, w, "/c/y", 59*time.Second, 60*time.Second), 60*time.Second)
}

func TestConformance_F3_18_stale_while_revalidate(t *testing.T) {
	w := cached(t, "ttl")
	w.serve("nearest", say(200, "one", "Cache-Control", "max-age=10, stale-while-revalidate=30"))
	w.get("/c/x")
	w.serve("nearest", say(200, "two", "Cache-Control", "max-age=10, stale-while-revalidate=30"))
	w.advance(11 * time.Second)
	r := w.get("/c/x")
	want(t, "stale answer", r.body()+" "+r.cache(), "one Hit")
	w.advance(0) // waits for the refresh in the background
	r = w.get("/c/x")
	want(t, "next answer", r.body()+" "+r.cache(), "two Hit")
	want(t, "requests at the origin", w.origin("nearest").hits(), 2)
	w.advance(41 * time.Second)
	want(t, "after the window", w.get("/c/x").cache(), "Miss")
}

func TestConformance_F3_18_stale_on_error_unless_stale_if_error_0(t *testing.T) {
	for _, c := range []struct {
		name, control string
		after         time.Duration
		want          string
	}{
		{"no directive", "max-age=10", time.Hour, "200 one Hit"},
		{"within stale-if-error", "max-age=10, stale-if-error=60", 69 * time.Second, "200 one Hit"},
		{"after stale-if-error", "max-age=10, stale-if-error=60", 71 * time.Second, "503 down Error"},
		{"stale-if-error=0", "max-age=10, stale-if-error=0", 11 * time.Second, "503 down Error"},
		{"stale-if-error capped by the maximum", "max-age=10, stale-if-error=86400", 3700 * time.Second, "503 down Error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := cached(t, "ttl")
			w.serve("nearest", say(200, "one", "Cache-Control", c.control))
			w.get("/c/x")
			w.serve("nearest", say(503, "down"))
			w.advance(c.after)
			r := w.get("/c/x")
			want(t, "answer", fmt.Sprint(r.Code, " ", r.body(), " ", r.cache()), c.want)
		})
	}
}

func TestConformance_F3_18_stale_when_the_origin_is_unreachable(t *testing.T) {
	w := cached(t, "ttl")
	w.get("/c/x")
	w.advance(61 * time.Second)
	setFault(w, "nearest", "down")
	want(t, "answer", w.get("/c/x").Code, 200)
	want(t, "outcome", w.outcomes(), "nearest=connect failed")
	w.get("/c/x")
	want(t, "within the error caching time the origin is left alone", w.outcomes(), "")
	w.advance(11 * time.Second)
	setFault(w, "nearest", "none")
	want(t, "then it is asked again", w.get("/c/x").cache(), "Miss")
}

func TestConformance_F3_18_a_4xx_is_not_covered_by_the_stale_object(t *testing.T) {
	w := cached(t, "ttl")
	w.get("/c/x")
	w.serve("nearest", say(404, "gone"))
	w.advance(61 * time.Second)
	want(t, "status", w.get("/c/x").Code, 404)
}

func TestConformance_F3_19_viewer_cache_control_is_ignored(t *testing.T) {
	w := cached(t, "ttl")
	w.get("/c/x")
	want(t, "X-Cache", w.get("/c/x", "Cache-Control", "no-cache", "Pragma", "no-cache").cache(), "Hit")
}

func TestConformance_F3_20_negative_caching(t *testing.T) {
	for _, c := range []struct {
		status  int
		control string
		want    time.Duration // 1 s: not cached
	}{
		{404, "", 10 * time.Second},
		{500, "", 10 * time.Second},
		{501, "", 10 * time.Second},
		{502, "", 10 * time.Second},
		{503, "", 10 * time.Second},
		{504, "", 10 * time.Second},
		{414, "", 10 * time.Second},
		{404, "max-age=30", 30 * time.Second},
		{404, "max-age=3", 10 * time.Second},
		{503, "s-maxage=30", 30 * time.Second},
		{404, "no-store", time.Second},
		{501, "no-store", time.Second},
		{503, "no-store", 10 * time.Second},
		{400, "", time.Second},
		{403, "", time.Second},
		{405, "", time.Second},
		{412, "", time.Second},
		{415, "", time.Second},
		{403, "max-age=30", 30 * time.Second},
		{400, "max-age=1", 10 * time.Second},
		{429, "", time.Second},
		{401, "", time.Second},
	} {
		t.Run(fmt.Sprint(c.status, " ", c.control), func(t *testing.T) {
			w := cached(t, "ttl")
			headers := []string{}
			if c.control != "" {
				headers = append(headers, "Cache-Control", c.control)
			}
			w.serve("nearest", say(c.status, "no", headers...))
			want(t, "asked again after", ttlOf(t, w, "/c/x", time.Second, 9*time.Second, 10*time.Second, 29*time.Second, 30*time.Second), c.want)
			r := w.get("/c/x")
			want(t, "X-Cache", r.get("X-Cache"), "Error from cloudfront")
			want(t, "status", r.Code, c.status)
		})
	}
}

func TestConformance_F3_20_nothing_is_cached_with_caching_disabled(t *testing.T) {
	for _, status := range []int{200, 404, 503} {
		w := cached(t, cachingDisabled)
		w.serve("nearest", say(status, "x", "Cache-Control", "max-age=100"))
		w.get("/c/x")
		w.get("/c/x")
		want(t, fmt.Sprint("requests at the origin for ", status), w.origin("nearest").hits(), 2)
	}
}

func TestConformance_F3_21_error_caching_time_per_code(t *testing.T) {
	errors := object{"customErrorResponses": list{
		object{"errorCode": 503.0, "errorCachingMinTtl": 0.0}, object{"errorCode": 404.0, "errorCachingMinTtl": 30.0},
	}}
	w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", "ttl")), errors)}.start(t)
	w.serve("nearest", say(503, `{"problem":1}`, "Content-Type", "application/problem+json"))
	want(t, "503", ttlOf(t, w, "/c/x", time.Millisecond), time.Millisecond)
	want(t, "its body stays the origin's", w.get("/c/x").body(), `{"problem":1}`)
	w.serve("nearest", say(404, "no"))
	want(t, "404", ttlOf(t, w, "/c/y", 29*time.Second, 30*time.Second), 30*time.Second)
}

func TestConformance_F3_21_s3_errors_last_at_least_a_second(t *testing.T) {
	w := newWorld(t, object{"customErrorResponses": list{object{"errorCode": 404.0, "errorCachingMinTtl": 0.0}}})
	w.serve("site", say(404, "no"))
	w.get("/x")
	w.get("/x")
	want(t, "requests at the bucket", w.origin("site").hits(), 1)
	w.advance(time.Second)
	w.get("/x")
	want(t, "after a second", w.origin("site").hits(), 2)
}

// gate is an origin that waits for the test.
func gate(w *world, entered chan<- struct{}, open <-chan struct{}, headers ...string) {
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-open
		say(200, "x", headers...)(rw, r)
	})
}

// waiting returns how many requests wait for another's answer.
func (w *world) waiting() int {
	w.edge.mu.Lock()
	defer w.edge.mu.Unlock()
	n := 0
	for _, f := range w.edge.flights {
		n += f.waiting
	}
	return n
}

// concurrent sends n requests while the first one is at the origin, calls then, and waits for the answers.
func concurrent(w *world, n int, path string, entered <-chan struct{}, then func(), headers ...string) []reply {
	replies := make([]reply, n)
	var wg sync.WaitGroup
	wg.Go(func() { replies[0] = w.get(path, headers...) })
	<-entered
	for i := 1; i < n; i++ {
		wg.Go(func() { replies[i] = w.get(path, headers...) })
	}
	then()
	wg.Wait()
	return replies
}

func TestConformance_F3_22_concurrent_misses_share_one_request(t *testing.T) {
	w := cached(t, "ttl")
	entered, open := make(chan struct{}, 20), make(chan struct{})
	gate(w, entered, open)
	replies := concurrent(w, 10, "/c/x", entered, func() {
		for w.waiting() < 9 {
			runtime.Gosched()
		}
		close(open)
	})
	want(t, "requests at the origin", w.origin("nearest").hits(), 1)
	for _, r := range replies {
		want(t, "body", r.body(), "x")
	}
}

func TestConformance_canceled_requests_are_neither_cached_nor_shared(t *testing.T) {
	w := cached(t, "ttl")
	entered := make(chan struct{}, 2)
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		if r.Header.Get("X-Forwarded-For") == "leaves,127.0.0.1" {
			<-r.Context().Done()
			return
		}
		say(200, "x")(rw, r)
	})
	ctx, leave := context.WithCancel(t.Context())
	first := newRequest(t, "/c/x").WithContext(ctx)
	first.Header.Set("X-Forwarded-For", "leaves")
	var wg sync.WaitGroup
	wg.Go(func() { w.edge.ServeHTTP(httptest.NewRecorder(), first) })
	<-entered
	var second reply
	wg.Go(func() { second = w.get("/c/x") })
	for w.waiting() < 1 {
		runtime.Gosched()
	}
	leave()
	wg.Wait()
	want(t, "who waited", fmt.Sprint(second.Code, " ", second.body(), " ", second.cache()), "200 x Miss")
	want(t, "kept", w.get("/c/x").cache(), "Hit")
}

func TestConformance_F3_22_private_answers_are_not_shared(t *testing.T) {
	for _, control := range []string{"private", "no-store", "no-cache", "max-age=0"} {
		w := cached(t, "ttl")
		entered, open := make(chan struct{}, 20), make(chan struct{})
		gate(w, entered, open, "Cache-Control", control)
		concurrent(w, 5, "/c/x", entered, func() {
			for w.waiting() < 4 {
				runtime.Gosched()
			}
			close(open)
		})
		want(t, control+": requests at the origin", w.origin("nearest").hits(), 5)
	}
}

func TestConformance_F3_22_no_sharing_where_cookies_are_forwarded_or_caching_is_off(t *testing.T) {
	cookies := cachePolicyResource("cookies", 0, 60, 3600, object{"cookiesConfig": object{"cookieBehavior": "all"}})
	for _, policy := range []string{"cookies", cachingDisabled} {
		w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", policy))), more: standardMore(cookies)}.start(t)
		entered, open := make(chan struct{}, 20), make(chan struct{})
		gate(w, entered, open)
		// The second request reaches the origin while the first is still there.
		for _, r := range concurrent(w, 2, "/c/x", entered, func() { <-entered; close(open) }) {
			want(t, policy+": status", r.Code, 200) // a request that waited would have timed out
		}
		want(t, policy+": requests at the origin", w.origin("nearest").hits(), 2)
	}
}

func TestConformance_F3_23_set_cookie_is_cached_unless_no_cache_set_cookie(t *testing.T) {
	cookies := cachePolicyResource("cookies", 0, 60, 3600, object{
		"cookiesConfig": object{"cookieBehavior": "whitelist", "cookies": object{"items": strs("session")}},
	})
	w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", "cookies"))), more: standardMore(cookies)}.start(t)
	w.serve("nearest", say(200, "x", "Set-Cookie", "a=1"))
	want(t, "miss", w.get("/c/x").get("Set-Cookie"), "a=1")
	want(t, "hit", w.get("/c/x").get("Set-Cookie"), "a=1")
	w.serve("nearest", say(200, "x", "Set-Cookie", "a=1", "Cache-Control", `no-cache="Set-Cookie"`))
	want(t, "miss", w.get("/c/y").get("Set-Cookie"), "a=1")
	r := w.get("/c/y")
	want(t, "hit", r.cache()+r.get("Set-Cookie"), "Hit")
}

func TestConformance_cookies_not_forwarded_are_taken_off_both_ways(t *testing.T) {
	w := cached(t, "ttl")
	w.serve("nearest", say(200, "x", "Set-Cookie", "a=1"))
	r := w.get("/c/x", "Cookie", "session=1")
	want(t, "Set-Cookie", r.get("Set-Cookie"), "")
	want(t, "Cookie at the origin", w.origin("nearest").last(t).Header.Get("Cookie"), "")
}

func TestConformance_query_strings_key_as_sent(t *testing.T) {
	all := cachePolicyResource("all", 0, 60, 3600, object{"queryStringsConfig": object{"queryStringBehavior": "all"}})
	w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", "all"))), more: standardMore(all)}.start(t)
	for i, query := range []string{"color=red&size=large", "size=large&color=red", "color=Red&size=large", "Color=red&size=large", ""} {
		want(t, "?"+query, w.get("/c/x?"+query).cache(), "Miss")
		want(t, "requests at the origin", w.origin("nearest").hits(), i+1)
		want(t, "again", w.get("/c/x?"+query).cache(), "Hit")
	}
}

func TestConformance_query_strings_outside_the_key_do_not_count(t *testing.T) {
	w := newWorld(t)
	want(t, "first", w.get("/api/topics?locale=de&x=1").cache(), "Miss")
	want(t, "query at the origin", w.origin("nearest").last(t).URL.RawQuery, "locale=de")
	want(t, "other x", w.get("/api/topics?x=2&locale=de").cache(), "Hit")
	want(t, "other locale", w.get("/api/topics?locale=fr").cache(), "Miss")
}

func TestConformance_headers_and_cookies_in_the_key(t *testing.T) {
	p := cachePolicyResource("named", 0, 60, 3600, object{
		"headersConfig": object{"headerBehavior": "whitelist", "headers": object{"items": strs("X-Tenant", "CloudFront-Viewer-Country")}},
		"cookiesConfig": object{"cookieBehavior": "allExcept", "cookies": object{"items": strs("tracking")}},
	})
	w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", "named"))), more: standardMore(p)}.start(t)
	for _, c := range []struct {
		want    string
		headers []string
	}{
		{"Miss", []string{"X-Tenant", "a", "Cookie", "s=1; tracking=9"}},
		{"Hit", []string{"X-Tenant", "a", "Cookie", "tracking=8; s=1"}},
		{"Miss", []string{"X-Tenant", "b", "Cookie", "s=1"}},
		{"Miss", []string{"X-Tenant", "a", "Cookie", "s=2"}},
		{"Hit", []string{"X-Tenant", "a", "Cookie", "s=1", "User-Agent", "other", "Cloudfront-Viewer-Country", "FORGED"}},
	} {
		want(t, fmt.Sprint(c.headers), w.get("/c/x", c.headers...).cache(), c.want)
	}
	in := w.origin("nearest").last(t)
	want(t, "country at the origin", in.Header.Get("CloudFront-Viewer-Country"), "DE")
	want(t, "cookie at the origin", in.Header.Get("Cookie"), "s=2")
	want(t, "tenant at the origin", in.Header.Get("X-Tenant"), "a")
}

func TestConformance_separate_caches_per_edge(t *testing.T) {
	w := cached(t, "ttl")
	want(t, "FRA", w.get("/c/x").cache(), "Miss")
	want(t, "SYD", w.get("/c/x", viewerHeader, "SYD").cache(), "Miss")
	want(t, "SYD again", w.get("/c/x", viewerHeader, "syd").cache(), "Hit")
}

func TestConformance_age_and_x_cache(t *testing.T) {
	w := cached(t, "ttl")
	r := w.get("/c/x")
	want(t, "miss", r.get("X-Cache")+"|"+r.get("Age"), "Miss from cloudfront|")
	w.advance(7 * time.Second)
	r = w.get("/c/x")
	want(t, "hit", r.get("X-Cache")+"|"+r.get("Age"), "Hit from cloudfront|7")
	want(t, "origins of a hit", len(w.record().Origins), 0)
	w.serve("nearest", say(200, "x", "Date", "Thu, 01 Jan 2026 00:00:00 GMT"))
	w.get("/c/dated")
	want(t, "the origin's date", w.get("/c/dated").get("Date"), "Thu, 01 Jan 2026 00:00:00 GMT")
	if _, err := http.ParseTime(r.get("Date")); err != nil {
		t.Errorf("an undated answer got none: %v", err)
	}
}

func TestConformance_revalidation_with_etag_and_last_modified(t *testing.T) {
	w := cached(t, "ttl")
	const modified = "Thu, 01 Jan 2026 00:00:00 GMT"
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Etag", `"v1"`)
		rw.Header().Set("Last-Modified", modified)
		rw.Header().Set("X-Seen", fmt.Sprint(r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")))
		if r.Header.Get("If-None-Match") == `"v1"` {
			rw.WriteHeader(304)
			return
		}
		_, _ = rw.Write([]byte("body"))
	})
	w.get("/c/x")
	w.advance(61 * time.Second)
	r := w.get("/c/x")
	want(t, "answer", fmt.Sprint(r.Code, " ", r.body(), " ", r.get("X-Cache")), "200 body RefreshHit from cloudfront")
	want(t, "validators", r.get("X-Seen"), `"v1"`+modified)
	r = w.get("/c/x")
	want(t, "then", r.cache()+" "+r.body(), "Hit body")
	want(t, "requests at the origin", w.origin("nearest").hits(), 2)
}

func TestConformance_conditional_requests_from_the_cache(t *testing.T) {
	w := cached(t, "ttl")
	const modified = "Thu, 01 Jan 2026 00:00:00 GMT"
	w.serve("nearest", say(200, "body", "Etag", `"v1"`, "Last-Modified", modified, "Content-Type", "text/plain"))
	for _, c := range []struct {
		name, header, value string
		want                int
	}{
		{"miss evaluates too", "If-None-Match", `"v1"`, 304},
		{"matching tag", "If-None-Match", `"v0", W/"v1"`, 304},
		{"star", "If-None-Match", "*", 304},
		{"other tag", "If-None-Match", `"v2"`, 200},
		{"not modified", "If-Modified-Since", modified, 304},
		{"modified", "If-Modified-Since", "Wed, 31 Dec 2025 00:00:00 GMT", 200},
		{"If-Match holds", "If-Match", `"v1"`, 200},
		{"If-Match fails", "If-Match", `"v2"`, 412},
	} {
		r := w.get("/c/x", c.header, c.value)
		want(t, c.name, r.Code, c.want)
		if c.want == 304 {
			want(t, "body of a 304", r.body(), "")
			want(t, "tag of a 304", r.get("Etag"), `"v1"`)
		}
	}
	want(t, "requests at the origin", w.origin("nearest").hits(), 1)
	want(t, "the origin saw no condition", w.origin("nearest").last(t).Header.Get("If-None-Match"), "")
}

func TestConformance_ranges_from_the_cache(t *testing.T) {
	w := cached(t, "ttl")
	w.serve("nearest", say(200, "0123456789", "Etag", `"v1"`, "Content-Type", "text/plain"))
	for _, c := range []struct{ ranges, ifRange, want, contentRange string }{
		{"bytes=2-4", "", "206 234", "bytes 2-4/10"},
		{"bytes=7-", "", "206 789", "bytes 7-9/10"},
		{"bytes=-3", "", "206 789", "bytes 7-9/10"},
		{"bytes=5-100", "", "206 56789", "bytes 5-9/10"},
		{"bytes=10-12", "", "416 ", "bytes */10"},
		{"bytes=4-2", "", "200 0123456789", ""},
		{"bytes=5-6,1-2", "", "200 0123456789", ""}, // must ascend
		{"bytes=1-5,3-7", "", "200 0123456789", ""}, // must not overlap
		{"bytes=a-b", "", "200 0123456789", ""},
		{"lines=1-2", "", "200 0123456789", ""},
		{"bytes=2-4", `"v1"`, "206 234", "bytes 2-4/10"},
		{"bytes=2-4", `"v2"`, "200 0123456789", ""},
	} {
		headers := []string{"Range", c.ranges}
		if c.ifRange != "" {
			headers = append(headers, "If-Range", c.ifRange)
		}
		r := w.get("/c/x", headers...)
		want(t, c.ranges, fmt.Sprint(r.Code, " ", r.body()), c.want)
		want(t, "Content-Range", r.get("Content-Range"), c.contentRange)
	}
	r := w.get("/c/x", "Range", "bytes=0-1,8-9")
	want(t, "two ranges", r.Code, 206)
	if !strings.HasPrefix(r.get("Content-Type"), "multipart/byteranges; boundary=") || strings.Count(r.body(), "Content-Range: bytes ") != 2 {
		t.Errorf("two ranges: %s\n%s", r.get("Content-Type"), r.body())
	}
	want(t, "requests at the origin", w.origin("nearest").hits(), 1)
	want(t, "the origin saw no range", w.origin("nearest").last(t).Header.Get("Range"), "")
}

func TestConformance_ranges_pass_through_uncached(t *testing.T) {
	w := newWorld(t)
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		say(206, "23", "Content-Range", "bytes 2-3/10")(rw, r)
	})
	r := w.get("/api/x", "Range", "bytes=2-3")
	want(t, "answer", fmt.Sprint(r.Code, " ", r.body(), " ", r.get("Content-Range")), "206 23 bytes 2-3/10")
	want(t, "Range at the origin", w.origin("nearest").last(t).Header.Get("Range"), "bytes=2-3")
}

func TestConformance_head_from_cached_get(t *testing.T) {
	w := cached(t, "ttl")
	w.get("/c/x")
	r := w.do("HEAD", "/c/x", nil)
	want(t, "HEAD", fmt.Sprint(r.Code, r.cache(), r.get("Content-Length")), "200Hit12")
	r = w.do("HEAD", "/c/y", nil)
	want(t, "HEAD first", fmt.Sprint(r.cache(), r.get("Content-Length")), "Miss12")
	want(t, "method at the origin", w.origin("nearest").last(t).Method, "HEAD")
	want(t, "HEAD again", w.do("HEAD", "/c/y", nil).cache(), "Hit")
	r = w.get("/c/y")
	want(t, "GET after HEAD", r.cache()+" "+r.body(), "Miss from nearest")
	w.advance(61 * time.Second)
	w.do("HEAD", "/c/y", nil)
	want(t, "GET after an expired HEAD has its body", w.get("/c/y").body(), "from nearest")
}

func TestConformance_vary(t *testing.T) {
	w := cached(t, "ttl")
	w.serve("nearest", say(200, "x", "Vary", "Accept-Encoding, Accept-Language, Cookie"))
	r := w.get("/c/x", "Accept-Language", "de")
	want(t, "Vary", r.get("Vary"), "Accept-Encoding, Cookie") // Accept-Language is not forwarded
	want(t, "other language", w.get("/c/x", "Accept-Language", "fr").cache(), "Hit")

	w.serve("nearest", say(200, "x", "Vary", "*", "Etag", `"v1"`))
	w.get("/c/star")
	want(t, "Vary: * asks every time", w.get("/c/star").cache(), "Miss")
	want(t, "without conditions", w.origin("nearest").last(t).Header.Get("If-None-Match"), "")

	w = cached(t, "min")
	w.serve("nearest", say(200, "x", "Vary", "*"))
	w.get("/c/star")
	want(t, "Vary: * with a minimum TTL", w.get("/c/star").cache(), "Hit")
}

func TestConformance_invalidation(t *testing.T) {
	w := newWorld(t)
	fill := func() {
		for _, path := range []string{"/a/x.png", "/a/y.png", "/b.html", "/api/topics?locale=de", "/api/topics?locale=fr"} {
			w.get(path)
		}
		w.get("/a/x.png", viewerHeader, "SYD")
	}
	for _, c := range []struct {
		paths string
		want  int
	}{
		{"/a/x.png", 2},
		{"/a/*", 3},
		{"/*", 6},
		{"b.html", 1},
		{"/api/topics", 0},
		{"/api/topics?locale=de", 1},
		{"/api/topics*", 2},
		{"/A/*", 0},
		{"/b.html /a/y.png", 2},
	} {
		w.edge.Reset()
		fill()
		n, err := w.edge.Invalidate(strings.Fields(c.paths))
		if err != nil {
			t.Fatal(err)
		}
		want(t, c.paths, n, c.want)
	}
	w.edge.Reset()
	fill()
	for _, bad := range []string{"", "/a*b", "/*/x"} {
		if _, err := w.edge.Invalidate([]string{"/b.html", bad}); err == nil {
			t.Errorf("path %q was accepted", bad)
		}
	}
	want(t, "nothing was removed", w.get("/b.html").cache(), "Hit")
}

func TestConformance_invalidation_beats_an_answer_on_its_way(t *testing.T) {
	w := cached(t, "ttl")
	entered, open := make(chan struct{}, 1), make(chan struct{})
	gate(w, entered, open)
	concurrent(w, 1, "/c/x", entered, func() {
		if _, err := w.edge.Invalidate([]string{"/*"}); err != nil {
			t.Error(err)
		}
		close(open)
	})
	w.serve("nearest", say(200, "new"))
	want(t, "next", w.get("/c/x").body(), "new")
}

func TestCache_staysInsideItsLimit(t *testing.T) {
	const limit = 10 << 20
	w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", "ttl"))), limit: limit}.start(t)
	w.serve("nearest", say(200, strings.Repeat("x", 100_000)))
	for i := range 1_000 {
		w.get(fmt.Sprintf("/c/%d", i), viewerHeader, []string{"FRA", "SYD", "IAD"}[i%3])
		if used := w.edge.CacheBytes(); used > limit {
			t.Fatalf("after %d objects: %d bytes, limit %d", i+1, used, limit)
		}
	}
	want(t, "the newest is kept", w.get("/c/999", viewerHeader, "FRA").cache(), "Hit")
	want(t, "the oldest is not", w.get("/c/0", viewerHeader, "FRA").cache(), "Miss")
	if used := w.edge.CacheBytes(); used < limit/2 {
		t.Errorf("only %d bytes are used", used)
	}
	w.serve("nearest", say(200, strings.Repeat("x", limit)))
	want(t, "an object larger than the cache", w.get("/c/huge").Code, 200)
	w.edge.Reset()
	want(t, "after a reset", w.edge.CacheBytes(), 0)
}
