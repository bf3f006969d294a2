package cloudfront

import (
	"context"
	"net/http"
)

// flight is one request to an origin that others with the same key wait for.
type flight struct {
	done    chan struct{}
	share   bool // others may use the answer; set before done is closed
	again   bool // the viewer left, there is no answer: another one asks; set before done is closed
	waiting int  // requests that wait for done
}

// collapsed fetches an object, once for all requests that want it at this moment. F3.22, CF DG "Simultaneous
// requests for the same object". Off where cookies are forwarded; where the answer turns out not to be shareable
// (minimum TTL 0 and private, no-store, no-cache or max-age=0), those who waited ask for themselves.
func (e *Edge) collapsed(x *exchange, key, path string, kept *entry) *answer {
	if x.behavior.Forwards.Cookies {
		a, _ := e.fetch(x, key, path, kept)
		return a
	}
	flightKey := key
	if x.method == http.MethodHead {
		flightKey = headKey(key)
	}
	f, leader := e.join(flightKey)
	if leader {
		defer e.land(flightKey, f)
		a, share := e.fetch(x, key, path, kept)
		f.share, f.again = share, x.canceled()
		return a
	}
	x.explain("cache", "the same object is being fetched already: this request waits for it")
	select {
	case <-f.done:
	case <-x.r.Context().Done():
		return errorPage(x.id, http.StatusBadGateway, pageTimeout) // the viewer is gone
	}
	if f.again {
		return e.collapsed(x, key, path, kept)
	}
	if f.share {
		x.now = e.clock.Now()
		if found := e.lookup(x, key); found != nil {
			if a := e.fromCache(x, key, path, found); a != nil {
				return a
			}
		}
	}
	a, _ := e.fetch(x, key, path, kept)
	return a
}

// join enters the flight for a key, or starts it.
func (e *Edge) join(key string) (f *flight, leader bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if f := e.flights[key]; f != nil {
		f.waiting++
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	e.flights[key] = f
	return f, true
}

func (e *Edge) land(key string, f *flight) {
	e.mu.Lock()
	delete(e.flights, key)
	e.mu.Unlock()
	close(f.done)
}

// refresh fetches an object in the background, unless that is under way: stale-while-revalidate, F3.18.
func (e *Edge) refresh(x *exchange, key, path string, kept *entry) {
	f, leader := e.join(key)
	if !leader {
		return
	}
	behind := *x
	behind.method = http.MethodGet
	if x.method == http.MethodOptions {
		behind.method = http.MethodOptions
	}
	behind.attempts, behind.charged, behind.detached = nil, 0, true
	behind.told, behind.explained = nil, false // its viewer's explanation goes on without it
	behind.r = x.r.Clone(context.WithoutCancel(x.r.Context()))
	behind.r.Body = nil
	e.clock.Go(func() {
		defer e.land(key, f)
		behind.now = e.clock.Now()
		_, f.share = e.fetch(&behind, key, path, kept)
	})
}
