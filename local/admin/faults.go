package admin

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/onefront/onefront/local/fault"
)

const faultExample = `{"fault": "none|down|error|slow|timeout", "statusCode": 503, "latencyMs": 1000}`

// regionState is an element of GET /regions.
type regionState struct {
	Region string `json:"region"`
	fault.Fault
	// Healthy is null where nothing checks the region.
	Healthy *bool  `json:"healthy"`
	Drained bool   `json:"drained"`
	URL     string `json:"url"`
}

// serviceState is an element of GET /services.
type serviceState struct {
	Region  string `json:"region"`
	Service string `json:"service"`
	fault.Fault
}

func (s *Server) regions() []regionState {
	states := make([]regionState, 0, len(s.o.Regions))
	for _, r := range s.o.Regions {
		states = append(states, r.state())
	}
	return states
}

func (r Region) state() regionState {
	state := regionState{Region: r.Name, Fault: r.Fault.Get(), URL: r.URL}
	if r.Healthy != nil {
		healthy := r.Healthy()
		state.Healthy = &healthy
	}
	if r.Drained != nil {
		state.Drained = r.Drained()
	}
	return state
}

func (s *Server) services() []serviceState {
	states := []serviceState{}
	for _, r := range s.o.Regions {
		for _, name := range slices.Sorted(maps.Keys(r.Services)) {
			states = append(states, serviceState{Region: r.Name, Service: name, Fault: r.Services[name].Get()})
		}
	}
	return states
}

func (s *Server) getRegions(w http.ResponseWriter, _ *http.Request) { answer(w, s.regions()) }

func (s *Server) getServices(w http.ResponseWriter, _ *http.Request) { answer(w, s.services()) }

func (s *Server) getRegion(w http.ResponseWriter, r *http.Request) {
	if region, ok := s.region(w, r); ok {
		answer(w, region.state())
	}
}

func (s *Server) putRegion(w http.ResponseWriter, r *http.Request) {
	region, ok := s.region(w, r)
	if ok && s.set(w, r, region.Fault, region.Name, region.Name) {
		answer(w, region.state())
	}
}

func (s *Server) putService(w http.ResponseWriter, r *http.Request) {
	region, ok := s.region(w, r)
	if !ok {
		return
	}
	name := r.PathValue("service")
	service, ok := region.Services[name]
	if !ok {
		known := strings.Join(slices.Sorted(maps.Keys(region.Services)), " or ")
		fail(w, http.StatusNotFound, "service: %q: want %s", name, known)
		return
	}
	if s.set(w, r, service, region.Name, name+" of "+region.Name) {
		answer(w, serviceState{Region: region.Name, Service: name, Fault: service.Get()})
	}
}

func (s *Server) getSaaS(w http.ResponseWriter, _ *http.Request) {
	if s.haveSaaS(w) {
		answer(w, s.o.SaaS.Get())
	}
}

func (s *Server) putSaaS(w http.ResponseWriter, r *http.Request) {
	if s.haveSaaS(w) && s.set(w, r, s.o.SaaS, "", "the SaaS") {
		answer(w, s.o.SaaS.Get())
	}
}

func (s *Server) getTickets(w http.ResponseWriter, _ *http.Request) {
	if s.haveSaaS(w) {
		answer(w, s.o.Tickets())
	}
}

// haveSaaS answers 409 when the upstream is the user's own.
func (s *Server) haveSaaS(w http.ResponseWriter) bool {
	if s.o.SaaS != nil {
		return true
	}
	fail(w, http.StatusConflict, "saas: local mode runs with -upstream, so there is no stand-in SaaS to look at or to break: start it without")
	return false
}

func (s *Server) region(w http.ResponseWriter, r *http.Request) (Region, bool) {
	name := r.PathValue("region")
	names := make([]string, 0, len(s.o.Regions))
	for _, region := range s.o.Regions {
		if region.Name == name {
			return region, true
		}
		names = append(names, region.Name)
	}
	fail(w, http.StatusNotFound, "region: %q: want one of the stack's regions %s", name, strings.Join(names, ", "))
	return Region{}, false
}

// set reads a fault and sets a switch. what names it for people, region is the one it belongs to, "" if none.
func (s *Server) set(w http.ResponseWriter, r *http.Request, to Switch, region, what string) bool {
	var f fault.Fault
	if !read(w, r, &f, faultExample) {
		return false
	}
	err := f.Validate()
	if err == nil && f.Kind == "" {
		fail(w, http.StatusBadRequest, `fault: missing: want %s`, faultExample)
		return false
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "%v", err)
		return false
	}
	to.Set(f)
	s.mark("fault", region, "%s: %s", what, inWords(to.Get()))
	s.o.Log.Info("fault set", "path", r.URL.Path, "fault", f.Kind)
	s.events.changed()
	return true
}

// clearFaults ends every fault.
func (s *Server) clearFaults() {
	for _, r := range s.o.Regions {
		r.Fault.Set(fault.Fault{Kind: fault.None})
		for _, service := range r.Services {
			service.Set(fault.Fault{Kind: fault.None})
		}
	}
	if s.o.SaaS != nil {
		s.o.SaaS.Set(fault.Fault{Kind: fault.None})
	}
}

// inWords is a fault as a mark of the timeline tells it.
func inWords(f fault.Fault) string {
	switch f.Kind {
	case fault.None:
		return "works again"
	case fault.Error:
		return fmt.Sprintf("answers %d", f.StatusCode)
	case fault.Slow:
		return fmt.Sprintf("slow by %d ms", f.LatencyMS)
	case fault.Timeout:
		return "never answers"
	}
	return string(f.Kind)
}
