package infra_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
)

const (
	aliasToken      = "aws:lambda/alias:Alias"
	invocationToken = "aws:lambda/invocation:Invocation"
)

// recordAnswering records the orders with versions that answer their check.
func recordAnswering(config map[string]string, answer func(name string) string) (*graph.Graph, error) {
	values := map[string]string{"onefront:regions": `["eu-west-1", "us-east-1"]`, "onefront:siteDir": "", "onefront:paymentKey": canaryKey}
	for key, value := range config {
		values[key] = value
	}
	return graph.Record(infra.DeployWith(orders(), noHandler), graph.Options{
		Project: "onefront", Stack: "test", Config: values, SecretKeys: []string{"onefront:paymentKey"},
		Outputs: func(r *graph.Resource) map[string]any {
			if r.Type != invocationToken {
				return nil
			}
			return map[string]any{"result": answer(r.Name)}
		},
	})
}

// Every function is a version behind the alias live, and everybody who calls it names the alias.
func TestVersions_everybodyNamesTheAlias(t *testing.T) {
	g, err := recordApplication(orders(), nil)
	if err != nil {
		t.Fatal(err)
	}
	functions := g.ByType(functionToken)
	if len(functions) < 4 || len(g.ByType(aliasToken)) != len(functions) || len(g.ByType(invocationToken)) != len(functions) {
		t.Fatalf("%d functions, %d aliases, %d checks", len(functions), len(g.ByType(aliasToken)), len(g.ByType(invocationToken)))
	}
	for _, f := range functions {
		if f.Inputs["publish"] != true {
			t.Errorf("%s is not published", f.Name)
		}
		alias, check := named(t, g, aliasToken, f.Name), named(t, g, invocationToken, f.Name)
		if alias.Inputs["name"] != "live" || alias.Inputs["functionName"] != f.Output("name") || alias.Inputs["functionVersion"] != "1" {
			t.Errorf("%s: alias %v", f.Name, alias.Inputs)
		}
		// Moved by hand, it comes back with new code or a refresh: the program says which version, and ignores nothing.
		if len(alias.IgnoreChanges) > 0 {
			t.Errorf("%s: the alias ignores changes of %v: one that was moved by hand would stay for ever", f.Name, alias.IgnoreChanges)
		}
		if check.Inputs["qualifier"] != "1" || fmt.Sprint(check.Inputs["triggers"]) != "map[version:1]" {
			t.Errorf("%s: check %v", f.Name, check.Inputs)
		}
		if !slices.Contains(alias.PropertyDependencies["functionVersion"], check.URN) {
			t.Errorf("%s: the alias does not wait for the check: %v", f.Name, alias.PropertyDependencies)
		}
		if strings.Contains(fmt.Sprint(check.Inputs["input"]), "x-onefront-origin-secret") && !slices.Contains(check.Secrets, "input") {
			t.Errorf("%s: the check shows the origin secret", f.Name)
		}
	}
	for _, r := range g.Resources {
		for key, value := range r.Inputs {
			name := fmt.Sprint(value)
			if key == "integrationUri" && !strings.Contains(name, ":live/invocations") {
				t.Errorf("%s calls %s", r.URN, name)
			}
			if r.Type == "aws:lambda/permission:Permission" && r.Inputs["qualifier"] != "live" {
				t.Errorf("%s: a permission without the alias", r.URN)
			}
			if r.Type == "aws:lambda/eventSourceMapping:EventSourceMapping" && key == "functionName" && !strings.HasSuffix(name, ":live") {
				t.Errorf("%s feeds %s", r.URN, name)
			}
		}
	}
}

