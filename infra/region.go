package infra

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigatewayv2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// regionType is part of every child's URN; changing it needs an alias.
const regionType = "onefront:infra:Region"

// regionArgs configures one region. All fields but those marked optional are required.
type regionArgs struct {
	// region is the AWS region, which must be the one of the provider given as a resource option.
	region   string
	platform *platform
	// originSecret is what CloudFront sends; nextOriginSecret and previousOriginSecret (optional) are accepted too.
	originSecret, previousOriginSecret, nextOriginSecret pulumi.StringInput
	// global is the us-east-1 provider: a region's record and health check must be changeable while the region is down.
	global *aws.Provider
	// originZoneID is the hosted zone of the origin names. Optional: nil without an origin domain.
	originZoneID pulumi.StringInput
	// after lists what must be up to date before this region is touched. Optional.
	after []pulumi.Resource

	validation *validationRecords
}

// regionComponent is everything that one region needs to answer the API on its own: what the application has
// there, its functions, the HTTP API and, with an origin domain, its certificate, domain names and health check.
type regionComponent struct {
	pulumi.ResourceState

	Name string
	// FunctionName is the physical name of the application's first function that answers routes.
	FunctionName pulumi.StringOutput
	// FunctionNames are those of all functions that answer routes, in order.
	FunctionNames pulumi.StringArray
	// DrainParameter is the name of the SSM parameter that takes the region out of the traffic at once.
	DrainParameter pulumi.StringOutput
	// HealthCheckID is the Route 53 health check, or nil without an origin domain.
	HealthCheckID pulumi.StringPtrInput
	// Endpoint is the URL that answers for this region alone.
	Endpoint pulumi.StringOutput
	// ExecuteAPIHost is the API's own host name. It answers 404 once the stack closes it (F6.9).
	ExecuteAPIHost pulumi.StringOutput

	// target is where latency records lead; nil without an origin domain.
	target *apigatewayv2.DomainNameDomainNameConfigurationOutput
	// longest is the longest timeout of the functions that answer routes.
	longest time.Duration
	// ready is what must exist before CloudFront may name this region as an origin.
	ready []pulumi.Resource
	// charts are the region's row on the dashboard, applicationCharts its part of the application's.
	charts, applicationCharts []Chart
	// logGroups are those of the functions that answer, whose lines have CloudFront's request id.
	logGroups pulumi.StringArray
	// outputs are what the application adds to the region's outputs.
	outputs pulumi.Map
	// resources are all children, for a region that is updated after this one.
	resources []pulumi.Resource
}

