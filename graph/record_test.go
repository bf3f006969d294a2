package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// A stand-in for the generated types of a provider's SDK, which would take minutes to compile.
type thing struct {
	pulumi.CustomResourceState
	ARN       pulumi.StringOutput    `pulumi:"arn"`
	InvokeARN pulumi.StringPtrOutput `pulumi:"invokeArn"`
	Result    pulumi.StringPtrOutput `pulumi:"result"`
}

type provider struct{ pulumi.ProviderResourceState }

func newProvider(ctx *pulumi.Context, region string) pulumi.ProviderResource {
	p := &provider{}
	if err := ctx.RegisterResource("pulumi:providers:aws", region, pulumi.Map{"region": pulumi.String(region)}, p); err != nil {
		panic(err)
	}
	return p
}

func register(ctx *pulumi.Context, token, name string, props pulumi.Map, opts ...pulumi.ResourceOption) *thing {
	r := &thing{}
	if err := ctx.RegisterResource(token, name, props, r, opts...); err != nil {
		panic(err)
	}
	return r
}

func recorded(t *testing.T, program pulumi.RunFunc) *Graph {
	t.Helper()
	g, err := Record(program, Options{Project: "onefront", Stack: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const (
	functionType = "aws:lambda/function:Function"
	passwordType = "random:index/randomPassword:RandomPassword"
)

// regional also runs in a process of its own, without a testing.T.
func regional(ctx *pulumi.Context) error {
	password := register(ctx, passwordType, "origin-secret-1", pulumi.Map{"length": pulumi.Int(40)},
		pulumi.AdditionalSecretOutputs([]string{"result"}))
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		component := &struct{ pulumi.ResourceState }{}
		err := ctx.RegisterComponentResourceV2("onefront:infra:Region", region, pulumi.Map{"region": pulumi.String(region)}, component,
			pulumi.Provider(newProvider(ctx, region)))
		if err != nil {
			return err
		}
		child := pulumi.Parent(component)
		role := register(ctx, "aws:iam/role:Role", region+"-role", nil, child)
		function := register(ctx, functionType, region+"-api", pulumi.Map{
			"role": role.ARN,
			"code": pulumi.NewFileArchive("/somewhere/.onefront/handler-abc.zip"),
			"environment": pulumi.Map{"variables": pulumi.Map{
				"ONEFRONT_ORIGIN_SECRET": password.Result,
				"PLAIN":                  pulumi.String("x"),
			}},
			"timeout": pulumi.Int(10),
		}, child)
		ctx.Export(region, function.InvokeARN)
		ctx.Export("secret-"+region, pulumi.Map{"nested": pulumi.ToSecret(pulumi.String("hush"))})
	}
	return ctx.Log.Warn("one remark", &pulumi.LogArgs{Resource: password})
}

func TestRecord_followsProviderRegionAndParent(t *testing.T) {
	g := recorded(t, regional)
	functions := g.ByType(functionType)
	if len(functions) != 2 {
		t.Fatalf("got %d functions, want 2", len(functions))
	}
	f := functions[0]
	if f.Region != "eu-west-1" || f.Provider != "urn:pulumi:test::onefront::pulumi:providers:aws::eu-west-1" {
		t.Errorf("got region %q, provider %q", f.Region, f.Provider)
	}
	if want := "urn:pulumi:test::onefront::onefront:infra:Region::eu-west-1"; f.Parent != want || g.ByURN(want).Custom {
		t.Errorf("got parent %q, want the component %q", f.Parent, want)
	}
	role := g.ByOutput("aws:iam/role:Role", "arn", f.Inputs["role"].(string))
	if role == nil || role.Name != "eu-west-1-role" {
		t.Fatalf("the role's ARN leads to %v", role)
	}
	if got := f.PropertyDependencies["role"]; !slices.Equal(got, []string{role.URN}) {
		t.Errorf("got property dependencies %v", got)
	}
	if !slices.Contains(f.DependsOn, role.URN) {
		t.Errorf("got dependencies %v, want the role among them", f.DependsOn)
	}
	wantARN := "arn:aws:lambda:eu-west-1:123456789012:function:" + f.Output("name")
	want := "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + wantARN + "/invocations"
	if f.Output("arn") != wantARN || g.Outputs["eu-west-1"] != want {
		t.Errorf("got arn %q and stack output %q", f.Output("arn"), g.Outputs["eu-west-1"])
	}
	if f.Inputs["code"] != (Archive{Path: "/somewhere/.onefront/handler-abc.zip"}) {
		t.Errorf("got code %#v", f.Inputs["code"])
	}
}

func TestRecord_unwrapsSecretsAndRemembersWhere(t *testing.T) {
	g := recorded(t, regional)
	password := g.ByType(passwordType)[0]
	if v := password.Output("result"); len(v) != 40 || !slices.Equal(password.Secrets, []string{"result"}) {
		t.Errorf("got result of %d characters, secrets %v", len(v), password.Secrets)
	}
	f := g.ByType(functionType)[0]
	variables := f.Inputs["environment"].(map[string]any)["variables"].(map[string]any)
	if variables["ONEFRONT_ORIGIN_SECRET"] != password.Output("result") {
		t.Errorf("got %v", variables)
	}
	if want := []string{"environment.variables.ONEFRONT_ORIGIN_SECRET"}; !slices.Equal(f.Secrets, want) {
		t.Errorf("got secrets %v, want %v", f.Secrets, want)
	}
	if want := []string{`secret-eu-west-1.nested`, `secret-us-east-1.nested`}; !slices.Equal(g.OutputSecrets, want) {
		t.Errorf("got output secrets %v, want %v", g.OutputSecrets, want)
	}
	again := recorded(t, regional).ByType(passwordType)[0]
	if again.Output("result") == password.Output("result") {
		t.Error("two recordings have one password")
	}
}

func TestRecord_keepsMessages(t *testing.T) {
	g := recorded(t, regional)
	want := []Message{{Severity: "warning", Text: "one remark", URN: g.ByType(passwordType)[0].URN}}
	if diff := cmp.Diff(want, g.Messages); diff != "" {
		t.Error(diff)
	}
}

func TestRecord_isStable(t *testing.T) {
	a, b := recorded(t, regional), recorded(t, regional)
	for i, r := range a.Resources {
		if r.Type == passwordType || r.Type == functionType {
			continue
		}
		if diff := cmp.Diff(r, b.Resources[i]); diff != "" {
			t.Errorf("%s differs: %s", r.URN, diff)
		}
	}
}

func TestGolden_redactsAndMarks(t *testing.T) {
	g := recorded(t, regional)
	golden, err := g.Golden()
	if err != nil {
		t.Fatal(err)
	}
	text := string(golden)
	for _, never := range []string{g.ByType(passwordType)[0].Output("result"), "hush", "/somewhere", "handler-abc"} {
		if strings.Contains(text, never) {
			t.Errorf("golden contains %q", never)
		}
	}
	for _, want := range []string{`"archive": "[zip]"`, `"ONEFRONT_ORIGIN_SECRET": "[secret]"`, `"PLAIN": "x"`} {
		if !strings.Contains(text, want) {
			t.Errorf("golden lacks %s", want)
		}
	}
	again, err := recorded(t, regional).Golden()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(again)); diff != "" {
		t.Errorf("two recordings differ: %s", diff)
	}
}

func TestRecord_refuses(t *testing.T) {
	cases := []struct {
		name    string
		program pulumi.RunFunc
		want    string
	}{
		{"failing program", func(*pulumi.Context) error { return errors.New("no regions") }, "no regions"},
		{"joined errors", func(*pulumi.Context) error { return errors.Join(errors.New("one"), errors.New("two")) }, "one\ntwo"},
		{"logged error", func(ctx *pulumi.Context) error { return ctx.Log.Error("it broke", nil) }, "the program logged an error: it broke"},
		{"same URN twice", func(ctx *pulumi.Context) error {
			register(ctx, functionType, "api", nil)
			register(ctx, functionType, "api", nil)
			return nil
		}, `duplicate resource URN "urn:pulumi:test::onefront::aws:lambda/function:Function::api": give one of the two another name`},
		{"unknown function", func(ctx *pulumi.Context) error {
			var result struct{}
			return ctx.Invoke("aws:index/getCallerIdentity:getCallerIdentity", nil, &result)
		}, "invoking aws:index/getCallerIdentity:getCallerIdentity: local mode has no answer"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Record(c.program, Options{Project: "onefront", Stack: "test"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestRecord_looksZonesUp(t *testing.T) {
	var zones []string
	recorded(t, func(ctx *pulumi.Context) error {
		for _, name := range []string{"example.com", "example.com.", "example.org"} {
			var result struct {
				ZoneID string `pulumi:"zoneId"`
			}
			args := &struct {
				Name string `pulumi:"name"`
			}{name}
			if err := ctx.Invoke("aws:route53/getZone:getZone", args, &result); err != nil {
				return err
			}
			zones = append(zones, result.ZoneID)
		}
		return nil
	})
	if zones[0] == "" || zones[0] != zones[1] || zones[0] == zones[2] {
		t.Errorf("got zones %v, want the first two alike and the third another", zones)
	}
}

func TestRecord_configReachesTheProgram(t *testing.T) {
	_, err := Record(func(ctx *pulumi.Context) error {
		if v, ok := ctx.GetConfig("onefront:regions"); !ok || v != `["eu-west-1"]` || !ctx.IsConfigSecret("onefront:key") {
			return fmt.Errorf("got %q, %v", v, ok)
		}
		if ctx.RootDirectory() != "/project" {
			return fmt.Errorf("got root %q", ctx.RootDirectory())
		}
		return nil
	}, Options{
		Project: "onefront", Stack: "test", Root: "/project",
		Config: map[string]string{"onefront:regions": `["eu-west-1"]`, "onefront:key": "x"}, SecretKeys: []string{"onefront:key"},
	})
	if err != nil {
		t.Error(err)
	}
}
