package simtime

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClock_showsWallTimePlusAdvances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		defer c.Close()
		start := c.Now()
		if !start.Equal(time.Now()) {
			t.Errorf("starts at %v, want the wall time %v", start, time.Now())
		}
		got, waited, err := c.Advance(t.Context(), time.Hour)
		if err != nil || !waited || !got.Equal(start.Add(time.Hour)) {
			t.Errorf("advance: %v, %v, want %v", got, err, start.Add(time.Hour))
		}
		time.Sleep(time.Minute) // synctest's time
		if want := start.Add(time.Hour + time.Minute); !c.Now().Equal(want) {
			t.Errorf("after a minute: %v, want %v", c.Now(), want)
		}
		if _, _, err := c.Advance(t.Context(), -time.Second); err == nil {
			t.Error("time ran backwards")
		}
		// A duration holds 292 years; beyond, time would run backwards.
		if _, _, err := c.Advance(t.Context(), Farthest); err == nil || !strings.Contains(err.Error(), "ahead already") {
			t.Errorf("advance beyond the farthest: %v", err)
		}
		if _, _, err := c.Advance(t.Context(), Farthest-time.Hour); err != nil {
			t.Errorf("advance to the farthest: %v", err)
		}
		if c.Now().Before(start) {
			t.Errorf("the clock shows %v, before its start", c.Now())
		}
	})
}

func TestClock_firesOnWallTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		defer c.Close()
		start := time.Now()
		var late, early, stopped time.Duration
		c.AfterFunc(time.Minute, func() { late = time.Since(start) })
		c.AfterFunc(time.Second, func() { early = time.Since(start) })
		s := c.AfterFunc(2*time.Second, func() { stopped = time.Since(start) })
		if !s.Stop() || s.Stop() {
			t.Error("Stop should report true once")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if early != time.Second || late != time.Minute || stopped != 0 {
			t.Errorf("fired after %v, %v and %v; want 1s, 1m0s and never", early, late, stopped)
		}
	})
}

// An advance brings an event of the wall timer nearer.
func TestClock_advanceShortensTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		defer c.Close()
		start := time.Now()
		var fired time.Duration
		c.AfterFunc(time.Minute, func() { fired = time.Since(start) })
		if _, _, err := c.Advance(t.Context(), 50*time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if fired != 10*time.Second {
			t.Errorf("fired after %v of wall time, want 10s", fired)
		}
	})
}

// Events fire in order of their time, those of recurring work included, each seeing its own time; an event's work is
// done before the next event, also when it started more tracked work.
func TestClock_advanceStepsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		defer c.Close()
		start := c.Now()
		var mu sync.Mutex
		var got []string
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, c.Now().Sub(start).String()+" "+what)
		}
		var tick func(at time.Time) func()
		tick = func(at time.Time) func() {
			return func() {
				note("tick")
				next := at.Add(10 * time.Second)
				c.AtFunc(next, tick(next))
			}
		}
		first := start.Add(10 * time.Second)
		c.AtFunc(first, tick(first))
		c.AfterFunc(15*time.Second, func() {
			note("event")
			c.Go(func() {
				time.Sleep(100 * time.Millisecond)
				c.Go(func() { note("its work's work") })
			})
		})
		c.AfterFunc(15*time.Second+time.Nanosecond, func() { note("after it") })
		if _, _, err := c.Advance(t.Context(), 30*time.Second); err != nil {
			t.Fatal(err)
		}
		want := []string{"10s tick", "15s event", "15.1s its work's work", "15.1s after it", "20s tick", "30s tick"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

func TestClock_randomEventsFireInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New()
		defer c.Close()
		start := c.Now()
		delays := rapid.SliceOfN(rapid.IntRange(1, 3600), 0, 40).Draw(t, "delaySeconds")
		stop := rapid.SliceOfN(rapid.Bool(), len(delays), len(delays)).Draw(t, "stop")
		var mu sync.Mutex
		var fired []int
		want := []int{}
		for i, d := range delays {
			timer := c.AtFunc(start.Add(time.Duration(d)*time.Second), func() {
				mu.Lock()
				defer mu.Unlock()
				if c.Now().Before(start.Add(time.Duration(d) * time.Second)) {
					t.Errorf("the event at %d s fired at %v", d, c.Now().Sub(start))
				}
				fired = append(fired, d)
			})
			if stop[i] {
				timer.Stop()
			} else {
				want = append(want, d)
			}
		}
		for _, seconds := range rapid.SliceOfN(rapid.IntRange(0, 1000), 0, 5).Draw(t, "advances") {
			before := c.Now()
			after, _, err := c.Advance(context.Background(), time.Duration(seconds)*time.Second)
			if err != nil || after.Sub(before) < time.Duration(seconds)*time.Second {
				t.Fatalf("advance by %d s: %v, %v", seconds, after.Sub(before), err)
			}
			mu.Lock()
			for i, d := range delays {
				due := !stop[i] && !start.Add(time.Duration(d)*time.Second).After(after)
				if due && !slices.Contains(fired, d) {
					t.Errorf("the event at %d s did not fire by %v", d, after.Sub(start))
				}
			}
			mu.Unlock()
		}
		if _, _, err := c.Advance(context.Background(), time.Hour); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		mu.Lock()
		defer mu.Unlock()
		if !slices.IsSorted(fired) || !slices.Equal(fired, want) {
			t.Errorf("fired %v, want %v", fired, want)
		}
	})
}

