package drill

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// World is the stack that a drill is played against.
type World interface {
	Routing() string
	Regions() []string
	// Alarms are the names of all alarms, without project and stack.
	Alarms() []string
	// Advance moves simulated time by d and does what is due on the way.
	Advance(ctx context.Context, d time.Duration) error
	// Ask sends a viewer's request and waits for its answer.
	Ask(edge, method, path string, body []byte) Answer
	// Fault, Drain and Deploy change something at once. An error names what is wrong in the scenario.
	Fault(f *Fault) error
	Drain(region string, drained bool) error
	Deploy(region string, status int, hit func() bool) error
	// Kill ends the environments of a region's functions.
	Kill(region string)
	// Left are the texts of all tickets, of what waits in queues, and of dead letters. Without a third party that takes
	// tickets they are nil, not empty: what the application accepts is its own to keep then, and is not counted.
	Left() (tickets, queued, dead []string)
}

// Answer is what came of a viewer's request.
type Answer struct {
	Status int
	// Region answered; "" where none did. Tried is the region of the first origin that was asked.
	Region, Tried string
	// Asked says whether any origin was asked.
	Asked bool
	// Waited is the time that timeouts took.
	Waited time.Duration
}

// slowed is a wait that people notice.
const slowed = time.Second

// step is the width of a timeline's steps.
const step = 10 * time.Second

// run is a drill under way.
type run struct {
	*Scenario
	world    World
	timeline *Timeline
	now      time.Duration
	random   *rand.Rand

	arrivals []*arrivals
	accepted []string
	sent     int

	open     map[string]*Band // by what they are about
	bands    []*Band
	troubled *trouble
	lastLost time.Duration
	lastPast time.Duration // of the last event
}

// trouble is the first region that a fault or a drain hit.
type trouble struct {
	region         string
	from, until    time.Duration
	over           bool
	last, returned time.Duration
	tried, again   bool
}

// arrivals are the requests of one entry of traffic.
type arrivals struct {
	*Traffic
	random *rand.Rand
	next   time.Duration
	total  float64
}

// Run plays a scenario. progress is called now and then with the share that is done; it may be nil. The error is about
// the scenario or ctx; what was expected and did not come is in the timeline.
func Run(ctx context.Context, s *Scenario, w World, progress func(done float64)) (*Timeline, error) {
	r, err := newRun(s, w)
	if err != nil {
		return nil, err
	}
	shown := 0.0
	events := s.Events
	for {
		due, a := r.nextArrival()
		if len(events) > 0 && time.Duration(events[0].At) <= due {
			if err := r.advance(ctx, time.Duration(events[0].At)); err != nil {
				return nil, err
			}
			if err := r.happen(&events[0]); err != nil {
				return nil, fmt.Errorf("event at %s: %w", events[0].At, err)
			}
			events = events[1:]
			continue
		}
		if a == nil {
			break
		}
		if err := r.advance(ctx, due); err != nil {
			return nil, err
		}
		r.ask(a)
		if done := float64(due) / float64(s.Duration); progress != nil && done-shown >= 0.01 {
			shown = done
			progress(done)
		}
	}
	if err := r.advance(ctx, time.Duration(s.Duration)); err != nil {
		return nil, err
	}
	r.finish()
	return r.timeline, nil
}

func newRun(s *Scenario, w World) (*run, error) {
	r := &run{
		Scenario: s, world: w, random: rand.New(rand.NewPCG(s.Seed, 0)), open: map[string]*Band{},
		timeline: &Timeline{
			Version: 1, Name: s.Name, Stack: s.Stack, Routing: w.Routing(), Seed: s.Seed, DurationSeconds: time.Duration(s.Duration).Seconds(),
			StepSeconds: step.Seconds(), Regions: w.Regions(), Bands: []Band{}, Messages: []Message{}, Expectations: []Expectation{},
		},
	}
	for at := time.Duration(0); at < time.Duration(s.Duration); at += step {
		r.timeline.Steps = append(r.timeline.Steps, Step{At: at.Seconds(), Requests: map[string]int{}})
	}
	for i := range s.Traffic {
		a := &arrivals{Traffic: &s.Traffic[i], random: rand.New(rand.NewPCG(s.Seed, uint64(i)+1)), next: time.Duration(s.Traffic[i].From)}
		for _, kind := range a.Mix {
			a.total += kind.Weight
		}
		a.later(time.Duration(s.Duration))
		r.arrivals = append(r.arrivals, a)
	}
	return r, r.checkAlarms()
}

// never is later than any drill lasts.
const never = time.Duration(math.MaxInt64)

// later plans the next request: a Poisson process, as viewers are who know nothing of each other.
func (a *arrivals) later(end time.Duration) {
	if a.To != nil {
		end = min(end, time.Duration(*a.To))
	}
	a.next += time.Duration(a.random.ExpFloat64() / a.Rate * float64(time.Second))
	if a.next >= end {
		a.next = never
	}
}

