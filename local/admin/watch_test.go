package admin

import (
	"testing"
	"time"
)

// The timeline notes drains that come and go, and alarms that ring or stop, not those that merely learn what they
// watch.
func TestServer_watchMarks(t *testing.T) {
	drained := false
	states := map[string]string{"a": "INSUFFICIENT_DATA", "b": "OK"}
	w := newWorld(func(o *Options) {
		o.Regions[0].Drained = func() bool { return drained }
		o.Alarms = func() any {
			var list []map[string]any
			for _, name := range []string{"a", "b"} {
				list = append(list, map[string]any{"name": name, "region": "eu-west-1", "state": states[name], "since": time.Unix(100, 0)})
			}
			return list
		}
	})
	marks := func() (texts []string) {
		w.state()
		for _, m := range w.options.Requests.Timeline().Marks {
			texts = append(texts, m.Text)
		}
		return texts
	}
	if got := marks(); len(got) != 0 {
		t.Errorf("what is so from the start became marks: %q", got)
	}
	states["a"], states["b"] = "OK", "ALARM"
	drained = true
	if got := marks(); len(got) != 2 || got[0] != "eu-west-1 is drained" || got[1] != "alarm b: ALARM" {
		t.Errorf("got %q", got)
	}
	states["b"] = "OK"
	drained = false
	if got := marks(); len(got) != 4 || got[2] != "eu-west-1 takes viewers again" || got[3] != "alarm b: OK" {
		t.Errorf("got %q", got)
	}
}
