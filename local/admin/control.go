package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// maxAdvance is a year: an advance steps through every health check on the way.
const maxAdvance = 366 * 24 * time.Hour

// defaultLimit is how many requests GET /requests lists unless told otherwise.
const defaultLimit = 100

func (s *Server) getQueues(w http.ResponseWriter, _ *http.Request) { answer(w, s.o.Queues()) }

func (s *Server) getEndpoints(w http.ResponseWriter, _ *http.Request) { answer(w, s.o.Endpoints()) }

func (s *Server) getOutputs(w http.ResponseWriter, _ *http.Request) { answer(w, s.o.Outputs) }

func (s *Server) getDNS(w http.ResponseWriter, _ *http.Request) { answer(w, s.o.DNS()) }

// getStats answers the counts since the start, and the reports of the last hour.
func (s *Server) getStats(w http.ResponseWriter, _ *http.Request) {
	var body struct {
		Stats
		LastHour any `json:"lastHour,omitempty"`
	}
	body.Stats = s.o.Requests.Stats()
	if s.o.LastHour != nil {
		body.LastHour = s.o.LastHour()
	}
	answer(w, body)
}

// getRequests lists the latest requests, the newest first.
func (s *Server) getRequests(w http.ResponseWriter, r *http.Request) {
	limit, ok := limitOf(w, r, defaultLimit, requestsKept)
	if !ok {
		return
	}
	if filter, ok := readFilter(w, r); ok {
		answer(w, s.o.Requests.Select(limit, filter))
	}
}

// limitOf reads the query's limit, and answers 400 where it is none.
func limitOf(w http.ResponseWriter, r *http.Request, usual, most int) (limit int, ok bool) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usual, true
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > most {
		fail(w, http.StatusBadRequest, "limit: %q: want a number from 1 to %d", text, most)
		return 0, false
	}
	return limit, true
}

func (s *Server) getTopology(w http.ResponseWriter, _ *http.Request) { answer(w, s.o.Picture) }

func (s *Server) getAlarms(w http.ResponseWriter, _ *http.Request) { answer(w, s.o.Alarms()) }

// getEdges is null where no function of the edge chooses a region.
func (s *Server) getEdges(w http.ResponseWriter, _ *http.Request) {
	if s.o.Edges == nil {
		answer(w, nil)
		return
	}
	answer(w, s.o.Edges())
}

// getDNSAt is what one edge is told.
func (s *Server) getDNSAt(w http.ResponseWriter, r *http.Request) {
	told, err := s.o.DNSAt(r.PathValue("edge"))
	if err != nil {
		fail(w, http.StatusNotFound, "%v", err)
		return
	}
	answer(w, told)
}

// postRedrive moves a region's dead letters back to their queue.
func (s *Server) postRedrive(w http.ResponseWriter, r *http.Request) {
	region, ok := s.region(w, r)
	if !ok {
		return
	}
	if s.o.Redrive == nil {
		fail(w, http.StatusConflict, "redrive: the program has no queue with a dead-letter queue")
		return
	}
	moved := s.o.Redrive(region.Name)
	s.mark("redrive", region.Name, "%d dead letters of %s moved back to their queue", moved, region.Name)
	s.events.changed()
	answer(w, map[string]int{"moved": moved})
}

func (s *Server) postInvalidation(w http.ResponseWriter, r *http.Request) {
	const example = `{"paths": ["/api/topics*"]}`
	var body struct {
		Paths []string `json:"paths"`
	}
	if !read(w, r, &body, example) {
		return
	}
	if len(body.Paths) == 0 {
		fail(w, http.StatusBadRequest, "paths: empty: want %s", example)
		return
	}
	objects, err := s.o.Invalidate(body.Paths)
	if err != nil {
		fail(w, http.StatusBadRequest, "%v", err)
		return
	}
	s.events.changed()
	answer(w, map[string]int{"objects": objects})
}

func (s *Server) getClock(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]time.Time{"now": s.o.Now().UTC()})
}

func (s *Server) postClock(w http.ResponseWriter, r *http.Request) {
	example := fmt.Sprintf(`{"advanceSeconds": 60}, 0 to %d`, int(maxAdvance.Seconds()))
	var order struct {
		AdvanceSeconds *float64 `json:"advanceSeconds"`
	}
	if !read(w, r, &order, example) {
		return
	}
	if order.AdvanceSeconds == nil {
		fail(w, http.StatusBadRequest, "advanceSeconds: missing: want %s", example)
		return
	}
	seconds := *order.AdvanceSeconds
	if seconds < 0 || seconds > maxAdvance.Seconds() {
		fail(w, http.StatusBadRequest, "advanceSeconds: %v: want %s; time is never set back", seconds, example)
		return
	}
	jump := time.Duration(seconds * float64(time.Second))
	s.mark("clock", "", "the clock moves on by %s", jump)
	now, waited, err := s.o.Advance(r.Context(), jump)
	s.events.changed()
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "advancing the clock by %v s: %v", seconds, err)
		return
	}
	body := map[string]any{"now": now.UTC()}
	if !waited {
		body["waited"] = false
		body["warning"] = "what the advance started took longer than 20 s in all: some of it still goes on"
	}
	answer(w, body)
}

// postReset brings everything but time back to the start: faults, tickets, queues, caches, request log, health and
// Lambda environments.
func (s *Server) postReset(w http.ResponseWriter, r *http.Request) {
	s.clearFaults()
	err := s.o.Reset(r.Context())
	s.o.Requests.Reset()
	s.mark("reset", "", "everything starts anew, but for the time")
	s.events.reset()
	if err != nil {
		fail(w, http.StatusInternalServerError, "resetting: %v", err)
		return
	}
	answer(w, map[string]time.Time{"now": s.o.Now().UTC()})
}
