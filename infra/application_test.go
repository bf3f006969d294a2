package infra_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
)

// orders is a small application of two functions.
func orders() *infra.Functions {
	return &infra.Functions{
		Name: "orders", BasePaths: []string{"/shop"},
		Functions: []infra.Function{
			{
				Name: "orders", Package: "./orders", Routes: []string{"$default"}, Secrets: []string{"paymentKey"},
				Allow: []infra.Statement{{Actions: []string{"dynamodb:GetItem"}, Resource: "arn:{partition}:dynamodb:{region}:{account}:table/{stack}-orders"}},
			},
			{Name: "reports", Package: "./reports", Routes: []string{"GET /shop/reports/{id}"}, MemoryMiB: 512},
		},
	}
}

func recordApplication(application infra.Application, config map[string]string) (*graph.Graph, error) {
	return recordBuilt(application, noHandler, config)
}

// recordWith returns the program's error alone.
func recordWith(application infra.Application, build infra.Builder, config map[string]string) error {
	_, err := recordBuilt(application, build, config)
	return err
}

func recordBuilt(application infra.Application, build infra.Builder, config map[string]string) (*graph.Graph, error) {
	values := map[string]string{
		"onefront:regions": `["eu-west-1", "us-east-1"]`, "onefront:siteDir": "", "onefront:paymentKey": canaryKey,
	}
	for key, value := range config {
		values[key] = value
	}
	return graph.Record(infra.DeployWith(application, build), graph.Options{
		Project: "onefront", Stack: "test", Config: values, SecretKeys: []string{"onefront:paymentKey"},
	})
}

