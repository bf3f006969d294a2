package cloudwatch

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// State is an alarm's state.
type State string

// The states of an alarm.
const (
	OK               State = "OK"
	InAlarm          State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// alarm is a metric alarm, or a composite where rule is set.
type alarm struct {
	name, region, description string
	actions                   []string
	actionsEnabled            bool

	// Of a metric alarm.
	comparison string
	threshold  float64
	m, n       int
	period     time.Duration
	missing    string
	ignoreLow  bool
	watched    []watched
	value      expression

	// Of a composite.
	rule     rule
	children []string

	// Guarded by the service.
	state   State
	reason  string
	since   time.Time
	history []Change
}

// Change is one change of an alarm's state.
type Change struct {
	At     time.Time `json:"at"`
	From   State     `json:"from"`
	To     State     `json:"to"`
	Reason string    `json:"reason"`
	// Told are the topics that got a message.
	Told []string `json:"told,omitempty"`
}

// maxHistory is how many changes of an alarm are kept.
const maxHistory = 100

// look evaluates a metric alarm over its last N periods before now. keep says that the state stays as it is.
// A period that began before there could be data is no silence.
func (a *alarm) look(now, began time.Time, find func(id) *series) (next State, reason string, keep bool) {
	end := now.Truncate(a.period)
	var bad, missing int
	var shown []string
	for i := range a.n {
		from := end.Add(-time.Duration(i+1) * a.period)
		v := values{}
		for _, w := range a.watched {
			s := find(w.id)
			if s == nil {
				continue
			}
			m := s.over(from, from.Add(a.period))
			if a.ignoreLow && m.count > 0 && lowSamples(w.statistic, m.count) {
				return "", "", true // O-C2
			}
			if x, ok := m.statistic(w.statistic); ok {
				v[w.key] = x
			}
		}
		value, ok := 0.0, false
		if len(v) > 0 {
			value, ok = a.value(v)
		}
		switch {
		case ok && comparisons[a.comparison](value, a.threshold):
			bad++
			shown = append(shown, fmt.Sprintf("%.4g", value))
		case ok:
		case a.missing == "breaching" && !from.Before(began):
			bad++
			missing++
			shown = append(shown, "no data")
		default:
			missing++
		}
	}
	switch {
	case missing == a.n && a.missing == "missing":
		return InsufficientData, "no data", false
	case missing > 0 && a.missing == "ignore" && bad < a.m:
		return "", "", true
	case bad >= a.m:
		slices.Reverse(shown)
		return InAlarm, fmt.Sprintf("%d of the last %d periods of %s: %s is %s %g", bad, a.n, a.period, strings.Join(shown, ", "), a.comparison, a.threshold), false
	}
	return OK, fmt.Sprintf("%d of the last %d periods of %s break the limit, %d would have to", bad, a.n, a.period, a.m), false
}

// judge evaluates a composite.
func (a *alarm) judge(stateOf func(string) State) (State, string) {
	var ringing []string
	for _, child := range a.children {
		if stateOf(child) == InAlarm {
			ringing = append(ringing, child)
		}
	}
	if a.rule(stateOf) {
		return InAlarm, strings.Join(ringing, ", ") + " in ALARM"
	}
	return OK, fmt.Sprintf("%d of %d in ALARM", len(ringing), len(a.children))
}

// change notes a new state and who is told of it: an alarm's actions are for its coming into ALARM.
func (a *alarm) change(at time.Time, next State, reason string) *Change {
	a.reason = reason
	if next == a.state {
		return nil
	}
	c := Change{At: at, From: a.state, To: next, Reason: reason}
	if next == InAlarm && a.actionsEnabled {
		c.Told = a.actions
	}
	a.state, a.since = next, at
	if a.history = append(a.history, c); len(a.history) > maxHistory {
		a.history = slices.Delete(a.history, 0, 1)
	}
	return &c
}
