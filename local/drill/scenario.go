package drill

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/drills"
)

// Scenario is a drill as its file says. See drills/scenario.schema.json for what the fields mean.
type Scenario struct {
	Name     string    `json:"name"`
	Stack    string    `json:"stack"`
	Seed     uint64    `json:"seed"`
	Duration Duration  `json:"duration"`
	Traffic  []Traffic `json:"traffic"`
	Events   []Event   `json:"events"`
	Expect   Expect    `json:"expect"`
}

// Traffic is what the viewers at one edge ask, Rate requests per second on average.
type Traffic struct {
	Edge string    `json:"edge"`
	Rate float64   `json:"rate"`
	From Duration  `json:"from"`
	To   *Duration `json:"to"`
	Mix  []Kind    `json:"mix"`
}

// Kind is one kind of request with its weight among the others.
type Kind struct {
	Method string  `json:"method"`
	Path   string  `json:"path"`
	Weight float64 `json:"weight"`
}

// Event happens once.
type Event struct {
	At      Duration `json:"at"`
	Fault   *Fault   `json:"fault"`
	Drain   string   `json:"drain"`
	Undrain string   `json:"undrain"`
	Deploy  *Deploy  `json:"deploy"`
}

// Fault is one of local mode's faults, of a region, a service of its functions, or the SaaS.
type Fault struct {
	Region  string   `json:"region"`
	Service string   `json:"service"`
	SaaS    bool     `json:"saas"`
	Kind    string   `json:"kind"`
	Status  int      `json:"status"`
	Latency Duration `json:"latency"`
}

// Deploy puts a version into a region that answers Status to Share of its requests; 0 is the good one.
type Deploy struct {
	Region string  `json:"region"`
	Status int     `json:"status"`
	Share  float64 `json:"share"`
}

// Expect is what must come of it; nil is not looked at.
type Expect struct {
	Reads struct {
		Lost   *int `json:"lost"`
		Slowed *int `json:"slowed"`
	} `json:"reads"`
	Writes struct {
		Lost   *int      `json:"lost"`
		Window *Duration `json:"window"`
	} `json:"writes"`
	Feedback struct {
		Lost *int `json:"lost"`
	} `json:"feedback"`
	Moved    *Within `json:"moved"`
	Returned *Within `json:"returned"`
	Alarms   struct {
		Fire  []string `json:"fire"`
		Quiet []string `json:"quiet"`
	} `json:"alarms"`
}

// Within bounds a time.
type Within struct {
	Within Duration `json:"within"`
}

// Duration is written with its unit, such as "90s".
type Duration time.Duration

// UnmarshalJSON reads "90s".
func (d *Duration) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(s)
	*d = Duration(parsed)
	return err
}

func (d Duration) String() string { return time.Duration(d).String() }

const schemaFile = "scenario.schema.json"

// Parse reads a scenario. Every problem is reported, with its place.
func Parse(text []byte) (*Scenario, error) {
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	asJSON, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("want string keys only: %w", err)
	}
	if err := validate(schemaFile, asJSON); err != nil {
		return nil, err
	}
	var s Scenario
	if err := json.Unmarshal(asJSON, &s); err != nil {
		return nil, err
	}
	return &s, s.check()
}

// validate holds a document to one of the schemas of package drills.
func validate(schema string, document []byte) error {
	file, err := drills.Files.Open(schema)
	if err != nil {
		return err
	}
	defer file.Close()
	parsed, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		return err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schema, parsed); err != nil {
		return err
	}
	compiled, err := compiler.Compile(schema)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return flatten(compiled.Validate(value))
}

// flatten is a validation's problems, each with its place.
func flatten(err error) error {
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return err
	}
	if len(invalid.Causes) == 0 {
		place := strings.Join(invalid.InstanceLocation, ".")
		text := invalid.Error()
		if _, what, found := strings.Cut(text, "': "); found {
			text = what
		}
		return fmt.Errorf("%s: %s", place, text)
	}
	var all []error
	for _, cause := range invalid.Causes {
		all = append(all, flatten(cause))
	}
	return errors.Join(all...)
}

// check holds what a schema cannot say.
func (s *Scenario) check() error {
	var problems []error
	refuse := func(place, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
	}
	if s.Duration <= 0 || time.Duration(s.Duration) > 24*time.Hour {
		refuse("duration", "%s: want more than 0 and at most 24h", s.Duration)
	}
	for i := range s.Traffic {
		if _, known := geography.LookupEdge(s.Traffic[i].Edge); !known {
			refuse(fmt.Sprintf("traffic[%d].edge", i), "%q: want the IATA code of a CloudFront city such as FRA, IAD or SYD", s.Traffic[i].Edge)
		}
	}
	for i := range s.Events {
		e, place := &s.Events[i], fmt.Sprintf("events[%d]", i)
		if e.At > s.Duration {
			refuse(place+".at", "%s: after the drill's end at %s", e.At, s.Duration)
		}
		if f := e.Fault; f != nil {
			f.check(func(format string, args ...any) { refuse(place+".fault", format, args...) })
		}
		if e.Deploy != nil && e.Deploy.Share == 0 {
			e.Deploy.Share = 1
		}
	}
	slices.SortStableFunc(s.Events, func(a, b Event) int { return int(a.At - b.At) })
	return errors.Join(problems...)
}

// check: what a function reaches sleeps in wall time, which a drill has none of.
func (f *Fault) check(refuse func(format string, args ...any)) {
	places := 0
	for _, given := range []bool{f.Region != "", f.Service != "", f.SaaS} {
		if given {
			places++
		}
	}
	switch {
	case places != 1:
		refuse("want one of region, service and saas")
	case f.Region == "" && (f.Kind == "slow" || f.Kind == "timeout"):
		refuse("%q of a service or the SaaS would really wait: want down or error", f.Kind)
	case (f.Kind == "slow") != (f.Latency > 0):
		refuse("want a latency with slow, and only there")
	}
}

// name is a fault for people.
func (f *Fault) name() string {
	place := f.Region + f.Service
	if f.SaaS {
		place = "SaaS"
	}
	switch {
	case f.Kind == "slow":
		return place + " slow by " + f.Latency.String()
	case f.Kind == "error" && f.Status != 0:
		return fmt.Sprintf("%s answers %d", place, f.Status)
	}
	return place + " " + f.Kind
}
