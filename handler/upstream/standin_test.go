package upstream_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

const key = "canary-7d0c"

// at is when everything happens.
var at = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func record() feedback.Record {
	return feedback.Record{
		ID: "0190-id", ReceivedAt: at, Region: "eu-west-1",
		Feedback: feedback.Feedback{
			Message: "It <b>broke</b>\n@octocat see #1", Rating: 2, Topic: "billing", Email: "ada@example.com",
			PageURL: "https://example.com/?a=1&b=2", Locale: "de", Context: map[string]string{"theme": "dark"},
		},
	}
}

// exchange is one request a stand-in got.
type exchange struct {
	method, path string // path with query
	header       http.Header
	body         map[string]any // nil without one
}

// standIn is a SaaS that answers as told and remembers what it was asked.
type standIn struct {
	url string

	mu   sync.Mutex
	got  []exchange
	tell http.HandlerFunc
}

func newStandIn(t *testing.T, tell http.HandlerFunc) *standIn {
	t.Helper()
	s := &standIn{tell: tell}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *standIn) serve(w http.ResponseWriter, r *http.Request) {
	e := exchange{method: r.Method, path: r.URL.RequestURI(), header: r.Header}
	raw, err := io.ReadAll(r.Body)
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, &e.body)
	}
	if err != nil {
		http.Error(w, "the stand-in cannot read this", http.StatusTeapot)
		return
	}
	s.mu.Lock()
	s.got = append(s.got, e)
	s.mu.Unlock()
	s.tell(w, r)
}

func (s *standIn) exchanges() []exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]exchange(nil), s.got...)
}

// answers returns a SaaS that always says the same.
func answers(status int, header map[string]string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// newClient parses settings as the function does.
func newClient(t *testing.T, object map[string]any) *upstream.Client {
	t.Helper()
	raw, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	s, err := settings.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := upstream.New(s, transport, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func deliver(t *testing.T, c *upstream.Client, r feedback.Record) upstream.Result {
	t.Helper()
	return c.Deliver(t.Context(), secret.New(key), r)
}

// want compares what arrived with the vendor's documented request.
func (e exchange) want(t *testing.T, method, path string, header map[string]string, body map[string]any) {
	t.Helper()
	if e.method != method || e.path != path {
		t.Errorf("asked %s %s, want %s %s", e.method, e.path, method, path)
	}
	for name, value := range header {
		if got := e.header.Values(name); len(got) != 1 || got[0] != value {
			t.Errorf("header %s = %q, want %q", name, got, value)
		}
	}
	if diff := cmp.Diff(body, e.body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// statusCase is one answer of a SaaS and what it means.
type statusCase struct {
	status int
	header map[string]string
	body   string
	want   upstream.Outcome
	wait   time.Duration
	denied bool
}

// sharedStatuses are judged alike for every vendor.
var sharedStatuses = map[string]statusCase{
	"201":                  {status: 201, want: upstream.Delivered},
	"400":                  {status: 400, want: upstream.Refused},
	"401":                  {status: 401, want: upstream.Failed, denied: true},
	"403":                  {status: 403, want: upstream.Failed, denied: true},
	"404":                  {status: 404, want: upstream.Refused},
	"410":                  {status: 410, want: upstream.Refused},
	"413":                  {status: 413, want: upstream.Refused},
	"422":                  {status: 422, want: upstream.Refused},
	"redirect elsewhere":   {status: 302, header: map[string]string{"Location": "http://elsewhere.invalid/"}, want: upstream.Failed, denied: true},
	"maintenance page":     {status: 303, header: map[string]string{"Location": "http://elsewhere.invalid/", "Retry-After": "60"}, want: upstream.Failed, wait: time.Minute, denied: true},
	"408":                  {status: 408, want: upstream.Failed},
	"409":                  {status: 409, want: upstream.Failed},
	"429":                  {status: 429, header: map[string]string{"Retry-After": "75"}, want: upstream.Failed, wait: 75 * time.Second},
	"500":                  {status: 500, want: upstream.Failed},
	"502":                  {status: 502, want: upstream.Failed},
	"503 with a date":      {status: 503, header: map[string]string{"Retry-After": at.Add(time.Hour).Format(http.TimeFormat)}, want: upstream.Failed, wait: time.Hour},
	"503 with a past date": {status: 503, header: map[string]string{"Retry-After": at.Add(-time.Hour).Format(http.TimeFormat)}, want: upstream.Failed},
	"503 with nonsense":    {status: 503, header: map[string]string{"Retry-After": "-5"}, want: upstream.Failed},
	"504":                  {status: 504, want: upstream.Failed},
	"599":                  {status: 599, want: upstream.Failed},
}

// checkStatuses delivers once per case; what the SaaS writes must never come back.
func checkStatuses(t *testing.T, object map[string]any, more map[string]statusCase) {
	t.Helper()
	cases := map[string]statusCase{}
	for name, c := range sharedStatuses {
		cases[name] = c
	}
	for name, c := range more {
		cases[name] = c
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, answers(c.status, c.header, c.body+"stack trace with "+key))
			o := map[string]any{"url": s.url}
			for k, v := range object {
				o[k] = v
			}
			result := deliver(t, newClient(t, o), record())
			if result.Outcome != c.want || result.RetryAfter != c.wait || result.Status != c.status || result.Denied != c.denied {
				t.Errorf("got %+v, want outcome %d after %s", result, c.want, c.wait)
			}
			if (result.Reason == "") != (c.want == upstream.Delivered) {
				t.Errorf("reason %q", result.Reason)
			}
			if len(s.exchanges()) != 1 {
				t.Errorf("%d requests, want one try", len(s.exchanges()))
			}
		})
	}
}
