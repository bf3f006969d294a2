package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// vendor is a Freshdesk without sockets, for time in a bubble.
type vendor struct {
	list func(*http.Request) (*http.Response, error)

	mu        sync.Mutex
	questions int
	tickets   []string // types; "" without one
}

func said(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if r.Method == http.MethodGet {
		v.questions++
		v.mu.Unlock()
		defer v.mu.Lock()
		return v.list(r)
	}
	var ticket struct{ Type string }
	if err := json.NewDecoder(r.Body).Decode(&ticket); err != nil {
		return nil, err
	}
	v.tickets = append(v.tickets, ticket.Type)
	return said(r, 201, ""), nil
}

func (v *vendor) counts() (questions int, tickets string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.questions, strings.Join(v.tickets, ",")
}

func lists(r *http.Request) (*http.Response, error) { return said(r, 200, freshdeskFields), nil }

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func newVendor(t *testing.T) (*vendor, *upstream.Client) {
	t.Helper()
	v := &vendor{list: lists}
	s, err := settings.Parse([]byte(`{"preset":"freshdesk","url":"https://example.com","requesterEmail":"a@example.com","topicField":"type","timeout":"3s"}`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := upstream.New(s, v, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return v, c
}

func keys(context.Context) (secret.Secret, error) { return secret.New(key), nil }

// TestDeliver_listHangs: a list that never comes costs the first ticket a second and the later ones nothing; every one
// is posted, with its whole time.
func TestDeliver_listHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, c := newVendor(t)
		v.list = hangs
		for i, want := range []struct {
			after, took time.Duration
			questions   int
		}{{0, time.Second, 1}, {0, 0, 1}, {5 * time.Second, 0, 1}, {53 * time.Second, 0, 1}, {2 * time.Second, time.Second, 2}} {
			time.Sleep(want.after)
			start := time.Now()
			got := c.Deliver(t.Context(), secret.New(key), record())
			questions, _ := v.counts()
			if got.Outcome != upstream.Delivered || time.Since(start) != want.took || got.Latency != 0 || questions != want.questions {
				t.Errorf("ticket %d: %+v after %s, %d questions", i, got, time.Since(start), questions)
			}
		}
		time.Sleep(3 * time.Second) // the question ends
	})
}

// TestDeliver_listIsSlow: the list that came too late for one ticket serves the next; the last good one serves while
// the vendor gives none.
func TestDeliver_listIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, c := newVendor(t)
		v.list = func(r *http.Request) (*http.Response, error) { time.Sleep(2 * time.Second); return lists(r) }
		for _, after := range []time.Duration{0, 2 * time.Second, 4 * time.Minute} {
			time.Sleep(after)
			c.Deliver(t.Context(), secret.New(key), record())
		}
		if questions, tickets := v.counts(); questions != 1 || tickets != ",billing,billing" {
			t.Errorf("%d questions, types %q", questions, tickets)
		}
		v.list = func(r *http.Request) (*http.Response, error) { return said(r, 500, ""), nil }
		for range 3 {
			time.Sleep(time.Minute)
			c.Deliver(t.Context(), secret.New(key), record())
		}
		if questions, tickets := v.counts(); questions != 4 || tickets != ",billing,billing,billing,billing,billing" {
			t.Errorf("%d questions, types %q", questions, tickets)
		}
	})
}

// TestDeliver_noTimeForTheList: a ticket waits only in time that nobody else needs.
func TestDeliver_noTimeForTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, c := newVendor(t)
		v.list = hangs
		for left, want := range map[time.Duration]time.Duration{3 * time.Second: 0, 3300 * time.Millisecond: 300 * time.Millisecond, 10 * time.Second: time.Second} {
			time.Sleep(2 * time.Minute)
			ctx, cancel := context.WithTimeout(t.Context(), left)
			start := time.Now()
			if got := c.Deliver(ctx, secret.New(key), record()); got.Outcome != upstream.Delivered || time.Since(start) != want {
				t.Errorf("%s left: %+v after %s, want %s", left, got, time.Since(start), want)
			}
			cancel()
		}
		time.Sleep(3 * time.Second)
	})
}

// TestList_once: the SaaS is asked once a minute and once for all who wait, and not for what a visitor can vary.
func TestList_once(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, c := newVendor(t)
		v.list = func(r *http.Request) (*http.Response, error) { time.Sleep(time.Second); return lists(r) }
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if got, err := c.List(t.Context(), keys); err != nil || len(got) != 2 {
					t.Errorf("%v, %v", got, err)
				}
			})
		}
		wg.Wait()
		for range 59 {
			time.Sleep(time.Second)
			if _, err := c.List(t.Context(), func(context.Context) (secret.Secret, error) { return secret.Secret{}, errors.New("no key is needed") }); err != nil {
				t.Fatal(err)
			}
		}
		if questions, _ := v.counts(); questions != 1 {
			t.Errorf("%d questions in a minute", questions)
		}
		time.Sleep(time.Second)
		if _, err := c.List(t.Context(), keys); err != nil {
			t.Fatal(err)
		}
		if questions, _ := v.counts(); questions != 2 {
			t.Errorf("%d questions after a minute", questions)
		}
	})
}

// TestList_failure: a failure is believed for a minute, unless the key changes; the last good list comes with it.
func TestList_failure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, c := newVendor(t)
		current := key
		ask := func() ([]settings.Topic, error) {
			return c.List(t.Context(), func(context.Context) (secret.Secret, error) { return secret.New(current), nil })
		}
		v.list = func(r *http.Request) (*http.Response, error) { return said(r, 401, ""), nil }
		for range 3 {
			time.Sleep(19 * time.Second)
			if got, err := ask(); err == nil || got != nil {
				t.Errorf("%v, %v", got, err)
			}
		}
		if questions, _ := v.counts(); questions != 1 {
			t.Errorf("%d questions", questions)
		}
		current, v.list = "rotated", lists
		if got, err := ask(); err != nil || len(got) != 2 {
			t.Errorf("a new key: %v, %v", got, err)
		}
		v.list = hangs
		time.Sleep(time.Minute)
		for range 2 {
			got, err := ask()
			if problem, ok := errors.AsType[*upstream.TopicsError](err); !ok || problem.Reason != "upstream timed out" || len(got) != 2 {
				t.Errorf("%v, %v", got, err)
			}
		}
		if questions, _ := v.counts(); questions != 3 {
			t.Errorf("%d questions", questions)
		}
		errNoKey := errors.New("no key")
		time.Sleep(time.Minute)
		got, err := c.List(t.Context(), func(context.Context) (secret.Secret, error) { return secret.Secret{}, errNoKey })
		if !errors.Is(err, errNoKey) || len(got) != 2 {
			t.Errorf("no key: %v, %v", got, err)
		}
	})
}

// TestList_givenUp: the question that a ticket did not wait for answers the visitor who asks next.
func TestList_givenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, c := newVendor(t)
		v.list = func(r *http.Request) (*http.Response, error) { time.Sleep(2 * time.Second); return lists(r) }
		c.Deliver(t.Context(), secret.New(key), record())
		if got, err := c.List(t.Context(), keys); err != nil || len(got) != 2 {
			t.Errorf("%v, %v", got, err)
		}
		if questions, _ := v.counts(); questions != 1 {
			t.Errorf("%d questions", questions)
		}
	})
}
