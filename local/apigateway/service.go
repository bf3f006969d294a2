package apigateway

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda"
)

// Invoker calls functions; [lambda.Service] is one.
type Invoker interface {
	Invoke(ctx context.Context, functionARN string, payload []byte) (lambda.Result, error)
}

// Clock tells the time of local mode, which fills token buckets and stamps requests.
type Clock interface{ Now() time.Time }

// Options configure [New].
type Options struct {
	// Invoker calls the functions. Required.
	Invoker Invoker
	// Clock defaults to the machine's. Integration timeouts are the machine's always, since functions run by it.
	Clock Clock
	// Patience multiplies the time that integrations have, as Lambda's does. Default 1.
	Patience int
	// Log receives the access log lines, at info, with attributes logGroup and region. Default: none.
	Log *slog.Logger
	// OnRequest is called after every request that reached a stage. Default: nothing.
	OnRequest func(Served)
}

// Served is what metrics count of a request. IntegrationLatency is 0 where no function was asked.
type Served struct {
	Region, APIID, Stage        string
	Status, Bytes               int
	Latency, IntegrationLatency time.Duration
}

// Service serves the HTTP APIs of one graph.
type Service struct {
	options Options
	apis    map[string]*api // by id
	regions map[string]*region
}

// Endpoint is what one region answers for.
type Endpoint struct {
	Region string
	// Hosts are the names to connect to: execute-api hosts and the targets of custom domains. The Host header, which
	// may be another name, picks the API.
	Hosts   []string
	Handler http.Handler
}

// New reads the graph's HTTP APIs. Every problem is reported at once, with URN, path and value.
func New(g *graph.Reading, o Options) (*Service, error) {
	if o.Invoker == nil {
		return nil, errors.New("API Gateway: Options.Invoker is missing: want a lambda.Service")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = wallClock{}
	}
	s := &Service{options: o, apis: map[string]*api{}, regions: map[string]*region{}}
	if err := s.load(g); err != nil {
		return nil, err
	}
	return s, nil
}

// load reads the resources in the order in which they name each other.
func (s *Service) load(g *graph.Reading) error {
	functions := map[string]bool{}
	for _, r := range g.See(lambda.FunctionType) {
		functions[r.Output("arn")] = true
	}
	for _, r := range g.See(lambda.AliasType) {
		functions[r.Output("arn")] = true
	}
	for _, r := range g.Take(apiType) {
		if a := newAPI(r); a != nil {
			s.addAPI(a)
		}
	}
	integrations := map[string]integration{}
	for _, r := range g.Take(integrationType) {
		i, apiID := newIntegration(r, functions)
		integrations[apiID+"/"+cmp.Or(r.ID, r.Output("id"))] = i
	}
	for _, r := range g.Take(routeType) {
		s.addRoute(r, integrations)
	}
	for _, a := range s.apis {
		sortRoutes(a.routes)
	}
	var permissions []permission
	for _, r := range g.Take(permissionType) {
		permissions = append(permissions, newPermission(r))
	}
	for _, r := range g.Take(stageType) {
		s.addStage(r, permissions)
	}
	for _, r := range g.Take(domainNameType) {
		s.region(r.Region).addDomain(r)
	}
	for _, r := range g.Take(apiMappingType) {
		s.addMapping(r)
	}
	return g.Err()
}

func (s *Service) addAPI(a *api) {
	g := s.region(a.region)
	s.apis[a.id] = a
	g.apis[a.executeHost] = a
	g.hosts = append(g.hosts, a.executeHost)
}

func (s *Service) region(name string) *region {
	if s.regions[name] == nil {
		burst, perSecond := accountBurst, float64(accountRate)
		s.regions[name] = &region{
			name: name, apis: map[string]*api{}, domains: map[string]*domain{}, account: newBucket(&burst, &perSecond),
		}
	}
	return s.regions[name]
}

// Endpoints returns one endpoint per region, sorted by region.
func (s *Service) Endpoints() []Endpoint {
	var list []Endpoint
	for _, name := range slices.Sorted(maps.Keys(s.regions)) {
		g := s.regions[name]
		list = append(list, Endpoint{Region: name, Hosts: slices.Sorted(slices.Values(g.hosts)), Handler: &handler{s, g}})
	}
	return list
}

// RegionHost returns the Host header for requests straight to a region's API: its execute-api host, or, where that
// endpoint is disabled, the region's own name below the wildcard domain, or the custom domain itself. "" without an
// API in the region.
func (s *Service) RegionHost(name string) string {
	g := s.regions[name]
	if g == nil {
		return ""
	}
	for _, host := range slices.Sorted(maps.Keys(g.apis)) {
		if !g.apis[host].disabled {
			return host
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(g.domains)) {
		if len(g.domains[domain].mappings) == 0 {
			continue
		}
		if parent, wildcard := strings.CutPrefix(domain, "*."); wildcard {
			return name + "." + parent
		}
		return domain
	}
	return ""
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }
