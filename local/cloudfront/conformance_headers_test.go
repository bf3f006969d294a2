package cloudfront

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/distribution"
)

// * Emulators drop the query string, or send it where the policy forbids it.
func TestConformance_query_string_to_the_origin(t *testing.T) {
	w := newWorld(t)
	w.get("/api/x?b=2&a=1&a=%20&empty=&bare")
	want(t, "all of it", w.origin("nearest").last(t).RequestURI, "/api/x?b=2&a=1&a=%20&empty=&bare")
	w.get("/page?b=2")
	want(t, "none of it", w.origin("site").last(t).RequestURI, "/page")
}

func TestConformance_F3_6_all_viewer_sends_the_viewer_host(t *testing.T) {
	w := newWorld(t, with(behaviorInput("/a/*", "nearest", cachingDisabled, object{"originRequestPolicyId": allViewer})))
	w.get("/a/x")
	want(t, "Host", w.origin("nearest").last(t).Host, "www.example.com")
}

func TestConformance_F3_7_all_viewer_except_host(t *testing.T) {
	w := newWorld(t)
	w.get("/api/x?q=1", "Authorization", "Bearer t", "X-Own", "1", "Cookie", "a=1; b=2", "User-Agent", "test/1", "Accept-Encoding", "gzip, zstd")
	in := w.origin("nearest").last(t)
	want(t, "Host", in.Host, "nearest.origin.test")
	for name, value := range map[string]string{
		"Authorization": "Bearer t", "X-Own": "1", "Cookie": "a=1; b=2", "User-Agent": "test/1", "Accept-Encoding": "gzip, zstd",
	} {
		want(t, name, in.Header.Get(name), value)
	}
	want(t, "query", in.URL.RawQuery, "q=1")
}

func TestConformance_F3_10_key_wins_over_the_exclusion(t *testing.T) {
	w := newWorld(t, with(behaviorInput("/a/*", "nearest", useOriginCacheControlID, object{"originRequestPolicyId": allViewerExceptHost})))
	w.get("/a/x")
	want(t, "Host", w.origin("nearest").last(t).Host, "www.example.com") // F3.11: breaks an HTTP API
}

// * Emulators send the viewer's Host to the gateway.
func TestConformance_F3_12_host_to_the_gateway_is_the_origin_domain(t *testing.T) {
	w := newWorld(t)
	w.get("/api/topics")
	want(t, "Host on a group", w.origin("nearest").last(t).Host, "nearest.origin.test")
	setFault(w, "nearest", "down")
	w.edge.Reset()
	w.get("/api/topics")
	want(t, "Host of the second member", w.origin("next").last(t).Host, "next.origin.test") // F1.19
}

func TestConformance_F3_14_authorization_needs_a_policy(t *testing.T) {
	w := newWorld(t)
	w.get("/api/topics", "Authorization", "Bearer t")
	want(t, "Authorization", w.origin("nearest").last(t).Header.Get("Authorization"), "")
}

func TestConformance_F3_24_headers_cloudfront_adds(t *testing.T) {
	w := newWorld(t)
	w.get("/api/topics", "User-Agent", "test/1", "X-Forwarded-For", "192.0.2.4,192.0.2.3", "Via", "1.0 proxy", "Accept", "text/html")
	in := w.origin("nearest").last(t)
	want(t, "User-Agent", in.Header.Get("User-Agent"), "Amazon CloudFront")
	want(t, "X-Forwarded-For", in.Header.Get("X-Forwarded-For"), "192.0.2.4,192.0.2.3,127.0.0.1")
	want(t, "protocol", in.Proto, "HTTP/1.1")
	want(t, "Accept", in.Header.Get("Accept"), "")
	if via := in.Header.Get("Via"); !strings.HasPrefix(via, "1.0 proxy, 1.1 ") || !strings.HasSuffix(via, ".cloudfront.net (CloudFront)") {
		t.Errorf("Via: %s", via)
	}
	want(t, "X-Amz-Cf-Id", in.Header.Get("X-Amz-Cf-Id"), w.record().ID)
	want(t, "whole set", strings.Join(sortedKeys(in.Header), " "), "User-Agent Via X-Amz-Cf-Id X-Forwarded-For X-Onefront-Origin-Secret")
}

