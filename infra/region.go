package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigatewayv2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// regionType is part of every child's URN; changing it needs an alias.
const regionType = "onefront:infra:Region"

// HealthPath is the API path that health checks ask. It has a route and a throttle of its own and is the one
// path that needs no origin secret, since Route 53 cannot send a header (F7.11).
const HealthPath = "/api/health"

// RegionArgs configures one region. All fields but those marked optional are required.
type RegionArgs struct {
	// Region is the AWS region, which must be the one of the provider given as a resource option.
	Region string
	Config *Config
	Zip    HandlerZip
	// OriginSecret is what CloudFront sends; PreviousOriginSecret (optional) is accepted too.
	OriginSecret, PreviousOriginSecret pulumi.StringInput
	// OriginZoneID is the hosted zone of the origin names. Optional: nil without an origin domain.
	OriginZoneID pulumi.StringInput
	// After lists what must be up to date before this region is touched. Optional.
	After []pulumi.Resource

	validation *validationRecords
}

// Region is everything that one region needs to answer the API on its own: the SaaS key, the queue, both
// functions, the HTTP API and, with an origin domain, its certificate, domain names and health check.
type Region struct {
	pulumi.ResourceState

	Name string
	// FunctionName is the physical name of the function that answers the API.
	FunctionName pulumi.StringOutput
	// QueueURL is where feedback waits while the SaaS is down.
	QueueURL pulumi.StringOutput
	// HealthCheckID is the Route 53 health check, or nil without an origin domain.
	HealthCheckID pulumi.StringPtrInput
	// Endpoint is the URL that answers for this region alone.
	Endpoint pulumi.StringOutput
	// ExecuteAPIHost is the API's own host name. It answers 404 with an origin domain (F6.9).
	ExecuteAPIHost pulumi.StringOutput

	// target is where latency records lead; nil without an origin domain.
	target *apigatewayv2.DomainNameDomainNameConfigurationOutput
	// ready is what must exist before CloudFront may name this region as an origin.
	ready []pulumi.Resource
	// resources are all children, for a region that is updated after this one.
	resources []pulumi.Resource
}

// NewRegion makes one region. The provider option decides where its resources are.
func NewRegion(ctx *pulumi.Context, name string, args *RegionArgs, opts ...pulumi.ResourceOption) (*Region, error) {
	r := &Region{Name: args.Region}
	if err := ctx.RegisterComponentResourceV2(regionType, name, pulumi.Map{"region": pulumi.String(args.Region)}, r, opts...); err != nil {
		return nil, err
	}
	b := regionBuilder{ctx: ctx, args: args, region: r, cfg: args.Config}
	for _, step := range []struct {
		what string
		make func() error
	}{
		{"SaaS key", b.makeParameter},
		{"queues", b.makeQueues},
		{"functions", b.makeFunctions},
		{"HTTP API", b.makeAPI},
		{"domain names", b.makeDomain},
	} {
		if err := step.make(); err != nil {
			return nil, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"endpoint": r.Endpoint, "functionName": r.FunctionName})
}

// regionBuilder carries what the steps of one region hand on to each other.
type regionBuilder struct {
	ctx    *pulumi.Context
	args   *RegionArgs
	cfg    *Config
	region *Region

	parameter *ssm.Parameter
	queues    *queues
	api       *Function
	httpAPI   *HTTPAPI
}

// child are the options every child shares.
func (b *regionBuilder) child() []pulumi.ResourceOption {
	opts := []pulumi.ResourceOption{pulumi.Parent(b.region)}
	if len(b.args.After) > 0 {
		opts = append(opts, pulumi.DependsOn(b.args.After))
	}
	return opts
}

// named appends the region, since logical names are unique per stack and type.
func (b *regionBuilder) named(role string) string { return role + "-" + b.args.Region }

// made notes children for a region that comes after this one.
func (b *regionBuilder) made(resources ...pulumi.Resource) {
	b.region.resources = append(b.region.resources, resources...)
}

// makeParameter keeps the SaaS key as a SecureString under the account's own key for SSM: readable by whoever
// may read this one parameter, and never part of a function's configuration (F10.16).
func (b *regionBuilder) makeParameter() error {
	parameter, err := ssm.NewParameter(b.ctx, b.named("saas-key"), &ssm.ParameterArgs{
		Description: pulumi.String("Key of the third-party service behind the feedback API"),
		Type:        pulumi.String("SecureString"),
		Value:       b.cfg.UpstreamAPIKey,
	}, b.child()...)
	b.parameter = parameter
	b.made(parameter)
	return err
}

func (b *regionBuilder) makeQueues() error {
	queues, err := newQueues(b.ctx, b.named, queuesArgs{
		functionTimeout: b.cfg.Lambda.Timeout,
		maxReceives:     b.cfg.Upstream.MaxReceives,
	}, b.child()...)
	if err != nil {
		return err
	}
	b.queues = queues
	b.region.QueueURL = queues.main.Url
	b.made(queues.main, queues.dead, queues.redriveAllow)
	return nil
}

