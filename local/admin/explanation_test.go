package admin

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestServer_oneRequestExplained(t *testing.T) {
	w := newWorld(nil)
	w.options.Requests.Add(Request{ID: "a==", Path: "/x", Query: "q=1", Status: 403, Reason: "too long", Steps: func() []Step { return []Step{{1.5, "refused", "403: too long"}} }})
	got := w.call("GET", "/requests/a==", "")
	want := `{"id":"a==","edge":"","method":"","path":"/x","query":"q=1","behavior":"","cache":"","origins":[],"region":"","status":403,
		"time":"0001-01-01T00:00:00Z","ms":0,"bytes":0,"reason":"too long","steps":[{"ms":1.5,"step":"refused","text":"403: too long"}]}`
	if diff := cmp.Diff(normal(t, want), normal(t, got.Body.String())); got.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d (-want +got):\n%s", got.Code, diff)
	}
	if got := w.call("GET", "/requests/b", ""); got.Code != http.StatusNotFound || !strings.Contains(got.Body.String(), `request: \"b\"`) {
		t.Errorf("unknown id: %d %s", got.Code, got.Body)
	}
}

func TestServer_requestsFiltered(t *testing.T) {
	w := newWorld(nil)
	at := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	for i, r := range []Request{
		{Path: "/api/topics", Query: "locale=de", Status: 200, Cache: "Hit", Edge: "FRA"},
		{Path: "/api/Topics", Status: 404, Region: "eu-west-1", Cache: "Error", Edge: "FRA"},
		{Path: "/", Status: 502, Cache: "Error", Edge: "SYD"},
	} {
		r.ID, r.Time = fmt.Sprint(i), at.Add(time.Duration(i)*time.Minute)
		w.options.Requests.Add(r)
	}
	for query, want := range map[string]string{
		"": "2 1 0", "path=topics": "1 0", "path=locale%3Dde": "0", "status=404": "1", "status=5xx": "2", "region=none": "2 0", "region=eu-west-1": "1",
		"cache=Hit": "0", "edge=SYD": "2", "from=2026-01-02T03:01:00Z": "2 1", "to=2026-01-02T03:00:30.5Z": "0", "path=topics&status=2xx": "0", "limit=1": "2",
	} {
		var got []string
		for _, r := range normal(t, w.call("GET", "/requests?"+query, "").Body.String()).([]any) {
			got = append(got, r.(map[string]any)["id"].(string))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %s", query, got, want)
		}
	}
	for _, query := range []string{"status=9", "status=abc", "status=2yx", "from=yesterday", "to=1", "limit=10001", "pth=topics"} {
		if got := w.call("GET", "/requests?"+query, ""); got.Code != http.StatusBadRequest {
			t.Errorf("%q: got %d %s", query, got.Code, got.Body)
		}
	}
}

// Every request is in exactly one second, one region and one outcome; a retry is a way of its own, but no request.
func TestTimeline_counts(t *testing.T) {
	l := NewRequestLog()
	at := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	l.Add(Request{Time: at, Edge: "FRA", Behavior: "*", Cache: "Miss", Region: "us-east-1", Status: 200, MS: 30, Origins: []Attempt{{Region: "eu-west-1"}, {Region: "us-east-1"}}})
	l.Add(Request{Time: at.Add(time.Millisecond), Edge: "FRA", Behavior: "*", Cache: "Hit", Status: 200, MS: 10})
	l.Add(Request{Time: at.Add(time.Hour), Edge: "SYD", Behavior: "*", Cache: "Error", Status: 502, MS: 4000, Origins: []Attempt{{Region: "eu-west-1"}}})
	l.Add(Request{Time: at.Add(2 * time.Millisecond), Edge: "FRA", Cache: "Error", Status: 403, MS: 20}) // late
	want := Timeline{Marks: []Mark{}, Buckets: []Bucket{
		{
			At: at.Unix(), Requests: 3, Cached: 2, Hits: 1, P50: 10, P99: 30, Regions: map[string]int{"us-east-1": 1, "cache": 1, "edge": 1},
			Outcomes: map[string]int{"2xx": 2, "4xx": 1},
			Flows:    []Flow{{"FRA", "*", "eu-west-1", false, true, 1}, {"FRA", "*", "us-east-1", true, false, 1}, {"FRA", "*", "", true, true, 1}, {"FRA", "", "", true, true, 1}},
		},
		{
			At: at.Unix() + 3600, Requests: 1, P50: 4000, P99: 4000, Regions: map[string]int{"edge": 1}, Outcomes: map[string]int{"5xx": 1},
			Flows: []Flow{{"SYD", "*", "eu-west-1", false, true, 1}},
		},
	}}
	if diff := cmp.Diff(want, l.Timeline(), cmp.AllowUnexported(Bucket{}), cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "version") }, cmp.Ignore())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Neither many seconds nor many ways, marks or samples grow without end.
func TestTimeline_bounded(t *testing.T) {
	l := NewRequestLog()
	at := time.Unix(0, 0)
	for i := range 2 * bucketsKept {
		l.Add(Request{Time: at.Add(time.Duration(i) * time.Second)})
		l.Mark(Mark{At: at})
	}
	for i := range 3 * latenciesKept {
		l.Add(Request{Time: at.Add(2 * bucketsKept * time.Second), Behavior: fmt.Sprint(i), Path: strings.Repeat("x", 5000)})
	}
	got := l.Timeline()
	if n := len(got.Buckets[len(got.Buckets)-1].Flows); len(got.Buckets) != bucketsKept || len(got.Marks) != marksKept || n != flowsKept {
		t.Errorf("%d seconds, %d marks, %d ways", len(got.Buckets), len(got.Marks), n)
	}
	if n := len(l.time.buckets[bucketsKept-1].latencies); n != latenciesKept {
		t.Errorf("%d samples", n)
	}
	if n := len(l.Latest(1)[0].Path); n > pathKept+3 {
		t.Errorf("a path of %d bytes is kept", n)
	}
}

// What happens to switches, the clock and drains stands on the timeline.
func TestTimeline_marks(t *testing.T) {
	drained := false
	w := newWorld(func(o *Options) {
		o.Regions[0].Drained = func() bool { return drained }
		o.Regions[1].Healthy = nil
		o.Redrive = func(string) int { return 2 }
	})
	w.state()
	w.call("PUT", "/regions/us-east-1", `{"fault":"slow","latencyMs":70}`)
	w.call("PUT", "/services/eu-west-1/sqs", `{"fault":"error","statusCode":500}`)
	w.call("PUT", "/saas", `{"fault":"none"}`)
	w.call("POST", "/clock", `{"advanceSeconds":90}`)
	w.call("POST", "/queues/eu-west-1/redrive", `{}`)
	drained = true
	w.state()
	var got []string
	for _, m := range w.options.Requests.Timeline().Marks {
		got = append(got, m.Kind+": "+m.Text)
	}
	want := []string{
		"fault: us-east-1: slow by 70 ms", "fault: sqs of eu-west-1: answers 500", "fault: the SaaS: works again", "clock: the clock moves on by 1m30s",
		"redrive: 2 dead letters of eu-west-1 moved back to their queue", "drain: eu-west-1 is drained",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := w.call("GET", "/regions", "").Body.String(); !strings.Contains(got, `"healthy":null,"drained":false`) || !strings.Contains(got, `"healthy":true,"drained":true`) {
		t.Errorf("regions: %s", got)
	}
}