func TestConformance_hop_by_hop_headers_stay_behind(t *testing.T) {
	w := newWorld(t)
	w.serve("nearest", say(200, "x", "Connection", "X-Private", "X-Private", "1", "Keep-Alive", "timeout=5", "Via", "1.1 origin", "X-Cache", "HIT", "X-Amz-Cf-Pop", "ZZZ"))
	r := w.get("/api/x", "Connection", "keep-alive", "Te", "trailers", "Upgrade", "h2c", "X-Real-Ip", "1.2.3.4", "X-Forwarded-Proto", "http", "X-Edge-Foo", "1", "Proxy-Authorization", "x", "Expect", "y")
	in := w.origin("nearest").last(t)
	for _, name := range []string{"Connection", "Te", "Upgrade", "X-Real-Ip", "X-Forwarded-Proto", "X-Edge-Foo", "Proxy-Authorization", "Expect"} {
		want(t, name, in.Header.Get(name), "")
	}
	for _, name := range []string{"Connection", "X-Private", "Keep-Alive"} {
		want(t, "answer's "+name, r.get(name), "")
	}
	want(t, "X-Cache", r.get("X-Cache"), "Miss from cloudfront")
	want(t, "X-Amz-Cf-Pop", r.get("X-Amz-Cf-Pop"), "FRA56-P1")
	if via := r.get("Via"); !strings.HasPrefix(via, "1.1 ") || strings.Contains(via, "origin") {
		t.Errorf("Via: %s", via)
	}
}

func TestConformance_F2_27_viewer_headers_where_a_policy_names_them(t *testing.T) {
	p := resource(distribution.OriginRequestPolicyType, "geo", object{
		"cookiesConfig": object{"cookieBehavior": "none"}, "queryStringsConfig": object{"queryStringBehavior": "none"},
		"headersConfig": object{"headerBehavior": "whitelist", "headers": object{"items": strs(
			"CloudFront-Viewer-Country", "CloudFront-Viewer-City", "CloudFront-Viewer-Address", "CloudFront-Forwarded-Proto",
			"CloudFront-Viewer-Latitude", "CloudFront-Is-Mobile-Viewer", "CloudFront-Viewer-Http-Version", "CloudFront-Viewer-ASN")}},
	}, object{"id": "geo"})
	w := setup{distribution: merged(standard(), with(
		behaviorInput("/a/*", "nearest", cachingDisabled, object{"originRequestPolicyId": "geo"}),
		behaviorInput("/api/*", "nearest", cachingDisabled, object{"originRequestPolicyId": allViewerExceptHost}),
	)), more: standardMore(p)}.start(t)
	w.get("/a/x", viewerHeader, "GRU", "Cloudfront-Viewer-Country", "FORGED", "Cloudfront-Viewer-Asn", "FORGED", "User-Agent", "x iPhone Mobile")
	in := w.origin("nearest").last(t)
	for name, value := range map[string]string{
		"CloudFront-Viewer-Country": "BR", "CloudFront-Viewer-City": "S%C3%A3o%20Paulo", "CloudFront-Viewer-Address": "127.0.0.1:50000",
		"CloudFront-Forwarded-Proto": "https", "CloudFront-Viewer-Latitude": "-23.55000", "CloudFront-Is-Mobile-Viewer": "true",
		"CloudFront-Viewer-Http-Version": "1.1", "CloudFront-Viewer-ASN": "",
	} {
		want(t, name, in.Header.Get(name), value)
	}
	w.get("/api/x", "Cloudfront-Viewer-Country", "FORGED")
	want(t, "not named", w.origin("nearest").last(t).Header.Get("CloudFront-Viewer-Country"), "")
}

func TestConformance_F3_32_origin_headers_replace_the_viewers(t *testing.T) {
	w := newWorld(t)
	w.get("/api/x", "X-Onefront-Origin-Secret", "forged")
	want(t, "secret", strings.Join(w.origin("nearest").last(t).Header["X-Onefront-Origin-Secret"], "|"), "s3cret")
}

func TestConformance_origin_access_control_signs_for_its_origin_only(t *testing.T) {
	w := newWorld(t)
	w.get("/x", localDistributionHeader, "forged", "Authorization", "Basic x")
	in := w.origin("site").last(t)
	want(t, "bucket", in.Header.Get(localDistributionHeader), "arn:aws:cloudfront::123456789012:distribution/E123")
	want(t, "no secret there", in.Header.Get("X-Onefront-Origin-Secret"), "")
	w.get("/api/x", localDistributionHeader, "forged")
	want(t, "API", w.origin("nearest").last(t).Header.Get(localDistributionHeader), "")
}

