package infra_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/local/apigateway"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/route53"
	"github.com/onefront/onefront/local/s3"
	"github.com/onefront/onefront/local/simtime"
)

// A walk goes through an update as an engine does, one resource after the other: what is new or changed in the order of
// dependencies, then what goes, dependents first. After each step it asks the site and the API through the edge. An
// engine may take any order that dependencies allow, and effects come late, so it asks in several orders and in every
// view that somebody may have meanwhile:
//
//   - an edge may have the old distribution until the update's last step, and the new one from its own step on: it
//     takes minutes to arrive, and other resources do not wait for it;
//   - a resolver may remember the old records of a name for a minute, which is longer than the rest of an update;
//   - a key of a key value store may not be there yet.
type walk struct {
	before, after *graph.Graph
	orders        []order
}

// order says which of the resources that may come next comes next: the one with the least rank.
type order struct {
	name string
	rank func(r *graph.Resource, beforeDistribution bool) string
}

var walkOrders = []order{
	{"by name", func(r *graph.Resource, _ bool) string { return r.URN }},
	{"the distribution as soon as it can", func(r *graph.Resource, needed bool) string {
		return fmt.Sprint(!needed, r.URN)
	}},
	{"the distribution as late as it can", func(r *graph.Resource, _ bool) string {
		return fmt.Sprint(r.Type == distributionToken, r.URN)
	}},
}

// state is what exists at one moment, by URN.
type state map[string]*graph.Resource

// newWalk is an update from one configuration of a stack to another.
func newWalk(t *testing.T, stack string, from, to map[string]string) walk {
	t.Helper()
	w := walk{before: record(t, stack, from), after: record(t, stack, to), orders: walkOrders}
	// Each recording draws its own secrets; an engine keeps those that it has.
	var drawn []string
	for _, r := range w.after.ByType("random:index/randomPassword:RandomPassword") {
		if old := w.before.ByURN(r.URN); old != nil {
			drawn = append(drawn, r.Output("result"), old.Output("result"))
		}
	}
	keep := strings.NewReplacer(drawn...)
	for _, r := range w.after.Resources {
		r.Inputs, r.Outputs = redrawn(r.Inputs, keep).(map[string]any), redrawn(r.Outputs, keep).(map[string]any)
	}
	return w
}

func redrawn(value any, keep *strings.Replacer) any {
	switch v := value.(type) {
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, item := range v {
			all[key] = redrawn(item, keep)
		}
		return all
	case []any:
		all := make([]any, len(v))
		for i, item := range v {
			all[i] = redrawn(item, keep)
		}
		return all
	case string:
		return keep.Replace(v) // the health path has one inside
	}
	return value
}

// go takes every order and returns what was refused, each line once.
func (w walk) refusals(t *testing.T) []string {
	t.Helper()
	refused := map[string]bool{}
	// Orders meet in many states, and most steps change nothing that a view has: each view is asked once.
	asked := map[string]bool{}
	for _, o := range w.orders {
		now := state{}
		for _, r := range w.before.Resources {
			now[r.URN] = r
		}
		ask := func(step string, deployed bool) {
			for _, view := range w.views(now, deployed) {
				key := view.key()
				if asked[key] {
					continue
				}
				asked[key] = true
				for _, line := range askAll(t, view.resources) {
					refused[fmt.Sprintf("%s, %s, %s: %s", o.name, step, view.name, line)] = true
				}
			}
		}
		ask("at the beginning", false)
		for _, r := range w.arrivals(o) {
			now[r.URN] = r
			if served(r) {
				ask("after "+r.Name+" ("+r.Type+")", false)
			}
		}
		ask("deployed", true)
		for _, r := range w.departures(o) {
			delete(now, r.URN)
			if served(r) {
				ask("without "+r.Name+" ("+r.Type+")", true)
			}
		}
	}
	return slices.Sorted(maps.Keys(refused))
}

