package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// withLetters is a world with n dead letters that failed too often and one that was refused for good.
func withLetters(t testing.TB, n int) (w *world, bodies []string) {
	t.Helper()
	w = newWorld(t, false)
	for i := range n {
		body := fmt.Sprintf(`{"id":"letter-%02d"}`, i)
		bodies = append(bodies, body)
		w.send(eu, "dead", body, "")
	}
	w.send(eu, "dead", `{"id":"refused"}`, "upstream refused with 422")
	return w, bodies
}

func TestRedrive_shows(t *testing.T) {
	t.Parallel()
	w, _ := withLetters(t, 13)
	out := w.must("redrive", eu)
	for _, part := range []string{"letter-00", "failed too often", "refused", "upstream refused with 422", "14 dead letters seen, 0 moved", "-yes moves them"} {
		if !strings.Contains(out, part) {
			t.Errorf("lacks %q:\n%s", part, out)
		}
	}
	waiting, dead := w.bodies(eu)
	if len(waiting) != 0 || len(dead) != 14 {
		t.Errorf("%d waiting, %d dead: something was changed", len(waiting), len(dead))
	}
	if calls := w.called("sqs " + eu + " SendMessage"); calls != nil {
		t.Errorf("sent: %v", calls)
	}
	// What was shown is visible again at once: the next look sees all of it.
	if out := w.must("redrive", eu); !strings.Contains(out, "14 dead letters seen") {
		t.Errorf("the second look:\n%s", out)
	}
}

func TestRedrive_moves(t *testing.T) {
	t.Parallel()
	w, bodies := withLetters(t, 13)
	var letters []letter
	if err := json.Unmarshal([]byte(w.must("redrive", eu, "-yes", "-json")), &letters); err != nil {
		t.Fatal(err)
	}
	if len(letters) != 14 {
		t.Errorf("%d letters", len(letters))
	}
	waiting, dead := w.bodies(eu)
	if !slices.Equal(waiting, bodies) || !slices.Equal(dead, []string{`{"id":"refused"}`}) {
		t.Errorf("waiting %v, dead %v", waiting, dead)
	}
	if out := w.must("redrive", eu, "-yes"); !strings.Contains(out, "-all takes them along") {
		t.Errorf("what was refused for good:\n%s", out)
	}
	w.must("redrive", eu, "-yes", "-all")
	if waiting, dead = w.bodies(eu); len(waiting) != 14 || len(dead) != 0 {
		t.Errorf("-all: %d waiting, %d dead", len(waiting), len(dead))
	}
	if out := w.must("redrive", eu); !strings.Contains(out, "0 dead letters") {
		t.Errorf("an empty queue:\n%s", out)
	}
}

// Broken off at any call, by Ctrl-C or by SQS, nothing is lost, and nothing is in both queues unless it is named.
func TestRedrive_brokenOffEverywhere(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"interrupted", "refused"} {
		for n := 1; ; n++ {
			w, bodies := withLetters(t, 3)
			ctx, cancel := context.WithCancel(t.Context())
			calls := 0
			own := w.queues.Handler(eu)
			var answering sync.WaitGroup // also what nobody waits for any more
			w.instead("sqs", eu, func(rw http.ResponseWriter, r *http.Request) {
				answering.Add(1)
				defer answering.Done()
				if calls++; calls == n {
					if how == "refused" {
						refuse(400, "AWS.SimpleQueueService.AccessDenied")(rw, r)
						return
					}
					cancel()
				}
				own.ServeHTTP(rw, r)
			})
			_, _, err := w.run(ctx, "redrive", eu, "-yes", "-all")
			cancel()
			answering.Wait()
			waiting, dead := w.bodies(eu)
			all := slices.Sorted(slices.Values(slices.Concat(waiting, dead)))
			if want := append(slices.Clone(bodies), `{"id":"refused"}`); !slices.Equal(all, want) {
				t.Errorf("%s at call %d (%v): waiting %v, dead %v", how, n, err, waiting, dead)
			}
			if calls < n {
				break // every call has had its turn
			}
			if how == "interrupted" && err == nil && len(dead) > 0 {
				t.Errorf("interrupted at call %d: no error, and %v are left", n, dead)
			}
			// The next one finishes the job, once what an answer that got lost held back is visible again.
			w.instead("sqs", eu, nil)
			if _, _, err := w.clock.Advance(t.Context(), holdSeconds*time.Second); err != nil {
				t.Fatal(err)
			}
			w.must("redrive", eu, "-yes", "-all")
			if waiting, dead = w.bodies(eu); len(waiting) != 4 || len(dead) != 0 {
				t.Errorf("%s at call %d, again: waiting %v, dead %v", how, n, waiting, dead)
			}
		}
	}
}

// A delete that fails for good after the message was sent is named, so that a person can act.
func TestRedrive_sentButNotDeleted(t *testing.T) {
	t.Parallel()
	w, _ := withLetters(t, 1)
	own := w.queues.Handler(eu)
	w.instead("sqs", eu, func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DeleteMessage") {
			refuse(400, "AWS.SimpleQueueService.AccessDenied")(rw, r)
			return
		}
		own.ServeHTTP(rw, r)
	})
	_, _, err := w.run(t.Context(), "redrive", eu, "-yes")
	wantError(t, err, "is back in the queue", "delete it by hand", "AccessDenied")
}

func TestRedrive_wrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.outputs["regions"].([]any)[0].(map[string]any)["queueUrl"] = queueURL(eu, "dead") // a queue without a redrive policy
	_, _, err := w.run(t.Context(), "redrive", eu)
	wantError(t, err, "no redrive policy")
	delete(w.outputs["regions"].([]any)[0].(map[string]any), "queueUrl")
	_, _, err = w.run(t.Context(), "redrive", eu)
	wantError(t, err, "no queueUrl")
	w.instead("sqs", us, refuse(400, "AWS.SimpleQueueService.NonExistentQueue"))
	_, _, err = w.run(t.Context(), "redrive", us)
	if err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("a queue that is gone: %v", err)
	}
}
