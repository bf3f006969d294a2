package route53

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/local/simtime"
)

// Errors of Resolve.
var (
	// ErrNXDomain: no zone has the name.
	ErrNXDomain = errors.New("no such name")
	// ErrNoData: the name has records, but none of type A.
	ErrNoData = errors.New("no address")
)

// maxChain bounds how many CNAMEs and aliases are followed.
const maxChain = 8

// question is what a resolver keeps answers by.
type question struct{ edge, name string }

type cachedAnswer struct {
	target  string
	expires time.Time
}

// resolverCache is the resolvers at all edges. It holds at most one answer per edge and known name.
type resolverCache struct {
	clock   *simtime.Clock
	mu      sync.RWMutex
	answers map[question]cachedAnswer
}

func (c *resolverCache) get(q question, now time.Time) (cachedAnswer, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	answer, ok := c.answers[q]
	return answer, ok && now.Before(answer.expires)
}

func (c *resolverCache) put(q question, answer cachedAnswer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[q] = answer
}

func (c *resolverCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.answers)
}

// all returns the answers that are still good.
func (c *resolverCache) all(now time.Time) map[question]cachedAnswer {
	c.mu.RLock()
	defer c.mu.RUnlock()
	valid := maps.Clone(c.answers)
	maps.DeleteFunc(valid, func(_ question, a cachedAnswer) bool { return !now.Before(a.expires) })
	return valid
}

// Resolve answers where a name leads for whoever asks from an edge: a host name outside all zones, or an address. edge
// is an IATA code; "" and unknown codes ask from nowhere in particular. Only type A is asked, since CloudFront's origin
// records are (F6.26). An answer is kept per edge until the shortest TTL on the way is over; a failure is not kept.
func (s *Service) Resolve(edge, name string) (string, error) {
	q := question{edge, canonical(name)}
	now := s.clock.Now()
	if answer, ok := s.resolver.get(q, now); ok {
		return answer.target, nil
	}
	target, ttl, err := s.lookup(placeOf(edge), q.name)
	if err != nil {
		return "", err
	}
	s.resolver.put(q, cachedAnswer{target, now.Add(ttl)})
	return target, nil
}

// placeOf is where an edge's resolver stands (F7.19).
//
// guess: the edge's city, though a miss may well be fetched, and its origin's name resolved, by the regional edge
// cache. Who asks from nowhere asks from the place of us-east-1.
func placeOf(edge string) geography.Place {
	if e, ok := geography.LookupEdge(edge); ok {
		return e.Place
	}
	home, _ := geography.LookupRegion("us-east-1")
	return home.Place
}

// lookup follows a name through the zones, without any memory.
func (s *Service) lookup(from geography.Place, name string) (target string, ttl time.Duration, err error) {
	target = name
	for range maxChain {
		rec, err := s.answer(from, target)
		if err != nil {
			return "", 0, err
		}
		if ttl == 0 || rec.ttl < ttl {
			ttl = rec.ttl
		}
		target = rec.target
		if !s.names[target] {
			return target, ttl, nil // out of our zones, or an address
		}
	}
	return "", 0, fmt.Errorf("%q: more than %d names lead on to each other", name, maxChain)
}

// answer is the authoritative answer to one question of type A, or the CNAME in its place.
func (s *Service) answer(from geography.Place, name string) (*record, error) {
	for _, kind := range []string{"A", "CNAME"} {
		if set := s.sets[setKey{name, kind}]; set != nil {
			return s.choose(set, from), nil
		}
	}
	if s.names[name] {
		return nil, fmt.Errorf("%q: %w", name, ErrNoData)
	}
	return nil, fmt.Errorf("%q: %w", name, ErrNXDomain)
}

// choose picks the healthy record with the least latency; if none is healthy, all count as healthy (F7.7). Equally far
// regions keep the graph's order.
func (s *Service) choose(set *recordSet, from geography.Place) *record {
	if len(set.records) == 1 {
		return set.records[0] // one record is always answered
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var nearest, nearestHealthy *record
	var least, leastHealthy float64
	for _, rec := range set.records {
		km := geography.DistanceKm(from, rec.place)
		if nearest == nil || km < least {
			nearest, least = rec, km
		}
		if rec.healthy() && (nearestHealthy == nil || km < leastHealthy) {
			nearestHealthy, leastHealthy = rec, km
		}
	}
	if nearestHealthy == nil {
		return nearest
	}
	return nearestHealthy
}

// healthy is the health check's word; without one a record is always healthy (F7.7). The caller holds mu.
func (rec *record) healthy() bool { return rec.check == nil || rec.check.healthy() }
