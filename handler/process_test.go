package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// buildBinary compiles a package as the product is compiled, for the machine or for Lambda.
func buildBinary(tb testing.TB, arch, pkg string) string {
	tb.Helper()
	out := filepath.Join(tb.TempDir(), "bootstrap")
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	if arch != "" {
		cmd.Env = append(cmd.Env, "GOARCH="+arch)
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("building %s: %v\n%s", pkg, err, text)
	}
	return out
}

// world is everything around a function's process: the Runtime API, Parameter Store, SQS and
// the SaaS, each on a loopback port.
type world struct {
	runtime *runtimeAPI
	ssm     *httptest.Server
	sqs     *httptest.Server
	saas    *httptest.Server

	mu       sync.Mutex
	messages []string      // bodies of the requests to SQS
	tickets  int           // posts to the SaaS
	saasTime time.Duration // spent in the SaaS
}

func newWorld(tb testing.TB, key string, saas http.HandlerFunc) *world {
	tb.Helper()
	w := &world{runtime: newRuntimeAPI(tb)}
	serve := func(h http.HandlerFunc) *httptest.Server {
		s := httptest.NewServer(h)
		tb.Cleanup(s.Close)
		return s
	}
	w.ssm = serve(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprintf(rw, `{"Parameter":{"Name":"/onefront/key","Type":"SecureString","Value":%q,"Version":1}}`, key)
	})
	w.sqs = serve(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.mu.Lock()
		w.messages = append(w.messages, string(body))
		w.mu.Unlock()
		rw.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(rw, `{"MessageId":"m-1"}`)
	})
	w.saas = serve(func(rw http.ResponseWriter, r *http.Request) {
		start := time.Now()
		saas(rw, r)
		w.mu.Lock()
		w.tickets++
		w.saasTime += time.Since(start)
		w.mu.Unlock()
	})
	return w
}

// environ is the function's environment, as Lambda and infra set it.
func (w *world) environ(handler string) map[string]string {
	return map[string]string{
		"_HANDLER": handler, "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": "api",
		"AWS_LAMBDA_RUNTIME_API": w.runtime.address,
		"AWS_ACCESS_KEY_ID":      "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example-secret", "AWS_SESSION_TOKEN": "example-token",
		"AWS_ENDPOINT_URL_SSM": w.ssm.URL, "AWS_ENDPOINT_URL_SQS": w.sqs.URL,
		"ONEFRONT_UPSTREAM":                   `{"preset":"webhook","url":"` + w.saas.URL + `/in","topicsUrl":"` + w.saas.URL + `/topics"}`,
		"ONEFRONT_UPSTREAM_API_KEY_PARAMETER": "/onefront/key", "ONEFRONT_ORIGIN_SECRET": "origin-secret",
		"ONEFRONT_QUEUE_URL":             w.sqs.URL + "/123456789012/feedback",
		"ONEFRONT_DEAD_LETTER_QUEUE_URL": w.sqs.URL + "/123456789012/feedback-dead",
		"ONEFRONT_STACK":                 "test", "ONEFRONT_LOG_LEVEL": "debug",
	}
}

// runtimeAPI is Lambda's side of the Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type runtimeAPI struct {
	address string
	events  chan []byte // what next answers with
	answers chan []byte // what response and error posted
	polled  chan time.Time
	n       int
}

func newRuntimeAPI(tb testing.TB) *runtimeAPI {
	tb.Helper()
	r := &runtimeAPI{events: make(chan []byte), answers: make(chan []byte, 1), polled: make(chan time.Time, 1)}
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r.address = listener.Addr().String()
	server := &http.Server{Handler: r, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	tb.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return r
}

func (r *runtimeAPI) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if strings.HasSuffix(req.URL.Path, "/invocation/next") {
		select {
		case r.polled <- time.Now():
		default:
		}
		select {
		case event := <-r.events:
			r.n++ // one environment polls, so nobody else is here
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("invocation-%d", r.n))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(10*time.Second).UnixMilli()))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:api")
			_, _ = w.Write(event)
		case <-req.Context().Done():
		}
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	if !strings.HasSuffix(req.URL.Path, "/response") {
		body = append([]byte("ERROR "), body...)
	}
	w.WriteHeader(http.StatusAccepted)
	r.answers <- body
}

// invoke sends one event and returns what the function posted.
func (r *runtimeAPI) invoke(tb testing.TB, event []byte) []byte {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	select {
	case r.events <- event:
	case <-ctx.Done():
		tb.Fatal("the function does not poll")
	}
	select {
	case answer := <-r.answers:
		return answer
	case <-ctx.Done():
		tb.Fatal("the function does not answer")
	}
	return nil
}

// process is a running function.
type process struct {
	cmd *exec.Cmd
	out bytes.Buffer // read it after stop
}

func start(tb testing.TB, binary string, environ map[string]string) *process {
	tb.Helper()
	p := &process{cmd: exec.Command(binary)}
	p.cmd.Env = []string{}
	for name, value := range environ {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.stop)
	return p
}

// stop kills the process, as Lambda does with an environment it no longer needs.
func (p *process) stop() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}
