package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
)

type acceptedBody struct{ ID, Status string }

func accepted(t *testing.T, body string) acceptedBody {
	t.Helper()
	var a acceptedBody
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return a
}

func TestFeedback_delivered(t *testing.T) {
	t.Parallel()
	f := newFixture()
	got := f.do(t, post(`{"message":" hi\r\n","rating":4}`, "idempotency-key", "k-1"))
	id, err := feedback.NewID("k-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(acceptedBody{id, "delivered"}, accepted(t, got.Body)); diff != "" || got.StatusCode != 201 {
		t.Errorf("status %d (-want +got):\n%s", got.StatusCode, diff)
	}
	want := []feedback.Record{{ID: id, ReceivedAt: at, Region: "eu-west-1", Feedback: feedback.Feedback{Message: "hi", Rating: 4}}}
	if diff := cmp.Diff(want, f.saas.delivered); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
	line := f.lastLine(t)
	for name, want := range map[string]any{
		"level": "INFO", "msg": "request", "requestId": "invocation-1", "region": "eu-west-1", "feedbackId": id, "route": "/api/feedback",
		"method": "POST", "status": 201.0, "upstreamStatus": 201.0, "outcome": "delivered", "delivered": 1.0, "upstreamLatency": 1.0, "stack": "prod",
	} {
		if line[name] != want {
			t.Errorf("line: %s = %v, want %v", name, line[name], want)
		}
	}
}

// TestFeedback_notDelivered: what the SaaS does not take is kept, and the visitor told 202; only
// when nothing takes it 503.
func TestFeedback_notDelivered(t *testing.T) {
	t.Parallel()
	failed := upstream.Result{Outcome: upstream.Failed, Status: 503, RetryAfter: time.Minute, Reason: "upstream answered 503"}
	refused := upstream.Result{Outcome: upstream.Refused, Status: 422, Reason: "upstream refused with 422"}
	tests := map[string]struct {
		result                   upstream.Result
		keyErr, sendErr, buryErr error
		status                   int
		sent, buried             int
		outcome, level           string
	}{
		"SaaS down":                        {result: failed, status: 202, sent: 1, outcome: "queued", level: "INFO"},
		"SaaS refuses":                     {result: refused, status: 202, buried: 1, outcome: "refused", level: "ERROR"},
		"key or address turned away":       {result: upstream.Result{Outcome: upstream.Failed, Status: 403, Denied: true, Reason: "upstream answered 403"}, status: 202, sent: 1, outcome: "queued", level: "ERROR"},
		"no key":                           {keyErr: errDown, status: 202, sent: 1, outcome: "queued", level: "ERROR"},
		"refuses, dead letters down":       {result: refused, buryErr: errDown, status: 202, sent: 1, outcome: "refused", level: "ERROR"},
		"SaaS and queue down":              {result: failed, sendErr: errDown, status: 503, outcome: "lost", level: "ERROR"},
		"SaaS refuses and both are down":   {result: refused, sendErr: errDown, buryErr: errDown, status: 503, outcome: "lost", level: "ERROR"},
		"no key and the queue down":        {keyErr: errDown, sendErr: errDown, status: 503, outcome: "lost", level: "ERROR"},
		"delivered, whatever the queue is": {result: upstream.Result{Outcome: upstream.Delivered}, sendErr: errDown, buryErr: errDown, status: 201, outcome: "delivered", level: "INFO"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			f.saas.result, f.keys.err, f.queue.sendErr, f.queue.buryErr = tt.result, tt.keyErr, tt.sendErr, tt.buryErr
			got := f.do(t, post(hi, "idempotency-key", "k-1"))
			if got.StatusCode != tt.status || len(f.queue.sent) != tt.sent || len(f.queue.buried) != tt.buried {
				t.Errorf("status %d, sent %v, buried %v", got.StatusCode, f.queue.sent, f.queue.buried)
			}
			if tt.status == 202 && accepted(t, got.Body).Status != "queued" {
				t.Errorf("body %s", got.Body)
			}
			if (got.Headers["retry-after"] != "") != (tt.status == 503) {
				t.Errorf("retry-after %q", got.Headers["retry-after"])
			}
			if line := f.lastLine(t); line["outcome"] != tt.outcome || line["level"] != tt.level || line[tt.outcome] != 1.0 || (line["denied"] == 1.0) != tt.result.Denied {
				t.Errorf("line %v", line)
			}
			for _, r := range append(f.queue.sent, f.queue.buried...) {
				if want := accepted(t, got.Body).ID; r.ID != want || r.Feedback.Message != "hi" {
					t.Errorf("kept %+v, want id %s", r, want)
				}
			}
		})
	}
}

// TestFeedback_waits: the SaaS's Retry-After holds the message back, the reason goes along.
func TestFeedback_waits(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.saas.result = upstream.Result{Outcome: upstream.Failed, Status: 429, RetryAfter: 75 * time.Second}
	f.do(t, post(hi))
	f.saas.result = upstream.Result{Outcome: upstream.Refused, Status: 422, Reason: "upstream refused with 422"}
	f.do(t, post(hi))
	f.saas.result = upstream.Result{Outcome: upstream.Failed, Status: 401, Denied: true, Reason: "upstream answered 401"}
	f.do(t, post(hi))
	if diff := cmp.Diff([]time.Duration{75 * time.Second, 0}, f.queue.waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"upstream refused with 422"}, f.queue.reasons); diff != "" || f.keys.expired != 1 {
		t.Errorf("reasons (-want +got):\n%s\nexpired %d times", diff, f.keys.expired)
	}
}

