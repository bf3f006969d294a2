package main

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
)

// waitFor waits until the log holds a text.
func (r *running) waitFor(text string) {
	r.t.Helper()
	for !strings.Contains(r.stderr.String(), text) {
		if r.t.Context().Err() != nil {
			r.t.Fatalf("never said %q:\n%s", text, r.stderr)
		}
		runtime.Gosched()
	}
}

func (r *running) now() time.Time {
	r.t.Helper()
	var clock struct{ Now time.Time }
	r.control("GET", "/clock", "").into(r.t, &clock)
	return clock.Now
}

// A reload serves what the program says now, and loses neither tickets nor messages nor faults nor time; the key of the
// SaaS stays that of the start, so that what waits is delivered. One that fails changes nothing.
func TestReload(t *testing.T) {
	reload := make(chan struct{})
	program := map[string]string{}
	var broken error
	r := startCommand(t, command{
		project: shipped,
		getenv:  noEnvironment, reload: reload,
		record: func(s *stack, ctx context.Context, r recording) (*graph.Graph, error) {
			if broken != nil {
				return nil, broken
			}
			for key, value := range program {
				s.config[key] = value
			}
			return recordOnce(s, ctx, r)
		},
	})
	region := func() string {
		t.Helper()
		a := r.ask("GET", r.viewer+"/api/health", "", "X-Onefront-Viewer", "FRA")
		if a.status != http.StatusOK {
			t.Errorf("health: %d %s", a.status, a.body)
		}
		return a.header.Get("X-Onefront-Region")
	}
	post := func(want int) {
		t.Helper()
		if a := r.ask("POST", r.viewer+"/api/feedback", `{"message":"hello"}`, "Content-Type", "application/json"); a.status != want {
			t.Fatalf("got %d %s, want %d", a.status, a.body, want)
		}
	}
	post(http.StatusCreated)
	r.control("PUT", "/saas", `{"fault":"down"}`)
	post(http.StatusAccepted)
	r.control("POST", "/clock", `{"advanceSeconds": 7200}`)
	if got := region(); got != "eu-west-1" {
		t.Fatalf("before: %s answers", got)
	}
	before := r.now()

	program["onefront:drainedRegions"] = `["eu-west-1"]`
	reload <- struct{}{}
	r.waitFor("reloaded the program")
	if got := region(); got == "eu-west-1" {
		t.Error("after the reload the drained region answers")
	}
	if now := r.now(); now.Before(before) {
		t.Errorf("the clock went from %s to %s", before, now)
	}
	queues := r.queues()["eu-west-1"]
	if kept := len(queues.Waiting) + len(queues.InFlight); kept != 1 || len(r.tickets()) != 1 {
		t.Errorf("after the reload there are %d messages and the tickets %v, want one each", kept, r.tickets())
	}

	broken = errors.New("main.go:3:15: undefined: undefinedName")
	reload <- struct{}{}
	r.waitFor("reloading failed: the program of before goes on")
	if !strings.Contains(r.stderr.String(), "undefined: undefinedName") || region() == "eu-west-1" {
		t.Errorf("after a reload that failed %s answers\n%s", region(), r.stderr)
	}

	post(http.StatusAccepted) // the fault is what it was
	r.control("PUT", "/saas", `{"fault":"none"}`)
	r.drain()
	tickets := r.tickets()
	if len(tickets) != 3 {
		t.Errorf("in the end there are the tickets %v, want three", tickets)
	}
	for _, ticket := range tickets {
		if !ticket.Authenticated {
			t.Errorf("ticket %s came with another key", ticket.FeedbackID)
		}
	}

	// The queue of a region that the program no longer has takes its messages with it, and that is said.
	broken = nil
	r.control("PUT", "/saas", `{"fault":"down"}`)
	post(http.StatusAccepted)
	program["onefront:drainedRegions"], program["onefront:regions"] = `[]`, `["eu-west-1"]`
	reload <- struct{}{}
	r.waitFor("its messages are gone with it, as they would be on AWS")
}
