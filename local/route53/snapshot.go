package route53

import (
	"cmp"
	"time"

	"github.com/onefront/onefront/aws/geography"
)

// snapshot is the body of GET /dns.
type snapshot struct {
	Names        []nameShown  `json:"names"`
	HealthChecks []checkShown `json:"healthChecks"`
}

type nameShown struct {
	Name    string        `json:"name"`
	Type    string        `json:"type"`
	ZoneID  string        `json:"zoneId"`
	Records []recordShown `json:"records"`
	// Answers is what each edge would be answered now: a region, or the target if it is in none.
	Answers map[string]string `json:"answers,omitempty"`
	// Kept are the answers that edges hold from before, until they expire.
	Kept map[string]keptShown `json:"kept,omitempty"`
}

type recordShown struct {
	SetIdentifier string   `json:"setIdentifier,omitempty"`
	LatencyRegion string   `json:"latencyRegion,omitempty"`
	Alias         bool     `json:"alias"`
	Values        []string `json:"values"`
	// Region is the one the record leads to, which for "next" is another than LatencyRegion.
	Region        string `json:"region,omitempty"`
	TTLSeconds    int    `json:"ttlSeconds"`
	HealthCheckID string `json:"healthCheckId,omitempty"`
	Healthy       bool   `json:"healthy"`
}

type keptShown struct {
	Answer  string    `json:"answer"`
	Expires time.Time `json:"expires"`
}

type checkShown struct {
	ID               string     `json:"id"`
	URL              string     `json:"url"`
	Region           string     `json:"region,omitempty"`
	Healthy          bool       `json:"healthy"`
	Disabled         bool       `json:"disabled"`
	Inverted         bool       `json:"inverted"`
	IntervalSeconds  int        `json:"intervalSeconds"`
	FailureThreshold int        `json:"failureThreshold"`
	Checkers         int        `json:"checkers"`
	CheckersHealthy  int        `json:"checkersHealthy"`
	LastAsked        *time.Time `json:"lastAsked,omitempty"`
	LastOutcome      string     `json:"lastOutcome,omitempty"`
}

// Snapshot is the body of GET /dns: every name with its records and their health, what each edge would be answered for
// the latency names and what it still keeps, and every health check.
func (s *Service) Snapshot() any {
	out := snapshot{Names: []nameShown{}, HealthChecks: []checkShown{}}
	kept := s.resolver.all(s.clock.Now())
	for _, key := range s.keys() {
		out.Names = append(out.Names, s.showName(s.sets[key], kept))
	}
	for _, c := range s.checks {
		out.HealthChecks = append(out.HealthChecks, s.showCheck(c))
	}
	return out
}

func (s *Service) showName(set *recordSet, kept map[question]cachedAnswer) nameShown {
	shown := nameShown{Name: set.key.name, Type: set.key.kind, ZoneID: set.records[0].zoneID}
	for _, rec := range set.records {
		s.mu.Lock()
		healthy := rec.healthy()
		s.mu.Unlock()
		r := recordShown{
			SetIdentifier: rec.setIdentifier, LatencyRegion: rec.region, Alias: rec.alias, Values: rec.values,
			Region: s.regionOfTarget(rec.target), TTLSeconds: int(rec.ttl / time.Second), Healthy: healthy,
		}
		if rec.check != nil {
			r.HealthCheckID = rec.check.id
		}
		shown.Records = append(shown.Records, r)
	}
	if !set.latency() {
		return shown
	}
	shown.Answers, shown.Kept = map[string]string{}, map[string]keptShown{}
	for _, edge := range geography.Edges() {
		shown.Answers[edge.Code] = s.where(s.choose(set, edge.Place).target)
		if a, ok := kept[question{edge.Code, set.key.name}]; ok {
			shown.Kept[edge.Code] = keptShown{s.where(a.target), a.expires}
		}
	}
	return shown
}

// where is a target's region, or the target itself.
func (s *Service) where(target string) string { return cmp.Or(s.regionOfTarget(target), target) }

func (s *Service) showCheck(c *healthCheck) checkShown {
	region := s.regionOf(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := checkShown{
		ID: c.id, URL: c.scheme + "://" + c.fqdn + c.path, Region: region, Healthy: c.healthy(), Disabled: c.disabled, Inverted: c.inverted,
		IntervalSeconds: int(c.interval / time.Second), FailureThreshold: c.threshold, Checkers: checkers, LastOutcome: c.lastOutcome,
	}
	for _, o := range c.opinions {
		if !o.unhealthy {
			shown.CheckersHealthy++
		}
	}
	if !c.lastAsked.IsZero() {
		at := c.lastAsked
		shown.LastAsked = &at
	}
	return shown
}

// Status is what a health check reports.
type Status struct {
	ID      string
	Healthy bool
	// Percent are the checkers that find it healthy.
	Percent float64
}

// Statuses are those of all health checks.
func (s *Service) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Status
	for _, c := range s.checks {
		healthy := 0
		for _, o := range c.opinions {
			if !o.unhealthy {
				healthy++
			}
		}
		all = append(all, Status{c.id, c.healthy(), 100 * float64(healthy) / checkers})
	}
	return all
}
