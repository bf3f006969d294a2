package infra_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/config"
)

// recordNew runs a program that makes apps out of arguments written by hand.
func recordNew(make func(ctx *pulumi.Context) error) (*graph.Graph, error) {
	return graph.Record(make, graph.Options{Project: "onefront", Stack: "test"})
}

func handMade() *infra.Args {
	return &infra.Args{
		Config: config.Config{
			Project: "onefront", Stack: "test", Regions: []string{"eu-west-1", "us-east-1"}, Lambda: config.Lambda{Timeout: 20 * time.Second},
			Secrets: map[string]string{"paymentKey": canaryKey},
		},
		Application: orders(), Build: noHandler,
	}
}

// Arguments written by hand get defaults and computed fields as a stack's configuration does.
func TestNew_byHand(t *testing.T) {
	g, err := recordNew(func(ctx *pulumi.Context) error {
		_, err := infra.New(ctx, "shop", handMade())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d := one(t, g, distributionToken)
	if got := text(behaviors(d)[0], "pathPattern"); got != "/shop/*" || d.Inputs["priceClass"] != "PriceClass_All" {
		t.Errorf("first behavior %q, price class %v", got, d.Inputs["priceClass"])
	}
	f := named(t, g, functionToken, "shop-orders-eu-west-1")
	if f.Inputs["timeout"] != 20.0 || f.Inputs["memorySize"] != 256.0 || f.Inputs["reservedConcurrentExecutions"] != nil {
		t.Errorf("function %v", f.Inputs)
	}
	if p := named(t, g, parameterToken, "shop-paymentkey-us-east-1"); p.Output("value") != canaryKey {
		t.Error("the secret is not in its parameter")
	}
}

// And they get the same checks, in the words of a stack's keys, together with what does not compile.
func TestNew_byHandIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*infra.Args)
		want   []string
	}{
		"regions, routes and a zip": {func(a *infra.Args) {
			a.Regions, a.Routes = []string{"eu-west-9"}, []config.Route{{Path: "orders", Methods: "some"}}
			a.Application.Functions[1].Package, a.Application.Functions[1].Zip = "", "none.zip"
		}, []string{`onefront:regions[0]: "eu-west-9": `, `onefront:routes[0].path: "orders": want a leading slash`, `onefront:routes[0].methods: "some": `, `zip "none.zip": `}},
		"a secret that is missing": {func(a *infra.Args) { a.Secrets = nil }, []string{`onefront:paymentKey: not set: required: a secret of the function orders`}},
		"a function's timeout":     {func(a *infra.Args) { a.Application.Functions[0].Timeout = time.Minute }, []string{`function "orders": timeout 1m0s`}},
		"no application":           {func(a *infra.Args) { a.Application = nil }, []string{`the application: required`}},
		"dns without a zone":       {func(a *infra.Args) { a.Routing = config.RoutingDNS }, []string{`onefront:routing: "dns": want edge, or set onefront:domains`}},
		"a short health interval":  {func(a *infra.Args) { a.HealthInterval = time.Second }, []string{`onefront:healthInterval: "1s": `}},
	} {
		_, err := recordNew(func(ctx *pulumi.Context) error {
			args := handMade()
			c.change(args)
			_, err := infra.New(ctx, "shop", args)
			return err
		})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: want %s in:\n%v", name, want, err)
			}
		}
	}
}

// Whatever a stack says is written back without a loss: a field of Config that Check forgets shows here.
func TestConfigCheck_losesNothing(t *testing.T) {
	projectFiles(t)
	rapid.Check(t, func(t *rapid.T) {
		loaded, _, err := loadConfig(validStack(t), validConfig(t), secretKeys, nil)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := loaded.Config.Check(infra.Configure(loaded.Application))
		if err != nil {
			t.Fatal(err)
		}
		checked.Warnings = loaded.Warnings // those of keys that are said now
		if loaded.SecurityHeaders == (config.SecurityHeaders{}) {
			checked.SecurityHeaders = loaded.SecurityHeaders // none at all: written by hand this is the default
		}
		if diff := cmp.Diff(&loaded.Config, checked, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("infra/config/values.go (-loaded +checked):\n%s", diff)
		}
	})
}

// Without a project and a stack of their own, arguments have the program's: both are in paths and names.
func TestNew_projectOfTheProgram(t *testing.T) {
	g, err := recordNew(func(ctx *pulumi.Context) error {
		args := handMade()
		args.Project, args.Stack = "", ""
		_, err := infra.New(ctx, "shop", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range g.ByType("aws:iam/role:Role") {
		if role.Inputs["path"] != "/onefront/test/" {
			t.Errorf("%s has the path %v", role.Name, role.Inputs["path"])
		}
	}
	if _, err := recordNew(func(ctx *pulumi.Context) error {
		_, err := infra.New(ctx, "shop", nil)
		return err
	}); err == nil || !strings.Contains(err.Error(), "the application: required") {
		t.Errorf("without arguments: %v", err)
	}
}

// Names of apps begin the names of resources, so that they may not begin each other.
func TestNew_namesThatMeet(t *testing.T) {
	for names, want := range map[[2]string]string{
		{"a", "b"}: "", {"a", "ab"}: "", {"a", "a"}: `app "a": want a name that no other app of the program has`,
		{"a", "a-b"}: `app "a-b": want another name`, {"a-b", "a"}: `app "a": want another name`,
	} {
		_, err := recordNew(func(ctx *pulumi.Context) error {
			for _, name := range names {
				if _, err := infra.New(ctx, name, handMade()); err != nil {
					return err
				}
			}
			return nil
		})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %q, got %v", names, want, err)
		}
	}
}

const externalZone = "example.com"

// Two apps of one program share no name and no validation record, and the message says what to write.
func TestNew_twoOnOneDomain(t *testing.T) {
	app := func(label, validation string, aliases ...string) *infra.Args {
		args := handMade()
		args.OriginSubdomain = label
		args.Domains = []config.Domain{{Zone: externalZone, ZoneID: "Z1", Aliases: aliases, Validation: validation}}
		return args
	}
	for name, c := range map[string]struct {
		one, two *infra.Args
		want     []string
	}{
		"the second says existing":    {app("o1", "", "one.example.com", "*.two.example.com"), app("o2", config.ValidationExisting, "two.example.com"), nil},
		"both make the record":        {app("o1", "", "one.example.com", "*.two.example.com"), app("o2", "", "two.example.com"), []string{`app "two": onefront:domains: "two.example.com": want validation existing for its zone's entry: the app "one" makes the record`}},
		"both serve a name":           {app("o1", "", "example.com"), app("o2", config.ValidationExisting, "example.com"), []string{`app "two": onefront:domains: "example.com": want a name that the app "one" does not serve`}},
		"both have the origin's name": {app("o", "", "a.example.com"), app("o", "", "b.example.com"), []string{`app "two": onefront:originSubdomain: "o.example.com": want another label than that of the app "one"`}},
	} {
		for range 2 { // what one program has is nothing to the next
			_, err := recordNew(func(ctx *pulumi.Context) error {
				if _, err := infra.New(ctx, "one", c.one); err != nil {
					return err
				}
				_, err := infra.New(ctx, "two", c.two)
				return err
			})
			if len(c.want) == 0 && err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: want %s in:\n%v", name, want, err)
				}
			}
		}
	}
}
