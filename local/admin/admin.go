package admin

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/onefront/onefront/local/dashboard"
	"github.com/onefront/onefront/local/fault"
)

// Options are the parts of the running topology the admin API shows and changes. All are required unless said
// otherwise, and safe for concurrent use.
type Options struct {
	// Stack and Routing are shown on the dashboard.
	Stack, Routing string
	// Viewer is the URL of the viewers' listener.
	Viewer string
	// Regions in the order of the configuration.
	Regions []Region
	// SaaS is the stand-in's switch; nil with an upstream of the user's own, whose faults local mode cannot cause.
	SaaS Switch
	// Tickets, Queues and DNS are the bodies of GET /saas/tickets, /queues and /dns. Tickets is nil when SaaS is.
	Tickets, Queues, DNS func() any
	// Recent are the queues and tickets that a dashboard shows: at most limit messages of each list, and how many there
	// are.
	Recent func(limit int) (queues, tickets any)
	// Alarms is the body of GET /alarms; nil: there is no such address.
	Alarms func() any
	// DNSAt is the body of GET /dns/{edge}: what one edge is told. An error is the caller's fault.
	DNSAt func(edge string) (any, error)
	// Edges is the body of GET /edges: where the edges' functions send viewers; null where no function chooses.
	Edges func() any
	// Picture is the body of GET /topology: what the graph says of distribution, regions and what is in them.
	Picture any
	// Redrive moves a region's dead letters back and says how many; nil where there is no queue.
	Redrive func(region string) (moved int)
	// Endpoints is the body of GET /endpoints: where the imitated AWS services are, and the key they ask for.
	Endpoints func() any
	// Outputs is the body of GET /outputs: the stack's outputs as `pulumi stack output --json` prints them.
	Outputs any
	// Metrics is the body of GET /metrics, with limit datapoints of each metric.
	Metrics func(limit int) any
	// Requests keeps the request log and the counters.
	Requests *RequestLog
	// LastHour is the member lastHour of GET /stats: what `go run ./stats -json` would say of the last hour. nil: none.
	LastHour func() any
	// Invalidate drops cached objects and says how many. An error is the caller's fault.
	Invalidate func(paths []string) (objects int, err error)
	// Now is simulated time; Advance moves it on by d and says whether it waited for all that that started.
	Now     func() time.Time
	Advance func(ctx context.Context, d time.Duration) (now time.Time, waited bool, err error)
	// Reset brings queues, tickets, caches, health and environments back to the start. Faults and the request log
	// are reset here.
	Reset func(ctx context.Context) error
	// Hosts are names beside loopback ones that a Host header may carry, such as the host of the admin flag.
	Hosts []string
	Log   *slog.Logger
}

// Switch sets a fault. [fault.Switch] is one.
type Switch interface {
	Get() fault.Fault
	Set(f fault.Fault)
}

// Region is one region of the topology.
type Region struct {
	Name string
	// URL is a loopback address that stands for the region's API endpoint.
	URL string
	// Fault is what CloudFront and Route 53 reach: the API and the site's bucket.
	Fault Switch
	// Services are the region's other switches by name: "sqs" and "ssm".
	Services map[string]Switch
	// Healthy is the opinion of the region's health check; nil where nothing checks the region.
	Healthy func() bool
	// Drained says whether viewers are kept away from the region; nil: never.
	Drained func() bool
}

// Server answers the admin API. [Server.Close] ends the dashboards' event streams.
type Server struct {
	o      Options
	events *hub
	mux    *http.ServeMux
	seen   sightings
}

// New returns a server for a topology.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, mux: http.NewServeMux()}
	s.events = newHub(s.state)
	for pattern, m := range map[string]methods{
		"/{$}":                         {http.MethodGet: dashboard.Page("index.html")},
		"/dashboard/{file}":            {http.MethodGet: dashboard.File},
		"/events":                      {http.MethodGet: s.streamEvents},
		"/regions":                     {http.MethodGet: s.getRegions},
		"/regions/{region}":            {http.MethodGet: s.getRegion, http.MethodPut: s.putRegion},
		"/services":                    {http.MethodGet: s.getServices},
		"/services/{region}/{service}": {http.MethodPut: s.putService},
		"/saas":                        {http.MethodGet: s.getSaaS, http.MethodPut: s.putSaaS},
		"/saas/tickets":                {http.MethodGet: s.getTickets},
		"/queues":                      {http.MethodGet: s.getQueues},
		"/endpoints":                   {http.MethodGet: s.getEndpoints},
		"/outputs":                     {http.MethodGet: s.getOutputs},
		"/queues/{region}/redrive":     {http.MethodPost: s.postRedrive},
		"/requests":                    {http.MethodGet: s.getRequests},
		"/metrics":                     {http.MethodGet: s.getMetrics},
		"/requests/{id}":               {http.MethodGet: s.getRequest},
		"/timeline":                    {http.MethodGet: s.getTimeline},
		"/topology":                    {http.MethodGet: s.getTopology},
		"/edges":                       {http.MethodGet: s.getEdges},
		"/dns":                         {http.MethodGet: s.getDNS},
		"/dns/{edge}":                  {http.MethodGet: s.getDNSAt},
		"/stats":                       {http.MethodGet: s.getStats},
		"/invalidations":               {http.MethodPost: s.postInvalidation},
		"/clock":                       {http.MethodGet: s.getClock, http.MethodPost: s.postClock},
		"/reset":                       {http.MethodPost: s.postReset},
	} {
		s.mux.Handle(pattern, m)
	}
	if o.Alarms != nil {
		s.mux.Handle("/alarms", methods{http.MethodGet: s.getAlarms})
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "path: %q: the admin API has no such path; see GET / for the dashboard", r.URL.Path)
	})
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if refused := s.foreign(r); refused != "" {
		s.o.Log.Warn("admin request refused", "method", r.Method, "path", r.URL.Path, "reason", refused)
		fail(w, http.StatusForbidden, "%s", refused)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Close ends event streams, which otherwise last as long as a dashboard is open.
func (s *Server) Close() { s.events.close() }

// Changed tells open dashboards to look again, for changes that do not come through the admin API.
func (s *Server) Changed() { s.events.changed() }

// methods picks a handler by method and answers 405 with Allow otherwise. HEAD is GET without a body.
type methods map[string]http.HandlerFunc
