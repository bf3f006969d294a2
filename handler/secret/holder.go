package secret

import (
	"context"
	"sync"
	"time"
)

// Times of a Holder.
const (
	// RefreshAfter is the age at which the secret is fetched anew, beside the requests.
	RefreshAfter = 5 * time.Minute
	// RetryAfter is how long a failed fetch is believed before the next try.
	RetryAfter = 5 * time.Second
	// FetchTimeout bounds one fetch.
	FetchTimeout = 3 * time.Second
)

// Holder fetches a secret once for all requests and renews it in the background. It is safe
// for concurrent use.
type Holder struct {
	fetch func(context.Context) (Secret, error)
	now   func() time.Time

	mu      sync.Mutex
	current Secret
	fetched time.Time     // of current
	err     error         // of the last fetch
	failed  time.Time     // of err
	running chan struct{} // closed when the fetch under way ends; nil when there is none
}

// NewHolder returns a Holder that calls fetch. Nothing is fetched before Start or Get.
func NewHolder(fetch func(context.Context) (Secret, error), now func() time.Time) *Holder {
	return &Holder{fetch: fetch, now: now}
}

// Start begins the first fetch and returns at once.
func (h *Holder) Start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begin()
}

// Get returns the secret. It waits only while there is none yet; a stale one is returned while
// its successor is fetched. The error of a failed fetch comes back at once for RetryAfter.
func (h *Holder) Get(ctx context.Context) (Secret, error) {
	h.mu.Lock()
	if !h.current.IsZero() {
		defer h.mu.Unlock()
		if h.now().Sub(h.fetched) >= RefreshAfter && h.now().Sub(h.failed) >= RetryAfter {
			h.begin()
		}
		return h.current, nil
	}
	if h.running == nil && h.err != nil && h.now().Sub(h.failed) < RetryAfter {
		defer h.mu.Unlock()
		return Secret{}, h.err
	}
	h.begin()
	running := h.running
	h.mu.Unlock()

	select {
	case <-running:
	case <-ctx.Done():
		return Secret{}, ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current.IsZero() {
		return Secret{}, h.err
	}
	return h.current, nil
}

// Expire has the secret fetched anew: the SaaS refused it, so it may have been rotated. At most
// one fetch per RetryAfter comes of it.
func (h *Holder) Expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now().Sub(h.fetched) >= RetryAfter && h.now().Sub(h.failed) >= RetryAfter {
		h.begin()
	}
}

// begin starts a fetch unless one is under way. The caller holds h.mu.
func (h *Holder) begin() {
	if h.running != nil {
		return
	}
	running := make(chan struct{})
	h.running = running
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), FetchTimeout)
		defer cancel()
		s, err := h.fetch(ctx)
		h.mu.Lock()
		defer h.mu.Unlock()
		if err != nil {
			h.err, h.failed = err, h.now()
		} else {
			h.current, h.fetched, h.err, h.failed = s, h.now(), nil, time.Time{}
		}
		h.running = nil
		close(running)
	}()
}
