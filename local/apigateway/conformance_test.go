package apigateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda"
)

// Each test here is one rule of API Gateway, named after it, with the number of its fact.

func TestConformance_F6_33_unknownHost(t *testing.T) {
	g := newGateway(t, standard(), nil)
	for _, host := range []string{"www.example.com", "prod-origin.example.com", "a.b.prod-origin.example.com", "127.0.0.1:8080"} {
		wantAnswer(t, g.do("GET", host, "/"), 403, `{"message":"Forbidden"}`)
	}
	if g.invoker.calls != 0 {
		t.Errorf("Lambda was called %d times", g.invoker.calls)
	}
}

// The host that DNS points to is no name of an API.
func TestConformance_F7_16_targetHostIsNoAPI(t *testing.T) {
	g := newGateway(t, standard(), nil)
	wantAnswer(t, g.do("GET", targetHost, "/"), 403, `{"message":"Forbidden"}`)
}

func TestConformance_F6_9_disabledExecuteAPIEndpoint(t *testing.T) {
	b := standard()
	b.find(apiType, "api").Inputs["disableExecuteApiEndpoint"] = true
	g := newGateway(t, b, nil)
	wantAnswer(t, g.do("GET", execHost, "/api/health"), 404, `{"message":"Not Found"}`)
	wantAnswer(t, g.do("GET", originHost, "/api/health"), 200, "ok")
}

func TestConformance_F6_3_wildcardDomain(t *testing.T) {
	b := standard()
	b.add(apiType, "other", "zyxwvutsrq", map[string]any{"protocolType": "HTTP"}, map[string]any{
		"apiEndpoint": "https://zyxwvutsrq.execute-api.eu-west-1.amazonaws.com", "executionArn": "arn:aws:execute-api:eu-west-1:123456789012:zyxwvutsrq",
	})
	b.add(stageType, "other", "$default", map[string]any{"apiId": "zyxwvutsrq", "name": "$default", "autoDeploy": true}, nil)
	b.add(domainNameType, "special", "special.prod-origin.example.com", map[string]any{
		"domainName":              "special.prod-origin.example.com",
		"domainNameConfiguration": map[string]any{"certificateArn": "c", "endpointType": "REGIONAL", "securityPolicy": "TLS_1_2"},
	}, map[string]any{"domainNameConfiguration": map[string]any{"targetDomainName": "d-0000000000.execute-api.eu-west-1.amazonaws.com"}})
	b.add(apiMappingType, "special", "m2", map[string]any{
		"apiId": "zyxwvutsrq", "domainName": "special.prod-origin.example.com", "stage": "$default",
	}, nil)
	g := newGateway(t, b, nil)
	wantAnswer(t, g.do("GET", "nearest.prod-origin.example.com", "/"), 200, "ok")
	wantAnswer(t, g.do("GET", "NEXT.prod-origin.example.com:443", "/"), 200, "ok")
	// The specific name wins; its API has no route.
	wantAnswer(t, g.do("GET", "special.prod-origin.example.com", "/"), 404, `{"message":"Not Found"}`)
}

// The same name may be a custom domain in several regions, and means another API in each.
func TestConformance_F6_2_domainPerRegion(t *testing.T) {
	b := standard()
	second := standard()
	for _, r := range second.resources {
		encoded, _ := json.Marshal(r)
		var moved graph.Resource
		_ = json.Unmarshal([]byte(strings.NewReplacer(testRegion, "us-east-1", apiID, "secondapi1").Replace(string(encoded))), &moved)
		if moved.Type != "aws:lambda/function:Function" {
			b.resources = append(b.resources, &moved)
			continue
		}
		moved.Inputs = nil
		b.resources = append(b.resources, &moved)
	}
	g := newGateway(t, b, nil)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "nearest.prod-origin.example.com"
	g.handler("us-east-1").ServeHTTP(w, r)
	if got := g.invoker.event().RequestContext.APIID; w.Code != 200 || got != "secondapi1" {
		t.Errorf("got status %d from API %q, want the second region's", w.Code, got)
	}
	wantAnswer(t, g.do("GET", "secondapi1.execute-api.us-east-1.amazonaws.com", "/"), 403, `{"message":"Forbidden"}`)
}

