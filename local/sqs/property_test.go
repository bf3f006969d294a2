package sqs

import (
	"context"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onefront/onefront/local/fault"
)

// However batches fail, the service breaks and time goes by: every message is taken once, or waits, or is a dead letter
// after exactly three tries. None is lost and none is doubled.
func TestQueue_losesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		var mu sync.Mutex
		sent, tries, taken := map[string]bool{}, map[string]int{}, map[string]int{}
		fails := rapid.SliceOfN(rapid.IntRange(0, 4), 20, 20).Draw(rt, "fails") // by message: that many tries
		err := w.Subscribe(queueARN("eu-west-1", "feedback"), rapid.IntRange(1, 10).Draw(rt, "batchSize"), func(_ context.Context, batch []Message) (failed []string, err error) {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range batch {
				tries[m.ID]++
				if tries[m.ID] <= fails[len(m.Body)%len(fails)] {
					failed = append(failed, m.ID)
				} else {
					taken[m.ID]++
				}
			}
			return failed, nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0, 1:
				sent[w.mustSend(t, "eu-west-1", strings.Repeat("x", 1+len(sent)))] = true
			case 2:
				kind := rapid.SampledFrom([]fault.Kind{fault.None, fault.Down, fault.Error, fault.Slow}).Draw(rt, "fault")
				w.faults["eu-west-1"].Set(fault.Fault{Kind: kind, LatencyMS: 1})
			case 3:
				w.advance(t, time.Duration(rapid.IntRange(0, 200).Draw(rt, "seconds"))*time.Second)
			}
			w.advance(t, 0)
			mu.Lock()
			got := maps.Clone(taken)
			mu.Unlock()
			regions := w.Snapshot()
			for _, m := range slices.Concat(regions["eu-west-1"].Waiting, regions["eu-west-1"].InFlight, regions["eu-west-1"].DeadLetters) {
				got[m.ID]++
			}
			for _, m := range regions["eu-west-1"].DeadLetters {
				if m.Receives != 3 {
					rt.Fatalf("a dead letter after %d receives", m.Receives)
				}
			}
			for id := range sent {
				if got[id] != 1 {
					rt.Fatalf("message %s is there %d times", id, got[id])
				}
			}
			if len(got) != len(sent) {
				rt.Fatalf("%d messages, %d sent", len(got), len(sent))
			}
		}
		// With the service whole, everything ends within three visibility timeouts.
		w.faults["eu-west-1"].Set(fault.Fault{})
		w.advance(t, 4*time.Minute)
		regions := w.Snapshot()
		if left := len(regions["eu-west-1"].Waiting) + len(regions["eu-west-1"].InFlight); left != 0 {
			rt.Fatalf("%d messages left", left)
		}
		w.Close()
		w.clock.Close()
	})
}

// Whatever is sent, the answer is JSON with a status of the protocol.
func FuzzServe(f *testing.F) {
	url := queueURL("eu-west-1", "feedback")
	for operation, body := range map[string]string{
		"SendMessage":                  `{"QueueUrl":"` + url + `","MessageBody":"x","DelaySeconds":1,"MessageAttributes":{"a":{"DataType":"String","StringValue":"b"}}}`,
		"SendMessageBatch":             `{"QueueUrl":"` + url + `","Entries":[{"Id":"a","MessageBody":"x"}]}`,
		"ReceiveMessage":               `{"QueueUrl":"` + url + `","MaxNumberOfMessages":10,"MessageAttributeNames":["All"]}`,
		"DeleteMessage":                `{"QueueUrl":"` + url + `","ReceiptHandle":"x"}`,
		"ChangeMessageVisibilityBatch": `{"QueueUrl":"` + url + `","Entries":[{"Id":"a","ReceiptHandle":"eA==","VisibilityTimeout":3}]}`,
		"GetQueueAttributes":           `{"QueueUrl":"` + url + `","AttributeNames":["All"]}`,
	} {
		f.Add(operation, body)
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, operation, body string) {
		if strings.Contains(strings.ToLower(body), "waittimeseconds") {
			return // a long poll takes its time
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
		answer := httptest.NewRecorder()
		w.Handler("eu-west-1").ServeHTTP(answer, r)
		if answer.Code != 200 && answer.Code != 400 || !json.Valid(answer.Body.Bytes()) {
			t.Errorf("%s %q: %d %q", operation, body, answer.Code, answer.Body)
		}
	})
}

func BenchmarkSendAndDeliver(b *testing.B) {
	w := newWorld(b)
	if err := w.Subscribe(queueARN("eu-west-1", "feedback"), 10, func(context.Context, []Message) ([]string, error) { return nil, nil }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w.mustSend(b, "eu-west-1", "{}")
	}
}
