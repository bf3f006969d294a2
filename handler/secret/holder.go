package secret

import (
	"context"
	"sync"
	"time"

	"github.com/onefront/onefront/handler/flight"
)

// Times of a Holder.
const (
	// RefreshAfter is the age at which the secret is fetched anew, beside the requests.
	RefreshAfter = 5 * time.Minute
	// RetryAfter is how long a failed fetch is believed before the next try.
	RetryAfter = 5 * time.Second
	// FetchTimeout bounds one fetch.
	FetchTimeout = 3 * time.Second
	// ExpiredWait is how long a request waits for the successor of an expired secret before it makes do with it.
	ExpiredWait = time.Second
)

// Holder fetches a secret once for all requests and renews it in the background. A fetch that Lambda froze between two
// requests may fail for that alone; the next request that needs it fetches again. It is safe for concurrent use.
type Holder struct {
	fetch  func(context.Context) (Secret, error)
	now    func() time.Time
	flight flight.Group[Secret]

	mu      sync.Mutex
	current Secret
	fetched time.Time // of current
	tried   time.Time // the end of the last fetch
	expired bool      // current was refused, and no fetch has ended since
	err     error     // of the last fetch that a request waited for, if there is no current
	failed  time.Time // of err
}

// NewHolder returns a Holder that calls fetch. Nothing is fetched before Start or Get.
func NewHolder(fetch func(context.Context) (Secret, error), now func() time.Time) *Holder {
	return &Holder{fetch: fetch, now: now}
}

// Start begins the first fetch and returns at once.
func (h *Holder) Start() { h.flight.Start(h.load) }

// Get returns the secret. It waits while there is none yet, and for at most ExpiredWait after Expire; a stale one is
// returned while its successor is fetched. The error of a failed fetch comes back at once for RetryAfter.
func (h *Holder) Get(ctx context.Context) (Secret, error) {
	h.mu.Lock()
	current, expired, err := h.current, h.expired, h.err
	stale := h.age(h.fetched) >= RefreshAfter && h.age(h.tried) >= RetryAfter
	believed := h.age(h.failed) < RetryAfter
	h.mu.Unlock()
	switch {
	case current.IsZero() && err != nil && believed:
		return Secret{}, err
	case current.IsZero():
		return h.first(ctx)
	case expired:
		ctx, cancel := context.WithTimeout(ctx, ExpiredWait)
		defer cancel()
		if successor, err := h.flight.Do(ctx, h.load); err == nil {
			return successor, nil
		}
	case stale:
		h.Start()
	}
	return current, nil
}

// first waits for the first secret.
func (h *Holder) first(ctx context.Context) (Secret, error) {
	secret, err := h.flight.Do(ctx, h.load)
	if err != nil && ctx.Err() == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.err, h.failed = err, h.wall()
	}
	return secret, err
}

// Expire has the secret fetched anew: the SaaS refused it, so it may have been rotated. At most
// one fetch per RetryAfter comes of it.
func (h *Holder) Expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.age(h.fetched) >= RetryAfter && h.age(h.tried) >= RetryAfter {
		h.expired = true
		h.Start()
	}
}

func (h *Holder) load() (Secret, error) {
	ctx, cancel := context.WithTimeout(context.Background(), FetchTimeout)
	defer cancel()
	s, err := h.fetch(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tried, h.expired = h.wall(), false
	if err == nil {
		h.current, h.fetched, h.err = s, h.tried, nil
	}
	return s, err
}

// wall is the time without its monotonic reading, which may stand still while Lambda freezes the function.
func (h *Holder) wall() time.Time { return h.now().Round(0) }

// age is that of a moment; a clock that was set back makes it old.
func (h *Holder) age(at time.Time) time.Duration {
	if age := h.wall().Sub(at); age >= 0 {
		return age
	}
	return RefreshAfter
}
