package simtime

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"
)

// maxWait bounds in wall time what one Advance waits for, over all of its steps.
const maxWait = 20 * time.Second

// Clock is a simulated clock, safe for concurrent use. Make one with New and end it with Close.
type Clock struct {
	start time.Time // carries a monotonic reading: setting the machine's clock moves nothing
	still bool      // wall time does not count

	advancing chan struct{} // holds one token: one Advance at a time

	mu       sync.Mutex
	advanced time.Duration // sum of all advances
	events   eventHeap
	sequence uint64 // orders events of one instant as they were made
	wall     *time.Timer
	stepping bool // an Advance fires the events; the wall timer rests
	closed   bool
	busy     int           // tracked functions running
	idle     chan struct{} // closed when busy falls to 0; replaced when it rises from 0
}

// New makes a clock that shows the wall time.
func New() *Clock {
	c := &Clock{start: time.Now(), advancing: make(chan struct{}, 1), idle: make(chan struct{})}
	close(c.idle)
	return c
}

// NewStill makes a clock that stands at a time until it is advanced: what happens at it depends on nothing else.
func NewStill(start time.Time) *Clock {
	c := New()
	c.start, c.still = start, true
	return c
}

// Now is the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start.Add(c.elapsed())
}

// AfterFunc calls f in a tracked goroutine of its own once d of simulated time has gone by; at once if d is not
// positive. On a closed clock f is never called.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.schedule(c.elapsed()+d, f)
}

// AtFunc calls f as AfterFunc does, when the simulated time is t. What recurs is best planned from its own last time
// with it, so that the intervals do not grow by the time the work takes.
func (c *Clock) AtFunc(t time.Time, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.schedule(t.Sub(c.start), f)
}

// Go calls f in a goroutine which Advance and Close wait for. On a closed clock f is not called.
func (c *Clock) Go(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.track(f)
	}
}

// Farthest is how far ahead of the wall's time all advances together may take the clock: durations end after 292 years.
const Farthest = 250 * 365 * 24 * time.Hour

// Advance moves the simulated time by d, 0 or more and not beyond [Farthest] in all, and returns where it stands then,
// and whether all that it started was waited for. Events due on the way fire in
// order, each at its own time; after each instant Advance waits for all tracked work, so that what an event causes
// comes before the next event, also if that takes so much wall time that the next one would be due by itself. Waiting
// is given up once it has taken 20 s of wall time in all: the remaining events still fire, but nobody waits for them. A
// canceled ctx ends the stepping where it is and is returned with the time reached.
//
// Tracked work must not call Advance: it would wait for itself.
func (c *Clock) Advance(ctx context.Context, d time.Duration) (now time.Time, waited bool, err error) {
	if d < 0 {
		return c.Now(), false, fmt.Errorf("advance by %v: time does not run backwards, want 0 or more", d)
	}
	select {
	case c.advancing <- struct{}{}:
		defer func() { <-c.advancing }()
	case <-ctx.Done():
		return c.Now(), false, ctx.Err()
	}
	if ahead := c.ahead(); d > Farthest-ahead {
		return c.Now(), false, fmt.Errorf("advance by %v: the clock is %v ahead already, want at most %v in all", d, ahead, Farthest)
	}
	patience := time.NewTimer(maxWait)
	defer patience.Stop()
	w := waiter{clock: c, ctx: ctx, patience: patience.C}

	target := c.begin(d)
	defer c.end()
	for {
		if err := w.wait(); err != nil {
			return c.Now(), false, err
		}
		if !c.step(target) {
			return c.Now(), !w.gaveUp, nil
		}
	}
}

// Close stops every pending event and waits for tracked work. Closing twice is harmless.
func (c *Clock) Close() {
	c.mu.Lock()
	c.closed = true
	for _, e := range c.events {
		e.index = -1
	}
	c.events = nil
	c.arm()
	c.mu.Unlock()
	for {
		c.mu.Lock()
		busy, idle := c.busy, c.idle
		c.mu.Unlock()
		if busy == 0 {
			return
		}
		<-idle
	}
}

// Timer is a pending event.
type Timer struct {
	clock *Clock
	event *event
}

// Stop keeps the event from firing and reports whether it was in time to do so.
func (t *Timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.event.index < 0 {
		return false
	}
	heap.Remove(&t.clock.events, t.event.index)
	t.clock.arm()
	return true
}

// elapsed is the simulated time since the clock was made. The caller holds mu.
func (c *Clock) elapsed() time.Duration {
	if c.still {
		return c.advanced
	}
	return time.Since(c.start) + c.advanced
}

// ahead is the sum of all advances.
func (c *Clock) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.advanced
}

// begin takes the events from the wall timer and returns where an advance by d ends.
func (c *Clock) begin(d time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stepping = true
	c.arm()
	return c.elapsed() + d
}

// end gives the events back to the wall timer.
func (c *Clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stepping = false
	c.arm()
}

// schedule adds an event. The caller holds mu.
func (c *Clock) schedule(at time.Duration, f func()) *Timer {
	e := &event{at: at, sequence: c.sequence, f: f, index: -1}
	c.sequence++
	if !c.closed {
		heap.Push(&c.events, e)
		if e.index == 0 {
			c.arm()
		}
	}
	return &Timer{c, e}
}

// arm sets the wall timer to the earliest event, or stops it if there is none for it. The caller holds mu.
func (c *Clock) arm() {
	rest := len(c.events) == 0 || c.stepping || c.still
	switch {
	case rest && c.wall != nil:
		c.wall.Stop()
	case rest:
	case c.wall == nil:
		c.wall = time.AfterFunc(max(0, c.events[0].at-c.elapsed()), c.fireDue)
	default:
		c.wall.Reset(max(0, c.events[0].at-c.elapsed()))
	}
}

// fireDue is the wall timer's function.
func (c *Clock) fireDue() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stepping { // an advance may have begun while the timer was on its way here
		c.fire(c.elapsed())
	}
}

// fire starts every event up to an instant, in order. The caller holds mu.
func (c *Clock) fire(until time.Duration) {
	for len(c.events) > 0 && c.events[0].at <= until {
		c.track(heap.Pop(&c.events).(*event).f)
	}
	c.arm()
}

// step moves the time to the next event not later than target and fires what is due at that instant. Without such an
// event it moves to target and reports false.
func (c *Clock) step(target time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.events) == 0 || c.events[0].at > target {
		c.advanced += max(0, target-c.elapsed())
		c.arm()
		return false
	}
	at := c.events[0].at
	c.advanced += max(0, at-c.elapsed())
	c.fire(at)
	return true
}

// track runs f in a counted goroutine. The caller holds mu.
func (c *Clock) track(f func()) {
	if c.busy == 0 {
		c.idle = make(chan struct{})
	}
	c.busy++
	go func() {
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.busy--; c.busy == 0 {
				close(c.idle)
			}
		}()
		f()
	}()
}

// waiter waits for tracked work on behalf of one Advance.
type waiter struct {
	clock    *Clock
	ctx      context.Context
	patience <-chan time.Time
	gaveUp   bool
}

// wait returns when no tracked work runs, or patience is over; with an error when the context is done.
func (w *waiter) wait() error {
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		w.clock.mu.Lock()
		busy, idle := w.clock.busy, w.clock.idle
		w.clock.mu.Unlock()
		if busy == 0 || w.gaveUp {
			return nil
		}
		select {
		case <-idle:
		case <-w.patience:
			w.gaveUp = true
		case <-w.ctx.Done():
		}
	}
}
