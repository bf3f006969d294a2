package cloudfront

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/cloudfront/function"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/simtime"
)

// The log library that comes with graph keeps one goroutine for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const (
	cachingDisabled         = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	cachingOptimized        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	allViewerExceptHost     = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
	allViewer               = "216adef6-5c7f-47e4-b989-5492eafa07d3"
	useOriginCacheControlID = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
)

type (
	object = map[string]any
	list   = []any
)

func strs(items ...string) list {
	l := make(list, len(items))
	for i, s := range items {
		l[i] = s
	}
	return l
}

func merged(base object, changes ...object) object {
	o := maps.Clone(base)
	for _, c := range changes {
		maps.Copy(o, c)
	}
	return o
}

func resource(token, name string, inputs, outputs object) *graph.Resource {
	return &graph.Resource{
		URN: "urn:pulumi:test::onefront::" + token + "::" + name, Type: token, Name: name, Custom: true,
		ID: name, Inputs: inputs, Outputs: merged(inputs, outputs),
	}
}

// cachePolicyResource is an own policy: TTLs in seconds, query parameters in the key.
func cachePolicyResource(id string, minTTL, defaultTTL, maxTTL float64, changes ...object) *graph.Resource {
	key := merged(object{
		"cookiesConfig": object{"cookieBehavior": "none"}, "headersConfig": object{"headerBehavior": "none"},
		"queryStringsConfig": object{"queryStringBehavior": "none"},
	}, changes...)
	return resource(distribution.CachePolicyType, id, object{
		"minTtl": minTTL, "defaultTtl": defaultTTL, "maxTtl": maxTTL, "parametersInCacheKeyAndForwardedToOrigin": key,
	}, object{"id": id})
}

func originInput(id string, changes ...object) object {
	return merged(object{
		"originId": id, "domainName": id + ".origin.test", "connectionAttempts": 1.0, "connectionTimeout": 2.0,
		"customOriginConfig": object{
			"httpPort": 80.0, "httpsPort": 443.0, "originProtocolPolicy": "https-only", "originReadTimeout": 12.0,
			"originSslProtocols": strs("TLSv1.2"),
		},
		"customHeaders": list{object{"name": "X-Onefront-Origin-Secret", "value": "s3cret"}},
	}, changes...)
}

func bucketInput(id string) object {
	return object{"originId": id, "domainName": id + ".s3.test", "originAccessControlId": "oac", "connectionAttempts": 1.0}
}

func groupInput(id, first, second string, codes ...float64) object {
	statuses := make(list, len(codes))
	for i, c := range codes {
		statuses[i] = c
	}
	return object{
		"originId": id, "members": list{object{"originId": first}, object{"originId": second}},
		"failoverCriteria": object{"statusCodes": statuses},
	}
}

func behaviorInput(pattern, target, cachePolicy string, changes ...object) object {
	b := merged(object{
		"allowedMethods": strs("GET", "HEAD", "OPTIONS"), "cachedMethods": strs("GET", "HEAD", "OPTIONS"), "compress": true,
		"cachePolicyId": cachePolicy, "targetOriginId": target, "viewerProtocolPolicy": "https-only",
	}, changes...)
	if pattern != "" {
		b["pathPattern"] = pattern
	}
	return b
}

func allowAll() object {
	return object{"allowedMethods": strs("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"), "cachedMethods": strs("GET", "HEAD")}
}

// standard is the topology of the design in dns routing: a cached read route on a group, writes on one origin, a site
// on a group of buckets.
func standard() object {
	return object{
		"enabled": true, "aliases": strs("www.example.com", "*.wild.example.com"), "defaultRootObject": "index.html",
		"restrictions":      object{"geoRestriction": object{"restrictionType": "none"}},
		"viewerCertificate": object{"cloudfrontDefaultCertificate": true},
		"origins":           list{originInput("nearest"), originInput("next"), bucketInput("site"), bucketInput("site2")},
		"originGroups": list{
			groupInput("api", "nearest", "next", 500, 502, 503, 504),
			groupInput("pages", "site", "site2", 403, 500, 502, 503, 504),
		},
		"orderedCacheBehaviors": list{
			behaviorInput("/api/topics*", "api", "topics"),
			behaviorInput("/api/*", "nearest", cachingDisabled, allowAll(), object{"originRequestPolicyId": allViewerExceptHost}),
		},
		"defaultCacheBehavior": behaviorInput("", "pages", cachingOptimized, object{"viewerProtocolPolicy": "redirect-to-https"}),
	}
}

// with replaces the ordered behaviors.
func with(behaviors ...object) object {
	l := make(list, len(behaviors))
	for i, b := range behaviors {
		l[i] = b
	}
	return object{"orderedCacheBehaviors": l}
}

// world is one distribution with four origins that a test scripts.
type world struct {
	t       testing.TB
	clock   *simtime.Clock
	net     *network.Network
	edge    *Edge
	origins map[string]*fakeOrigin

	mu      sync.Mutex
	records []Request
}

type fakeOrigin struct {
	fault fault.Switch
	mu    sync.Mutex
	seen  []*http.Request
	serve http.HandlerFunc
}

