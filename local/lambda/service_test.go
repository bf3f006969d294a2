package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda/lambdatest"
)

const region = "eu-west-1"

var functionARN = lambdatest.ARN(region, "api")

// logBook collects log lines and lets a test wait for one.
type logBook struct {
	mu      sync.Mutex
	lines   []string
	changed chan struct{}
	slog.Handler
}

func newLogBook() *logBook {
	return &logBook{changed: make(chan struct{}), Handler: slog.DiscardHandler}
}

func (b *logBook) Enabled(context.Context, slog.Level) bool { return true }

func (b *logBook) Handle(_ context.Context, r slog.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, r.Message)
	close(b.changed)
	b.changed = make(chan struct{})
	return nil
}

// wait returns the first line with the text, as soon as there is one.
func (b *logBook) wait(t testing.TB, text string) string {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		b.mu.Lock()
		changed := b.changed
		for _, line := range b.lines {
			if strings.Contains(line, text) {
				b.mu.Unlock()
				return line
			}
		}
		b.mu.Unlock()
		select {
		case <-changed:
		case <-limit:
			b.mu.Lock()
			defer b.mu.Unlock()
			t.Fatalf("no log line with %q in:\n%s", text, strings.Join(b.lines, "\n"))
		}
	}
}

func (b *logBook) count(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(strings.Join(b.lines, "\n"), text)
}

// newService runs one function "api" in eu-west-1 and closes everything at the end of the test.
func newService(t testing.TB, inputs map[string]any, o Options) (*Service, *logBook) {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	book := newLogBook()
	o.Log = slog.New(book)
	o.Dir = t.TempDir()
	g := graph.New(lambdatest.Function(region, "api", lambdatest.Zip(t), inputs)).Read()
	s, err := New(g, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close(context.Background())
		goleak.VerifyNone(t, leaks)
	})
	return s, book
}

func variables(pairs ...string) map[string]any {
	v := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return map[string]any{"environment": map[string]any{"variables": v}}
}

func order(do string, more ...any) string {
	e := map[string]any{"do": do}
	for _, m := range more {
		switch m := m.(type) {
		case string:
			e["text"] = m
		case int:
			e["number"] = m
		}
	}
	b, _ := json.Marshal(e)
	return string(b)
}

func invoke(t testing.TB, s *Service, event string) Result {
	t.Helper()
	r, err := s.Invoke(t.Context(), functionARN, []byte(event))
	if err != nil {
		t.Fatalf("invoking with %.80s: %v", event, err)
	}
	return r
}

func (r Result) mustBe(t testing.TB, payload, functionError string) {
	t.Helper()
	if got := string(r.Payload); got != payload || r.FunctionError != functionError {
		t.Errorf("got payload %.200s with error %q, want %.200s with %q", got, r.FunctionError, payload, functionError)
	}
}

func TestInvoke_echo(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	r := invoke(t, s, `{"a":1}`)
	r.mustBe(t, `{"a":1}`, "")
	if r.RequestID == "" || r.Duration <= 0 || r.InitDuration <= 0 {
		t.Errorf("a cold invocation has id, duration and init duration, got %+v", r)
	}
	if r := invoke(t, s, `{"a":2}`); r.InitDuration != 0 {
		t.Errorf("a warm invocation has no init duration, got %v", r.InitDuration)
	}
	if r, err := s.Invoke(t.Context(), functionARN+":$LATEST", []byte("3")); err != nil || string(r.Payload) != "3" {
		t.Errorf("the qualifier $LATEST is the function itself, got %s, %v", r.Payload, err)
	}
}

// An environment is reused by the next request, so requests one after another meet one process.
func TestInvoke_keptWarm(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	for n := range 20 {
		invoke(t, s, order("calls")).mustBe(t, strconv.Itoa(n+1), "")
	}
	if got := s.Environments()[functionARN]; got != 1 {
		t.Errorf("got %d environments, want 1", got)
	}
}

// pipe returns a named pipe; opening it for writing releases the functions that wait for it.
func pipe(t testing.TB) (path string, release func()) {
	path = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, func() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
}

