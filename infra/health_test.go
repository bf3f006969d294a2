package infra_test

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
)

const parameterToken = "aws:ssm/parameter:Parameter"

// Health is the platform's: its function may read the drain parameter and nothing else, knows the secret path, and is
// asked there by Route 53. Strangers, outputs and clear state do not learn that path.
func TestHealth(t *testing.T) {
	g, err := recordApplication(orders(), map[string]string{
		"onefront:domains": `[{"zone":"example.com","zoneId":"Z1","aliases":["example.com"]}]`, "onefront:lambda": `{"healthReservedConcurrency": 5}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/shop/health/" + named(t, g, "random:index/randomPassword:RandomPassword", "health-path").Output("result")
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		f, parameter := named(t, g, functionToken, "health-"+region), named(t, g, parameterToken, "drain-"+region)
		want := map[string]any{"ONEFRONT_LOG_LEVEL": "info", "ONEFRONT_HEALTH_PATH": path, "ONEFRONT_DRAIN_PARAMETER": "/onefront/test/drain"}
		if diff := cmp.Diff(want, at(f.Inputs, "environment", "variables")); diff != "" {
			t.Errorf("%s: variables (-want +got):\n%s", region, diff)
		}
		if f.Inputs["reservedConcurrentExecutions"] != 5.0 || f.Inputs["timeout"] != 3.0 {
			t.Errorf("%s: %v", region, f.Inputs)
		}
		if parameter.Inputs["type"] != "String" || parameter.Inputs["value"] != "-" || parameter.Inputs["name"] != "/onefront/test/drain" || parameter.Region != region {
			t.Errorf("%s: parameter in %s: %v", region, parameter.Region, parameter.Inputs)
		}
		log := named(t, g, "aws:cloudwatch/logGroup:LogGroup", "health-"+region).Output("arn") + ":*"
		policy := statements(t, named(t, g, "aws:iam/rolePolicy:RolePolicy", "health-"+region).Output("policy"))
		if diff := cmp.Diff([]statement{
			{Effect: "Allow", Action: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resource: []string{log}},
			{Effect: "Allow", Action: []string{"ssm:GetParameter"}, Resource: []string{parameter.Output("arn")}},
		}, policy); diff != "" {
			t.Errorf("%s: policy (-want +got):\n%s", region, diff)
		}
		integration := "integrations/" + named(t, g, "aws:apigatewayv2/integration:Integration", "health-"+region).ID
		for name, key := range map[string]string{"health": "GET /shop/health", "health-head": "HEAD /shop/health", "health-check": "GET " + path} {
			route := named(t, g, routeToken, name+"-"+region)
			if route.Inputs["routeKey"] != key || route.Inputs["target"] != integration || slices.Contains(route.Secrets, "routeKey") != (name == "health-check") {
				t.Errorf("%s: route %s: %v, secret %v", region, name, route.Inputs, route.Secrets)
			}
		}
		if check := named(t, g, healthCheckToken, "origin-"+region); check.Inputs["resourcePath"] != path {
			t.Errorf("%s: Route 53 asks %v", region, check.Inputs["resourcePath"])
		}
		api := named(t, g, "aws:apigatewayv2/api:Api", "http-api-"+region)
		if got := named(t, g, permissionToken, "health-"+region).Inputs["sourceArn"]; got != api.Output("executionArn")+"/$default/*/shop/health*" {
			t.Errorf("%s: permission for %v", region, got)
		}
	}
	for i, region := range list(g.Outputs, "regions") {
		if text(region, "drainParameter") != "/onefront/test/drain" || !strings.HasPrefix(text(region, "functionName"), "orders-") {
			t.Errorf("output of region %d: %v", i, region)
		}
	}
}

// The outputs say which region the configuration drains, so that ops does not take the last other one out.
func TestOutputs_ofAPlannedDrain(t *testing.T) {
	g, err := recordApplication(orders(), map[string]string{"onefront:drainedRegions": `["us-east-1"]`})
	if err != nil {
		t.Fatal(err)
	}
	regions := list(g.Outputs, "regions")
	for i, name := range texts(regions[0], "functionNames") {
		if !strings.HasPrefix(name, []string{"orders-", "reports-"}[i]) {
			t.Errorf("functionNames: %v", regions[0])
		}
	}
	if len(texts(regions[0], "functionNames")) != 2 {
		t.Errorf("functionNames: %v", regions[0])
	}
	if _, named := regions[0].(map[string]any)["drained"]; named || regions[1].(map[string]any)["drained"] != true {
		t.Errorf("regions: %v", regions)
	}
}

// The health function's zip holds the version of all the region's zips beside its bootstrap.
func TestHealth_version(t *testing.T) {
	g, err := recordApplication(orders(), nil)
	if err != nil {
		t.Fatal(err)
	}
	code := named(t, g, functionToken, "health-eu-west-1").Inputs["code"].(graph.Archive)
	archive, err := zip.OpenReader(code.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	version := text(named(t, g, functionToken, "orders-eu-west-1").Inputs, "environment", "variables", "ONEFRONT_VERSION")
	if diff := cmp.Diff(map[string]string{"version": version + "\n"}, files); diff != "" || len(version) != 12 {
		t.Errorf("version %q (-want +got):\n%s", version, diff)
	}
}

// CloudFront waits as long as the slowest function that a request may meet, and two seconds more.
func TestOrigins_readTimeout(t *testing.T) {
	for want, change := range map[float64]func(*infra.Functions){
		12: func(*infra.Functions) {},
		31: func(f *infra.Functions) { f.Functions[1].Timeout = 29 * time.Second },
		6: func(f *infra.Functions) {
			f.Functions[0].Timeout, f.Functions[1].Timeout = 3*time.Second, 4*time.Second
		},
		9: func(f *infra.Functions) {
			f.Functions[0].Timeout, f.Functions[1].Timeout = 7*time.Second, 5*time.Minute
			f.Functions[1].Routes = nil
		},
	} {
		app := orders()
		change(app)
		g, err := recordApplication(app, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, origin := range list(one(t, g, distributionToken).Inputs, "origins") {
			if got := at(origin, "customOriginConfig", "originReadTimeout"); got != want {
				t.Errorf("%s reads for %v s, want %v", text(origin, "originId"), got, want)
			}
		}
	}
}

// Long paths fill a function's policy of 20 KB before 40 routes do.
func TestPermissions_longPaths(t *testing.T) {
	for length, want := range map[int]int{20: 30, 300: 1} {
		app := orders()
		app.Functions[1].Routes = nil
		for i := range 30 {
			app.Functions[1].Routes = append(app.Functions[1].Routes, fmt.Sprintf("GET /shop/%s/%d", strings.Repeat("x", length), i))
		}
		g, err := recordApplication(app, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, p := range g.ByType(permissionToken) {
			if p.Region == "eu-west-1" && text(p.Inputs, "function") == named(t, g, functionToken, "reports-eu-west-1").Output("name") {
				got++
			}
		}
		if got != want {
			t.Errorf("30 routes of %d characters: %d permissions, want %d", length, got, want)
		}
	}
}

// Each route has a permission of its own, up to 40 of a function; beyond that the API as a whole may call it.
func TestPermissions(t *testing.T) {
	app := orders()
	app.Functions[0].Routes = nil
	for _, path := range []string{"/shop/orders/{id}", "/shop/orders", "/shop/files/{path+}"} {
		app.Functions[0].Routes = append(app.Functions[0].Routes, "GET "+path, "ANY "+path)
	}
	for i := range 41 {
		app.Functions[1].Routes = append(app.Functions[1].Routes, "GET /shop/reports/"+strings.Repeat("x", i+1))
	}
	g, err := recordApplication(app, nil)
	if err != nil {
		t.Fatal(err)
	}
	api := named(t, g, "aws:apigatewayv2/api:Api", "http-api-eu-west-1").Output("executionArn")
	got := map[string]string{}
	for _, p := range g.ByType(permissionToken) {
		if p.Region == "eu-west-1" {
			got[strings.TrimPrefix(text(p.Inputs, "sourceArn"), api)] = text(p.Inputs, "function")
		}
	}
	name := func(function string) string { return named(t, g, functionToken, function+"-eu-west-1").Output("name") }
	want := map[string]string{"/$default/*/shop/health*": name("health"), "/$default/*": name("reports")}
	for _, path := range []string{"/shop/orders/*", "/shop/orders", "/shop/files/*"} {
		want["/$default/GET"+path], want["/$default/*"+path] = name("orders"), name("orders")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	warnings := slices.DeleteFunc(slices.Clone(g.Messages), func(m graph.Message) bool { return !strings.Contains(m.Text, `function "reports"`) })
	if len(warnings) != 1 || !strings.Contains(warnings[0].Text, "42 routes") {
		t.Errorf("warnings %v of %v", warnings, slices.Collect(maps.Keys(got)))
	}
}
