package cloudfront

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/cloudfront/function"
	"github.com/onefront/onefront/local/cloudfront/keyvaluestore"
	"github.com/onefront/onefront/local/cloudfront/waf"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/simtime"
)

// Options are what a distribution needs beside the graph.
type Options struct {
	// Clock is the simulated time objects age by. Required.
	Clock *simtime.Clock
	// Network reaches the origins. Required.
	Network *network.Network
	// CacheLimitBytes bounds the objects kept at all edges together, keys and headers included. Required, over 0.
	CacheLimitBytes int64
	// DefaultEdge is the IATA code of the edge of viewers who name none. Required.
	DefaultEdge string
	// Log receives function errors and the functions' console.log. Default [slog.Default].
	Log *slog.Logger
	// OnRequest is called after every answered request, from the request's goroutine. Default: nothing.
	OnRequest func(Request)
}

// Edge serves one distribution at every edge. It is an [http.Handler], safe for concurrent use, and has no goroutines
// of its own: background refreshes run as tracked work of the clock.
type Edge struct {
	dist      *distribution.Distribution
	clock     *simtime.Clock
	network   *network.Network
	log       *slog.Logger
	onRequest func(Request)
	pops      map[string]*pop
	first     *pop
	cache     *cache
	steps     []step
	stores    keyvaluestore.Stores
	acl       *waf.ACL // nil for none, and for one from outside the program

	mu      sync.Mutex
	flights map[string]*flight
}

// New reads the distribution of a graph. Whatever it does not imitate is an error that names URN, path and value.
func New(g *graph.Reading, o Options) (*Edge, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	stores := keyvaluestore.Load(g)
	functions, err := function.Load(g, stores, o.Log)
	if err != nil {
		return nil, err
	}
	e, err := newEdge(g, functions, o)
	if err == nil {
		e.stores = stores
	}
	return e, err
}

// KeyValueStores are the stores that the distribution's functions read.
func (e *Edge) KeyValueStores() keyvaluestore.Stores { return e.stores }

func newEdge(g *graph.Reading, functions distribution.FunctionSet, o Options) (*Edge, error) {
	if o.Clock == nil || o.Network == nil {
		return nil, errors.New("cloudfront: Options.Clock and Options.Network are required")
	}
	if o.CacheLimitBytes <= 0 {
		return nil, fmt.Errorf("cloudfront: Options.CacheLimitBytes is %d: want more than 0", o.CacheLimitBytes)
	}
	acls := waf.Load(g)
	dist, err := distribution.New(g, functions)
	if err != nil {
		return nil, err
	}
	acl := acls[dist.WebACL]
	if acl != nil && len(acl.Managed) > 0 {
		o.Log.Info("managed rules of the web ACL let everything through here: AWS does not publish them", "rules", acl.Managed)
	}
	e := &Edge{
		dist: dist, acl: acl, clock: o.Clock, network: o.Network, log: o.Log, onRequest: o.OnRequest,
		pops: pops(dist), cache: newCache(o.CacheLimitBytes), steps: pipeline(), flights: map[string]*flight{},
	}
	if e.first = e.pops[strings.ToUpper(o.DefaultEdge)]; e.first == nil {
		return nil, fmt.Errorf("default edge %q: want the IATA code of a CloudFront edge such as FRA, IAD or SYD", o.DefaultEdge)
	}
	return e, nil
}

// DomainName is the distribution's own name.
func (e *Edge) DomainName() string { return e.dist.DomainName }

// Aliases are the distribution's alternate names, in the program's order.
func (e *Edge) Aliases() []string { return append([]string(nil), e.dist.Aliases...) }

// CacheBytes is what the objects of all edges take at the moment.
func (e *Edge) CacheBytes() int64 { return e.cache.size() }

// Reset empties the caches of all edges, brings the key value stores back to what the program gave them and forgets
// whom the web ACL counted. Answers on their way are not kept.
func (e *Edge) Reset() {
	e.cache.clear()
	e.stores.Reset()
	e.acl.Reset()
}

// ServeHTTP answers one viewer request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(e, r)
	var a *answer
	for _, step := range e.steps {
		if a = step(e, x); a != nil {
			break
		}
	}
	a = e.viewerResponse(x, a)
	n := e.write(w, x, a)
	if e.onRequest != nil {
		x.explainAnswer(a, w.Header(), n)
		e.onRequest(x.record(a, w.Header(), n))
	}
}

// pop is one edge, with what its answers say about it.
type pop struct {
	geography.Edge
	Country country
	// Name is the value of X-Amz-Cf-Pop, Via the name in Via headers.
	Name, Via string
	// ServerIP is the address origins and functions see.
	ServerIP   string
	nameHeader []string
}

// pops prepares every edge of the geography. Their addresses are of a range for documentation, RFC 5737.
func pops(dist *distribution.Distribution) map[string]*pop {
	all := map[string]*pop{}
	countries := countriesByEdge()
	for i, edge := range geography.Edges() {
		name := edge.Code + "56-P1"
		all[edge.Code] = &pop{
			Edge: edge, Country: countries[edge.Code], Name: name, nameHeader: []string{name},
			Via: viaName(dist.ID, edge.Code), ServerIP: fmt.Sprintf("198.51.%d.%d", 100+i/250, 1+i%250),
		}
	}
	return all
}
