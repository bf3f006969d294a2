package infra

import (
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/infra/functions"
)

// corsExposedHeaders are what other sites may read of the API's answers beside the simple headers.
var corsExposedHeaders = []string{"ETag", "Retry-After", contract.RegionHeader}

// newResponseHeadersPolicies makes what the viewer gets beside the origin's own headers: one policy for the
// API, one for the site (nil without a site). Removal runs before addition (F3.28).
func newResponseHeadersPolicies(ctx *pulumi.Context, cfg *platform, opts ...pulumi.ResourceOption) (api, site *cloudfront.ResponseHeadersPolicy, err error) {
	policy := func(name string, args *cloudfront.ResponseHeadersPolicyArgs) (*cloudfront.ResponseHeadersPolicy, error) {
		name = cfg.name(name)
		args.Name = pulumi.String(accountName(cfg, name))
		return cloudfront.NewResponseHeadersPolicy(ctx, name, args, opts...)
	}
	apiArgs := &cloudfront.ResponseHeadersPolicyArgs{
		SecurityHeadersConfig: transportHeaders(cfg.SecurityHeaders),
		CustomHeadersConfig:   addedHeaders(cfg.ResponseHeaders.Add, ""),
		RemoveHeadersConfig:   removedHeaders(cfg.ResponseHeaders.Remove),
	}
	if len(cfg.CORSOrigins) > 0 {
		apiArgs.CorsConfig = corsConfig(cfg.CORSOrigins)
	}
	if api, err = policy("api-headers", apiArgs); err != nil || cfg.SiteDir == "" {
		return api, nil, err
	}
	site, err = policy("site-headers", &cloudfront.ResponseHeadersPolicyArgs{
		SecurityHeadersConfig: pageHeaders(cfg.SecurityHeaders),
		CustomHeadersConfig:   addedHeaders(cfg.ResponseHeaders.Add, cfg.SecurityHeaders.PermissionsPolicy),
		RemoveHeadersConfig:   removedHeaders(cfg.ResponseHeaders.Remove),
	})
	return api, site, err
}

// transportHeaders are right for any answer: HSTS and nosniff.
func transportHeaders(s config.SecurityHeaders) *cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs {
	config := &cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs{
		ContentTypeOptions: &cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs{Override: pulumi.Bool(true)},
	}
	if s.HSTSMaxAge > 0 {
		config.StrictTransportSecurity = &cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs{
			AccessControlMaxAgeSec: pulumi.Int(int(s.HSTSMaxAge / time.Second)),
			IncludeSubdomains:      pulumi.Bool(s.HSTSIncludeSubdomains),
			Preload:                pulumi.Bool(s.HSTSPreload),
			Override:               pulumi.Bool(true),
		}
	}
	return config
}

// pageHeaders add what matters to a document.
func pageHeaders(s config.SecurityHeaders) *cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs {
	config := transportHeaders(s)
	if s.ContentSecurityPolicy != "" {
		config.ContentSecurityPolicy = &cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs{
			ContentSecurityPolicy: pulumi.String(s.ContentSecurityPolicy), Override: pulumi.Bool(true),
		}
	}
	if s.FrameOptions != "" {
		config.FrameOptions = &cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs{
			FrameOption: pulumi.String(s.FrameOptions), Override: pulumi.Bool(true),
		}
	}
	if s.ReferrerPolicy != "" {
		config.ReferrerPolicy = &cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs{
			ReferrerPolicy: pulumi.String(s.ReferrerPolicy), Override: pulumi.Bool(true),
		}
	}
	return config
}

// addedHeaders sets headers whatever the origin says. Permissions-Policy is not among CloudFront's security
// headers, so it is one of the custom ones.
func addedHeaders(add map[string]string, permissionsPolicy string) cloudfront.ResponseHeadersPolicyCustomHeadersConfigPtrInput {
	items := cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArray{}
	item := func(name, value string) {
		items = append(items, cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs{
			Header: pulumi.String(name), Value: pulumi.String(value), Override: pulumi.Bool(true),
		})
	}
	if permissionsPolicy != "" {
		item("Permissions-Policy", permissionsPolicy)
	}
	for _, name := range slices.Sorted(maps.Keys(add)) {
		item(name, add[name])
	}
	if len(items) == 0 {
		return nil
	}
	return &cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs{Items: items}
}

func removedHeaders(names []string) cloudfront.ResponseHeadersPolicyRemoveHeadersConfigPtrInput {
	if len(names) == 0 {
		return nil
	}
	items := cloudfront.ResponseHeadersPolicyRemoveHeadersConfigItemArray{}
	for _, name := range names {
		items = append(items, cloudfront.ResponseHeadersPolicyRemoveHeadersConfigItemArgs{Header: pulumi.String(name)})
	}
	return &cloudfront.ResponseHeadersPolicyRemoveHeadersConfigArgs{Items: items}
}

// corsConfig decorates actual answers; the viewer-request function answers preflights, with the same lists.
func corsConfig(origins []string) *cloudfront.ResponseHeadersPolicyCorsConfigArgs {
	return &cloudfront.ResponseHeadersPolicyCorsConfigArgs{
		AccessControlAllowCredentials: pulumi.Bool(false),
		AccessControlAllowHeaders:     cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowHeadersArgs{Items: pulumi.ToStringArray(functions.PreflightHeaders())},
		AccessControlAllowMethods:     cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowMethodsArgs{Items: pulumi.ToStringArray(functions.PreflightMethods())},
		AccessControlAllowOrigins:     cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowOriginsArgs{Items: pulumi.ToStringArray(origins)},
		AccessControlExposeHeaders:    &cloudfront.ResponseHeadersPolicyCorsConfigAccessControlExposeHeadersArgs{Items: pulumi.ToStringArray(corsExposedHeaders)},
		AccessControlMaxAgeSec:        pulumi.Int(int(functions.PreflightMaxAge / time.Second)),
		OriginOverride:                pulumi.Bool(true),
	}
}
