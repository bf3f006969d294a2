package cloudfront

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onefront/onefront/local/cloudfront/distribution"
)

// scripted is a world with a function on /c/* (cached) and /w/* (all methods), both on origin "nearest".
func scripted(t testing.TB, event, code string) *world {
	return setup{
		distribution: merged(standard(), with(
			behaviorInput("/c/*", "nearest", "ttl", withFunction(event, "fn")),
			behaviorInput("/w/*", "nearest", cachingDisabled, allowAll(), object{"originRequestPolicyId": allViewerExceptHost}, withFunction(event, "fn")),
		)),
		functions: distribution.FunctionSet{"fn": newFunction(t, code)},
	}.start(t)
}

func TestConformance_F2_14_uri_changes_neither_behavior_nor_origin(t *testing.T) {
	w := scripted(t, "viewer-request", `function handler(event) { event.request.uri = '/api/topics'; return event.request; }`)
	want(t, "body", w.get("/c/x").body(), "from nearest")
	want(t, "behavior", w.record().Behavior, "/c/*")
	want(t, "path in the record", w.record().Path, "/c/x")
	want(t, "path at the origin", w.origin("nearest").last(t).RequestURI, "/api/topics")
	want(t, "the rewritten path is the key", w.get("/c/y").cache(), "Hit") // F4.15
	n, err := w.edge.Invalidate([]string{"/api/topics"})
	want(t, "invalidated under it", fmt.Sprint(n, err), "1 <nil>")
}

func TestConformance_F2_15_forbidden_header_is_a_502_page(t *testing.T) {
	w := scripted(t, "viewer-request", `function handler(event) { event.request.headers['x-real-ip'] = {value: '1'}; return event.request; }`)
	r := w.get("/c/x")
	want(t, "status", r.Code, 502)
	want(t, "X-Cache", r.get("X-Cache"), "Error from cloudfront")
}

func TestConformance_F2_16_viewer_host_travels_under_another_name(t *testing.T) {
	w := scripted(t, "viewer-request", `function handler(event) {
  event.request.headers['x-viewer-host'] = {value: event.request.headers.host.value};
  return event.request;
}`)
	w.get("/w/x", viewerHeader, "FRA")
	in := w.origin("nearest").last(t)
	want(t, "x-viewer-host", in.Header.Get("X-Viewer-Host"), "www.example.com")
	want(t, "Host", in.Host, "nearest.origin.test")
}

func TestConformance_F2_17_viewer_response_runs_below_400_only(t *testing.T) {
	w := scripted(t, "viewer-response", `function handler(event) {
  event.response.headers['x-fn'] = {value: String(event.response.statusCode)};
  event.response.cookies['seen'] = {value: '1', attributes: 'Secure'};
  return event.response;
}`)
	r := w.get("/c/x")
	want(t, "miss", r.get("X-Fn")+" "+r.get("Set-Cookie")+" "+r.body(), "200 seen=1; Secure from nearest")
	r = w.get("/c/x")
	want(t, "hit", r.get("X-Fn")+" "+r.cache()+" "+r.get("Age"), "200 Hit 0")
	w.serve("nearest", say(404, "no"))
	for _, c := range []struct {
		name string
		r    reply
		want string
	}{
		{"404", w.get("/c/y"), "404 no"},
		{"cached 404", w.get("/c/y"), "404 no"},
		{"CloudFront's own page", w.do("POST", "/c/y", nil), "403 <!DO"},
	} {
		want(t, c.name, fmt.Sprint(c.r.Code, " ", c.r.body()[:min(4, c.r.Body.Len())], c.r.get("X-Fn")), c.want)
	}
}

func TestConformance_F2_29_function_answers_itself(t *testing.T) {
	w := scripted(t, "viewer-request", `function handler(event) {
  return {statusCode: 302, statusDescription: 'Found', headers: {location: {value: 'https://example.org/'}}, cookies: {a: {value: '1'}}};
}`)
	r := w.post("/w/x", "{}")
	want(t, "answer", fmt.Sprint(r.Code, " ", r.get("Location"), " ", r.get("Set-Cookie")), "302 https://example.org/ a=1")
	want(t, "X-Cache", r.get("X-Cache"), "FunctionGeneratedResponse from cloudfront")
	want(t, "Server", r.get("Server"), "CloudFront")
	want(t, "record", w.record().Cache, "FunctionGeneratedResponse")
	want(t, "requests at the origin", w.origin("nearest").hits(), 0)
}

