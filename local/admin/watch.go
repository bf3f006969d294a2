package admin

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// sightings are what changes by itself as it was seen last, so that a change becomes a mark of the timeline.
type sightings struct {
	mu      sync.Mutex
	drained map[string]bool
	alarms  map[string]string
}

// watch looks for drains that came or went and alarms that changed. Dashboards look once a second; the mark of a drain
// stands where it was seen, that of an alarm where it happened.
func (s *Server) watch() {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	first := s.seen.drained == nil
	if first {
		s.seen.drained, s.seen.alarms = map[string]bool{}, map[string]string{}
	}
	for _, r := range s.o.Regions {
		drained := r.Drained != nil && r.Drained()
		if drained != s.seen.drained[r.Name] && !first {
			words := "is drained"
			if !drained {
				words = "takes viewers again"
			}
			s.mark("drain", r.Name, "%s %s", r.Name, words)
		}
		s.seen.drained[r.Name] = drained
	}
	s.watchAlarms(first)
}

// inAlarm is the state that people are told of; between the others nothing happens that anybody would look for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-concepts.html
const inAlarm = "ALARM"

func (s *Server) watchAlarms(first bool) {
	if s.o.Alarms == nil {
		return
	}
	raw, err := json.Marshal(s.o.Alarms())
	if err != nil {
		return
	}
	var alarms []struct {
		Name, Region, State string
		Since               time.Time
	}
	if json.Unmarshal(raw, &alarms) != nil {
		return
	}
	for _, a := range alarms {
		if before := s.seen.alarms[a.Name]; before != a.State && (before == inAlarm || a.State == inAlarm) && !first {
			at := a.Since
			if at.IsZero() {
				at = s.o.Now()
			}
			s.o.Requests.Mark(Mark{At: at.UTC(), Kind: "alarm", Region: a.Region, Text: fmt.Sprintf("alarm %s: %s", a.Name, a.State)})
		}
		s.seen.alarms[a.Name] = a.State
	}
}