// waiting starts an invocation and returns once the function has it.
func waiting(t testing.TB, s *Service, book *logBook, path string) <-chan Result {
	t.Helper()
	before := book.count("START RequestId")
	out := make(chan Result, 1)
	go func() {
		r, _ := s.Invoke(t.Context(), functionARN, []byte(order("wait", path)))
		out <- r
	}()
	for book.count("START RequestId") == before {
		book.mu.Lock()
		changed := book.changed
		book.mu.Unlock()
		if book.count("START RequestId") > before {
			break
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			t.Fatal("the function did not start")
		}
	}
	return out
}

// One request at a time per environment; more requests, more environments.
func TestInvoke_oneRequestPerEnvironment(t *testing.T) {
	s, book := newService(t, nil, Options{})
	path, release := pipe(t)
	first := waiting(t, s, book, path)
	invoke(t, s, order("calls")).mustBe(t, "1", "")
	if got := s.Environments()[functionARN]; got != 2 {
		t.Errorf("got %d environments, want 2", got)
	}
	release()
	(<-first).mustBe(t, `"released"`, "")
	s.Reset()
	if got := s.Environments()[functionARN]; got != 0 {
		t.Errorf("got %d environments after Reset, want 0", got)
	}
	invoke(t, s, order("calls")).mustBe(t, "1", "")
}

func TestInvoke_throttled(t *testing.T) {
	for name, c := range map[string]struct {
		inputs map[string]any
		limit  int
		reason string
	}{
		"reserved":   {map[string]any{"reservedConcurrentExecutions": 1.0}, 0, "ReservedFunctionConcurrentInvocationLimitExceeded"},
		"unreserved": {nil, 1, "ConcurrentInvocationLimitExceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			s, book := newService(t, c.inputs, Options{Concurrency: c.limit})
			for range 50 { // the place is free again before the caller knows
				invoke(t, s, "1")
			}
			path, release := pipe(t)
			before := waiting(t, s, book, path)
			_, err := s.Invoke(t.Context(), functionARN, []byte("1"))
			if throttled, ok := errors.AsType[*ThrottledError](err); !ok || throttled.Reason != c.reason || throttled.Limit != 1 {
				t.Errorf("got %v, want throttled for %s", err, c.reason)
			}
			release()
			<-before
			invoke(t, s, "1")
		})
	}
	t.Run("none reserved", func(t *testing.T) {
		s, _ := newService(t, map[string]any{"reservedConcurrentExecutions": 0.0}, Options{})
		if _, err := s.Invoke(t.Context(), functionARN, []byte("1")); err == nil {
			t.Error("reserved concurrency 0 lets nothing through")
		}
	})
}

func TestInvoke_unknownFunction(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	_, err := s.Invoke(t.Context(), "arn:aws:lambda:eu-west-1:123456789012:function:other", nil)
	if _, ok := errors.AsType[*NotFoundError](err); !ok {
		t.Errorf("got %v, want a NotFoundError", err)
	}
}

// F10.5: 6 MiB in, and 100 bytes more out.
func TestInvoke_payloadLimits(t *testing.T) {
	s, book := newService(t, nil, Options{})
	invoke(t, s, `"`+strings.Repeat("x", MaxRequestBytes-2)+`"`)
	_, err := s.Invoke(t.Context(), functionARN, make([]byte, MaxRequestBytes+1))
	if _, ok := errors.AsType[*PayloadTooLargeError](err); !ok {
		t.Errorf("got %v, want a PayloadTooLargeError", err)
	}
	if r := invoke(t, s, order("large", MaxResponseBytes)); r.FunctionError != "" || len(r.Payload) != MaxResponseBytes {
		t.Errorf("got %d bytes and error %q, want the largest response", len(r.Payload), r.FunctionError)
	}
	invoke(t, s, order("large", MaxResponseBytes+1)).mustBe(t,
		`{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`,
		"Unhandled")
	book.wait(t, "status of the large response: 413")
	invoke(t, s, "1").mustBe(t, "1", "")
}

// A timeout kills the environment; the next request gets a new one.
func TestInvoke_timeout(t *testing.T) {
	s, book := newService(t, nil, Options{})
	s.functions[functionARN].timeout = 50 * time.Millisecond
	invoke(t, s, order("calls")).mustBe(t, "1", "")
	r := invoke(t, s, order("hang"))
	r.mustBe(t, `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: `+r.RequestID+
		` Error: Task timed out after 0.05 seconds"}`, "Unhandled")
	book.wait(t, r.RequestID+" Task timed out after 0.05 seconds")
	book.wait(t, "Status: timeout")
	s.functions[functionARN].timeout = 10 * time.Second
	invoke(t, s, order("calls")).mustBe(t, "1", "")
}

