package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// distributionType is part of every child's URN; changing it needs an alias.
const distributionType = "onefront:infra:Distribution"

// Methods as a behavior may allow them (F4.6). OPTIONS is cached wherever a group stands behind, since CloudFront
// may not fail over otherwise (F1.4, F1.4a).
var (
	readMethods = []string{"GET", "HEAD", "OPTIONS"}
	allMethods  = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
)

// uncachedErrors are answered anew for every request: ten seconds of a cached 503 would outlive a failover
// (F3.20, F3.21). No pages: they would replace the API's own answers (D6).
var uncachedErrors = []int{500, 502, 503, 504}

// maxComment is what the provider accepts (F5.7).
const maxComment = 128

type distributionArgs struct {
	config      *platform
	provider    *aws.Provider
	secret      pulumi.StringInput
	regions     []*regionComponent
	originDNS   *originDNS
	site        *siteComponent
	certificate *edgeCertificate
}

// distributionComponent is the one CloudFront distribution over all regions and the site, with its functions and
// policies.
type distributionComponent struct {
	pulumi.ResourceState

	resource *cloudfront.Distribution
	// functions of viewers' requests and answers, by their roles.
	functions map[string]*cloudfront.Function
	// drains is the store of edge routing; nil without.
	drains *cloudfront.KeyValueStore
}

func newDistribution(ctx *pulumi.Context, args distributionArgs) (*distributionComponent, error) {
	d := &distributionComponent{}
	cfg := args.config
	if err := ctx.RegisterComponentResourceV2(distributionType, cfg.name("distribution"), pulumi.Map{}, d, cfg.child()...); err != nil {
		return nil, err
	}
	opts := []pulumi.ResourceOption{pulumi.Parent(d), pulumi.Provider(args.provider)}
	var err error
	if d.drains, err = newDrains(ctx, cfg, opts...); err != nil {
		return nil, err
	}
	origins := newOrigins(cfg, args.regions, args.site, args.secret)
	behaviors, err := newBehaviors(ctx, cfg, origins, args.site, d.drains, opts...)
	if err != nil {
		return nil, err
	}
	d.functions = behaviors.functions
	comment := strings.TrimSuffix(cfg.Project+" "+cfg.Stack+" "+strings.TrimSuffix(cfg.prefix, "-"), " ")
	if len(comment) > maxComment {
		comment = comment[:maxComment]
	}
	properties := &cloudfront.DistributionArgs{
		Comment:               pulumi.String(comment),
		Enabled:               pulumi.Bool(true),
		HttpVersion:           pulumi.String("http2and3"),
		IsIpv6Enabled:         pulumi.Bool(true),
		PriceClass:            pulumi.String(cfg.PriceClass),
		Origins:               origins.list,
		OriginGroups:          origins.groups,
		DefaultCacheBehavior:  behaviors.standard,
		OrderedCacheBehaviors: behaviors.ordered,
		CustomErrorResponses:  errorResponses(),
		ViewerCertificate:     viewerCertificate(cfg, args.certificate),
		Restrictions: cloudfront.DistributionRestrictionsArgs{
			GeoRestriction: cloudfront.DistributionRestrictionsGeoRestrictionArgs{RestrictionType: pulumi.String("none")},
		},
	}
	if args.site != nil {
		properties.DefaultRootObject = pulumi.String("index.html")
	}
	if properties.WebAclId, err = webACLOf(ctx, cfg, args.provider, pulumi.Parent(d)); err != nil {
		return nil, err
	}
	if cfg.ExternalDNS != config.ExternalDNSPending {
		properties.Aliases = pulumi.ToStringArray(cfg.Aliases())
	}
	// The distribution never names what does not answer yet, nor drops a secret that is still needed.
	var ready []pulumi.Resource
	for _, r := range args.regions {
		ready = append(ready, r.ready...)
	}
	if args.originDNS != nil {
		ready = append(ready, args.originDNS.records...)
	}
	opts = append(opts, pulumi.Protect(cfg.Protect))
	if args.site != nil {
		ready = append(ready, args.site.ready()...)
	}
	hooks, err := moveHook(ctx, cfg)
	if err != nil {
		return nil, err
	}
	opts = append(opts, hooks...)
	d.resource, err = cloudfront.NewDistribution(ctx, cfg.name("distribution"), properties, append(opts, pulumi.DependsOn(ready))...)
	if err != nil {
		return nil, fmt.Errorf("distribution: %w", err)
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"domainName": d.resource.DomainName})
}

func errorResponses() cloudfront.DistributionCustomErrorResponseArray {
	responses := cloudfront.DistributionCustomErrorResponseArray{}
	for _, code := range uncachedErrors {
		responses = append(responses, cloudfront.DistributionCustomErrorResponseArgs{
			ErrorCode: pulumi.Int(code), ErrorCachingMinTtl: pulumi.Int(0),
		})
	}
	return responses
}

// viewerCertificate is ours once there are aliases; CloudFront's own fixes the TLS version itself.
func viewerCertificate(cfg *platform, certificate *edgeCertificate) cloudfront.DistributionViewerCertificateArgs {
	if certificate == nil || certificate.attachedARN == nil {
		return cloudfront.DistributionViewerCertificateArgs{CloudfrontDefaultCertificate: pulumi.Bool(true)}
	}
	return cloudfront.DistributionViewerCertificateArgs{
		AcmCertificateArn:      certificate.attachedARN,
		MinimumProtocolVersion: pulumi.String(cfg.MinimumTLSVersion),
		SslSupportMethod:       pulumi.String("sni-only"),
	}
}
