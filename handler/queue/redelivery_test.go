package queue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/queue"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
)

// results are what the SaaS says to a feedback with that message.
var results = map[string]upstream.Result{
	"good":      {Outcome: upstream.Delivered, Status: 201},
	"bad":       {Outcome: upstream.Refused, Status: 422, Reason: "upstream refused with 422"},
	"locked":    {Outcome: upstream.Failed, Status: 401, Denied: true, Reason: "upstream answered 401"},
	"down":      {Outcome: upstream.Failed, Status: 503, Reason: "upstream answered 503"},
	"throttled": {Outcome: upstream.Failed, Status: 429, RetryAfter: 20 * time.Minute, Reason: "upstream answered 429"},
}

type fixture struct {
	api      *fakeSQS
	upstream *fakeUpstream
	keys     *fakeKeys
	log      bytes.Buffer
	*queue.Redelivery
}

func newFixture(down ...string) *fixture {
	f := &fixture{api: newFakeSQS(down...), upstream: &fakeUpstream{results: results}, keys: &fakeKeys{}}
	f.Redelivery = &queue.Redelivery{
		Upstream: f.upstream, Keys: f.keys, Queue: queue.New(f.api, queueURL, deadLettersURL), MaxReceives: 3, Timeout: 3 * time.Second, QueueTime: time.Second,
		Journal: telemetry.NewJournal(&f.log, slog.LevelError, "eu-west-1", "prod", time.Now),
		Now:     time.Now, Random: func() float64 { return 0.5 },
	}
	return f
}

