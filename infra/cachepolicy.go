package infra

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/infra/config"
)

// policies makes the program's own cache and origin request policies, each distinct content once: the account
// may have 20 of each kind over all its stacks (F3.30).
type policies struct {
	ctx           *pulumi.Context
	cfg           *platform
	opts          []pulumi.ResourceOption
	cache         map[string]*cloudfront.CachePolicy
	originRequest map[string]*cloudfront.OriginRequestPolicy
}

func newPolicies(ctx *pulumi.Context, cfg *platform, opts ...pulumi.ResourceOption) *policies {
	return &policies{
		ctx: ctx, cfg: cfg, opts: opts,
		cache: map[string]*cloudfront.CachePolicy{}, originRequest: map[string]*cloudfront.OriginRequestPolicy{},
	}
}

// cacheID is the cache policy of a route. An own policy never has Host in its key: API Gateway would answer 403
// (F3.11), and what is in the key always reaches the origin (F3.10).
func (p *policies) cacheID(r config.Route) (pulumi.StringPtrInput, error) {
	content := r.OwnCachePolicy()
	if content == "" {
		return pulumi.StringPtr(cloudfrontapi.CachingDisabled), nil
	}
	made := p.cache[content]
	if made == nil {
		name := logicalName("cache", r.Path)
		keyQuery, keyHeaders, keyCookies := querySelection(r.Key), selectionOf(r.Key.Headers), selectionOf(r.Key.Cookies)
		var err error
		made, err = cloudfront.NewCachePolicy(p.ctx, p.cfg.name(name), &cloudfront.CachePolicyArgs{
			Name:       pulumi.String(accountName(p.cfg, p.cfg.name(name))),
			MinTtl:     wholeSeconds(r.TTL.Min),
			DefaultTtl: wholeSeconds(r.TTL.Default),
			MaxTtl:     wholeSeconds(r.TTL.Max),
			ParametersInCacheKeyAndForwardedToOrigin: &cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs{
				EnableAcceptEncodingBrotli: pulumi.Bool(true),
				EnableAcceptEncodingGzip:   pulumi.Bool(true),
				QueryStringsConfig: cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs{
					QueryStringBehavior: keyQuery.behavior,
					QueryStrings: items(keyQuery, func(names pulumi.StringArrayInput) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigQueryStringsPtrInput {
						return cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigQueryStringsArgs{Items: names}
					}),
				},
				HeadersConfig: cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs{
					HeaderBehavior: keyHeaders.behavior,
					Headers: items(keyHeaders, func(names pulumi.StringArrayInput) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersPtrInput {
						return cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs{Items: names}
					}),
				},
				CookiesConfig: cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs{
					CookieBehavior: keyCookies.behavior,
					Cookies: items(keyCookies, func(names pulumi.StringArrayInput) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigCookiesPtrInput {
						return cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigCookiesArgs{Items: names}
					}),
				},
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
func (p *policies) originRequestID(r config.Route) (pulumi.StringPtrInput, error) {
	content := r.OwnOriginRequestPolicy()
	switch {
	case content == "" && r.Methods == config.MethodsAll:
		return pulumi.StringPtr(cloudfrontapi.AllViewerExceptHostHeader), nil
	case content == "":
		return nil, nil
	}
	made := p.originRequest[content]
	if made == nil {
		name := logicalName("forward", r.Path)
		forwardQuery, forwardHeaders, forwardCookies := querySelection(*r.Forward), selectionOf(r.Forward.Headers), selectionOf(r.Forward.Cookies)
		var err error
		made, err = cloudfront.NewOriginRequestPolicy(p.ctx, p.cfg.name(name), &cloudfront.OriginRequestPolicyArgs{
			Name: pulumi.String(accountName(p.cfg, p.cfg.name(name))),
			QueryStringsConfig: cloudfront.OriginRequestPolicyQueryStringsConfigArgs{
				QueryStringBehavior: forwardQuery.behavior,
				QueryStrings: items(forwardQuery, func(names pulumi.StringArrayInput) cloudfront.OriginRequestPolicyQueryStringsConfigQueryStringsPtrInput {
					return cloudfront.OriginRequestPolicyQueryStringsConfigQueryStringsArgs{Items: names}
				}),
			},
			HeadersConfig: cloudfront.OriginRequestPolicyHeadersConfigArgs{
				HeaderBehavior: forwardHeaders.behavior,
				Headers: items(forwardHeaders, func(names pulumi.StringArrayInput) cloudfront.OriginRequestPolicyHeadersConfigHeadersPtrInput {
					return cloudfront.OriginRequestPolicyHeadersConfigHeadersArgs{Items: names}
				}),
			},
			CookiesConfig: cloudfront.OriginRequestPolicyCookiesConfigArgs{
				CookieBehavior: forwardCookies.behavior,
				Cookies: items(forwardCookies, func(names pulumi.StringArrayInput) cloudfront.OriginRequestPolicyCookiesConfigCookiesPtrInput {
					return cloudfront.OriginRequestPolicyCookiesConfigCookiesArgs{Items: names}
				}),
			},
		}, p.opts...)
		if err != nil {
			return nil, fmt.Errorf("origin request policy of route %q: %w", r.Path, err)
		}
		p.originRequest[content] = made
	}
	return made.ID().ToStringPtrOutput(), nil
}

func wholeSeconds(d time.Duration) pulumi.IntPtrInput { return pulumi.IntPtr(int(d / time.Second)) }

// selection says which parts of one kind a policy takes. Its behavior is "none", "whitelist" or "all" for query
// strings, headers and cookies, in policies of both kinds; query strings know
// "allExcept" too (F15.10). names are nil for "none" and "all".
type selection struct {
	behavior pulumi.String
	names    pulumi.StringArray
}

func selectionOf(names []string) selection {
	switch {
	case len(names) == 0:
		return selection{behavior: "none"}
	case len(names) == 1 && names[0] == "*":
		return selection{behavior: "all"}
	default:
		return selection{behavior: "whitelist", names: pulumi.ToStringArray(names)}
	}
}

func querySelection(p config.Parts) selection {
	if len(p.QueryExcept) > 0 {
		return selection{behavior: "allExcept", names: pulumi.ToStringArray(p.QueryExcept)}
	}
	return selectionOf(p.Query)
}

// items wraps the names in the type that the SDK has for each kind and policy, or is nil where none are named.
func items[T any](s selection, wrap func(pulumi.StringArrayInput) T) T {
	if s.names == nil {
		var none T
		return none
	}
	return wrap(s.names)
}
