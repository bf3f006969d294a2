package route53

import (
	"time"

	"github.com/onefront/onefront/aws/geography"
)

// Told is what one edge is told for a latency name.
type Told struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Answer is a region, or the target if it is in none; Since is when it became so, nil: from the start.
	Answer string     `json:"answer"`
	Since  *time.Time `json:"since"`
	// Kept is an older answer that the edge still holds, until KeptUntil.
	Kept      string     `json:"kept,omitempty"`
	KeptUntil *time.Time `json:"keptUntil,omitempty"`
	// IfFails is, by region, the answer once that region's health check failed.
	IfFails map[string]string `json:"ifFails"`
}

// At is what an edge, by its IATA code, is told now, and what it would be told if a region failed.
func (s *Service) At(edge string) []Told {
	list := []Told{}
	kept := s.resolver.all(s.clock.Now())
	place := placeOf(edge)
	for _, key := range s.keys() {
		set := s.sets[key]
		if !set.latency() {
			continue
		}
		told := Told{Name: key.name, Type: key.kind, Answer: s.where(s.choose(set, place).target), IfFails: map[string]string{}}
		s.mu.Lock()
		if at, moved := s.moved[question{edge, key.name}]; moved {
			told.Since = &at
		}
		s.mu.Unlock()
		if a, ok := kept[question{edge, key.name}]; ok {
			told.Kept, told.KeptUntil = s.where(a.target), &a.expires
		}
		for _, rec := range set.records {
			region := s.where(rec.target)
			told.IfFails[region] = s.where(s.chooseWithout(set, place, rec.check).target)
		}
		list = append(list, told)
	}
	return list
}

// chooseWithout is choose as if a check had failed.
func (s *Service) chooseWithout(set *recordSet, from geography.Place, failed *healthCheck) *record {
	if failed == nil {
		return s.choose(set, from)
	}
	less := *set
	less.records = nil
	for _, rec := range set.records {
		if rec.check != failed {
			less.records = append(less.records, rec)
		}
	}
	if len(less.records) == 0 {
		return s.choose(set, from)
	}
	if len(less.records) == 1 && !s.isHealthy(less.records[0]) {
		return s.choose(set, from) // none would be healthy, so all count as healthy
	}
	return s.choose(&less, from)
}

func (s *Service) isHealthy(rec *record) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return rec.healthy()
}

// answers are what every edge is told for the latency names.
func (s *Service) answers() map[question]string {
	all := map[question]string{}
	for _, key := range s.keys() {
		set := s.sets[key]
		if !set.latency() {
			continue
		}
		for _, edge := range geography.Edges() {
			all[question{edge.Code, key.name}] = s.where(s.choose(set, edge.Place).target)
		}
	}
	return all
}

// noteMoves compares the edges' answers with those before a change of health.
func (s *Service) noteMoves(at time.Time) {
	now := s.answers()
	s.mu.Lock()
	defer s.mu.Unlock()
	for q, answer := range now {
		if s.told != nil && s.told[q] != answer {
			s.moved[q] = at
		}
	}
	s.told = now
}

// Checked says whether a health check asks the region's own name.
func (s *Service) Checked(region string) bool {
	for _, c := range s.checks {
		if s.regionOf(c) == region && (!c.disabled || c.inverted) {
			return true
		}
	}
	return false
}