// A function that does not ask for the next request after its answer is cut off by the same timeout.
func TestInvoke_timeoutAfterAnswer(t *testing.T) {
	s, book := newService(t, nil, Options{})
	s.functions[functionARN].timeout = 100 * time.Millisecond
	invoke(t, s, order("answer and hang")).mustBe(t, `"done"`, "")
	s.functions[functionARN].timeout = 10 * time.Second
	invoke(t, s, order("calls")).mustBe(t, "1", "") // waits in the old environment, ends up in a new one
	book.wait(t, "Task timed out")
}

func TestInvoke_exit(t *testing.T) {
	s, book := newService(t, nil, Options{})
	for code, message := range map[int]string{
		0: "Runtime exited without providing a reason",
		3: "Runtime exited with error: exit status 3",
	} {
		r := invoke(t, s, order("exit", code))
		r.mustBe(t, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: `+r.RequestID+` Error: `+message+`"}`, "Unhandled")
	}
	book.wait(t, "a last word")
	book.wait(t, "Runtime.ExitError")
	book.wait(t, "Status: error\tError Type: Runtime.ExitError")
	invoke(t, s, order("answer and exit", 1)).mustBe(t, `"done"`, "")
	invoke(t, s, order("calls")).mustBe(t, "1", "")
}

func TestInvoke_functionError(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	invoke(t, s, order("error")).mustBe(t, `{"errorType":"Test.Error","errorMessage":"as asked"}`, "Unhandled")
	invoke(t, s, order("malformed error")).mustBe(t, `{"errorType":"Test.Malformed","errorMessage":""}`, "Unhandled")
	invoke(t, s, order("late error")).mustBe(t, `{"errorType":"Test.Late","errorMessage":"after the start"}`, "Unhandled")
	invoke(t, s, order("calls")).mustBe(t, "4", "") // an error does not end the environment
}

// The caller's leaving does not stop the function.
func TestInvoke_callerLeaves(t *testing.T) {
	s, book := newService(t, nil, Options{})
	path, release := pipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := s.Invoke(ctx, functionARN, []byte(order("wait", path)))
		done <- err
	}()
	book.wait(t, "START RequestId")
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	release()
	book.wait(t, "REPORT RequestId")
	invoke(t, s, order("calls")).mustBe(t, "2", "")
}

