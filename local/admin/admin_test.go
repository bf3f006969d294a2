package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/local/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a topology that remembers what the admin API did to it.
type world struct {
	*Server
	options     Options
	now         time.Time
	advanced    time.Duration
	invalidated []string
	resets      int
	healthy     bool
}

func newWorld(change func(*Options)) *world {
	w := &world{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), healthy: true}
	region := func(name string) Region {
		return Region{
			Name: name, URL: "http://127.0.0.1:1/" + name, Fault: &fault.Switch{},
			Services: map[string]Switch{"sqs": &fault.Switch{}, "ssm": &fault.Switch{}},
			Healthy:  func() bool { return w.healthy },
		}
	}
	w.options = Options{
		Stack: "prod", Routing: "dns", Viewer: "http://127.0.0.1:2",
		Regions:   []Region{region("eu-west-1"), region("us-east-1")},
		SaaS:      &fault.Switch{},
		Tickets:   func() any { return []string{"ticket"} },
		Queues:    func() any { return map[string]int{"eu-west-1": 1} },
		Recent:    func(limit int) (queues, tickets any) { return map[string]int{"limit": limit}, []int{limit} },
		Endpoints: func() any { return map[string]string{"accessKeyId": "ASIA"} },
		DNS:       func() any { return map[string]string{"names": "all"} },
		Requests:  NewRequestLog(),
		Invalidate: func(paths []string) (int, error) {
			if paths[0] == "bad" {
				return 0, errors.New(`paths: "bad": want a path that starts with /`)
			}
			w.invalidated = append(w.invalidated, paths...)
			return 7, nil
		},
		Now: func() time.Time { return w.now },
		Advance: func(_ context.Context, d time.Duration) (time.Time, bool, error) {
			w.advanced += d
			w.now = w.now.Add(d)
			return w.now, d < 7*24*time.Hour, nil
		},
		Reset: func(context.Context) error { w.resets++; return nil },
	}
	if change != nil {
		change(&w.options)
	}
	w.Server = New(w.options)
	return w
}

func (w *world) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8081"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return recorder
}

