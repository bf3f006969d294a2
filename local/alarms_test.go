package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudwatch"
	"github.com/onefront/onefront/local/simtime"
)

// alarmWorld is the alarms of a recorded stack without its services: a test says what these would have seen.
type alarmWorld struct {
	*cloudwatch.Service
	clock *simtime.Clock
	t     *testing.T
	names map[string]string // physical names by role
	sick  []string          // health checks
	queue func()
	days  int
}

// minutes plays n minutes, each with what the function does at its start.
func (w *alarmWorld) minutes(n int, each func()) {
	w.t.Helper()
	for range n {
		each()
		if _, _, err := w.clock.Advance(w.t.Context(), time.Minute); err != nil {
			w.t.Fatal(err)
		}
	}
}

// alarmCase is what makes an alarm ring and what must not: the same trouble below its limit.
type alarmCase struct{ fire, quiet func(*alarmWorld) }

// alarmCases are those of the platform's alarms. Its functions are called api, here and in the project that ships.
var alarmCases = map[string]alarmCase{
	"edge-5xx": {
		func(w *alarmWorld) { w.minutes(5, func() { w.edge(200, 12, "/api/*", "") }) },
		func(w *alarmWorld) {
			w.minutes(5, func() { w.edge(90, 90, "/api/*", "") })
			w.minutes(5, func() { w.edge(200, 10, "/api/*", "") })
		},
	},
	"edge-errors": {
		func(w *alarmWorld) { w.minutes(2, func() { w.edge(1, 1, "*", "FunctionExecutionError") }) },
		func(w *alarmWorld) {
			w.minutes(1, func() { w.edge(1, 1, "*", "FunctionExecutionError") })
			w.minutes(5, func() { w.edge(50, 0, "*", "") })
		},
	},
	"edge-throttles": {
		func(w *alarmWorld) { w.minutes(5, func() { w.edge(1, 1, "*", "FunctionThrottledError") }) },
		func(w *alarmWorld) {
			w.minutes(4, func() { w.edge(1, 1, "*", "FunctionThrottledError") })
			w.minutes(5, func() {})
		},
	},
	"origin-latency": {
		func(w *alarmWorld) { w.minutes(5, func() { w.origin(120, 11*time.Second) }) },
		func(w *alarmWorld) {
			w.minutes(8, func() { w.origin(120, 9*time.Second) })
			w.minutes(8, func() { w.origin(20, 11*time.Second) })
		},
	},
	"health": {
		func(w *alarmWorld) { w.sick = []string{"origin-eu-west-1"}; w.minutes(3, func() {}) },
		func(w *alarmWorld) {
			w.sick = []string{"origin-eu-west-1"}
			w.minutes(2, func() {})
			w.sick = nil
			w.minutes(5, func() {})
		},
	},
	"all-regions-down": {
		func(w *alarmWorld) {
			w.sick = []string{"origin-eu-west-1", "origin-us-east-1", "origin-ap-southeast-2"}
			w.minutes(3, func() {})
		},
		func(w *alarmWorld) {
			w.sick = []string{"origin-eu-west-1", "origin-us-east-1"}
			w.minutes(6, func() {})
		},
	},
	"outside-in": {
		func(w *alarmWorld) { w.sick = []string{"outside-in"}; w.minutes(3, func() {}) },
		func(w *alarmWorld) { w.sick = []string{"origin-eu-west-1"}; w.minutes(6, func() {}) },
	},
	"certificate-edge": {certificateRunsOut, certificateRenews},
	"certificate":      {certificateRunsOut, certificateRenews},
	"region": {
		func(w *alarmWorld) { w.minutes(3, func() { w.api(100, 6, time.Millisecond) }) },
		func(w *alarmWorld) { w.minutes(6, func() { w.api(100, 5, time.Millisecond) }) },
	},
	"api-5xx": {
		func(w *alarmWorld) { w.minutes(3, func() { w.api(20, 2, time.Millisecond) }) },
		func(w *alarmWorld) { w.minutes(6, func() { w.api(19, 19, time.Millisecond) }) },
	},
	"api-latency": {
		func(w *alarmWorld) { w.minutes(5, func() { w.api(1000, 0, 8100*time.Millisecond) }) },
		func(w *alarmWorld) {
			w.minutes(8, func() { w.api(999, 0, 8100*time.Millisecond) })
			w.minutes(8, func() { w.api(1000, 0, 7*time.Second) })
		},
	},
	"errors-api": {
		func(w *alarmWorld) { w.minutes(3, func() { w.invoke("api", 100, 6, 0, time.Millisecond) }) },
		func(w *alarmWorld) { w.minutes(6, func() { w.invoke("api", 19, 19, 0, time.Millisecond) }) },
	},
	"throttled-api": {
		func(w *alarmWorld) { w.minutes(3, func() { w.invoke("api", 1, 0, 1, time.Millisecond) }) },
		func(w *alarmWorld) {
			w.minutes(2, func() { w.invoke("api", 1, 0, 1, time.Millisecond) })
			w.minutes(6, func() {})
		},
	},
	"duration-api": {
		func(w *alarmWorld) { w.minutes(5, func() { w.invoke("api", 1000, 0, 0, 9*time.Second) }) },
		func(w *alarmWorld) { w.minutes(8, func() { w.invoke("api", 1000, 0, 0, 8*time.Second) }) },
	},
}

