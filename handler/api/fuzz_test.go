package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/onefront/onefront/handler/api"
	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/leak"
	"github.com/onefront/onefront/handler/queue"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// echo is a SaaS that answers with everything it was sent, key included, and a status derived
// from the length of the body.
type echo struct{ tickets int }

func (e *echo) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	statuses := []int{201, 400, 401, 408, 422, 429, 500, 503}
	status := statuses[len(body)%len(statuses)]
	if status == 408 {
		return nil, errors.New("no route to host, key " + leak.Canary)
	}
	if status == 201 {
		e.tickets++
	}
	if !json.Valid(body) && len(body) > 0 {
		return nil, errors.New("the body is no JSON: " + string(body))
	}
	said := r.Header.Get("Authorization")
	return &http.Response{
		StatusCode: status, Request: r, Body: io.NopCloser(strings.NewReader(said + string(body))),
		Header: http.Header{"Retry-After": {said}, "Location": {"https://elsewhere.example/" + said}, "X-Echo": {said}},
	}, nil
}

// kept is a queue that keeps everything it is sent.
type kept struct{ out bytes.Buffer }

func (k *kept) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if i := strings.IndexFunc(*in.MessageBody, func(c rune) bool { return c < ' ' || c == '\ufffe' || c == '\uffff' }); i >= 0 {
		return nil, errors.New("InvalidMessageContents")
	}
	k.out.WriteString(*in.MessageBody)
	for _, a := range in.MessageAttributes {
		k.out.WriteString(*a.StringValue)
	}
	return &sqs.SendMessageOutput{}, nil
}

func (k *kept) ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

// assembled is the handler over its real parts, with the two services at its ends faked.
type assembled struct {
	*api.Handler
	saas  *echo
	queue *kept
	log   *bytes.Buffer
}

func newAssembled(tb testing.TB) assembled {
	tb.Helper()
	s, err := settings.Parse([]byte(`{"preset":"webhook","url":"https://saas.example/in","topicsUrl":"https://saas.example/topics"}`))
	if err != nil {
		tb.Fatal(err)
	}
	a := assembled{saas: &echo{}, queue: &kept{}, log: &bytes.Buffer{}}
	client, err := upstream.New(s, a.saas, time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	key := func(context.Context) (secret.Secret, error) { return secret.Key(leak.Canary) }
	var elapsed time.Duration
	a.Handler = api.New(api.Config{
		Region: "eu-west-1", Origin: newOrigin(),
		Upstream: client, Timeout: 3 * time.Second, Queue: queue.New(a.queue, "https://q.example/q", "https://q.example/d"),
		Keys: secret.NewHolder(key, time.Now), Journal: telemetry.NewJournal(a.log, slog.LevelDebug, "eu-west-1", "prod", time.Now),
		Now: time.Now, Elapsed: func() time.Duration { elapsed += time.Minute; return elapsed }, // the breaker never stays open
	})
	return a
}

// answer handles one event and holds what is true of any: no failed invocation, no 5xx for
// what a visitor sent, one log line, no key anywhere.
func (a assembled) answer(tb testing.TB, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	tb.Helper()
	got, err := a.Handle(context.Background(), e)
	if err != nil {
		tb.Fatalf("the invocation failed: %v", err)
	}
	if got.StatusCode < 200 || got.StatusCode >= 500 {
		tb.Errorf("status %d: %s", got.StatusCode, got.Body)
	}
	if !utf8.ValidString(got.Body) {
		tb.Errorf("body %q", got.Body)
	}
	raw, err := json.Marshal(got)
	if err != nil {
		tb.Fatal(err)
	}
	log := a.log.Bytes()
	if bytes.Count(log, []byte("\n")) != 1 || !json.Valid(log) {
		tb.Errorf("log %q", log)
	}
	// A visitor who happens to send the canary would see it in the queue; not so in a log.
	sent, err := json.Marshal(e)
	if err != nil {
		tb.Fatal(err)
	}
	if leak.Find(sent, leak.Canary) == "" {
		for name, out := range map[string][]byte{"answer": raw, "log": log, "queue": a.queue.out.Bytes()} {
			if form := leak.Find(out, leak.Canary); form != "" {
				tb.Errorf("the %s holds the key (%s): %s", name, form, out)
			}
		}
	}
	return got
}

// FuzzFeedback: any bytes as the body of a feedback, as they are and in base64.
func FuzzFeedback(f *testing.F) {
	for _, body := range []string{
		hi, `{}`, ``, `{"message":"a","rating":5,"topic":"t","email":"a@example.com","pageUrl":"https://example.com/?a=b","locale":"de",` +
			`"context":{"a":"b"},"website":""}`, `{"message":"a","message":"b"}`, `{"message":"{{id}}\ufffe\ud800\u0000"}`, "{\"message\":\"\xff\"}",
		`[[[[[[[[[[`, `{"message":"a"} x`, `{"message":1e999,"rating":1e999}`, `{"message":"a","context":{"":null}}`, `"`, `{"a":`,
	} {
		f.Add([]byte(body), "key", false)
		f.Add([]byte(body), "", true)
	}
	f.Fuzz(func(t *testing.T, body []byte, idempotencyKey string, encode bool) {
		a := newAssembled(t)
		e := post(string(body), "idempotency-key", idempotencyKey)
		if encode {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
		}
		got := a.answer(t, e)
		switch got.StatusCode {
		case 201, 202:
			// Taken: the SaaS or a queue has it, once; a honeypot is nowhere.
			_, honeypot, err := feedback.Decode(body)
			if err != nil {
				t.Errorf("%q was taken: %v", body, err)
			}
			if in := a.saas.tickets > 0 || a.queue.out.Len() > 0; in == honeypot {
				t.Errorf("%q: honeypot %v, kept %v", body, honeypot, in)
			}
		case 400, 413:
			if a.saas.tickets > 0 || a.queue.out.Len() > 0 {
				t.Errorf("%q was refused and kept", body)
			}
		default:
			t.Errorf("%q: status %d", body, got.StatusCode)
		}
	})
}

// FuzzEvent: any JSON that API Gateway might send, origin secret and all.
func FuzzEvent(f *testing.F) {
	for _, e := range []events.APIGatewayV2HTTPRequest{
		post(hi), encoded([]byte(hi)), event("GET", "/api/topics?locale=de", map[string]string{"if-none-match": `"x"`}, ""),
		event("GET", "/api/topics", nil, ""), event("OPTIONS", "/api/feedback", nil, ""), event("HEAD", "/api/topics?locale=%zz", nil, ""),
		event("DELETE", "/../etc/passwd", nil, ""), post(hi, "content-type", `application/json; charset="utf-8"; a*0=b`),
	} {
		raw, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"headers":null,"rawPath":"/api/feedback","requestContext":{"http":{"method":"POST"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e events.APIGatewayV2HTTPRequest
		if json.Unmarshal(raw, &e) != nil {
			return // Lambda would not have called
		}
		newAssembled(t).answer(t, e)
	})
}
