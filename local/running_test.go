package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// running is local mode in this process, for tests that say more than a script can.
type running struct {
	t             *testing.T
	viewer, admin string
	log           *safeBuffer
	client        *http.Client
}

// startLocal runs local mode for the test, with an environment of the test's own.
func startLocal(t *testing.T, environment map[string]string, args ...string) *running {
	t.Helper()
	r := &running{t: t, log: &safeBuffer{}, client: newClient()}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	reader, writer := io.Pipe()
	c := command{build: buildOnce, stdout: writer, stderr: r.log, getenv: func(name string) string { return environment[name] }}
	done := make(chan int, 1)
	go func() {
		done <- c.run(ctx, append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0"}, args...))
		_ = writer.Close()
	}()
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		cancel()
		select {
		case status := <-done:
			if status != statusOK {
				t.Errorf("status %d: %s", status, r.log)
			}
		case <-time.After(10 * time.Second): // the promise of the design
			t.Error("local mode did not end within 10 s")
		}
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatalf("no ready line: %v\n%s", err, r.log)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	for _, field := range strings.Fields(line) {
		name, value, _ := strings.Cut(field, "=")
		switch name {
		case "viewer":
			r.viewer = value
		case "admin":
			r.admin = value
		}
	}
	return r
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, value any) {
	t.Helper()
	if err := json.Unmarshal(a.body, value); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// ask sends one request; header pairs are name, value.
func (r *running) ask(method, address, body string, header ...string) answer {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Error(err)
		return answer{}
	}
	defer func() { _ = response.Body.Close() }()
	var content bytes.Buffer
	if _, err := content.ReadFrom(response.Body); err != nil {
		r.t.Error(err)
	}
	return answer{response.StatusCode, response.Header, content.Bytes()}
}

// control asks the admin API and insists that it agrees.
func (r *running) control(method, path, body string) answer {
	r.t.Helper()
	a := r.ask(method, r.admin+path, body)
	if a.status != http.StatusOK {
		r.t.Fatalf("%s %s %s: %d %s", method, path, body, a.status, a.body)
	}
	return a
}

type ticket struct {
	FeedbackID    string `json:"feedbackId"`
	Authenticated bool   `json:"authenticated"`
}

type message struct {
	Reason string `json:"reason"`
	Body   struct {
		ID string `json:"id"`
	} `json:"body"`
}

type regionQueues struct {
	Waiting, InFlight, DeadLetters []message
}

func (r *running) tickets() (all []ticket) {
	r.control("GET", "/saas/tickets", "").into(r.t, &all)
	return all
}

func (r *running) queues() (all map[string]regionQueues) {
	r.control("GET", "/queues", "").into(r.t, &all)
	return all
}

// drain lets simulated time pass until no message is waiting or in flight: back-off doubles up to a quarter of
// an hour, so a few hours are enough for every receive a message is granted.
func (r *running) drain() {
	r.t.Helper()
	for range 40 {
		pending := 0
		for _, q := range r.queues() {
			pending += len(q.Waiting) + len(q.InFlight)
		}
		if pending == 0 {
			return
		}
		r.control("POST", "/clock", `{"advanceSeconds": 900}`)
	}
	r.t.Fatalf("messages are still under way after ten hours: %v", r.queues())
}
