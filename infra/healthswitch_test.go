package infra_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/local/apigateway"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/lambda/lambdatest"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/route53"
	"github.com/onefront/onefront/local/simtime"
)

// attacked is the region that strangers ask round the edge.
const attacked = "eu-west-1"

// names are a stack's gateways and its DNS, in simulated time.
type names struct {
	clock *simtime.Clock
	dns   *route53.Service
	// handler is the attacked region's gateway; plain and execute are two of its hosts, checked the secret path.
	handler                 http.Handler
	plain, execute, checked string
}

func newNames(t *testing.T, g *graph.Graph, invoker func(*graph.Reading, *simtime.Clock) apigateway.Invoker) *names {
	t.Helper()
	n := &names{clock: simtime.New()}
	t.Cleanup(n.clock.Close)
	reading, net := g.Read(), network.New()
	gateway, err := apigateway.New(reading, apigateway.Options{Invoker: invoker(reading, n.clock), Clock: n.clock})
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range gateway.Endpoints() {
		if endpoint.Region == attacked {
			n.handler = endpoint.Handler
		}
		for _, host := range endpoint.Hosts {
			net.Add(host, &network.Server{Region: endpoint.Region, Handler: endpoint.Handler})
		}
	}
	if n.dns, err = route53.New(reading, route53.Options{Clock: n.clock, Network: net}); err != nil {
		t.Fatal(err)
	}
	net.SetResolver(n.dns)
	for _, h := range g.ByType(healthCheckToken) {
		if h.Name == "origin-"+attacked {
			n.plain, n.checked = text(h.Inputs, "fqdn"), text(h.Inputs, "resourcePath")
		}
	}
	for _, api := range g.ByType(apiToken) {
		if api.Region == attacked {
			n.execute = strings.TrimPrefix(api.Output("apiEndpoint"), "https://")
		}
	}
	n.dns.Start()
	return n
}

// ask sends the attacked region one request and returns the status.
func (n *names) ask(ctx context.Context, method, host, path string) int {
	r := httptest.NewRequestWithContext(ctx, method, path, http.NoBody)
	r.Host = host
	w := &statusOnly{header: http.Header{}}
	n.handler.ServeHTTP(w, r)
	return w.status
}

// statusOnly forgets bodies.
type statusOnly struct {
	header http.Header
	status int
}

func (w *statusOnly) Header() http.Header         { return w.header }
func (w *statusOnly) WriteHeader(status int)      { w.status = status }
func (w *statusOnly) Write(b []byte) (int, error) { return io.Discard.Write(b) }

