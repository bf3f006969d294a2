package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// lookAgain is how often an open dashboard's state is compared with what it was told, for what changes by itself:
// health, queues and the clock.
const lookAgain = time.Second

const (
	// messagesShown is how many messages of each list and how many tickets a dashboard gets. All of them once a second
	// would be megabytes.
	messagesShown = 50
	// newsEvery is how often a dashboard hears of requests, requestsTold how many of them it is shown then: at a
	// thousand a second nobody reads each, and their numbers are in the timeline.
	newsEvery, requestsTold = 250 * time.Millisecond, 25
	// newsWhenBusy is how often it hears of them while there are more than it is shown.
	newsWhenBusy = time.Second
	// maxStreams is how many dashboards may be open at a time.
	maxStreams = 16
	// writeTime is what one event may take to be read. A dashboard that does not read is let go; the page comes back.
	writeTime = 10 * time.Second
)

// state is the dashboard's picture of everything but the requests and what DNS says, which it asks for.
func (s *Server) state() map[string]any {
	state := map[string]any{
		"stack": s.o.Stack, "routing": s.o.Routing, "viewer": s.o.Viewer,
		"regions": s.regions(), "services": s.services(), "requests": s.o.Requests.Count(),
		// How far simulated time is ahead; the page ticks by itself.
		"aheadSeconds": int(time.Until(s.o.Now()).Round(time.Second).Seconds()),
	}
	queues, tickets := s.o.Recent(messagesShown)
	state["queues"] = queues
	s.watch()
	if s.o.Alarms != nil {
		state["alarms"] = s.o.Alarms()
	}
	if s.o.SaaS != nil {
		state["saas"], state["tickets"] = s.o.SaaS.Get(), tickets
	}
	return state
}

// hub wakes the open dashboards.
type hub struct {
	state func() map[string]any
	done  chan struct{}
	once  sync.Once

	mu          sync.Mutex
	subscribers map[*subscriber]struct{}
}

type subscriber struct {
	look   chan struct{} // the state may have changed
	resets chan struct{}
}

func newHub(state func() map[string]any) *hub {
	return &hub{state: state, done: make(chan struct{}), subscribers: map[*subscriber]struct{}{}}
}

func (h *hub) close() { h.once.Do(func() { close(h.done) }) }

func (h *hub) each(f func(*subscriber)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subscribers {
		f(s)
	}
}

func (h *hub) changed() { h.each(func(s *subscriber) { poke(s.look) }) }

func (h *hub) reset() {
	h.each(func(s *subscriber) {
		poke(s.resets)
		poke(s.look)
	})
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// subscribe returns nil where enough dashboards are open.
func (h *hub) subscribe() (*subscriber, func()) {
	s := &subscriber{look: make(chan struct{}, 1), resets: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subscribers) == maxStreams {
		return nil, nil
	}
	h.subscribers[s] = struct{}{}
	return s, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.subscribers, s)
	}
}

// streamEvents answers GET /events with server-sent events: "requests" (a list, the newest first) and "timeline" once,
// "state" at the start and then the members of it that changed, "request" (a list of the newest since, at most 25) and
// "timeline" (the seconds that changed, and all marks where there are new ones) up to four times a second, or once a
// second while requests come faster than they are shown, "reset" after POST /reset.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	subscriber, leave := s.events.subscribe()
	if subscriber == nil {
		w.Header().Set("Retry-After", "10")
		fail(w, http.StatusServiceUnavailable, "events: %d dashboards are open already: close one", maxStreams)
		return
	}
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	stream := eventStream{w: w, controller: http.NewResponseController(w), last: map[string][]byte{}}
	seen := s.o.Requests.now()
	stream.send("requests", s.o.Requests.Latest(defaultLimit))
	stream.send("timeline", s.o.Requests.Timeline())
	stream.sendChanged("state", s.events.state())
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	news := time.NewTimer(newsEvery)
	defer news.Stop()
	for stream.err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-s.events.done:
			return
		case <-news.C:
			requests, changed := s.o.Requests.news(&seen, requestsTold)
			if len(requests) > 0 {
				stream.send("request", requests)
			}
			if changed != nil {
				stream.send("timeline", changed)
			}
			if len(requests) == requestsTold {
				news.Reset(newsWhenBusy)
			} else {
				news.Reset(newsEvery)
			}
		case <-subscriber.resets:
			seen = position{}
			stream.send("reset", struct{}{})
		case <-subscriber.look:
			stream.sendChanged("state", s.events.state())
		case <-ticker.C:
			stream.sendChanged("state", s.events.state())
		}
	}
}

// eventStream writes events until the first error.
type eventStream struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	last       map[string][]byte // of each member
	err        error
}

func (e *eventStream) send(event string, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		e.err = err
		return
	}
	e.write(event, data)
}

// sendChanged sends the members of a value that are not what was sent last.
func (e *eventStream) sendChanged(event string, members map[string]any) {
	changed := map[string]json.RawMessage{}
	for name, value := range members {
		data, err := json.Marshal(value)
		if err != nil {
			e.err = err
			return
		}
		if !bytes.Equal(data, e.last[name]) {
			e.last[name], changed[name] = data, data
		}
	}
	if len(changed) > 0 {
		e.send(event, changed)
	}
}

func (e *eventStream) write(event string, data []byte) {
	if e.err == nil { // a dashboard stays as long as it reads, whatever the server's write timeout
		e.err = e.controller.SetWriteDeadline(time.Now().Add(writeTime))
	}
	if e.err == nil {
		_, e.err = fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", event, data)
	}
	if e.err == nil {
		e.err = e.controller.Flush()
	}
}
