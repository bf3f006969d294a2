package infra

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// appType is part of every child's URN; changing it needs an alias.
const appType = "onefront:infra:App"

// App is the platform as one component: the regions with the application's functions, the distribution, the site and
// the names, certificates and records that lead to them. Transformations given as an option reach every child.
type App struct {
	pulumi.ResourceState

	// SiteURL and APIURL are on the first alias, or on the distribution's own name.
	SiteURL, APIURL pulumi.StringOutput
	// Aliases are all names of the distribution.
	Aliases []string
	// DistributionID and DistributionDomain name the distribution.
	DistributionID     pulumi.IDOutput
	DistributionDomain pulumi.StringOutput
	// Regions has a map with region, endpoint, functionName, drainParameter, functionNames where several functions
	// answer routes, healthCheckId with health checks, drained where DrainedRegions names it, and what the application
	// adds, for each region in order.
	Regions pulumi.Array
	// FrontendEnv are the VITE_ variables of a frontend's build.
	FrontendEnv pulumi.StringMap
	// CertificateARN is the viewers' certificate; nil without aliases.
	CertificateARN pulumi.StringInput
	// DrainStore is the ARN of the key value store that takes a region out at once; nil but with edge routing.
	DrainStore pulumi.StringInput
	// DashboardURL leads to the CloudWatch dashboard; nil where the stack has no alarms.
	DashboardURL pulumi.StringInput
	// LogsBucket is the bucket of CloudFront's access logs; nil without them.
	LogsBucket pulumi.StringInput
	// DNSRecords are what the owner of an external DNS creates; nil where the stack writes its records itself.
	DNSRecords pulumi.Input
}