func (n *names) advance(t *testing.T, d time.Duration) {
	t.Helper()
	if _, _, err := n.clock.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// Whoever knows a region's public addresses cannot make it look dead: 1,000 requests a second for two minutes change
// nothing in Route 53's view.
func TestHealth_isNoSwitch(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	for _, tt := range []struct {
		name string
		ask  func(*names) (host, path string)
	}{
		{"the gateway's own host", func(n *names) (string, string) { return n.execute, "/" }},
		{"the region's name", func(n *names) (string, string) { return n.plain, "/anything" }},
		{"the public health path", func(n *names) (string, string) { return n.plain, "/api/health" }},
		{"an unknown host", func(n *names) (string, string) { return "stranger.example", "/api/health" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNames(t, g, func(*graph.Reading, *simtime.Clock) apigateway.Invoker { return guarded{g} })
			host, path := tt.ask(n)
			refused, changed := n.flood(t, 120, host, path)
			if changed {
				t.Error("Route 53 saw a dead region")
			}
			if host != "stranger.example" && refused == 0 {
				t.Error("no request was throttled: the flood was none")
			}
		})
	}
}

// flood asks one thing a thousand times a second, and says how often it was refused for being too much
// and whether Route 53 ever saw a dead region. A step is shorter than what a throttle needs for one more request. It
// begins between two health checks by half of what one more request takes: else each check, a round number of seconds
// later, would come just when one is allowed.
func (n *names) flood(t *testing.T, seconds int, host, path string) (refused int, changed bool) {
	t.Helper()
	n.advance(t, 5*time.Millisecond)
	for range 1000 * seconds {
		if n.ask(t.Context(), http.MethodGet, host, path) == http.StatusTooManyRequests {
			refused++
		}
		n.advance(t, time.Millisecond)
		changed = changed || !n.dns.Healthy(attacked)
	}
	return refused, changed
}

// The throttle that the secret path has for itself is what keeps it apart: without, the same flood is a switch.
func TestHealth_itsOwnThrottleIsWhatHelps(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	for _, r := range g.ByType(stageToken) {
		delete(r.Inputs, "routeSettings")
	}
	n := newNames(t, g, func(*graph.Reading, *simtime.Clock) apigateway.Invoker { return guarded{g} })
	if _, changed := n.flood(t, 60, n.plain, "/api/health"); !changed {
		t.Error("Route 53 saw nothing of a flood that takes what the checked path needs: the flood proves nothing")
	}
}

// overloaded is a region whose API functions all wait for a service that does not answer. unreserved is what they
// share; on AWS that is the account's quota without what is reserved.
func overloaded(t *testing.T, reserve string, unreserved int) *names {
	t.Helper()
	zip := lambdatest.Zip(t)
	config, secrets := stackConfig(t, "prod", map[string]string{
		"onefront:lambda": `{"timeout": "30s"` + reserve + `}`, "onefront:regions": `["eu-west-1","us-east-1"]`,
	})
	g, err := graph.Record(infra.DeployWith(notes(), func(context.Context, string) (infra.HandlerZip, error) {
		return infra.HandlerZip{Path: zip, Version: "000000000000"}, nil
	}), graph.Options{Project: "onefront", Stack: "prod", Config: config, SecretKeys: secrets})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range g.ByType(stageToken) {
		delete(r.Inputs, "defaultRouteSettings") // time stands still here, so a throttle would never let one more through
	}
	n := newNames(t, g, func(reading *graph.Reading, clock *simtime.Clock) apigateway.Invoker {
		functions, err := lambda.New(reading, lambda.Options{Clock: clock, Concurrency: unreserved})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			functions.Close(ctx)
		})
		return functions
	})
	var waiting sync.WaitGroup
	ctx, hangUp := context.WithCancel(t.Context())
	t.Cleanup(func() {
		hangUp()
		waiting.Wait()
	})
	for range unreserved {
		waiting.Go(func() {
			for ctx.Err() == nil && n.ask(ctx, http.MethodPost, n.plain, "/hang") == http.StatusServiceUnavailable {
				continue // the question below was in its place
			}
		})
	}
	// Full once another one is turned away.
	for n.ask(ctx, http.MethodPost, n.plain, "/calls") != http.StatusServiceUnavailable {
		continue
	}
	return n
}

// Overload is not death: with executions of its own, health answers while every other one of the account waits for a
// slow service. Where nothing can be reserved, as in a new account with 10 executions, the region fails over, as
// docs/operations.md says.
func TestHealth_overloadIsNotDeath(t *testing.T) {
	projectFiles(t)
	for _, tt := range []struct {
		name, reserve string
		unreserved    int
		wantStatus    int
	}{
		{"110 executions, 5 of them for health", `, "healthReservedConcurrency": 5`, 105, http.StatusOK},
		{"10 executions, none can be reserved", "", 10, http.StatusServiceUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := overloaded(t, tt.reserve, tt.unreserved)
			if got := n.ask(t.Context(), http.MethodGet, n.plain, n.checked); got != tt.wantStatus {
				t.Errorf("health answers %d, want %d", got, tt.wantStatus)
			}
			n.advance(t, time.Minute)
			if got := n.dns.Healthy(attacked); got != (tt.wantStatus == http.StatusOK) {
				t.Errorf("Route 53 sees a healthy region: %v", got)
			}
		})
	}
}