// What a version is asked is what API Gateway would hand on, with the secret that CloudFront would add.
func TestVersions_check(t *testing.T) {
	app := orders()
	app.Functions[0].Check = "GET /shop/orders/ping?x=1"
	g, err := recordApplication(app, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{
		app.Functions[0].Name + "-eu-west-1": {"GET", "/shop/orders/ping"}, "health-us-east-1": {"GET", "/shop/health"},
	} {
		var event struct {
			RawPath, RawQueryString string
			Headers                 map[string]string
			RequestContext          struct{ HTTP struct{ Method, Path string } }
		}
		if err := json.Unmarshal([]byte(text(named(t, g, invocationToken, name).Inputs, "input")), &event); err != nil {
			t.Fatal(err)
		}
		if event.RequestContext.HTTP.Method != want[0] || event.RawPath != want[1] || event.RequestContext.HTTP.Path != want[1] {
			t.Errorf("%s: %+v, want %v", name, event, want)
		}
		secret := named(t, g, "random:index/randomPassword:RandomPassword", "origin-secret-1").Output("result")
		if got := event.Headers["x-onefront-origin-secret"]; (got == secret) != strings.HasPrefix(name, app.Functions[0].Name) {
			t.Errorf("%s: origin secret %q", name, got)
		}
	}
	for check, want := range map[string]string{
		"GET /shop/reports/7?a=1&b=x&a=2": `{"pathParameters":{"id":"7"},"queryStringParameters":{"a":"1,2","b":"x"},"routeKey":"GET /shop/reports/{id}"}`,
		"GET /shop/reports/":              `{"routeKey":"$default"}`,
		"POST /shop/reports/7":            `{"pathParameters":{"any":"7"},"routeKey":"ANY /shop/reports/{any}"}`,
		"POST /shop/reports/7/8":          `{"pathParameters":{"proxy":"reports/7/8"},"routeKey":"ANY /shop/{proxy+}"}`,
		"GET /shop/reports/all":           `{"routeKey":"GET /shop/reports/all"}`,
		"GET /shop/other":                 `{"pathParameters":{"proxy":"other"},"routeKey":"ANY /shop/{proxy+}"}`,
	} {
		app := orders()
		app.Functions[1].Check = check
		app.Functions[1].Routes = []string{"ANY /shop/{proxy+}", "GET /shop/reports/{id}", "ANY /shop/reports/{any}", "GET /shop/reports/all"}
		if check == "GET /shop/reports/" {
			app.Functions[1].Routes = app.Functions[1].Routes[1:]
		}
		g, err := recordApplication(app, nil)
		if err != nil {
			t.Fatal(err)
		}
		var event map[string]any
		if err := json.Unmarshal([]byte(text(named(t, g, invocationToken, "reports-eu-west-1").Inputs, "input")), &event); err != nil {
			t.Fatal(err)
		}
		routing := map[string]any{"routeKey": event["routeKey"]}
		for _, key := range []string{"pathParameters", "queryStringParameters"} {
			if event[key] != nil {
				routing[key] = event[key]
			}
		}
		if got, _ := json.Marshal(routing); string(got) != want {
			t.Errorf("%s: %s, want %s", check, got, want)
		}
	}
	app = orders()
	if g, err = recordApplication(app, nil); err != nil {
		t.Fatal(err)
	}
	if input := text(named(t, g, invocationToken, app.Functions[0].Name+"-eu-west-1").Inputs, "input"); !strings.Contains(input, `"method":"OPTIONS","path":"/shop"`) {
		t.Errorf("the default check: %s", input)
	}
}

// A version that fails its check gets no traffic in any region, and the update says what it answered.
func TestVersions_badOnesGetNoTraffic(t *testing.T) {
	for answer, want := range map[string]string{`{"statusCode":500,"body":"hunter2"}`: "with status 500", `{"statusCode":503}`: "with status 503", `panic`: "no JSON object", `{"statusCode":"502"}`: "a statusCode that is no number"} {
		_, err := recordAnswering(nil, func(name string) string {
			if strings.HasPrefix(name, "health") {
				return `{"statusCode":200}`
			}
			return answer
		})
		if err == nil {
			t.Errorf("%s: no error", answer)
			continue
		}
		for _, part := range []string{want, "version 1", `every alias "live" of the region stays`, "OPTIONS /shop"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error lacks %q: %v", answer, part, err)
			}
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a body: %v", err)
		}
	}
	for _, answer := range []string{`{"statusCode":404}`, `{"batchItemFailures":[]}`, `{}`, `null`, `"done"`, `[1]`} {
		if _, err := recordAnswering(nil, func(string) string { return answer }); err != nil {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// One function's bad version holds back the whole region: an alias waits for the checks of all its neighbours, and of
// no other region.
func TestVersions_aRegionMovesTogether(t *testing.T) {
	g, err := recordApplication(orders(), nil)
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string][]string{}
	for _, check := range g.ByType(invocationToken) {
		checks[check.Region] = append(checks[check.Region], check.URN)
	}
	for _, alias := range g.ByType(aliasToken) {
		var waits []string
		for _, urn := range alias.PropertyDependencies["functionVersion"] {
			if strings.Contains(urn, invocationToken) {
				waits = append(waits, urn)
			}
		}
		want := slices.Sorted(slices.Values(checks[alias.Region]))
		slices.Sort(waits)
		if len(want) < 2 || !slices.Equal(waits, want) {
			t.Errorf("%s waits for %v, want %v", alias.URN, waits, want)
		}
	}
}

// With a sequential rollout the second region is not touched before the first region's aliases have moved.
func TestVersions_sequential(t *testing.T) {
	g, err := recordApplication(orders(), map[string]string{"onefront:rollout": "sequential"})
	if err != nil {
		t.Fatal(err)
	}
	first := named(t, g, aliasToken, orders().Functions[0].Name+"-eu-west-1")
	second := named(t, g, functionToken, orders().Functions[0].Name+"-us-east-1")
	if !slices.Contains(second.DependsOn, first.URN) {
		t.Errorf("%s does not wait for %s", second.Name, first.URN)
	}
}

func TestVersions_checkRefused(t *testing.T) {
	for check, part := range map[string]string{"/x": "want a method and a path", "get /x": "want a method and a path", "GET x": "want a method and a path", "GET /a b": "as a browser would send it"} {
		app := orders()
		app.Functions[0].Check = check
		_, err := recordApplication(app, nil)
		if err == nil || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), fmt.Sprintf("%q", check)) {
			t.Errorf("%q: %v", check, err)
		}
	}
}
