package route53

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/simtime"
)

// The Pulumi SDK's logger, which package graph brings in, keeps one goroutine for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

type object = map[string]any

func gateway(region string) string {
	return "d-" + region + "0.execute-api." + region + ".amazonaws.com"
}

func plain(region string) string { return region + ".origin.example.com" }

func alias(target, zone string) []any {
	return []any{object{"name": target, "zoneId": zone, "evaluateTargetHealth": false}}
}

func node(kind, name, id string, inputs object) *graph.Resource {
	r := &graph.Resource{URN: "urn:pulumi:test::onefront::" + kind + "::" + name, Type: kind, Name: name, ID: id, Inputs: inputs, Outputs: object{}}
	if fqdn, ok := inputs["name"].(string); ok {
		r.Outputs["fqdn"] = strings.TrimSuffix(fqdn, ".")
	}
	return r
}

func checkResource(region string, more object) *graph.Resource {
	inputs := object{
		"type": "HTTPS", "fqdn": plain(region), "port": 443.0, "resourcePath": "/api/health", "requestInterval": 10.0,
		"failureThreshold": 3.0, "enableSni": true,
	}
	for k, v := range more {
		inputs[k] = v
	}
	return node(healthCheckType, "check-"+region, "check-"+region, inputs)
}

func plainResource(region string) *graph.Resource {
	return node(recordType, "plain-"+region, "", object{"zoneId": "Z1", "name": plain(region), "type": "A", "aliases": alias(gateway(region), "Z2")})
}

func latencyResource(name, region, target string, more object) *graph.Resource {
	inputs := object{
		"zoneId": "Z1", "name": name + ".origin.example.com", "type": "A", "setIdentifier": region, "healthCheckId": "check-" + target,
		"latencyRoutingPolicies": []any{object{"region": region}}, "aliases": alias(gateway(target), "Z2"),
	}
	for k, v := range more {
		inputs[k] = v
	}
	return node(recordType, name+"-"+region, "", inputs)
}

// world is the topology of routing "dns": names nearest and next over a ring of regions (F7.23-7.25), plain names,
// checks.
type world struct {
	*Service
	clock   *simtime.Clock
	network *network.Network
	faults  map[string]*fault.Switch

	mu      sync.Mutex
	probes  map[string]int
	answers map[string]http.HandlerFunc
}

func newWorld(t testing.TB, checks map[string]object, regions ...string) *world {
	t.Helper()
	w := &world{
		clock: simtime.New(), network: network.New(), faults: map[string]*fault.Switch{}, probes: map[string]int{},
		answers: map[string]http.HandlerFunc{},
	}
	var resources []*graph.Resource
	for i, region := range regions {
		next := regions[(i+1)%len(regions)]
		resources = append(
			resources, checkResource(region, checks[region]), plainResource(region),
			latencyResource("nearest", region, region, nil), latencyResource("next", region, next, nil),
		)
		w.faults[region] = &fault.Switch{}
		w.network.Add(gateway(region), &network.Server{Region: region, Fault: w.faults[region], Handler: w.region(region)})
	}
	var err error
	w.Service, err = New(graph.New(resources...).Read(), Options{Clock: w.clock, Network: w.network})
	if err != nil {
		t.Fatal(err)
	}
	w.network.SetResolver(w.Service)
	t.Cleanup(w.clock.Close)
	w.Start()
	return w
}

// region answers health checks, and records how they ask.
func (w *world) region(region string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.probes[fmt.Sprintf("%s %s://%s%s %d", r.Method, r.URL.Scheme, r.Host, r.RequestURI, len(r.Header))]++
		answer := w.answers[region]
		w.mu.Unlock()
		if answer != nil {
			answer(rw, r)
		}
	})
}

func (w *world) answer(region string, f http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[region] = f
}