func TestConformance_F2_20_function_that_throws_is_a_503_page(t *testing.T) {
	w := scripted(t, "viewer-request", `function handler(event) { throw new Error('secret detail'); }`)
	r := w.get("/c/x")
	want(t, "status", r.Code, 503)
	if !strings.Contains(r.body(), "is invalid or could not run") || strings.Contains(r.body(), "secret detail") {
		t.Errorf("page: %s", r.body())
	}
}

func TestConformance_F2_4_select_request_origin_by_id(t *testing.T) {
	w := scripted(t, "viewer-request", `import cf from 'cloudfront';
function handler(event) { cf.selectRequestOriginById('next'); return event.request; }`)
	r := w.post("/w/x", "{}")
	want(t, "body", r.body(), "from next")
	in := w.origin("next").last(t)
	want(t, "Host", in.Host, "next.origin.test")
	want(t, "its secret header", in.Header.Get("X-Onefront-Origin-Secret"), "s3cret")
}

func TestConformance_F2_10_chosen_origin_is_not_in_the_key(t *testing.T) {
	w := scripted(t, "viewer-request", `import cf from 'cloudfront';
function handler(event) {
  if (event.request.querystring.o) { cf.selectRequestOriginById(event.request.querystring.o.value); }
  return event.request;
}`)
	want(t, "first", w.get("/c/x?o=next").body(), "from next")
	r := w.get("/c/x?o=nearest")
	want(t, "second", r.body()+" "+r.cache(), "from next Hit")
}

func TestConformance_F2_11_edge_location(t *testing.T) {
	w := scripted(t, "viewer-request", `import cf from 'cloudfront';
function handler(event) {
  event.request.headers['x-edge-location'] = undefined;
  delete event.request.headers['x-edge-location'];
  event.request.headers['x-place'] = {value: cf.edgeLocation.name + ' ' + cf.edgeLocation.region};
  return event.request;
}`)
	w.get("/w/x", viewerHeader, "SYD")
	want(t, "place", w.origin("nearest").last(t).Header.Get("X-Place"), "SYD ap-southeast-2")
}

func TestConformance_F2_26_viewer_headers_reach_a_function_where_named(t *testing.T) {
	country := cachePolicyResource("country", 0, 60, 3600, object{
		"headersConfig": object{"headerBehavior": "whitelist", "headers": object{"items": strs("CloudFront-Viewer-Country")}},
	})
	code := `function handler(event) {
  var c = event.request.headers['cloudfront-viewer-country'];
  return {statusCode: 200, headers: {'x-country': {value: c ? c.value : 'none'}}};
}`
	w := setup{
		distribution: merged(standard(), with(
			behaviorInput("/named/*", "nearest", "country", withFunction("viewer-request", "fn")),
			behaviorInput("/not/*", "nearest", "ttl", withFunction("viewer-request", "fn")),
		)),
		functions: distribution.FunctionSet{"fn": newFunction(t, code)}, more: standardMore(country),
	}.start(t)
	want(t, "named", w.get("/named/x", viewerHeader, "SYD").get("X-Country"), "AU")
	want(t, "not named", w.get("/not/x", "Cloudfront-Viewer-Country", "FORGED").get("X-Country"), "none")
}

func TestConformance_F2_2_update_request_origin(t *testing.T) {
	w := scripted(t, "viewer-request", `import cf from 'cloudfront';
function handler(event) {
  cf.updateRequestOrigin({domainName: 'next.origin.test', hostHeader: 'api.example.org', originPath: '/v2', customHeaders: {'x-own': 'yes'}});
  return event.request;
}`)
	want(t, "body", w.get("/c/x").body(), "from next")
	in := w.origin("next").last(t)
	want(t, "request", fmt.Sprint(in.Host, " ", in.RequestURI, " ", in.Header.Get("X-Own"), in.Header.Get("X-Onefront-Origin-Secret")), "api.example.org /v2/c/x yes")
}
