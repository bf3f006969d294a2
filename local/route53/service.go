package route53

import (
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/simtime"
)

// Options are what the service needs beside the graph.
type Options struct {
	// Clock is the simulated time. Required.
	Clock *simtime.Clock
	// Network is asked by health checks. Required if there are any.
	Network *network.Network
	// OnHealth hears of changes of health too, at simulated times: of a check on a region's own name, else region is "".
	// Default: nothing.
	OnHealth func(region, name string, healthy bool, outcome string, at time.Time)
	// Log hears of changes of health. Default: discarded.
	Log *slog.Logger
}

// Service holds all hosted zones. It is safe for concurrent use.
type Service struct {
	clock   *simtime.Clock
	network *network.Network
	log     *slog.Logger
	heard   func(region, name string, healthy bool, outcome string, at time.Time)

	sets     map[setKey]*recordSet // fixed after New
	names    map[string]bool       // every name that has a record of any type
	checks   []*healthCheck        // in the graph's order, fixed after New
	resolver resolverCache

	mu      sync.Mutex // guards the checks' state and what follows
	started bool
	told    map[question]string    // what every edge was told at the last change of health
	moved   map[question]time.Time // when that last changed
	closed  bool
}

// New reads every record and health check of the graph, and refuses what it does not imitate and what Route 53 would
// not accept.
func New(g *graph.Reading, o Options) (*Service, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		clock: o.Clock, network: o.Network, log: o.Log, heard: o.OnHealth, moved: map[question]time.Time{},
		sets: map[setKey]*recordSet{}, names: map[string]bool{},
		resolver: resolverCache{clock: o.Clock, answers: map[question]cachedAnswer{}},
	}
	for _, r := range g.Take(healthCheckType) {
		s.checks = append(s.checks, newHealthCheck(r))
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	for _, r := range g.Take(recordType) {
		s.addRecord(r)
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	s.checkSets()
	return s, g.Err()
}

// Start begins the health checks: the first question comes one interval from now. Later calls do nothing.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return
	}
	s.started = true
	s.mu.Unlock()
	told := s.answers() // it takes the mutex
	s.mu.Lock()
	s.told = told
	now := s.clock.Now()
	for _, c := range s.checks {
		if !c.disabled {
			s.schedule(c, now.Add(c.interval))
		}
	}
}

// Close ends the health checks.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// Latency says whether any name is answered by distance.
func (s *Service) Latency() bool {
	for _, set := range s.sets {
		if set.latency() {
			return true
		}
	}
	return false
}

// Reset makes every check as good as new, that is healthy (F7.12), and forgets all kept answers.
func (s *Service) Reset() {
	s.mu.Lock()
	for _, c := range s.checks {
		c.reset()
	}
	s.mu.Unlock()
	s.noteMoves(s.clock.Now())
	s.resolver.clear()
}

// Healthy is what the health check on a region's own name says, true without one. The region is found by where the
// checked name leads.
func (s *Service) Healthy(region string) bool {
	for _, c := range s.checks {
		if s.regionOf(c) != region {
			continue
		}
		s.mu.Lock()
		healthy := c.healthy()
		s.mu.Unlock()
		if !healthy {
			return false
		}
	}
	return true
}

// regionOf is the region that a checked name leads to, or "".
func (s *Service) regionOf(c *healthCheck) string {
	set := s.sets[setKey{c.fqdn, "A"}]
	if set == nil || set.latency() {
		return ""
	}
	return s.regionOfTarget(set.records[0].target)
}

// regionOfTarget is the region of a host, "" if the network does not have it.
func (s *Service) regionOfTarget(target string) string {
	if s.network == nil {
		return ""
	}
	server, err := s.network.Lookup("", target)
	if err != nil {
		return ""
	}
	return server.Region
}

// keys are the sets' keys, sorted by name and type.
func (s *Service) keys() []setKey {
	return slices.SortedFunc(maps.Keys(s.sets), func(a, b setKey) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind))
	})
}

// checkSets refuses record sets that Route 53 would refuse as a whole.
func (s *Service) checkSets() {
	for _, key := range s.keys() {
		set := s.sets[key]
		set.check()
		for _, other := range []string{"A", "AAAA", "HTTPS"} {
			if _, both := s.sets[setKey{key.name, other}]; both && key.kind == "CNAME" {
				set.records[0].resource.Refuse("name", key.name, "a CNAME record must be the only one of its name (RFC 1034), but there is one of type "+other)
			}
		}
	}
}
