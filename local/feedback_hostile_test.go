package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/onefront/onefront/handler/leak"
)

// hostileSaaS is a SaaS of the test's own. It takes tickets as Freshdesk does, and misbehaves until it is told to stop.
type hostileSaaS struct {
	server *httptest.Server

	mu         sync.Mutex
	misbehaves func(w http.ResponseWriter, r *http.Request) (served bool) // nil: it behaves
	tickets    map[string]int                                             // by Idempotency-Key
	questions  int                                                        // for the list of topics
}

func newHostileSaaS(t *testing.T) *hostileSaaS {
	s := &hostileSaaS{tickets: map[string]int{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.server.CloseClientConnections()
		s.server.Close()
	})
	return s
}

func (s *hostileSaaS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	s.mu.Lock()
	misbehaves := s.misbehaves
	if r.Method == http.MethodGet {
		s.questions++
	}
	s.mu.Unlock()
	if misbehaves != nil && misbehaves(w, r) {
		return
	}
	if r.Method == http.MethodGet {
		_, _ = io.WriteString(w, `[{"name":"ticket_type","choices":["bug"]}]`)
		return
	}
	s.take(r)
	w.WriteHeader(http.StatusCreated)
}

func (s *hostileSaaS) take(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets[r.Header.Get("Idempotency-Key")]++
}

func (s *hostileSaaS) behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.misbehaves = nil
}

// takes counts the ticket and then says what comes of it.
func (s *hostileSaaS) takes(answer func(w http.ResponseWriter, r *http.Request)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		s.take(r)
		answer(w, r)
		return true
	}
}

// Whatever the SaaS does after it took a ticket, and whatever it does to the list of topics or the key, every visitor's
// words are exactly one ticket in the end, and none of them a dead letter.
func TestVisitors_hostileSaaS(t *testing.T) {
	const count = 40
	flush := func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
	for _, c := range []struct {
		kind       string
		misbehaves func(s *hostileSaaS) func(http.ResponseWriter, *http.Request) bool
		questions  int // at most; 0: they do not matter
	}{
		{"201, then the body breaks off", func(s *hostileSaaS) func(http.ResponseWriter, *http.Request) bool {
			return s.takes(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(http.StatusCreated)
				flush(w)
				panic(http.ErrAbortHandler)
			})
		}, 0},
		{"201, then the body stalls", func(s *hostileSaaS) func(http.ResponseWriter, *http.Request) bool {
			return s.takes(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusCreated)
				flush(w)
				<-r.Context().Done()
			})
		}, 0},
		{"201 and nonsense", func(s *hostileSaaS) func(http.ResponseWriter, *http.Request) bool {
			return s.takes(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusCreated)
				_, _ = io.WriteString(w, `{"id":`)
			})
		}, 0},
		{"the list hangs", func(*hostileSaaS) func(http.ResponseWriter, *http.Request) bool {
			return func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodGet {
					return false
				}
				<-r.Context().Done()
				return true
			}
		}, 24}, // one per environment: eight visitors at a time in three regions, where each ticket would ask alone
		{"a page of maintenance for everything", func(*hostileSaaS) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				http.Redirect(w, r, "https://status.example/", http.StatusFound)
				return true
			}
		}, 0},
		{"a key that is not known yet", func(*hostileSaaS) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			}
		}, 0},
	} {
		t.Run(c.kind, func(t *testing.T) {
			s := newHostileSaaS(t)
			s.misbehaves = c.misbehaves(s)
			r := startHostile(t, s)
			accepted := r.accepted(c.kind, count)
			s.mu.Lock()
			questions := s.questions
			s.mu.Unlock()
			s.behave()
			r.drain()
			s.mu.Lock()
			defer s.mu.Unlock()
			if duplicates := compare(t, accepted, s.tickets); len(accepted) != count || duplicates != 0 {
				t.Errorf("%d of %d visitors were accepted, %d duplicates", len(accepted), count, duplicates)
			}
			if c.questions > 0 && questions > c.questions {
				t.Errorf("%d questions for the list, want at most %d", questions, c.questions)
			}
			for region, q := range r.queues() {
				if len(q.DeadLetters) > 0 {
					t.Errorf("%s: dead letters %v", region, q.DeadLetters)
				}
			}
		})
	}
}

// startHostile runs local mode with Freshdesk in place of the stack's webhook, at the test's own SaaS.
func startHostile(t *testing.T, s *hostileSaaS) *running {
	t.Helper()
	upstream, err := json.Marshal(map[string]any{
		"preset": "freshdesk", "url": "https://x.freshdesk.example", "requesterEmail": "web@example.com", "topicField": "type", "timeout": "3s",
	})
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, command{
		project: shipped,
		getenv: func(name string) string {
			return map[string]string{"ONEFRONT_UPSTREAM_API_KEY": leak.Canary}[name]
		},
		config: map[string]string{"onefront:upstream": string(upstream)},
	}, "-quiet", "-upstream", s.server.URL)
}
