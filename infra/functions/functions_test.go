package functions_test

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/functions"
	"github.com/onefront/onefront/local/cloudfront/function"
)

var apiCodes = []int{500, 502, 503, 504}

// composed is a viewer-request function, running; store is its key value store, if it reads one.
func composed(t testing.TB, r functions.Request, store map[string]string) *function.Function {
	t.Helper()
	code, err := functions.ComposeRequest(r)
	if err != nil {
		t.Fatal(err)
	}
	f, err := function.New(code, store, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("%v\n%s", err, code)
	}
	return f
}

// event is a request to a URL without scheme, such as "www.example.com/about?x=1", with headers as name, value, ...
func event(method, url string, headers ...string) function.Event {
	host, rest, _ := strings.Cut(url, "/")
	path, query, asked := strings.Cut("/"+rest, "?")
	edge, _ := geography.LookupEdge("FRA")
	e := function.Event{Edge: edge, Request: function.Request{
		Method: method, URI: path, Headers: http.Header{"Host": {host}},
	}}
	if asked {
		e.Request.Query = function.Params{}
		if query != "" {
			e.Request.Query = function.ParseQuery(query)
		}
	}
	for i := 0; i < len(headers); i += 2 {
		e.Request.Headers.Set(headers[i], headers[i+1])
	}
	return e
}

