package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func (c *cloud) sts() *sts.Client {
	return sts.NewFromConfig(c.config, func(o *sts.Options) { o.Region = globalRegion; instead(&o.BaseEndpoint, c.endpoint("sts", "")) })
}

func (c *cloud) iam() *iam.Client {
	return iam.NewFromConfig(c.config, func(o *iam.Options) { o.Region = globalRegion; instead(&o.BaseEndpoint, c.endpoint("iam", "")) })
}

func (c *cloud) account() *account.Client {
	return account.NewFromConfig(c.config, func(o *account.Options) { o.Region = globalRegion; instead(&o.BaseEndpoint, c.endpoint("account", "")) })
}

func (c *cloud) cloudfront() *cloudfront.Client {
	return cloudfront.NewFromConfig(c.config, func(o *cloudfront.Options) {
		o.Region = globalRegion
		instead(&o.BaseEndpoint, c.endpoint("cloudfront", ""))
	})
}

func (c *cloud) servicequotas(region string) *servicequotas.Client {
	return servicequotas.NewFromConfig(c.config, func(o *servicequotas.Options) {
		o.Region = region
		instead(&o.BaseEndpoint, c.endpoint("servicequotas", region))
	})
}

// askCredentials says whose account this is: the commonest mistake is another one.
func askCredentials(ctx context.Context, p *patient) ([]finding, error) {
	who, err := p.who(ctx)
	if err != nil {
		return []finding{{
			Subject: "-", Level: blocker, Found: "no valid credentials: " + plain(err).Error(),
			Advice: "log in (aws sso login, or an environment with keys), or name a profile with -profile",
		}}, nil
	}
	return []finding{{Subject: aws.ToString(who.Account), Level: good, Found: aws.ToString(who.Arn)}}, nil
}

func (c *cloud) identity(ctx context.Context) (*sts.GetCallerIdentityOutput, error) {
	ctx, cancel := c.within(ctx)
	defer cancel()
	return c.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
}

// askRegions asks whether the account has enabled every region. Those that are on by default are.
// https://docs.aws.amazon.com/accounts/latest/reference/API_GetRegionOptStatus.html
func askRegions(ctx context.Context, p *patient) ([]finding, error) {
	var all []finding
	for _, region := range p.regions {
		callContext, cancel := p.cloud.within(ctx)
		out, err := p.cloud.account().GetRegionOptStatus(callContext, &account.GetRegionOptStatusInput{RegionName: &region})
		cancel()
		if err != nil {
			return all, err
		}
		switch out.RegionOptStatus {
		case accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault:
			all = append(all, finding{Subject: region, Level: good, Found: strings.ToLower(strings.ReplaceAll(string(out.RegionOptStatus), "_", " "))})
		default:
			all = append(all, finding{
				Subject: region, Level: blocker, Found: strings.ToLower(string(out.RegionOptStatus)),
				Advice: "aws account enable-region --region-name " + region + " (takes minutes to hours), or take the region out",
			})
		}
	}
	return all, nil
}

// askAliases looks for the stack's names on other distributions of the account: a name is on one only (F5.8).
func askAliases(ctx context.Context, p *patient) ([]finding, error) {
	if len(p.aliases) == 0 {
		return nil, nil
	}
	distributions, err := p.edge(ctx)
	if err != nil {
		return nil, err
	}
	var all []finding
	for _, d := range distributions {
		if d.Aliases == nil || slices.Contains(p.comments, aws.ToString(d.Comment)) {
			continue // without names, or this stack's own
		}
		for _, name := range d.Aliases.Items {
			if slices.Contains(p.aliases, name) {
				all = append(all, finding{
					Subject: name, Level: blocker, Found: "is an alias of distribution " + aws.ToString(d.Id),
					Advice: "see docs/operations.md on names that already live elsewhere",
				})
			}
		}
	}
	if all == nil {
		all = append(all, finding{Subject: strings.Join(p.aliases, ", "), Level: good, Found: "on no distribution of this account; those of others are not to be seen"})
	}
	return all, nil
}

func (p *patient) distributions(ctx context.Context) (all []cftypes.DistributionSummary, err error) {
	pages := cloudfront.NewListDistributionsPaginator(p.cloud.cloudfront(), &cloudfront.ListDistributionsInput{})
	for pages.HasMorePages() {
		pageContext, cancel := p.cloud.within(ctx)
		page, err := pages.NextPage(pageContext)
		cancel()
		if err != nil {
			return nil, err
		}
		if page.DistributionList != nil {
			all = append(all, page.DistributionList.Items...)
		}
	}
	return all, nil
}

// unreservable is what Lambda keeps for functions without a reservation (F10.6).
const unreservable = 100

