package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/infra/config"
)

// behaviors are the distribution's cache behaviors: one per route in order, then the site's, or without a site
// the API's, for every other path.
type behaviors struct {
	ordered  cloudfront.DistributionOrderedCacheBehaviorArray
	standard cloudfront.DistributionDefaultCacheBehaviorArgs
	// functions by their roles, for the alarms on them.
	functions map[string]*cloudfront.Function
}

// everythingElse is what the API answers without a site: the default behavior as a route.
func everythingElse(cfg *platform) config.Route {
	return config.Route{Path: "*", Methods: config.MethodsAll, ReadFailover: cfg.Routing == config.RoutingEdge}
}

func newBehaviors(ctx *pulumi.Context, cfg *platform, origins *origins, site *siteComponent, drains *cloudfront.KeyValueStore, opts ...pulumi.ResourceOption) (*behaviors, error) {
	functions, err := newViewerFunctions(ctx, cfg, site, drains, opts...)
	if err != nil {
		return nil, err
	}
	apiHeaders, siteHeaders, err := newResponseHeadersPolicies(ctx, cfg, opts...)
	if err != nil {
		return nil, err
	}
	policies := newPolicies(ctx, cfg, opts...)
	b := &behaviors{functions: functions.byRole(cfg)}
	for _, route := range cfg.Routes {
		behavior, err := apiBehavior(route, origins, policies, functions.api[parts(cfg, route)], apiHeaders)
		if err != nil {
			return nil, err
		}
		b.ordered = append(b.ordered, behavior)
	}
	if site != nil {
		b.standard = siteBehavior(origins, functions, siteHeaders)
	} else {
		rest, err := apiBehavior(everythingElse(cfg), origins, policies, functions.api[parts(cfg, everythingElse(cfg))], apiHeaders)
		if err != nil {
			return nil, err
		}
		b.standard = asDefault(rest)
	}
	return b, info(ctx, fmt.Sprintf(
		"%d cache behaviors; own policies of at most 20 each in the account: %d cache, %d origin request, %d response headers",
		len(cfg.Routes)+1, len(policies.cache), len(policies.originRequest), count(apiHeaders, siteHeaders)))
}

func count(policies ...*cloudfront.ResponseHeadersPolicy) int {
	n := 0
	for _, p := range policies {
		if p != nil {
			n++
		}
	}
	return n
}

// apiBehavior serves one route. https-only rather than a redirect, which would hide clients that send their
// words in clear (F4.18).
func apiBehavior(r config.Route, origins *origins, policies *policies, function *cloudfront.Function, headers *cloudfront.ResponseHeadersPolicy) (cloudfront.DistributionOrderedCacheBehaviorArgs, error) {
	behavior := cloudfront.DistributionOrderedCacheBehaviorArgs{
		PathPattern:             pulumi.String(r.Path),
		ViewerProtocolPolicy:    pulumi.String("https-only"),
		CachedMethods:           pulumi.ToStringArray(readMethods),
		ResponseHeadersPolicyId: headers.ID(),
	}
	var err error
	if behavior.CachePolicyId, err = policies.cacheID(r); err != nil {
		return behavior, err
	}
	if behavior.OriginRequestPolicyId, err = policies.originRequestID(r); err != nil {
		return behavior, err
	}
	if r.Methods == config.MethodsAll {
		behavior.AllowedMethods = pulumi.ToStringArray(allMethods)
		behavior.TargetOriginId = pulumi.String(origins.writeTarget)
	} else {
		behavior.AllowedMethods = pulumi.ToStringArray(readMethods)
		behavior.TargetOriginId = pulumi.String(origins.readTarget)
		behavior.Compress = pulumi.Bool(r.TTL.Max > 0)
	}
	if function != nil {
		behavior.FunctionAssociations = cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArray{
			cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArgs{
				EventType: pulumi.String("viewer-request"), FunctionArn: function.Arn,
			},
		}
	}
	return behavior, nil
}

// siteBehavior serves the buckets. CachingOptimized keeps even an uncacheable answer for a second (F3.17),
// which is nothing to a page that may be a minute old.
func siteBehavior(origins *origins, functions *viewerFunctions, headers *cloudfront.ResponseHeadersPolicy) cloudfront.DistributionDefaultCacheBehaviorArgs {
	behavior := cloudfront.DistributionDefaultCacheBehaviorArgs{
		TargetOriginId:          pulumi.String(origins.siteTarget),
		ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
		AllowedMethods:          pulumi.ToStringArray(readMethods),
		CachedMethods:           pulumi.ToStringArray(readMethods),
		Compress:                pulumi.Bool(true),
		CachePolicyId:           pulumi.String(cloudfrontapi.CachingOptimized),
		ResponseHeadersPolicyId: headers.ID(),
	}
	associations := cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArray{}
	for _, slot := range []struct {
		event    string
		function *cloudfront.Function
	}{{"viewer-request", functions.site}, {"viewer-response", functions.siteResponse}} {
		if slot.function != nil {
			associations = append(associations, cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs{
				EventType: pulumi.String(slot.event), FunctionArn: slot.function.Arn,
			})
		}
	}
	if len(associations) > 0 {
		behavior.FunctionAssociations = associations
	}
	return behavior
}

// asDefault is the same behavior in the place that has no path pattern.
func asDefault(b cloudfront.DistributionOrderedCacheBehaviorArgs) cloudfront.DistributionDefaultCacheBehaviorArgs {
	behavior := cloudfront.DistributionDefaultCacheBehaviorArgs{
		AllowedMethods: b.AllowedMethods, CachedMethods: b.CachedMethods, Compress: b.Compress,
		CachePolicyId: b.CachePolicyId, OriginRequestPolicyId: b.OriginRequestPolicyId,
		ResponseHeadersPolicyId: b.ResponseHeadersPolicyId,
		TargetOriginId:          b.TargetOriginId, ViewerProtocolPolicy: b.ViewerProtocolPolicy,
	}
	if list, ok := b.FunctionAssociations.(cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArray); ok {
		associations := cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArray{}
		for _, a := range list {
			associations = append(associations, cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs(
				a.(cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArgs)))
		}
		behavior.FunctionAssociations = associations
	}
	return behavior
}