func run(t testing.TB, f *function.Function, e function.Event) function.Result {
	t.Helper()
	got, err := f.ViewerRequest(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestComposeRequest_nothing(t *testing.T) {
	t.Parallel()
	code, err := functions.ComposeRequest(functions.Request{})
	if err != nil || code != "" {
		t.Errorf("got %q, %v, want nothing", code, err)
	}
	code, err = functions.ComposeResponse(functions.Response{})
	if err != nil || code != "" {
		t.Errorf("got %q, %v, want nothing", code, err)
	}
}

func TestRedirectAlias(t *testing.T) {
	t.Parallel()
	f := composed(t, functions.Request{
		Redirects: map[string]string{
			"example.com": "www.example.com", "old.example.com": "www.example.com",
			"*.example.net": "www.example.com", "shop.example.net": "shop.example.com",
			"*.example.org": "www.example.org",
		},
		Served: []string{"www.example.com", "api.example.org"},
	}, nil)
	tests := map[string]struct {
		method, url string
		status      int
		location    string
	}{
		"apex":                         {"GET", "example.com/", 301, "https://www.example.com/"},
		"sub-domain, path and query":   {"GET", "old.example.com/a%20b/c?x=1&y=2&x=3", 301, "https://www.example.com/a%20b/c?x=1&y=2&x=3"},
		"query byte for byte":          {"GET", "old.example.com/?b&a=%2f&b=", 301, "https://www.example.com/?b&a=%2f&b="},
		"question mark alone":          {"GET", "old.example.com/?", 301, "https://www.example.com/"},
		"two slashes stay a path":      {"GET", "old.example.com//evil.example", 301, "https://www.example.com//evil.example"},
		"HEAD":                         {"HEAD", "old.example.com/", 301, "https://www.example.com/"},
		"POST keeps its method":        {"POST", "old.example.com/api/orders", 308, "https://www.example.com/api/orders"},
		"OPTIONS":                      {"OPTIONS", "old.example.com/", 308, "https://www.example.com/"},
		"upper case and port":          {"GET", "OLD.Example.com:443/", 301, "https://www.example.com/"},
		"wildcard":                     {"GET", "any.example.net/", 301, "https://www.example.com/"},
		"exact name before wildcard":   {"GET", "shop.example.net/", 301, "https://shop.example.com/"},
		"wildcard covers one label":    {"GET", "a.b.example.net/", 0, ""},
		"wildcard does not cover apex": {"GET", "example.net/", 0, ""},
		"main name":                    {"GET", "www.example.com/", 0, ""},
		"target under its wildcard":    {"GET", "www.example.org/", 0, ""},
		"served under a wildcard":      {"GET", "api.example.org/", 0, ""},
		"other under that wildcard":    {"GET", "x.example.org/", 301, "https://www.example.org/"},
		"property of every object":     {"GET", "constructor.example.com/", 0, ""},
		"prototype":                    {"GET", "tostring.__proto__/", 0, ""},
		"no dot":                       {"GET", "localhost/", 0, ""},
		"distribution's own name":      {"GET", "d111111abcdef8.cloudfront.net/", 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := event(tt.method, tt.url)
			got := run(t, f, e)
			if tt.status == 0 {
				if got.Request == nil || got.Response != nil {
					t.Fatalf("got %+v, want the request to go on", got.Response)
				}
				return
			}
			if got.Response == nil {
				t.Fatal("the request went on, want a redirect")
			}
			if got.Response.StatusCode != tt.status || got.Response.Headers.Get("Location") != tt.location {
				t.Errorf("got %d %s, want %d %s", got.Response.StatusCode, got.Response.Headers.Get("Location"), tt.status, tt.location)
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	f := composed(t, functions.Request{PreflightOrigins: []string{"https://app.example.org", "https://b.example"}}, nil)
	got := run(t, f, event("OPTIONS", "www.example.com/api/orders", "Origin", "https://app.example.org",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "Content-Type, x-evil,idempotency-key"))
	want := &function.Response{StatusCode: 204, StatusDescription: "No Content", Headers: http.Header{
		"Access-Control-Allow-Origin":  {"https://app.example.org"},
		"Access-Control-Allow-Methods": {"GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"},
		"Access-Control-Allow-Headers": {"content-type, idempotency-key"},
		"Access-Control-Max-Age":       {"7200"},
		"Cache-Control":                {"no-store"},
		"Vary":                         {"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
	}}
	if diff := cmp.Diff(want, got.Response); diff != "" {
		t.Error(diff)
	}

	t.Run("no headers asked", func(t *testing.T) {
		got := run(t, f, event("OPTIONS", "www.example.com/api/x", "Origin", "https://b.example", "Access-Control-Request-Method", "GET"))
		if got.Response == nil || got.Response.Headers["Access-Control-Allow-Headers"] != nil {
			t.Errorf("got %+v, want an answer without allowed headers", got.Response)
		}
	})
	for name, e := range map[string]function.Event{
		"OPTIONS that is no preflight": event("OPTIONS", "www.example.com/api/x", "Origin", "https://app.example.org"),
		"OPTIONS without origin":       event("OPTIONS", "www.example.com/api/x", "Access-Control-Request-Method", "GET"),
		"origin not allowed":           event("OPTIONS", "www.example.com/api/x", "Origin", "https://evil.example", "Access-Control-Request-Method", "GET"),
		"origin in another case":       event("OPTIONS", "www.example.com/api/x", "Origin", "https://APP.example.org", "Access-Control-Request-Method", "GET"),
		"prefix of an origin":          event("OPTIONS", "www.example.com/api/x", "Origin", "https://app.example.or", "Access-Control-Request-Method", "GET"),
		"GET with the headers":         event("GET", "www.example.com/api/x", "Origin", "https://app.example.org", "Access-Control-Request-Method", "GET"),
	} {
		t.Run(name+" goes on", func(t *testing.T) {
			if got := run(t, f, e); got.Response != nil {
				t.Errorf("got %+v", got.Response)
			}
		})
	}
}

func TestNotFoundStatus(t *testing.T) {
	t.Parallel()
	code, err := functions.ComposeResponse(functions.Response{NotFound: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := function.New(code, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mark         string
		status, want int
	}{{"404", 200, 404}, {"404", 304, 304}, {"404", 206, 206}, {"", 200, 200}, {"200", 200, 200}} {
		e := event("GET", "www.example.com/anything")
		e.Response = &function.Response{StatusCode: tt.status, Headers: http.Header{"Etag": {`"x"`}}}
		if tt.mark != "" {
			e.Response.Headers.Set(functions.StatusMark, tt.mark)
		}
		got, err := f.ViewerResponse(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		if got.Response.StatusCode != tt.want || got.Response.Headers.Get("Etag") != `"x"` || got.Response.Body != nil {
			t.Errorf("%q with %d: got %+v, want status %d and the rest as it was", tt.mark, tt.status, got.Response, tt.want)
		}
		if tt.mark == "404" && got.Response.Headers.Get(functions.StatusMark) != "" {
			t.Errorf("%q with %d: viewers see the mark", tt.mark, tt.status)
		}
	}
}

// edgeRequest is edge routing as the program composes it.
func edgeRequest(regions, drained []string) functions.Request {
	choice := &functions.EdgeChoice{Table: map[string][]string{}, StatusCodes: apiCodes}
	for place, nearest := range functions.EdgeTable(regions, drained) {
		for _, region := range nearest {
			choice.Table[place] = append(choice.Table[place], "api-"+region)
		}
	}
	for _, region := range regions {
		if !slices.Contains(drained, region) {
			choice.Default = append(choice.Default, "api-"+region)
		}
	}
	return functions.Request{Edge: choice}
}

func TestEdgeChoice(t *testing.T) {
	t.Parallel()
	three := []string{"eu-west-1", "us-east-1", "ap-southeast-2"}
	group := func(a, b string) *function.OriginChoice {
		return &function.OriginChoice{Group: &function.Group{IDs: [2]string{a, b}, StatusCodes: apiCodes}}
	}
	one := func(id string) *function.OriginChoice { return &function.OriginChoice{ID: id} }
	tests := map[string]struct {
		regions, drained []string
		edge, method     string
		want             *function.OriginChoice
	}{
		"GET from Frankfurt":              {three, nil, "FRA", "GET", group("api-eu-west-1", "api-us-east-1")},
		"HEAD from Frankfurt":             {three, nil, "FRA", "HEAD", group("api-eu-west-1", "api-us-east-1")},
		"POST from Frankfurt (F2.9)":      {three, nil, "FRA", "POST", one("api-eu-west-1")},
		"OPTIONS from Frankfurt":          {three, nil, "FRA", "OPTIONS", one("api-eu-west-1")},
		"GET from Virginia":               {three, nil, "IAD", "GET", group("api-us-east-1", "api-eu-west-1")},
		"POST from Sydney":                {three, nil, "SYD", "POST", one("api-ap-southeast-2")},
		"drained nearest":                 {three, []string{"eu-west-1"}, "FRA", "GET", group("api-us-east-1", "api-ap-southeast-2")},
		"drained, writes":                 {three, []string{"eu-west-1"}, "FRA", "DELETE", one("api-us-east-1")},
		"one left: no group":              {three, []string{"eu-west-1", "ap-southeast-2"}, "FRA", "GET", one("api-us-east-1")},
		"one region: no group":            {three[:1], nil, "FRA", "GET", one("api-eu-west-1")},
		"unknown place":                   {three, nil, "", "GET", one("api-eu-west-1")},
		"unknown place, home drained":     {three, []string{"eu-west-1"}, "", "GET", one("api-us-east-1")},
		"place named as object's own":     {three, nil, "constructor", "GET", one("api-eu-west-1")},
		"place of a future edge cache":    {three, nil, "xx-new-9", "POST", one("api-eu-west-1")},
		"place that no edge has at today": {three, nil, "af-south-1", "GET", group("api-eu-west-1", "api-ap-southeast-2")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := composed(t, edgeRequest(tt.regions, tt.drained), nil)
			e := event(tt.method, "www.example.com/api/x")
			edge, known := geography.LookupEdge(tt.edge)
			if !known {
				edge = geography.Edge{Code: "XXX", RegionalEdgeCache: tt.edge}
			}
			e.Edge = edge
			if diff := cmp.Diff(tt.want, run(t, f, e).Origin); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEdgeTable_coversEveryCommercialRegion(t *testing.T) {
	t.Parallel()
	regions := []string{"eu-west-1", "us-east-1", "ap-southeast-2", "sa-east-1"}
	table := functions.EdgeTable(regions, []string{"sa-east-1"})
	for _, r := range geography.Regions() {
		got := table[r.Name]
		if want := geography.Nearest(r.Place, regions[:3]); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", r.Name, got, want)
		}
	}
	for _, e := range geography.Edges() {
		if table[e.RegionalEdgeCache] == nil {
			t.Errorf("edge %s: its cache %s is not in the table", e.Code, e.RegionalEdgeCache)
		}
	}
	if got := functions.EdgeTable(regions, regions); len(got) != 0 {
		t.Errorf("all drained: got %v, want nothing", got)
	}
}

// What the store drains is skipped at once, from whatever place, and the next regions take over. A store that cannot be
// read, and one that drains everything, drains nothing.
func TestEdgeChoice_drainedNow(t *testing.T) {
	t.Parallel()
	regions := []string{"eu-west-1", "us-east-1", "ap-southeast-2"}
	group := func(a, b string) *function.OriginChoice {
		return &function.OriginChoice{Group: &function.Group{IDs: [2]string{"api-" + a, "api-" + b}, StatusCodes: apiCodes}}
	}
	one := func(region string) *function.OriginChoice { return &function.OriginChoice{ID: "api-" + region} }
	now := func(value string) map[string]string { return map[string]string{contract.DrainStoreKey: value} }
	tests := map[string]struct {
		store        map[string]string // nil: none is associated, so reading it throws
		edge, method string
		want         *function.OriginChoice
	}{
		"nothing":                    {now(contract.NotDrained), "FRA", "GET", group("eu-west-1", "us-east-1")},
		"the nearest, reads":         {now("eu-west-1"), "FRA", "GET", group("us-east-1", "ap-southeast-2")},
		"the nearest, writes":        {now("eu-west-1"), "FRA", "POST", one("us-east-1")},
		"the second":                 {now("us-east-1"), "FRA", "GET", group("eu-west-1", "ap-southeast-2")},
		"two":                        {now("eu-west-1,us-east-1"), "FRA", "GET", one("ap-southeast-2")},
		"two in another order":       {now("us-east-1,eu-west-1"), "IAD", "POST", one("ap-southeast-2")},
		"all of them":                {now("eu-west-1,us-east-1,ap-southeast-2"), "FRA", "GET", group("eu-west-1", "us-east-1")},
		"a region that is not there": {now("sa-east-1"), "FRA", "GET", group("eu-west-1", "us-east-1")},
		"the beginning of a name":    {now("eu-west-11"), "FRA", "GET", group("eu-west-1", "us-east-1")},
		"an unknown place":           {now("eu-west-1"), "", "GET", one("us-east-1")},
		"a store without the key":    {map[string]string{}, "SYD", "GET", group("ap-southeast-2", "us-east-1")},
		"no store at all":            {nil, "SYD", "GET", group("ap-southeast-2", "us-east-1")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := edgeRequest(regions, nil)
			r.Edge.Drains = map[string]string{}
			for _, region := range regions {
				r.Edge.Drains["api-"+region] = region
			}
			e := event(tt.method, "www.example.com/api/x")
			e.Edge, _ = geography.LookupEdge(tt.edge)
			if diff := cmp.Diff(tt.want, run(t, composed(t, r, tt.store), e).Origin); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A route may give up failover of its reads.
func TestEdgeChoice_noReadFailover(t *testing.T) {
	t.Parallel()
	r := edgeRequest([]string{"eu-west-1", "us-east-1"}, nil)
	r.Edge.NoReadFailover = true
	got := run(t, composed(t, r, nil), event("GET", "www.example.com/api/x"))
	if diff := cmp.Diff(&function.OriginChoice{ID: "api-eu-west-1"}, got.Origin); diff != "" {
		t.Error(diff)
	}
}

// The origin learns the viewer's host from CloudFront and never from the viewer.
func TestViewerHost(t *testing.T) {
	t.Parallel()
	f := composed(t, functions.Request{ViewerHost: true}, nil)
	got := run(t, f, event("POST", "www.example.com/api/x", "X-Forwarded-Host", "evil.example"))
	if h := got.Request.Headers["X-Forwarded-Host"]; !slices.Equal(h, []string{"www.example.com"}) {
		t.Errorf("got %q, want the viewer's host alone", h)
	}
}

func TestReadFailover(t *testing.T) {
	t.Parallel()
	f := composed(t, functions.Request{ReadFailover: &functions.ReadFailover{OriginIDs: [2]string{"nearest", "next"}, StatusCodes: apiCodes}}, nil)
	for method, want := range map[string]*function.OriginChoice{
		"GET":  {Group: &function.Group{IDs: [2]string{"nearest", "next"}, StatusCodes: apiCodes}},
		"HEAD": {Group: &function.Group{IDs: [2]string{"nearest", "next"}, StatusCodes: apiCodes}},
		"POST": nil, "PUT": nil, "PATCH": nil, "DELETE": nil, "OPTIONS": nil,
	} {
		if diff := cmp.Diff(want, run(t, f, event(method, "www.example.com/api/x")).Origin); diff != "" {
			t.Errorf("%s: %s", method, diff)
		}
	}
}

// The order of the parts: a redirect comes before a preflight, a preflight before the choice of an origin.
func TestComposeRequest_order(t *testing.T) {
	t.Parallel()
	r := edgeRequest([]string{"eu-west-1", "us-east-1"}, nil)
	r.Redirects = map[string]string{"example.com": "www.example.com"}
	r.PreflightOrigins = []string{"https://app.example.org"}
	f := composed(t, r, nil)
	preflight := []string{"Origin", "https://app.example.org", "Access-Control-Request-Method", "POST"}
	if got := run(t, f, event("OPTIONS", "example.com/api/x", preflight...)); got.Response == nil || got.Response.StatusCode != 308 {
		t.Errorf("preflight to a redirect alias: got %+v, want 308", got.Response)
	}
	if got := run(t, f, event("OPTIONS", "www.example.com/api/x", preflight...)); got.Response == nil || got.Response.StatusCode != 204 {
		t.Errorf("preflight: got %+v, want 204", got.Response)
	}
	if got := run(t, f, event("OPTIONS", "www.example.com/api/x")); got.Origin == nil || got.Origin.ID != "api-eu-west-1" {
		t.Errorf("OPTIONS: got %+v, want the nearest origin", got.Origin)
	}
	if got := run(t, f, event("GET", "www.example.com/api/x")); got.Origin == nil || got.Origin.Group == nil {
		t.Errorf("GET: got %+v, want a group", got.Origin)
	}
}

// largest is 12 regions and 100 redirect aliases, the most a stack may have.
func largest() functions.Request {
	regions := []string{
		"eu-west-1", "us-east-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1", "us-west-2", "ap-south-1", "eu-central-1",
		"ca-central-1", "eu-north-1", "ap-southeast-1", "me-central-1",
	}
	r := edgeRequest(regions, nil)
	r.Edge.Drains, r.Edge.Writes = map[string]string{}, map[string]string{}
	for _, region := range regions {
		r.Edge.Drains["api-"+region], r.Edge.Writes["api-"+region] = region, region+"-writes"
	}
	r.Redirects = map[string]string{}
	for i := range 100 {
		r.Redirects[fmt.Sprintf("campaign-number-%03d.brand-%d.example.com", i, i%10)] = fmt.Sprintf("www.brand-%d.example.com", i%5)
	}
	for i := range 20 {
		r.PreflightOrigins = append(r.PreflightOrigins, fmt.Sprintf("https://application-%02d.example.org", i))
	}
	return r
}

func TestComposeRequest_largestFits(t *testing.T) {
	t.Parallel()
	r := largest()
	code, err := functions.ComposeRequest(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", len(code))
	if len(code) > 9_000 { // a row of the table has all twelve regions, since any of them may be drained at once
		t.Errorf("got %d bytes, want a good reserve below %d", len(code), functions.MaxBytes)
	}
	f := composed(t, r, nil)
	for _, name := range slices.Sorted(maps.Keys(r.Redirects)) {
		got := run(t, f, event("GET", name+"/x"))
		if want := "https://" + r.Redirects[name] + "/x"; got.Response == nil || got.Response.Headers.Get("Location") != want {
			t.Fatalf("%s: got %+v, want a redirect to %s", name, got.Response, want)
		}
	}
}

// The site's function has the table's code beside the redirects.
func TestComposeRequest_largestSiteFits(t *testing.T) {
	t.Parallel()
	r := largest()
	r.Edge, r.PreflightOrigins, r.Site = nil, nil, &functions.Site{SPA: true, NotFoundPage: true}
	code, err := functions.ComposeRequest(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", len(code))
	if len(code) > 9_500 {
		t.Errorf("got %d bytes, want a reserve below %d", len(code), functions.MaxBytes)
	}
}

func TestComposeRequest_tooLarge(t *testing.T) {
	t.Parallel()
	r := largest()
	for i := range 100 {
		r.Redirects[strings.Repeat("a", 60)+fmt.Sprint(i)+".example.net"] = "www.example.com"
	}
	_, err := functions.ComposeRequest(r)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, part := range []string{"10240", "200 redirect aliases take", "20 CORS origins take", "edge-cache regions take"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %q, want it to say %q", err, part)
		}
	}
}

func TestComposeRequest_refuses(t *testing.T) {
	t.Parallel()
	edge := func(change func(*functions.EdgeChoice)) functions.Request {
		e := &functions.EdgeChoice{Default: []string{"a"}, Table: map[string][]string{"eu-west-1": {"a", "b"}}, StatusCodes: apiCodes}
		change(e)
		return functions.Request{Edge: e}
	}
	tests := map[string]struct {
		request functions.Request
		want    string
	}{
		"alias with script":   {functions.Request{Redirects: map[string]string{`x"};evil()//.example.com`: "a.example.com"}}, "redirect alias"},
		"alias in upper case": {functions.Request{Redirects: map[string]string{"WWW.example.com": "a.example.com"}}, "lower case"},
		"prototype":           {functions.Request{Redirects: map[string]string{"__proto__.example.com": "a.example.com"}}, "redirect alias"},
		"target with path":    {functions.Request{Redirects: map[string]string{"www.example.com": "a.example.com/x"}}, "redirect target"},
		"chain":               {functions.Request{Redirects: map[string]string{"a.example.com": "b.example.com", "b.example.com": "c.example.com"}}, "would go on"},
		"origin with path":    {functions.Request{PreflightOrigins: []string{"https://a.example/x"}}, "without a path"},
		"no default":          {edge(func(e *functions.EdgeChoice) { e.Default = nil }), "no default origin"},
		"drained by nothing":  {edge(func(e *functions.EdgeChoice) { e.Drains = map[string]string{"a": "eu-west-1"} }), `"b" is drained by ""`},
		"drained by a list":   {edge(func(e *functions.EdgeChoice) { e.Drains = map[string]string{"a": "x,y", "b": "z"} }), "must be a region's name"},
		"same twice":          {edge(func(e *functions.EdgeChoice) { e.Table["eu-west-1"] = []string{"a", "a"} }), "must differ"},
		"no origin":           {edge(func(e *functions.EdgeChoice) { e.Table["eu-west-1"] = nil }), "at least one"},
		"no code":             {edge(func(e *functions.EdgeChoice) { e.StatusCodes = nil }), "status codes"},
		"code 501 (F1.2)":     {edge(func(e *functions.EdgeChoice) { e.StatusCodes = []int{501} }), "501"},
		"two choices": {functions.Request{
			Edge:         edge(func(*functions.EdgeChoice) {}).Edge,
			ReadFailover: &functions.ReadFailover{OriginIDs: [2]string{"a", "b"}, StatusCodes: apiCodes},
		}, "one of them"},
		"failover to itself": {functions.Request{ReadFailover: &functions.ReadFailover{OriginIDs: [2]string{"a", "a"}, StatusCodes: apiCodes}}, "different"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := functions.ComposeRequest(tt.request)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// The same parts compose to the same bytes, or every preview would show a change.
func TestComposeRequest_stable(t *testing.T) {
	t.Parallel()
	first, err := functions.ComposeRequest(largest())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := functions.ComposeRequest(largest()); again != first {
			t.Fatal("got two different functions from the same parts")
		}
	}
}

func BenchmarkComposed_edge(b *testing.B) {
	f := composed(b, largest(), nil)
	e := event("GET", "www.example.com/api/topics?locale=de", "User-Agent", "test", "Accept", "*/*", "Accept-Language", "de", "Cookie", "a=b")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.ViewerRequest(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkComposed_site(b *testing.B) {
	f := composed(b, functions.Request{Site: &functions.Site{NotFoundPage: true}}, map[string]string{"/about/": "/about/index.html"})
	e := event("GET", "www.example.com/about/", "User-Agent", "test", "Accept", "*/*")
	for b.Loop() {
		if _, err := f.ViewerRequest(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}
