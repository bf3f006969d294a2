package apigateway

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/lambda/lambdatest"
)

const (
	testRegion = "eu-west-1"
	apiID      = "abcdefghij"
	execHost   = apiID + ".execute-api." + testRegion + ".amazonaws.com"
	targetHost = "d-1234567890.execute-api." + testRegion + ".amazonaws.com"
	execARN    = "arn:aws:execute-api:" + testRegion + ":123456789012:" + apiID
	originHost = testRegion + ".prod-origin.example.com"
)

var functionARN = lambdatest.ARN(testRegion, "api")

// builder makes the graph of one HTTP API as the program declares it, with changes for a test.
type builder struct {
	resources []*graph.Resource
}

func (b *builder) add(kind, name, id string, inputs, outputs map[string]any) *graph.Resource {
	merged := maps.Clone(inputs)
	if merged == nil {
		merged = map[string]any{}
	}
	maps.Copy(merged, outputs)
	r := &graph.Resource{
		URN: "urn:pulumi:test::onefront::" + kind + "::" + name, Type: kind, Name: name, ID: id, Region: testRegion,
		Custom: true, Inputs: inputs, Outputs: merged,
	}
	b.resources = append(b.resources, r)
	return r
}

func (b *builder) find(kind, name string) *graph.Resource {
	for _, r := range b.resources {
		if r.Type == kind && r.Name == name {
			return r
		}
	}
	panic("no " + kind + " " + name)
}

func (b *builder) graph() *graph.Reading { return graph.New(b.resources...).Read() }

func (b *builder) route(key string) {
	b.add(routeType, key, "r-"+key, map[string]any{"apiId": apiID, "routeKey": key, "target": "integrations/int1"}, nil)
}

func invokeARN(arn string) string {
	return "arn:aws:apigateway:" + testRegion + ":lambda:path/2015-03-31/functions/" + arn + "/invocations"
}

// standard is the API of the program: $default and health, one custom wildcard domain.
func standard() *builder {
	b := &builder{}
	b.resources = append(b.resources, lambdatest.Function(testRegion, "api", "", nil))
	b.add(apiType, "api", apiID, map[string]any{"protocolType": "HTTP"}, map[string]any{
		"apiEndpoint": "https://" + execHost, "executionArn": execARN, "id": apiID,
	})
	b.add(integrationType, "api", "int1", map[string]any{
		"apiId": apiID, "integrationType": "AWS_PROXY", "integrationUri": invokeARN(functionARN),
		"payloadFormatVersion": "2.0", "timeoutMilliseconds": 30000.0,
	}, nil)
	b.route("$default")
	b.route("GET /api/health")
	b.add(stageType, "api", "$default", map[string]any{
		"apiId": apiID, "name": "$default", "autoDeploy": true,
		"accessLogSettings": map[string]any{
			"destinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:access",
			"format":         `{"id":"$context.requestId","route":"$context.routeKey","status":"$context.status","ua":"$context.identity.userAgent","error":"$context.integrationErrorMessage"}`,
		},
		"defaultRouteSettings": map[string]any{"throttlingBurstLimit": 200.0, "throttlingRateLimit": 100.0},
		"routeSettings": []any{map[string]any{
			"routeKey": "GET /api/health", "throttlingBurstLimit": 100.0, "throttlingRateLimit": 50.0,
		}},
	}, nil)
	b.add(permissionType, "api", "p", map[string]any{
		"action": "lambda:InvokeFunction", "function": "api", "principal": "apigateway.amazonaws.com",
		"sourceArn": execARN + "/$default/*",
	}, nil)
	b.add(domainNameType, "origin", "*.prod-origin.example.com", map[string]any{
		"domainName": "*.prod-origin.example.com",
		"domainNameConfiguration": map[string]any{
			"certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/c", "endpointType": "REGIONAL", "securityPolicy": "TLS_1_2",
		},
	}, map[string]any{"domainNameConfiguration": map[string]any{"targetDomainName": targetHost, "hostedZoneId": "Z2"}})
	b.add(apiMappingType, "origin", "m", map[string]any{
		"apiId": apiID, "domainName": "*.prod-origin.example.com", "stage": "$default",
	}, nil)
	return b
}

// manual is a clock that a test moves.
type manual struct {
	mu  sync.Mutex
	now time.Time
}

func newManual() *manual { return &manual{now: time.Date(2026, 3, 12, 19, 3, 58, 0, time.UTC)} }

func (m *manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *manual) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// fakeInvoker answers in the functions' place and keeps the last event.
type fakeInvoker struct {
	mu      sync.Mutex
	calls   int
	arn     string
	payload []byte
	answer  func(ctx context.Context, event *Event) (lambda.Result, error)
}

func (f *fakeInvoker) Invoke(ctx context.Context, arn string, payload []byte) (lambda.Result, error) {
	f.mu.Lock()
	f.calls++
	f.arn, f.payload = arn, payload
	answer := f.answer
	f.mu.Unlock()
	if answer == nil {
		return lambda.Result{Payload: []byte(`{"statusCode":200,"body":"ok"}`), RequestID: "r"}, nil
	}
	return answer(ctx, f.event())
}

func (f *fakeInvoker) event() *Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	var e Event
	if err := json.Unmarshal(f.payload, &e); err != nil {
		panic(err)
	}
	return &e
}

// payloads is an invoker that always answers with one payload.
func payloads(payload string) *fakeInvoker {
	return &fakeInvoker{answer: func(context.Context, *Event) (lambda.Result, error) {
		return lambda.Result{Payload: []byte(payload)}, nil
	}}
}

// gateway is a service under test.
type gateway struct {
	*Service
	invoker *fakeInvoker
	clock   *manual
	lines   []string
	slog.Handler
}

func (g *gateway) Enabled(context.Context, slog.Level) bool { return true }

func (g *gateway) Handle(_ context.Context, r slog.Record) error {
	g.lines = append(g.lines, r.Message)
	return nil
}

func newGateway(t testing.TB, b *builder, invoker *fakeInvoker) *gateway {
	t.Helper()
	if invoker == nil {
		invoker = &fakeInvoker{}
	}
	g := &gateway{invoker: invoker, clock: newManual(), Handler: slog.DiscardHandler}
	s, err := New(b.graph(), Options{Invoker: invoker, Clock: g.clock, Log: slog.New(g)})
	if err != nil {
		t.Fatal(err)
	}
	g.Service = s
	return g
}

func (g *gateway) handler(region string) http.Handler {
	for _, e := range g.Endpoints() {
		if e.Region == region {
			return e.Handler
		}
	}
	return http.NotFoundHandler()
}

func (g *gateway) send(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	g.handler(testRegion).ServeHTTP(w, r)
	return w.Result()
}

// get sends a request with a method, a Host and a target.
func (g *gateway) do(method, host, target string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	return g.send(r)
}

func text(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantAnswer checks a status and a body.
func wantAnswer(t testing.TB, r *http.Response, status int, body string) {
	t.Helper()
	if got := text(t, r); r.StatusCode != status || got != body {
		t.Errorf("got %d %q, want %d %q", r.StatusCode, got, status, body)
	}
}

// wantProblem checks that New names what is wrong.
func wantProblem(t testing.TB, b *builder, parts ...string) {
	t.Helper()
	s, err := New(b.graph(), Options{Invoker: &fakeInvoker{}})
	if err == nil || s != nil {
		t.Fatal("want an error and no service")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %q, want it to name %q", err, part)
		}
	}
}