// served says whether the rooms read a resource.
func served(r *graph.Resource) bool {
	return slices.ContainsFunc([]string{"aws:apigatewayv2/", "aws:cloudfront/", "aws:lambda/", "aws:route53/", "aws:s3/"}, func(prefix string) bool {
		return strings.HasPrefix(r.Type, prefix)
	})
}

// arrivals are what is created or changed, each after all it depends on.
func (w walk) arrivals(o order) []*graph.Resource {
	left := map[string]*graph.Resource{}
	for _, r := range w.after.Resources {
		if old := w.before.ByURN(r.URN); old == nil || !reflect.DeepEqual(old.Inputs, r.Inputs) || !reflect.DeepEqual(old.Outputs, r.Outputs) {
			left[r.URN] = r
		}
	}
	needed := neededBy(w.after, w.after.ByType(distributionToken)[0])
	needs := map[string]map[string]bool{}
	for urn, r := range left {
		needs[urn] = neededBy(w.after, r)
	}
	return inOrder(left, func(r *graph.Resource) string { return o.rank(r, needed[r.URN]) }, func(r *graph.Resource) bool {
		for urn := range left {
			if urn != r.URN && needs[r.URN][urn] {
				return false
			}
		}
		return true
	})
}

// departures are what is deleted, each after all that depends on it.
func (w walk) departures(o order) []*graph.Resource {
	left := map[string]*graph.Resource{}
	for _, r := range w.before.Resources {
		if w.after.ByURN(r.URN) == nil {
			left[r.URN] = r
		}
	}
	needs := map[string]map[string]bool{}
	for urn, r := range left {
		needs[urn] = neededBy(w.before, r)
	}
	return inOrder(left, func(r *graph.Resource) string { return o.rank(r, false) }, func(r *graph.Resource) bool {
		for urn := range left {
			if urn != r.URN && needs[urn][r.URN] {
				return false
			}
		}
		return true
	})
}

// inOrder takes out of left, one by one, what may come next with the least rank.
func inOrder(left map[string]*graph.Resource, rank func(*graph.Resource) string, may func(*graph.Resource) bool) (all []*graph.Resource) {
	for len(left) > 0 {
		var next *graph.Resource
		for _, r := range left {
			if (next == nil || rank(r) < rank(next)) && may(r) {
				next = r
			}
		}
		if next == nil {
			panic("a cycle")
		}
		delete(left, next.URN)
		all = append(all, next)
	}
	return all
}

// neededBy are a resource, its parents and all that they depend on.
func neededBy(g *graph.Graph, r *graph.Resource) map[string]bool {
	seen := map[string]bool{}
	var visit func(urn string)
	visit = func(urn string) {
		if seen[urn] {
			return
		}
		r := g.ByURN(urn)
		if r == nil {
			return
		}
		seen[urn] = true
		for _, on := range append(slices.Clone(r.DependsOn), r.Parent, r.Provider) {
			visit(on)
		}
	}
	visit(r.URN)
	return seen
}

type view struct {
	name      string
	resources []*graph.Resource
}

// key tells views apart by what the rooms read of them.
func (v view) key() string {
	var parts []string
	for _, r := range v.resources {
		if served(r) {
			parts = append(parts, fmt.Sprintf("%s@%p", r.URN, r))
		}
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, " ")))
	return string(sum[:])
}

// views are what an edge may have of a state.
func (w walk) views(now state, deployed bool) (views []view) {
	distributions := map[string]*graph.Resource{"": w.after.ByType(distributionToken)[0]}
	if !deployed {
		old := w.before.ByType(distributionToken)[0]
		distributions[""] = now[old.URN]
		if now[old.URN] != old {
			distributions["the old distribution"] = old
		}
	}
	for distribution, d := range distributions {
		for _, dns := range []string{"", "old records"} {
			for _, keys := range []string{"", "no keys"} {
				seen := maps.Clone(now)
				seen[d.URN] = d
				if dns != "" && !w.rememberRecords(seen) || keys != "" && !dropKeys(seen) {
					continue
				}
				name := strings.Join(slices.DeleteFunc([]string{distribution, dns, keys}, func(s string) bool { return s == "" }), " and ")
				views = append(views, view{name, slices.Collect(maps.Values(seen))})
			}
		}
	}
	return views
}

