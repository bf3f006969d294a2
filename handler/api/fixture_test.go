package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/onefront/onefront/handler/api"
	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

const (
	originSecret   = "origin-secret-2"
	previousSecret = "origin-secret-1"
	saasKey        = "canary-key-31aa"
)

var at = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// fakeSaaS is the SaaS as the handler sees it.
type fakeSaaS struct {
	mu        sync.Mutex
	result    upstream.Result
	delivered []feedback.Record
	tries     int
	list      []settings.Topic
	remote    bool // the list is the SaaS's, not the settings', and needs the key
	err       error
	asked     int
}

func (f *fakeSaaS) Deliver(ctx context.Context, key secret.Secret, r feedback.Record) upstream.Result {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries++
	switch {
	case ctx.Err() != nil:
		return upstream.Result{Reason: "upstream timed out"}
	case key.Reveal() != saasKey:
		return upstream.Result{Outcome: upstream.Failed, Status: 401, Denied: true, Reason: "upstream answered 401"}
	case f.result.Outcome == upstream.Delivered:
		f.delivered = append(f.delivered, r)
	}
	return f.result
}

func (f *fakeSaaS) List(ctx context.Context, keys func(context.Context) (secret.Secret, error)) ([]settings.Topic, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.remote {
		if _, err := keys(ctx); err != nil {
			return f.list, err
		}
	}
	return f.list, f.err
}

// fakeQueue keeps records, unless it is down.
type fakeQueue struct {
	sendErr, buryErr error
	sent, buried     []feedback.Record
	waits            []time.Duration
	reasons          []string
}

func (f *fakeQueue) Send(_ context.Context, r feedback.Record, wait time.Duration) error {
	if f.sendErr != nil {
		return f.sendErr
	}
	f.sent, f.waits = append(f.sent, r), append(f.waits, wait)
	return nil
}

func (f *fakeQueue) Bury(_ context.Context, r feedback.Record, reason string) error {
	if f.buryErr != nil {
		return f.buryErr
	}
	f.buried, f.reasons = append(f.buried, r), append(f.reasons, reason)
	return nil
}

type fakeKeys struct {
	err     error
	expired int
}

func (f *fakeKeys) Get(ctx context.Context) (secret.Secret, error) {
	if ctx.Err() != nil {
		return secret.Secret{}, ctx.Err()
	}
	return secret.New(saasKey), f.err
}

func (f *fakeKeys) Expire() { f.expired++ }

// fixture is a handler with everything around it faked.
type fixture struct {
	saas    *fakeSaaS
	queue   *fakeQueue
	keys    *fakeKeys
	log     bytes.Buffer
	elapsed time.Duration
	*api.Handler
}

func newOrigin() *origin.Origin {
	o, err := origin.New(origin.Config{Region: "eu-west-1", Secrets: []secret.Secret{secret.New(originSecret), secret.New(previousSecret)}})
	if err != nil {
		panic(err) // both are given
	}
	return o
}

func newFixture() *fixture {
	f := &fixture{
		saas:  &fakeSaaS{result: upstream.Result{Outcome: upstream.Delivered, Status: 201, Latency: time.Millisecond}},
		queue: &fakeQueue{}, keys: &fakeKeys{},
	}
	f.Handler = api.New(api.Config{
		Region:   "eu-west-1",
		Origin:   newOrigin(),
		Upstream: f.saas, Timeout: 3 * time.Second, Queue: f.queue, Keys: f.keys,
		Journal: telemetry.NewJournal(&f.log, slog.LevelDebug, "eu-west-1", "prod", func() time.Time { return at }),
		Now:     func() time.Time { return at }, Elapsed: func() time.Duration { return f.elapsed },
	})
	return f
}

// event is a request as API Gateway passes it on.
func event(method, target string, header map[string]string, body string) events.APIGatewayV2HTTPRequest {
	path, query, _ := bytes.Cut([]byte(target), []byte("?"))
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: string(path), RawQueryString: string(query), Body: body,
		Headers: map[string]string{"host": "nearest.prod-origin.example.com", "x-onefront-origin-secret": originSecret},
	}
	if values, err := url.ParseQuery(e.RawQueryString); err == nil && len(values) > 0 {
		e.QueryStringParameters = map[string]string{}
		for name := range values {
			e.QueryStringParameters[name] = values.Get(name)
		}
	}
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path, e.RequestContext.RequestID = method, string(path), "gateway-1"
	for name, value := range header {
		e.Headers[name] = value
	}
	return e
}

// post is a feedback with a JSON body.
func post(body string, header ...string) events.APIGatewayV2HTTPRequest {
	h := map[string]string{"content-type": "application/json"}
	for i := 0; i+1 < len(header); i += 2 {
		h[header[i]] = header[i+1]
	}
	return event("POST", "/api/feedback", h, body)
}

// do answers one event and holds what is true of every answer.
func (f *fixture) do(t *testing.T, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "invocation-1"})
	got, err := f.Handle(ctx, e)
	if err != nil {
		t.Fatalf("the invocation failed: %v", err)
	}
	if got.Headers["x-onefront-region"] != "eu-west-1" {
		t.Errorf("x-onefront-region = %q", got.Headers["x-onefront-region"])
	}
	if len(got.Cookies) > 0 || len(got.MultiValueHeaders) > 0 || got.IsBase64Encoded {
		t.Errorf("answer %+v", got)
	}
	if got.StatusCode >= 400 && e.RequestContext.HTTP.Method != "HEAD" {
		checkProblem(t, got)
	}
	return got
}

// checkProblem holds RFC 9457 and that no problem is cached.
func checkProblem(t *testing.T, got events.APIGatewayV2HTTPResponse) {
	t.Helper()
	var p struct {
		Title, Detail string
		Status        int
	}
	if err := json.Unmarshal([]byte(got.Body), &p); err != nil || p.Status != got.StatusCode || p.Title == "" || p.Detail == "" {
		t.Errorf("problem %s: %v", got.Body, err)
	}
	if got.Headers["content-type"] != "application/problem+json" || got.Headers["cache-control"] != "no-store" {
		t.Errorf("headers of a problem: %v", got.Headers)
	}
}

// lastLine is the newest log line.
func (f *fixture) lastLine(t *testing.T) map[string]any {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(f.log.Bytes()), []byte("\n"))
	var line map[string]any
	if err := json.Unmarshal(lines[len(lines)-1], &line); err != nil {
		t.Fatal(err)
	}
	return line
}

var errDown = errors.New("service unavailable")
