package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/admin"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/lambda"
)

// picture is the body of GET /topology: what there is, from the graph. What goes on in it is told elsewhere.
type picture struct {
	Distribution cloudfront.Description `json:"distribution"`
	Edge         string                 `json:"edge"` // of viewers who name none
	Edges        []string               `json:"edges"`
	Regions      []pictureRegion        `json:"regions"`
	// SaaS is "stand-in", "own" for one of the user's (-upstream), "" for an application that calls none.
	SaaS string `json:"saas"`
}

type pictureRegion struct {
	Region    string            `json:"region"`
	Home      bool              `json:"home"`
	Gateway   []string          `json:"gateway"`
	Functions []pictureFunction `json:"functions"`
	Queues    []pictureQueue    `json:"queues"`
	Buckets   int               `json:"buckets"` // of the site
}

type pictureFunction struct {
	Name    string `json:"name"`
	Handler string `json:"handler"`
}

type pictureQueue struct {
	Name        string `json:"name"`
	DeadLetters bool   `json:"deadLetters"`
}

// draw reads the picture from the graph.
func (t *topology) draw(g *graph.Graph) picture {
	p := picture{Distribution: t.edge.Describe(), Edge: t.flags.pop}
	switch {
	case t.saas != nil:
		p.SaaS = "stand-in"
	case t.flags.upstream != nil:
		p.SaaS = "own"
	}
	for _, edge := range geography.Edges() {
		p.Edges = append(p.Edges, edge.Code)
	}
	slices.Sort(p.Edges)
	for i, name := range t.regions {
		in := func(token string) []*graph.Resource {
			return slices.DeleteFunc(g.ByType(token), func(r *graph.Resource) bool { return r.Region != name })
		}
		region := pictureRegion{
			Region: name, Home: i == 0, Gateway: []string{}, Functions: []pictureFunction{}, Queues: []pictureQueue{},
			Buckets: len(t.siteBuckets(name)),
		}
		for _, r := range in("aws:apigatewayv2/api:Api") {
			region.Gateway = append(region.Gateway, r.Name)
		}
		for _, r := range in(lambda.FunctionType) {
			handler, _ := r.Inputs["handler"].(string)
			region.Functions = append(region.Functions, pictureFunction{Name: strings.TrimSuffix(r.Name, "-"+name), Handler: handler})
		}
		for _, r := range in("aws:sqs/queue:Queue") {
			_, redrives := r.Inputs["redrivePolicy"]
			region.Queues = append(region.Queues, pictureQueue{Name: strings.TrimSuffix(r.Name, "-"+name), DeadLetters: !redrives})
		}
		p.Regions = append(p.Regions, region)
	}
	return p
}

// siteBuckets are the buckets of a region that the distribution reads from.
func (t *topology) siteBuckets(region string) (hosts []string) {
	for _, b := range t.s3.Buckets() {
		if b.Region == region && slices.ContainsFunc(t.edge.Describe().Origins, func(o cloudfront.OriginDescription) bool { return o.Domain == b.Host }) {
			hosts = append(hosts, b.Host)
		}
	}
	return hosts
}

// dnsAt is the body of GET /dns/{edge}.
func (t *topology) dnsAt(edge string) (any, error) {
	found, ok := geography.LookupEdge(strings.ToUpper(edge))
	if !ok {
		return nil, fmt.Errorf("edge: %q: want the IATA code of a CloudFront edge such as FRA, IAD or SYD", edge)
	}
	return map[string]any{"edge": found.Code, "city": found.City, "names": t.dns.At(found.Code)}, nil
}

// onHealth puts a change of health on the timeline, and what it changes for viewers who name no edge.
func (t *topology) onHealth(region, name string, healthy bool, outcome string, at time.Time) {
	what, words := region, "healthy"
	if what == "" {
		what = name
	}
	if !healthy {
		words = "unhealthy (" + outcome + ")"
	}
	t.requests.Mark(admin.Mark{At: at.UTC(), Kind: "health", Region: region, Text: what + ": health check says " + words})
	for _, told := range t.dns.At(t.flags.pop) {
		if told.Since != nil && told.Since.Equal(at) {
			t.requests.Mark(admin.Mark{At: at.UTC(), Kind: "dns", Region: told.Answer, Text: fmt.Sprintf("%s is %s at %s now", told.Name, told.Answer, t.flags.pop)})
		}
	}
}
