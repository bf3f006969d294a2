package infra

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigatewayv2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// httpAPIType is part of every child's URN; changing it needs an alias.
const httpAPIType = "onefront:infra:HTTPAPI"

// httpAPIFunction is a function with the routes that it answers and what lets the API call it.
type httpAPIFunction struct {
	name        string
	alias       *lambda.Alias
	routes      []apiRoute
	permissions []apiPermission
}

// apiRoute is a route key under its logical name's role.
type apiRoute struct {
	role string
	key  pulumi.StringInput
}

// apiPermission allows routes of the API's one stage: source is the end of their ARN, "<METHOD><path>" (F10.8).
type apiPermission struct{ role, source string }

// httpAPIArgs configures an API Gateway HTTP API in front of Lambda functions.
type httpAPIArgs struct {
	Functions []httpAPIFunction
	// Named makes a logical name out of a role.
	Named func(role string) string
	// HealthRouteKey is the route with its own throttle, which Route 53 asks. It is kept secret.
	HealthRouteKey pulumi.StringInput
	Throttle       config.Throttle
	// LogGroupPrefix begins the access log group's name: "/aws/vendedlogs/<project>/<stack>/".
	LogGroupPrefix string
	// LogRetentionDays bounds the access log.
	LogRetentionDays int
	// DisableExecuteEndpoint makes the execute-api host answer 404, so that only the custom domain serves (F6.9).
	DisableExecuteEndpoint bool

	after []pulumi.Resource
}

// httpAPIComponent is a regional HTTP API with one stage at its root. It has no CORS configuration: CloudFront answers
// preflights and decorates answers.
type httpAPIComponent struct {
	pulumi.ResourceState

	API   *apigatewayv2.Api
	Stage *apigatewayv2.Stage
	// permissions let this API call its functions.
	permissions []pulumi.Resource
	// Host is the execute-api host name.
	Host pulumi.StringOutput

	others []pulumi.Resource
}

// accessLogFields are the keys of an access log line and the variables that fill them (F6.21). Nothing that a
// visitor typed is among them.
var accessLogFields = []struct{ key, variable string }{
	{"requestId", "$context.requestId"},
	{"time", "$context.requestTimeEpoch"},
	{"routeKey", "$context.routeKey"},
	{"method", "$context.httpMethod"},
	{"path", "$context.path"},
	{"protocol", "$context.protocol"},
	{"status", "$context.status"},
	{"responseLength", "$context.responseLength"},
	{"responseLatency", "$context.responseLatency"},
	{"integrationLatency", "$context.integrationLatency"},
	{"integrationStatus", "$context.integrationStatus"},
	{"integrationError", "$context.integrationErrorMessage"},
	{"error", "$context.error.responseType"},
	{"sourceIp", "$context.identity.sourceIp"},
	{"domainName", "$context.domainName"},
}

