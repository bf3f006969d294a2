package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/version"
)

// freePorts are the flags of every start in a test. With the variable ONEFRONT_TEST_FREEZE the whole suite runs against
// functions that are stopped between requests.
var freePorts = func() []string {
	flags := []string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0"}
	if os.Getenv("ONEFRONT_TEST_FREEZE") != "" {
		flags = append(flags, "-freeze")
	}
	return flags
}()

func noEnvironment(string) string { return "" }

// A compiler says several things; they arrive as one line that still holds all of them.
func TestCommand_failingHandlerBuildIsOneLine(t *testing.T) {
	var stdout, stderr safeBuffer
	c := command{
		record: func(*stack, context.Context, recording) (*graph.Graph, error) {
			return nil, errors.New("building the handler for linux/amd64: exit status 1\n# example\nhandler/main.go:3:1: syntax error\n")
		},
		getenv: noEnvironment, stdout: &stdout, stderr: &stderr,
	}
	if status := c.run(t.Context(), freePorts); status != statusFailed {
		t.Errorf("got status %d", status)
	}
	want := "local: building the handler for linux/amd64: exit status 1; # example; handler/main.go:3:1: syntax error\n"
	if stderr.String() != want || stdout.String() != "" {
		t.Errorf("got %q on standard error, %q on standard output, want %q", &stderr, &stdout, want)
	}
}

// Each problem of a configuration is a line of its own; what belongs to one stays with it.
func TestProblemsOf(t *testing.T) {
	t.Parallel()
	got := problemsOf(errors.New("onefront:regions[0]: \"x\": want the name of an AWS region\nonefront:upstream.url: \"y\": want https\n" +
		"urn:pulumi:dev::a::aws:sqs/queue:Queue::q: fifo: true: unknown\nurn:pulumi:dev::a::aws:sqs/queue:Queue::r: fifo: true: unknown\n" +
		"aws:secretKey: set: not handed on\nfunction \"api\": memory 1 MiB: from 128\nbuilding the function api: exit status 1\n# example\n./main.go:3:1: syntax error\n"))
	want := []string{
		`onefront:regions[0]: "x": want the name of an AWS region`, `onefront:upstream.url: "y": want https`,
		"urn:pulumi:dev::a::aws:sqs/queue:Queue::q: fifo: true: unknown", "urn:pulumi:dev::a::aws:sqs/queue:Queue::r: fifo: true: unknown",
		"aws:secretKey: set: not handed on",
		`function "api": memory 1 MiB: from 128; building the function api: exit status 1; # example; ./main.go:3:1: syntax error`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestCommand_version(t *testing.T) {
	t.Parallel()
	var stdout, stderr safeBuffer
	c := command{getenv: noEnvironment, stdout: &stdout, stderr: &stderr}
	if status := c.run(t.Context(), []string{"-version"}); status != statusOK || stdout.String() != "onefront "+version.String()+"\n" || stderr.String() != "" {
		t.Errorf("status %d, %q, %q", status, &stdout, &stderr)
	}
}

func TestCommand_interruptedStartIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr safeBuffer
	c := command{
		record: func(_ *stack, ctx context.Context, _ recording) (*graph.Graph, error) {
			cancel()
			<-ctx.Done() // the compiler is ended with the command
			return nil, ctx.Err()
		},
		getenv: noEnvironment, stdout: &stdout, stderr: &stderr,
	}
	if status := c.run(ctx, freePorts); status != statusOK || stdout.String() != "" || stderr.String() != "" {
		t.Errorf("got status %d, %q, %q", status, &stdout, &stderr)
	}
}

func TestCommand_accessLogThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr safeBuffer
	c := command{project: notes, record: recordOnce, getenv: noEnvironment, stdout: &stdout, stderr: &stderr}
	status := c.run(t.Context(), append(freePorts, "-quiet", "-access-log", file))
	if status != statusFailed || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), "-access-log") {
		t.Errorf("got status %d, %q", status, &stderr)
	}
}

// An open dashboard, a viewer who waits for a slow region and a message under way must not keep local mode alive.
func TestCommand_endsUnderLoad(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	var stderr safeBuffer
	c := command{project: notes, record: recordOnce, getenv: noEnvironment, stdout: writer, stderr: &stderr}
	status := make(chan int, 1)
	go func() {
		status <- c.run(ctx, freePorts)
		_ = writer.Close()
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	fields := strings.Fields(line)
	viewer, admin := strings.TrimPrefix(fields[1], "viewer="), strings.TrimPrefix(fields[2], "admin=")
	client := newClient()
	defer client.CloseIdleConnections()
	events, err := client.Get(admin + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	fault, err := http.NewRequest(http.MethodPut, admin+"/regions/eu-west-1", strings.NewReader(`{"fault":"slow","latencyMs":600000}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(fault)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	_ = answer.Body.Close()
	arrived, left := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(left)
		trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(arrived) }}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), http.MethodGet, viewer+"/api/health", nil)
		if err != nil {
			return
		}
		if response, err := client.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-arrived
	cancel()
	asked := time.Now()
	select {
	case got := <-status:
		if got != statusOK {
			t.Errorf("got status %d: %s", got, &stderr)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("did not end within 10 s")
	}
	<-left
	t.Logf("ended after %v", time.Since(asked))
}