func TestConformance_F6_7_mappingKeys(t *testing.T) {
	b := standard()
	b.add(stageType, "v1", "v1", map[string]any{"apiId": apiID, "name": "v1", "autoDeploy": true}, nil)
	b.find(permissionType, "api").Inputs["sourceArn"] = execARN + "/*"
	for key, stage := range map[string]string{"v1": "v1", "v1/beta": "$default"} {
		b.add(apiMappingType, key, "m-"+key, map[string]any{
			"apiId": apiID, "domainName": "*.prod-origin.example.com", "stage": stage, "apiMappingKey": key,
		}, nil)
	}
	g := newGateway(t, b, nil)
	for target, want := range map[string]struct{ stage, path string }{
		"/":             {"$default", "/"},
		"/v1":           {"v1", "/v1/"},
		"/v1/x":         {"v1", "/v1/x"},
		"/v1/beta/x/y":  {"$default", "/x/y"},
		"/v10/x":        {"$default", "/v10/x"},
		"/other/v1/x":   {"$default", "/other/v1/x"},
		"/v1/betatest/": {"v1", "/v1/betatest/"},
	} {
		g.do("GET", originHost, target)
		e := g.invoker.event()
		if e.RequestContext.Stage != want.stage || e.RawPath != want.path {
			t.Errorf("%s: got stage %q and path %q, want %q and %q (F6.8)", target, e.RequestContext.Stage, e.RawPath, want.stage, want.path)
		}
	}
}

// F6.16: $default serves at the root, a named stage below its name.
func TestConformance_F6_16_stages(t *testing.T) {
	b := standard()
	b.add(stageType, "dev", "dev", map[string]any{
		"apiId": apiID, "name": "dev", "autoDeploy": true, "stageVariables": map[string]any{"color": "blue"},
	}, nil)
	b.find(permissionType, "api").Inputs["sourceArn"] = execARN + "/*/*"
	g := newGateway(t, b, nil)
	g.do("GET", execHost, "/dev/api/health")
	e := g.invoker.event()
	if e.RequestContext.Stage != "dev" || e.RouteKey != "GET /api/health" || e.RawPath != "/dev/api/health" || e.StageVariables["color"] != "blue" {
		t.Errorf("got %+v", e)
	}
	g.do("GET", execHost, "/api/health")
	if e := g.invoker.event(); e.RequestContext.Stage != "$default" || e.StageVariables != nil {
		t.Errorf("got %+v", e)
	}
}

func TestConformance_F6_17_routeChoice(t *testing.T) {
	keys := []string{
		"$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1", "ANY /pets/dog/1",
		"ANY /things", "POST /things", "GET /a/{x}/c", "GET /a/b/{y}", "GET /",
		"GET /full/{more+}", "GET /{any}/match",
	}
	var routes []*route
	for _, key := range keys {
		r, err := parseRouteKey(key)
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, r)
	}
	sortRoutes(routes)
	for _, c := range []struct {
		method, path, want string
		parameters         map[string]string
	}{
		// The guide's own example.
		{"GET", "/pets/dog/1", "GET /pets/dog/1", nil},
		{"GET", "/pets/dog/2", "GET /pets/dog/{id}", map[string]string{"id": "2"}},
		{"GET", "/pets/cat/1", "GET /pets/{proxy+}", map[string]string{"proxy": "cat/1"}},
		{"POST", "/test/5", "ANY /{proxy+}", map[string]string{"proxy": "test/5"}},
		// ANY takes the methods that are not declared for the path.
		{"DELETE", "/pets/dog/1", "ANY /pets/dog/1", nil},
		{"POST", "/things", "POST /things", nil},
		{"PUT", "/things", "ANY /things", nil},
		// A path with a declared route of another method is no full match.
		{"POST", "/pets/dog/2", "ANY /{proxy+}", map[string]string{"proxy": "pets/dog/2"}},
		{"GET", "/pets", "ANY /{proxy+}", map[string]string{"proxy": "pets"}},
		{"GET", "/a/b/c", "GET /a/b/{y}", map[string]string{"y": "c"}},
		{"GET", "/a/z/c", "GET /a/{x}/c", map[string]string{"x": "z"}},
		// A full match goes before a greedy one, however literal that is.
		{"GET", "/full/match", "GET /{any}/match", map[string]string{"any": "full"}},
		{"GET", "/full/other", "GET /full/{more+}", map[string]string{"more": "other"}},
		{"GET", "/", "GET /", nil},
		{"POST", "/", "$default", nil},
		{"GET", "/Pets/dog/1", "ANY /{proxy+}", map[string]string{"proxy": "Pets/dog/1"}},
		{"GET", "/things/", "ANY /{proxy+}", map[string]string{"proxy": "things/"}},
		{"GET", "/pets/dog/", "GET /pets/{proxy+}", map[string]string{"proxy": "dog/"}},
	} {
		r, parameters := chooseRoute(routes, c.method, c.path)
		if r == nil || r.key != c.want {
			t.Errorf("%s %s: got %+v, want %s", c.method, c.path, r, c.want)
			continue
		}
		if d := cmp.Diff(c.parameters, parameters); d != "" {
			t.Errorf("%s %s: parameters (-want +got):\n%s", c.method, c.path, d)
		}
	}
}

