package drill

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Timeline is what came of a drill, by drills/timeline.schema.json. Times are seconds since it began.
type Timeline struct {
	Version         int           `json:"version"`
	Name            string        `json:"name"`
	Stack           string        `json:"stack"`
	Routing         string        `json:"routing"`
	Seed            uint64        `json:"seed"`
	DurationSeconds float64       `json:"durationSeconds"`
	StepSeconds     float64       `json:"stepSeconds"`
	Regions         []string      `json:"regions"`
	Steps           []Step        `json:"steps"`
	Bands           []Band        `json:"bands"`
	Messages        []Message     `json:"messages"`
	Totals          Totals        `json:"totals"`
	Expectations    []Expectation `json:"expectations"`
	Passed          bool          `json:"passed"`
}

// Step counts the requests of StepSeconds.
type Step struct {
	At         float64        `json:"at"`
	Requests   map[string]int `json:"requests"`
	LostReads  int            `json:"lostReads"`
	LostWrites int            `json:"lostWrites"`
	Slowed     int            `json:"slowed"`
}

// Band is what lasted: a fault, a drain, a deployment, an alarm.
type Band struct {
	Kind string  `json:"kind"`
	Name string  `json:"name"`
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// Message is one to people.
type Message struct {
	At     float64  `json:"at"`
	Alarm  string   `json:"alarm"`
	Topics []string `json:"topics"`
}

// Totals are of the whole drill.
type Totals struct {
	Requests    int `json:"requests"`
	Reads       int `json:"reads"`
	Writes      int `json:"writes"`
	LostReads   int `json:"lostReads"`
	LostWrites  int `json:"lostWrites"`
	SlowedReads int `json:"slowedReads"`
	// Accepted are writes that a third party is to have in the end, and LostFeedback those of them that nothing holds.
	Accepted     int `json:"accepted"`
	Tickets      int `json:"tickets"`
	Queued       int `json:"queued"`
	DeadLetters  int `json:"deadLetters"`
	LostFeedback int `json:"lostFeedback"`
	// LastLostWriteSeconds is how long after the event before it the last write was lost.
	LastLostWriteSeconds float64  `json:"lastLostWriteSeconds"`
	MovedSeconds         *float64 `json:"movedSeconds,omitempty"`
	ReturnedSeconds      *float64 `json:"returnedSeconds,omitempty"`
}

// Expectation is one thing that was expected, and what came.
type Expectation struct {
	What string `json:"what"`
	Want string `json:"want"`
	Got  string `json:"got"`
	OK   bool   `json:"ok"`
}

// Change is an alarm's change of state, which whoever plays the world hands to [Alarms].
type Change struct {
	// At is the time since the drill began.
	At      time.Duration
	Alarm   string
	Ringing bool
	Told    []string
}

// AddAlarms puts the alarms of a drill into its timeline and looks at what was expected.
func (t *Timeline) AddAlarms(s *Scenario, changes []Change) {
	open := map[string]*Band{}
	var bands []*Band
	for _, c := range changes {
		if b := open[c.Alarm]; b != nil && !c.Ringing {
			b.To = c.At.Seconds()
			delete(open, c.Alarm)
		}
		if !c.Ringing {
			continue
		}
		open[c.Alarm] = &Band{Kind: "alarm", Name: c.Alarm, From: c.At.Seconds(), To: t.DurationSeconds}
		bands = append(bands, open[c.Alarm])
		if len(c.Told) > 0 {
			t.Messages = append(t.Messages, Message{c.At.Seconds(), c.Alarm, c.Told})
		}
	}
	for _, b := range bands {
		t.Bands = append(t.Bands, *b)
	}
	t.sortBands()
	t.judge(s)
}

var kinds = []string{"fault", "drain", "deploy", "alarm"}

func (t *Timeline) sortBands() {
	slices.SortStableFunc(t.Bands, func(a, b Band) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name))
	})
}

var marker = regexp.MustCompile(`drill-\d+-\d+-`)

// finish counts what is left of the feedback.
func (r *run) finish() {
	t := r.timeline
	for _, b := range r.bands {
		if b.To < 0 {
			b.To = t.DurationSeconds
		}
		t.Bands = append(t.Bands, *b)
	}
	found := map[string]bool{}
	count := func(texts []string) int {
		for _, text := range texts {
			for _, m := range marker.FindAllString(text, -1) {
				found[m] = true
			}
		}
		return len(texts)
	}
	tickets, queued, dead := r.world.Left()
	t.Totals.Tickets, t.Totals.Queued, t.Totals.DeadLetters = count(tickets), count(queued), count(dead)
	if tickets == nil {
		r.accepted = nil
	}
	t.Totals.Accepted = len(r.accepted)
	for _, m := range r.accepted {
		if !found[m] {
			t.Totals.LostFeedback++
		}
	}
	t.Totals.LastLostWriteSeconds = round(r.lastLost)
	if tr := r.troubled; tr != nil {
		if tr.tried {
			t.Totals.MovedSeconds = new(round(tr.last - tr.from))
		} else {
			t.Totals.MovedSeconds = new(0.0)
		}
		if tr.again {
			t.Totals.ReturnedSeconds = new(round(tr.returned - tr.until))
		}
	}
}

