package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda/lambdatest"
	"github.com/onefront/onefront/local/simtime"
	"github.com/onefront/onefront/local/sqs"
)

// A message whose function fails comes back after the queue's visibility timeout, and goes once it is handled. The
// queue is the real imitation, the time simulated.
func TestConformance_F10_15_redelivery(t *testing.T) {
	clock := simtime.New()
	url := "https://sqs.eu-west-1.amazonaws.com/123456789012/queue"
	q := queue(60)
	q.Name, q.Outputs["url"] = "queue", url
	g := graph.New(
		lambdatest.Function(region, "api", lambdatest.Zip(t), nil), q, mappingNodeOf(nil),
	).Read()
	s, err := New(g, Options{Dir: t.TempDir(), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	queues, err := sqs.New(g, sqs.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		queues.Close()
		clock.Close()
		s.Close(context.Background())
	})
	if err := s.AttachQueues(queues); err != nil {
		t.Fatal(err)
	}
	send := func(body string) {
		t.Helper()
		b, _ := json.Marshal(map[string]string{"QueueUrl": url, "MessageBody": body})
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(b))
		r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		w := httptest.NewRecorder()
		queues.Handler(region).ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("sending: %d %s", w.Code, w.Body)
		}
	}
	advance := func(d time.Duration) sqs.RegionQueues {
		t.Helper()
		if _, _, err := clock.Advance(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		return queues.Snapshot()[region]
	}
	send(order("answer", `{"batchItemFailures":[]}`))
	if got := advance(0); len(got.Waiting)+len(got.InFlight) != 0 {
		t.Errorf("got %+v, want the message handled and gone", got)
	}
	send(order("error"))
	got := advance(0)
	if len(got.InFlight) != 1 || got.InFlight[0].Receives != 1 {
		t.Fatalf("got %+v, want the failed message in flight until its visibility timeout", got)
	}
	for receives := 2; receives < 5; receives++ {
		if got = advance(61 * time.Second); len(got.InFlight) != 1 || got.InFlight[0].Receives != receives {
			t.Fatalf("got %+v, want delivery number %d", got, receives)
		}
	}
}