func (w *world) advance(t testing.TB, d time.Duration) {
	t.Helper()
	if _, _, err := w.clock.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// where is the region a name leads to from an edge.
func (w *world) where(t testing.TB, edge, name string) string {
	t.Helper()
	target, err := w.Resolve(edge, name+".origin.example.com")
	if err != nil {
		t.Fatal(err)
	}
	server, err := w.network.Lookup("", target)
	if err != nil {
		t.Fatal(err)
	}
	return server.Region
}

var prod = []string{"eu-west-1", "us-east-1", "ap-southeast-2"}

// F7.6: the choice depends on where the question comes from. F7.23: both names pick the same region's record, so they
// differ while all are healthy.
func TestF7_6_nearestRegionPerEdge(t *testing.T) {
	w := newWorld(t, nil, prod...)
	for edge, want := range map[string][2]string{
		"FRA": {"eu-west-1", "us-east-1"},
		"DUB": {"eu-west-1", "us-east-1"},
		"CPT": {"eu-west-1", "us-east-1"},
		"IAD": {"us-east-1", "ap-southeast-2"},
		"GRU": {"us-east-1", "ap-southeast-2"},
		"SFO": {"us-east-1", "ap-southeast-2"},
		"SYD": {"ap-southeast-2", "eu-west-1"},
		"NRT": {"ap-southeast-2", "eu-west-1"},
		"":    {"us-east-1", "ap-southeast-2"},
		"XXX": {"us-east-1", "ap-southeast-2"},
	} {
		if got := [2]string{w.where(t, edge, "nearest"), w.where(t, edge, "next")}; got != want {
			t.Errorf("from %q: %v, want %v", edge, got, want)
		}
	}
}

// F7.10-7.12: a region is unhealthy after threshold times interval, and healthy again as late. F7.18: an edge that has
// an answer keeps it for 60 s, so writes move after detection plus TTL.
func TestF7_18_detectionPlusTTL(t *testing.T) {
	w := newWorld(t, nil, prod...)
	if got := w.where(t, "FRA", "nearest"); got != "eu-west-1" {
		t.Fatal(got)
	}
	w.advance(t, 5*time.Second) // between two questions of the checks
	w.faults["eu-west-1"].Set(fault.Fault{Kind: fault.Down})
	w.advance(t, 24*time.Second)
	if !w.Healthy("eu-west-1") {
		t.Error("unhealthy before three failures")
	}
	w.advance(t, 2*time.Second)
	if w.Healthy("eu-west-1") || !w.Healthy("us-east-1") {
		t.Errorf("after three failures: %v, %v", w.Healthy("eu-west-1"), w.Healthy("us-east-1"))
	}
	if got := w.where(t, "FRA", "nearest"); got != "eu-west-1" {
		t.Errorf("FRA's kept answer is %s", got)
	}
	if got := w.where(t, "DUB", "nearest"); got != "us-east-1" {
		t.Errorf("DUB, which asks for the first time, is told %s", got)
	}
	w.advance(t, 30*time.Second)
	if got := w.where(t, "FRA", "nearest"); got != "us-east-1" {
		t.Errorf("after the TTL FRA is told %s", got)
	}
	// Recovery is symmetric.
	w.faults["eu-west-1"].Set(fault.Fault{})
	w.advance(t, 18*time.Second)
	if w.Healthy("eu-west-1") {
		t.Error("healthy before three successes")
	}
	w.advance(t, 12*time.Second)
	if !w.Healthy("eu-west-1") {
		t.Error("still unhealthy after three successes")
	}
	w.advance(t, time.Minute)
	if got := w.where(t, "FRA", "nearest"); got != "eu-west-1" {
		t.Errorf("after recovery FRA is told %s", got)
	}
}

// F7.26: once DNS has noticed, the two names may converge. F7.27: likewise when next(R) is down.
func TestF7_26_namesConverge(t *testing.T) {
	w := newWorld(t, nil, "eu-west-1", "us-east-1")
	w.faults["eu-west-1"].Set(fault.Fault{Kind: fault.Timeout})
	w.advance(t, 31*time.Second)
	for _, name := range []string{"nearest", "next"} {
		if got := w.where(t, "FRA", name); got != "us-east-1" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// F7.7: if all are unhealthy, all count as healthy.
func TestF7_7_allUnhealthyIsAllHealthy(t *testing.T) {
	w := newWorld(t, nil, prod...)
	for _, region := range prod {
		w.faults[region].Set(fault.Fault{Kind: fault.Error})
	}
	w.advance(t, 31*time.Second)
	for _, region := range prod {
		if w.Healthy(region) {
			t.Errorf("%s is healthy", region)
		}
	}
	for edge, want := range map[string]string{"SYD": "ap-southeast-2", "FRA": "eu-west-1", "IAD": "us-east-1"} {
		if got := w.where(t, edge, "nearest"); got != want {
			t.Errorf("%s is told %s, want %s", edge, got, want)
		}
	}
}

// F7.7: a record without a health check is always healthy.
func TestF7_7_withoutHealthCheck(t *testing.T) {
	clock := simtime.New()
	defer clock.Close()
	g := graph.New(
		checkResource("eu-west-1", object{"disabled": true, "invertHealthcheck": true}),
		latencyResource("nearest", "eu-west-1", "eu-west-1", nil),
		latencyResource("nearest", "us-east-1", "us-east-1", object{"healthCheckId": nil}),
	).Read()
	s, err := New(g, Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Resolve("FRA", "nearest.origin.example.com"); err != nil || got != gateway("us-east-1") {
		t.Errorf("%v, %v", got, err)
	}
	if !s.Healthy("us-east-1") {
		t.Error("a region without a check is unhealthy")
	}
}

// What counts as an answer (F7.10) and how the question looks (F7.10, F7.11).
func TestF7_10_whatAHealthCheckTakes(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, c := range []struct {
		name    string
		fault   fault.Fault
		answer  http.HandlerFunc
		healthy bool
	}{
		{"200", fault.Fault{}, status(200), true},
		{"204", fault.Fault{}, status(204), true},
		{"301", fault.Fault{}, status(301), true},
		{"399", fault.Fault{}, status(399), true},
		{"400", fault.Fault{}, status(400), false},
		{"403", fault.Fault{}, status(403), false},
		{"429", fault.Fault{}, status(429), false},
		{"503", fault.Fault{Kind: fault.Error}, nil, false},
		{"error 200", fault.Fault{Kind: fault.Error, StatusCode: 200}, nil, true},
		{"down", fault.Fault{Kind: fault.Down}, nil, false},
		{"timeout", fault.Fault{Kind: fault.Timeout}, nil, false},
		{"slow but within 2 s", fault.Fault{Kind: fault.Slow, LatencyMS: 1999}, nil, true},
		{"slower than 2 s", fault.Fault{Kind: fault.Slow, LatencyMS: 2000}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil, prod...)
			w.faults["us-east-1"].Set(c.fault)
			w.answer("us-east-1", c.answer)
			start := time.Now()
			w.advance(t, 31*time.Second)
			if got := w.Healthy("us-east-1"); got != c.healthy {
				t.Errorf("healthy %v, want %v", got, c.healthy)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v of wall time", took)
			}
		})
	}
	w := newWorld(t, nil, "eu-west-1")
	w.advance(t, 31*time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	if diff := cmp.Diff(map[string]int{"GET https://eu-west-1.origin.example.com/api/health 1": 3}, w.probes); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

// F7.10: a string must be within the first 5,120 bytes.
func TestF7_10_stringMatch(t *testing.T) {
	for at, healthy := range map[int]bool{0: true, 5118: true, 5119: false} {
		w := newWorld(t, map[string]object{"eu-west-1": {"type": "HTTPS_STR_MATCH", "searchString": "ok"}}, "eu-west-1", "us-east-1")
		w.answer("eu-west-1", func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(rw, strings.Repeat(".", at)+"ok")
		})
		w.advance(t, 31*time.Second)
		if got := w.Healthy("eu-west-1"); got != healthy {
			t.Errorf("at %d: healthy %v, want %v", at, got, healthy)
		}
	}
}

// F7.12: interval and threshold as configured.
func TestF7_12_intervalAndThreshold(t *testing.T) {
	for _, c := range []struct{ interval, threshold int }{{10, 1}, {10, 3}, {30, 3}, {30, 10}} {
		w := newWorld(t, map[string]object{"eu-west-1": {"requestInterval": float64(c.interval), "failureThreshold": float64(c.threshold)}}, "eu-west-1")
		w.faults["eu-west-1"].Set(fault.Fault{Kind: fault.Down})
		detection := time.Duration(c.interval*c.threshold) * time.Second
		w.advance(t, detection-time.Second)
		if !w.Healthy("eu-west-1") {
			t.Errorf("%v: unhealthy too early", c)
		}
		w.advance(t, 2*time.Second)
		if w.Healthy("eu-west-1") {
			t.Errorf("%v: still healthy", c)
		}
	}
}

// F7.12: one success in between starts the count anew.
func TestF7_12_failuresMustBeConsecutive(t *testing.T) {
	w := newWorld(t, nil, "eu-west-1")
	n := 0
	w.answer("eu-west-1", func(rw http.ResponseWriter, _ *http.Request) {
		if n++; n%3 != 0 {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	})
	for range 30 {
		w.advance(t, 10*time.Second)
		if !w.Healthy("eu-west-1") {
			t.Fatal("unhealthy without three failures in a row")
		}
	}
}

// F7.12: healthy while more than 18 % of the checkers say so; new checks start healthy.
func TestF7_12_eighteenPercent(t *testing.T) {
	for healthy, want := range map[int]bool{0: false, 1: false, 2: false, 3: true, 16: true} { // 2 of 16 are 12.5 %, 3 are 18.75 %
		opinions := make([]opinion, checkers)
		for i := range opinions {
			opinions[i].unhealthy = i >= healthy
		}
		if got := enough(opinions); got != want {
			t.Errorf("%d of %d: %v, want %v", healthy, checkers, got, want)
		}
	}
	if got := enough(make([]opinion, 50)); !got {
		t.Error("new checkers are unhealthy")
	}
	nine := make([]opinion, 50) // exactly 18 % is not more
	for i := range nine {
		nine[i].unhealthy = i >= 9
	}
	if enough(nine) {
		t.Error("exactly 18 % counts as healthy")
	}
}

// The drain: a disabled check is healthy, inverted it is not, and it asks nothing. HealthCheckConfig, Disabled and
// Inverted.
func TestHealthCheckConfig_disabledAndInverted(t *testing.T) {
	for _, c := range []struct {
		disabled, inverted, down, healthy bool
	}{
		{false, false, false, true},
		{false, false, true, false},
		{true, false, false, true},
		{true, false, true, true},
		{true, true, false, false},
		{true, true, true, false},
		{false, true, false, false},
		{false, true, true, true},
	} {
		w := newWorld(t, map[string]object{"eu-west-1": {"disabled": c.disabled, "invertHealthcheck": c.inverted}}, prod...)
		if c.down {
			w.faults["eu-west-1"].Set(fault.Fault{Kind: fault.Down})
		}
		w.advance(t, 61*time.Second)
		if got := w.Healthy("eu-west-1"); got != c.healthy {
			t.Errorf("%+v: healthy %v", c, got)
		}
		if got, want := w.where(t, "DUB", "nearest"), map[bool]string{true: "eu-west-1", false: "us-east-1"}[c.healthy]; got != want {
			t.Errorf("%+v: DUB is told %s, want %s", c, got, want)
		}
		w.mu.Lock()
		if asked := w.probes["GET https://eu-west-1.origin.example.com/api/health 1"]; c.disabled && asked != 0 {
			t.Errorf("%+v: a disabled check asked %d times", c, asked)
		}
		w.mu.Unlock()
	}
}

func TestNextTurn(t *testing.T) {
	at := time.Unix(1000, 0)
	for late, want := range map[time.Duration]time.Duration{
		-time.Second: 10 * time.Second, 0: 10 * time.Second, 9 * time.Second: 10 * time.Second, 10 * time.Second: 20 * time.Second, 3 * time.Hour: 3*time.Hour + 10*time.Second,
	} {
		if got := nextTurn(at, 10*time.Second, at.Add(late)).Sub(at); got != want {
			t.Errorf("%v late: the next turn is after %v, want %v", late, got, want)
		}
	}
}

// An hour of checks is an hour of checks: none is left out or made twice.
func TestF7_12_everyInterval(t *testing.T) {
	w := newWorld(t, map[string]object{"us-east-1": {"requestInterval": 30.0}}, "eu-west-1", "us-east-1")
	w.advance(t, time.Hour+time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	want := map[string]int{"GET https://eu-west-1.origin.example.com/api/health 1": 360, "GET https://us-east-1.origin.example.com/api/health 1": 120}
	if diff := cmp.Diff(want, w.probes); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

func TestReset(t *testing.T) {
	w := newWorld(t, nil, prod...)
	w.faults["eu-west-1"].Set(fault.Fault{Kind: fault.Down})
	w.advance(t, 31*time.Second)
	if got := w.where(t, "FRA", "nearest"); got != "us-east-1" {
		t.Fatal(got)
	}
	w.faults["eu-west-1"].Set(fault.Fault{})
	w.Reset()
	if got := w.where(t, "FRA", "nearest"); !w.Healthy("eu-west-1") || got != "eu-west-1" {
		t.Errorf("after reset: healthy %v, FRA is told %s", w.Healthy("eu-west-1"), got)
	}
	// The checks go on.
	w.faults["eu-west-1"].Set(fault.Fault{Kind: fault.Down})
	w.advance(t, 31*time.Second)
	if w.Healthy("eu-west-1") {
		t.Error("the checks have stopped")
	}
}

func TestResolve_otherRecords(t *testing.T) {
	clock := simtime.New()
	defer clock.Close()
	viewer := func(name, zone, kind string) *graph.Resource {
		return node(recordType, name+kind, "", object{"zoneId": zone, "name": name, "type": kind, "aliases": alias("d123.cloudfront.net", cloudfrontapi.HostedZoneID)})
	}
	values := func(name, kind string, ttl float64, records ...any) *graph.Resource {
		return node(recordType, name+kind, "", object{"zoneId": "Z1", "name": name, "type": kind, "ttl": ttl, "records": records})
	}
	s, err := New(graph.New(
		viewer("www.example.com", "Z1", "A"), viewer("www.example.com", "Z1", "AAAA"), viewer("www.example.com", "Z1", "HTTPS"),
		viewer("example.org", "Z9", "A"), viewer("six.example.org", "Z9", "AAAA"),
		values("_abc.www.example.com.", "CNAME", 300, "_def.validations.aws."),
		values("short.example.com", "CNAME", 5, "Alias.example.com"),
		node(recordType, "alias", "", object{"zoneId": "Z1", "name": "alias.example.com", "type": "A", "aliases": alias("www.example.com.", "Z1")}),
		values("ip.example.com", "A", 60, "192.0.2.7", "192.0.2.8"),
		values("loop.example.com", "CNAME", 60, "loop2.example.com"), values("loop2.example.com", "CNAME", 60, "loop.example.com"),
	).Read(), Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"www.example.com": "d123.cloudfront.net", "WWW.Example.com.": "d123.cloudfront.net", "example.org": "d123.cloudfront.net",
		"_abc.www.example.com": "_def.validations.aws", "alias.example.com": "d123.cloudfront.net", "short.example.com": "d123.cloudfront.net",
		"ip.example.com": "192.0.2.7",
	} {
		if got, err := s.Resolve("FRA", name); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]string{
		"none.example.com": "no such name", "six.example.org": "no address", "loop.example.com": "lead on to each other", "": "no such name",
	} {
		if got, err := s.Resolve("FRA", name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want an error with %q", name, got, err, want)
		}
	}
	// The shortest TTL on the way counts.
	s.resolver.mu.RLock()
	left := s.resolver.answers[question{"FRA", "short.example.com"}].expires.Sub(clock.Now())
	s.resolver.mu.RUnlock()
	if left > 5*time.Second {
		t.Errorf("short.example.com is kept for %v, want 5s", left)
	}
}

// What Route 53 would refuse, or local mode cannot imitate, stops the start with URN and value.
func TestNew_refuses(t *testing.T) {
	good := func() []*graph.Resource {
		return []*graph.Resource{
			checkResource("eu-west-1", nil), checkResource("us-east-1", nil), plainResource("eu-west-1"),
			latencyResource("nearest", "eu-west-1", "eu-west-1", nil), latencyResource("nearest", "us-east-1", "us-east-1", nil),
		}
	}
	if _, err := New(graph.New(good()...).Read(), Options{}); err != nil {
		t.Fatalf("the base case: %v", err)
	}
	latency := func(more object) *graph.Resource { return latencyResource("nearest", "eu-west-3", "eu-west-1", more) }
	record := func(inputs object) *graph.Resource {
		base := object{"zoneId": "Z1", "name": "x.example.com", "type": "A", "aliases": alias("d1.cloudfront.net", cloudfrontapi.HostedZoneID)}
		for k, v := range inputs {
			base[k] = v
		}
		return node(recordType, "x", "", base)
	}
	for _, c := range []struct {
		name string
		node *graph.Resource
		want string
	}{
		{"F7.4 set identifier missing", latency(object{"setIdentifier": nil}), `setIdentifier: "": want 1 to 128 characters`},
		{"F7.4 set identifier twice", latency(object{"setIdentifier": "eu-west-1"}), `setIdentifier: "eu-west-1": want one of its own`},
		{"F7.4 region twice", latency(object{"latencyRoutingPolicies": []any{object{"region": "eu-west-1"}}}), `region: "eu-west-1": want one record per region`},
		{"F7.4 policies mixed", record(object{"name": "nearest.origin.example.com"}), "want a latency policy on each or one record"},
		{"F7.4 simple record twice", record(object{"name": plain("eu-west-1")}), "want a latency policy on each or one record"},
		{"F7.9 the check asks the latency name", checkResource("eu-west-9", object{"fqdn": "nearest.origin.example.com"}), ""},
		{"F7.3 zone of CloudFront", record(object{"aliases": alias("d1.cloudfront.net", "Z2")}), `aliases[0].zoneId: "Z2": want Z2FDTNDATAQYW2`},
		{"F7.3 health of CloudFront", record(object{"aliases": []any{object{"name": "d1.cloudfront.net", "zoneId": cloudfrontapi.HostedZoneID, "evaluateTargetHealth": true}}}), "want false for a distribution"},
		{"F7.2 health of anything else", record(object{"aliases": []any{object{"name": "y.example.com", "zoneId": "Z1", "evaluateTargetHealth": true}}}), "does not evaluate the health"},
		{"region unknown", latency(object{"latencyRoutingPolicies": []any{object{"region": "eu-west-77"}}}), `region: "eu-west-77": want an AWS region`},
		{"check unknown", latency(object{"healthCheckId": "none"}), `healthCheckId: "none": want a health check of this program`},
		{"other zone", latency(object{"zoneId": "Z7"}), `zoneId: "Z7"`},
		{"weighted", record(object{"weightedRoutingPolicies": []any{object{"weight": 1.0}}}), "weightedRoutingPolicies"},
		{"alias with ttl", record(object{"ttl": 60.0}), "want either one alias without ttl, or records with a ttl"},
		{"records without ttl", record(object{"aliases": nil, "records": []any{"192.0.2.1"}}), "want either one alias without ttl, or records with a ttl"},
		{"set identifier alone", record(object{"setIdentifier": "x"}), "want it only beside a routing policy"},
		{"type", record(object{"type": "a"}), `type: "a": want a DNS record type`},
		{"CNAME beside A", record(object{"name": plain("eu-west-1"), "type": "CNAME", "aliases": nil, "ttl": 60.0, "records": []any{"y."}}), "must be the only one of its name"},
		{"check type", checkResource("eu-west-9", object{"type": "TCP"}), `type: "TCP": want HTTP, HTTPS`},
		{"check interval", checkResource("eu-west-9", object{"requestInterval": 20.0}), "requestInterval: 20: want 10 or 30"},
		{"check threshold", checkResource("eu-west-9", object{"failureThreshold": 11.0}), "failureThreshold: 11: want 1 to 10"},
		{"check address", checkResource("eu-west-9", object{"ipAddress": "192.0.2.1"}), "ipAddress"},
		{"check search string", checkResource("eu-west-9", object{"searchString": "x"}), "searchString"},
	} {
		if c.want == "" {
			continue
		}
		_, err := New(graph.New(append(good(), c.node)...).Read(), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "urn:pulumi:test::") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	nodes := good()
	nodes[0] = checkResource("eu-west-1", object{"fqdn": "nearest.origin.example.com"})
	if _, err := New(graph.New(nodes...).Read(), Options{}); err == nil || !strings.Contains(err.Error(), "the latency name itself") {
		t.Errorf("F7.9: got %v", err)
	}
	// F7.2: without effect, so accepted.
	nodes = append(good(), latency(object{"aliases": []any{object{"name": gateway("eu-west-3"), "zoneId": "Z2", "evaluateTargetHealth": true}}}))
	if _, err := New(graph.New(nodes...).Read(), Options{}); err != nil {
		t.Errorf("F7.2: %v", err)
	}
}

func TestSnapshot(t *testing.T) {
	w := newWorld(t, nil, "eu-west-1", "us-east-1")
	w.where(t, "FRA", "next")
	w.faults["us-east-1"].Set(fault.Fault{Kind: fault.Down})
	w.advance(t, 31*time.Second)
	raw, err := json.Marshal(w.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	var got snapshot
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range got.Names {
		names = append(names, n.Type+" "+n.Name)
	}
	want := []string{"A eu-west-1.origin.example.com", "A nearest.origin.example.com", "A next.origin.example.com", "A us-east-1.origin.example.com"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	next := got.Names[2]
	if r := next.Records[0]; r.LatencyRegion != "eu-west-1" || r.Region != "us-east-1" || r.Healthy || r.HealthCheckID != "check-us-east-1" || r.TTLSeconds != 60 {
		t.Errorf("record %+v", r)
	}
	if next.Answers["FRA"] != "eu-west-1" || next.Kept["FRA"].Answer != "us-east-1" || len(next.Kept) != 1 {
		t.Errorf("next at FRA: answered %q, kept %+v", next.Answers["FRA"], next.Kept)
	}
	if c := got.HealthChecks[1]; c.Healthy || c.Region != "us-east-1" || c.LastOutcome != "connect failed" || c.Checkers != 16 || c.CheckersHealthy != 0 || c.LastAsked == nil {
		t.Errorf("check %+v", c)
	}
	if c := got.HealthChecks[0]; !c.Healthy || c.LastOutcome != "200" || c.CheckersHealthy != 16 || c.URL != "https://eu-west-1.origin.example.com/api/health" {
		t.Errorf("check %+v", c)
	}
}

func BenchmarkResolve(b *testing.B) {
	w := newWorld(b, nil, prod...)
	for b.Loop() {
		if _, err := w.Resolve("FRA", "nearest.origin.example.com"); err != nil {
			b.Fatal(err)
		}
	}
}

// A check that names regions asks from each of them: whoever stands for all edges is told where, and what one place
// sees counts for its own third of the checkers. That is more than 18 %, so one place that fails is no outage.
func TestHealthCheck_asksFromItsRegions(t *testing.T) {
	w := newWorld(t, map[string]object{"eu-west-1": {
		"type": "HTTPS_STR_MATCH", "searchString": "ok", "regions": []any{"us-east-1", "eu-west-1", "ap-southeast-1"},
	}}, "eu-west-1", "us-east-1")
	var mu sync.Mutex
	asked := map[string]int{}
	failing := map[string]bool{"SIN": true}
	w.answer("eu-west-1", func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		place := r.Header.Get("X-Onefront-Viewer")
		asked[place]++
		if !failing[place] {
			_, _ = io.WriteString(rw, "ok")
		}
	})
	w.advance(t, 31*time.Second)
	if diff := cmp.Diff(map[string]int{"IAD": 3, "DUB": 3, "SIN": 3}, asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !w.Healthy("eu-west-1") {
		t.Error("unhealthy though two thirds of the checkers are served")
	}
	mu.Lock()
	failing["IAD"], failing["DUB"] = true, true
	mu.Unlock()
	w.advance(t, 31*time.Second)
	if w.Healthy("eu-west-1") {
		t.Error("healthy though nobody is served")
	}
}