// makeFunctions makes the two functions out of one zip; the handler string picks (F10.1).
func (b *regionBuilder) makeFunctions() error {
	upstream, err := b.cfg.Upstream.Encode()
	if err != nil {
		return err
	}
	environment := func(withSecret bool) pulumi.StringMap {
		env := pulumi.StringMap{
			"ONEFRONT_UPSTREAM":              pulumi.String(upstream),
			"ONEFRONT_API_KEY_PARAMETER":     b.parameter.Name,
			"ONEFRONT_QUEUE_URL":             b.queues.main.Url,
			"ONEFRONT_DEAD_LETTER_QUEUE_URL": b.queues.dead.Url,
			"ONEFRONT_STACK":                 pulumi.String(b.cfg.Stack),
			"ONEFRONT_VERSION":               pulumi.String(b.args.Zip.Version),
		}
		if withSecret {
			env["ONEFRONT_ORIGIN_SECRET"] = secretString(b.args.OriginSecret)
			if b.args.PreviousOriginSecret != nil {
				env["ONEFRONT_ORIGIN_SECRET_PREVIOUS"] = secretString(b.args.PreviousOriginSecret)
			}
		}
		return env
	}
	readKey := grant{actions: []string{"ssm:GetParameter"}, arn: b.parameter.Arn}
	send := func(arn pulumi.StringInput) grant { return grant{actions: []string{"sqs:SendMessage"}, arn: arn} }

	b.api, err = NewFunction(b.ctx, b.named("api"), &FunctionArgs{
		Handler: "api", Zip: b.args.Zip, Lambda: b.cfg.Lambda, LogRetentionDays: b.cfg.Logs.RetentionDays,
		Environment: environment(true),
		grants:      []grant{readKey, send(b.queues.main.Arn), send(b.queues.dead.Arn)},
		after:       b.args.After,
	}, b.child()...)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	b.region.FunctionName = b.api.Function.Name
	b.made(b.api.resources()...)

	redeliveryLambda := b.cfg.Lambda
	redeliveryLambda.ReservedConcurrency = -1 // the event source bounds it
	redelivery, err := NewFunction(b.ctx, b.named("redelivery"), &FunctionArgs{
		Handler: "redelivery", Zip: b.args.Zip, Lambda: redeliveryLambda, LogRetentionDays: b.cfg.Logs.RetentionDays,
		Environment: environment(false),
		grants:      []grant{readKey, b.queues.consumeGrant(), send(b.queues.dead.Arn)},
		after:       b.args.After,
	}, b.child()...)
	if err != nil {
		return fmt.Errorf("redelivery: %w", err)
	}
	b.made(redelivery.resources()...)
	mapping, err := b.queues.deliverTo(b.ctx, b.named("redelivery"), redelivery, b.child()...)
	if err != nil {
		return err
	}
	b.made(mapping)
	return nil
}

func (b *regionBuilder) makeAPI() error {
	httpAPI, err := NewHTTPAPI(b.ctx, b.named("http-api"), &HTTPAPIArgs{
		InvokeARN:              b.api.Function.InvokeArn,
		FunctionName:           b.api.Function.Name,
		HealthRouteKey:         "GET " + HealthPath,
		Throttle:               b.cfg.Throttle,
		LogRetentionDays:       b.cfg.Logs.RetentionDays,
		DisableExecuteEndpoint: b.cfg.OriginDomain != "",
		after:                  b.args.After,
	}, b.child()...)
	if err != nil {
		return err
	}
	b.httpAPI = httpAPI
	b.region.ExecuteAPIHost = httpAPI.Host
	b.region.Endpoint = httpAPI.API.ApiEndpoint
	b.region.ready = append(b.region.ready, b.api.Function, httpAPI.Permission, httpAPI.Stage)
	b.made(httpAPI.resources()...)
	return nil
}

// makeDomain gives the region its certificate, the wildcard domain that answers for every origin name (F6.3,
// F7.24), the plain name that health checks ask (F7.9) and the health check itself.
func (b *regionBuilder) makeDomain() error {
	if b.cfg.OriginDomain == "" {
		return nil
	}
	wildcard := "*." + b.cfg.OriginDomain
	certificate, err := newCertificate(b.ctx, b.named("origin"), certificateArgs{
		names:      []certificateName{{name: wildcard, zone: b.cfg.Domains[0].Zone, zoneID: b.args.OriginZoneID}},
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
	plain := b.args.Region + "." + b.cfg.OriginDomain
	target := domain.DomainNameConfiguration
	record, err := route53.NewRecord(b.ctx, b.named("origin"), &route53.RecordArgs{
		ZoneId: b.args.OriginZoneID, Name: pulumi.String(plain), Type: pulumi.String("A"),
		Aliases: regionAlias(target),
	}, b.child()...)
	if err != nil {
		return err
	}
	// A drained region counts as unhealthy: a disabled check is healthy, and inverted it is not.
	// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
	drained := b.cfg.Drained(b.args.Region)
	check, err := route53.NewHealthCheck(b.ctx, b.named("origin"), &route53.HealthCheckArgs{
		Type: pulumi.String("HTTPS"), Fqdn: record.Fqdn, Port: pulumi.Int(443), ResourcePath: pulumi.String(HealthPath),
		RequestInterval: pulumi.Int(10), FailureThreshold: pulumi.Int(3), EnableSni: pulumi.Bool(true),
		Disabled: pulumi.Bool(drained), InvertHealthcheck: pulumi.Bool(drained),
		Tags: pulumi.StringMap{"Name": pulumi.String(plain)},
	}, b.child()...)
	if err != nil {
		return err
	}
	b.region.target = &target
	b.region.HealthCheckID = check.ID().ToStringPtrOutput()
	b.region.Endpoint = pulumi.String("https://" + plain).ToStringOutput()
	b.region.ready = append(b.region.ready, mapping)
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

// secretString keeps a value secret also inside a map.
func secretString(s pulumi.StringInput) pulumi.StringInput {
	return pulumi.ToSecret(s).(pulumi.StringOutput)
}