func headersPolicy(inputs object) *graph.Resource {
	return resource(distribution.ResponseHeadersPolicyType, "headers", inputs, object{"id": "headers"})
}

func decorated(t testing.TB, inputs object, changes ...object) *world {
	return setup{
		distribution: merged(standard(), with(behaviorInput("/c/*", "nearest", "ttl", append(changes, object{"responseHeadersPolicyId": "headers"})...))),
		more:         standardMore(headersPolicy(inputs)),
	}.start(t)
}

func TestConformance_F3_26_security_and_custom_headers_with_override(t *testing.T) {
	for _, override := range []bool{true, false} {
		w := decorated(t, object{
			"securityHeadersConfig": object{
				"contentSecurityPolicy":   object{"contentSecurityPolicy": "default-src 'self'", "override": override},
				"contentTypeOptions":      object{"override": override},
				"frameOptions":            object{"frameOption": "DENY", "override": override},
				"referrerPolicy":          object{"referrerPolicy": "no-referrer", "override": override},
				"strictTransportSecurity": object{"accessControlMaxAgeSec": 63072000.0, "includeSubdomains": true, "preload": true, "override": override},
				"xssProtection":           object{"protection": true, "modeBlock": true, "override": override},
			},
			"customHeadersConfig": object{"items": list{object{"header": "permissions-policy", "value": "camera=()", "override": override}}},
		})
		w.serve("nearest", say(200, "x", "X-Frame-Options", "SAMEORIGIN", "Permissions-Policy", "geolocation=()"))
		for _, result := range []string{"Miss", "Hit"} {
			r := w.get("/c/x")
			want(t, "X-Cache", r.cache(), result)
			for name, value := range map[string]string{
				"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload", "X-XSS-Protection": "1; mode=block",
				"X-Frame-Options":    map[bool]string{true: "DENY", false: "SAMEORIGIN"}[override],
				"Permissions-Policy": map[bool]string{true: "camera=()", false: "geolocation=()"}[override],
			} {
				want(t, fmt.Sprint(result, " override=", override, " ", name), r.get(name), value)
			}
		}
		want(t, "on CloudFront's own pages too", w.do("POST", "/c/x", nil).get("X-Content-Type-Options"), "nosniff")
	}
}