// rememberRecords puts the old records of every name that had some in place of those that exist, with the health checks
// they name. It says whether that is a difference.
func (w walk) rememberRecords(seen state) (changed bool) {
	names := map[string]bool{}
	for _, r := range w.before.ByType(recordToken) {
		names[text(r.Inputs, "name")] = true
	}
	for urn, r := range seen {
		if r.Type == recordToken && names[text(r.Inputs, "name")] && w.before.ByURN(urn) == nil {
			delete(seen, urn)
			changed = true
		}
	}
	for _, old := range slices.Concat(w.before.ByType(recordToken), w.before.ByType(healthCheckToken)) {
		changed = changed || seen[old.URN] != old
		seen[old.URN] = old
	}
	return changed
}

func dropKeys(seen state) (changed bool) {
	for urn, r := range seen {
		if r.Type == storeKeyToken {
			delete(seen, urn)
			changed = true
		}
	}
	return changed
}

// askAll serves the resources by local mode's rooms and asks from two places. It returns the refused requests.
func askAll(t *testing.T, resources []*graph.Resource) (refused []string) {
	t.Helper()
	clock := simtime.New()
	defer clock.Close()
	edge, err := serveGraph(graph.New(resources...), clock)
	if err != nil {
		return []string{err.Error()}
	}
	for _, place := range []string{"FRA", "SYD"} {
		for _, request := range []string{"GET /api/health", "POST /api/notes", "GET /api/topics", "GET /", "GET /about/"} {
			method, path, _ := strings.Cut(request, " ")
			r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
			r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:50000"
			r.Header.Set("X-Onefront-Viewer", place)
			answer := httptest.NewRecorder()
			edge.ServeHTTP(answer, r)
			if answer.Code != http.StatusOK {
				refused = append(refused, fmt.Sprintf("%s from %s: %d", request, place, answer.Code))
			}
		}
	}
	return refused
}

// serveGraph is local mode without what an update does not change: functions and what they ask.
func serveGraph(g *graph.Graph, clock *simtime.Clock) (http.Handler, error) {
	reading, net, log := g.Read(), network.New(), slog.New(slog.DiscardHandler)
	gateway, err := apigateway.New(reading, apigateway.Options{Invoker: guarded{g}, Clock: clock})
	if err != nil {
		return nil, err
	}
	buckets, err := s3.New(reading, log)
	if err != nil {
		return nil, err
	}
	dns, err := route53.New(reading, route53.Options{Clock: clock, Network: net})
	if err != nil {
		return nil, err
	}
	for _, endpoint := range gateway.Endpoints() {
		for _, host := range endpoint.Hosts {
			net.Add(host, &network.Server{Region: endpoint.Region, Handler: endpoint.Handler})
		}
	}
	for _, bucket := range buckets.Buckets() {
		net.Add(bucket.Host, &network.Server{Region: bucket.Region, Handler: bucket.Handler})
	}
	net.SetResolver(dns)
	return cloudfront.New(reading, cloudfront.Options{Clock: clock, Network: net, CacheLimitBytes: 1 << 20, DefaultEdge: "FRA", Log: log})
}

// guarded answers as every function of the graph does that knows its origin secrets, and refuses as they do.
type guarded struct{ graph *graph.Graph }

