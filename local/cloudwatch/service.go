package cloudwatch

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/simtime"
)

// Options are what the service needs beside the graph.
type Options struct {
	// Clock is the simulated time. Required.
	Clock *simtime.Clock
	// Sample is called at every whole minute before alarms are evaluated, to publish what services report by
	// themselves: the length of queues, the state of health checks. Default: nothing.
	Sample func()
	// OnChange hears of every change of an alarm. Default: nobody.
	OnChange func(name string, c Change)
	// Log hears of the same. Default: discarded.
	Log *slog.Logger
}

// Service is CloudWatch for one stack in all its regions. It is safe for concurrent use.
type Service struct {
	options Options
	stack   stack

	alarms []*alarm // metric alarms first, in the graph's order; fixed after New

	mu      sync.Mutex
	series  map[id]*series
	began   time.Time // of the datapoints
	started bool
	closed  bool
}

// New reads the graph's alarms and what the metrics of its services are about.
func New(g *graph.Reading, o Options) (*Service, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{options: o, series: map[id]*series{}}
	for _, r := range g.Take(metricAlarmType) {
		s.alarms = append(s.alarms, newMetricAlarm(r))
	}
	for _, r := range g.Take(compositeType) {
		s.alarms = append(s.alarms, newComposite(r))
	}
	s.stack = readStack(g)
	if err := g.Err(); err != nil {
		return nil, err
	}
	s.Reset()
	return s, s.checkChildren()
}

// Start begins the evaluation at every whole minute of simulated time. Later calls do nothing.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		s.started = true
		s.schedule(s.options.Clock.Now().Truncate(resolution).Add(resolution))
	}
}

// schedule plans an evaluation. Minutes that have gone by while nobody waited are not made up for.
func (s *Service) schedule(at time.Time) {
	s.options.Clock.AtFunc(at, func() {
		s.mu.Lock()
		closed := s.closed
		s.mu.Unlock()
		if closed {
			return
		}
		if s.options.Sample != nil {
			s.options.Sample()
		}
		s.Evaluate(at)
		next := at.Add(resolution)
		if now := s.options.Clock.Now(); next.Before(now) {
			next = now.Truncate(resolution).Add(resolution)
		}
		s.schedule(next)
	})
}

// Close ends the evaluation. Time goes on.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// Reset forgets all datapoints; every alarm begins anew with too little data.
func (s *Service) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.series)
	s.began = s.options.Clock.Now()
	for _, a := range s.alarms {
		a.state, a.reason, a.since, a.history = InsufficientData, "not evaluated yet", s.options.Clock.Now(), nil
	}
}

// put adds a value to a metric in the minute of the clock. distribution keeps each value, for percentiles.
func (s *Service) put(region, namespace, name, unit string, dimensions []dimension, value float64, distribution bool) {
	key := id{region, namespace, name, keyOf(dimensions)}
	start := s.options.Clock.Now().Truncate(resolution)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.putAt(key, unit, dimensions, start, value, distribution)
}

// report adds what a service reports of the minute that has ended: [Options].Sample is called at its end.
func (s *Service) report(region, namespace, name, unit string, dimensions []dimension, value float64) {
	start := s.options.Clock.Now().Truncate(resolution).Add(-resolution)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.putAt(id{region, namespace, name, keyOf(dimensions)}, unit, dimensions, start, value, false)
}

func (s *Service) putAt(key id, unit string, dimensions []dimension, start time.Time, value float64, distribution bool) {
	m := s.series[key]
	if m == nil {
		m = &series{id: key, dimensions: dimensions, unit: unit, distribution: distribution}
		s.series[key] = m
	}
	m.at(start).add(value, distribution)
}

