package route53

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/graph"
)

const healthCheckType = "aws:route53/healthCheck:HealthCheck"

// checkers is how many health checkers ask about an endpoint (F7.13, likely). They stand in several regions at AWS;
// here one question per interval is asked and its outcome counts for all of them, as if all saw the same fault at once.
// Where a check names regions, one is asked from each, and its outcome counts for the checkers there.
const checkers = 16

// healthyPercent: an endpoint is healthy while more than this share of the checkers say so (F7.12).
const healthyPercent = 18

// What a checker waits for (F7.10).
const (
	connectTimeout = 4 * time.Second
	answerTimeout  = 2 * time.Second
)

// searchedBytes is how much of an answer is searched for a string (F7.10).
const searchedBytes = 5120

// healthCheckInputs are the properties of aws.route53.HealthCheck that are understood here. Defaults are F7.12's.
type healthCheckInputs struct {
	Type              string   `json:"type"`
	FQDN              string   `json:"fqdn"`
	Port              int      `json:"port"`
	ResourcePath      string   `json:"resourcePath"`
	RequestInterval   int      `json:"requestInterval"`
	FailureThreshold  int      `json:"failureThreshold"`
	Disabled          bool     `json:"disabled"`
	InvertHealthcheck bool     `json:"invertHealthcheck"`
	SearchString      string   `json:"searchString"`
	Regions           []string `json:"regions"`

	EnableSNI      graph.NoLocalMeaning `json:"enableSni"`      // there is no TLS within local mode
	MeasureLatency graph.NoLocalMeaning `json:"measureLatency"` // graphs in the console
	ReferenceName  graph.NoLocalMeaning `json:"referenceName"`  // for the console
	Tags           graph.NoLocalMeaning `json:"tags"`           // labels
	Triggers       graph.NoLocalMeaning `json:"triggers"`       // about when it is replaced
}

// healthCheck is one health check. The fields before the state are fixed after New.
type healthCheck struct {
	urn, id            string
	fqdn, path, search string
	scheme             string
	port               int
	interval           time.Duration
	threshold          int
	disabled, inverted bool
	// edges are the places of the checkers, as the codes of the edges next to the check's regions; "" is nowhere in
	// particular.
	edges []string

	// State, guarded by the service's mutex.
	opinions    [checkers]opinion
	lastAsked   time.Time
	lastOutcome string
	generation  int // of resets, so that a question asked before one is not counted after it
}

// opinion is one checker's view: healthy until threshold questions in a row failed, unhealthy until as many succeeded.
type opinion struct {
	unhealthy bool
	streak    int // consecutive outcomes against the present view
}

func newHealthCheck(r *graph.Taken) *healthCheck {
	in := healthCheckInputs{RequestInterval: 30, FailureThreshold: 3}
	r.Read(&in)
	kind, matches := strings.CutSuffix(in.Type, "_STR_MATCH")
	if in.Port == 0 {
		if in.Port = 443; kind == "HTTP" {
			in.Port = 80
		}
	}
	r.Require(kind == "HTTP" || kind == "HTTPS", "type", in.Type, "want HTTP, HTTPS, HTTP_STR_MATCH or HTTPS_STR_MATCH")
	r.Require(in.FQDN != "", "fqdn", in.FQDN, "want the name to ask; local mode does not ask addresses")
	r.Require(in.Port >= 1 && in.Port <= 65535, "port", in.Port, "want 1 to 65535")
	r.Require(in.RequestInterval == 10 || in.RequestInterval == 30, "requestInterval", in.RequestInterval, "want 10 or 30 seconds")
	r.Require(in.FailureThreshold >= 1 && in.FailureThreshold <= 10, "failureThreshold", in.FailureThreshold, "want 1 to 10")
	r.Require(matches == (in.SearchString != ""), "searchString", in.SearchString, "want one with the STR_MATCH types, and only there")
	edges := []string{""}
	if len(in.Regions) > 0 {
		edges = nil
		r.Require(len(in.Regions) >= 3, "regions", in.Regions, "want at least three")
	}
	for i, name := range in.Regions {
		region, ok := geography.LookupRegion(name)
		r.Require(ok && slices.Contains(checkerRegions, name), fmt.Sprintf("regions[%d]", i), name, "want one of "+strings.Join(checkerRegions, ", "))
		edges = append(edges, nearestEdge(region.Place))
	}
	return &healthCheck{
		urn: r.URN, id: r.ID, fqdn: canonical(in.FQDN), port: in.Port, search: in.SearchString,
		path:     "/" + strings.TrimPrefix(in.ResourcePath, "/"),
		scheme:   strings.ToLower(kind),
		interval: time.Duration(in.RequestInterval) * time.Second, threshold: in.FailureThreshold,
		disabled: in.Disabled, inverted: in.InvertHealthcheck, edges: edges,
	}
}

// checkerRegions are where checkers stand.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
var checkerRegions = []string{"us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"}

// nearestEdge is the code of the edge that a viewer at a place meets.
func nearestEdge(place geography.Place) (code string) {
	least := math.Inf(1)
	for _, edge := range geography.Edges() {
		if km := geography.DistanceKm(place, edge.Place); km < least {
			code, least = edge.Code, km
		}
	}
	return code
}

// checkByID finds a health check, or nil.
func (s *Service) checkByID(id string) *healthCheck {
	for _, c := range s.checks {
		if c.id == id {
			return c
		}
	}
	return nil
}

// healthy is the check's status as DNS uses it. A disabled check counts as healthy whatever was seen; inverting turns
// either, so a check both disabled and inverted is how a region is drained.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
func (c *healthCheck) healthy() bool {
	return (c.disabled || enough(c.opinions[:])) != c.inverted
}

// enough is the 18 % rule (F7.12).
func enough(opinions []opinion) bool {
	healthy := 0
	for _, o := range opinions {
		if !o.unhealthy {
			healthy++
		}
	}
	return healthy*100 > healthyPercent*len(opinions)
}

// observe counts one outcome towards a checker's opinion.
func (o *opinion) observe(ok bool, threshold int) {
	if ok != o.unhealthy { // as it was
		o.streak = 0
		return
	}
	if o.streak++; o.streak >= threshold {
		o.unhealthy, o.streak = !ok, 0
	}
}

func (c *healthCheck) reset() {
	c.opinions = [checkers]opinion{}
	c.lastAsked, c.lastOutcome = time.Time{}, ""
	c.generation++
}