// Without $default an unknown path or method is API Gateway's own 404.
func TestConformance_F6_17_noRoute(t *testing.T) {
	b := standard()
	b.resources = slices.DeleteFunc(b.resources, func(r *graph.Resource) bool { return r.Name == "$default" })
	g := newGateway(t, b, nil)
	wantAnswer(t, g.do("GET", originHost, "/nothing"), 404, `{"message":"Not Found"}`)
	wantAnswer(t, g.do("POST", originHost, "/api/health"), 404, `{"message":"Not Found"}`)
	wantAnswer(t, g.do("GET", originHost, "/api/health"), 200, "ok")
}

func TestConformance_F6_12_event(t *testing.T) {
	g := newGateway(t, standard(), nil)
	r := httptest.NewRequest("POST", "/api/feedback?a=1&b=x%20y&a=2&c", strings.NewReader(`{"ä":1}`))
	r.Host = originHost
	r.RemoteAddr = "130.176.0.1:4711"
	r.Header = http.Header{
		"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Amazon CloudFront"},
		"X-Twice": {"one", "two"}, "Cookie": {"a=1; b=2", "c=3"}, "X-Forwarded-For": {"203.0.113.9"},
		"Connection": {"keep-alive"}, "X-Amzn-Trace-Id": {"Root=1-67891233-abcdef012345678912345678"},
	}
	response := g.send(r)
	id := response.Header.Get("Apigw-Requestid")
	want := &Event{
		Version: "2.0", RouteKey: "$default", RawPath: "/api/feedback", RawQueryString: "a=1&b=x%20y&a=2&c",
		Cookies: []string{"a=1", "b=2", "c=3"},
		Headers: map[string]string{
			"content-type": "application/json; charset=utf-8", "user-agent": "Amazon CloudFront", "x-twice": "one,two",
			"x-forwarded-for": "203.0.113.9, 130.176.0.1", "x-forwarded-port": "443", "x-forwarded-proto": "https",
			"host": originHost, "content-length": "8", "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
		},
		QueryStringParameters: map[string]string{"a": "1,2", "b": "x y", "c": ""},
		RequestContext: RequestContext{
			AccountID: "123456789012", APIID: apiID, DomainName: originHost, DomainPrefix: testRegion,
			HTTP: HTTPContext{
				Method: "POST", Path: "/api/feedback", Protocol: "HTTP/1.1", SourceIP: "130.176.0.1", UserAgent: "Amazon CloudFront",
			},
			RequestID: id, RouteKey: "$default", Stage: "$default",
			Time: "12/Mar/2020:19:03:58 +0000", TimeEpoch: 1583348638390,
		},
		Body: `{"ä":1}`,
	}
	want.RequestContext.Time, want.RequestContext.TimeEpoch = "12/Mar/2026:19:03:58 +0000", g.clock.Now().UnixMilli()
	if d := cmp.Diff(want, g.invoker.event()); d != "" {
		t.Errorf("event (-want +got):\n%s", d)
	}
	if g.invoker.arn != functionARN {
		t.Errorf("invoked %q, want %q", g.invoker.arn, functionARN)
	}
	if len(id) != 16 {
		t.Errorf("got Apigw-Requestid %q, want 16 characters", id)
	}
}

