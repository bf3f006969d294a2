package api_test

import (
	"sort"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream"
)

// TestNothingIsLost: over any sequence of failures of the SaaS, its key and both queues, what
// was accepted is exactly what the SaaS or a queue has, once each.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture()
		down := func(label string) error {
			if rapid.Bool().Draw(rt, label) {
				return errDown
			}
			return nil
		}
		var acceptedIDs []string
		for i := range rapid.IntRange(1, 40).Draw(rt, "visitors") {
			f.saas.result = upstream.Result{
				Outcome:    rapid.SampledFrom([]upstream.Outcome{upstream.Delivered, upstream.Failed, upstream.Refused}).Draw(rt, "outcome"),
				RetryAfter: rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(rt, "retryAfter"),
				Reason:     "because",
			}
			f.keys.err, f.queue.sendErr, f.queue.buryErr = down("key"), down("queue"), down("dead letters")
			f.elapsed += time.Duration(rapid.IntRange(0, 12).Draw(rt, "seconds")) * time.Second
			key := "k-" + strconv.Itoa(i)
			id, err := feedback.NewID(key)
			if err != nil {
				rt.Fatal(err)
			}
			got := f.do(t, post(hi, "idempotency-key", key))
			switch got.StatusCode {
			case 201, 202:
				acceptedIDs = append(acceptedIDs, id)
			case 503:
			default:
				rt.Fatalf("status %d: %s", got.StatusCode, got.Body)
			}
		}
		var keptIDs []string
		for _, records := range [][]feedback.Record{f.saas.delivered, f.queue.sent, f.queue.buried} {
			for _, r := range records {
				keptIDs = append(keptIDs, r.ID)
			}
		}
		sort.Strings(acceptedIDs)
		sort.Strings(keptIDs)
		if diff := cmp.Diff(acceptedIDs, keptIDs); diff != "" {
			rt.Fatalf("kept (-accepted +kept):\n%s", diff)
		}
	})
}
