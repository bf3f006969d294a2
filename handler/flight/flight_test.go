package flight_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onefront/onefront/handler/flight"
)

// calls counts, takes a second each, and fails as told: call n with errs[n].
type calls struct {
	errs []error
	n    int
}

func (c *calls) call() (int, error) {
	n := c.n
	c.n++
	time.Sleep(time.Second)
	if n < len(c.errs) {
		return 0, c.errs[n]
	}
	return n, nil
}

var errBroken = errors.New("broken")

func TestGroup_oneForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &calls{errs: []error{errBroken}}
		var g flight.Group[int]
		var wg sync.WaitGroup
		start := time.Now()
		for range 5 {
			wg.Go(func() {
				if _, err := g.Do(t.Context(), c.call); !errors.Is(err, errBroken) {
					t.Errorf("error %v", err)
				}
			})
		}
		wg.Wait()
		if c.n != 1 || time.Since(start) != time.Second {
			t.Errorf("%d calls in %s", c.n, time.Since(start))
		}
	})
}

// TestGroup_unwatched: what failed while nobody who saw it begin was there is done again, once for all.
func TestGroup_unwatched(t *testing.T) {
	for name, begin := range map[string]func(context.Context, *flight.Group[int], *calls){
		"started": func(_ context.Context, g *flight.Group[int], c *calls) { g.Start(c.call) },
		"left": func(ctx context.Context, g *flight.Group[int], c *calls) {
			ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			if _, err := g.Do(ctx, c.call); !errors.Is(err, context.DeadlineExceeded) {
				panic("the wait did not end")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &calls{errs: []error{errBroken, errBroken}}
				var g flight.Group[int]
				begin(t.Context(), &g, c)
				var wg sync.WaitGroup
				for range 3 {
					wg.Go(func() {
						if _, err := g.Do(t.Context(), c.call); !errors.Is(err, errBroken) {
							t.Errorf("error %v", err)
						}
					})
				}
				wg.Wait()
				if c.n != 2 {
					t.Errorf("%d calls, want the first and one more for the three who waited", c.n)
				}
				begin(t.Context(), &g, c)
				if got, err := g.Do(t.Context(), c.call); got != 2 || err != nil || c.n != 3 {
					t.Errorf("%d, %v after %d calls: a good result is anybody's", got, err, c.n)
				}
			})
		})
	}
}