func certificateRunsOut(w *alarmWorld) { w.days = 30; w.minutes(16*60, func() {}) }
func certificateRenews(w *alarmWorld)  { w.days = 46; w.minutes(16*60, func() {}) }

func (w *alarmWorld) edge(all, bad int, behavior, detailed string) {
	for i := range all {
		r := cloudwatch.EdgeRequest{Behavior: behavior, Status: 200}
		if i < bad {
			r.Status, r.Detailed = 503, detailed
		}
		w.Edge(r)
	}
}

func (w *alarmWorld) origin(n int, latency time.Duration) {
	for range n {
		w.Edge(cloudwatch.EdgeRequest{Behavior: "/api/*", Status: 200, OriginLatency: latency})
	}
}

func (w *alarmWorld) api(all, bad int, latency time.Duration) {
	for i := range all {
		status := 200
		if i < bad {
			status = 500
		}
		w.API(cloudwatch.APIRequest{Region: "eu-west-1", APIID: w.names["api"], Stage: "$default", Status: status, Latency: latency})
	}
}

func (w *alarmWorld) invoke(role string, all, failed, throttled int, d time.Duration) {
	for i := range all {
		w.Invocation(cloudwatch.Invocation{Region: "eu-west-1", Function: w.names["fn "+role], Failed: i < failed, Duration: d})
	}
	for range throttled {
		w.Invocation(cloudwatch.Invocation{Region: "eu-west-1", Function: w.names["fn "+role], Throttled: true})
	}
}

func (w *alarmWorld) waiting(queue string, visible int, oldest time.Duration) {
	w.queue = func() { w.Queue("eu-west-1", w.names["queue "+queue], visible, 0, 0, oldest) }
}

// Every alarm of the platform rings in its case and stays quiet in the other, and so do those that it gives every
// function.
func TestAlarms_ringAndStayQuiet(t *testing.T) {
	worker := func(w *alarmWorld) { w.minutes(3, func() { w.invoke("worker", 1, 1, 1, time.Millisecond) }) }
	idle := func(w *alarmWorld) { w.minutes(3, func() {}) }
	cases := maps.Clone(alarmCases)
	maps.Copy(cases, map[string]alarmCase{
		"errors-worker": {worker, idle}, "throttled-worker": {worker, idle},
		"duration-worker": {
			func(w *alarmWorld) { w.minutes(5, func() { w.invoke("worker", 1000, 0, 0, 9*time.Second) }) },
			func(w *alarmWorld) { w.minutes(8, func() { w.invoke("worker", 100, 0, 0, 9*time.Second) }) },
		},
	})
	playAlarms(t, notes, "notes-prod-", 18, cases)
}

