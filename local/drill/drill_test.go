package drill

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

const scenario = `
name: a drill
stack: prod
seed: 3
duration: 10m
traffic:
  - {edge: FRA, rate: 5, mix: [{method: GET, path: "/a", weight: 3}, {method: POST, path: "/b/{n}", weight: 1}]}
events:
  - {at: 5m, fault: {region: home, kind: none}}
  - {at: 2m, fault: {region: home, kind: down}}
expect:
  reads: {lost: 0}
`

func parse(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParse_refuses(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"no YAML":                {"name: a drill", "name: [", "yaml"},
		"an unknown key":         {"seed: 3", "seeds: 3", "seeds"},
		"no seed":                {"seed: 3\n", "", "seed"},
		"a number as duration":   {"duration: 10m", "duration: 10", "duration"},
		"a unit nobody has":      {"duration: 10m", "duration: 10x", "duration"},
		"too long":               {"duration: 10m", "duration: 25h", "at most 24h"},
		"no such edge":           {"FRA", "XXX", `traffic[0].edge: "XXX"`},
		"a method":               {"POST", "PUT", "method"},
		"a rate of nothing":      {"rate: 5", "rate: 0", "rate"},
		"an event after the end": {"at: 5m", "at: 11m", "after the drill's end"},
		"two things at once":     {"kind: none}}", "kind: none}, drain: home}", "events"},
		"a fault nowhere":        {"region: home, kind: down", "kind: down", "one of region, service and saas"},
		"a fault of two":         {"region: home, kind: down", "region: home, saas: true, kind: down", "one of region, service and saas"},
		"a SaaS that waits":      {"region: home, kind: down", "saas: true, kind: timeout", "would really wait"},
		"slow by nothing":        {"kind: down", "kind: slow", "latency"},
		"nothing expected":       {"reads: {lost: 0}", "{}", "expect"},
		"a negative count":       {"lost: 0", "lost: -1", "lost"},
	} {
		_, err := Parse([]byte(strings.Replace(scenario, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
}

// world answers by itself: home until it is down, then after a minute of errors the other region.
type world struct {
	now     time.Duration
	down    time.Duration // when; 0 while it is up
	killed  int
	left    []string
	forgets bool
	alone   bool // without a third party
}

func (w *world) Routing() string   { return "dns" }
func (w *world) Regions() []string { return []string{"home", "other"} }
func (w *world) Alarms() []string  { return []string{"health-home", "health-other"} }

func (w *world) Advance(_ context.Context, d time.Duration) error {
	w.now += d
	return nil
}

func (w *world) Ask(_, method, _ string, body []byte) Answer {
	switch {
	case w.down > 0 && w.now < w.down+time.Minute:
		if method == "GET" {
			return Answer{Status: 200, Asked: true, Tried: "home", Region: "other", Waited: 2 * time.Second}
		}
		return Answer{Status: 502, Asked: true, Tried: "home"}
	case method == "GET" && w.down == 0:
		return Answer{Status: 200}
	}
	status := 200
	if method == "POST" {
		status = 201
	}
	if !w.forgets {
		w.left = append(w.left, string(body))
	}
	region := "home"
	if w.down > 0 {
		region = "other"
	}
	return Answer{Status: status, Asked: true, Tried: region, Region: region}
}

func (w *world) Fault(f *Fault) error {
	w.down = 0
	if f.Kind == "down" {
		w.down = w.now
	}
	return nil
}
func (w *world) Drain(string, bool) error              { return errors.New("none") }
func (w *world) Deploy(string, int, func() bool) error { return nil }
func (w *world) Kill(string)                           { w.killed++ }

func (w *world) Left() (tickets, queued, dead []string) {
	if w.alone {
		return nil, nil, nil
	}
	return append([]string{}, w.left...), nil, nil
}

// What an application without a third party accepts is not looked for anywhere, and so not lost.
func TestRun_withoutThirdParty(t *testing.T) {
	got, err := Run(t.Context(), parse(t, scenario), &world{alone: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := got.Totals; n.Writes == 0 || n.Accepted != 0 || n.LostFeedback != 0 {
		t.Errorf("%+v", n)
	}
}

// Counting, bands, what moved and returned, and that the same seed gives the same timeline.
func TestRun(t *testing.T) {
	play := func() (*Timeline, *world) {
		w := &world{}
		s := parse(t, scenario)
		timeline, err := Run(t.Context(), s, w, nil)
		if err != nil {
			t.Fatal(err)
		}
		timeline.AddAlarms(s, []Change{{150 * time.Second, "health-home", true, []string{"topic"}}, {320 * time.Second, "health-home", false, nil}})
		return timeline, w
	}
	got, w := play()
	n := got.Totals
	if n.Requests < 2700 || n.Requests > 3300 || n.Reads+n.Writes != n.Requests || n.Writes < 600 || n.Writes > 900 {
		t.Errorf("%+v, want about 3000 requests, a quarter of them writes", n)
	}
	if n.LostReads != 0 || n.LostWrites < 40 || n.LostWrites > 110 || n.SlowedReads < 150 || n.LostFeedback != 0 || n.Accepted != n.Writes-n.LostWrites {
		t.Errorf("%+v", n)
	}
	if n.LastLostWriteSeconds < 50 || n.LastLostWriteSeconds > 60 || *n.MovedSeconds < 50 || *n.MovedSeconds > 60 || *n.ReturnedSeconds > 10 || w.killed != 1 {
		t.Errorf("lost until %g s, moved after %g s, returned after %g s, killed %d", n.LastLostWriteSeconds, *n.MovedSeconds, *n.ReturnedSeconds, w.killed)
	}
	want := []Band{{"fault", "home down", 120, 300}, {"alarm", "health-home", 150, 320}}
	if len(got.Bands) != 2 || got.Bands[0] != want[0] || got.Bands[1] != want[1] || len(got.Messages) != 1 || !got.Passed {
		t.Errorf("bands %v, messages %v, passed %v", got.Bands, got.Messages, got.Passed)
	}
	sum := 0
	for _, s := range got.Steps {
		for _, count := range s.Requests {
			sum += count
		}
	}
	if len(got.Steps) != 60 || sum != n.Requests {
		t.Errorf("%d steps with %d requests, want 60 with %d", len(got.Steps), sum, n.Requests)
	}
	first, err := got.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(first); err != nil {
		t.Errorf("the timeline breaks its schema: %v", err)
	}
	again, _ := play()
	if second, _ := again.JSON(); !bytes.Equal(first, second) {
		t.Error("the same seed gives another timeline")
	}
	decoder := xml.NewDecoder(bytes.NewReader(got.SVG()))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
	}
}

// Each expectation can fail.
func TestRun_expectations(t *testing.T) {
	for expected, failing := range map[string]string{
		"reads: {slowed: 10}": "reads.slowed", "writes: {lost: 3}": "writes.lost", "writes: {window: 30s}": "writes.window", "feedback: {lost: 0}": "feedback.lost",
		"moved: {within: 20s}": "moved.within", "returned: {within: 1ms}": "returned.within",
		"alarms: {fire: [health-other]}": "alarms.fire: health-other", "alarms: {quiet: [health-*]}": "alarms.quiet: health-*",
	} {
		s := parse(t, strings.Replace(scenario, "reads: {lost: 0}", expected, 1))
		timeline, err := Run(t.Context(), s, &world{forgets: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		timeline.AddAlarms(s, []Change{{150 * time.Second, "health-home", true, nil}})
		if timeline.Passed || len(timeline.Expectations) != 1 || timeline.Expectations[0].What != failing {
			t.Errorf("%s: passed %v, %+v", expected, timeline.Passed, timeline.Expectations)
		}
	}
}

func TestRun_unknownAlarm(t *testing.T) {
	for _, expected := range []string{"alarms: {fire: [health-hom]}", "alarms: {quiet: [region-*]}"} {
		s := parse(t, strings.Replace(scenario, "reads: {lost: 0}", expected, 1))
		if _, err := Run(t.Context(), s, &world{}, nil); err == nil || !strings.Contains(err.Error(), "they are health-home, health-other") {
			t.Errorf("%s: %v", expected, err)
		}
	}
}