// newRegion makes one region. The provider option decides where its resources are.
func newRegion(ctx *pulumi.Context, name string, args *regionArgs, opts ...pulumi.ResourceOption) (*regionComponent, error) {
	r := &regionComponent{Name: args.region, outputs: pulumi.Map{}}
	if err := ctx.RegisterComponentResourceV2(regionType, name, pulumi.Map{"region": pulumi.String(args.region)}, r, opts...); err != nil {
		return nil, err
	}
	b := regionBuilder{ctx: ctx, args: args, region: r, cfg: args.platform}
	for _, step := range []struct {
		what string
		make func() error
	}{
		{"application", b.makeApplication},
		{"functions", b.makeFunctions},
		{"health", b.makeHealth},
		{"versions", b.makeVersions},
		{"HTTP API", b.makeAPI},
		{"domain names", b.makeDomain},
		{"alarms", b.makeAlarms},
	} {
		if err := step.make(); err != nil {
			return nil, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	for _, name := range ownOutputs {
		if r.outputs[name] != nil {
			return nil, fmt.Errorf("output %q of the application %s: want another name: the platform sets this one itself", name, b.cfg.Args.Application.Name)
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"endpoint": r.Endpoint, "functionName": r.FunctionName})
}

// regionBuilder carries what the steps of one region hand on to each other.
type regionBuilder struct {
	ctx    *pulumi.Context
	args   *regionArgs
	cfg    *platform
	region *regionComponent

	scope *Scope
	// versions are the region's functions in the order in which they were made.
	versions []version
	answers  []httpAPIFunction
	httpAPI  *httpAPIComponent
	// alarms of what was made so far, and the functions with their physical names.
	alarms        []Alarm
	functionNames []string
	functions     []pulumi.StringInput
}

// child are the options every child shares.
func (b *regionBuilder) child() []pulumi.ResourceOption {
	opts := []pulumi.ResourceOption{pulumi.Parent(b.region)}
	if len(b.args.after) > 0 {
		opts = append(opts, pulumi.DependsOn(b.args.after))
	}
	return opts
}

// named appends the region, since logical names are unique per stack and type.
func (b *regionBuilder) named(role string) string { return b.cfg.name(role + "-" + b.args.region) }

// made notes children for a region that comes after this one.
func (b *regionBuilder) made(resources ...pulumi.Resource) {
	b.region.resources = append(b.region.resources, resources...)
}

// makeApplication lets the application make what the region has of it, and complete its functions.
func (b *regionBuilder) makeApplication() error {
	app := b.cfg.Args.Application
	b.scope = &Scope{
		Context: b.ctx, Project: b.cfg.Project, Stack: b.cfg.Stack, Region: b.args.region, Lambda: b.cfg.Lambda,
		platform: b.cfg, options: b.child(), region: b.region,
	}
	for _, fn := range app.Functions {
		fn.Allow, fn.Secrets = slices.Clone(fn.Allow), slices.Clone(fn.Secrets)
		fn.Environment = maps.Clone(fn.Environment)
		if fn.Environment == nil {
			fn.Environment = pulumi.StringMap{}
		}
		b.scope.functions = append(b.scope.functions, &fn)
	}
	if app.Region == nil {
		return nil
	}
	if err := errors.Join(append([]error{app.Region(b.scope)}, b.scope.problems...)...); err != nil {
		return err
	}
	completed := &Functions{Name: app.Name, BasePaths: app.BasePaths}
	for _, fn := range b.scope.functions {
		completed.Functions = append(completed.Functions, *fn)
	}
	return completed.check(b.cfg.Config.Application.HealthPath())
}

func (b *regionBuilder) makeFunctions() error {
	parameters := &secretParameters{builder: b, made: map[string]*ssm.Parameter{}}
	for _, fn := range b.scope.functions {
		if err := b.makeFunction(fn, parameters); err != nil {
			return fmt.Errorf("%s: %w", fn.Name, err)
		}
	}
	return nil
}

func (b *regionBuilder) makeFunction(fn *Function, parameters *secretParameters) error {
	environment := maps.Clone(fn.Environment)
	environment[contract.StackVariable] = pulumi.String(b.cfg.Stack)
	environment[contract.VersionVariable] = pulumi.String(b.cfg.version)
	if len(fn.Routes) > 0 {
		environment[contract.OriginSecretVariable] = secretString(b.args.originSecret)
		environment[contract.NextOriginSecretVariable] = secretString(b.args.nextOriginSecret)
		if b.args.previousOriginSecret != nil {
			environment[contract.PreviousOriginSecretVariable] = secretString(b.args.previousOriginSecret)
		}
	}
	var grants []grant
	for _, key := range fn.Secrets {
		parameter, err := parameters.of(key)
		if err != nil {
			return err
		}
		environment[SecretVariable(key)] = parameter.Name
		grants = append(grants, grant{actions: []string{"ssm:GetParameter"}, arn: parameter.Arn})
	}
	for _, statement := range fn.Allow {
		if every := statement.every(); every != "" && b.args.region == b.cfg.Regions[0] {
			if err := b.ctx.Log.Warn(fmt.Sprintf("function %q may %s on %s", fn.Name, strings.Join(statement.Actions, ", "), every), nil); err != nil {
				return err
			}
		}
		pattern := strings.NewReplacer("{region}", b.args.region, "{stack}", b.cfg.Stack).Replace(statement.Resource)
		grants = append(grants, grant{actions: statement.Actions, arn: statement.ARN, pattern: pattern})
	}
	settings := fn.lambda(b.cfg.Lambda)
	made, err := newFunction(b.ctx, b.named(fn.Name), &functionArgs{
		Handler: cmp.Or(fn.Handler, fn.Name), Zip: b.cfg.zips[fn.Name], Lambda: settings,
		Architecture: cmp.Or(fn.Architecture, "arm64"), LogRetentionDays: b.cfg.Logs.RetentionDays,
		Environment: environment, Boundary: optionalString(b.cfg.PermissionsBoundary), grants: grants, after: b.args.after,
		rolePath: b.cfg.rolePath(), region: b.args.region, check: b.check(fn),
	}, b.child()...)
	if err != nil {
		return err
	}
	b.functionNames, b.functions = append(b.functionNames, fn.Name), append(b.functions, made.Function.Name)
	b.alarms = append(b.alarms, functionAlarms(b.cfg, fn, made.Function.Name)...)
	if len(fn.Routes) > 0 {
		b.region.logGroups = append(b.region.logGroups, made.logGroup.Name)
		b.region.longest = max(b.region.longest, settings.Timeout)
	}
	b.whenLive(made, func() error {
		if len(fn.Routes) > 0 {
			if len(b.answers) == 0 {
				b.region.FunctionName = made.Function.Name
			}
			b.region.FunctionNames = append(b.region.FunctionNames, made.Function.Name)
			routes, permissions := routesOf(fn)
			b.answers = append(b.answers, httpAPIFunction{name: fn.Name, alias: made.Alias, routes: routes, permissions: permissions})
			b.region.ready = append(b.region.ready, made.Function, made.Alias)
		}
		if fn.Attach == nil {
			return nil
		}
		return fn.Attach(b.scope, &Made{Function: made.Function, Alias: made.Alias, RolePolicy: made.RolePolicy})
	})
	return nil
}

// whenLive notes a function whose alias is yet to come, and what can be made once it has.
func (b *regionBuilder) whenLive(f *regionalFunction, then func() error) {
	b.versions = append(b.versions, version{f, then})
}

// makeVersions moves the aliases of all functions once every new version of the region has stood its check.
func (b *regionBuilder) makeVersions() error {
	for _, v := range b.versions {
		if err := v.live(b.ctx, b.versions, b.child()...); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		b.made(v.resources()...)
		if err := v.then(); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return nil
}

// check is what a new version of a function must stand.
func (b *regionBuilder) check(fn *Function) versionCheck {
	if len(fn.Routes) == 0 {
		return emptyBatch
	}
	return requestCheck(fn, b.cfg.Config.Application.BasePath(), b.args.originSecret)
}

// lambda are the settings of a function: its own before the stack's. What has no routes reserves no concurrency unless
// it says so, since its event source bounds it.
func (fn *Function) lambda(l config.Lambda) config.Lambda {
	l.MemoryMiB = cmp.Or(fn.MemoryMiB, l.MemoryMiB)
	l.Timeout = cmp.Or(fn.Timeout, l.Timeout)
	switch {
	case fn.Concurrency != nil:
		l.ReservedConcurrency = fn.Concurrency
	case len(fn.Routes) == 0:
		l.ReservedConcurrency = nil
	}
	return l
}

func (b *regionBuilder) makeAPI() error {
	httpAPI, err := newHTTPAPI(b.ctx, b.named("http-api"), &httpAPIArgs{
		Functions:              b.answers,
		Named:                  b.named,
		HealthRouteKey:         b.healthCheckKey(),
		Throttle:               b.cfg.Throttle,
		LogGroupPrefix:         "/aws/vendedlogs/" + b.cfg.Project + "/" + b.cfg.Stack + "/",
		LogRetentionDays:       b.cfg.Logs.RetentionDays,
		DisableExecuteEndpoint: b.cfg.CloseExecuteAPI,
		after:                  b.args.after,
	}, b.child()...)
	if err != nil {
		return err
	}
	b.httpAPI = httpAPI
	b.region.ExecuteAPIHost = httpAPI.Host
	b.region.Endpoint = httpAPI.API.ApiEndpoint
	b.region.ready = append(b.region.ready, append(httpAPI.permissions, httpAPI.API, httpAPI.Stage)...)
	b.made(httpAPI.resources()...)
	return nil
}

// makeAlarms makes the alarms of the region's API and functions, and the application's own.
func (b *regionBuilder) makeAlarms() error {
	if b.cfg.alarms == nil {
		return nil
	}
	b.region.charts = slices.Concat(apiCharts(b.httpAPI.API.ID(), b.httpAPI.Stage.Name), functionCharts(b.functionNames, b.functions))
	list := slices.Concat(apiAlarms(b.cfg, b.httpAPI.API.ID(), b.httpAPI.Stage.Name, b.region.longest), b.alarms, b.scope.alarms)
	return b.cfg.alarms.inRegion(b.args.region, list, b.child())
}

// makeDomain gives the region its certificate, the wildcard domain that answers for every origin name (F6.3,
// F7.24), the plain name that health checks ask (F7.9) and the health check itself.
func (b *regionBuilder) makeDomain() error {
	if b.cfg.OriginDomain == "" {
		return nil
	}
	wildcard := "*." + b.cfg.OriginDomain
	certificate, err := newCertificate(b.ctx, b.named("origin"), certificateArgs{
		names:      []certificateName{{name: wildcard, zone: b.cfg.Domains[0].Zone, zoneID: b.args.originZoneID}},
		validation: b.args.validation,
	}, b.child()...)
	if err != nil {
		return err
	}
	domain, err := apigatewayv2.NewDomainName(b.ctx, b.named("origin"), &apigatewayv2.DomainNameArgs{
		DomainName: pulumi.String(wildcard),
		DomainNameConfiguration: &apigatewayv2.DomainNameDomainNameConfigurationArgs{
			CertificateArn: certificate.issuedARN,
			EndpointType:   pulumi.String("REGIONAL"),
			SecurityPolicy: pulumi.String("TLS_1_2"),
		},
	}, b.child()...)
	if err != nil {
		return err
	}
	mapping, err := apigatewayv2.NewApiMapping(b.ctx, b.named("origin"), &apigatewayv2.ApiMappingArgs{
		ApiId: b.httpAPI.API.ID(), DomainName: domain.ID(), Stage: b.httpAPI.Stage.Name,
	}, b.child()...)
	if err != nil {
		return err
	}
	b.region.ready = append(b.region.ready, mapping)
	// Names lead to the region once it can answer, and are gone before it cannot: deletion runs the other way. Route 53's
	// control plane is global, so that changing or deleting them asks nothing of the region itself (F15.5, F15.6).
	names := append(b.child(), pulumi.Provider(b.args.global), pulumi.DependsOn(b.region.ready))
	plain := b.args.region + "." + b.cfg.OriginDomain
	target := domain.DomainNameConfiguration
	record, err := route53.NewRecord(b.ctx, b.named("origin"), &route53.RecordArgs{
		ZoneId: b.args.originZoneID, Name: pulumi.String(plain), Type: pulumi.String("A"),
		Aliases: regionAlias(target),
	}, names...)
	if err != nil {
		return err
	}
	// A drained region counts as unhealthy: a disabled check is healthy, and inverted it is not.
	// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
	drained := b.cfg.Drained(b.args.region)
	check, err := route53.NewHealthCheck(b.ctx, b.named("origin"), &route53.HealthCheckArgs{
		Type: pulumi.String("HTTPS"), Fqdn: record.Fqdn, Port: pulumi.Int(443), ResourcePath: secretString(b.cfg.healthPath),
		RequestInterval: pulumi.Int(int(b.cfg.HealthInterval / time.Second)), FailureThreshold: pulumi.Int(3), EnableSni: pulumi.Bool(true),
		Disabled: pulumi.Bool(drained), InvertHealthcheck: pulumi.Bool(drained),
		Tags: pulumi.StringMap{"Name": pulumi.String(plain)},
	}, names...)
	if err != nil {
		return err
	}
	b.alarms = append(b.alarms, certificateAlarm(b.cfg, "certificate", certificate.issuedARN))
	b.region.target = &target
	b.region.HealthCheckID = check.ID().ToStringPtrOutput()
	b.region.Endpoint = pulumi.String("https://" + plain).ToStringOutput()
	b.made(certificate.resources()...)
	b.made(domain, mapping, record, check)
	return nil
}

// regionAlias leads to a region's domain. Route 53 says that evaluating the target's health brings nothing for
// API Gateway (F7.2), so the health checks decide alone.
func regionAlias(target apigatewayv2.DomainNameDomainNameConfigurationOutput) route53.RecordAliasArray {
	return route53.RecordAliasArray{route53.RecordAliasArgs{
		Name:                 target.TargetDomainName().Elem(),
		ZoneId:               target.HostedZoneId().Elem(),
		EvaluateTargetHealth: pulumi.Bool(false),
	}}
}
