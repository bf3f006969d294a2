package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/leak"
)

// created is a SaaS in good health.
func created(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		_, _ = w.Write([]byte(`["billing"]`))
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// request is an event of the HTTP API.
func request(tb testing.TB, method, path, body string) []byte {
	tb.Helper()
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawPath: path, Body: body,
		Headers: map[string]string{"content-type": "application/json", "x-onefront-origin-secret": "origin-secret"},
	}
	e.RequestContext.HTTP.Method = method
	raw, err := json.Marshal(e)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func response(tb testing.TB, raw []byte) events.APIGatewayV2HTTPResponse {
	tb.Helper()
	var r events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(raw, &r); err != nil {
		tb.Fatalf("%s: %v", raw, err)
	}
	return r
}

// TestProcess runs the real binary over the real protocols, as each of the two functions.
func TestProcess(t *testing.T) {
	t.Parallel()
	binary := buildBinary(t, "", ".")
	t.Run("api", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, leak.Canary, created)
		p := start(t, binary, w.environ("api"))
		for target, status := range map[string]int{"GET /api/nothing": 404, "GET /api/topics": 200, "POST /api/feedback": 201, "GET /": 404} {
			method, path, _ := strings.Cut(target, " ")
			got := response(t, w.runtime.invoke(t, request(t, method, path, `{"message":"hi"}`)))
			if got.StatusCode != status || got.Headers["x-onefront-region"] != "eu-west-1" {
				t.Errorf("%s: %+v", target, got)
			}
		}
		w.saas.Close()
		got := response(t, w.runtime.invoke(t, request(t, "POST", "/api/feedback", `{"message":"hi"}`)))
		if got.StatusCode != 202 || len(w.messages) != 1 || !strings.Contains(w.messages[0], `\"message\":\"hi\"`) {
			t.Errorf("SaaS down: %+v, messages %v", got, w.messages)
		}
		p.stop()
		if strings.Count(p.out.String(), `"msg":"request"`) != 5 || strings.Count(p.out.String(), "\n") != 5 {
			t.Errorf("log:\n%s", p.out.String())
		}
	})
	t.Run("redelivery", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, leak.Canary, created)
		p := start(t, binary, w.environ("redelivery"))
		batch, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{
			{MessageId: "m-1", ReceiptHandle: "r-1", Body: `{"id":"1","region":"eu-west-1","feedback":{"message":"hi"}}`},
			{MessageId: "m-2", ReceiptHandle: "r-2", Body: `nonsense`},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(w.runtime.invoke(t, batch)); got != `{"batchItemFailures":[]}` || w.tickets != 1 {
			t.Errorf("answer %s after %d tickets", got, w.tickets)
		}
		if len(w.messages) != 1 || !strings.Contains(w.messages[0], `"StringValue":"unreadable message"`) {
			t.Errorf("messages %v", w.messages)
		}
		p.stop()
	})
	t.Run("without its environment", func(t *testing.T) {
		t.Parallel()
		p := start(t, binary, map[string]string{"_HANDLER": "api", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"})
		if err := p.cmd.Wait(); err == nil || p.cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("ended with %v", err)
		}
		var line struct{ Level, Msg, Err string }
		if err := json.Unmarshal(p.out.Bytes(), &line); err != nil || line.Msg != "starting function" ||
			!strings.Contains(line.Err, "ONEFRONT_UPSTREAM: is not set") || !strings.Contains(line.Err, "ONEFRONT_QUEUE_URL: is not set") {
			t.Errorf("output %s", p.out.String())
		}
	})
}

// TestProcess_frozen: Lambda may freeze the function between its first poll and its first request, and whatever reads
// the key then fails when it thaws. The first visitor's words are delivered all the same.
func TestProcess_frozen(t *testing.T) {
	t.Parallel()
	binary := buildBinary(t, "", ".")
	w := newWorld(t, leak.Canary, created)
	var reads atomic.Int32
	asked, frozen := make(chan struct{}), make(chan struct{})
	ssm := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		n := reads.Add(1)
		if n == 1 {
			close(asked)
		}
		if n <= attempts { // one fetch with its retry
			<-frozen
			panic(http.ErrAbortHandler)
		}
		rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = rw.Write([]byte(`{"Parameter":{"Value":"key"}}`))
	}))
	t.Cleanup(ssm.Close)
	environ := w.environ("api")
	environ["AWS_ENDPOINT_URL_SSM"] = ssm.URL
	p := start(t, binary, environ)
	<-w.runtime.polled
	<-asked
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	close(frozen)
	if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if got := response(t, w.runtime.invoke(t, request(t, "POST", "/api/feedback", `{"message":"hi"}`))); got.StatusCode != 201 {
		t.Errorf("%+v", got)
	}
	p.stop()
	if w.tickets != 1 || len(w.messages) != 0 || strings.Contains(p.out.String(), "key unavailable") {
		t.Errorf("%d tickets, messages %v, log\n%s", w.tickets, w.messages, p.out.String())
	}
}

func TestReadEnvironment_refuses(t *testing.T) {
	t.Parallel()
	w := map[string]string{
		"_HANDLER": "api", "AWS_REGION": "eu-west-1", "ONEFRONT_STACK": "s", "ONEFRONT_UPSTREAM_API_KEY_PARAMETER": "p",
		"ONEFRONT_QUEUE_URL": "q", "ONEFRONT_DEAD_LETTER_QUEUE_URL": "d", "ONEFRONT_ORIGIN_SECRET": "o",
		"ONEFRONT_UPSTREAM": `{"preset":"webhook","url":"https://example.com"}`,
	}
	for name, tt := range map[string]struct{ variable, value, want string }{
		"no origin secret": {"ONEFRONT_ORIGIN_SECRET", "", "environment variable ONEFRONT_ORIGIN_SECRET: is not set"},
		"handler":          {"_HANDLER", "main.handler", `environment variable _HANDLER: "main.handler": api or redelivery`},
		"upstream":         {"ONEFRONT_UPSTREAM", `{"preset":"webhook"}`, `environment variable ONEFRONT_UPSTREAM: upstream.url: "": want an absolute address such as https://example.com/feedback`},
	} {
		get := func(name string) string {
			if name == tt.variable {
				return tt.value
			}
			return w[name]
		}
		if _, err := readEnvironment(get); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}