func (r *run) nextArrival() (due time.Duration, next *arrivals) {
	due = never
	for _, a := range r.arrivals {
		if a.next < due {
			due, next = a.next, a
		}
	}
	return due, next
}

func (r *run) advance(ctx context.Context, to time.Duration) error {
	if to <= r.now {
		return ctx.Err()
	}
	d := to - r.now
	r.now = to
	return r.world.Advance(ctx, d)
}

// ask sends the request that is due.
func (r *run) ask(a *arrivals) {
	kind := a.choose()
	a.later(time.Duration(r.Duration))
	r.sent++
	number := strconv.Itoa(r.sent)
	marker := fmt.Sprintf("drill-%d-%s-", r.Seed, number)
	var body []byte
	if kind.Method == http.MethodPost {
		body = fmt.Appendf(nil, `{"message": %q, "rating": 4}`, marker)
	}
	answer := r.world.Ask(a.Edge, kind.Method, strings.ReplaceAll(kind.Path, "{n}", number), body)
	if answer.Status == http.StatusCreated || answer.Status == http.StatusAccepted {
		r.accepted = append(r.accepted, marker)
	}
	r.count(kind, &answer)
	r.follow(&answer)
}

func (a *arrivals) choose() *Kind {
	at := a.random.Float64() * a.total
	for i := range a.Mix {
		if at -= a.Mix[i].Weight; at < 0 {
			return &a.Mix[i]
		}
	}
	return &a.Mix[len(a.Mix)-1]
}

func (r *run) count(kind *Kind, answer *Answer) {
	t, s := &r.timeline.Totals, &r.timeline.Steps[min(int(r.now/step), len(r.timeline.Steps)-1)]
	by := answer.Region
	switch {
	case !answer.Asked:
		by = "cache"
	case by == "":
		by = "none"
	}
	s.Requests[by]++
	t.Requests++
	lost, write := answer.Status >= http.StatusInternalServerError || answer.Status == 0, kind.Method == http.MethodPost
	switch {
	case write && lost:
		t.LostWrites++
		s.LostWrites++
		r.lastLost = max(r.lastLost, r.now-r.lastPast)
	case lost:
		t.LostReads++
		s.LostReads++
	case answer.Waited >= slowed && !write:
		t.SlowedReads++
		s.Slowed++
	}
	if write {
		t.Writes++
	} else {
		t.Reads++
	}
}

// follow notes when the troubled region was asked last, and first again.
func (r *run) follow(answer *Answer) {
	t := r.troubled
	if t == nil || answer.Tried != t.region {
		return
	}
	switch {
	case !t.over:
		t.tried, t.last = true, r.now
	case !t.again:
		t.again, t.returned = true, r.now
	}
}

// happen does what an event says.
func (r *run) happen(e *Event) error {
	r.lastPast = r.now
	switch {
	case e.Fault != nil:
		return r.fault(e.Fault)
	case e.Drain != "":
		r.begin("drain", e.Drain, e.Drain+" drained")
		r.trouble(e.Drain)
		return r.world.Drain(e.Drain, true)
	case e.Undrain != "":
		r.end("drain", e.Undrain)
		r.recover(e.Undrain)
		return r.world.Drain(e.Undrain, false)
	default:
		return r.deploy(e.Deploy)
	}
}

func (r *run) fault(f *Fault) error {
	about := f.Region + f.Service + strconv.FormatBool(f.SaaS)
	r.end("fault", about)
	if f.Kind == "none" {
		r.recover(f.Region)
	} else {
		r.begin("fault", about, f.name())
		r.trouble(f.Region)
		if f.Kind == "down" && f.Region != "" {
			r.world.Kill(f.Region)
		}
	}
	return r.world.Fault(f)
}

func (r *run) deploy(d *Deploy) error {
	r.end("deploy", d.Region)
	if d.Status != 0 {
		name := fmt.Sprintf("%s answers %d", d.Region, d.Status)
		if d.Share < 1 {
			name += fmt.Sprintf(" to %g %%", 100*d.Share)
		}
		r.begin("deploy", d.Region, name)
	}
	r.world.Kill(d.Region) // new code comes with new environments
	return r.world.Deploy(d.Region, d.Status, func() bool { return r.random.Float64() < d.Share })
}

func (r *run) trouble(region string) {
	if r.troubled == nil && region != "" {
		r.troubled = &trouble{region: region, from: r.now}
	}
}

func (r *run) recover(region string) {
	if t := r.troubled; t != nil && t.region == region {
		t.over, t.until = true, r.now
	}
}

func (r *run) begin(kind, about, name string) {
	b := &Band{Kind: kind, Name: name, From: r.now.Seconds(), To: -1}
	r.open[kind+" "+about] = b
	r.bands = append(r.bands, b)
}

func (r *run) end(kind, about string) {
	if b := r.open[kind+" "+about]; b != nil {
		b.To = r.now.Seconds()
		delete(r.open, kind+" "+about)
	}
}