func TestConformance_F3_27_cors_decorates_actual_answers(t *testing.T) {
	cors := func(override bool) object {
		return object{"corsConfig": object{
			"accessControlAllowCredentials": false, "accessControlAllowHeaders": object{"items": strs("Content-Type")},
			"accessControlAllowMethods": object{"items": strs("ALL")}, "accessControlAllowOrigins": object{"items": strs("https://app.example.org", "https://*.example.net")},
			"accessControlExposeHeaders": object{"items": strs("X-Onefront-Region")}, "accessControlMaxAgeSec": 600.0, "originOverride": override,
		}}
	}
	w := decorated(t, cors(true))
	w.serve("nearest", say(200, "x", "Access-Control-Allow-Origin", "https://origin.says"))
	for origin, allowed := range map[string]string{
		"https://app.example.org": "https://app.example.org", "https://a.example.net": "https://a.example.net",
		"https://example.net": "https://origin.says", "http://app.example.org": "https://origin.says", "": "https://origin.says",
	} {
		var headers []string
		if origin != "" {
			headers = []string{"Origin", origin}
		}
		r := w.get("/c/x", headers...)
		want(t, origin, r.get("Access-Control-Allow-Origin"), allowed)
		want(t, "Vary", r.get("Vary"), "Origin")
	}
	r := w.get("/c/x", "Origin", "https://app.example.org")
	want(t, "exposed", r.get("Access-Control-Expose-Headers"), "X-Onefront-Region")
	want(t, "methods on an actual answer", r.get("Access-Control-Allow-Methods"), "")
	r = w.do("OPTIONS", "/c/x", nil, "Origin", "https://app.example.org", "Access-Control-Request-Method", "POST")
	want(t, "preflight methods", r.get("Access-Control-Allow-Methods"), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
	want(t, "preflight age", r.get("Access-Control-Max-Age"), "600")
	want(t, "preflight was answered by the origin", w.origin("nearest").last(t).Method, "OPTIONS")

	w = decorated(t, cors(false))
	w.serve("nearest", say(200, "x", "Access-Control-Allow-Origin", "https://origin.says"))
	want(t, "without override", w.get("/c/x", "Origin", "https://app.example.org").get("Access-Control-Allow-Origin"), "https://origin.says")
}

func TestConformance_F3_28_removal_comes_first(t *testing.T) {
	w := decorated(t, object{
		"removeHeadersConfig": object{"items": list{object{"header": "x-powered-by"}, object{"header": "X-Both"}, object{"header": "server"}}},
		"customHeadersConfig": object{"items": list{object{"header": "X-Both", "value": "policy", "override": false}}},
	})
	w.serve("nearest", say(200, "x", "X-Powered-By", "PHP", "X-Both", "origin", "Server", "nginx"))
	r := w.get("/c/x")
	want(t, "X-Powered-By", r.get("X-Powered-By"), "")
	want(t, "X-Both", r.get("X-Both"), "policy")
	want(t, "Server comes back", r.get("Server"), "CloudFront")
	for _, name := range []string{"via", "X-Amz-Cf-Id", "x-cache", "Content-Length"} {
		d := merged(standard(), with(behaviorInput("/c/*", "nearest", "ttl", object{"responseHeadersPolicyId": "headers"})))
		wantRefused(t, d, standardMore(headersPolicy(object{"removeHeadersConfig": object{"items": list{object{"header": name}}}})), "removeHeadersConfig.items", name)
	}
}

func TestConformance_F3_29_server_timing(t *testing.T) {
	w := decorated(t, object{"serverTimingHeadersConfig": object{"enabled": true, "samplingRate": 0.0}})
	w.serve("nearest", say(200, "x", "Server-Timing", "db;dur=5"))
	want(t, "not sampled", w.get("/c/other").get("Server-Timing"), "db;dur=5")
	miss := w.get("/c/x", "Pragma", "server-timing").get("Server-Timing")
	for _, part := range []string{"db;dur=5,", "cdn-cache-miss", `cdn-pop;desc="FRA56-P1"`, "cdn-upstream-fbl;dur=", `cdn-upstream-layer;desc="EDGE"`, "cdn-downstream-fbl;dur="} {
		if !strings.Contains(miss, part) {
			t.Errorf("miss lacks %q: %s", part, miss)
		}
	}
	hit := w.get("/c/x", "Pragma", "server-timing").get("Server-Timing")
	if !strings.HasPrefix(hit, "cdn-cache-hit,") || strings.Contains(hit, "db;") || !strings.Contains(hit, `cdn-hit-layer;desc="EDGE"`) {
		t.Errorf("hit: %s", hit)
	}
}

func TestConformance_managed_security_headers_policy(t *testing.T) {
	w := newWorld(t, with(behaviorInput("/c/*", "nearest", "ttl", object{"responseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03"})))
	w.serve("nearest", say(200, "x", "X-Frame-Options", "DENY", "X-Content-Type-Options", "other"))
	r := w.get("/c/x")
	want(t, "the origin's wins", r.get("X-Frame-Options"), "DENY")
	want(t, "but for this one", r.get("X-Content-Type-Options"), "nosniff")
	want(t, "HSTS", r.get("Strict-Transport-Security"), "max-age=31536000")
	want(t, "Referrer-Policy", r.get("Referrer-Policy"), "strict-origin-when-cross-origin")
}

func TestConformance_F4_8_compression(t *testing.T) {
	long := strings.Repeat("a line of text\n", 100) // 1,500 bytes
	for _, c := range []struct {
		name, accept, contentType, encoding, body string
		status                                    int
		headers                                   []string
	}{
		{name: "brotli is preferred", accept: "gzip, deflate, br", contentType: "text/html; charset=utf-8", encoding: "br"},
		{name: "gzip", accept: "gzip", contentType: "application/json", encoding: "gzip"},
		{name: "neither", accept: "deflate", contentType: "text/html"},
		{name: "refused with q=0", accept: "br;q=0, gzip;q=0", contentType: "text/html"},
		{name: "svg", accept: "br", contentType: "image/svg+xml", encoding: "br"},
		{name: "wasm", accept: "br", contentType: "application/wasm", encoding: "br"},
		{name: "F4.9 not png", accept: "br", contentType: "image/png"},
		{name: "F4.9 not event-stream", accept: "br", contentType: "text/event-stream"},
		{name: "F4.9 not manifest+json", accept: "br", contentType: "application/manifest+json"},
		{name: "too small", accept: "br", contentType: "text/html", body: strings.Repeat("x", 999)},
		{name: "just large enough", accept: "br", contentType: "text/html", body: strings.Repeat("x", 1_000), encoding: "br"},
		{name: "too large", accept: "br", contentType: "text/html", body: strings.Repeat("x", 10_000_001)},
		{name: "encoded by the origin", accept: "br", contentType: "text/html", headers: []string{"Content-Encoding", "zstd"}, encoding: "zstd"},
		{name: "404", accept: "br", contentType: "text/html", status: 404, encoding: "br"},
		{name: "500", accept: "br", contentType: "text/html", status: 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			status, body := c.status, c.body
			if status == 0 {
				status = 200
			}
			if body == "" {
				body = long
			}
			for _, id := range []string{"site", "site2"} {
				w.serve(id, say(status, body, append([]string{"Content-Type", c.contentType}, c.headers...)...))
			}
			r := w.get("/x", "Accept-Encoding", c.accept)
			want(t, "Content-Encoding", r.get("Content-Encoding"), c.encoding)
			want(t, "Content-Length", r.get("Content-Length"), fmt.Sprint(r.Body.Len()))
			if c.encoding != "zstd" {
				want(t, "decoded body", decoded(t, r) == body, true)
			}
		})
	}
}

