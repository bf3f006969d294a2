package origin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/secret"
)

const (
	current, previous, next = "secret-2-5c1d", "secret-1-5c1d", "secret-3-5c1d"
	edgeID                  = "k7rHxW6B_AKb-zGP6d4eJtd4mBnC0w==" // as CloudFront writes them
)

func newOrigin(tb testing.TB, log *bytes.Buffer) *origin.Origin {
	tb.Helper()
	o, err := origin.New(origin.Config{
		Region: "eu-west-1", Secrets: []secret.Secret{secret.New(current), secret.New(previous), secret.New(next), {}},
		Log: slog.New(slog.NewJSONHandler(log, nil)), Elapsed: func() time.Duration { return 0 },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func event(method string, header map[string]string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/api/orders", Headers: header}
	e.RequestContext.HTTP.Method, e.RequestContext.RequestID = method, "Pf3XbgQ1PHcEMJw="
	return e
}

// sent are values of the header, and whether they are let in.
var sent = map[string]bool{
	current: true, previous: true, next: true,
	"": false, "secret-4-5c1d": false, current + "x": false, current[1:]: false, strings.ToUpper(current): false, current + "," + current: false,
}

func line(t *testing.T, log *bytes.Buffer) map[string]any {
	t.Helper()
	if bytes.Count(log.Bytes(), []byte("\n")) != 1 {
		t.Fatalf("not one line:\n%s", log)
	}
	var l map[string]any
	if err := json.Unmarshal(log.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	delete(l, "time")
	return l
}

const forbidden = `{"title":"Forbidden","status":403,"detail":"This API is reached through its site only."}` + "\n"

// TestGuard_secret: every accepted secret is, nothing else; who is refused never reaches the handler (F6.28, F6.29).
func TestGuard_secret(t *testing.T) {
	t.Parallel()
	for value, ok := range sent {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "BREW", ""} {
			var log bytes.Buffer
			called := false
			guarded := newOrigin(t, &log).Guard(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
				called = true
				return events.APIGatewayV2HTTPResponse{StatusCode: 201, Body: "made"}, nil
			})
			got, err := guarded(t.Context(), event(method, map[string]string{"x-onefront-origin-secret": value}))
			if err != nil || called != ok {
				t.Fatalf("%q: called %v, %v", value, called, err)
			}
			want := events.APIGatewayV2HTTPResponse{StatusCode: 201, Headers: map[string]string{"x-onefront-region": "eu-west-1"}, Body: "made"}
			if !ok {
				want = events.APIGatewayV2HTTPResponse{StatusCode: 403, Body: forbidden, Headers: map[string]string{
					"x-onefront-region": "eu-west-1", "content-type": "application/problem+json", "cache-control": "no-store",
				}}
				if method == "HEAD" {
					want.Body = ""
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q %s (-want +got):\n%s", value, method, diff)
			}
			if l := line(t, &log); l["status"] != float64(want.StatusCode) || strings.Contains(log.String(), "5c1d") {
				t.Errorf("line %v", l)
			}
		}
	}
}

// TestGuard_line: the ids are in line and context; what is no id, or comes from who went round CloudFront, is not.
func TestGuard_line(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, secret, id, wantID string
		answer                     events.APIGatewayV2HTTPResponse
		err                        error
		want                       map[string]any
	}{
		"through CloudFront": {"GET", current, edgeID, edgeID, events.APIGatewayV2HTTPResponse{StatusCode: 204}, nil, map[string]any{"level": "INFO", "status": 204.0, "cfRequestId": edgeID, "method": "GET"}},
		"no status":          {"PUT", current, edgeID, edgeID, events.APIGatewayV2HTTPResponse{}, nil, map[string]any{"level": "INFO", "status": 200.0, "cfRequestId": edgeID, "method": "PUT"}},
		"no id":              {"BREW", current, "evil\n{}", "", events.APIGatewayV2HTTPResponse{StatusCode: 404}, nil, map[string]any{"level": "INFO", "status": 404.0, "method": "other"}},
		"too long an id":     {"GET", current, strings.Repeat("a", 129), "", events.APIGatewayV2HTTPResponse{StatusCode: 404}, nil, map[string]any{"level": "INFO", "status": 404.0, "method": "GET"}},
		"round CloudFront":   {"GET", "guess", edgeID, "", events.APIGatewayV2HTTPResponse{}, nil, map[string]any{"level": "INFO", "status": 403.0, "method": "GET"}},
		"the handler fails":  {"GET", current, edgeID, edgeID, events.APIGatewayV2HTTPResponse{}, errors.New("table is gone"), map[string]any{"level": "ERROR", "status": 500.0, "cfRequestId": edgeID, "method": "GET", "err": "table is gone"}},
	} {
		var log bytes.Buffer
		id := ""
		guarded := newOrigin(t, &log).Guard(func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
			id = origin.RequestID(ctx)
			return c.answer, c.err
		})
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "invocation-1"})
		if _, err := guarded(ctx, event(c.method, map[string]string{"x-onefront-origin-secret": c.secret, "x-amz-cf-id": c.id})); !errors.Is(err, c.err) {
			t.Errorf("%s: error %v", name, err)
		}
		for key, value := range map[string]any{"msg": "request", "requestId": "invocation-1", "gatewayRequestId": "Pf3XbgQ1PHcEMJw=", "region": "eu-west-1", "durationMs": 0.0} {
			c.want[key] = value
		}
		if diff := cmp.Diff(c.want, line(t, &log)); diff != "" || id != c.wantID {
			t.Errorf("%s: id %q (-want +got):\n%s", name, id, diff)
		}
	}
}

