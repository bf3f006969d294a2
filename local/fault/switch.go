package fault

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// Switch holds the present fault of one thing. The zero value is ready and shows no fault. It is safe for concurrent
// use and must not be copied.
type Switch struct {
	mu        sync.Mutex
	fault     Fault
	listeners []func(Fault)
}

// Get returns the present fault, with Kind None when there is none and with defaults filled in. A nil switch shows
// none.
func (s *Switch) Get() Fault {
	if s == nil {
		return Fault{Kind: None}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault.normal()
}

// Set changes the fault and, if it differs from the one before, tells the listeners before it returns. What fails
// Validate should not get here; an unknown kind counts as none.
func (s *Switch) Set(f Fault) {
	s.mu.Lock()
	f = f.normal()
	changed := s.fault.normal() != f
	s.fault = f
	listeners := s.listeners
	s.mu.Unlock()
	if !changed {
		return
	}
	for _, listen := range listeners {
		listen(f)
	}
}

// OnChange has f called with every new fault from now on, in the goroutine that sets it.
func (s *Switch) OnChange(f func(Fault)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners[:len(s.listeners):len(s.listeners)], f)
}

// Wrap puts the switch before a handler that is reached over a real socket. Down closes the connection unanswered, the
// nearest a server that has already accepted can come to refusing it. Error answers the status code and a small JSON
// body. Slow sleeps for the latency in wall time, then passes the request on. Timeout reads the request and answers
// nothing until the client goes away. Requests that have begun keep the fault they began with.
func (s *Switch) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch f := s.Get(); f.Kind {
		case Down:
			panic(http.ErrAbortHandler) // net/http's way to close a connection without an answer; it is not logged
		case Error:
			WriteError(w, f.StatusCode)
		case Timeout:
			// Without an end of the body the server would not notice that the client has left.
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		case Slow:
			if Sleep(r.Context(), time.Duration(f.LatencyMS)*time.Millisecond) != nil {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// WriteError is the answer of an error fault: the status code, and a body of the form API Gateway gives its own errors.
// 429 and 503 carry Retry-After: 1, so that clients which honour it can be seen to do so.
func WriteError(w http.ResponseWriter, statusCode int) {
	if statusCode == http.StatusTooManyRequests || statusCode == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/json")
	body, _ := json.Marshal(map[string]string{"message": http.StatusText(statusCode)})
	if statusCode < 200 {
		// net/http treats these as interim answers and would go on to 200.
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(statusCode)
	if statusCode != http.StatusNoContent && statusCode != http.StatusNotModified {
		_, _ = w.Write(body)
	}
}

// Sleep waits for d of wall time, or returns the context's error as soon as it is done.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
