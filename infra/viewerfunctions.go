package infra

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/functions"
)

// functionRuntime is the one that knows origin helpers (F2.1).
const functionRuntime = "cloudfront-js-2.0"

// viewerFunctions are the CloudFront functions, at most one per slot (F2.18). A nil function has nothing to do.
type viewerFunctions struct {
	// api serves the API's behaviors, readFailover those routes that ask for it in dns mode.
	api, readFailover *cloudfront.Function
	// site and siteResponse serve the site's.
	site, siteResponse *cloudfront.Function
}

func newViewerFunctions(ctx *pulumi.Context, cfg *Config, site *Site, opts ...pulumi.ResourceOption) (*viewerFunctions, error) {
	f := &viewerFunctions{}
	api := functions.Request{Redirects: redirects(cfg), Served: served(cfg), PreflightOrigins: cfg.CORSOrigins}
	if cfg.Routing == RoutingEdge {
		api.Edge = edgeChoice(cfg)
	}
	var err error
	if f.api, err = newRequestFunction(ctx, "api-request", api, nil, opts...); err != nil {
		return nil, err
	}
	if cfg.Routing == RoutingDNS && len(cfg.Regions) > 1 && slices.ContainsFunc(cfg.Routes, func(r Route) bool { return r.ReadFailover }) {
		api.ReadFailover = &functions.ReadFailover{OriginIDs: [2]string{originNearest, originNext}, StatusCodes: apiFailoverCodes}
		if f.readFailover, err = newRequestFunction(ctx, "api-read-failover", api, nil, opts...); err != nil {
			return nil, err
		}
	}
	if site == nil {
		return f, nil
	}
	notFound := site.published != nil
	if f.site, err = newRequestFunction(ctx, "site-request", functions.Request{
		Redirects: redirects(cfg), Served: served(cfg), Site: &functions.SiteRewrite{SPA: cfg.SPA, NotFound: notFound},
	}, site.published, opts...); err != nil {
		return nil, err
	}
	if notFound {
		code, err := functions.ComposeResponse(functions.Response{NotFound: true})
		if err != nil {
			return nil, fmt.Errorf("function site-response: %w", err)
		}
		if f.siteResponse, err = newFunctionOf(ctx, "site-response", code, nil, opts...); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// newRequestFunction composes and makes a viewer-request function, or returns nil where it would do nothing.
func newRequestFunction(ctx *pulumi.Context, name string, parts functions.Request, store *cloudfront.KeyValueStore, opts ...pulumi.ResourceOption) (*cloudfront.Function, error) {
	code, err := functions.ComposeRequest(parts)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", name, err)
	}
	return newFunctionOf(ctx, name, code, store, opts...)
}

func newFunctionOf(ctx *pulumi.Context, name, code string, store *cloudfront.KeyValueStore, opts ...pulumi.ResourceOption) (*cloudfront.Function, error) {
	if code == "" {
		return nil, nil
	}
	args := &cloudfront.FunctionArgs{
		Code: pulumi.String(code), Runtime: pulumi.String(functionRuntime), Publish: pulumi.Bool(true),
	}
	if store != nil {
		args.KeyValueStoreAssociations = pulumi.StringArray{store.Arn}
	}
	return cloudfront.NewFunction(ctx, name, args, opts...)
}

// redirects maps each alias that only redirects to the name it leads to.
func redirects(cfg *Config) map[string]string {
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
func served(cfg *Config) []string {
	var names []string
	for _, d := range cfg.Domains {
		if d.RedirectTo == "" {
			names = append(names, d.Aliases...)
		}
	}
	return names
}

// edgeChoice is the table of edge routing: for every place a request may come in, the two nearest regions that
// are not drained.
func edgeChoice(cfg *Config) *functions.EdgeChoice {
	choice := &functions.EdgeChoice{Table: map[string][]string{}, StatusCodes: apiFailoverCodes}
	for place, regions := range functions.EdgeTable(cfg.Regions, cfg.DrainedRegions) {
		for _, region := range regions {
			choice.Table[place] = append(choice.Table[place], originID(region))
		}
	}
	for _, region := range cfg.Regions {
		if !cfg.Drained(region) && len(choice.Default) == 0 {
			choice.Default = []string{originID(region)}
		}
	}
	return choice
}
