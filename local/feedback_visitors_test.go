package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const visitors = 200

// accepted posts as many visitors as asked, eight at a time, and returns the ids of those who were told that
// their words are kept. A visitor who is told to come back does so once, with the same Idempotency-Key, as the
// demo page does.
func (r *running) accepted(kind string, count int) map[string]bool {
	ids := map[string]bool{}
	var mu sync.Mutex
	var group sync.WaitGroup
	next := make(chan int)
	for range 8 {
		group.Go(func() {
			for i := range next {
				if id := r.post(kind, i); id != "" {
					mu.Lock()
					ids[id] = true
					mu.Unlock()
				}
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	group.Wait()
	return ids
}

func (r *running) post(kind string, i int) string {
	for range 2 {
		a := r.ask("POST", r.viewer+"/api/feedback", fmt.Sprintf(`{"message": "visitor %d under %s", "topic": "bug"}`, i, kind),
			"Content-Type", "application/json", "Idempotency-Key", fmt.Sprintf("%s-%d", kind, i),
			"X-Onefront-Viewer", []string{"FRA", "IAD", "SYD"}[i%3])
		switch a.status {
		case http.StatusCreated, http.StatusAccepted:
			var kept struct{ ID string }
			a.into(r.t, &kept)
			return kept.ID
		case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		default:
			r.t.Errorf("%s, visitor %d: %d %s", kind, i, a.status, a.body)
		}
	}
	return ""
}

// arrived counts what became of each id: tickets and dead letters.
func (r *running) arrived() map[string]int {
	counts := map[string]int{}
	for _, ticket := range r.tickets() {
		if !ticket.Authenticated {
			r.t.Errorf("ticket %s came without the key", ticket.FeedbackID)
		}
		counts[ticket.FeedbackID]++
	}
	for _, q := range r.queues() {
		for _, m := range q.DeadLetters {
			counts[m.Body.ID]++
		}
	}
	return counts
}

// compare holds accepted against arrived, and returns how often something arrived twice.
func compare(t *testing.T, accepted map[string]bool, arrived map[string]int) (duplicates int) {
	t.Helper()
	for id := range accepted {
		if arrived[id] == 0 {
			t.Errorf("%s was accepted and is lost", id)
		}
	}
	for id, count := range arrived {
		if !accepted[id] {
			t.Errorf("%s arrived and was not accepted", id)
		}
		duplicates += count - 1
	}
	return duplicates
}

// Whatever the SaaS does while 200 visitors post, every accepted word is a ticket or a dead letter in the end.
func TestVisitors_nothingIsLost(t *testing.T) {
	for _, c := range []struct {
		kind, fault string
		letters     bool // permanent refusals end as dead letters
	}{
		{"none", `{"fault":"none"}`, false},
		{"connection error", `{"fault":"down"}`, false},
		{"timeout", `{"fault":"timeout"}`, false},
		{"408", `{"fault":"error","statusCode":408}`, false},
		{"429", `{"fault":"error","statusCode":429}`, false},
		{"500", `{"fault":"error","statusCode":500}`, false},
		{"503", `{"fault":"error","statusCode":503}`, false},
		{"400", `{"fault":"error","statusCode":400}`, true},
		{"401", `{"fault":"error","statusCode":401}`, false},
		{"403", `{"fault":"error","statusCode":403}`, false},
		{"a page of maintenance", `{"fault":"error","statusCode":302}`, false},
		{"422", `{"fault":"error","statusCode":422}`, true},
	} {
		t.Run(c.kind, func(t *testing.T) {
			r := startFeedback(t, nil, "-quiet")
			r.control("PUT", "/saas", c.fault)
			accepted := r.accepted(c.kind, visitors)
			r.control("PUT", "/saas", `{"fault":"none"}`)
			r.drain()
			if len(accepted) != visitors {
				t.Errorf("%d of %d visitors were accepted", len(accepted), visitors)
			}
			duplicates := compare(t, accepted, r.arrived())
			t.Logf("%s: %d accepted, %d duplicates", c.kind, len(accepted), duplicates)
			if duplicates > 0 && c.kind != "timeout" {
				t.Errorf("%d duplicates, want none", duplicates)
			}
			letters := 0
			for _, q := range r.queues() {
				for _, m := range q.DeadLetters {
					letters++
					if m.Reason == "" {
						t.Errorf("dead letter %s has no reason", m.Body.ID)
					}
				}
			}
			if c.letters != (letters > 0) {
				t.Errorf("%d dead letters", letters)
			}
		})
	}
}

// Environments that are killed between queueing and delivery, and in the middle of it, lose nothing either.
func TestVisitors_killedEnvironments(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("children are found by /proc: on other systems this test kills nothing")
	}
	for name, args := range map[string][]string{"running": {"-quiet"}, "frozen between requests": {"-quiet", "-freeze"}} {
		t.Run(name, func(t *testing.T) { killedEnvironments(t, args...) })
	}
}

func killedEnvironments(t *testing.T, args ...string) {
	r := startFeedback(t, nil, args...)
	r.control("PUT", "/saas", `{"fault":"error","statusCode":500}`)
	accepted := r.accepted("killed", visitors)
	killed := killFunctions(t)
	r.control("PUT", "/saas", `{"fault":"slow","latencyMs":20}`)
	advanced := make(chan struct{})
	go func() { // deliveries begin while their environments die
		defer close(advanced)
		r.ask("POST", r.admin+"/clock", `{"advanceSeconds": 60}`)
	}()
	for {
		killed += killFunctions(t)
		select {
		case <-advanced:
		default:
			runtime.Gosched()
			if killed < 20 {
				continue
			}
			<-advanced
		}
		break
	}
	r.control("PUT", "/saas", `{"fault":"none"}`)
	r.drain()
	duplicates := compare(t, accepted, r.arrived())
	t.Logf("killed %d environments: %d accepted, %d duplicates (at least once)", killed, len(accepted), duplicates)
	if len(accepted) != visitors || killed == 0 && runtime.GOOS == "linux" {
		t.Errorf("%d accepted, %d environments killed", len(accepted), killed)
	}
}

// killFunctions kills every function's process and says how many there were.
func killFunctions(t *testing.T) (killed int) {
	for _, pid := range children(t, os.Getpid()) {
		executable, err := os.Readlink(filepath.Join("/proc", fmt.Sprint(pid), "exe"))
		if err == nil && strings.HasPrefix(filepath.Base(executable), "bootstrap") && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// With the SaaS and one region's queue service down, that region says so, and keeps nothing it did not accept.
func TestVisitors_queueDown(t *testing.T) {
	r := startFeedback(t, nil, "-quiet")
	r.control("PUT", "/saas", `{"fault":"down"}`)
	r.control("PUT", "/services/eu-west-1/sqs", `{"fault":"error"}`)
	for _, c := range []struct {
		edge   string
		status int
	}{{"FRA", http.StatusServiceUnavailable}, {"IAD", http.StatusAccepted}} {
		a := r.ask("POST", r.viewer+"/api/feedback", `{"message":"hello"}`, "Content-Type", "application/json", "X-Onefront-Viewer", c.edge)
		if a.status != c.status {
			t.Errorf("%s: %d %s, want %d", c.edge, a.status, a.body, c.status)
		}
		if c.status == http.StatusServiceUnavailable && (a.header.Get("Retry-After") == "" || a.header.Get("X-Cache") != "Error from cloudfront" && a.header.Get("X-Onefront-Region") == "") {
			t.Errorf("%s: no Retry-After in %v", c.edge, a.header)
		}
	}
	accepted := r.accepted("queue-down", 30)
	r.control("PUT", "/saas", `{"fault":"none"}`)
	r.control("PUT", "/services/eu-west-1/sqs", `{"fault":"none"}`)
	r.drain()
	arrived := r.arrived()
	for id := range accepted {
		if arrived[id] == 0 {
			t.Errorf("%s was accepted and is lost", id)
		}
	}
	// One more arrived: the visitor at IAD above, who was told 202.
	if len(arrived) != len(accepted)+1 || len(accepted) == 30 {
		t.Errorf("%d accepted and %d arrived (%v), want some refused and one more arrived", len(accepted), len(arrived), slices.Sorted(maps.Keys(arrived)))
	}
}