// playAlarms plays cases at the stack prod of a project, at least as many as said. An alarm without a case, here or
// among the platform's, fails.
func playAlarms(t *testing.T, project, prefix string, least int, cases map[string]alarmCase) {
	t.Helper()
	recorded := recordAlarms(t, project)
	const region = "-eu-west-1"
	looked := 0
	for _, a := range newAlarmWorld(t, recorded).Alarms() {
		role := strings.TrimPrefix(a.Name, prefix)
		for _, other := range []string{"-us-east-1", "-ap-southeast-2"} {
			if strings.HasSuffix(role, other) {
				role = ""
			}
		}
		if role == "" {
			continue // the same as in the first region
		}
		key := strings.TrimSuffix(role, region)
		for _, family := range []string{"edge-errors", "edge-throttles"} {
			if strings.HasPrefix(key, family+"-") {
				key = family
			}
		}
		c, ok := cases[key]
		if _, platforms := alarmCases[key]; !ok && !platforms {
			t.Errorf("%s has no case", role)
		}
		if !ok {
			continue
		}
		looked++
		t.Run(role, func(t *testing.T) {
			for _, play := range []struct {
				what string
				do   func(*alarmWorld)
				want bool
			}{{"fire", c.fire, true}, {"quiet", c.quiet, false}} {
				w := newAlarmWorld(t, recorded)
				play.do(w)
				if rang := w.rang(a.Name); rang != play.want {
					t.Errorf("%s: rang %v, want %v: %s", play.what, rang, play.want, w.reason(a.Name))
				}
			}
		})
	}
	if looked < least {
		t.Errorf("%d alarms were looked at", looked)
	}
}

func (w *alarmWorld) find(name string) cloudwatch.Alarm {
	for _, a := range w.Alarms() {
		if a.Name == name {
			return a
		}
	}
	return cloudwatch.Alarm{}
}

func (w *alarmWorld) rang(name string) bool {
	return slices.ContainsFunc(w.find(name).History, func(c cloudwatch.Change) bool { return c.To == cloudwatch.InAlarm })
}

func (w *alarmWorld) reason(name string) string { return w.find(name).Reason }

// recordAlarms is prod with every alarm that there is.
func recordAlarms(t *testing.T, project string) *graph.Graph {
	t.Helper()
	s, err := loadStack(flags{project: project, stack: "prod"}, map[string]string{"onefront:alarms": `{"emails": ["a@example.com"], "additionalMetrics": true}`}, noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := recordOnce(s, t.Context(), recording{key: withKey(noEnvironment)(upstreamKeyVariable), hear: func(graph.Message) {}})
	if err != nil {
		t.Fatal(err)
	}
	return recorded
}

func newAlarmWorld(t *testing.T, recorded *graph.Graph) *alarmWorld {
	t.Helper()
	w := &alarmWorld{t: t, clock: simtime.NewStill(drillStart), names: map[string]string{}, days: 100}
	t.Cleanup(w.clock.Close)
	checks := map[string]string{}
	for _, r := range recorded.Resources {
		role := strings.TrimSuffix(r.Name, "-eu-west-1")
		switch {
		case r.Type == "aws:route53/healthCheck:HealthCheck":
			checks[r.Name] = r.ID
		case r.Region != "eu-west-1":
		case r.Type == "aws:apigatewayv2/api:Api":
			w.names["api"] = r.ID
		case r.Type == "aws:lambda/function:Function":
			w.names["fn "+role] = r.Output("name")
		case r.Type == "aws:sqs/queue:Queue":
			w.names["queue "+role] = r.Output("name")
		}
	}
	var err error
	w.Service, err = cloudwatch.New(recorded.Read(), cloudwatch.Options{Clock: w.clock, Sample: func() {
		for name, id := range checks {
			w.HealthCheck(id, !slices.Contains(w.sick, name), 100)
		}
		if w.queue != nil {
			w.queue()
		}
		w.DaysToExpiry(w.days)
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.Start()
	return w
}