// lines are what was logged.
func (f *fixture) lines(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for raw := range bytes.Lines(f.log.Bytes()) {
		var line map[string]any
		if err := json.Unmarshal(raw, &line); err != nil {
			t.Fatalf("line %s: %v", raw, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// message is one SQS record; its id and receipt handle derive from the feedback's id.
func message(t *testing.T, id, text string, receives int) events.SQSMessage {
	t.Helper()
	body, err := json.Marshal(record(id, text))
	if err != nil {
		t.Fatal(err)
	}
	return events.SQSMessage{
		MessageId: "m-" + id, ReceiptHandle: "r-" + id, Body: string(body),
		Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(receives)},
	}
}

// handle runs a batch and returns the ids of the messages to keep.
func (f *fixture) handle(t *testing.T, ctx context.Context, messages ...events.SQSMessage) []string {
	t.Helper()
	response, err := f.Handle(ctx, events.SQSEvent{Records: messages})
	if err != nil {
		t.Fatal(err)
	}
	if response.BatchItemFailures == nil {
		t.Error("batchItemFailures is null")
	}
	kept := []string{}
	for _, failure := range response.BatchItemFailures {
		kept = append(kept, failure.ItemIdentifier)
	}
	return kept
}

// TestRedelivery_batch: of one batch, what was delivered or buried leaves the queue and the
// rest is named and put off (F10.15).
func TestRedelivery_batch(t *testing.T) {
	t.Parallel()
	f := newFixture()
	kept := f.handle(t, t.Context(),
		message(t, "1", "good", 1), message(t, "2", "down", 1), message(t, "3", "bad", 2), message(t, "4", "throttled", 2),
		message(t, "5", "down", 2), message(t, "6", "good", 3), message(t, "7", "down", 3))
	if diff := cmp.Diff([]string{"m-2", "m-4", "m-5", "m-7"}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	hidden := map[string]time.Duration{
		"r-2": 30 * time.Second, "r-4": 20 * time.Minute, "r-5": time.Minute,
		"r-7": 0, // received for the last time: straight to the dead-letter queue
	}
	if diff := cmp.Diff(hidden, f.api.hidden); diff != "" {
		t.Errorf("hidden (-want +got):\n%s", diff)
	}
	if dead := f.api.sent[deadLettersURL]; len(dead) != 1 || dead[0].reason != "upstream refused with 422" || len(f.api.sent[queueURL]) != 0 {
		t.Errorf("sent %+v", f.api.sent)
	}
	if len(f.upstream.delivered) != 7 {
		t.Errorf("tried %v", f.upstream.delivered)
	}
	outcomes := map[string]int{}
	for _, line := range f.lines(t) {
		outcome, ok := line["outcome"].(string)
		if !ok || line["feedbackId"] == "" || line[outcome] != 1.0 || line["_aws"] == nil {
			t.Errorf("line %v", line)
		}
		outcomes[outcome]++
	}
	if diff := cmp.Diff(map[string]int{"delivered": 2, "queued": 4, "refused": 1}, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// TestRedelivery_refusedButDeadLettersDown: a refusal that cannot be buried stays in the queue.
func TestRedelivery_refusedButDeadLettersDown(t *testing.T) {
	t.Parallel()
	f := newFixture(deadLettersURL)
	if diff := cmp.Diff([]string{"m-1"}, f.handle(t, t.Context(), message(t, "1", "bad", 1))); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if f.api.hidden["r-1"] != 30*time.Second {
		t.Errorf("hidden %v", f.api.hidden)
	}
}

// TestRedelivery_visibilityFails: the message is kept all the same; the queue's own visibility
// timeout brings it back.
func TestRedelivery_visibilityFails(t *testing.T) {
	t.Parallel()
	f := newFixture(queueURL)
	if diff := cmp.Diff([]string{"m-1"}, f.handle(t, t.Context(), message(t, "1", "down", 1))); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestRedelivery_keyUnavailable(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.keys.err = errors.New("access denied")
	if diff := cmp.Diff([]string{"m-1"}, f.handle(t, t.Context(), message(t, "1", "good", 1))); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if len(f.upstream.delivered) != 0 {
		t.Error("tried without a key")
	}
}

// TestRedelivery_refusedKey: a 401 has the key fetched anew, and the message comes back for it; the line is an error
// with a metric, whatever the level.
func TestRedelivery_refusedKey(t *testing.T) {
	t.Parallel()
	f := newFixture()
	kept := f.handle(t, t.Context(), message(t, "1", "locked", 1), message(t, "2", "bad", 1))
	if diff := cmp.Diff([]string{"m-1"}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if f.keys.expired != 1 || f.api.hidden["r-1"] != 30*time.Second || len(f.api.sent[deadLettersURL]) != 1 {
		t.Errorf("expired %d times, hidden %v, dead letters %v", f.keys.expired, f.api.hidden, f.api.sent[deadLettersURL])
	}
	for _, line := range f.lines(t) {
		if line["feedbackId"] == "1" && (line["level"] != "ERROR" || line["outcome"] != "queued" || line["denied"] != 1.0) {
			t.Errorf("line %v", line)
		}
	}
}

// TestRedelivery_unreadable: what nobody can deliver goes to the dead-letter queue as it is.
func TestRedelivery_unreadable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "hello", "[]", `{"id":"1"}`, `{"feedback":{"message":"x"}}`} {
		f := newFixture()
		kept := f.handle(t, t.Context(), events.SQSMessage{MessageId: "m", ReceiptHandle: "r", Body: body})
		dead := f.api.sent[deadLettersURL]
		if len(kept) != 0 || len(dead) != 1 || dead[0].body != body || dead[0].reason != "unreadable message" {
			t.Errorf("%q: kept %v, dead letters %+v", body, kept, dead)
		}
	}
}

// TestRedelivery_newerMember: while a release rolls out, the other function may know more.
func TestRedelivery_newerMember(t *testing.T) {
	t.Parallel()
	f := newFixture()
	m := message(t, "1", "good", 1)
	m.Body = m.Body[:len(m.Body)-1] + `,"schema":2}`
	if kept := f.handle(t, t.Context(), m); len(kept) != 0 || len(f.upstream.delivered) != 1 {
		t.Errorf("kept %v, delivered %v", kept, f.upstream.delivered)
	}
}

// slowUpstream takes its time.
type slowUpstream struct{ fakeUpstream }

func (s *slowUpstream) Deliver(ctx context.Context, key secret.Secret, r feedback.Record) upstream.Result {
	time.Sleep(3 * time.Second)
	return s.fakeUpstream.Deliver(ctx, key, r)
}

// TestRedelivery_outOfTime: five at a time, and nothing is begun that the function's timeout
// would cut off.
func TestRedelivery_outOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture()
		slow := &slowUpstream{fakeUpstream{results: results}}
		f.Upstream = slow
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		var batch []events.SQSMessage
		for i := range 12 {
			batch = append(batch, message(t, strconv.Itoa(i), "good", 1))
		}
		// Tries begin at 0 s and 3 s; at 6 s only 3 s are left, less than the reserve of 4 s.
		if diff := cmp.Diff([]string{"m-10", "m-11"}, f.handle(t, ctx, batch...)); diff != "" {
			t.Errorf("kept (-want +got):\n%s", diff)
		}
		if len(slow.delivered) != 10 {
			t.Errorf("delivered %v", slow.delivered)
		}
	})
}

func TestRedelivery_empty(t *testing.T) {
	t.Parallel()
	if kept := newFixture().handle(t, t.Context()); len(kept) != 0 {
		t.Errorf("kept %v", kept)
	}
}
