package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/local/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func request(method string) *http.Request {
	r, err := http.NewRequest(method, "/path?q=1", strings.NewReader("body"))
	if err != nil {
		panic(err)
	}
	return r
}

// hello tells what reached it.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Seen", fmt.Sprintf("%s %s %s %s", r.Host, r.Method, r.RequestURI, body))
	w.WriteHeader(http.StatusCreated)
	w.Header().Set("X-Late", "yes")
	_, _ = io.WriteString(w, "hello")
})

func one(h http.Handler) (*Network, *fault.Switch) {
	n, s := New(), &fault.Switch{}
	n.Add("Host.Example.com", &Server{Region: "eu-west-1", Handler: h, Fault: s})
	return n, s
}

func TestDo_answers(t *testing.T) {
	t.Parallel()
	n, _ := one(hello)
	r := request(http.MethodPost)
	got := n.Do("FRA", "host.example.COM.", r, Timeouts{Connect: time.Second, Attempts: 3, Read: time.Minute})
	if got.Err != nil || got.Region != "eu-west-1" {
		t.Fatalf("got %+v", got)
	}
	want := &Response{Status: 201, Header: http.Header{"X-Seen": {"host.example.COM. POST /path?q=1 body"}, "Content-Length": {"5"}}, Body: []byte("hello")}
	if diff := cmp.Diff(want, got.Response); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Host != "" || r.RequestURI != "" {
		t.Error("Do changed the caller's request")
	}
	r = request(http.MethodHead)
	r.Host = "other.example.com"
	got = n.Do("FRA", "host.example.com", r, Timeouts{})
	want = &Response{Status: 201, Header: http.Header{"X-Seen": {"other.example.com HEAD /path?q=1 body"}, "Content-Length": {"5"}}}
	if diff := cmp.Diff(want, got.Response); diff != "" {
		t.Errorf("HEAD (-want +got):\n%s", diff)
	}
}

func TestDo_emptyAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]http.Header{204: {}, 304: {}, 200: {"Content-Length": {"0"}}, 403: {"Content-Length": {"0"}}} {
		n, _ := one(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		got := n.Do("", "host.example.com", request(http.MethodGet), Timeouts{})
		if got.Err != nil || got.Response.Status != status || len(got.Response.Body) != 0 || cmp.Diff(want, got.Response.Header) != "" {
			t.Errorf("%d: %+v, %+v", status, got, got.Response)
		}
	}
	n, _ := one(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if got := n.Do("", "host.example.com", request(http.MethodGet), Timeouts{}); got.Response.Status != 200 {
		t.Errorf("a handler that does nothing: %+v", got.Response)
	}
}

// On a clock that stands still an answer that takes the machine longer than the limit is in time all the same.
func TestStandStill(t *testing.T) {
	for _, f := range []fault.Fault{{}, {Kind: fault.Slow, LatencyMS: 500}} {
		n := New()
		n.StandStill()
		s := &fault.Switch{}
		s.Set(f)
		n.Add("host.example.com", &Server{Fault: s, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if _, limited := r.Context().Deadline(); limited {
				t.Errorf("%+v: the answer has a deadline", f)
			}
		})})
		got := n.Do("", "host.example.com", request(http.MethodGet), Timeouts{Read: time.Second})
		if got.Err != nil || got.Elapsed < time.Duration(f.LatencyMS)*time.Millisecond {
			t.Errorf("%+v: %+v", f, got)
		}
	}
}

// What each fault costs, in simulated time and in wall time, per method.
func TestDo_faults(t *testing.T) {
	limits := Timeouts{Connect: 2 * time.Second, Attempts: 3, Read: 12 * time.Second}
	charging := limits
	charging.ChargeSlow = true
	slow := func(d time.Duration) fault.Fault {
		return fault.Fault{Kind: fault.Slow, LatencyMS: int(d / time.Millisecond)}
	}
	for _, c := range []struct {
		name          string
		fault         fault.Fault
		method        string
		limits        Timeouts
		status        int
		err           error
		elapsed, wall time.Duration
	}{
		{"none", fault.Fault{}, "GET", limits, 201, nil, 0, 0},
		{"F1.7 down costs every connect attempt", fault.Fault{Kind: fault.Down}, "GET", limits, 0, ErrConnect, 6 * time.Second, 0},
		{"F1.7 down costs a POST the same", fault.Fault{Kind: fault.Down}, "POST", limits, 0, ErrConnect, 6 * time.Second, 0},
		{"F1.8 timeout of a GET is repeated", fault.Fault{Kind: fault.Timeout}, "GET", limits, 0, ErrReadTimeout, 36 * time.Second, 0},
		{"F1.8 timeout of a HEAD is repeated", fault.Fault{Kind: fault.Timeout}, "HEAD", limits, 0, ErrReadTimeout, 36 * time.Second, 0},
		{"F1.8 timeout of a POST is not repeated", fault.Fault{Kind: fault.Timeout}, "POST", limits, 0, ErrReadTimeout, 12 * time.Second, 0},
		{"F1.8 timeout of OPTIONS is not repeated", fault.Fault{Kind: fault.Timeout}, "OPTIONS", limits, 0, ErrReadTimeout, 12 * time.Second, 0},
		{"attempts 0 means 1", fault.Fault{Kind: fault.Down}, "GET", Timeouts{Connect: time.Second}, 0, ErrConnect, time.Second, 0},
		{"error answers by itself", fault.Fault{Kind: fault.Error, StatusCode: 500}, "GET", limits, 500, nil, 0, 0},
		{"error under 200 is no answer", fault.Fault{Kind: fault.Error, StatusCode: 100}, "GET", limits, 0, ErrClosed, 0, 0},
		{"slow sleeps", slow(5 * time.Second), "GET", limits, 201, nil, 5 * time.Second, 5 * time.Second},
		{"slow beyond the read timeout", slow(time.Minute), "POST", limits, 0, ErrReadTimeout, 12 * time.Second, 12 * time.Second},
		{"slow beyond the read timeout, repeated", slow(time.Minute), "GET", limits, 0, ErrReadTimeout, 36 * time.Second, 12 * time.Second},
		{"slow, charged", slow(5 * time.Second), "GET", charging, 201, nil, 5 * time.Second, 0},
		{"slow beyond the read timeout, charged", slow(time.Minute), "GET", charging, 0, ErrReadTimeout, 36 * time.Second, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, s := one(hello)
				s.Set(c.fault)
				start := time.Now()
				got := n.Do("FRA", "host.example.com", request(c.method), c.limits)
				if !errors.Is(got.Err, c.err) || (got.Response == nil) != (c.err != nil) {
					t.Fatalf("got %+v, want error %v", got, c.err)
				}
				if c.err == nil && got.Response.Status != c.status {
					t.Errorf("status %d, want %d", got.Response.Status, c.status)
				}
				if wall := time.Since(start); got.Elapsed != c.elapsed || wall != c.wall {
					t.Errorf("elapsed %v in %v of wall time, want %v in %v", got.Elapsed, wall, c.elapsed, c.wall)
				}
				if got.Region != "eu-west-1" {
					t.Errorf("region %q", got.Region)
				}
			})
		})
	}
}

