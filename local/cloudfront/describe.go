package cloudfront

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Description is what people want to see of a distribution.
type Description struct {
	DomainName string                `json:"domainName"`
	Aliases    []string              `json:"aliases"`
	Behaviors  []BehaviorDescription `json:"behaviors"`
	Origins    []OriginDescription   `json:"origins"`
}

// BehaviorDescription is one cache behavior, in the order of precedence.
type BehaviorDescription struct {
	Pattern string   `json:"pattern"`
	Methods []string `json:"methods"`
	// Cached says whether anything is kept; the TTLs are in seconds.
	Cached         bool   `json:"cached"`
	MinTTL         int    `json:"minTtl"`
	DefaultTTL     int    `json:"defaultTtl"`
	MaxTTL         int    `json:"maxTtl"`
	ViewerRequest  string `json:"viewerRequest,omitempty"`
	ViewerResponse string `json:"viewerResponse,omitempty"`
	// Origins are the target's ids, in order of failover. FailoverCodes are those of the group.
	Origins       []string `json:"origins"`
	FailoverCodes []int    `json:"failoverCodes,omitempty"`
}

// OriginDescription is one origin.
type OriginDescription struct {
	ID     string `json:"id"`
	Domain string `json:"domain"`
	S3     bool   `json:"s3"`
}

// Describe is the distribution as the graph has it.
func (e *Edge) Describe() Description {
	d := Description{DomainName: e.dist.DomainName, Aliases: append([]string{}, e.dist.Aliases...)}
	for _, b := range e.dist.Behaviors {
		ttl := b.Cache.TTL
		shown := BehaviorDescription{
			Pattern: b.Pattern, Methods: b.Allowed, Cached: ttl.Max > 0, FailoverCodes: b.Target.Codes,
			MinTTL: int(ttl.Min / time.Second), DefaultTTL: int(ttl.Default / time.Second), MaxTTL: int(ttl.Max / time.Second),
		}
		if b.Request != nil {
			shown.ViewerRequest = b.Request.Name()
		}
		if b.Response != nil {
			shown.ViewerResponse = b.Response.Name()
		}
		for _, m := range b.Target.Members {
			shown.Origins = append(shown.Origins, m.Origin.ID)
		}
		d.Behaviors = append(d.Behaviors, shown)
	}
	for id, o := range e.dist.Origins {
		d.Origins = append(d.Origins, OriginDescription{ID: id, Domain: o.Domain, S3: o.S3})
	}
	sortOrigins(d.Origins)
	return d
}

// Choice is where one edge's viewer-request function sends its viewers.
type Choice struct {
	Edge string `json:"edge"`
	City string `json:"city"`
	// Reads and Writes are the ids of the origins in their order, for GET and POST. Nil where the function does not
	// choose.
	Reads  []string `json:"reads"`
	Writes []string `json:"writes"`
}

// Choices runs the viewer-request function of the first behavior whose function chooses origins, once for every edge
// and for GET and POST, and tells what it chose. Nil where no function chooses.
func (e *Edge) Choices(ctx context.Context) []Choice {
	for _, b := range e.dist.Behaviors {
		if b.Request == nil {
			continue
		}
		path := strings.ReplaceAll(b.Pattern, "*", "")
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		if e.chosen(ctx, e.first, http.MethodGet, path) == nil {
			continue
		}
		list := make([]Choice, 0, len(e.pops))
		for _, p := range e.pops {
			list = append(list, Choice{
				Edge: p.Code, City: p.City,
				Reads: e.chosen(ctx, p, http.MethodGet, path), Writes: e.chosen(ctx, p, http.MethodPost, path),
			})
		}
		sortChoices(list)
		return list
	}
	return nil
}

// chosen asks the function of a path's behavior on behalf of a viewer at an edge.
func (e *Edge) chosen(ctx context.Context, p *pop, method, path string) []string {
	r, err := http.NewRequestWithContext(ctx, method, "https://"+e.dist.FirstName()+path, http.NoBody)
	if err != nil {
		return nil
	}
	x := newExchange(e, r)
	x.pop, x.explained, x.host = p, false, e.dist.FirstName()
	x.behavior = e.dist.Match(path)
	if a := e.viewerRequest(x); a != nil || x.choice == nil {
		return nil
	}
	t, err := e.target(x)
	if err != nil || x.choice.Update != nil {
		return nil
	}
	var ids []string
	for _, m := range t.Members {
		ids = append(ids, m.Origin.ID)
	}
	return ids
}

func sortOrigins(list []OriginDescription) {
	slices.SortFunc(list, func(a, b OriginDescription) int { return strings.Compare(a.ID, b.ID) })
}

func sortChoices(list []Choice) {
	slices.SortFunc(list, func(a, b Choice) int { return strings.Compare(a.Edge, b.Edge) })
}
