package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/onefront/onefront/graph"
)

// house is what the listeners lead to: the topology of the program as it was built last.
type house struct {
	command command
	flags   flags
	log     *slog.Logger
	*lasting

	ctx         context.Context //nolint:containedctx // listeners are opened when a graph needs them
	front, back *listeners
	viewer      net.Listener
	urls        map[string]string // of the regions' listeners
	key         string            // of the SaaS, for this start

	mu      sync.RWMutex
	current *topology
}

func newHouse(ctx context.Context, c command, f flags, log *slog.Logger, front, back *listeners, viewer net.Listener) *house {
	return &house{
		command: c, flags: f, log: log, ctx: ctx, front: front, back: back, viewer: viewer, urls: map[string]string{},
		key: cmp.Or(f.key, rand.Text()),
	}
}

// build records the program as it stands in the folder now and builds its topology, with its admin API and a listener
// for each region.
func (h *house) build(ctx context.Context) (*topology, error) {
	s, err := loadStack(h.flags, h.command.config, h.secret)
	if err != nil {
		return nil, err
	}
	record := h.command.record
	if record == nil {
		record = (*stack).record
	}
	recorded, err := record(s, ctx, recording{
		key: h.key, output: h.command.stderr, log: h.log,
		hear: func(m graph.Message) { tellPlan(h.command.stderr, h.flags, h.log, m) },
	})
	if err != nil {
		return nil, err
	}
	tellLeftOut(h.log, recorded, h.flags.without)
	t, err := newTopology(recorded, s.drained(), h.lasting)
	if err != nil {
		return nil, err
	}
	for _, region := range t.regions {
		if err := h.listenFor(region); err != nil {
			t.close()
			return nil, err
		}
	}
	t.control = t.admin("http://"+hostPort(h.viewer), h.urls, ownHosts(h.flags.admin))
	return t, nil
}

// secret is a variable of the environment; that of the SaaS's key is the one of this start.
func (h *house) secret(name string) string {
	if name == upstreamKeyVariable {
		return h.key
	}
	return h.command.getenv(name)
}

// listenFor opens the listener of a region's API, unless there is one.
func (h *house) listenFor(region string) error {
	if h.urls[region] != "" {
		return nil
	}
	listener, err := h.front.open(h.ctx, "region "+region, freePort)
	if err != nil {
		return err
	}
	h.urls[region] = "http://" + hostPort(listener)
	h.front.serveOwn(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, leave := h.enter((*topology).visiting)
		defer leave()
		t.regionHandler(region).ServeHTTP(w, r)
	}))
	return nil
}

// listenSaaS opens the stand-in's listener.
func (h *house) listenSaaS() (net.Listener, error) {
	listener, err := h.back.open(h.ctx, "stand-in SaaS", freePort)
	if err == nil {
		h.back.serveOwn(listener, h.forFunctions((*topology).saasHandler))
	}
	return listener, err
}

// enter gives a request the topology of the moment, which is not taken down before leave.
func (h *house) enter(room func(*topology) *sync.WaitGroup) (t *topology, leave func()) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	room(h.current).Add(1)
	return h.current, room(h.current).Done
}

func (t *topology) visiting() *sync.WaitGroup { return &t.visitors }
func (t *topology) calling() *sync.WaitGroup  { return &t.calls }

func (h *house) serveViewer(w http.ResponseWriter, r *http.Request) {
	t, leave := h.enter((*topology).visiting)
	defer leave()
	t.edge.ServeHTTP(w, r)
}

func (h *house) serveAdmin(w http.ResponseWriter, r *http.Request) {
	h.mu.RLock()
	t := h.current
	h.mu.RUnlock()
	t.control.ServeHTTP(w, r)
}

// forFunctions serves what functions ask.
func (h *house) forFunctions(of func(*topology) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, leave := h.enter((*topology).calling)
		defer leave()
		of(t).ServeHTTP(w, r)
	})
}

// reload builds the program anew and goes on with what it says. If that fails, everything stays as it is.
func (h *house) reload(ctx context.Context) {
	began := time.Now()
	h.log.Info("reloading the program")
	next, err := h.build(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return
		}
		for _, problem := range problemsOf(err) {
			h.log.Error("reloading failed: the program of before goes on", "err", problem)
		}
		return
	}
	h.replace(next)
	h.log.Info("reloaded the program", "routing", next.routing, "regions", strings.Join(next.regions, ","), "took", time.Since(began).Round(time.Millisecond))
}

// replace lets every request from now on meet the next topology, waits a moment for those that are under way, and takes
// the old one down. Tickets, faults, time and the log of requests are the same for both; messages move, whenever the
// old functions sent them.
func (h *house) replace(next *topology) {
	h.mu.Lock()
	old := h.current
	h.current = next
	h.mu.Unlock()
	old.sqs.Close()
	next.sqs.Adopt(old.sqs)
	next.start()
	within(drainTime, &old.visitors)
	within(drainTime, &old.calls)
	old.close()
	within(drainTime, &old.calls) // of functions that are gone
	next.sqs.Adopt(old.sqs)
	for queue, messages := range old.sqs.Left() {
		h.log.Warn("the program has a queue no longer, and its messages are gone with it, as they would be on AWS", "queue", queue, "messages", messages)
	}
	old.control.Close()
}

// within waits for a group, but not longer than some time.
func within(d time.Duration, group *sync.WaitGroup) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		group.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(d):
	}
}

// close takes the topology down. An open dashboard is let go first, since it would hold the listeners up.
func (h *house) close() {
	h.current.control.Close()
	h.front.stop()
	h.current.close()
}
