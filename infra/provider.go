package infra

import (
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// globalRegion is where CloudFront reads its certificate and keeps its functions and policies (D9, F5.11).
const globalRegion = "us-east-1"

// providers are the explicit AWS providers: pulumi-aws v6 has no region per resource (D9).
type providers struct {
	in     map[string]*aws.Provider
	global *aws.Provider
}

// newProviders makes one provider per region and one for us-east-1, which may be the same.
func newProviders(ctx *pulumi.Context, cfg *platform) (*providers, error) {
	p := &providers{in: make(map[string]*aws.Provider, len(cfg.Regions)+1)}
	for _, region := range append([]string{globalRegion}, cfg.Regions...) {
		if p.in[region] != nil {
			continue
		}
		provider, err := aws.NewProvider(ctx, cfg.name("aws-"+region), cfg.Provider.Args(region), cfg.child()...)
		if err != nil {
			return nil, fmt.Errorf("provider for %s: %w", region, err)
		}
		p.in[region] = provider
	}
	p.global = p.in[globalRegion]
	return p, nil
}

// ProviderSettings is what the explicit providers of all regions have in common.
type ProviderSettings struct {
	config.Provider
	// secrets are the "aws:" keys that the stack marks as secret; their values stay so.
	secrets map[string]bool
}

func loadProvider(source config.Source) (ProviderSettings, error) {
	plain, err := config.LoadProvider(source, endpointServices())
	p := ProviderSettings{Provider: plain, secrets: map[string]bool{}}
	for _, key := range []string{"assumeRole", "assumeRoleWithWebIdentity", "endpoints", "defaultTags"} {
		p.secrets[key] = source.Secret("aws:" + key)
	}
	return p, err
}

// Args are the arguments of the provider of one region.
func (p ProviderSettings) Args(region string) *aws.ProviderArgs {
	args := &aws.ProviderArgs{
		Region:                    pulumi.String(region),
		Profile:                   optionalString(p.Profile),
		AllowedAccountIds:         optionalStrings(p.AllowedAccountIDs),
		ForbiddenAccountIds:       optionalStrings(p.ForbiddenAccountIDs),
		S3UsePathStyle:            pulumi.BoolPtrFromPtr(p.S3UsePathStyle),
		MaxRetries:                pulumi.IntPtrFromPtr(p.MaxRetries),
		RetryMode:                 optionalString(p.RetryMode),
		StsRegion:                 optionalString(p.STSRegion),
		SharedConfigFiles:         optionalStrings(p.SharedConfigFiles),
		SharedCredentialsFiles:    optionalStrings(p.SharedCredentialsFiles),
		SkipCredentialsValidation: pulumi.BoolPtrFromPtr(p.SkipCredentialsValidation),
		SkipRequestingAccountId:   pulumi.BoolPtrFromPtr(p.SkipRequestingAccountID),
		SkipMetadataApiCheck:      pulumi.BoolPtrFromPtr(p.SkipMetadataAPICheck),
		SkipRegionValidation:      pulumi.BoolPtrFromPtr(p.SkipRegionValidation),
	}
	if len(p.DefaultTags) > 0 {
		args.DefaultTags = aws.ProviderDefaultTagsArgs{Tags: p.stringMap("defaultTags", p.DefaultTags)}
	}
	if len(p.IgnoreTagKeys)+len(p.IgnoreTagKeyPrefixes) > 0 {
		args.IgnoreTags = aws.ProviderIgnoreTagsArgs{
			Keys: optionalStrings(p.IgnoreTagKeys), KeyPrefixes: optionalStrings(p.IgnoreTagKeyPrefixes),
		}
	}
	if p.AssumeRole != nil {
		args.AssumeRole = p.assumeRole(p.AssumeRole)
	}
	if p.AssumeRoleWithWebIdentity != nil {
		args.AssumeRoleWithWebIdentity = p.webIdentity(p.AssumeRoleWithWebIdentity)
	}
	if len(p.Endpoints) > 0 {
		args.Endpoints = aws.ProviderEndpointArray{p.endpoints()}
	}
	return args
}

func (p ProviderSettings) assumeRole(role *config.AssumeRole) aws.ProviderAssumeRoleArgs {
	const key = "assumeRole"
	return aws.ProviderAssumeRoleArgs{
		RoleArn:           p.string(key, role.RoleARN),
		SessionName:       p.string(key, role.SessionName),
		ExternalId:        p.string(key, role.ExternalID),
		SourceIdentity:    p.string(key, role.SourceIdentity),
		Policy:            p.string(key, role.Policy),
		PolicyArns:        optionalStrings(role.PolicyARNs),
		Tags:              p.stringMap(key, role.Tags),
		TransitiveTagKeys: optionalStrings(role.TransitiveTagKeys),
		Duration:          p.string(key, role.Duration),
	}
}

func (p ProviderSettings) webIdentity(role *config.AssumeRoleWithWebIdentity) aws.ProviderAssumeRoleWithWebIdentityArgs {
	const key = "assumeRoleWithWebIdentity"
	return aws.ProviderAssumeRoleWithWebIdentityArgs{
		RoleArn:              p.string(key, role.RoleARN),
		SessionName:          p.string(key, role.SessionName),
		Policy:               p.string(key, role.Policy),
		PolicyArns:           optionalStrings(role.PolicyARNs),
		WebIdentityToken:     p.string(key, role.WebIdentityToken),
		WebIdentityTokenFile: p.string(key, role.WebIdentityTokenFile),
		Duration:             p.string(key, role.Duration),
	}
}

// endpoints fills the SDK's struct by its property names; LoadConfig has checked that they exist.
func (p ProviderSettings) endpoints() aws.ProviderEndpointArgs {
	var args aws.ProviderEndpointArgs
	fields := reflect.ValueOf(&args).Elem()
	for i := range fields.NumField() {
		if url := p.Endpoints[fields.Type().Field(i).Tag.Get("pulumi")]; url != "" {
			fields.Field(i).Set(reflect.ValueOf(p.string("endpoints", url)))
		}
	}
	return args
}

// endpointServices are the names that aws:endpoints may use.
func endpointServices() []string {
	t := reflect.TypeFor[aws.ProviderEndpointArgs]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("pulumi")
	}
	return names
}

// string is nil for "", and a secret where the stack says so.
func (p ProviderSettings) string(key, value string) pulumi.StringPtrInput {
	switch {
	case value == "":
		return nil
	case p.secrets[key]:
		return pulumi.ToSecret(pulumi.String(value)).(pulumi.StringOutput)
	}
	return pulumi.String(value)
}

func (p ProviderSettings) stringMap(key string, values map[string]string) pulumi.StringMapInput {
	switch {
	case len(values) == 0:
		return nil
	case p.secrets[key]:
		return pulumi.ToSecret(pulumi.ToStringMap(values)).(pulumi.StringMapOutput)
	}
	return pulumi.ToStringMap(values)
}

func optionalString(value string) pulumi.StringPtrInput {
	if value == "" {
		return nil
	}
	return pulumi.String(value)
}

func optionalStrings(values []string) pulumi.StringArrayInput {
	if len(values) == 0 {
		return nil
	}
	return pulumi.ToStringArray(values)
}