// askConcurrency compares what functions reserve with what each region lets them.
func askConcurrency(ctx context.Context, p *patient) ([]finding, error) {
	var all []finding
	for _, region := range p.regions {
		if p.perRegion[region][functionType] == 0 {
			continue
		}
		client, err := p.cloud.lambda(region)
		if err != nil {
			return all, err
		}
		callContext, cancel := p.cloud.within(ctx)
		out, err := client.GetAccountSettings(callContext, &lambda.GetAccountSettingsInput{})
		cancel()
		if err != nil {
			return all, err
		}
		if out.AccountLimit == nil {
			return all, errors.New("GetAccountSettings answered without limits")
		}
		free := int(aws.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions)) - unreservable
		whole := int(out.AccountLimit.ConcurrentExecutions) - unreservable
		found := fmt.Sprintf("%d executions, %d of them to be reserved; the stack reserves %d", out.AccountLimit.ConcurrentExecutions, max(free, 0), p.reserved[region])
		f := finding{Subject: region, Level: good, Found: found}
		switch {
		case p.reserved[region] > max(free, 0) && p.reserved[region] <= whole:
			// After an update that failed or succeeded these may be this stack's own.
			f.Level = warning
			f.Advice = fmt.Sprintf("unless this stack is there already, ask Service Quotas for %d more concurrent executions in this region (Lambda, L-B99A9384), or reserve less", p.reserved[region]-max(free, 0))
		case p.reserved[region] > max(free, 0):
			f.Level = blocker
			f.Advice = "ask Service Quotas for more concurrent executions in this region (Lambda, L-B99A9384), or reserve nothing"
		case out.AccountLimit.ConcurrentExecutions < 100:
			f.Level = warning
			f.Advice = "a new account's small pool: one slow dependency takes all of it; ask for more (Lambda, L-B99A9384)"
		}
		all = append(all, f)
	}
	return all, nil
}

// quota is a number of CloudFront's resources, by the name that Service Quotas gives it.
// https://docs.aws.amazon.com/general/latest/gr/cf_region.html
type quota struct {
	name  string
	token string
	used  func(ctx context.Context, p *patient) (int, error)
}

// quantity counts by the number that a list of CloudFront's states itself.
func quantity(list func(context.Context, *patient) (*int32, error)) func(context.Context, *patient) (int, error) {
	return func(ctx context.Context, p *patient) (int, error) {
		n, err := list(ctx, p)
		return int(aws.ToInt32(n)), err
	}
}

var cloudFrontQuotas = []quota{
	{"distributions per AWS account", distributionType, func(ctx context.Context, p *patient) (int, error) {
		all, err := p.edge(ctx)
		return len(all), err
	}},
	{"cache policies per AWS account", cachePolicyType, quantity(func(ctx context.Context, p *patient) (*int32, error) {
		out, err := p.cloud.cloudfront().ListCachePolicies(ctx, &cloudfront.ListCachePoliciesInput{Type: cftypes.CachePolicyTypeCustom})
		if err != nil || out.CachePolicyList == nil {
			return nil, err
		}
		return out.CachePolicyList.Quantity, nil
	})},
	{"origin request policies per AWS account", originRequestType, quantity(func(ctx context.Context, p *patient) (*int32, error) {
		out, err := p.cloud.cloudfront().ListOriginRequestPolicies(ctx, &cloudfront.ListOriginRequestPoliciesInput{Type: cftypes.OriginRequestPolicyTypeCustom})
		if err != nil || out.OriginRequestPolicyList == nil {
			return nil, err
		}
		return out.OriginRequestPolicyList.Quantity, nil
	})},
	{"response headers policies per AWS account", responseHeadersType, quantity(func(ctx context.Context, p *patient) (*int32, error) {
		out, err := p.cloud.cloudfront().ListResponseHeadersPolicies(ctx, &cloudfront.ListResponseHeadersPoliciesInput{Type: cftypes.ResponseHeadersPolicyTypeCustom})
		if err != nil || out.ResponseHeadersPolicyList == nil {
			return nil, err
		}
		return out.ResponseHeadersPolicyList.Quantity, nil
	})},
	{"functions per AWS account", edgeFunctionType, quantity(func(ctx context.Context, p *patient) (*int32, error) {
		out, err := p.cloud.cloudfront().ListFunctions(ctx, &cloudfront.ListFunctionsInput{Stage: cftypes.FunctionStageDevelopment})
		if err != nil || out.FunctionList == nil {
			return nil, err
		}
		return out.FunctionList.Quantity, nil
	})},
}