// accessLogFormat is a JSON object in the order of accessLogFields. All values are strings: a variable without
// a value is written as "-".
func accessLogFormat() string {
	fields := make([]string, len(accessLogFields))
	for i, f := range accessLogFields {
		fields[i] = fmt.Sprintf("%q:%q", f.key, f.variable)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// newHTTPAPI makes the API, its routes and its stage.
func newHTTPAPI(ctx *pulumi.Context, name string, args *httpAPIArgs, opts ...pulumi.ResourceOption) (*httpAPIComponent, error) {
	h := &httpAPIComponent{}
	if err := ctx.RegisterComponentResourceV2(httpAPIType, name, pulumi.Map{}, h, opts...); err != nil {
		return nil, err
	}
	parent, after := pulumi.Parent(h), pulumi.DependsOn(args.after)
	var err error
	if h.API, err = apigatewayv2.NewApi(ctx, name, &apigatewayv2.ApiArgs{
		ProtocolType:              pulumi.String("HTTP"),
		DisableExecuteApiEndpoint: pulumi.Bool(args.DisableExecuteEndpoint),
	}, parent, after); err != nil {
		return nil, err
	}
	h.Host = h.API.ApiEndpoint.ApplyT(func(endpoint string) string {
		return strings.TrimPrefix(endpoint, "https://")
	}).(pulumi.StringOutput)
	var routes []pulumi.Resource
	for _, fn := range args.Functions {
		made, err := h.connect(ctx, fn, args)
		if err != nil {
			return nil, err
		}
		routes = append(routes, made...)
	}
	// Any other name adds itself to an account policy that never shrinks (F15.1). It is explicit, so a replacement must
	// delete the old group first.
	logGroup, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(args.LogGroupPrefix + name), RetentionInDays: pulumi.Int(args.LogRetentionDays),
	}, parent, after, pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return nil, err
	}
	// Both values always: one alone may send 0 for the other and block all traffic (F6.20). Settings for a
	// route need the route to exist, which is not known to be checked (F14.10).
	if h.Stage, err = apigatewayv2.NewStage(ctx, name, &apigatewayv2.StageArgs{
		ApiId: h.API.ID(), Name: pulumi.String("$default"), AutoDeploy: pulumi.Bool(true),
		AccessLogSettings: &apigatewayv2.StageAccessLogSettingsArgs{
			DestinationArn: logGroup.Arn, Format: pulumi.String(accessLogFormat()),
		},
		DefaultRouteSettings: &apigatewayv2.StageDefaultRouteSettingsArgs{
			ThrottlingBurstLimit: pulumi.Int(args.Throttle.Burst), ThrottlingRateLimit: pulumi.Float64(args.Throttle.Rate),
		},
		RouteSettings: apigatewayv2.StageRouteSettingArray{&apigatewayv2.StageRouteSettingArgs{
			RouteKey:             args.HealthRouteKey,
			ThrottlingBurstLimit: pulumi.Int(healthBurst), ThrottlingRateLimit: pulumi.Float64(healthRate),
		}},
	}, parent, pulumi.DependsOn(slices.Concat(routes, args.after))); err != nil {
		return nil, err
	}
	h.others = append(h.others, logGroup)
	h.others = append(h.others, routes...)
	return h, ctx.RegisterResourceOutputs(h, pulumi.Map{"endpoint": h.API.ApiEndpoint})
}

func (h *httpAPIComponent) resources() []pulumi.Resource {
	return slices.Concat([]pulumi.Resource{h.API, h.Stage}, h.permissions, h.others)
}

// connect leads a function's routes to it and lets nothing but them call it (F10.8).
func (h *httpAPIComponent) connect(ctx *pulumi.Context, fn httpAPIFunction, args *httpAPIArgs) ([]pulumi.Resource, error) {
	parent, after := pulumi.Parent(h), pulumi.DependsOn(args.after)
	integration, err := apigatewayv2.NewIntegration(ctx, args.Named(fn.name), &apigatewayv2.IntegrationArgs{
		ApiId:           h.API.ID(),
		IntegrationType: pulumi.String("AWS_PROXY"),
		IntegrationUri:  fn.alias.InvokeArn,
		// The provider's default is 1.0 (F6.11).
		PayloadFormatVersion: pulumi.String("2.0"),
		TimeoutMilliseconds:  pulumi.Int(30000),
	}, parent, after)
	if err != nil {
		return nil, err
	}
	h.others = append(h.others, integration)
	// A stage that deploys by itself serves a route as soon as it exists, so it comes after what lets the API call the
	// function, and goes before it.
	ready := slices.Clone(args.after)
	for _, p := range fn.permissions {
		permission, err := lambda.NewPermission(ctx, args.Named(p.role), &lambda.PermissionArgs{
			Action: pulumi.String("lambda:InvokeFunction"), Function: fn.alias.FunctionName, Qualifier: fn.alias.Name,
			Principal: pulumi.String("apigateway.amazonaws.com"),
			SourceArn: pulumi.Sprintf("%s/$default/%s", h.API.ExecutionArn, p.source),
		}, parent, after)
		if err != nil {
			return nil, err
		}
		h.permissions = append(h.permissions, permission)
		ready = append(ready, permission)
	}
	var routes []pulumi.Resource
	for _, r := range fn.routes {
		route, err := apigatewayv2.NewRoute(ctx, args.Named(r.role), &apigatewayv2.RouteArgs{
			ApiId: h.API.ID(), RouteKey: r.key, Target: pulumi.Sprintf("integrations/%s", integration.ID()),
		}, parent, pulumi.DependsOn(ready))
		if err != nil {
			return nil, err
		}
		routes = append(routes, route)
	}
	return routes, nil
}