// TestFeedback_breaker: five failures in a row open it for ten seconds of the process; then one
// visitor tries for all.
func TestFeedback_breaker(t *testing.T) {
	t.Parallel()
	f := newFixture()
	down := upstream.Result{Outcome: upstream.Failed, Status: 503, Reason: "upstream answered 503"}
	up := f.saas.result
	steps := []struct {
		result  upstream.Result
		elapsed time.Duration
		status  int
		tries   int // in all
	}{
		{down, 0, 202, 1},
		{down, 0, 202, 2},
		{down, 0, 202, 3},
		{down, 0, 202, 4},
		{up, 0, 201, 5}, // a success starts over
		{down, 0, 202, 6},
		{down, 0, 202, 7},
		{down, 0, 202, 8},
		{down, 0, 202, 9},
		{upstream.Result{Outcome: upstream.Refused, Status: 422}, 0, 202, 10}, // a refusal is an answer
		{down, 0, 202, 11},
		{down, 0, 202, 12},
		{down, 0, 202, 13},
		{down, 0, 202, 14},
		{down, 0, 202, 15},
		{up, 0, 202, 15},
		{up, 9 * time.Second, 202, 15}, // open
		{down, 10 * time.Second, 202, 16},
		{up, 10 * time.Second, 202, 16},
		{up, 19 * time.Second, 202, 16}, // tried, open again
		{up, 20 * time.Second, 201, 17},
		{up, 20 * time.Second, 201, 18},
	}
	for i, step := range steps {
		f.saas.result, f.elapsed = step.result, step.elapsed
		got := f.do(t, post(hi))
		if got.StatusCode != step.status || f.saas.tries != step.tries {
			t.Fatalf("step %d: status %d after %d tries, want %d after %d", i, got.StatusCode, f.saas.tries, step.status, step.tries)
		}
	}
	if len(f.queue.sent)+len(f.queue.buried)+len(f.saas.delivered) != len(steps) {
		t.Errorf("%d + %d + %d of %d feedbacks are somewhere", len(f.queue.sent), len(f.queue.buried), len(f.saas.delivered), len(steps))
	}
}

func TestFeedback_honeypot(t *testing.T) {
	t.Parallel()
	f := newFixture()
	got := f.do(t, post(`{"message":"buy","website":"http://spam.example"}`))
	if a := accepted(t, got.Body); got.StatusCode != 201 || a.Status != "delivered" || len(a.ID) != 36 {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
	if f.saas.tries+len(f.queue.sent)+len(f.queue.buried) != 0 {
		t.Error("the feedback went somewhere")
	}
	if line := f.lastLine(t); line["outcome"] != "honeypot" || line["_aws"] != nil {
		t.Errorf("line %v", line)
	}
}

// slowKeys keeps the first request waiting.
type slowKeys struct{ fakeKeys }

func (s *slowKeys) Get(ctx context.Context) (secret.Secret, error) {
	<-ctx.Done()
	return secret.Secret{}, ctx.Err()
}

// TestFeedback_keyThatHangs: waiting for the key is part of the one try's time, so a visitor
// never waits longer than upstream.timeout before the queue.
func TestFeedback_keyThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture()
		f.Keys = &slowKeys{}
		start := time.Now()
		got := f.do(t, post(hi))
		if got.StatusCode != 202 || time.Since(start) != 3*time.Second || len(f.queue.sent) != 1 {
			t.Errorf("status %d after %s", got.StatusCode, time.Since(start))
		}
	})
}

// TestFeedback_hostile: nothing a visitor sends ends up in a header or a log line.
func TestFeedback_hostile(t *testing.T) {
	t.Parallel()
	const evil = "evil-41c9"
	bodies := []string{
		`{"message":"` + evil + `\r\nX-Evil: 1","email":"` + evil + `@example.com","pageUrl":"https://example.com/` + evil + `","topic":"` + evil + `"}`,
		`{"message":"a","` + evil + `":1}`, `{"message":"a","context":{"` + evil + `":1}}`, evil, `{"message":"a","email":"` + evil + `"}`,
		`{"message":"a","context":{"_aws":"` + evil + `","level":"` + evil + `"}}`,
	}
	for _, body := range bodies {
		for _, result := range []upstream.Outcome{upstream.Delivered, upstream.Failed, upstream.Refused} {
			f := newFixture()
			f.saas.result.Outcome = result
			e := post(body, "idempotency-key", evil, "x-"+evil, evil, "user-agent", evil+"\n{}", "origin", evil)
			e.RawQueryString, e.Cookies = evil, []string{evil}
			got := f.do(t, e)
			for name, value := range got.Headers {
				if bytes.Contains([]byte(name+value), []byte(evil)) {
					t.Errorf("%s: header %s: %s", body, name, value)
				}
			}
			if bytes.Contains(f.log.Bytes(), []byte(evil)) || bytes.Count(f.log.Bytes(), []byte("\n")) != 1 {
				t.Errorf("%s: log\n%s", body, f.log.String())
			}
		}
	}
	// Nor does a path or method.
	f := newFixture()
	f.do(t, event(evil, "/"+evil, nil, ""))
	if bytes.Contains(f.log.Bytes(), []byte(evil)) {
		t.Errorf("log\n%s", f.log.String())
	}
}