func TestServer_answers(t *testing.T) {
	cases := []struct {
		name, method, path, body string
		want                     string
	}{
		{"regions", "GET", "/regions", "", `[
			{"region":"eu-west-1","fault":"none","healthy":true,"drained":false,"url":"http://127.0.0.1:1/eu-west-1"},
			{"region":"us-east-1","fault":"none","healthy":true,"drained":false,"url":"http://127.0.0.1:1/us-east-1"}]`},
		{"region down", "PUT", "/regions/us-east-1", `{"fault":"down"}`, `{"region":"us-east-1","fault":"down","healthy":true,"drained":false,"url":"http://127.0.0.1:1/us-east-1"}`},
		{"region error", "PUT", "/regions/us-east-1", `{"fault":"error","statusCode":500}`, `{"region":"us-east-1","fault":"error","statusCode":500,"healthy":true,"drained":false,"url":"http://127.0.0.1:1/us-east-1"}`},
		{"service", "PUT", "/services/eu-west-1/ssm", `{"fault":"slow","latencyMs":20}`, `{"region":"eu-west-1","service":"ssm","fault":"slow","latencyMs":20}`},
		{"saas", "PUT", "/saas", `{"fault":"error"}`, `{"fault":"error","statusCode":503}`},
		{"tickets", "GET", "/saas/tickets", "", `["ticket"]`},
		{"queues", "GET", "/queues", "", `{"eu-west-1":1}`},
		{"dns", "GET", "/dns", "", `{"names":"all"}`},
		{"requests", "GET", "/requests?limit=5", "", `[]`},
		{"invalidation", "POST", "/invalidations", `{"paths":["/a","/b*"]}`, `{"objects":7}`},
		{"clock", "POST", "/clock", `{"advanceSeconds":90.5}`, `{"now":"2026-01-02T03:05:35.5Z"}`},
		{"clock, not waited for", "POST", "/clock", `{"advanceSeconds":604800}`, `{"now":"2026-01-09T03:04:05Z","waited":false,"warning":"what the advance started took longer than 20 s in all: some of it still goes on"}`},
		{"endpoints", "GET", "/endpoints", "", `{"accessKeyId":"ASIA"}`},
		{"time", "GET", "/clock", "", `{"now":"2026-01-02T03:04:05Z"}`},
		{"reset", "POST", "/reset", "", `{"now":"2026-01-02T03:04:05Z"}`},
		{"stats", "GET", "/stats", "", `{"requests":0,"bytes":0,"byStatus":{},"byCache":{},"byRegion":{},"byEdge":{},"paths":[]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := newWorld(nil).call(c.method, c.path, c.body)
			if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "application/json" {
				t.Fatalf("got %d %s: %s", got.Code, got.Header().Get("Content-Type"), got.Body)
			}
			if diff := cmp.Diff(normal(t, c.want), normal(t, got.Body.String())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func normal(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestServer_refuses(t *testing.T) {
	cases := []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"unknown region", "PUT", "/regions/mars-1", `{"fault":"down"}`, 404, `region: "mars-1": want one of the stack's regions eu-west-1, us-east-1`},
		{"unknown region of a service", "PUT", "/services/mars-1/sqs", `{"fault":"down"}`, 404, `region: "mars-1"`},
		{"unknown service", "PUT", "/services/eu-west-1/s3", `{"fault":"down"}`, 404, `service: "s3": want sqs or ssm`},
		{"unknown fault", "PUT", "/regions/eu-west-1", `{"fault":"sleepy"}`, 400, `"sleepy"`},
		{"no fault", "PUT", "/regions/eu-west-1", `{}`, 400, `fault: missing`},
		{"a name twice", "PUT", "/regions/eu-west-1", `{"fault":"none","fault":"down"}`, 400, `"fault" stands twice`},
		{"a name in another case", "PUT", "/regions/eu-west-1", `{"Fault":"down"}`, 400, `unknown field "Fault"`},
		{"a huge number", "POST", "/clock", `{"advanceSeconds":1` + strings.Repeat("0", 100_000) + `}`, 400, `advanceSeconds is a number too large`},
		{"bad status", "PUT", "/saas", `{"fault":"error","statusCode":99}`, 400, `99`},
		{"negative latency", "PUT", "/saas", `{"fault":"slow","latencyMs":-1}`, 400, `-1`},
		{"unknown property", "PUT", "/saas", `{"fault":"down","for":"ever"}`, 400, `unknown field "for"`},
		{"wrong type", "PUT", "/saas", `{"fault":7}`, 400, `fault is a number`},
		{"not an object", "PUT", "/saas", `null`, 400, `not an object`},
		{"two objects", "PUT", "/saas", `{"fault":"down"}{}`, 400, `something follows the object`},
		{"cut short", "PUT", "/saas", `{"fault":`, 400, `cut short`},
		{"empty", "PUT", "/saas", ``, 400, `empty`},
		{"large", "PUT", "/saas", `{"fault":"` + strings.Repeat("x", maxBody) + `"}`, 413, `over 1048576 bytes`},
		{"limit", "GET", "/requests?limit=0", "", 400, `limit: "0": want a number from 1 to 1000`},
		{"limit in words", "GET", "/requests?limit=all", "", 400, `limit: "all"`},
		{"no paths", "POST", "/invalidations", `{"paths":[]}`, 400, `paths: empty`},
		{"bad path", "POST", "/invalidations", `{"paths":["bad"]}`, 400, `paths: "bad"`},
		{"back in time", "POST", "/clock", `{"advanceSeconds":-1}`, 400, `advanceSeconds: -1`},
		{"far ahead", "POST", "/clock", `{"advanceSeconds":1e12}`, 400, `advanceSeconds: 1e+12`},
		{"no seconds", "POST", "/clock", `{}`, 400, `advanceSeconds: missing`},
		{"unknown path", "GET", "/region", "", 404, `path: "/region"`},
		{"wrong method", "DELETE", "/regions", "", 405, `method: "DELETE": want GET or HEAD`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(nil)
			got := w.call(c.method, c.path, c.body)
			answer, _ := normal(t, got.Body.String()).(map[string]any)
			text, _ := answer["error"].(string)
			if got.Code != c.status || !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
				t.Errorf("got %d %s, want %d with %s", got.Code, got.Body, c.status, c.want)
			}
			for _, r := range w.options.Regions {
				if r.Fault.Get().Kind != fault.None {
					t.Errorf("a refused request broke %s", r.Name)
				}
			}
		})
	}
}

func TestServer_withoutStandIn(t *testing.T) {
	w := newWorld(func(o *Options) { o.SaaS, o.Tickets = nil, nil })
	for method, path := range map[string]string{"PUT": "/saas", "GET": "/saas/tickets"} {
		if got := w.call(method, path, `{"fault":"down"}`); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "-upstream") {
			t.Errorf("%s %s: got %d %s", method, path, got.Code, got.Body)
		}
	}
	if got := w.call("POST", "/reset", ""); got.Code != http.StatusOK {
		t.Errorf("reset: got %d", got.Code)
	}
}

