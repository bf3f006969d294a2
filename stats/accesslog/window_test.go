package accesslog_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

// A window answers as a collector of the lines of its minutes would, whatever order they come in within an hour.
func TestProperty_windowIsTheLastHour(t *testing.T) {
	t.Parallel()
	const span, step = 10 * time.Minute, time.Minute
	g := accesslogtest.New(7, 40)
	rapid.Check(t, func(rt *rapid.T) {
		w := accesslog.NewWindow(accesslog.Options{}, span, step)
		now := accesslogtest.Start
		var seen []accesslogtest.Request
		for range rapid.IntRange(1, 60).Draw(rt, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(rt, "seconds")) * time.Second)
			r := g.Next()
			r.Time = now
			w.Add(line(rt, r), r.Time)
			seen = append(seen, r)
		}
		now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(rt, "rest")) * time.Second)
		seen = slices.DeleteFunc(seen, func(r accesslogtest.Request) bool {
			return !r.Time.Truncate(step).After(now.Truncate(step).Add(-span))
		})
		got := w.Result(now, 0)
		if got.Lines != int64(len(seen)) {
			rt.Fatalf("%d lines, want %d", got.Lines, len(seen))
		}
		for _, want := range accesslogtest.Truth("statuses", seen, false) {
			if diff := cmp.Diff(want, rows(got.Reports["statuses"])[accesslogtest.Key(want)]); diff != "" {
				rt.Fatalf("(-truth +window):\n%s", diff)
			}
		}
	})
}

func TestWindow_lateLinesAndReset(t *testing.T) {
	t.Parallel()
	w := accesslog.NewWindow(accesslog.Options{}, 10*time.Minute, time.Minute)
	r := accesslogtest.New(1, 5).Next()
	at := accesslogtest.Start
	for _, minutes := range []int{20, 12, 9, 15, 20} { // 9 is out of the window when it comes
		w.Add(line(t, r), at.Add(time.Duration(minutes)*time.Minute))
	}
	lines := func(minutes int) int64 { return w.Result(at.Add(time.Duration(minutes)*time.Minute), 0).Lines }
	if got := []int64{lines(20), lines(22), lines(25), lines(30)}; !slices.Equal(got, []int64{4, 3, 2, 0}) {
		t.Errorf("lines at minutes 20, 22, 25, 30: %v, want 4 3 2 0", got)
	}
	w.Add(line(t, r), at.Add(time.Hour))
	w.Reset()
	if got := lines(60); got != 0 {
		t.Errorf("%d lines after a reset", got)
	}
}

func line(t interface{ Fatal(...any) }, r accesslogtest.Request) *accesslog.Line {
	var p accesslog.Parser
	var l accesslog.Line
	if err := p.Parse(r.Line(), &l); err != nil {
		t.Fatal(err)
	}
	return &l
}
