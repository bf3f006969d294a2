package queue_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/queue"
)

var at = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func record(id, message string) feedback.Record {
	return feedback.Record{ID: id, ReceivedAt: at, Region: "eu-west-1", Feedback: feedback.Feedback{Message: message}}
}

const bodyHi = `{"id":"1","receivedAt":"2026-11-22T10:00:00Z","region":"eu-west-1","feedback":{"message":"hi"}}`

func TestSend(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		wait time.Duration
		want int32
	}{
		"at once":       {0, 0},
		"later":         {75 * time.Second, 75},
		"at most 900 s": {time.Hour, 900},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newFakeSQS()
			if err := queue.New(api, queueURL, deadLettersURL).Send(t.Context(), record("1", "hi"), tt.wait); err != nil {
				t.Fatal(err)
			}
			want := map[string][]sent{queueURL: {{body: bodyHi, delay: tt.want}}}
			if diff := cmp.Diff(want, api.sent, cmp.AllowUnexported(sent{})); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBury(t *testing.T) {
	t.Parallel()
	api := newFakeSQS()
	if err := queue.New(api, queueURL, deadLettersURL).Bury(t.Context(), record("1", "hi"), "upstream refused with 422"); err != nil {
		t.Fatal(err)
	}
	want := map[string][]sent{deadLettersURL: {{body: bodyHi, reason: "upstream refused with 422"}}}
	if diff := cmp.Diff(want, api.sent, cmp.AllowUnexported(sent{})); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestSend_down(t *testing.T) {
	t.Parallel()
	q := queue.New(newFakeSQS(queueURL, deadLettersURL), queueURL, deadLettersURL)
	if err := q.Send(t.Context(), record("1", "hi"), 0); !errors.Is(err, errDown) {
		t.Errorf("Send: %v", err)
	}
	if err := q.Bury(t.Context(), record("1", "hi"), "x"); !errors.Is(err, errDown) {
		t.Errorf("Bury: %v", err)
	}
}

// TestSend_characters: whatever a visitor wrote, the body has only characters that Amazon SQS
// takes (#x9 #xA #xD, #x20 to #xD7FF, #xE000 to #xFFFD, #x10000 to #x10FFFF) and reads back
// unchanged.
func TestSend_characters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Just("a\ufffeb\uffffc\x00\x1f\u2028\U0010ffff")).Draw(t, "message")
		api := newFakeSQS()
		if err := queue.New(api, queueURL, deadLettersURL).Send(t.Context(), record("1", text), 0); err != nil {
			t.Fatal(err)
		}
		body := api.sent[queueURL][0].body
		if i := strings.IndexFunc(body, func(c rune) bool { return c < ' ' || c == '\ufffe' || c == '\uffff' }); i >= 0 {
			t.Fatalf("the body holds %q", body[i:])
		}
		var got feedback.Record
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Feedback.Message != text {
			t.Fatalf("%q reads back as %q, %v", text, got.Feedback.Message, err)
		}
	})
}
