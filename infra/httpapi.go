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

// The throttle of the health route, so that a burst on the API never makes a region look dead. About 16
// checkers ask every 10 seconds (F7.13).
const (
	healthBurst = 100
	healthRate  = 50
)

// HTTPAPIArgs configures an API Gateway HTTP API in front of one Lambda function.
type HTTPAPIArgs struct {
	// InvokeARN and FunctionName are the function's.
	InvokeARN, FunctionName pulumi.StringInput
	// HealthRouteKey is the route with its own throttle, such as "GET /api/health".
	HealthRouteKey string
	Throttle       config.Throttle
	// LogRetentionDays bounds the access log.
	LogRetentionDays int
	// DisableExecuteEndpoint makes the execute-api host answer 404, so that only the custom domain serves (F6.9).
	DisableExecuteEndpoint bool

	after []pulumi.Resource
}

// HTTPAPI is a regional HTTP API with one stage at its root. It has no CORS configuration: CloudFront answers
// preflights and decorates answers.
type HTTPAPI struct {
	pulumi.ResourceState

	API        *apigatewayv2.Api
	Stage      *apigatewayv2.Stage
	Permission *lambda.Permission
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

// NewHTTPAPI makes the API, its two routes and its stage.
func NewHTTPAPI(ctx *pulumi.Context, name string, args *HTTPAPIArgs, opts ...pulumi.ResourceOption) (*HTTPAPI, error) {
	h := &HTTPAPI{}
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
	integration, err := apigatewayv2.NewIntegration(ctx, name, &apigatewayv2.IntegrationArgs{
		ApiId:           h.API.ID(),
		IntegrationType: pulumi.String("AWS_PROXY"),
		IntegrationUri:  args.InvokeARN,
		// The provider's default is 1.0 (F6.11).
		PayloadFormatVersion: pulumi.String("2.0"),
		TimeoutMilliseconds:  pulumi.Int(30000),
	}, parent, after)
	if err != nil {
		return nil, err
	}
	target := pulumi.Sprintf("integrations/%s", integration.ID())
	var routes []pulumi.Resource
	for _, route := range []struct{ suffix, key string }{{"default", "$default"}, {"health", args.HealthRouteKey}} {
		made, err := apigatewayv2.NewRoute(ctx, name+"-"+route.suffix, &apigatewayv2.RouteArgs{
			ApiId: h.API.ID(), RouteKey: pulumi.String(route.key), Target: target,
		}, parent, after)
		if err != nil {
			return nil, err
		}
		routes = append(routes, made)
	}
	logGroup, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		RetentionInDays: pulumi.Int(args.LogRetentionDays),
	}, parent, after)
	if err != nil {
		return nil, err
	}
	// Only this API's one stage may invoke the function (F10.8).
	if h.Permission, err = lambda.NewPermission(ctx, name, &lambda.PermissionArgs{
		Action: pulumi.String("lambda:InvokeFunction"), Function: args.FunctionName,
		Principal: pulumi.String("apigateway.amazonaws.com"),
		SourceArn: pulumi.Sprintf("%s/$default/*", h.API.ExecutionArn),
	}, parent, after); err != nil {
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
			RouteKey:             pulumi.String(args.HealthRouteKey),
			ThrottlingBurstLimit: pulumi.Int(healthBurst), ThrottlingRateLimit: pulumi.Float64(healthRate),
		}},
	}, parent, pulumi.DependsOn(slices.Concat(routes, args.after))); err != nil {
		return nil, err
	}
	h.others = append(routes, integration, logGroup)
	return h, ctx.RegisterResourceOutputs(h, pulumi.Map{"endpoint": h.API.ApiEndpoint})
}

func (h *HTTPAPI) resources() []pulumi.Resource {
	return append([]pulumi.Resource{h.API, h.Stage, h.Permission}, h.others...)
}
