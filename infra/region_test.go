package infra_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
)

type statement struct {
	Effect    string
	Action    []string
	Resource  []string
	Principal any
}

func statements(t *testing.T, policy string) []statement {
	t.Helper()
	var document struct{ Statement []statement }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatalf("policy %s: %v", policy, err)
	}
	return document.Statement
}

// The execution roles name every resource by its ARN, and nothing they do not use.
func TestRegion_leastPrivilege(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	const region = "us-east-1"
	arn := func(token, name string) string { return named(t, g, token, name+"-"+region).Output("arn") }
	writeLog := func(function string) statement {
		return statement{Effect: "Allow", Action: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resource: []string{arn("aws:cloudwatch/logGroup:LogGroup", function) + ":*"}}
	}
	readKey := statement{Effect: "Allow", Action: []string{"ssm:GetParameter"}, Resource: []string{arn(parameterToken, "appkey")}}
	receive := statement{Effect: "Allow", Action: []string{"sqs:ReceiveMessage"}, Resource: []string{arn("aws:sqs/queue:Queue", "backlog")}}
	for name, want := range map[string][]statement{"api": {writeLog("api"), readKey}, "worker": {writeLog("worker"), readKey, receive}} {
		policy := named(t, g, "aws:iam/rolePolicy:RolePolicy", name+"-"+region)
		if diff := cmp.Diff(want, statements(t, policy.Output("policy"))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !slices.Contains(named(t, g, functionToken, name+"-"+region).DependsOn, policy.URN) {
			t.Errorf("function %s does not wait for its role policy", name)
		}
	}
}

// Every resource of a region lies in it, whoever made its provider, but its names.
func TestRegion_explicitProviders(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	for _, r := range g.Resources {
		if !strings.HasPrefix(r.Type, "aws:") {
			continue
		}
		if r.Provider == "" {
			t.Errorf("%s has no explicit provider", r.URN)
		}
		for _, region := range []string{"eu-west-1", "us-east-1", "ap-southeast-2"} {
			inRegion := strings.Contains(r.Parent, "region-"+region) || strings.Contains(r.Parent, "onefront:infra:Region$") && strings.HasSuffix(r.Parent, "-"+region)
			if r.Type == recordToken || r.Type == healthCheckToken {
				region = "us-east-1" // names must be changeable while the region is down
			}
			if inRegion && r.Region != region {
				t.Errorf("%s is in %q, want %q", r.URN, r.Region, region)
			}
		}
	}
}

func TestRegion_function(t *testing.T) {
	projectFiles(t)
	g := record(t, "staging", nil)
	f := named(t, g, functionToken, "api-eu-west-1")
	for path, want := range map[string]any{"runtime": "provided.al2023", "handler": "api", "memorySize": 256.0, "timeout": 10.0} {
		if got := f.Inputs[path]; got != want {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	if got := texts(f.Inputs, "architectures"); !cmp.Equal(got, []string{"arm64"}) {
		t.Errorf("architectures = %v, want arm64", got)
	}
	group := named(t, g, "aws:cloudwatch/logGroup:LogGroup", "api-eu-west-1")
	if got := text(f.Inputs, "loggingConfig", "logGroup"); got == "" || got != group.Output("name") {
		t.Errorf("log group = %q, want %q", got, group.Output("name"))
	}
	if group.Inputs["name"] != nil {
		t.Errorf("log group has the fixed name %v, want autonaming", group.Inputs["name"])
	}
	if group.Inputs["retentionInDays"] != 30.0 {
		t.Errorf("retention = %v, want 30", group.Inputs["retentionInDays"])
	}
}

func TestRegion_stage(t *testing.T) {
	projectFiles(t)
	g := record(t, "staging", nil)
	stage := named(t, g, stageToken, "http-api-eu-west-1")
	settings := at(stage.Inputs, "defaultRouteSettings")
	if at(settings, "throttlingBurstLimit") != 200.0 || at(settings, "throttlingRateLimit") != 100.0 {
		t.Errorf("throttle = %v, want burst 200 and rate 100", settings)
	}
	health := at(stage.Inputs, "routeSettings", 0)
	secret := named(t, g, routeToken, "health-check-eu-west-1")
	if text(health, "routeKey") != text(secret.Inputs, "routeKey") || at(health, "throttlingBurstLimit") != 100.0 || at(health, "throttlingRateLimit") != 50.0 {
		t.Errorf("throttle of health = %v, want the secret path with 100 and 50", health)
	}
	if settings := list(stage.Inputs, "routeSettings"); len(settings) != 1 {
		t.Errorf("%d routes have a throttle of their own, want the secret path alone", len(settings))
	}
	if stage.Inputs["autoDeploy"] != true || stage.Inputs["name"] != "$default" {
		t.Errorf("stage = %v, want $default with auto-deploy", stage.Inputs)
	}
	for _, route := range g.ByType(routeToken) {
		if strings.Contains(route.URN, "eu-west-1") && !slices.Contains(stage.DependsOn, route.URN) {
			t.Errorf("stage does not wait for %s", route.URN)
		}
	}
	var format map[string]string
	if err := json.Unmarshal([]byte(text(stage.Inputs, "accessLogSettings", "format")), &format); err != nil {
		t.Fatalf("access log format is no JSON: %v", err)
	}
	if format["requestId"] != "$context.requestId" || len(format) != 15 {
		t.Errorf("access log format = %v", format)
	}
}

// The key is in the SSM parameters, marked secret, and nowhere else; nor is the origin secret in clear anywhere.
func TestDeploy_secrets(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:originSecretGeneration": "2"})
	secret := map[string]bool{canaryKey: true}
	for _, r := range g.ByType("random:index/randomPassword:RandomPassword") {
		secret[r.Output("result")] = true
	}
	if len(secret) != 5 {
		t.Fatalf("got %d secrets, want the key, three generations of the origin secret and the health path", len(secret))
	}
	for _, r := range g.Resources {
		for path, value := range flat("", r.Inputs) {
			s, _ := value.(string)
			for hidden := range secret {
				if strings.Contains(s, hidden) && !covered(r.Secrets, path) {
					t.Errorf("%s: %s is not secret", r.URN, path)
				}
			}
			if strings.Contains(s, canaryKey) && r.Type != "aws:ssm/parameter:Parameter" {
				t.Errorf("%s: %s holds the key", r.URN, path)
			}
		}
	}
	golden, err := g.Golden()
	if err != nil {
		t.Fatal(err)
	}
	for hidden := range secret {
		if strings.Contains(string(golden), hidden) {
			t.Error("the golden graph holds a secret")
		}
	}
	for path, value := range flat("", g.Outputs) {
		if s, _ := value.(string); strings.Contains(s, canaryKey) {
			t.Errorf("output %s holds the key", path)
		}
	}
}

// The generation before is accepted by the functions, and CloudFront already sends the new one.
// Raising the generation, and going back, refuses no request: whatever CloudFront still sends or sends already,
// functions of both configurations accept. After three raises nothing known before is accepted.
func TestOriginSecret_everyStep(t *testing.T) {
	projectFiles(t)
	sends, accepts := map[int]string{}, map[int][]string{}
	for n := 1; n <= 4; n++ {
		g := record(t, "staging", map[string]string{"onefront:originSecretGeneration": strconv.Itoa(n)})
		name := map[string]string{} // generation by value: values differ in every recording
		for _, password := range g.ByType("random:index/randomPassword:RandomPassword") {
			name[password.Output("result")] = password.Name
		}
		for _, origin := range list(one(t, g, distributionToken).Inputs, "origins") {
			if strings.HasPrefix(text(origin, "originId"), "api-") {
				sends[n] = name[text(origin, "customHeaders", 0, "value")]
			}
		}
		variables := at(named(t, g, functionToken, "api-us-east-1").Inputs, "environment", "variables")
		for _, variable := range []string{"ONEFRONT_ORIGIN_SECRET_PREVIOUS", "ONEFRONT_ORIGIN_SECRET", "ONEFRONT_ORIGIN_SECRET_NEXT"} {
			if value := text(variables, variable); value != "" {
				accepts[n] = append(accepts[n], name[value])
			}
		}
	}
	for _, step := range [][2]int{{1, 2}, {2, 3}, {3, 4}, {2, 1}, {3, 2}} {
		for _, sent := range []string{sends[step[0]], sends[step[1]]} {
			for _, functions := range step {
				if !slices.Contains(accepts[functions], sent) {
					t.Errorf("from %d to %d: functions of generation %d refuse %s", step[0], step[1], functions, sent)
				}
			}
		}
	}
	for _, known := range accepts[1] {
		if slices.Contains(accepts[4], known) {
			t.Errorf("%s is accepted three raises later", known)
		}
	}
}

func TestOriginSecret_rotation(t *testing.T) {
	projectFiles(t)
	g := record(t, "staging", map[string]string{"onefront:originSecretGeneration": "3"})
	current := named(t, g, "random:index/randomPassword:RandomPassword", "origin-secret-3").Output("result")
	previous := named(t, g, "random:index/randomPassword:RandomPassword", "origin-secret-2").Output("result")
	variables := at(named(t, g, functionToken, "api-eu-west-1").Inputs, "environment", "variables")
	if text(variables, "ONEFRONT_ORIGIN_SECRET") != current || text(variables, "ONEFRONT_ORIGIN_SECRET_PREVIOUS") != previous {
		t.Error("the function does not accept generations 3 and 2")
	}
	next := named(t, g, "random:index/randomPassword:RandomPassword", "origin-secret-4").Output("result")
	if text(variables, "ONEFRONT_ORIGIN_SECRET_NEXT") != next {
		t.Error("the function does not accept generation 4")
	}
	worker := at(named(t, g, functionToken, "worker-eu-west-1").Inputs, "environment", "variables")
	if text(worker, "ONEFRONT_ORIGIN_SECRET") != "" {
		t.Error("the worker knows the origin secret and has no use for it")
	}
	for _, origin := range list(one(t, g, distributionToken).Inputs, "origins") {
		if !strings.HasPrefix(text(origin, "originId"), "api-") {
			continue
		}
		if text(origin, "customHeaders", 0, "name") != "X-Onefront-Origin-Secret" || text(origin, "customHeaders", 0, "value") != current {
			t.Errorf("origin %s does not send generation 3", text(origin, "originId"))
		}
	}
}

// flat lists every leaf by its path, in the form of [graph.Resource.Secrets].
func flat(path string, value any) map[string]any {
	leaves := map[string]any{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, v := range value {
				walk(strings.TrimPrefix(path+"."+key, "."), v)
			}
		case []any:
			for i, v := range value {
				walk(path+"["+strconv.Itoa(i)+"]", v)
			}
		case graph.Asset:
			leaves[path] = value.Text
		default:
			leaves[path] = value
		}
	}
	walk(path, value)
	return leaves
}

// covered says whether a path or something around it is secret.
func covered(secrets []string, path string) bool {
	for _, s := range secrets {
		if path == s || strings.HasPrefix(path, s+".") || strings.HasPrefix(path, s+"[") {
			return true
		}
	}
	return false
}
