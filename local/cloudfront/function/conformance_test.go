package function_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/local/cloudfront/function"
)

// seen runs a function that prints the event, and returns it.
func seen(t *testing.T, e function.Event) map[string]any {
	t.Helper()
	var log bytes.Buffer
	f, err := function.New(handler("console.log(JSON.stringify(event)); return event.response || event.request;"), nil,
		slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if e.Response != nil {
		_, err = f.ViewerResponse(t.Context(), e)
	} else {
		_, err = f.ViewerRequest(t.Context(), e)
	}
	if err != nil {
		t.Fatal(err)
	}
	var line struct{ Text string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal([]byte(line.Text), &event); err != nil {
		t.Fatal(err)
	}
	return event
}

func fromJSON(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEvent_F2_12_viewerRequest(t *testing.T) {
	t.Parallel()
	want := fromJSON(t, `{"version": "1.0",
		"context": {"distributionDomainName": "d111111abcdef8.cloudfront.net", "distributionId": "EDFDVBD6EXAMPLE",
			"eventType": "viewer-request", "requestId": "EXAMPLEntjQpEXAMPLE"},
		"viewer": {"ip": "198.51.100.11"},
		"request": {"method": "GET", "uri": "/media/index.mpd",
			"querystring": {"ID": {"value": "42"}, "NoValue": {"value": ""}, "x": {"value": "a%20b"},
				"querymv": {"value": "val1", "multiValue": [{"value": "val1"}, {"value": "val2,val3"}]}},
			"headers": {"host": {"value": "www.example.com"}, "user-agent": {"value": "test/1.0"}, "via": {"value": "1.1 viewer"},
				"accept": {"value": "application/json", "multiValue": [{"value": "application/json"}, {"value": "text/html"}]}},
			"cookies": {"a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "3"}]}, "b": {"value": "2"}}}}`)
	if diff := cmp.Diff(want, seen(t, sample())); diff != "" {
		t.Error(diff)
	}
}

func TestEvent_F2_12_viewerResponse(t *testing.T) {
	t.Parallel()
	event := seen(t, withResponse(sample()))
	want := fromJSON(t, `{"statusCode": 200, "statusDescription": "OK",
		"headers": {"content-type": {"value": "text/html"}, "via": {"value": "1.1 x.cloudfront.net"}},
		"cookies": {"z": {"value": "9"}, "id": {"value": "1", "attributes": "Secure; Path=/",
			"multiValue": [{"value": "1", "attributes": "Secure; Path=/"}, {"value": "2"}]}}}`)
	if diff := cmp.Diff(want, event["response"]); diff != "" {
		t.Error(diff)
	}
	if got := event["context"].(map[string]any)["eventType"]; got != "viewer-response" {
		t.Errorf("got event type %v", got)
	}
	if event["request"] == nil {
		t.Error("got no request")
	}
}

func TestEvent_emptyObjects(t *testing.T) {
	t.Parallel()
	e := sample()
	e.Request.Query, e.Request.Cookies, e.Request.Headers = nil, nil, http.Header{"Host": {"a.example"}}
	request := seen(t, e)["request"].(map[string]any)
	for _, name := range []string{"querystring", "cookies"} {
		if got, ok := request[name].(map[string]any); !ok || len(got) != 0 {
			t.Errorf("%s: got %v, want an empty object", name, request[name])
		}
	}
}

func TestEvent_F2_15_disallowedHeadersAreNotShown(t *testing.T) {
	t.Parallel()
	e := sample()
	hidden := []string{"Connection", "Expect", "Upgrade", "X-Forwarded-Proto", "X-Real-Ip", "X-Amz-Cf-Id", "X-Edge-Location", "X-Cache", "Cookie"}
	for _, name := range hidden {
		e.Request.Headers[name] = []string{"v"}
	}
	headers := seen(t, e)["request"].(map[string]any)["headers"].(map[string]any)
	for _, name := range hidden {
		if _, shown := headers[strings.ToLower(name)]; shown {
			t.Errorf("%s is shown", name)
		}
	}
	// They go on with the request all the same.
	got, err := load(t, handler("event.request.headers['x-new'] = {value: '1'}; return event.request;")).ViewerRequest(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	want := e.Request.Headers.Clone()
	want.Set("X-New", "1")
	if diff := cmp.Diff(want, got.Request.Headers); diff != "" {
		t.Error(diff)
	}
}

// The bytes of a viewer that are no UTF-8 are read as ISO-8859-1, and go on as they came if they are left alone
// (CF DG edge-function-restrictions-all).
func TestEvent_otherEncodings(t *testing.T) {
	t.Parallel()
	e := sample()
	e.Request.URI = "/caf\xe9"
	e.Request.Query = function.ParseQuery("q=\xe9")
	e.Request.Headers.Set("X-Name", "\xe9")
	request := seen(t, e)["request"].(map[string]any)
	if request["uri"] != "/café" || request["headers"].(map[string]any)["x-name"].(map[string]any)["value"] != "é" {
		t.Errorf("got %v", request)
	}
	got, err := load(t, handler("event.request.headers['x-other'] = {value: event.request.headers['x-name'].value}; return event.request;")).
		ViewerRequest(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if got.Request.URI != e.Request.URI || got.Request.Query.Query() != "q=\xe9" || got.Request.Headers.Get("X-Name") != "\xe9" {
		t.Errorf("got %+v, want the bytes as they came", got.Request)
	}
	if other := got.Request.Headers.Get("X-Other"); other != "é" {
		t.Errorf("got %q, want UTF-8", other)
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
func TestRawQueryString(t *testing.T) {
	t.Parallel()
	f := load(t, handler("return {statusCode: 200, body: String(event.request.rawQueryString())};"))
	for raw, query := range map[string]function.Params{
		"undefined": nil, "": {}, "b&a=%2f&b=": function.ParseQuery("b&a=%2f&b="),
	} {
		e := sample()
		e.Request.Query = query
		got, err := f.ViewerRequest(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Response.Body) != raw {
			t.Errorf("got %q, want %q", got.Response.Body, raw)
		}
	}
}

// rewritten runs a body over the sample and returns the request.
func rewritten(t *testing.T, body string) *function.Request {
	t.Helper()
	got, err := load(t, handler("var request = event.request;\n"+body+"\nreturn request;")).ViewerRequest(t.Context(), sample())
	if err != nil {
		t.Fatal(err)
	}
	return got.Request
}

func TestRequest_changes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		change func(*function.Request)
	}{
		"uri":            {"request.uri = '/x';", func(r *function.Request) { r.URI = "/x" }},
		"header added":   {"request.headers['x-viewer-host'] = {value: request.headers.host.value};", func(r *function.Request) { r.Headers.Set("X-Viewer-Host", "www.example.com") }},
		"header changed": {"request.headers['user-agent'].value = 'z';", func(r *function.Request) { r.Headers.Set("User-Agent", "z") }},
		"header deleted": {"delete request.headers['user-agent'];", func(r *function.Request) { r.Headers.Del("User-Agent") }},
		"words are capitalised": {"request.headers['example-header-name'] = {value: 'v'};", func(r *function.Request) {
			r.Headers["Example-Header-Name"] = []string{"v"}
		}},
		"value changed, other values stay": {"request.headers.accept.value = 'a/b';", func(r *function.Request) {
			r.Headers["Accept"] = []string{"a/b", "text/html"}
		}},
		"multiValue changed, value ignored": {"request.headers.accept.multiValue[1].value = 'c/d'; request.headers.accept.value = 'x';", func(r *function.Request) {
			r.Headers["Accept"] = []string{"application/json", "c/d"}
		}},
		"multiValue shortened": {"request.headers.accept.multiValue.pop();", func(r *function.Request) {
			r.Headers["Accept"] = []string{"application/json"}
		}},
		"field replaced without multiValue": {"request.headers.accept = {value: 'a/b'};", func(r *function.Request) {
			r.Headers["Accept"] = []string{"a/b"}
		}},
		"headers of the function's own": {"var h = {}; for (var n in request.headers) h[n] = request.headers[n]; h['x-a'] = {value: '1'}; request.headers = h;", func(r *function.Request) {
			r.Headers.Set("X-A", "1")
		}},
		"multiValue made": {"request.headers['x-a'] = {value: '', multiValue: [{value: '1'}, {value: '2'}]};", func(r *function.Request) {
			r.Headers["X-A"] = []string{"1", "2"}
		}},
		"query changed": {"request.querystring.ID.value = '43';", func(r *function.Request) {
			r.Query = function.ParseQuery("ID=43&NoValue=&querymv=val1&querymv=val2,val3&x=a%20b")
		}},
		"query emptied":   {"request.querystring = {};", func(r *function.Request) { r.Query = function.Params{} }},
		"query read only": {"var n = request.querystring.ID.value + request.querystring.x.value;", func(*function.Request) {}},
		"cookie added":    {"request.cookies.c = {value: '4'};", func(r *function.Request) { r.Cookies = function.ParseCookies([]string{"a=1; a=3; b=2; c=4"}) }},
		"cookies deleted": {"delete request.cookies.a; delete request.cookies.b;", func(r *function.Request) { r.Cookies = function.Params{} }},
		"__proto__ is a name like others": {"request.headers['x-a'] = {value: String(Object.keys(request.querystring).length)};", func(r *function.Request) {
			r.Headers.Set("X-A", "4")
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := sample().Request
			want.Headers = want.Headers.Clone()
			tt.change(&want)
			if diff := cmp.Diff(&want, rewritten(t, tt.body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRequest_namesOfViewersDoNotReachPrototypes(t *testing.T) {
	t.Parallel()
	e := sample()
	e.Request.Query = function.ParseQuery("__proto__=1&constructor=2&toString=3")
	got, err := load(t, handler(`event.request.headers['x-a'] = {value: [typeof ({}).polluted, Object.keys(event.request.querystring).join()].join(' ')};
		event.request.querystring.z = {value: '4'};
		return event.request;`)).ViewerRequest(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if got := got.Request.Headers.Get("X-A"); got != "undefined __proto__,constructor,toString" {
		t.Errorf("got %q", got)
	}
	if got := got.Request.Query.Query(); got != "__proto__=1&constructor=2&toString=3&z=4" {
		t.Errorf("got query %q", got)
	}
}

// What CloudFront refuses of a request is a 502 page.
func TestRequest_refused(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"F2.14 method is read-only":               "request.method = 'POST'; return request;",
		"method missing":                          "delete request.method; return request;",
		"F2.15 Host changed":                      "request.headers.host.value = 'evil.example'; return request;",
		"F2.15 Host deleted":                      "delete request.headers.host; return request;",
		"F2.15 headers dropped, Host with them":   "request.headers = {}; return request;",
		"F2.15 Content-Length added":              "request.headers['content-length'] = {value: '1'}; return request;",
		"F2.15 Transfer-Encoding added":           "request.headers['transfer-encoding'] = {value: 'chunked'}; return request;",
		"F2.15 Via changed":                       "request.headers.via.value = '1.1 me'; return request;",
		"F2.15 CDN-Loop added":                    "request.headers['cdn-loop'] = {value: 'x'}; return request;",
		"F2.15 X-Forwarded-Proto added":           "request.headers['x-forwarded-proto'] = {value: 'https'}; return request;",
		"F2.15 X-Real-IP added":                   "request.headers['x-real-ip'] = {value: '1.2.3.4'}; return request;",
		"F2.15 X-Amz-Cf-Id added":                 "request.headers['x-amz-cf-id'] = {value: 'x'}; return request;",
		"F2.15 X-Edge-Location added":             "request.headers['x-edge-location'] = {value: 'x'}; return request;",
		"F2.15 X-Cache added":                     "request.headers['x-cache'] = {value: 'x'}; return request;",
		"F2.15 Connection added":                  "request.headers.connection = {value: 'close'}; return request;",
		"cookie as a header":                      "request.headers.cookie = {value: 'a=1'}; return request;",
		"F2.13 header name in upper case":         "request.headers['X-A'] = {value: '1'}; return request;",
		"header name with a space":                "request.headers['x a'] = {value: '1'}; return request;",
		"header value with a line break":          "request.headers['x-a'] = {value: 'a\\r\\nb: c'}; return request;",
		"header value is a number":                "request.headers['x-a'] = {value: 1}; return request;",
		"header without value":                    "request.headers['x-a'] = {}; return request;",
		"header as a string":                      "request.headers['x-a'] = '1'; return request;",
		"header undefined":                        "request.headers['x-a'] = undefined; return request;",
		"headers are a list":                      "request.headers = 'x'; return request;",
		"multiValue is no list":                   "request.headers['x-a'] = {value: '1', multiValue: '2'}; return request;",
		"multiValue holds a string":               "request.headers['x-a'] = {value: '1', multiValue: ['2']}; return request;",
		"uri without slash":                       "request.uri = 'x'; return request;",
		"uri missing":                             "delete request.uri; return request;",
		"uri is a number":                         "request.uri = 1; return request;",
		"uri with a space":                        "request.uri = '/a b'; return request;",
		"uri with a query":                        "request.uri = '/a?b=c'; return request;",
		"uri with a fragment":                     "request.uri = '/a#b'; return request;",
		"uri of 8,192 characters":                 "request.uri = '/' + 'a'.repeat(8192); return request;",
		"query with a space":                      "request.querystring.q = {value: 'a b'}; return request;",
		"query with a fragment":                   "request.querystring.q = {value: 'a#b'}; return request;",
		"query name with a control character":     "request.querystring['q\\n'] = {value: ''}; return request;",
		"nothing returned":                        "",
		"null returned":                           "return null;",
		"a string returned":                       "return 'x';",
		"the whole event returned":                "return event;",
		"an empty object returned":                "return {};",
		"F2.13 statusCode as text":                "return {statusCode: '200'};",
		"statusCode with a fraction":              "return {statusCode: 200.5};",
		"statusCode out of range":                 "return {statusCode: 99};",
		"statusDescription is a number":           "return {statusCode: 200, statusDescription: 1};",
		"F2.15 answer with X-Cache":               "return {statusCode: 200, headers: {'x-cache': {value: 'x'}}};",
		"F2.15 answer with Via":                   "return {statusCode: 200, headers: {via: {value: 'x'}}};",
		"answer with Set-Cookie as a header":      "return {statusCode: 200, headers: {'set-cookie': {value: 'a=b'}}};",
		"answer with a header name in upper case": "return {statusCode: 302, headers: {Location: {value: '/'}}};",
		"body with another encoding":              "return {statusCode: 200, body: {encoding: 'hex', data: '00'}};",
		"body is not base64":                      "return {statusCode: 200, body: {encoding: 'base64', data: '*'}};",
		"body is a number":                        "return {statusCode: 200, body: 1};",
		"body without data":                       "return {statusCode: 200, body: {encoding: 'text'}};",
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, handler("var request = event.request;\n"+body)).ViewerRequest(t.Context(), sample())
			wantError(t, err, http.StatusBadGateway, "FunctionValidationError")
		})
	}
}

// What the code does wrong is a 503 page.
func TestRun_fails(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"throw":                            handler("throw new Error('broken');"),
		"throw of an object":               handler("throw {reason: 'x'};"),
		"throw of an object without text":  handler("throw {toString: function () { throw 1; }, toJSON: function () { throw 2; }};"),
		"undefined property":               handler("return event.request.headers['x-none'].value;"),
		"unknown name":                     handler("return nothing;"),
		"strict: undeclared variable":      handler("x = 1; return event.request;"),
		"console.error is not there":       handler("console.error('x'); return event.request;"),
		"rejected promise":                 "async function handler(event) { throw new Error('late'); }",
		"promise never settled":            "function handler(event) { return new Promise(function () {}); }",
		"endless recursion":                "function f() { return f() + 1; }\n" + handler("return f();"),
		"throw while loading":              "throw new Error('at the top');\n" + handler("return event.request;"),
		"throw in a getter of the result":  handler("return {get statusCode() { throw new Error('x'); }};"),
		"recursion in a getter":            handler("return {get statusCode() { return this.statusCode; }};"),
		"eval through another name":        handler("return this.constructor.constructor('return 1')();"),
		"constructor of a function":        handler("return handler.constructor('return 1')();"),
		"constructor of an async function": "async function f() {}\n" + handler("return f.constructor('return 1')();"),
		"eval by index":                    handler("return globalThis['ev' + 'al']('1');"),
		"no timers":                        handler("return globalThis['set' + 'Timeout'](function () {}, 1);"),
		"no Map":                           handler("return new globalThis['Ma' + 'p']();"),
		"F2.1 origin helper in response":   "", // TestOrigin_F2_1_viewerRequestOnly
	}
	delete(tests, "F2.1 origin helper in response")
	for name, code := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := load(t, code)
			_, err := f.ViewerRequest(t.Context(), sample())
			wantError(t, err, http.StatusServiceUnavailable, "FunctionExecutionError")
			// The next run is not harmed.
			_, err = f.ViewerRequest(t.Context(), sample())
			wantError(t, err, http.StatusServiceUnavailable, "FunctionExecutionError")
		})
	}
}

func TestRun_endlessLoopsEnd(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"in the handler":               handler("while (event.request.uri === '/loop') {} return event.request;"),
		"in spite of catch":            handler("while (event.request.uri === '/loop') { try { while (true) {} } catch (e) {} finally { while (true) {} } } return event.request;"),
		"in a getter of the result":    handler("return event.request.uri === '/loop' ? {get statusCode() { while (true) {} }} : event.request;"),
		"in the text of what it threw": handler("if (event.request.uri === '/loop') throw {toJSON: function () { while (true) {} }}; return event.request;"),
		"in promises":                  "async function again() { await null; while (true) {} }\nasync function handler(event) { if (event.request.uri === '/loop') await again(); return event.request; }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := load(t, code)
			e := sample()
			e.Request.URI = "/loop"
			f.SetBudget(50 * time.Millisecond)
			_, err := f.ViewerRequest(t.Context(), e)
			wantError(t, err, http.StatusServiceUnavailable, "FunctionExecutionError")
			f.SetBudget(time.Minute)
			if _, err := f.ViewerRequest(t.Context(), sample()); err != nil {
				t.Errorf("the next run: %v", err)
			}
		})
	}
}

func TestViewerResponse_changes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		change func(*function.Response)
	}{
		"untouched":          {"", func(*function.Response) {}},
		"status":             {"response.statusCode = 404; response.statusDescription = 'Not Found';", func(r *function.Response) { r.StatusCode, r.StatusDescription = 404, "Not Found" }},
		"header":             {"response.headers['cache-control'] = {value: 'no-store'};", func(r *function.Response) { r.Headers.Set("Cache-Control", "no-store") }},
		"header deleted":     {"delete response.headers['content-type'];", func(r *function.Response) { r.Headers.Del("Content-Type") }},
		"cookie":             {"response.cookies.z.attributes = 'HttpOnly';", func(r *function.Response) { r.Cookies[2].Attributes = "HttpOnly" }},
		"cookie multiValue":  {"response.cookies.id.multiValue[1].value = '3';", func(r *function.Response) { r.Cookies[1].Value = "3" }},
		"cookies deleted":    {"response.cookies = {};", func(r *function.Response) { r.Cookies = nil }},
		"body":               {"response.body = {encoding: 'text', data: 'é'};", func(r *function.Response) { r.Body = []byte("é") }},
		"body, short form":   {"response.body = 'x';", func(r *function.Response) { r.Body = []byte("x") }},
		"body in base64":     {"response.body = {encoding: 'base64', data: 'AAE='};", func(r *function.Response) { r.Body = []byte{0, 1} }},
		"body removed":       {"response.body = '';", func(r *function.Response) { r.Body = []byte{} }},
		"request has no say": {"event.request.method = 'DELETE';", func(*function.Response) {}},
		"edgeLocation is empty (F2.11)": {"response.headers['x-edge'] = {value: String(cf.edgeLocation.region)};", func(r *function.Response) {
			r.Headers.Set("X-Edge", "undefined")
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := withResponse(sample())
			got, err := load(t, "import cf from 'cloudfront';\n"+handler("var response = event.response;\n"+tt.body+"\nreturn response;")).ViewerResponse(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			want := withResponse(sample()).Response
			tt.change(want)
			if diff := cmp.Diff(function.Result{Response: want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestViewerResponse_refused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"F2.15 Via changed":   "event.response.headers.via.value = 'x'; return event.response;",
		"F2.15 Warning added": "event.response.headers.warning = {value: 'x'}; return event.response;",
		"F2.15 X-Cache added": "event.response.headers['x-cache'] = {value: 'x'}; return event.response;",
		"a request returned":  "return event.request;",
		"nothing returned":    "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, handler(body)).ViewerResponse(t.Context(), withResponse(sample()))
			wantError(t, err, http.StatusBadGateway, "FunctionValidationError")
		})
	}
}

// F2.17: the edge must not call for answers of 400 and above.
func TestViewerResponse_F2_17_notFromFourHundredOn(t *testing.T) {
	t.Parallel()
	f := load(t, handler("return event.response;"))
	e := withResponse(sample())
	e.Response.StatusCode = 404
	if _, err := f.ViewerResponse(t.Context(), e); err == nil {
		t.Error("got no error")
	}
	e.Response = nil
	if _, err := f.ViewerResponse(t.Context(), e); err == nil {
		t.Error("got no error without a response")
	}
}

func TestViewerRequest_F2_29_answersItself(t *testing.T) {
	t.Parallel()
	got, err := load(t, handler(`return {statusCode: 302, statusDescription: 'Found',
		headers: {location: {value: 'https://www.example.com/'}},
		cookies: {a: {value: '1', attributes: 'Secure'}}, body: {encoding: 'text', data: 'gone'}};`)).ViewerRequest(t.Context(), sample())
	if err != nil {
		t.Fatal(err)
	}
	want := function.Result{Response: &function.Response{
		StatusCode: 302, StatusDescription: "Found", Headers: http.Header{"Location": {"https://www.example.com/"}},
		Cookies: []function.Cookie{{Name: "a", Value: "1", Attributes: "Secure"}}, Body: []byte("gone"),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
