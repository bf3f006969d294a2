package infra

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Managed policies (F3.1, F3.2, F3.7).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const (
	cachingDisabled           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	cachingOptimized          = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	allViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
)

// policies makes the program's own cache and origin request policies, each distinct content once: the account
// may have 20 of each kind over all its stacks (F3.30).
type policies struct {
	ctx           *pulumi.Context
	cfg           *Config
	opts          []pulumi.ResourceOption
	cache         map[string]*cloudfront.CachePolicy
	originRequest map[string]*cloudfront.OriginRequestPolicy
}

func newPolicies(ctx *pulumi.Context, cfg *Config, opts ...pulumi.ResourceOption) *policies {
	return &policies{
		ctx: ctx, cfg: cfg, opts: opts,
		cache: map[string]*cloudfront.CachePolicy{}, originRequest: map[string]*cloudfront.OriginRequestPolicy{},
	}
}

// cacheID is the cache policy of a route. An own policy never has Host in its key: API Gateway would answer 403
// (F3.11), and what is in the key always reaches the origin (F3.10).
func (p *policies) cacheID(r Route) (pulumi.StringPtrInput, error) {
	if r.Methods == MethodsAll || r.TTL.Max == 0 {
		return pulumi.StringPtr(cachingDisabled), nil
	}
	content := fmt.Sprintf("%v %q", r.TTL, r.Key)
	made := p.cache[content]
	if made == nil {
		name := logicalName("cache", r.Path)
		var err error
		made, err = cloudfront.NewCachePolicy(p.ctx, name, &cloudfront.CachePolicyArgs{
			Name:       pulumi.String(accountName(p.cfg, name)),
			MinTtl:     wholeSeconds(r.TTL.Min),
			DefaultTtl: wholeSeconds(r.TTL.Default),
			MaxTtl:     wholeSeconds(r.TTL.Max),
			ParametersInCacheKeyAndForwardedToOrigin: &cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs{
				EnableAcceptEncodingBrotli: pulumi.Bool(true),
				EnableAcceptEncodingGzip:   pulumi.Bool(true),
				QueryStringsConfig:         keyQueries(r.Key),
				HeadersConfig:              keyHeaders(r.Key.Headers),
				CookiesConfig:              keyCookies(r.Key.Cookies),
			},
		}, p.opts...)
		if err != nil {
			return nil, fmt.Errorf("cache policy of route %q: %w", r.Path, err)
		}
		p.cache[content] = made
	}
	return made.ID().ToStringPtrOutput(), nil
}

// originRequestID is what the origin sees beside the cache key. Everything but Host is the default of a route
// that takes writes: the one way Authorization reaches an API without being in a cache key. A cached route
// forwards its key alone by default.
func (p *policies) originRequestID(r Route) (pulumi.StringPtrInput, error) {
	switch {
	case r.Forward == nil && r.Methods == MethodsAll:
		return pulumi.StringPtr(allViewerExceptHostHeader), nil
	case r.Forward == nil:
		return nil, nil
	}
	content := fmt.Sprintf("%q", *r.Forward)
	made := p.originRequest[content]
	if made == nil {
		name := logicalName("forward", r.Path)
		var err error
		made, err = cloudfront.NewOriginRequestPolicy(p.ctx, name, &cloudfront.OriginRequestPolicyArgs{
			Name:               pulumi.String(accountName(p.cfg, name)),
			QueryStringsConfig: forwardQueries(*r.Forward),
			HeadersConfig:      forwardHeaders(r.Forward.Headers),
			CookiesConfig:      forwardCookies(r.Forward.Cookies),
		}, p.opts...)
		if err != nil {
			return nil, fmt.Errorf("origin request policy of route %q: %w", r.Path, err)
		}
		p.originRequest[content] = made
	}
	return made.ID().ToStringPtrOutput(), nil
}

func wholeSeconds(d time.Duration) pulumi.IntPtrInput { return pulumi.IntPtr(int(d / time.Second)) }

// behaviorOf names are "none", "whitelist" and "all" in every one of the configurations below.
func behaviorOf(names []string) string {
	switch {
	case len(names) == 0:
		return "none"
	case len(names) == 1 && names[0] == "*":
		return "all"
	default:
		return "whitelist"
	}
}

// queryBehavior is behaviorOf for query strings, which know "allExcept" too (F15.10).
func queryBehavior(p Parts) (behavior string, names []string) {
	if len(p.QueryExcept) > 0 {
		return "allExcept", p.QueryExcept
	}
	return behaviorOf(p.Query), p.Query
}

func keyQueries(p Parts) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs {
	behavior, names := queryBehavior(p)
	config := cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs{QueryStringBehavior: pulumi.String(behavior)}
	if behavior == "whitelist" || behavior == "allExcept" {
		config.QueryStrings = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigQueryStringsArgs{Items: pulumi.ToStringArray(names)}
	}
	return config
}

func keyHeaders(names []string) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs {
	behavior := behaviorOf(names)
	config := cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs{HeaderBehavior: pulumi.String(behavior)}
	if behavior == "whitelist" {
		config.Headers = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs{Items: pulumi.ToStringArray(names)}
	}
	return config
}

func keyCookies(names []string) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs {
	behavior := behaviorOf(names)
	config := cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs{CookieBehavior: pulumi.String(behavior)}
	if behavior == "whitelist" {
		config.Cookies = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigCookiesArgs{Items: pulumi.ToStringArray(names)}
	}
	return config
}

func forwardQueries(p Parts) cloudfront.OriginRequestPolicyQueryStringsConfigArgs {
	behavior, names := queryBehavior(p)
	config := cloudfront.OriginRequestPolicyQueryStringsConfigArgs{QueryStringBehavior: pulumi.String(behavior)}
	if behavior == "whitelist" || behavior == "allExcept" {
		config.QueryStrings = cloudfront.OriginRequestPolicyQueryStringsConfigQueryStringsArgs{Items: pulumi.ToStringArray(names)}
	}
	return config
}

func forwardHeaders(names []string) cloudfront.OriginRequestPolicyHeadersConfigArgs {
	behavior := behaviorOf(names)
	config := cloudfront.OriginRequestPolicyHeadersConfigArgs{HeaderBehavior: pulumi.String(behavior)}
	if behavior == "whitelist" {
		config.Headers = cloudfront.OriginRequestPolicyHeadersConfigHeadersArgs{Items: pulumi.ToStringArray(names)}
	}
	return config
}

func forwardCookies(names []string) cloudfront.OriginRequestPolicyCookiesConfigArgs {
	behavior := behaviorOf(names)
	config := cloudfront.OriginRequestPolicyCookiesConfigArgs{CookieBehavior: pulumi.String(behavior)}
	if behavior == "whitelist" {
		config.Cookies = cloudfront.OriginRequestPolicyCookiesConfigCookiesArgs{Items: pulumi.ToStringArray(names)}
	}
	return config
}