// F6.14: the source is the gateway's client; without a trace the gateway begins one.
func TestConformance_F6_14_plainRequest(t *testing.T) {
	g := newGateway(t, standard(), nil)
	g.do("GET", execHost, "/")
	e := g.invoker.event()
	if got := e.Headers["x-forwarded-for"]; got != "192.0.2.1" || e.RequestContext.HTTP.SourceIP != got {
		t.Errorf("got X-Forwarded-For %q and source %q", got, e.RequestContext.HTTP.SourceIP)
	}
	if got := e.Headers["x-amzn-trace-id"]; !strings.HasPrefix(got, "Root=1-69b30") {
		t.Errorf("got trace %q, want a root of the simulated time", got)
	}
	if e.QueryStringParameters != nil || e.Cookies != nil || e.Body != "" || e.IsBase64Encoded || e.Headers["content-length"] != "0" {
		t.Errorf("got %+v", e)
	}
}

// HTTP APIs hand the path on decoded, and cut it at a decoded question mark.
func TestConformance_rawPathDecoded(t *testing.T) {
	g := newGateway(t, standard(), nil)
	for target, want := range map[string]string{
		"/a%20b":     "/a b",
		"/%C3%A4":    "/ä",
		"/a%3Fb=1/c": "/a",
		"/a//b/":     "/a//b/",
		"/a+b":       "/a+b",
	} {
		g.do("GET", originHost, target)
		if e := g.invoker.event(); e.RawPath != want || e.RequestContext.HTTP.Path != want {
			t.Errorf("%s: got path %q, want %q", target, e.RawPath, want)
		}
	}
}

func TestConformance_bodyEncoding(t *testing.T) {
	g := newGateway(t, standard(), nil)
	for _, c := range []struct {
		contentType, body string
		encoded           bool
	}{
		{"application/json", "{}", false},
		{"Application/JSON;charset=UTF-8", "{}", false},
		{"text/plain", "x", false},
		{"text/csv", "x", false},
		{"application/xml", "<a/>", false},
		{"application/javascript", "1", false},
		{"application/x-www-form-urlencoded", "a=1", true},
		{"application/octet-stream", "x", true},
		{"", "x", true},
		{"text/plain", "\xff", true},
		{"application/json", "\"\xc3\x28\"", true},
		{"text/plain; broken=\"", "x", false},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		r.Host = originHost
		r.Header.Set("Content-Type", c.contentType)
		g.send(r)
		e := g.invoker.event()
		want := c.body
		if c.encoded {
			want = base64Text(c.body)
		}
		if e.IsBase64Encoded != c.encoded || e.Body != want {
			t.Errorf("%q %q: got %q, encoded %t", c.contentType, c.body, e.Body, e.IsBase64Encoded)
		}
	}
}