func (o *fakeOrigin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.seen = append(o.seen, r)
	serve := o.serve
	o.mu.Unlock()
	serve(w, r)
}

func (o *fakeOrigin) hits() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.seen)
}

func (o *fakeOrigin) last(t testing.TB) *http.Request {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.seen) == 0 {
		t.Fatal("the origin was not asked")
	}
	return o.seen[len(o.seen)-1]
}

func standardPolicies() []*graph.Resource {
	return []*graph.Resource{
		cachePolicyResource("topics", 0, 300, 86_400, object{
			"queryStringsConfig":       object{"queryStringBehavior": "whitelist", "queryStrings": object{"items": strs("locale")}},
			"enableAcceptEncodingGzip": true, "enableAcceptEncodingBrotli": true,
		}),
		cachePolicyResource("ttl", 0, 60, 3600), // used by most cache cases
		cachePolicyResource("min", 30, 60, 3600),
		resource(distribution.OriginAccessControlType, "oac", object{
			"name": "oac", "originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4",
		}, object{"id": "oac"}),
	}
}

const testCacheLimit = 64 << 20

func testGraph(dist object, more ...*graph.Resource) *graph.Reading {
	resources := append(standardPolicies(), more...)
	return graph.New(append(resources, resource(distribution.DistributionType, "edge", dist, object{
		"arn": "arn:aws:cloudfront::123456789012:distribution/E123", "domainName": "d111.cloudfront.net",
	}))...).Read()
}

type setup struct {
	distribution object
	more         []*graph.Resource
	functions    distribution.FunctionSet
	limit        int64
}

func newWorld(t testing.TB, changes ...object) *world {
	return setup{distribution: merged(standard(), changes...)}.start(t)
}

func (s setup) start(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: simtime.New(), net: network.New(), origins: map[string]*fakeOrigin{}}
	t.Cleanup(w.clock.Close)
	for id, region := range map[string]string{"nearest": "eu-west-1", "next": "us-east-1", "site": "eu-west-1", "site2": "us-east-1"} {
		o := &fakeOrigin{serve: say(200, "from "+id)}
		w.origins[id] = o
		host := id + ".origin.test"
		if strings.HasPrefix(id, "site") {
			host = id + ".s3.test"
		}
		w.net.Add(host, &network.Server{Region: region, Handler: o, Fault: &o.fault})
	}
	edge, err := newEdge(testGraph(s.distribution, s.more...), s.functions, Options{
		Clock: w.clock, Network: w.net, CacheLimitBytes: cmp.Or(s.limit, testCacheLimit), DefaultEdge: "FRA", Log: slog.New(slog.DiscardHandler),
		OnRequest: func(r Request) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.records = append(w.records, r)
		},
	})
	if err != nil {
		t.Fatalf("starting the edge: %v", err)
	}
	w.edge = edge
	return w
}

// say is an origin that answers with a status, a body and headers, given as name, value pairs.
func say(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (w *world) origin(id string) *fakeOrigin { return w.origins[id] }

func (w *world) serve(id string, h http.HandlerFunc) {
	o := w.origins[id]
	o.mu.Lock()
	defer o.mu.Unlock()
	o.serve = h
}

type reply struct {
	*httptest.ResponseRecorder
}

func (r reply) body() string        { return r.Body.String() }
func (r reply) get(h string) string { return r.Header().Get(h) }
func (r reply) cache() string       { return strings.TrimSuffix(r.get("X-Cache"), " from cloudfront") }

// do sends a request; headers are name, value pairs, Host among them.
func (w *world) do(method, target string, body io.Reader, headers ...string) reply {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, target, body)
	r.Host = "127.0.0.1:8080"
	r.RemoteAddr = "127.0.0.1:50000"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.edge.ServeHTTP(rec, r)
	return reply{rec}
}

func (w *world) get(target string, headers ...string) reply {
	w.t.Helper()
	return w.do(http.MethodGet, target, nil, headers...)
}

func (w *world) post(target, body string, headers ...string) reply {
	w.t.Helper()
	return w.do(http.MethodPost, target, strings.NewReader(body), headers...)
}

func (w *world) advance(d time.Duration) {
	w.t.Helper()
	if _, _, err := w.clock.Advance(context.Background(), d); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) record() Request {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.records) == 0 {
		w.t.Fatal("no request was recorded")
	}
	return w.records[len(w.records)-1]
}

func (w *world) outcomes() string {
	var s []string
	for _, a := range w.record().Origins {
		s = append(s, a.ID+"="+a.Outcome)
	}
	return strings.Join(s, " ")
}

// want compares one named thing.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func newFunction(t testing.TB, code string) *function.Function {
	t.Helper()
	f, err := function.New(code, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func withFunction(event, arn string) object {
	return object{"functionAssociations": list{object{"eventType": event, "functionArn": arn}}}
}

func sortedKeys(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }

func setFault(w *world, id, kind string) {
	w.origins[id].fault.Set(fault.Fault{Kind: fault.Kind(kind)})
}

func standardMore(more ...*graph.Resource) []*graph.Resource { return more }

func serverOf(h http.Handler) *network.Server {
	return &network.Server{Region: "eu-west-1", Handler: h}
}

func newRequest(t testing.TB, target string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:50000"
	return r
}

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}
