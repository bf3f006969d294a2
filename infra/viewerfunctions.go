package infra

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/infra/functions"
)

// viewerFunctions are the CloudFront functions, at most one per slot (F2.18). A nil function has nothing to do.
type viewerFunctions struct {
	// api serves the API's behaviors: one function for each distinct set of parts that routes ask for.
	api map[apiParts]*cloudfront.Function
	// site and siteResponse serve the site's.
	site, siteResponse *cloudfront.Function
}

// apiParts is what distinguishes the functions of the API's behaviors.
type apiParts struct {
	// readFailover: reads get an origin group from the function.
	readFailover bool
	// viewerHost: the origin learns the viewer's host.
	viewerHost bool
}

// parts are those of one route. With dns routing a read route's target is a group already.
func parts(cfg *platform, r config.Route) apiParts {
	return apiParts{
		readFailover: r.ReadFailover && (cfg.Routing == config.RoutingEdge || r.Methods == config.MethodsAll && len(cfg.Regions) > 1),
		viewerHost:   r.ViewerHost,
	}
}

// name is the logical name of the function with these parts.
func (p apiParts) name(routing config.Routing) string {
	name := "api-request"
	switch {
	case routing == config.RoutingDNS && p.readFailover:
		name = "api-read-failover"
	case routing == config.RoutingEdge && !p.readFailover:
		name = "api-single-origin"
	}
	if p.viewerHost {
		name += "-host"
	}
	return name
}

func newViewerFunctions(ctx *pulumi.Context, cfg *platform, site *siteComponent, drains *cloudfront.KeyValueStore, opts ...pulumi.ResourceOption) (*viewerFunctions, error) {
	f := &viewerFunctions{api: map[apiParts]*cloudfront.Function{}}
	maker := functionMaker{ctx: ctx, platform: cfg, options: opts}
	var err error
	routes := cfg.Routes
	if site == nil {
		routes = append(slices.Clone(routes), everythingElse(cfg))
	}
	for _, route := range routes {
		p := parts(cfg, route)
		if _, made := f.api[p]; made {
			continue
		}
		if f.api[p], err = maker.request(p.name(cfg.Routing), p.request(cfg), drains); err != nil {
			return nil, err
		}
	}
	if site == nil {
		return f, nil
	}
	if f.site, err = maker.request("site-request", functions.Request{
		Redirects: redirects(cfg), Served: served(cfg), Site: &functions.Site{SPA: cfg.SPA, NotFoundPage: site.notFoundPage},
	}, site.addresses); err != nil {
		return nil, err
	}
	if site.notFoundPage {
		code, err := functions.ComposeResponse(functions.Response{NotFound: true})
		if err != nil {
			return nil, fmt.Errorf("function site-response: %w", err)
		}
		if f.siteResponse, err = maker.of("site-response", code, nil); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// byRole are the functions that exist.
func (f *viewerFunctions) byRole(cfg *platform) map[string]*cloudfront.Function {
	all := map[string]*cloudfront.Function{"site-request": f.site, "site-response": f.siteResponse}
	for p, function := range f.api {
		all[p.name(cfg.Routing)] = function
	}
	maps.DeleteFunc(all, func(_ string, function *cloudfront.Function) bool { return function == nil })
	return all
}

// request is the function's content.
func (p apiParts) request(cfg *platform) functions.Request {
	r := functions.Request{Redirects: redirects(cfg), Served: served(cfg), PreflightOrigins: cfg.CORSOrigins, ViewerHost: p.viewerHost}
	switch {
	case cfg.Routing == config.RoutingEdge:
		r.Edge = edgeChoice(cfg)
		r.Edge.NoReadFailover = !p.readFailover
	case p.readFailover:
		r.ReadFailover = &functions.ReadFailover{OriginIDs: [2]string{originNearest, originNext}, StatusCodes: apiFailoverCodes}
	}
	return r
}

// redirects maps each alias that only redirects to the name it leads to.
func redirects(cfg *platform) map[string]string {
	targets := map[string]string{}
	for _, d := range cfg.Domains {
		if d.RedirectTo == "" {
			continue
		}
		for _, alias := range d.Aliases {
			targets[alias] = d.RedirectTo
		}
	}
	return targets
}

// served are the aliases that answer themselves, also where a wildcard alias that redirects covers them.
func served(cfg *platform) []string {
	var names []string
	for _, d := range cfg.Domains {
		if d.RedirectTo == "" {
			names = append(names, d.Aliases...)
		}
	}
	return names
}

// edgeChoice is the table of edge routing: for every place a request may come in, the regions that are not drained by
// plan, the nearest first.
func edgeChoice(cfg *platform) *functions.EdgeChoice {
	choice := &functions.EdgeChoice{Table: map[string][]string{}, Writes: map[string]string{}, StatusCodes: apiFailoverCodes}
	for _, region := range cfg.Regions {
		choice.Writes[originID(region)] = writesID(region)
	}
	for place, regions := range functions.EdgeTable(cfg.Regions, cfg.DrainedRegions) {
		for _, region := range regions {
			choice.Table[place] = append(choice.Table[place], originID(region))
		}
	}
	if hasDrains(cfg) {
		choice.Drains = map[string]string{}
	}
	for _, region := range cfg.Regions {
		if cfg.Drained(region) {
			continue
		}
		choice.Default = append(choice.Default, originID(region))
		if choice.Drains != nil {
			choice.Drains[originID(region)] = region
		}
	}
	return choice
}