// A struct literal is an application: routes, roles, secrets and the API's place follow from it, and nothing of the
// application that ships is there.
func TestFunctions_asApplication(t *testing.T) {
	g, err := recordApplication(orders(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range g.ByType(routeToken) {
		if r.Region == "eu-west-1" && len(r.Secrets) == 0 {
			keys = append(keys, text(r.Inputs, "routeKey"))
		}
	}
	slices.Sort(keys)
	if diff := cmp.Diff([]string{"$default", "GET /shop/health", "GET /shop/reports/{id}", "HEAD /shop/health"}, keys); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if got := len(g.ByType("aws:sqs/queue:Queue")); got > 0 {
		t.Errorf("%d queues that nobody asked for", got)
	}
	f := named(t, g, functionToken, "orders-us-east-1")
	parameter := named(t, g, "aws:ssm/parameter:Parameter", "paymentkey-us-east-1")
	if got := text(f.Inputs, "environment", "variables", "ONEFRONT_PAYMENT_KEY_PARAMETER"); got == "" || got != parameter.Output("name") {
		t.Errorf("parameter %q, want %q", got, parameter.Output("name"))
	}
	policy := statements(t, named(t, g, "aws:iam/rolePolicy:RolePolicy", "orders-us-east-1").Output("policy"))
	if diff := cmp.Diff([]string{"arn:aws:dynamodb:us-east-1:123456789012:table/test-orders"}, policy[2].Resource); diff != "" {
		t.Errorf("placeholders (-want +got):\n%s", diff)
	}
	if named(t, g, functionToken, "reports-eu-west-1").Inputs["memorySize"] != 512.0 {
		t.Error("the function's own memory does not win")
	}
	if got := text(behaviors(one(t, g, distributionToken))[0], "pathPattern"); got != "/shop/*" {
		t.Errorf("first behavior %q, want the base path's", got)
	}
	if got := text(g.Outputs, "apiUrl"); !strings.HasSuffix(got, "/shop") {
		t.Errorf("apiUrl %q, want the base path at its end", got)
	}
}

// Everything that is wrong with an application is said in one run.
func TestFunctions_refusals(t *testing.T) {
	app := &infra.Functions{Name: "orders", BasePaths: []string{"/shop"}, Functions: []infra.Function{
		{Name: "a", Package: "./a", Routes: []string{"$default", "FETCH /x", "GET x", "GET /shop/health", "GET /y/{p+}/z", "GET /o/{id}"}},
		{Name: "b", Package: "./b", Zip: "b.zip", Routes: []string{"$default", "GET /o/{other}"}},
		{Name: "a", Package: "./a"},
		{Name: "Too Long", Package: "./c"},
	}}
	_, err := recordApplication(app, map[string]string{"onefront:spa": "perhaps"})
	for _, want := range []string{
		`function "a": route "FETCH /x": want $default, or one of ANY`, `function "a": route "GET x": want a path with a leading slash`,
		`function "a": route "GET /shop/health": want another path`, `function "a": route "GET /y/{p+}/z": want a variable with + as the last segment only`,
		`function "b": want either a Go package`, `function "b": route "$default": want a route key that no other has; a answers it already`,
		`function "b": route "GET /o/{other}": want a route key that no other has`, `function "a": want a name that no other function has`,
		`function "Too Long": want a name of at most 20`, `onefront:spa: "perhaps"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
	if _, err := recordApplication(&infra.Functions{Name: "none"}, nil); err == nil || !strings.Contains(err.Error(), `application "none": want at least one function`) {
		t.Errorf("without a function: %v", err)
	}
}

// A secret is a parameter, a variable and a key at once, and meets nobody else's in any of the three.
func TestFunctions_secretsMeetNothing(t *testing.T) {
	app := orders()
	app.Functions[0].Secrets = []string{"paymentKey", "regions", "lambda", "paymentkey"}
	app.Functions[1].Secrets = []string{"paymentKey"}
	app.Functions[1].Environment = pulumi.StringMap{"ONEFRONT_PAYMENT_KEY_PARAMETER": pulumi.String("mine")}
	_, err := recordApplication(app, nil)
	for _, want := range []string{
		`function "orders": secret "regions": want another key: the platform reads this one itself`, `function "orders": secret "lambda": want another key`,
		`function "orders": secret "paymentkey": want a key that differs from paymentKey in more than upper and lower case`,
		`function "reports": variable "ONEFRONT_PAYMENT_KEY_PARAMETER": want another name`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
}

// What a team allows on everything of a kind, by whatever pattern, is said once.
func TestFunctions_wildcardsAreSaid(t *testing.T) {
	for resource, said := range map[string]bool{
		"*": true, "arn:aws:s3:::*": true, "arn:{partition}:dynamodb:{region}:{account}:table/*": true, "arn:aws:logs:{region}:{account}:log-group:*": true, "arn:aws:*:::orders": true,
		"arn:{partition}:dynamodb:{region}:{account}:table/{stack}-orders": false, "arn:aws:s3:::orders/*": false, "arn:aws:dynamodb:{region}:{account}:table/orders/index/*": false,
	} {
		app := orders()
		app.Functions[1].Allow = []infra.Statement{{Actions: []string{"x:Get", "x:Put"}, Resource: resource}}
		g, err := recordApplication(app, nil)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, m := range g.Messages {
			if strings.HasPrefix(m.Text, `function "reports" may x:Get, x:Put on every resource`) {
				count++
			}
		}
		if want := map[bool]int{true: 1}[said]; count != want {
			t.Errorf("%s: said %d times, want %d: %v", resource, count, want, g.Messages)
		}
	}
}

// An application's own edge routes stand what a stack's routes stand, and base paths may lie in each other.
func TestFunctions_edgeRoutesAreChecked(t *testing.T) {
	app := orders()
	app.Edge = []infra.Route{
		{Path: "orders", Methods: "some"},
		{Path: "/shop/x"},
		{Path: "/shop/y", Methods: infra.All, TTL: infra.TTL{Default: time.Minute}},
		{Path: "/shop/z", Methods: infra.Read, TTL: infra.TTL{Min: time.Hour, Default: time.Minute}, Key: infra.Key{Headers: []string{"Host"}}},
		{Path: "/config.json", Methods: infra.All},
	}
	_, err := recordApplication(app, nil)
	for _, want := range []string{
		`application:Edge[0].path: "orders": want a leading slash: /orders`, `application:Edge[0].methods: "some": want read`, `application:Edge[1].methods: not set: want read`,
		`application:Edge[2].ttl: {"default":"1m0s"}: want nothing on a route with methods all`, `application:Edge[3].ttl.default: "1m0s": want at least min, 1h`,
		`application:Edge[3].key.headers`, `application:Edge[4].path: "/config.json": want a path that leaves /config.json to the site`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
	app = orders()
	app.Edge = []infra.Route{{Path: "/shop/hosts", Methods: infra.Read, ViewerHost: true}, {Path: "/shop/*", Methods: infra.All}}
	g, err := recordApplication(app, nil)
	if err != nil {
		t.Fatal(err)
	}
	key := at(one(t, g, cachePolicyToken).Inputs, "parametersInCacheKeyAndForwardedToOrigin", "headersConfig", "headers", "items")
	if diff := cmp.Diff([]any{"X-Forwarded-Host"}, key); diff != "" {
		t.Errorf("answers that differ by host share a key (-want +got):\n%s", diff)
	}
	app = orders()
	app.BasePaths = []string{"/shop", "/shop/v2", "/other"}
	if g, err = recordApplication(app, nil); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, b := range behaviors(one(t, g, distributionToken)) {
		paths = append(paths, text(b, "pathPattern"))
	}
	if diff := cmp.Diff([]string{"/shop/*", "/other/*", ""}, paths); diff != "" {
		t.Errorf("behaviors (-want +got):\n%s", diff)
	}
}

// What the regions' outputs and alarms are called is the platform's before it is an application's.
func TestFunctions_namesOfThePlatform(t *testing.T) {
	for name, c := range map[string]struct {
		region func(*infra.Scope)
		want   string
	}{
		"an output":               {func(s *infra.Scope) { s.Output("endpoint", pulumi.String("x")) }, `output "endpoint" of the application orders: want another name`},
		"an alarm":                {func(s *infra.Scope) { s.Alarm(backlogAlarm("api-5xx")) }, `alarm "api-5xx": want a name that no other alarm in eu-west-1 has`},
		"the composite":           {func(s *infra.Scope) { s.Alarm(backlogAlarm("region")) }, `alarm "region-eu-west-1": want a name that no other alarm in eu-west-1 has`},
		"the same alarm twice":    {func(s *infra.Scope) { s.Alarm(backlogAlarm("a")); s.Alarm(backlogAlarm("a")) }, `alarm "a": want a name`},
		"a limit that nobody has": {func(s *infra.Scope) { s.Threshold("deadLeters") }, `threshold "deadLeters": want one that the application or the platform has; there are api5xxPercent, `},
		"a statistic":             {func(s *infra.Scope) { a := backlogAlarm("a"); a.Metrics[0].Statistic = "avg"; s.Alarm(a) }, `alarm "a": statistic "avg": want Sum, Average`},
		"a metric without a name": {func(s *infra.Scope) { a := backlogAlarm("a"); a.Metrics[0].Namespace = ""; s.Alarm(a) }, `alarm "a": metric "ApproximateNumberOfMessagesVisible" of namespace "": want both`},
		"more than a composite is": {func(s *infra.Scope) {
			for i := range 100 {
				s.Alarm(backlogAlarm(fmt.Sprintf("a-%d", i)))
			}
		}, "alarms under one: CloudWatch takes 100"},
	} {
		app := orders()
		app.Region = func(s *infra.Scope) error {
			c.region(s)
			return nil
		}
		if _, err := recordApplication(app, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %s in:\n%v", name, c.want, err)
		}
	}
}

// An application's limits are keys of their own.
func TestFunctions_thresholds(t *testing.T) {
	app := orders()
	app.Thresholds = []infra.Threshold{
		{Name: "apiRequests", Default: 1, High: 2}, {Name: "waiting", Default: 3, Low: 4, High: 5}, {Name: "late", High: 1}, {Name: "late", High: 1}, {Name: "a.b"},
	}
	_, err := recordApplication(app, nil)
	for _, want := range []string{
		`application "orders": threshold "apiRequests": want a name that no other limit has`, `threshold "waiting": default 3: want from 4 to 5`,
		`threshold "late": want a name that no other limit has`, `threshold "a.b": want a name of letters and digits`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
}

func backlogAlarm(name string) infra.Alarm {
	return infra.Alarm{
		Name: name, Means: "It waits.", Do: "Look.", Silence: "idle", Missing: infra.NotBreaching, M: 1, N: 1,
		Metrics: []infra.Metric{{Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum"}},
	}
}

// Packages that do not compile are told together, before any resource exists.
func TestDeploy_buildErrors(t *testing.T) {
	program := infra.DeployWith(orders(), func(_ context.Context, pkg string) (infra.HandlerZip, error) {
		return infra.HandlerZip{}, errors.New(pkg + "/main.go:3:1: syntax error")
	})
	g, err := graph.Record(program, graph.Options{Project: "onefront", Stack: "test", SecretKeys: []string{"onefront:paymentKey"}, Config: map[string]string{
		"onefront:regions": `["eu-west-1"]`, "onefront:siteDir": "", "onefront:paymentKey": "x",
	}})
	if err == nil || !strings.Contains(err.Error(), "./orders/main.go:3:1") || !strings.Contains(err.Error(), "./reports/main.go:3:1") {
		t.Errorf("got %v, want both packages' errors", err)
	}
	if g != nil && len(g.Resources) > 0 {
		t.Errorf("%d resources beside the errors", len(g.Resources))
	}
}

// Two apps in one program share no logical and no explicit name.
func TestNew_twiceInOneProgram(t *testing.T) {
	g, err := graph.Record(func(ctx *pulumi.Context) error {
		args, err := infra.Load(ctx, orders())
		if err != nil {
			return err
		}
		args.Build = noHandler
		for _, name := range []string{"one", "two"} {
			if _, err := infra.New(ctx, name, args); err != nil {
				return err
			}
		}
		return nil
	}, graph.Options{Project: "onefront", Stack: "test", SecretKeys: []string{"onefront:paymentKey"}, Config: map[string]string{
		"onefront:regions": `["eu-west-1", "us-east-1"]`, "onefront:siteDir": "", "onefront:paymentKey": "x",
		"onefront:routes": `[{"path": "/shop/list", "methods": "read", "key": {"query": ["q"]}}, {"path": "/shop/*", "methods": "all"}]`,
	}})
	if err != nil {
		t.Fatal(err)
	}
	seen, names := map[string]bool{}, map[string]bool{}
	for _, r := range g.Resources {
		key := r.Type + " " + r.Name
		if seen[key] {
			t.Errorf("two resources %s", key)
		}
		seen[key] = true
		// A stage's and an alias's name are within its API or function.
		if name := text(r.Inputs, "name"); name != "" && name != "$default" && r.Type != aliasToken {
			key := r.Type + " " + r.Region + " " + name
			if names[key] {
				t.Errorf("two of %s in %s are named %s", r.Type, r.Region, name)
			}
			names[key] = true
		}
	}
	if got := len(g.ByType(distributionToken)); got != 2 {
		t.Errorf("%d distributions, want two", got)
	}
}

// What is given as an option of the app reaches every child: a VPC and a key for functions, a boundary for roles, a key
// for logs and parameters.
func TestNew_transformations(t *testing.T) {
	const boundary, key = "arn:aws:iam::123456789012:policy/boundary", "arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"
	g, err := graph.Record(func(ctx *pulumi.Context) error {
		args, err := infra.Load(ctx, orders())
		if err != nil {
			return err
		}
		args.Build = noHandler
		_, err = infra.New(ctx, "shop", args, pulumi.Transformations([]pulumi.ResourceTransformation{
			func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
				switch props := a.Props.(type) {
				case *iam.RoleArgs:
					props.PermissionsBoundary = pulumi.String(boundary)
				case *lambda.FunctionArgs:
					props.KmsKeyArn = pulumi.String(key)
					props.VpcConfig = lambda.FunctionVpcConfigArgs{
						SubnetIds: pulumi.ToStringArray([]string{"subnet-1"}), SecurityGroupIds: pulumi.ToStringArray([]string{"sg-1"}),
					}
				case *cloudwatch.LogGroupArgs:
					props.KmsKeyId = pulumi.String(key)
				case *ssm.ParameterArgs:
					props.KeyId = pulumi.String(key)
				default:
					return nil
				}
				return &pulumi.ResourceTransformationResult{Props: a.Props, Opts: a.Opts}
			},
		}))
		return err
	}, graph.Options{Project: "onefront", Stack: "test", SecretKeys: []string{"onefront:paymentKey"}, Config: map[string]string{
		"onefront:regions": `["eu-west-1", "us-east-1"]`, "onefront:siteDir": "", "onefront:paymentKey": "x",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		token, property string
		want            any
		count           int // of three functions in two regions, and what else there is
	}{
		{"aws:iam/role:Role", "permissionsBoundary", boundary, 6},
		{functionToken, "kmsKeyArn", key, 6},
		{functionToken, "vpcConfig", map[string]any{"subnetIds": []any{"subnet-1"}, "securityGroupIds": []any{"sg-1"}}, 6},
		{"aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", key, 9}, // the APIs' and the edge function's too
		{parameterToken, "keyId", key, 4},
	} {
		resources := g.ByType(c.token)
		if len(resources) != c.count {
			t.Errorf("%d of type %s, want %d", len(resources), c.token, c.count)
		}
		for _, r := range resources {
			if diff := cmp.Diff(c.want, r.Inputs[c.property]); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", r.Name, c.property, diff)
			}
		}
	}
}

func TestPermissionsBoundary(t *testing.T) {
	const boundary = "arn:aws:iam::123456789012:policy/boundary"
	g, err := recordApplication(orders(), map[string]string{"onefront:permissionsBoundary": boundary})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range g.ByType("aws:iam/role:Role") {
		if r.Inputs["permissionsBoundary"] != boundary {
			t.Errorf("%s has the boundary %v", r.Name, r.Inputs["permissionsBoundary"])
		}
	}
}