func TestConformance_F6_15_response(t *testing.T) {
	for name, c := range map[string]struct {
		payload     string
		status      int
		contentType string
		body        string
	}{
		"object":                 {`{"statusCode":201,"headers":{"content-type":"text/html"},"body":"<p>"}`, 201, "text/html", "<p>"},
		"default type":           {`{"statusCode":200,"body":"x"}`, 200, "text/plain;charset=UTF-8", "x"},
		"no body":                {`{"statusCode":404}`, 404, "text/plain;charset=UTF-8", ""},
		"base64":                 {`{"statusCode":200,"isBase64Encoded":true,"body":"/w=="}`, 200, "text/plain;charset=UTF-8", "\xff"},
		"status as text":         {`{"statusCode":"203"}`, 203, "text/plain;charset=UTF-8", ""},
		"inferred object":        {`{"message":"hi"}`, 200, "application/json", `{"message":"hi"}`},
		"inferred with body":     {`{"body":"hi"}`, 200, "application/json", `{"body":"hi"}`},
		"inferred text":          {`"Hello from Lambda!"`, 200, "application/json", "Hello from Lambda!"},
		"inferred number":        {`17`, 200, "application/json", "17"},
		"inferred list":          {`[1]`, 200, "application/json", "[1]"},
		"inferred null":          {`null`, 200, "application/json", "null"},
		"null statusCode":        {`{"statusCode":null}`, 200, "application/json", `{"statusCode":null}`},
		"null fields":            {`{"statusCode":200,"headers":null,"cookies":null,"body":null,"isBase64Encoded":null}`, 200, "text/plain;charset=UTF-8", ""},
		"unknown fields":         {`{"statusCode":200,"multiValueHeaders":{"x":["y"]},"more":1,"body":"x"}`, 200, "text/plain;charset=UTF-8", "x"},
		"body is no text":        {`{"statusCode":200,"body":{"a":1}}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"headers are no object":  {`{"statusCode":200,"headers":["x"]}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"header is a list":       {`{"statusCode":200,"headers":{"x":["y"]}}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"header with line break": {`{"statusCode":200,"headers":{"x":"y\r\nz: 1"}}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"cookies are no list":    {`{"statusCode":200,"cookies":"a=1"}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"status out of range":    {`{"statusCode":99}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"status is a fraction":   {`{"statusCode":200.5}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"no base64":              {`{"statusCode":200,"isBase64Encoded":true,"body":"*"}`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"no JSON":                {`{fdasfdsa`, 500, "application/json", `{"message":"Internal Server Error"}`},
		"empty":                  {``, 500, "application/json", `{"message":"Internal Server Error"}`},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, standard(), payloads(c.payload))
			r := g.do("GET", originHost, "/")
			if got := r.Header.Get("Content-Type"); got != c.contentType {
				t.Errorf("got content type %q, want %q", got, c.contentType)
			}
			wantAnswer(t, r, c.status, c.body)
		})
	}
}

func TestConformance_F6_15_responseHeaders(t *testing.T) {
	g := newGateway(t, standard(), payloads(`{"statusCode":200,"headers":{"x-a":"1","ETag":"\"e\"","x-number":5,"x-yes":true},
		"cookies":["a=1; Secure","b=2"],"body":"four"}`))
	r := g.do("GET", originHost, "/")
	for name, want := range map[string][]string{
		"X-A": {"1"}, "Etag": {`"e"`}, "X-Number": {"5"}, "X-Yes": {"true"}, "Set-Cookie": {"a=1; Secure", "b=2"},
		"Content-Length": {"4"}, "Date": {"Thu, 12 Mar 2026 19:03:58 GMT"},
	} {
		if d := cmp.Diff(want, r.Header[name]); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	r = g.do("HEAD", originHost, "/")
	if r.Header.Get("Content-Length") != "4" {
		t.Errorf("HEAD: got Content-Length %q, want 4", r.Header.Get("Content-Length"))
	}
	wantAnswer(t, r, 200, "")
	if got := g.invoker.event().RequestContext.HTTP.Method; got != "HEAD" {
		t.Errorf("HEAD reaches the function as %q", got)
	}
	g = newGateway(t, standard(), payloads(`{"statusCode":204,"body":"ignored"}`))
	r = g.do("GET", originHost, "/")
	wantAnswer(t, r, 204, "")
	if _, has := r.Header["Content-Length"]; has {
		t.Error("a 204 has no Content-Length")
	}
}

func TestConformance_F6_34_remappedHeaders(t *testing.T) {
	g := newGateway(t, standard(), payloads(`{"statusCode":200,"headers":{"Connection":"close","Date":"yesterday","Server":"me",
		"Authorization":"a","WWW-Authenticate":"w","x-amzn-requestid":"i","Content-Length":"99","Transfer-Encoding":"chunked",
		"Apigw-Requestid":"mine","X-Amz-Meta":"m"}}`))
	r := g.do("GET", originHost, "/")
	for _, name := range []string{"Connection", "Date", "Server", "Authorization", "Www-Authenticate", "X-Amzn-Requestid", "Content-Length", "Transfer-Encoding"} {
		if r.Header.Get("X-Amzn-Remapped-"+name) == "" {
			t.Errorf("no X-Amzn-Remapped-%s in %v", name, r.Header)
		}
	}
	if r.Header.Get("Connection") != "" || r.Header.Get("Content-Length") != "0" || r.Header.Get("Apigw-Requestid") == "mine" || r.Header.Get("X-Amz-Meta") != "m" {
		t.Errorf("got %v", r.Header)
	}
}

// F6.19, F6.20 and the design: per stage and per route, in simulated time.
func TestConformance_F6_19_throttling(t *testing.T) {
	g := newGateway(t, standard(), nil)
	fill := func(target string) (allowed int) {
		for allowed < 1000 && g.do("GET", originHost, target).StatusCode == 200 {
			allowed++
		}
		return allowed
	}
	if got := fill("/"); got != 200 {
		t.Errorf("burst: %d requests, want 200", got)
	}
	wantAnswer(t, g.do("GET", originHost, "/"), 429, `{"message":"Too Many Requests"}`)
	// A burst on the API leaves the health route its own bucket.
	if got := fill("/api/health"); got != 100 {
		t.Errorf("health burst: %d requests, want 100", got)
	}
	g.clock.advance(500 * time.Millisecond)
	if got := fill("/"); got != 50 {
		t.Errorf("after half a second: %d requests, want 50", got)
	}
	if got := fill("/api/health"); got != 25 {
		t.Errorf("health after half a second: %d requests, want 25", got)
	}
	g.clock.advance(time.Hour)
	if got := fill("/"); got != 200 {
		t.Errorf("after an hour: %d requests, want 200", got)
	}
}

func TestConformance_F6_20_oneThrottleValueBlocks(t *testing.T) {
	for _, settings := range []map[string]any{{"throttlingBurstLimit": 200.0}, {"throttlingRateLimit": 100.0}} {
		b := standard()
		b.find(stageType, "api").Inputs["defaultRouteSettings"] = settings
		wantAnswer(t, newGateway(t, b, nil).do("GET", originHost, "/"), 429, `{"message":"Too Many Requests"}`)
	}
}

func TestConformance_F6_19_accountLimit(t *testing.T) {
	b := standard()
	delete(b.find(stageType, "api").Inputs, "defaultRouteSettings")
	g := newGateway(t, b, nil)
	for n := range 5001 {
		if status := g.do("GET", originHost, "/").StatusCode; (status == 200) != (n < 5000) {
			t.Fatalf("request %d: got %d, want the account's burst of 5000", n, status)
		}
	}
}

func TestConformance_F6_13_headerLimit(t *testing.T) {
	g := newGateway(t, standard(), nil)
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = originHost
	used := headerBytes(r) + len("X: \r\n")
	r.Header.Set("X", strings.Repeat("x", 10_240-used))
	wantAnswer(t, g.send(r), 200, "ok")
	r.Header.Set("X", strings.Repeat("x", 10_241-used))
	wantAnswer(t, g.send(r), 431, `{"message":"Request Header Fields Too Large"}`)
	r = httptest.NewRequest("GET", "/?"+strings.Repeat("q", 10_240), nil)
	r.Host = originHost
	wantAnswer(t, g.send(r), 431, `{"message":"Request Header Fields Too Large"}`)
}

func TestConformance_F6_13_payloadLimit(t *testing.T) {
	g := newGateway(t, standard(), nil)
	post := func(size int) *http.Response {
		r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", size)))
		r.Host = originHost
		r.Header.Set("Content-Type", "text/plain")
		return g.send(r)
	}
	wantAnswer(t, post(10_000_000), 200, "ok")
	wantAnswer(t, post(10_000_001), 413, `{"message":"Request Entity Too Large"}`)
	g.invoker.answer = func(context.Context, *Event) (lambda.Result, error) {
		return lambda.Result{}, fmt.Errorf("wrapped: %w", &lambda.PayloadTooLargeError{})
	}
	wantAnswer(t, post(1), 413, `{"message":"Request Entity Too Large"}`)
}

// F10.20: the function goes on, the client gets a 503.
func TestConformance_F10_20_integrationTimeout(t *testing.T) {
	b := standard()
	b.find(integrationType, "api").Inputs["timeoutMilliseconds"] = 50.0
	g := newGateway(t, b, &fakeInvoker{answer: func(ctx context.Context, _ *Event) (lambda.Result, error) {
		<-ctx.Done()
		return lambda.Result{}, fmt.Errorf("invoking: %w", context.Cause(ctx))
	}})
	wantAnswer(t, g.do("GET", originHost, "/"), 503, `{"message":"Service Unavailable"}`)
}

func TestConformance_F6_13_defaultIntegrationTimeout(t *testing.T) {
	b := standard()
	delete(b.find(integrationType, "api").Inputs, "timeoutMilliseconds")
	g := newGateway(t, b, &fakeInvoker{answer: func(ctx context.Context, _ *Event) (lambda.Result, error) {
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 30*time.Second || time.Until(deadline) < 29*time.Second {
			return lambda.Result{}, fmt.Errorf("deadline %v", deadline)
		}
		return lambda.Result{Payload: []byte("1")}, nil
	}})
	wantAnswer(t, g.do("GET", originHost, "/"), 200, "1")
}

func TestIntegration_patience(t *testing.T) {
	g := newGateway(t, standard(), &fakeInvoker{answer: func(ctx context.Context, _ *Event) (lambda.Result, error) {
		deadline, _ := ctx.Deadline()
		return lambda.Result{Payload: strconv.AppendBool(nil, time.Until(deadline) > time.Minute)}, nil
	}})
	for patience, want := range map[int]string{0: "false", 20: "true"} {
		g.options.Patience = patience
		wantAnswer(t, g.do("GET", originHost, "/"), 200, want)
	}
}

func TestConformance_F10_20_functionError(t *testing.T) {
	g := newGateway(t, standard(), &fakeInvoker{answer: func(context.Context, *Event) (lambda.Result, error) {
		return lambda.Result{Payload: []byte(`{"errorType":"E","errorMessage":"secret detail"}`), FunctionError: "Unhandled"}, nil
	}})
	r := g.do("GET", originHost, "/")
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("got content type %q", got)
	}
	wantAnswer(t, r, 500, `{"message":"Internal Server Error"}`)
}

func TestConformance_throttledByLambda(t *testing.T) {
	g := newGateway(t, standard(), &fakeInvoker{answer: func(context.Context, *Event) (lambda.Result, error) {
		return lambda.Result{}, fmt.Errorf("wrapped: %w", &lambda.ThrottledError{})
	}})
	wantAnswer(t, g.do("GET", originHost, "/"), 503, `{"message":"Service Unavailable"}`)
}

// F10.8: the permission's source ARN must name this API, stage and route.
func TestConformance_F10_8_invokePermission(t *testing.T) {
	for name, c := range map[string]struct {
		change          func(map[string]any)
		root, healthRaw int
	}{
		"any stage and route": {func(p map[string]any) { p["sourceArn"] = execARN + "/*/*" }, 200, 200},
		"documented form":     {func(p map[string]any) { p["sourceArn"] = execARN + "/$default/$default" }, 200, 500},
		"one route":           {func(p map[string]any) { p["sourceArn"] = execARN + "/*/GET/api/health" }, 500, 200},
		"three parts":         {func(p map[string]any) { p["sourceArn"] = execARN + "/*/*/*" }, 500, 200},
		"other stage":         {func(p map[string]any) { p["sourceArn"] = execARN + "/prod/*" }, 500, 500},
		"other API":           {func(p map[string]any) { p["sourceArn"] = strings.Replace(execARN, apiID, "otherapi00", 1) + "/*" }, 500, 500},
		"no source":           {func(p map[string]any) { delete(p, "sourceArn") }, 200, 200},
		"by ARN":              {func(p map[string]any) { p["function"] = functionARN }, 200, 200},
		"other function":      {func(p map[string]any) { p["function"] = "redelivery" }, 500, 500},
		"other service":       {func(p map[string]any) { p["principal"] = "s3.amazonaws.com" }, 500, 500},
		"other action":        {func(p map[string]any) { p["action"] = "lambda:GetFunction" }, 500, 500},
		"other account":       {func(p map[string]any) { p["sourceAccount"] = "999999999999" }, 500, 500},
		"an alias alone":      {func(p map[string]any) { p["qualifier"] = "live" }, 500, 500},
		"this account":        {func(p map[string]any) { p["sourceAccount"] = "123456789012" }, 200, 200},
	} {
		t.Run(name, func(t *testing.T) {
			b := standard()
			c.change(b.find(permissionType, "api").Inputs)
			g := newGateway(t, b, nil)
			if got := g.do("GET", originHost, "/").StatusCode; got != c.root {
				t.Errorf("$default: got %d, want %d", got, c.root)
			}
			r := g.do("GET", originHost, "/api/health")
			if r.StatusCode != c.healthRaw {
				t.Errorf("health: got %d, want %d", r.StatusCode, c.healthRaw)
			}
			if c.healthRaw == 500 {
				wantAnswer(t, r, 500, `{"message":"Internal Server Error"}`)
			}
		})
	}
}

// A route that leads to an alias needs a statement for that alias; one for the unqualified function is not enough.
func TestConformance_F10_8_aliasPermission(t *testing.T) {
	for qualifier, want := range map[any]int{nil: 500, "live": 200, "other": 500} {
		b := standard()
		b.add(lambda.AliasType, "api", "live", map[string]any{"name": "live", "functionName": "api"}, map[string]any{"arn": functionARN + ":live"})
		b.find(integrationType, "api").Inputs["integrationUri"] = functionARN + ":live"
		b.find(permissionType, "api").Inputs["qualifier"] = qualifier
		if got := newGateway(t, b, nil).do("GET", originHost, "/").StatusCode; got != want {
			t.Errorf("a statement for %v: got %d, want %d", qualifier, got, want)
		}
	}
}

func TestConformance_F6_21_accessLog(t *testing.T) {
	g := newGateway(t, standard(), nil)
	r := httptest.NewRequest("GET", "/api/health", nil)
	r.Host = originHost
	r.Header.Set("User-Agent", `say "hi"`)
	id := g.send(r).Header.Get("Apigw-Requestid")
	want := `{"id":"` + id + `","route":"GET /api/health","status":"200","ua":"say \"hi\"","error":"-"}`
	if d := cmp.Diff([]string{want}, g.lines); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
	// What reaches no stage is in no stage's log.
	g.do("GET", "elsewhere.example.com", "/")
	if len(g.lines) != 1 {
		t.Errorf("got lines %v", g.lines[1:])
	}
}

func TestConformance_F6_21_accessLogVariables(t *testing.T) {
	b := standard()
	names := []string{
		"accountId", "apiId", "domainName", "domainPrefix", "httpMethod", "path", "protocol", "stage", "status", "routeKey",
		"requestTime", "requestTimeEpoch", "responseLength", "dataProcessed", "identity.sourceIp", "integrationStatus",
		"integration.integrationStatus", "error.message", "error.messageString", "error.responseType", "authorizer.claims.sub",
		"customDomain.basePathMatched", "identity.clientCert.clientCertPem",
	}
	var format []string
	for _, name := range names {
		format = append(format, name+"=$context."+name)
	}
	b.find(stageType, "api").Inputs["accessLogSettings"].(map[string]any)["format"] = strings.Join(format, " ")
	g := newGateway(t, b, nil)
	r := httptest.NewRequest("POST", "/x?q=1", strings.NewReader("abc"))
	r.Host = originHost
	g.send(r)
	g.invoker.answer = func(context.Context, *Event) (lambda.Result, error) { return lambda.Result{Payload: []byte("x")}, nil }
	g.do("GET", originHost, "/y")
	epoch := fmt.Sprint(g.clock.Now().UnixMilli())
	want := []string{
		"accountId=123456789012 apiId=abcdefghij domainName=" + originHost + " domainPrefix=eu-west-1 httpMethod=POST path=/x protocol=HTTP/1.1 stage=$default" +
			" status=200 routeKey=$default requestTime=12/Mar/2026:19:03:58 +0000 requestTimeEpoch=" + epoch + " responseLength=2 dataProcessed=5" +
			" identity.sourceIp=192.0.2.1 integrationStatus=200 integration.integrationStatus=200 error.message=- error.messageString=- error.responseType=-" +
			" authorizer.claims.sub=- customDomain.basePathMatched=- identity.clientCert.clientCertPem=-",
		"accountId=123456789012 apiId=abcdefghij domainName=" + originHost + " domainPrefix=eu-west-1 httpMethod=GET path=/y protocol=HTTP/1.1 stage=$default" +
			" status=500 routeKey=$default requestTime=12/Mar/2026:19:03:58 +0000 requestTimeEpoch=" + epoch + " responseLength=35 dataProcessed=35" +
			" identity.sourceIp=192.0.2.1 integrationStatus=200 integration.integrationStatus=- error.message=Internal Server Error error.messageString=\"Internal Server Error\"" +
			" error.responseType=INTEGRATION_FAILURE authorizer.claims.sub=- customDomain.basePathMatched=- identity.clientCert.clientCertPem=-",
	}
	if d := cmp.Diff(want, g.lines); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
}