// Work that never ends costs an advance 20 s once, not once per event.
func TestClock_advanceGivesUpWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		release := make(chan struct{})
		defer c.Close()
		defer close(release)
		var fired atomic.Int64
		c.AfterFunc(time.Minute, func() { <-release })
		for i := range 10 {
			c.AfterFunc(time.Minute+time.Duration(i+1)*time.Minute, func() { fired.Add(1) })
		}
		wall := time.Now()
		if _, waited, err := c.Advance(t.Context(), time.Hour); err != nil || waited {
			t.Fatalf("waited %t, %v, want it to say that it gave up", waited, err)
		}
		synctest.Wait()
		if took := time.Since(wall); took != maxWait || fired.Load() != 10 {
			t.Errorf("took %v of wall time and fired %d events, want %v and 10", took, fired.Load(), maxWait)
		}
	})
}

func TestClock_advanceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		release := make(chan struct{})
		defer c.Close()
		defer close(release)
		c.AfterFunc(time.Minute, func() { <-release })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := c.Advance(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a deadline error", err)
		}
		// A second one waits for its turn no longer than its context.
		c.advancing <- struct{}{}
		if _, _, err := c.Advance(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a deadline error", err)
		}
		<-c.advancing
	})
}

func TestClock_closeStopsEventsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		done, fired := false, false
		c.Go(func() {
			time.Sleep(time.Second)
			done = true
		})
		timer := c.AfterFunc(time.Minute, func() { fired = true })
		c.Close()
		if !done {
			t.Error("Close did not wait for tracked work")
		}
		if timer.Stop() {
			t.Error("Close left the event pending")
		}
		c.Go(func() { fired = true })
		c.AfterFunc(0, func() { fired = true })
		c.Close()
		time.Sleep(time.Hour)
		synctest.Wait()
		if fired {
			t.Error("a closed clock fired")
		}
	})
}

func BenchmarkClock_Advance(b *testing.B) {
	c := New()
	defer c.Close()
	var tick func()
	tick = func() { c.AfterFunc(10*time.Second, tick) }
	tick()
	for b.Loop() {
		if _, _, err := c.Advance(b.Context(), 10*time.Second); err != nil {
			b.Fatal(err)
		}
	}
}

// A still clock moves by advances alone, and what is due at once waits for the next one.
func TestNewStill(t *testing.T) {
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	c := NewStill(start)
	defer c.Close()
	var at []time.Time
	c.AfterFunc(0, func() { at = append(at, c.Now()) })
	c.AfterFunc(time.Minute, func() { at = append(at, c.Now()) })
	if now := c.Now(); !now.Equal(start) {
		t.Errorf("stands at %s", now)
	}
	if _, _, err := c.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if now := c.Now(); !now.Equal(start.Add(time.Hour)) || len(at) != 2 || !at[0].Equal(start) || !at[1].Equal(start.Add(time.Minute)) {
		t.Errorf("at %s, fired at %s", now, at)
	}
}
