package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// However far the log is turned down, every line that is a metric reaches the log group: Lambda's own filter, which
// goes by the field level alone, is open, and the program never drops one (F10.11). What is no metric goes by the
// level.
func TestLogs_everyLevel(t *testing.T) {
	for _, level := range []string{"debug", "info", "warn", "error"} {
		t.Run(level, func(t *testing.T) {
			r := startCommand(t, command{
				project: shipped,
				getenv:  noEnvironment,
				config:  map[string]string{"onefront:lambda": fmt.Sprintf(`{"logLevel": %q}`, level)},
			}, "-log", "json")
			for _, c := range []struct {
				fault  string
				status int
			}{
				{`{"fault":"none"}`, http.StatusCreated},
				{`{"fault":"error","statusCode":422}`, http.StatusAccepted},
				{`{"fault":"down"}`, http.StatusAccepted},
				{`{"fault":"error","statusCode":401}`, http.StatusAccepted},
			} {
				r.control("PUT", "/saas", c.fault)
				if a := r.ask("POST", r.viewer+"/api/feedback", `{"message":"hello"}`, "Content-Type", "application/json"); a.status != c.status {
					t.Errorf("under %s: %d %s", c.fault, a.status, a.body)
				}
			}
			r.control("PUT", "/saas", `{"fault":"none"}`)
			r.ask("GET", r.viewer+"/api/topics", "")
			r.drain()
			counts, plain := metricLines(t, r.stderr.String())
			for counts["redelivery delivered"] < 2 && t.Context().Err() == nil { // a line comes after what it tells of
				runtime.Gosched()
				counts, plain = metricLines(t, r.stderr.String())
			}
			// Four visitors, and two redeliveries that succeeded; how many failed before is a matter of time.
			for metric, want := range map[string]float64{
				"request delivered": 1, "request queued": 2, "request refused": 1, "request denied": 1, "redelivery delivered": 2,
			} {
				if counts[metric] != want {
					t.Errorf("metrics %v, want %v %s", counts, want, metric)
				}
			}
			if want := level == "debug" || level == "info"; plain != want {
				t.Errorf("lines that are no metrics: %t, want %t", plain, want)
			}
		})
	}
}

// metricLines sums up what the functions' lines measure, and says whether there are request lines that measure nothing.
func metricLines(t *testing.T, log string) (counts map[string]float64, plain bool) {
	t.Helper()
	counts = map[string]float64{}
	for written := range strings.Lines(log) {
		var outer struct{ Msg, Function string }
		var line map[string]any
		if json.Unmarshal([]byte(written), &outer) != nil || outer.Function == "" || json.Unmarshal([]byte(outer.Msg), &line) != nil {
			continue
		}
		if line["_aws"] == nil {
			plain = plain || line["msg"] == "request"
			continue
		}
		for _, metric := range []string{"delivered", "queued", "refused", "lost", "denied"} {
			if n, ok := line[metric].(float64); ok {
				counts[fmt.Sprint(line["msg"], " ", metric)] += n
			}
		}
	}
	return counts, plain
}