// TestGuard_region: the region is the function's own, once, and the handler's map stays as it is.
func TestGuard_region(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	shared := map[string]string{"X-Onefront-Region": "mars-1", "etag": `"a"`}
	guarded := newOrigin(t, &log).Guard(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: shared}, nil
	})
	got, err := guarded(t.Context(), event("GET", map[string]string{"X-Onefront-Origin-Secret": current}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"x-onefront-region": "eu-west-1", "etag": `"a"`}, got.Headers); diff != "" || len(shared) != 2 || shared["X-Onefront-Region"] != "mars-1" {
		t.Errorf("shared %v (-want +got):\n%s", shared, diff)
	}
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	for value, ok := range sent {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			var log bytes.Buffer
			id := ""
			handler := newOrigin(t, &log).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				id = origin.RequestID(r.Context())
				w.Header().Set("X-Onefront-Region", "mars-1")
				w.WriteHeader(http.StatusAccepted)
			}))
			r := httptest.NewRequest(method, "/api/orders", nil)
			r.Header.Set("X-Onefront-Origin-Secret", value)
			r.Header.Set("X-Amz-Cf-Id", edgeID)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			status, body, wantID := 202, "", edgeID
			if !ok {
				status, body, wantID = 403, forbidden, ""
				if method == "HEAD" {
					body = ""
				}
			}
			if w.Code != status || w.Body.String() != body || id != wantID || cmp.Diff([]string{"eu-west-1"}, w.Header()["X-Onefront-Region"]) != "" {
				t.Errorf("%q %s: %d %q %v, id %q", value, method, w.Code, w.Body, w.Header(), id)
			}
			if l := line(t, &log); l["status"] != float64(status) || (l["cfRequestId"] == edgeID) != ok || l["method"] != method {
				t.Errorf("line %v", l)
			}
		}
	}
}

// TestMiddleware_writers: a header sent twice is no match; an answer without WriteHeader is 200; behind Guard there is
// one line, and the check is made once.
func TestMiddleware_writers(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := newOrigin(t, &log)
	text := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hi")) })
	for name, c := range map[string]struct {
		handler http.Handler
		values  []string
		status  int
	}{
		"twice":   {text, []string{current, current}, 403},
		"written": {text, []string{current}, 200},
		"nothing": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), []string{current}, 200},
		"early hints": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
		}), []string{current}, 418},
	} {
		log.Reset()
		server := httptest.NewServer(o.Middleware(c.handler))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["X-Onefront-Origin-Secret"] = c.values
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		server.Close() // waits for the handler, so the line is written
		if answer.StatusCode != c.status || answer.Header.Get("X-Onefront-Region") != "eu-west-1" || line(t, &log)["status"] != float64(c.status) {
			t.Errorf("%s: %d %v\n%s", name, answer.StatusCode, answer.Header, &log)
		}
	}
	log.Reset()
	_, err := o.Guard(func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		w := httptest.NewRecorder() // as an adapter does; it need not hand on the secret
		o.Middleware(text).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
		return events.APIGatewayV2HTTPResponse{StatusCode: w.Code, Body: w.Body.String()}, nil
	})(t.Context(), event("GET", map[string]string{"x-onefront-origin-secret": current}))
	if err != nil || line(t, &log)["status"] != 200.0 {
		t.Errorf("behind Guard: %v\n%s", err, &log)
	}
}

// TestFromEnvironment: a function without its secret does not come up, and says which variables it lacks.
func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	environment := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	const noSecret, noRegion = "environment variable ONEFRONT_ORIGIN_SECRET: is not set", "environment variable AWS_REGION: is not set"
	for want, get := range map[string]func(string) string{
		noSecret + "\n" + noRegion: environment(),
		noSecret:                   environment("AWS_REGION", "eu-west-1", "ONEFRONT_ORIGIN_SECRET_PREVIOUS", previous, "ONEFRONT_ORIGIN_SECRET_NEXT", next, "ONEFRONT_LOCAL", "linux/amd64"),
		noRegion:                   environment("ONEFRONT_ORIGIN_SECRET", current),
	} {
		if o, err := origin.FromEnvironment(get); o != nil || err == nil || err.Error() != want {
			t.Errorf("got %v, %v, want %s", o, err, want)
		}
	}
	o, err := origin.FromEnvironment(environment("AWS_REGION", "eu-west-1", "ONEFRONT_ORIGIN_SECRET", current, "ONEFRONT_ORIGIN_SECRET_PREVIOUS", previous, "ONEFRONT_ORIGIN_SECRET_NEXT", next))
	if err != nil {
		t.Fatal(err)
	}
	for value, ok := range sent {
		if o.Accepts(value) != ok {
			t.Errorf("%q: %v", value, !ok)
		}
	}
	if _, err := origin.New(origin.Config{Region: "eu-west-1", Secrets: []secret.Secret{{}}}); err == nil {
		t.Error("an Origin that accepts everybody")
	}
}

func BenchmarkGuard(b *testing.B) {
	o, err := origin.New(origin.Config{Region: "eu-west-1", Secrets: []secret.Secret{secret.New(current), secret.New(previous), secret.New(next)}})
	if err != nil {
		b.Fatal(err)
	}
	answer := events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{"content-type": "application/json"}}
	guarded := o.Guard(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return answer, nil
	})
	e := event("GET", map[string]string{"x-onefront-origin-secret": current, "x-amz-cf-id": edgeID})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := guarded(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGuard_line(b *testing.B) {
	var log bytes.Buffer
	guarded := newOrigin(b, &log).Guard(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return events.APIGatewayV2HTTPResponse{StatusCode: 200}, nil
	})
	e := event("GET", map[string]string{"x-onefront-origin-secret": current, "x-amz-cf-id": edgeID})
	b.ReportAllocs()
	for b.Loop() {
		log.Reset()
		if _, err := guarded(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}
