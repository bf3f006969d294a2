package fault

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFault_Validate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		json, want string
	}{
		{`{}`, ""},
		{`{"fault":"none"}`, ""},
		{`{"fault":"down"}`, ""},
		{`{"fault":"error","statusCode":500}`, ""},
		{`{"fault":"error"}`, ""},
		{`{"fault":"slow","latencyMs":250}`, ""},
		{`{"fault":"timeout"}`, ""},
		{`{"fault":"burning"}`, `fault: "burning" is no fault, want none, down, error, slow or timeout`},
		{`{"fault":"DOWN"}`, `fault: "DOWN" is no fault, want none, down, error, slow or timeout`},
		{`{"fault":"error","statusCode":99}`, "statusCode: 99 is no HTTP status, want 100 to 599"},
		{`{"fault":"error","statusCode":600}`, "statusCode: 600 is no HTTP status, want 100 to 599"},
		{`{"fault":"slow","latencyMs":-1}`, "latencyMs: -1 is out of range, want 0 to 600000"},
	} {
		var f Fault
		if err := json.Unmarshal([]byte(c.json), &f); err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := f.Validate(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.json, got, c.want)
		}
	}
}

func TestSwitch_getAndSet(t *testing.T) {
	t.Parallel()
	var s Switch
	if got := s.Get(); got != (Fault{Kind: None}) {
		t.Errorf("zero value shows %v", got)
	}
	if got := (*Switch)(nil).Get(); got != (Fault{Kind: None}) {
		t.Errorf("nil shows %v", got)
	}
	var heard []Fault
	s.OnChange(func(f Fault) { heard = append(heard, f) })
	s.Set(Fault{Kind: Error})
	s.Set(Fault{Kind: Error, StatusCode: 503, LatencyMS: 5}) // the same, spelled out
	s.Set(Fault{Kind: Slow, LatencyMS: 20})
	s.Set(Fault{})
	s.Set(Fault{Kind: None})
	want := []Fault{{Kind: Error, StatusCode: 503}, {Kind: Slow, LatencyMS: 20}, {Kind: None}}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("listeners (-want +got):\n%s", diff)
	}
}

func serve(t *testing.T, s *Switch) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(s.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte("served "), body...))
	})))
	t.Cleanup(server.Close)
	return server
}

func post(ctx context.Context, t *testing.T, server *httptest.Server) (*http.Response, string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	client := server.Client()
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body), nil
}

func TestSwitch_Wrap(t *testing.T) {
	t.Parallel()
	var s Switch
	server := serve(t, &s)

	s.Set(Fault{Kind: None})
	if r, body, err := post(t.Context(), t, server); err != nil || r.StatusCode != 200 || body != "served body" {
		t.Errorf("none: %v, %q, %v", r, body, err)
	}
	s.Set(Fault{Kind: Down})
	if _, _, err := post(t.Context(), t, server); !errors.Is(err, io.EOF) {
		t.Errorf("down: got %v, want a connection closed unanswered", err)
	}
	for _, c := range []struct {
		status     int
		retryAfter string
	}{{500, ""}, {429, "1"}, {503, "1"}, {404, ""}} {
		s.Set(Fault{Kind: Error, StatusCode: c.status})
		r, body, err := post(t.Context(), t, server)
		if err != nil || r.StatusCode != c.status || r.Header.Get("Retry-After") != c.retryAfter || !strings.HasPrefix(body, `{"message":"`) {
			t.Errorf("error %d: %v, %q, %v", c.status, r, body, err)
		}
	}
	s.Set(Fault{Kind: Slow, LatencyMS: 1})
	if _, body, err := post(t.Context(), t, server); err != nil || body != "served body" {
		t.Errorf("slow: %q, %v", body, err)
	}
}

// Under timeout the server holds the request until the client leaves, and then lets go of it (goleak).
func TestSwitch_Wrap_timeout(t *testing.T) {
	t.Parallel()
	var s Switch
	s.Set(Fault{Kind: Timeout})
	entered := make(chan struct{})
	wrapped := s.Wrap(http.NotFoundHandler())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		wrapped.ServeHTTP(w, r)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	if _, _, err := post(ctx, t, server); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the client's own cancellation", err)
	}
}

func TestSwitch_Wrap_slowSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Switch
		s.Set(Fault{Kind: Slow, LatencyMS: 700})
		start := time.Now()
		s.Wrap(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		if took := time.Since(start); took != 700*time.Millisecond {
			t.Errorf("took %v, want 700ms", took)
		}
	})
}

// A timeout lasts as long as the client has patience.
func TestSwitch_Wrap_timeoutWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Switch
		s.Set(Fault{Kind: Timeout})
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		go func() {
			defer func() { ended = recover() != nil }() // http.ErrAbortHandler
			s.Wrap(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
		}()
		time.Sleep(time.Hour) // synctest's time
		synctest.Wait()
		if ended {
			t.Error("the request ended by itself")
		}
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("the request outlived its client")
		}
	})
}