// A handler that is itself too slow is left alone at the read timeout, and its context ends.
func TestDo_handlerOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		n, _ := one(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			ended = true
		}))
		got := n.Do("", "host.example.com", request(http.MethodGet), Timeouts{Read: 10 * time.Second, Attempts: 2})
		if !errors.Is(got.Err, ErrReadTimeout) || got.Elapsed != 20*time.Second {
			t.Errorf("got %+v", got)
		}
		synctest.Wait()
		if !ended {
			t.Error("the handler's context did not end")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got = n.Do("", "host.example.com", request(http.MethodGet).WithContext(ctx), Timeouts{Read: 10 * time.Second})
		if !errors.Is(got.Err, context.DeadlineExceeded) || errors.Is(got.Err, ErrReadTimeout) || got.Elapsed != time.Second {
			t.Errorf("viewer gone: %+v", got)
		}
	})
}

// An answer that is there is never taken for a canceled request, however the goroutines are scheduled.
func TestDo_answersAlways(t *testing.T) {
	t.Parallel()
	n, _ := one(hello)
	for range 2000 {
		if got := n.Do("", "host.example.com", request(http.MethodGet), Timeouts{Read: time.Minute}); got.Err != nil {
			t.Fatal(got.Err)
		}
	}
}

func TestDo_handlerPanics(t *testing.T) {
	t.Parallel()
	n, _ := one(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	if got := n.Do("", "host.example.com", request(http.MethodGet), Timeouts{}); !errors.Is(got.Err, ErrClosed) {
		t.Errorf("abort: %+v", got)
	}
	n, _ = one(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))
	defer func() {
		if p := recover(); p != "a bug" {
			t.Errorf("a bug was swallowed: %v", p)
		}
	}()
	n.Do("", "host.example.com", request(http.MethodGet), Timeouts{})
}

type resolver map[string]string

func (r resolver) Resolve(edge, name string) (string, error) {
	if target, ok := r[edge+" "+name]; ok {
		return target, nil
	}
	return "", errors.New("NXDOMAIN")
}

func TestDo_resolves(t *testing.T) {
	t.Parallel()
	n := New()
	n.Add("d-1.execute-api.eu-west-1.amazonaws.com", &Server{Region: "eu-west-1", Handler: hello})
	n.Add("d-2.execute-api.us-east-1.amazonaws.com", &Server{Region: "us-east-1", Handler: hello})
	if got := n.Do("FRA", "nearest.example.com", request(http.MethodGet), Timeouts{}); !errors.Is(got.Err, ErrNoSuchHost) {
		t.Errorf("without a resolver: %+v", got)
	}
	n.SetResolver(resolver{
		"FRA nearest.example.com":                     "D-1.execute-api.eu-west-1.amazonaws.com.",
		"IAD nearest.example.com":                     "d-2.execute-api.us-east-1.amazonaws.com",
		"FRA away.example.com":                        "d1234.cloudfront.net",
		"FRA d-2.execute-api.us-east-1.amazonaws.com": "d-1.execute-api.eu-west-1.amazonaws.com",
	})
	for _, c := range []struct{ edge, host, region string }{
		{"FRA", "nearest.example.com", "eu-west-1"},
		{"IAD", "Nearest.example.com.", "us-east-1"},
		{"FRA", "d-2.execute-api.us-east-1.amazonaws.com", "us-east-1"}, // the directory first
		{"SYD", "nearest.example.com", ""},
		{"FRA", "away.example.com", ""},
	} {
		got := n.Do(c.edge, c.host, request(http.MethodGet), Timeouts{})
		if got.Region != c.region || (c.region == "") != errors.Is(got.Err, ErrNoSuchHost) {
			t.Errorf("%s %s: got %+v, want region %q", c.edge, c.host, got, c.region)
		}
		if c.region != "" && !strings.HasPrefix(got.Response.Header.Get("X-Seen"), c.host) {
			t.Errorf("Host was %q, want the name connected to", got.Response.Header.Get("X-Seen"))
		}
	}
}

func BenchmarkDo(b *testing.B) {
	n, _ := one(hello)
	r := request(http.MethodGet)
	for b.Loop() {
		n.Do("FRA", "host.example.com", r, Timeouts{Read: time.Minute})
	}
}
