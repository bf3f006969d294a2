// Package flight makes a call once for all who want its result, in a process that Lambda may freeze at any moment.
package flight

import (
	"context"
	"sync"
)

// Group makes one call at a time. The zero value is ready; it is safe for concurrent use.
type Group[T any] struct {
	mu      sync.Mutex
	running *run[T]
}

type run[T any] struct {
	done chan struct{} // closed at the end; value and err are set then
	// watched: whoever began it still waits. Otherwise the function may have been frozen in between, connections have
	// ended meanwhile, and a failure says nothing about the other side.
	watched bool
	value   T
	err     error
}

// Start begins a call unless one is under way, and returns at once.
func (g *Group[T]) Start(call func() (T, error)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running == nil {
		g.begin(call)
	}
}

// Busy reports whether a call is under way.
func (g *Group[T]) Busy() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running != nil
}

// Do joins the call under way, or begins one, and waits for its result until ctx is done. A joined call that fails
// unwatched is made again.
func (g *Group[T]) Do(ctx context.Context, call func() (T, error)) (T, error) {
	for {
		g.mu.Lock()
		r, mine := g.running, g.running == nil
		if mine {
			r = g.begin(call)
			r.watched = true
		}
		g.mu.Unlock()
		select {
		case <-r.done:
		case <-ctx.Done():
			g.mu.Lock()
			r.watched = r.watched && !mine
			g.mu.Unlock()
			var none T
			return none, ctx.Err()
		}
		g.mu.Lock()
		believed := r.err == nil || r.watched
		g.mu.Unlock()
		if believed || ctx.Err() != nil {
			return r.value, r.err
		}
	}
}

// begin makes the call beside the caller, who holds mu.
func (g *Group[T]) begin(call func() (T, error)) *run[T] {
	r := &run[T]{done: make(chan struct{})}
	g.running = r
	go func() {
		value, err := call()
		g.mu.Lock()
		defer g.mu.Unlock()
		r.value, r.err = value, err
		g.running = nil
		close(r.done)
	}()
	return r
}
