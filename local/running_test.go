package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// instance is one local mode in this process.
type instance struct {
	viewer, admin string
	// ready is the line it printed; stderr is what it logs.
	ready  string
	stderr *safeBuffer

	cancel context.CancelFunc
	status chan int
	rest   chan string // what standard output held after the ready line, once it ended
}

// launch starts a command on free ports and waits for its ready line. Unless it says otherwise, it serves the notes and
// gets a recording that is shared.
func launch(c command, args ...string) (*instance, error) {
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	i := &instance{stderr: &safeBuffer{}, cancel: cancel, status: make(chan int, 1), rest: make(chan string, 1)}
	c.stdout, c.stderr, c.getenv, c.project = writer, i.stderr, withKey(c.getenv), cmp.Or(c.project, notes)
	if c.record == nil {
		c.record = recordOnce
	}
	go func() {
		i.status <- c.run(ctx, slices.Concat(freePorts, args))
		_ = writer.Close()
	}()
	out := bufio.NewReader(reader)
	line, err := out.ReadString('\n')
	go func() {
		rest, _ := io.ReadAll(out)
		i.rest <- string(rest)
	}()
	if err != nil {
		cancel()
		return nil, fmt.Errorf("no ready line: %w\n%s", err, i.stderr)
	}
	i.ready = line
	for _, field := range strings.Fields(line) {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "viewer":
			i.viewer = value
		case "admin":
			i.admin = value
		}
	}
	return i, nil
}

// stop ends it as a signal would, and holds it to its promises: status 0 within ten seconds, and nothing but the
// ready line on standard output.
func (i *instance) stop() error {
	i.cancel()
	select {
	case status := <-i.status:
		if status != statusOK {
			return fmt.Errorf("status %d: %s", status, i.stderr)
		}
	case <-time.After(10 * time.Second): // the promise of the design
		return errors.New("did not end within 10 s")
	}
	if rest := <-i.rest; rest != "" {
		return fmt.Errorf("standard output holds more than the ready line: %q", rest)
	}
	return nil
}

// running is an instance for tests that say more than a script can.
type running struct {
	*instance
	t      testing.TB
	client *http.Client
	load   *http.Client // that keeps as many connections as it has used
}

// startNotes runs local mode for the test.
func startNotes(t testing.TB, args ...string) *running {
	t.Helper()
	return startCommand(t, command{getenv: noEnvironment}, args...)
}

// startCommand runs local mode as a test wants it, until the test ends.
func startCommand(t testing.TB, c command, args ...string) *running {
	t.Helper()
	started, err := launch(c, args...)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{instance: started, t: t, client: newClient(), load: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}}
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		r.load.CloseIdleConnections()
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("log of local mode:\n%s", r.stderr)
		}
	})
	return r
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t testing.TB, value any) {
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

type message struct {
	Reason string `json:"reason"`
	Body   struct {
		ID string `json:"id"`
	} `json:"body"`
}

type regionQueues struct {
	Waiting, InFlight, DeadLetters []message
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