func decoded(t testing.TB, r reply) string {
	t.Helper()
	var reader io.Reader = bytes.NewReader(r.Body.Bytes())
	switch r.get("Content-Encoding") {
	case "br":
		reader = brotli.NewReader(reader)
	case "gzip":
		var err error
		if reader, err = gzip.NewReader(reader); err != nil {
			t.Fatal(err)
		}
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestConformance_F4_8_etag_turns_weak_when_compressed(t *testing.T) {
	for tag, weak := range map[string]string{`"v1"`: `W/"v1"`, `W/"v1"`: `W/"v1"`, `v1`: ""} {
		w := newWorld(t)
		w.serve("site", say(200, strings.Repeat("x", 2_000), "Content-Type", "text/css", "Etag", tag))
		want(t, "compressed "+tag, w.get("/x", "Accept-Encoding", "br").get("Etag"), weak)
		want(t, "uncompressed "+tag, w.get("/x").get("Etag"), tag)
		if weak != "" {
			want(t, "304 for the weak tag", w.get("/x", "Accept-Encoding", "br", "If-None-Match", weak).Code, 304)
		}
	}
}

func TestConformance_F4_10_caching_disabled_never_compresses(t *testing.T) {
	w := newWorld(t)
	w.serve("nearest", say(200, strings.Repeat("x", 2_000), "Content-Type", "text/css"))
	want(t, "Content-Encoding", w.get("/api/x", "Accept-Encoding", "br, gzip").get("Content-Encoding"), "")
}

func TestConformance_F4_11_accept_encoding_is_normalized_in_key_and_request(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ accept, sent, result string }{
		{"gzip, deflate, br, zstd", "br,gzip", "Miss"},
		{"br;q=1.0, gzip;q=0.8", "br,gzip", "Hit"},
		{"gzip, deflate", "gzip", "Miss"},
		{"gzip", "gzip", "Hit"},
		{"", "", "Miss"},
		{"deflate", "", "Hit"},
	} {
		r := w.get("/api/topics", "Accept-Encoding", c.accept)
		want(t, c.accept, r.cache(), c.result)
		if c.result == "Miss" {
			want(t, c.accept+" at the origin", w.origin("nearest").last(t).Header.Get("Accept-Encoding"), c.sent)
		}
	}
}

func TestConformance_viewer_answer_headers(t *testing.T) {
	w := newWorld(t)
	r := w.get("/api/topics")
	want(t, "length of X-Amz-Cf-Id", len(r.get("X-Amz-Cf-Id")), 56)
	want(t, "X-Amz-Cf-Pop", r.get("X-Amz-Cf-Pop"), "FRA56-P1")
	if !strings.HasSuffix(r.get("Via"), ".cloudfront.net (CloudFront)") {
		t.Errorf("Via: %s", r.get("Via"))
	}
	rec := w.record()
	want(t, "record", fmt.Sprint(rec.Edge, rec.Method, rec.Path, rec.Behavior, rec.Cache, rec.Region, rec.Status, rec.Bytes, rec.Protocol, rec.ViewerIP),
		fmt.Sprint("FRA", http.MethodGet, "/api/topics", "/api/topics*", "Miss", "eu-west-1", 200, 12, "https", "127.0.0.1"))
}