// appName keeps physical names inside their limits.
var appName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,11}$`)

// New makes the platform under a name of at most 12 of [a-z0-9-], which begins all its logical and explicit names, so
// that a program may have several. It reads no configuration: see [Load] for what fills args.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*App, error) {
	if !appName.MatchString(name) {
		return nil, fmt.Errorf("app %q: a name of at most 12 of a-z, 0-9 and hyphens", name)
	}
	return newApp(ctx, name, name+"-", args, opts...)
}

// platform is an app in the making: what every component is made from.
type platform struct {
	*Args
	app    *App
	prefix string
	// alarms is nil where the stack has none.
	alarms *alarms
	// zips by function, that of the health function, and the version of all of them.
	zips      map[string]HandlerZip
	healthZip HandlerZip
	version   string
	// healthPath is the secret path that Route 53 asks.
	healthPath pulumi.StringOutput
	// newGeneration: the origin secret that CloudFront is to send did not exist before.
	newGeneration atomic.Bool
}

// name is a logical name under the app's prefix.
func (p *platform) name(role string) string { return p.prefix + role }

// rolePath is where the app's roles are in IAM, so that whoever deploys may be bound to them.
func (p *platform) rolePath() string { return "/" + p.Project + "/" + p.Stack + "/" }

// protects says whether what a region keeps may not be deleted. A drained region's may: it is on its way out.
func (p *platform) protects(region string) bool { return p.Protect && !p.Drained(region) }

// child makes a resource part of the app.
func (p *platform) child(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(p.app)}, opts...)
}

// secret is the value of one of the application's secret keys. For any other it is an error, once something needs it.
func (p *platform) secret(key string) pulumi.StringOutput {
	if _, known := p.Secrets[key]; !known {
		return pulumi.String("").ToStringOutput().ApplyT(func(string) (string, error) { return "", p.unknownSecret(key) }).(pulumi.StringOutput)
	}
	return pulumi.ToSecret(pulumi.String(p.Secrets[key])).(pulumi.StringOutput)
}

func (p *platform) unknownSecret(key string) error {
	return fmt.Errorf("secret %q: want one of those that the application names; there are %s", key, strings.Join(slices.Sorted(maps.Keys(p.Secrets)), ", "))
}

func newApp(ctx *pulumi.Context, name, prefix string, args *Args, opts ...pulumi.ResourceOption) (*App, error) {
	completed, err := args.complete(ctx.Project(), ctx.Stack())
	if completed == nil {
		return nil, err
	}
	p := &platform{Args: completed, app: &App{}, prefix: prefix}
	err = errors.Join(err, p.build(ctx.Context())) // what does not compile is told in the same run
	if err == nil {
		err = claim(ctx, name, prefix, &p.Config)
	}
	if err != nil {
		return nil, err
	}
	for _, warning := range slices.Concat(completed.Warnings, completed.Application.remarks()) {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterComponentResourceV2(appType, name, pulumi.Map{}, p.app, opts...); err != nil {
		return nil, err
	}
	if err := p.deploy(ctx); err != nil {
		return nil, err
	}
	return p.app, ctx.RegisterResourceOutputs(p.app, p.app.outputs())
}

// deploy reads as the order of construction.
func (p *platform) deploy(ctx *pulumi.Context) error {
	providers, err := newProviders(ctx, p)
	if err != nil {
		return err
	}
	zones, err := findZones(ctx, p, providers)
	if err != nil {
		return err
	}
	secret, err := newOriginSecret(ctx, p)
	if err != nil {
		return err
	}
	if p.healthPath, err = newHealthPath(ctx, p); err != nil {
		return err
	}
	validation, err := newValidationRecords(ctx, p, providers.global)
	if err != nil {
		return err
	}
	if err := p.makeShared(ctx, providers); err != nil {
		return err
	}
	alarms, err := newAlarms(ctx, p, providers)
	if err != nil {
		return err
	}
	p.alarms = alarms
	regions, err := newRegions(ctx, p, providers, zones, secret, validation)
	if err != nil {
		return err
	}
	dns, err := newOriginDNS(ctx, p, providers.global, zones, regions)
	if err != nil {
		return err
	}
	certificate, err := newEdgeCertificate(ctx, p, providers.global, zones, validation)
	if err != nil {
		return err
	}
	site, err := newSite(ctx, p, providers)
	if err != nil {
		return err
	}
	distribution, err := newDistribution(ctx, distributionArgs{
		config: p, provider: providers.global, secret: secret.current,
		regions: regions, originDNS: dns, site: site, certificate: certificate,
	})
	if err != nil {
		return err
	}
	if err := site.allow(ctx, distribution.resource.Arn); err != nil {
		return err
	}
	logs, err := newLogs(ctx, p, providers, distribution.resource, regions)
	if err != nil {
		return fmt.Errorf("access logs: %w", err)
	}
	if logs != nil {
		p.app.LogsBucket = logs.bucket.Bucket
	}
	if err := newViewerDNS(ctx, p, providers.global, zones, distribution.resource); err != nil {
		return err
	}
	if err := validation.done(ctx); err != nil {
		return err
	}
	p.fill(regions, certificate, distribution)
	if alarms != nil {
		if err := alarms.atEdge(regions, distribution, certificate); err != nil {
			return fmt.Errorf("alarms: %w", err)
		}
	}
	return nil
}

// makeShared lets the application make what exists once, in the home region, before any region.
func (p *platform) makeShared(ctx *pulumi.Context, providers *providers) error {
	if p.Application.Shared == nil {
		return nil
	}
	home := p.Regions[0]
	scope := &Scope{
		Context: ctx, Project: p.Project, Stack: p.Stack, Region: home, Lambda: p.Lambda, platform: p,
		options: p.child(pulumi.Provider(providers.in[home])),
	}
	if err := errors.Join(append([]error{p.Application.Shared(scope)}, scope.problems...)...); err != nil {
		return fmt.Errorf("application %s: %w", p.Application.Name, err)
	}
	return nil
}

// newRegions makes the regions in configuration order. With a sequential rollout each waits for the one before.
func newRegions(ctx *pulumi.Context, p *platform, providers *providers, zones zones, secret *originSecret, validation *validationRecords) ([]*regionComponent, error) {
	if p.OriginDomain != "" && p.Lambda.HealthReservedConcurrency == nil {
		if err := info(ctx, "health has no executions of its own: a region whose functions use up the account's quota "+
			`("Concurrent executions" of AWS Lambda, 1,000, or 10 in a new account) looks dead and fails over. Of the quota 100 must stay `+
			"unreserved; once it is higher, set onefront:lambda.healthReservedConcurrency, to 5 for instance"); err != nil {
			return nil, err
		}
	}
	regions := make([]*regionComponent, 0, len(p.Regions))
	for _, name := range p.Regions {
		args := &regionArgs{
			region: name, platform: p, global: providers.global, originSecret: secret.current, previousOriginSecret: secret.previous, nextOriginSecret: secret.next, validation: validation,
		}
		if p.OriginDomain != "" {
			args.originZoneID = zones[p.Domains[0].Zone]
		}
		if p.Sequential && len(regions) > 0 {
			args.after = regions[len(regions)-1].resources
		}
		region, err := newRegion(ctx, p.name("region-"+name), args, p.child(pulumi.Provider(providers.in[name]))...)
		if err != nil {
			return nil, fmt.Errorf("region %s: %w", name, err)
		}
		regions = append(regions, region)
	}
	return regions, nil
}

// info tells the plan in the preview's diagnostics.
func info(ctx *pulumi.Context, lines ...string) error {
	return ctx.Log.Info(strings.Join(lines, "\n"), nil)
}