func TestServer_resetEndsFaultsAndForgetsRequests(t *testing.T) {
	w := newWorld(nil)
	w.call("PUT", "/regions/eu-west-1", `{"fault":"down"}`)
	w.call("PUT", "/services/us-east-1/sqs", `{"fault":"timeout"}`)
	w.call("PUT", "/saas", `{"fault":"slow"}`)
	w.options.Requests.Add(Request{ID: "1"})
	if got := w.call("POST", "/reset", ""); got.Code != http.StatusOK {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	switches := []Switch{w.options.SaaS, w.options.Regions[0].Fault, w.options.Regions[1].Services["sqs"]}
	for i, s := range switches {
		if s.Get().Kind != fault.None {
			t.Errorf("switch %d: got %v", i, s.Get())
		}
	}
	if w.resets != 1 || len(w.options.Requests.Latest(5)) != 0 {
		t.Errorf("got %d resets, requests %v", w.resets, w.options.Requests.Latest(5))
	}
}

// A page on another site must neither read nor change anything, whatever trick it uses.
func TestServer_obeysOnlyThisMachine(t *testing.T) {
	cases := []struct {
		name, method, path string
		headers            []string
		status             int
	}{
		{"command line", "PUT", "/saas", nil, 200},
		{"own dashboard", "PUT", "/saas", []string{"Origin", "http://127.0.0.1:8081", "Sec-Fetch-Site", "same-origin"}, 200},
		{"typed into the address bar", "GET", "/", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"}, 200},
		{"localhost", "GET", "/regions", []string{"Host", "localhost:8081"}, 200},
		{"IPv6 loopback", "GET", "/regions", []string{"Host", "[::1]:8081"}, 200},
		{"link from another site", "GET", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"frame on another site", "GET", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"other site's form", "POST", "/reset", []string{"Origin", "https://evil.example"}, 403},
		{"sandboxed page", "POST", "/reset", []string{"Origin", "null"}, 403},
		{"other port", "PUT", "/saas", []string{"Origin", "http://127.0.0.1:8080", "Sec-Fetch-Site", "same-site"}, 403},
		{"other site's script", "GET", "/saas/tickets", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"DNS rebinding", "GET", "/saas/tickets", []string{"Host", "evil.example:8081"}, 403},
		{"DNS rebinding with matching origin", "PUT", "/saas", []string{"Host", "evil.example", "Origin", "http://evil.example"}, 403},
		{"address of the network", "GET", "/regions", []string{"Host", "192.168.1.10:8081"}, 403},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := newWorld(nil).call(c.method, c.path, `{"fault":"none"}`, c.headers...); got.Code != c.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, c.status)
			}
		})
	}
}

func TestServer_hostOfTheFlag(t *testing.T) {
	w := newWorld(func(o *Options) { o.Hosts = []string{"192.168.1.10"} })
	if got := w.call("GET", "/regions", "", "Host", "192.168.1.10:8081"); got.Code != http.StatusOK {
		t.Errorf("got %d", got.Code)
	}
}

func TestServer_dashboardIsSelfContained(t *testing.T) {
	w := newWorld(nil)
	for path, contentType := range map[string]string{"/": "text/html", "/dashboard/dashboard.css": "text/css", "/dashboard/main.js": "text/javascript"} {
		got := w.call("GET", path, "")
		policy := got.Header().Get("Content-Security-Policy")
		if got.Code != http.StatusOK || !strings.HasPrefix(got.Header().Get("Content-Type"), contentType) ||
			!strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: got %d %v", path, got.Code, got.Header())
		}
		body := strings.ReplaceAll(got.Body.String(), "http://www.w3.org/2000/svg", "")
		for _, never := range []string{"http://", "https://", " style=", " onclick=", "innerHTML", "@import"} {
			if strings.Contains(body, never) {
				t.Errorf("%s contains %q", path, never)
			}
		}
	}
}

func TestServer_eventStream(t *testing.T) {
	w := newWorld(nil)
	w.options.Requests.Add(Request{ID: "before"})
	server := httptest.NewServer(w)
	defer server.Close()
	defer w.Close()
	response, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	next := func(event string) string {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+event {
				lines.Scan()
				return lines.Text()
			}
		}
		t.Fatalf("the stream ended before %s: %v", event, lines.Err())
		return ""
	}
	if got := next("requests"); !strings.Contains(got, `"before"`) {
		t.Errorf("got %s", got)
	}
	if got := next("state"); !strings.Contains(got, `"fault":"none"`) {
		t.Errorf("got %s", got)
	}
	w.options.Requests.Add(Request{ID: "after"})
	if got := next("request"); !strings.Contains(got, `"after"`) {
		t.Errorf("got %s", got)
	}
	put, err := http.NewRequest(http.MethodPut, server.URL+"/regions/eu-west-1", strings.NewReader(`{"fault":"down"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(put)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	for {
		state := next("state")
		if strings.Contains(state, `"stack"`) {
			t.Errorf("members that did not change are sent again: %s", state)
		}
		if strings.Contains(state, `"region":"eu-west-1","fault":"down"`) {
			break
		}
	}
	w.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Errorf("the stream did not end well: %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

// Dashboards that nobody reads and dashboards beyond the limit cost nothing for ever.
func TestServer_eventStreamLimit(t *testing.T) {
	w := newWorld(nil)
	server := httptest.NewServer(w)
	defer server.Close()
	defer w.Close()
	for range maxStreams {
		response, err := http.Get(server.URL + "/events")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
	}
	response, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("one more dashboard: got %d", response.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

// What is sent is what the page shows: so many messages, whatever the queues hold.
func TestServer_eventStreamShowsSome(t *testing.T) {
	w := newWorld(nil)
	state, err := json.Marshal(w.state())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(state), `"queues":{"limit":50}`) || !strings.Contains(string(state), `"tickets":[50]`) {
		t.Errorf("got %s", state)
	}
}
