package api

import (
	"sync"
	"time"
)

// When a breaker opens, and for how long.
const (
	breakerFailures = 5
	breakerPause    = 10 * time.Second
)

// breaker keeps visitors from waiting for a SaaS that is known to be dead: after breakerFailures
// in a row nothing is tried for breakerPause, then one request tries again. It belongs to one
// environment of the visitors' function.
type breaker struct {
	elapsed func() time.Duration

	mu       sync.Mutex
	failures int
	retryAt  time.Duration // while failures >= breakerFailures
}

func newBreaker(elapsed func() time.Duration) *breaker { return &breaker{elapsed: elapsed} }

// allow reports whether to try. Once the pause is over the first to ask may, and the pause
// begins anew for the others.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerFailures {
		return true
	}
	now := b.elapsed()
	if now < b.retryAt {
		return false
	}
	b.retryAt = now + breakerPause
	return true
}

// report says how a try ended.
func (b *breaker) report(ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failures = 0
		return
	}
	b.failures++
	b.retryAt = b.elapsed() + breakerPause
}