// round is to a tenth of a second.
func round(d time.Duration) float64 { return d.Round(100 * time.Millisecond).Seconds() }

// judge compares what came with what was expected.
func (t *Timeline) judge(s *Scenario) {
	e, n := &s.Expect, &t.Totals
	t.atMost("reads.lost", e.Reads.Lost, n.LostReads)
	t.atMost("reads.slowed", e.Reads.Slowed, n.SlowedReads)
	t.atMost("writes.lost", e.Writes.Lost, n.LostWrites)
	if e.Writes.Window != nil {
		t.within("writes.window", *e.Writes.Window, &n.LastLostWriteSeconds)
	}
	t.atMost("feedback.lost", e.Feedback.Lost, n.LostFeedback)
	if e.Moved != nil {
		t.within("moved.within", e.Moved.Within, n.MovedSeconds)
	}
	if e.Returned != nil {
		t.within("returned.within", e.Returned.Within, n.ReturnedSeconds)
	}
	rang := map[string]string{}
	for _, b := range slices.Backward(t.Bands) {
		if b.Kind == "alarm" {
			rang[b.Name] = fmt.Sprintf("after %s", seconds(b.From))
		}
	}
	for _, name := range e.Alarms.Fire {
		got := cmp.Or(rang[name], "quiet")
		t.expect("alarms.fire: "+name, "rings", got, rang[name] != "")
	}
	for _, pattern := range e.Alarms.Quiet {
		var loud []string
		for name := range rang {
			if ok, _ := path.Match(pattern, name); ok && !slices.Contains(e.Alarms.Fire, name) {
				loud = append(loud, name)
			}
		}
		slices.Sort(loud)
		t.expect("alarms.quiet: "+pattern, "quiet", cmp.Or(strings.Join(loud, ", "), "quiet"), len(loud) == 0)
	}
	t.Passed = !slices.ContainsFunc(t.Expectations, func(e Expectation) bool { return !e.OK })
}

func (t *Timeline) expect(what, want, got string, ok bool) {
	t.Expectations = append(t.Expectations, Expectation{what, want, got, ok})
}

func (t *Timeline) atMost(what string, most *int, got int) {
	if most != nil {
		t.expect(what, fmt.Sprintf("at most %d", *most), fmt.Sprint(got), got <= *most)
	}
}

func (t *Timeline) within(what string, limit Duration, got *float64) {
	if got == nil {
		t.expect(what, "within "+limit.String(), "never", false)
		return
	}
	t.expect(what, "within "+limit.String(), seconds(*got), *got <= time.Duration(limit).Seconds())
}

func seconds(s float64) string { return (time.Duration(s*1000) * time.Millisecond).String() }

// checkAlarms refuses names that the stack has no alarm for.
func (r *run) checkAlarms() error {
	all := r.world.Alarms()
	for _, name := range r.Expect.Alarms.Fire {
		if !slices.Contains(all, name) {
			return fmt.Errorf("expect.alarms.fire: %q: no alarm of the stack; they are %s", name, strings.Join(all, ", "))
		}
	}
	for _, pattern := range r.Expect.Alarms.Quiet {
		if !slices.ContainsFunc(all, func(name string) bool { ok, _ := path.Match(pattern, name); return ok }) {
			return fmt.Errorf("expect.alarms.quiet: %q: matches no alarm of the stack; they are %s", pattern, strings.Join(all, ", "))
		}
	}
	return nil
}

// JSON is the timeline as its schema says.
func (t *Timeline) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(t, "", "  ")
	return append(text, '\n'), err
}

// Validate holds a timeline's JSON to its schema.
func Validate(timeline []byte) error { return validate("timeline.schema.json", timeline) }

// Row is the drill in the runbook's table.
func (t *Timeline) Row() string {
	n := &t.Totals
	moved, returned := "", ""
	if n.MovedSeconds != nil {
		moved = seconds(*n.MovedSeconds)
	}
	if n.ReturnedSeconds != nil {
		returned = seconds(*n.ReturnedSeconds)
	}
	var rang []string
	for _, b := range t.Bands {
		if b.Kind == "alarm" {
			rang = append(rang, fmt.Sprintf("`%s` at %s", b.Name, seconds(b.From)))
		}
	}
	return fmt.Sprintf("| %s | %d of %d | %d of %d | %s | %s | %s |", t.Name, n.LostReads, n.Reads, n.LostWrites, n.Writes, moved, returned, cmp.Or(strings.Join(rang, ", "), "none"))
}