func TestInvoke_initFailures(t *testing.T) {
	t.Run("exit", func(t *testing.T) {
		s, book := newService(t, variables("TEST_INIT", "exit"), Options{})
		r := invoke(t, s, "1")
		r.mustBe(t, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: `+r.RequestID+
			` Error: Runtime exited with error: exit status 4"}`, "Unhandled")
		book.wait(t, "Phase: init\tStatus: error\tError Type: Runtime.ExitError")
		book.wait(t, "Phase: invoke\tStatus: error")
		if got := book.count("leaving during init"); got != 2 {
			t.Errorf("init ran %d times, want 2: a failed init is repeated by the invocation", got)
		}
	})
	t.Run("reported", func(t *testing.T) {
		s, _ := newService(t, variables("TEST_INIT", "error"), Options{})
		invoke(t, s, "1").mustBe(t, `{"errorType":"Test.Init","errorMessage":"no luck"}`, "Unhandled")
	})
	t.Run("repeated with success", func(t *testing.T) {
		marker := filepath.Join(t.TempDir(), "marker")
		s, book := newService(t, variables("TEST_INIT", "exit once", "TEST_MARKER", marker), Options{})
		invoke(t, s, "1").mustBe(t, "1", "")
		book.wait(t, "Phase: init\tStatus: error")
	})
	t.Run("timeout", func(t *testing.T) {
		s, book := newService(t, variables("TEST_INIT", "hang"), Options{})
		s.initLimit = 50 * time.Millisecond
		s.functions[functionARN].timeout = 60 * time.Millisecond
		r := invoke(t, s, "1")
		r.mustBe(t, `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: `+r.RequestID+
			` Error: Task timed out after 0.06 seconds"}`, "Unhandled")
		book.wait(t, "Phase: init\tStatus: timeout")
	})
}

// F10.1, F10.2: bootstrap must be there and executable, which shows at the first invocation.
func TestInvoke_entrypoint(t *testing.T) {
	for name, c := range map[string]struct{ zip, cause string }{
		"not executable": {lambdatest.WriteZip(t, "bootstrap", []byte("#!/bin/sh\n"), 0o644), "fork/exec /var/task/bootstrap: permission denied"},
		"no Unix mode":   {lambdatest.WriteZip(t, "bootstrap", []byte("#!/bin/sh\n"), 0), "fork/exec /var/task/bootstrap: permission denied"},
		"missing":        {lambdatest.WriteZip(t, "main", []byte("#!/bin/sh\n"), 0o755), "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"},
	} {
		t.Run(name, func(t *testing.T) {
			s, book := newService(t, map[string]any{"code": graph.Archive{Path: c.zip}}, Options{})
			r := invoke(t, s, "1")
			r.mustBe(t, `{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: `+r.RequestID+` Error: `+c.cause+`"}`, "Unhandled")
			book.wait(t, "Error Type: Runtime.InvalidEntrypoint")
		})
	}
}

// Nobody asked for a minute: the process goes, by SIGTERM, and the next request starts another.
func TestIdle_ends(t *testing.T) {
	s, book := newService(t, variables("TEST_INIT", "sigterm"), Options{})
	s.idleLimit = time.Millisecond
	first := invoke(t, s, order("pid"))
	book.wait(t, "got SIGTERM")
	second := invoke(t, s, order("pid"))
	if string(first.Payload) == string(second.Payload) {
		t.Errorf("process %s serves again after its end", first.Payload)
	}
}

// A process that is deaf to SIGTERM ends all the same.
func TestIdle_endsTheDeaf(t *testing.T) {
	s, _ := newService(t, variables("TEST_INIT", "deaf"), Options{})
	s.idleLimit = time.Millisecond
	invoke(t, s, order("pid"))
	for _, e := range s.functions[functionARN].all() {
		<-e.ended
	}
	if n := s.Environments()[functionARN]; n != 0 {
		t.Errorf("%d environments left", n)
	}
}

// An alias leads to its function; one that leads nowhere, or shares traffic between versions, is refused.
func TestAlias(t *testing.T) {
	alias := func(inputs map[string]any) *graph.Resource {
		return &graph.Resource{
			URN: "urn:pulumi:test::onefront::" + AliasType + "::live", Type: AliasType, Region: region, Custom: true,
			Inputs: inputs, Outputs: map[string]any{"arn": lambdatest.ARN(region, "api") + ":live"},
		}
	}
	function := lambdatest.Function(region, "api", lambdatest.Zip(t), nil)
	s, err := New(graph.New(function, alias(map[string]any{"name": "live", "functionName": "api", "functionVersion": "3"})).Read(), Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if _, err := s.Invoke(t.Context(), lambdatest.ARN(region, "api")+":live", []byte(`{"rawPath":"/gateway"}`)); err != nil {
		t.Errorf("the alias: %v", err)
	}
	var missing *NotFoundError
	if _, err := s.Invoke(t.Context(), lambdatest.ARN(region, "api")+":other", nil); !errors.As(err, &missing) {
		t.Errorf("another alias: %v", err)
	}
	for _, c := range []struct {
		inputs map[string]any
		part   string
	}{
		{map[string]any{"name": "live", "functionName": "nobody"}, `"nobody"`},
		{map[string]any{"name": "live", "functionName": "api", "routingConfig": map[string]any{"additionalVersionWeights": map[string]any{"2": 0.5}}}, "routingConfig"},
	} {
		if _, err := New(graph.New(function, alias(c.inputs)).Read(), Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%v: got %v, want it to name %s", c.inputs, err, c.part)
		}
	}
}

// A killed environment hears no SIGTERM, in which it could finish what it began.
func TestKill(t *testing.T) {
	s, _ := newService(t, nil, Options{})
	if _, err := s.Invoke(t.Context(), functionARN, []byte(order("header", "Lambda-Runtime-Trace-Id"))); err != nil {
		t.Fatal(err)
	}
	environments := s.functions[functionARN].all()
	if s.Kill("mars-1"); len(environments) != 1 || s.Environments()[functionARN] != 1 {
		t.Fatalf("%d environments after the loss of another region, want 1", s.Environments()[functionARN])
	}
	s.Kill(region)
	if got := environments[0].command.ProcessState.String(); got != "signal: killed" || s.Environments()[functionARN] != 0 {
		t.Errorf("%s, %d left", got, s.Environments()[functionARN])
	}
}