// askQuotas compares what the account has and what the stack adds with what it may have. A stack that is there already
// is counted twice, so that these are never more than a warning.
func askQuotas(ctx context.Context, p *patient) ([]finding, error) {
	var all []finding
	limits, failed := p.limits(ctx)
	for _, q := range cloudFrontQuotas {
		adds := p.global[q.token]
		if adds == 0 || failed != nil {
			continue
		}
		limit, known := limits[q.name]
		if !known {
			all = append(all, finding{Subject: q.name, Level: unknown, Found: "Service Quotas does not name it"})
			continue
		}
		callContext, cancel := p.cloud.within(ctx)
		used, err := q.used(callContext, p)
		cancel()
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		all = append(all, quotaFinding(q.name, used, adds, limit))
	}
	if p.global[healthCheckType] > 0 {
		f, err := p.askHealthChecks(ctx)
		if err != nil {
			return all, errors.Join(failed, err)
		}
		all = append(all, f)
	}
	return all, failed
}

func quotaFinding(name string, used, adds int, limit float64) finding {
	f := finding{Subject: name, Level: good, Found: fmt.Sprintf("%d used, the stack has %d, %v allowed", used, adds, limit)}
	if float64(used+adds) > limit {
		f.Level = warning
		f.Advice = "unless this stack is there already, ask Service Quotas for more"
	}
	return f
}

// limits are CloudFront's quotas of this account, "web distributions" being distributions.
func (p *patient) limits(ctx context.Context) (map[string]float64, error) {
	quotas, err := p.cloud.quotas(ctx, "cloudfront", globalRegion)
	limits := map[string]float64{}
	for name, value := range quotas {
		limits[strings.Replace(strings.TrimPrefix(name, "web "), "aws account", "AWS account", 1)] = value
	}
	return limits, err
}

// quotas are those of a service in a region by their names in lower case.
func (c *cloud) quotas(ctx context.Context, service, region string) (map[string]float64, error) {
	limits := map[string]float64{}
	pages := servicequotas.NewListServiceQuotasPaginator(c.servicequotas(region), &servicequotas.ListServiceQuotasInput{ServiceCode: &service})
	for pages.HasMorePages() {
		pageContext, cancel := c.within(ctx)
		page, err := pages.NextPage(pageContext)
		cancel()
		if err != nil {
			return nil, err
		}
		for _, q := range page.Quotas {
			limits[strings.ToLower(aws.ToString(q.QuotaName))] = aws.ToFloat64(q.Value)
		}
	}
	return limits, nil
}

// askHealthChecks asks Route 53, which counts for itself.
func (p *patient) askHealthChecks(ctx context.Context) (finding, error) {
	client, err := p.cloud.route53()
	if err != nil {
		return finding{}, err
	}
	ctx, cancel := p.cloud.within(ctx)
	defer cancel()
	out, err := client.GetAccountLimit(ctx, &route53.GetAccountLimitInput{Type: route53types.AccountLimitTypeMaxHealthChecksByOwner})
	if err != nil {
		return finding{}, err
	}
	if out.Limit == nil {
		return finding{}, errors.New("GetAccountLimit answered without a limit")
	}
	return quotaFinding("health checks", int(out.Count), p.global[healthCheckType], float64(aws.ToInt64(out.Limit.Value))), nil
}

// askStore looks whether a KeyValueStore's keys can be written from here: its data plane has an endpoint of its own for
// each account and wants SigV4A, for which a session token must be one that every region takes (version 2).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
func askStore(ctx context.Context, p *patient) ([]finding, error) {
	if p.stores == 0 {
		return nil, nil
	}
	who, err := p.who(ctx)
	if err != nil {
		return nil, err
	}
	callContext, cancel := p.cloud.within(ctx)
	defer cancel()
	host := aws.ToString(who.Account) + ".cloudfront-kvs.global.api.aws"
	f := finding{Subject: host, Level: good, Found: "resolves"}
	var missing *net.DNSError
	if _, err := p.dns.lookup(callContext, host); errors.As(err, &missing) && missing.IsNotFound {
		f = finding{
			Subject: host, Level: warning, Found: "does not resolve here",
			Advice: "the deployment writes keys there: let this machine resolve and reach it",
		}
	} else if err != nil {
		return nil, err
	}
	out, err := p.cloud.iam().GetAccountSummary(callContext, &iam.GetAccountSummaryInput{})
	if err != nil {
		return []finding{f}, err
	}
	tokens := finding{Subject: "session tokens", Level: good, Found: "the global STS endpoint gives tokens for all regions (version 2)"}
	if out.SummaryMap["GlobalEndpointTokenVersion"] == 1 {
		tokens = finding{
			Subject: "session tokens", Level: warning, Found: "the global STS endpoint gives tokens of version 1, which SigV4A does not take",
			Advice: "use a regional STS endpoint (AWS_STS_REGIONAL_ENDPOINTS=regional, the default of new SDKs), or aws iam set-security-token-service-preferences --global-endpoint-token-version v2Token",
		}
	}
	return []finding{f, tokens}, nil
}