// Evaluate looks at every alarm over the periods that have ended by now. Composites follow the alarms they are over.
func (s *Service) Evaluate(now time.Time) {
	s.mu.Lock()
	var changes []namedChange
	for _, m := range s.series {
		m.forget(now)
	}
	for _, a := range s.alarms {
		var next State
		var reason string
		if a.rule == nil {
			var keep bool
			if next, reason, keep = a.look(now, s.began, func(key id) *series { return s.series[key] }); keep {
				continue
			}
		} else {
			next, reason = a.judge(func(name string) State {
				if child := s.find(a.region, name); child != nil {
					return child.state
				}
				return InsufficientData
			})
		}
		if c := a.change(now, next, reason); c != nil {
			changes = append(changes, namedChange{a.name, *c})
		}
	}
	s.mu.Unlock()
	for _, c := range changes {
		if c.To == InAlarm || c.From == InAlarm {
			s.options.Log.Info("alarm", "name", c.name, "state", c.To, "reason", c.Reason, "told", len(c.Told))
		}
		if s.options.OnChange != nil {
			s.options.OnChange(c.name, c.Change)
		}
	}
}

type namedChange struct {
	name string
	Change
}

// find is an alarm of a region, or nil.
func (s *Service) find(region, name string) *alarm {
	i := slices.IndexFunc(s.alarms, func(a *alarm) bool { return a.region == region && a.name == name })
	if i < 0 {
		return nil
	}
	return s.alarms[i]
}

// Alarm is an alarm as GET /alarms shows it.
type Alarm struct {
	Name   string `json:"name"`
	Region string `json:"region"`
	State  State  `json:"state"`
	Reason string `json:"reason"`
	// Since is when the state began, simulated.
	Since       time.Time `json:"since"`
	Description string    `json:"description"`
	// Tells says whether people are told when it rings.
	Tells   bool     `json:"tells"`
	History []Change `json:"history"`
}

// Alarms are all alarms, those that ring first, then by name.
func (s *Service) Alarms() []Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Alarm, 0, len(s.alarms))
	for _, a := range s.alarms {
		all = append(all, Alarm{a.name, a.region, a.state, a.reason, a.since, a.description, a.actionsEnabled && len(a.actions) > 0, append([]Change{}, a.history...)})
	}
	slices.SortStableFunc(all, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(order(a.State), order(b.State)), cmp.Compare(a.Name, b.Name))
	})
	return all
}

func order(s State) int { return slices.Index([]State{InAlarm, InsufficientData, OK}, s) }

// Metric is a metric as GET /metrics shows it.
type Metric struct {
	Namespace  string      `json:"namespace"`
	Name       string      `json:"name"`
	Region     string      `json:"region"`
	Dimensions []dimension `json:"dimensions"`
	Unit       string      `json:"unit"`
	// Period in seconds.
	Period     int         `json:"period"`
	Datapoints []Datapoint `json:"datapoints"`
}

// Datapoint is CloudWatch's statistic set of one period.
type Datapoint struct {
	Timestamp   time.Time `json:"timestamp"`
	SampleCount int       `json:"sampleCount"`
	Sum         float64   `json:"sum"`
	Average     float64   `json:"average"`
	Minimum     float64   `json:"minimum"`
	Maximum     float64   `json:"maximum"`
}

// Metrics are the last datapoints of every metric, at most limit of each, sorted by region, namespace, name and
// dimensions.
func (s *Service) Metrics(limit int) []Metric {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Metric, 0, len(s.series))
	for _, m := range s.series {
		shown := Metric{m.id.namespace, m.id.name, m.id.region, m.dimensions, m.unit, int(resolution.Seconds()), []Datapoint{}}
		for _, d := range m.minutes[max(0, len(m.minutes)-limit):] {
			shown.Datapoints = append(shown.Datapoints, Datapoint{d.start, d.count, d.sum, d.sum / float64(d.count), d.low, d.top})
		}
		all = append(all, shown)
	}
	slices.SortFunc(all, func(a, b Metric) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(keyOf(a.Dimensions), keyOf(b.Dimensions)))
	})
	return all
}
