package infra

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
)

// aliasName is behind what every caller names: a function changes by a new version, and callers follow when the alias
// moves. https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
const aliasName = "live"

// versionCheck is what a new version must stand before the alias moves to it. Lambda runs it for real, so it is a
// request that changes nothing.
type versionCheck struct {
	// what names it in messages: "OPTIONS /api".
	what string
	// event is what the function gets. It holds the origin secret, so it is a secret.
	event pulumi.StringInput
}

// emptyBatch is the check of a function that answers no routes: a batch of events without one, as SQS, Kinesis and
// DynamoDB streams write it.
var emptyBatch = versionCheck{what: "an empty batch", event: pulumi.String(`{"Records":[]}`)}

// requestCheck is a request as API Gateway hands it on (payload format 2.0), with what CloudFront would add. An empty
// request asks for OPTIONS at the first base path.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
func requestCheck(fn *Function, basePath string, originSecret pulumi.StringInput) versionCheck {
	request := fn.Check
	if request == "" {
		request = "OPTIONS " + strings.TrimSuffix(basePath, "/")
		if strings.HasSuffix(request, " ") {
			request += "/"
		}
	}
	method, target, _ := strings.Cut(request, " ")
	path, query, _ := strings.Cut(target, "?")
	routeKey, parameters := routeOf(fn.Routes, method, path)
	event := originSecret.ToStringOutput().ApplyT(func(secret string) (string, error) {
		asked := map[string]any{
			"version": "2.0", "routeKey": routeKey, "rawPath": path, "rawQueryString": query, "isBase64Encoded": false,
			"headers": map[string]string{"host": "version-check", strings.ToLower(contract.OriginSecretHeader): secret},
			"requestContext": map[string]any{
				"accountId": "anonymous", "apiId": "version-check", "domainName": "version-check", "domainPrefix": "version-check",
				"http":      map[string]string{"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "onefront-version-check"},
				"requestId": "version-check", "routeKey": routeKey, "stage": "$default", "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1767225600000,
			},
		}
		if len(parameters) > 0 {
			asked["pathParameters"] = parameters
		}
		if values, err := url.ParseQuery(query); err == nil && len(values) > 0 {
			joined := map[string]string{}
			for name, list := range values {
				joined[name] = strings.Join(list, ",")
			}
			asked["queryStringParameters"] = joined
		}
		raw, err := json.Marshal(asked)
		return string(raw), err
	}).(pulumi.StringOutput)
	return versionCheck{what: request, event: secretString(event)}
}

// checkProblem says what is wrong with a check as an application writes it, "" for nothing.
func checkProblem(check string) string {
	if check == "" {
		return ""
	}
	method, target, found := strings.Cut(check, " ")
	if !found || method != strings.ToUpper(method) || method == "" || !strings.HasPrefix(target, "/") {
		return `want a method and a path, such as "GET /api/orders/ping"`
	}
	if _, err := url.ParseRequestURI(target); err != nil || strings.ContainsAny(target, " #") {
		return `want a path as a browser would send it, such as "/api/orders/ping?check=1"`
	}
	return ""
}

// version is a function whose alias is yet to move, and what can be made once it has.
type version struct {
	*regionalFunction

	then func() error
}

// verify asks the function's new version for an answer. Where it does not stand the check, its error holds the
// version's own answer.
func (f *regionalFunction) verify(ctx *pulumi.Context, check versionCheck, region string, opts ...pulumi.ResourceOption) (err error) {
	// One for each version: an update that makes none invokes nothing, so that a region that cannot be reached stops
	// no update that changes nothing in it.
	f.invocation, err = lambda.NewInvocation(ctx, f.name, &lambda.InvocationArgs{
		FunctionName: f.Function.Name, Qualifier: f.Function.Version, Input: check.event,
		Triggers: pulumi.StringMap{"version": f.Function.Version},
	}, opts...)
	if err != nil {
		return err
	}
	f.verified = pulumi.All(f.Function.Version, f.invocation.Result).ApplyT(func(values []any) (string, error) {
		version, result := values[0].(string), values[1].(string)
		if problem := answerProblem(result); problem != "" {
			return "", fmt.Errorf("function %s in %s: version %s answers %s with %s: every alias %q of the region stays where it is", f.name, region, version, check.what, problem, aliasName)
		}
		return version, nil
	}).(pulumi.StringOutput)
	return nil
}

// live moves the alias to the function's new version once it and the others of its region have stood their checks:
// else health would tell of a version that the API is not, and a queue be read by one that its writer does not know.
func (f *regionalFunction) live(ctx *pulumi.Context, region []version, opts ...pulumi.ResourceOption) (err error) {
	versions := []any{f.verified}
	for _, other := range region {
		versions = append(versions, other.verified)
	}
	f.Alias, err = lambda.NewAlias(ctx, f.name, &lambda.AliasArgs{
		Name: pulumi.String(aliasName), FunctionName: f.Function.Name,
		FunctionVersion: pulumi.All(versions...).ApplyT(func(values []any) string { return values[0].(string) }).(pulumi.StringOutput),
	}, append(opts, pulumi.Parent(f))...)
	if err != nil {
		return err
	}
	return ctx.RegisterResourceOutputs(f, pulumi.Map{"name": f.Function.Name})
}

// answerProblem says why an answer is none that may get traffic, "" if it is. What the function itself reports as a
// failure never gets here: the provider fails then. An answer without a status is a good one, whatever it is, to
// API Gateway and to a batch of events. The body is not shown, since nobody knows what is in it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
func answerProblem(result string) string {
	var answer any
	if err := json.Unmarshal([]byte(result), &answer); err != nil {
		return "something that is no JSON object"
	}
	object, _ := answer.(map[string]any)
	switch status := object["statusCode"].(type) {
	case nil:
		return ""
	case float64:
		if status >= 500 {
			return "status " + strconv.FormatFloat(status, 'f', -1, 64)
		}
		return ""
	default:
		return "a statusCode that is no number"
	}
}