func (g guarded) Invoke(ctx context.Context, arn string, payload []byte) (lambda.Result, error) {
	f := g.graph.ByOutput(functionToken, "arn", strings.TrimSuffix(arn, ":live"))
	if f == nil {
		return lambda.Result{}, fmt.Errorf("no function %s", arn)
	}
	secrets, err := origin.Secrets(func(name string) string { return text(f.Inputs, "environment", "variables", name) })
	if err != nil { // the health function checks none
		return lambda.Result{Payload: []byte(`{"statusCode":200}`)}, nil
	}
	o, err := origin.New(origin.Config{Region: f.Region, Secrets: secrets, Log: slog.New(slog.NewJSONHandler(io.Discard, nil))})
	if err != nil {
		return lambda.Result{}, err
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.NewDecoder(bytes.NewReader(payload)).Decode(&event); err != nil {
		return lambda.Result{}, err
	}
	answer, err := o.Guard(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK}, nil
	})(ctx, event)
	if err != nil {
		return lambda.Result{}, err
	}
	raw, err := json.Marshal(answer)
	return lambda.Result{Payload: raw}, err
}

// No update refuses a request: neither from one routing to the other, nor a rotation and its rollback, nor a region
// that comes, or goes after it was drained.
func TestWalk(t *testing.T) {
	projectFiles(t)
	edge := map[string]string{"onefront:routing": "edge"}
	with := func(pairs ...string) map[string]string {
		all := map[string]string{}
		for i := 0; i+1 < len(pairs); i += 2 {
			all["onefront:"+pairs[i]] = pairs[i+1]
		}
		return all
	}
	two, three := `["eu-west-1","us-east-1"]`, `["eu-west-1","us-east-1","ap-southeast-2"]`
	for _, tt := range []struct {
		name, stack string
		from, to    map[string]string
	}{
		{"edge to dns", "prod", edge, nil},
		{"dns to edge", "prod", nil, edge},
		{"closed dns to edge in one update", "prod", with("closeExecuteApi", "true"), edge},
		{"the hosts close", "prod", nil, with("closeExecuteApi", "true")},
		{"rotate 1 to 2", "prod", nil, with("originSecretGeneration", "2")},
		{"rotate 2 to 3", "prod", with("originSecretGeneration", "2"), with("originSecretGeneration", "3")},
		{"roll a rotation back", "prod", with("originSecretGeneration", "2"), nil},
		{"rotate with edge routing", "staging", nil, with("originSecretGeneration", "2")},
		{"a region comes, dns", "prod", with("regions", two), with("regions", three)},
		{"a region comes, edge", "staging", with("regions", two), with("regions", three)},
		{"a region is drained, dns", "prod", nil, with("drainedRegions", `["us-east-1"]`)},
		{"a region is drained, edge", "staging", nil, with("drainedRegions", `["eu-west-1"]`)},
		{"a drained region goes, dns", "prod", with("drainedRegions", `["ap-southeast-2"]`), with("regions", two)},
		{"a drained region goes, edge", "staging", with("regions", three, "drainedRegions", `["ap-southeast-2"]`), with("regions", two)},
		{"another order", "prod", nil, with("regions", `["us-east-1","ap-southeast-2","eu-west-1"]`)},
		{"another function", "staging", nil, with("corsOrigins", `["https://app.example.org"]`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			refused := newWalk(t, tt.stack, tt.from, tt.to).refusals(t)
			for _, line := range refused[:min(len(refused), 10)] {
				t.Error(line)
			}
		})
	}
}

// What the documents warn of is seen by a walk, which would be worth nothing otherwise: hosts that close in the update
// that leaves edge routing, two steps of a rotation at once, and both of the site's buckets at once.
func TestWalk_seesWhatIsWarnedOf(t *testing.T) {
	projectFiles(t)
	for name, w := range map[string]walk{
		"hosts that close at once": newWalk(t, "prod", map[string]string{"onefront:routing": "edge"}, map[string]string{"onefront:closeExecuteApi": "true"}),
		"two generations at once":  newWalk(t, "prod", nil, map[string]string{"onefront:originSecretGeneration": "3"}),
		"both buckets at once": newWalk(t, "staging", nil,
			map[string]string{"onefront:regions": `["sa-east-1","ca-central-1","eu-west-1","us-east-1"]`}),
	} {
		if len(w.refusals(t)) == 0 {
			t.Errorf("%s: nothing was refused", name)
		}
	}
}
