package queue_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/handler/queue"
)

// TestRedelivery_nothingIsLost: of any batch, with any of the services failing, each message is
// at the SaaS, among the dead letters or kept in the queue; and what leaves the queue is in
// exactly one place.
func TestRedelivery_nothingIsLost(t *testing.T) {
	t.Parallel()
	texts := []string{"good", "bad", "locked", "down", "throttled"}
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture()
		if rapid.Bool().Draw(rt, "queue down") {
			f.api.down[queueURL] = true
		}
		if rapid.Bool().Draw(rt, "dead letters down") {
			f.api.down[deadLettersURL] = true
		}
		f.Queue = queue.New(f.api, queueURL, deadLettersURL)
		chosen := rapid.SliceOfN(rapid.SampledFrom(texts), 0, 10).Draw(rt, "batch")
		var batch []events.SQSMessage
		for i, text := range chosen {
			batch = append(batch, message(t, strconv.Itoa(i), text, rapid.IntRange(1, 5).Draw(rt, "receives")))
		}
		kept := f.handle(t, t.Context(), batch...)
		buried := len(f.api.sent[deadLettersURL])
		for i, text := range chosen {
			inQueue := slices.Contains(kept, "m-"+strconv.Itoa(i))
			refused := text == "bad"
			switch {
			case text == "good" && inQueue, (text == "down" || text == "throttled" || text == "locked") && !inQueue,
				refused && inQueue != f.api.down[deadLettersURL]:
				rt.Fatalf("message %d %q: in the queue %v", i, text, inQueue)
			case refused && !inQueue:
				buried--
			}
		}
		if buried != 0 || len(f.api.sent[queueURL]) != 0 {
			rt.Fatalf("sent %+v", f.api.sent)
		}
	})
}
