package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onefront/onefront/handler/leak"
	"github.com/onefront/onefront/handler/telemetry"
)

// upstreams are the presets as ONEFRONT_UPSTREAM has them; %s is the SaaS's address.
var upstreams = map[string]string{
	"webhook": `{"preset":"webhook","url":"%[1]s/in","topicsUrl":"%[1]s/topics","timeout":"150ms"}`,
	"webhook with a header": `{"preset":"webhook","url":"%[1]s/in","header":"X-Api-Key","timeout":"150ms",` +
		`"body":{"text":"{{message}}","all":"{{context}}"}}`,
	"zendesk":   `{"preset":"zendesk","url":"%[1]s","email":"agent@example.com","topicField":"1","timeout":"150ms"}`,
	"freshdesk": `{"preset":"freshdesk","url":"%[1]s","requesterEmail":"a@example.com","topicField":"type","timeout":"150ms"}`,
	"github":    `{"preset":"github","url":"%[1]s","repository":"a/b","topicLabelPrefix":"t:","timeout":"150ms"}`,
}

// leakySaaS fails in a given way and says everything it knows while doing so.
func leakySaaS(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		said := r.Header.Get("Authorization") + r.Header.Get("X-Api-Key")
		switch kind {
		case "timeout":
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not see the client leave
			<-r.Context().Done()
			return
		case "down":
			panic(http.ErrAbortHandler) // closes the connection
		case "elsewhere":
			w.Header().Set("Location", "https://"+said+".example/?k="+said)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		var status int
		_, _ = fmt.Sscan(kind, &status)
		w.Header().Set("Retry-After", said)
		w.Header().Set("X-Debug", said)
		w.Header().Set("Set-Cookie", "key="+said)
		w.WriteHeader(status)
		// A list of topics of every preset's shape, each with the key in it.
		quoted, _ := json.Marshal(said)
		bare, _ := json.Marshal(leak.Canary)
		list := []string{
			fmt.Sprintf(`["a",%s,%s]`, quoted, bare),
			fmt.Sprintf(`{"ticket_field":{"custom_field_options":[{"name":%s,"value":"a"},{"name":"b","value":%s}]}}`, bare, bare),
			fmt.Sprintf(`[{"name":"ticket_type","choices":["a",%s]}]`, bare),
			fmt.Sprintf(`[{"name":"t:a","description":%s}]`, bare),
		}
		for i, path := range []string{"/topics", "/ticket_fields/", "/ticket_fields", "/labels"} {
			if strings.Contains(r.URL.Path, path) {
				_, _ = io.WriteString(w, list[i])
				return
			}
		}
		_, _ = io.WriteString(w, said)
	}
}

// lockedBuffer is a log that the function may write to beside the request.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

// function is one of the two functions in this process, over real clients and sockets.
type function struct {
	handler lambda.Handler
	log     *lockedBuffer
}

func newFunction(t *testing.T, environ map[string]string) function {
	t.Helper()
	e, err := readEnvironment(func(name string) string { return environ[name] })
	if err != nil {
		t.Fatal(err)
	}
	f := function{log: &lockedBuffer{}}
	h, err := build(e, telemetry.NewJournal(f.log, slog.LevelDebug, e.region, e.stack, time.Now), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f.handler = lambda.NewHandler(h)
	return f
}

// do invokes the function; an error is part of what it puts out.
func (f function) do(t *testing.T, event []byte) []byte {
	t.Helper()
	out, err := f.handler.Invoke(t.Context(), event)
	if err != nil {
		t.Errorf("the invocation failed: %v", err)
		return []byte(err.Error())
	}
	return out
}

// TestLeak plants a key and looks for it in every answer, log line and queue message, over all
// presets and all ways the SaaS, the queue and Parameter Store can fail.
func TestLeak(t *testing.T) {
	t.Parallel()
	kinds := []string{"201", "400", "401", "403", "404", "408", "422", "429", "500", "503", "200", "timeout", "down", "elsewhere"}
	for preset, settings := range upstreams {
		for _, kind := range kinds {
			t.Run(preset+" "+kind, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, leak.Canary, leakySaaS(kind))
				environ := w.environ("api")
				environ["ONEFRONT_UPSTREAM"] = fmt.Sprintf(settings, w.saas.URL)
				visitors := newFunction(t, environ)
				environ["_HANDLER"] = "redelivery"
				redelivery := newFunction(t, environ)

				post := request(t, "POST", "/api/feedback", `{"message":"hi","topic":"a","email":"ada@example.com","context":{"a":"b"}}`)
				got := response(t, visitors.do(t, post))
				if got.StatusCode != 201 && got.StatusCode != 202 {
					t.Errorf("feedback: %+v", got)
				}
				raw, err := json.Marshal(got)
				if err != nil {
					t.Fatal(err)
				}
				out := [][]byte{raw}
				for range 2 { // the second may be the last good copy
					out = append(out, visitors.do(t, request(t, "GET", "/api/topics", "")))
				}
				w.saas.Close() // and everything once more with nobody there
				out = append(out, visitors.do(t, post), visitors.do(t, request(t, "GET", "/api/topics", "")))
				record := `{"id":"1","region":"eu-west-1","feedback":{"message":"hi","topic":"a"}}`
				batch, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", ReceiptHandle: "r", Body: record}}})
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, redelivery.do(t, batch))
				w.sqs.Close()
				out = append(out, visitors.do(t, post), redelivery.do(t, batch), visitors.log.bytes(), redelivery.log.bytes(),
					[]byte(strings.Join(w.messages, "\n")))
				for _, text := range out {
					if form := leak.Find(text, leak.Canary); form != "" {
						t.Errorf("the key (%s) is in\n%s", form, text)
					}
				}
			})
		}
	}
}

// TestLeak_parameter: what Parameter Store returns is not repeated when it is no key, and
// feedback goes to the queue.
func TestLeak_parameter(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"a key with a line break": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"Parameter":{"Value":%q}}`, leak.Canary+"\n"+leak.Canary)
		},
		"an empty key": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"Parameter":{"Value":" "}}`) },
		"no parameter": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) },
		"an error that repeats the key": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Requestid", leak.Canary)
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"__type":%[1]q,"Message":%[1]q}`, leak.Canary)
		},
		"access denied": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","Message":"not authorized"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, leak.Canary, created)
			environ := w.environ("api")
			ssm := httptest.NewServer(answer)
			t.Cleanup(ssm.Close)
			environ["AWS_ENDPOINT_URL_SSM"] = ssm.URL
			f := newFunction(t, environ)
			if got := response(t, f.do(t, request(t, "POST", "/api/feedback", `{"message":"hi"}`))); got.StatusCode != 202 {
				t.Errorf("feedback: %+v", got)
			}
			log := f.log.bytes()
			if form := leak.Find(append(log, strings.Join(w.messages, "")...), leak.Canary); form != "" {
				t.Errorf("the key (%s) is in\n%s", form, log)
			}
			if !bytes.Contains(log, []byte(`"msg":"reading SaaS key","parameter":"/onefront/key"`)) || w.tickets != 0 || len(w.messages) != 1 {
				t.Errorf("tickets %d, messages %v, log\n%s", w.tickets, w.messages, log)
			}
		})
	}
}
