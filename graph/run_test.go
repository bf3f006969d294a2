package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// asProgram makes the test binary a Pulumi program of that name.
const asProgram = "ONEFRONT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if name := os.Getenv(asProgram); name != "" {
		runAsProgram(name)
		return
	}
	os.Exit(m.Run())
}

// programs are what the test binary can be. They must not use a testing.T: there is none in the process.
var programs = map[string]pulumi.RunFunc{
	"regional": regional,
	"failing":  func(*pulumi.Context) error { return errors.Join(errors.New("one"), errors.New("two")) },
	"logging":  func(ctx *pulumi.Context) error { return ctx.Log.Error("it broke", nil) },
	"twice": func(ctx *pulumi.Context) error {
		return errors.Join(ctx.RegisterResource(functionType, "api", nil, &thing{}), ctx.RegisterResource(functionType, "api", nil, &thing{}))
	},
	"invoking": func(ctx *pulumi.Context) error {
		var result struct{}
		return ctx.Invoke("aws:index/getCallerIdentity:getCallerIdentity", nil, &result)
	},
	"remote": func(ctx *pulumi.Context) error {
		return ctx.RegisterRemoteComponentResource("awsx:lb:Balancer", "front", nil, &struct{ pulumi.ResourceState }{})
	},
	"transforming": func(ctx *pulumi.Context) error {
		return ctx.RegisterResourceTransform(func(context.Context, *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult { return nil })
	},
	"configured": func(ctx *pulumi.Context) error {
		ctx.Export("config", pulumi.ToStringArray([]string{
			ctx.Project(), ctx.Stack(), ctx.Organization(), ctx.RootDirectory(), fmt.Sprint(ctx.DryRun()),
			os.Getenv("ONEFRONT_LOCAL"), os.Getenv("PULUMI_ACCESS_TOKEN"),
		}))
		v, _ := ctx.GetConfig("onefront:key")
		ctx.Export("secret", pulumi.String(fmt.Sprint(v, ctx.IsConfigSecret("onefront:key"))))
		return nil
	},
	"table": func(ctx *pulumi.Context) error {
		type table struct {
			pulumi.CustomResourceState
			ARN       pulumi.StringOutput `pulumi:"arn"`
			Name      pulumi.StringOutput `pulumi:"name"`
			HashKey   pulumi.StringOutput `pulumi:"hashKey"`
			StreamARN pulumi.StringOutput `pulumi:"streamArn"`
		}
		orders := &table{}
		if err := ctx.RegisterResource(tableType, "orders", pulumi.Map{"hashKey": pulumi.String("id")}, orders); err != nil {
			return err
		}
		return ctx.RegisterResource(functionType, "api", pulumi.Map{"environment": pulumi.Map{"variables": pulumi.Map{
			"ARN": orders.ARN, "NAME": orders.Name, "KEY": orders.HashKey, "ID": orders.ID(),
			"STREAM": orders.StreamARN.ApplyT(func(arn string) string { return "stream " + arn }).(pulumi.StringOutput),
		}}}, &thing{})
	},
	"referring": func(ctx *pulumi.Context) error {
		base, err := pulumi.NewStackReference(ctx, "acme/base/prod", nil)
		if err != nil {
			return err
		}
		return ctx.RegisterResource(functionType, "api", pulumi.Map{"role": base.GetStringOutput(pulumi.String("role"))}, &thing{})
	},
	"reading": func(ctx *pulumi.Context) error {
		orders := &thing{}
		if err := ctx.ReadResource(tableType, "orders", pulumi.ID("orders-prod"), nil, orders); err != nil {
			return err
		}
		return ctx.RegisterResource(functionType, "api", pulumi.Map{"role": orders.ID()}, &thing{})
	},
	"talking": func(ctx *pulumi.Context) error {
		fmt.Println("on standard output")
		fmt.Fprintln(os.Stderr, "on standard error")
		return ctx.Log.Warn("to the engine", nil)
	},
}

const tableType = "aws:dynamodb/table:Table"

func runAsProgram(name string) {
	switch name {
	case "silent":
		os.Exit(3)
	case "idle":
	case "waiting":
		fmt.Println("waiting")
		<-make(chan struct{}) // nobody ever sends; SIGTERM ends it
	default:
		pulumi.Run(programs[name])
	}
}

// run runs the test binary as one of its programs.
func run(t *testing.T, name string, change func(*Program, *Options)) (*Graph, error) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := Program{Path: executable, Env: append(os.Environ(), asProgram+"="+name)}
	o := Options{Project: "onefront", Stack: "test"}
	if change != nil {
		change(&p, &o)
	}
	return Run(t.Context(), p, o)
}

func TestRun_givesWhatRecordGives(t *testing.T) {
	over, err := run(t, "regional", nil)
	if err != nil {
		t.Fatal(err)
	}
	under := recorded(t, regional)
	// The passwords are drawn anew each time.
	shown := func(g *Graph, r *Resource) string {
		password := g.ByType(passwordType)[0].Output("result")
		if len(password) != 40 {
			t.Errorf("got a password of %d characters", len(password))
		}
		text, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(text), password, "(password)")
	}
	for i, r := range under.Resources {
		if diff := cmp.Diff(shown(under, r), shown(over, over.Resources[i])); diff != "" {
			t.Errorf("%s (-mocks +protocol): %s", r.URN, diff)
		}
	}
	if diff := cmp.Diff([]any{under.Outputs, under.OutputSecrets, under.Messages}, []any{over.Outputs, over.OutputSecrets, over.Messages}); diff != "" {
		t.Errorf("outputs and messages (-mocks +protocol): %s", diff)
	}
}

func TestRun_refuses(t *testing.T) {
	for name, want := range map[string]string{
		"failing":      "one\ntwo",
		"logging":      "the program logged an error: it broke",
		"twice":        `duplicate resource URN "urn:pulumi:test::onefront::aws:lambda/function:Function::api": give one of the two another name`,
		"invoking":     "invoking aws:index/getCallerIdentity:getCallerIdentity: local mode has no answer for this function; take the value from configuration or from a resource's output",
		"remote":       "urn:pulumi:test::onefront::awsx:lb:Balancer::front: local mode runs no component of a provider: write it in the program's own language",
		"referring":    "urn:pulumi:test::onefront::pulumi:pulumi:StackReference::acme/base/prod: local mode cannot read the outputs of another stack: take the value from configuration, which a stack file for local mode may set",
		"transforming": "the Pulumi CLI does not support transforms. Please update the Pulumi CLI",
		"silent":       "the program failed without a word to the engine: exit status 3",
		"idle":         "the program ended without asking for a stack: main must call pulumi.Run",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := run(t, name, nil); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
	t.Run("no such program", func(t *testing.T) {
		_, err := run(t, "idle", func(p *Program, _ *Options) { p.Path = "/no/such/program" })
		if err == nil || !strings.Contains(err.Error(), "/no/such/program: no such file") {
			t.Errorf("got %v", err)
		}
	})
}

func TestRun_surroundings(t *testing.T) {
	t.Setenv("PULUMI_ACCESS_TOKEN", "of another day")
	g, err := run(t, "configured", func(p *Program, o *Options) {
		p.Env = append(p.Env, "PULUMI_ACCESS_TOKEN=of another day", "ONEFRONT_LOCAL=linux/amd64")
		o.Root, o.Config, o.SecretKeys = "/project", map[string]string{"onefront:key": "x"}, []string{"onefront:key"}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"config": []any{"onefront", "test", "organization", "/project", "false", "linux/amd64", ""}, "secret": "xtrue"}
	if diff := cmp.Diff(want, g.Outputs); diff != "" {
		t.Error(diff)
	}
}

func TestRun_wordsComeAsTheyAre(t *testing.T) {
	var output strings.Builder
	var said []Message
	_, err := run(t, "talking", func(p *Program, o *Options) {
		p.Output, o.Say = &output, func(line Message) { said = append(said, line) }
	})
	if err != nil || output.String() != "on standard output\non standard error\n" {
		t.Errorf("got %q, %v", output.String(), err)
	}
	if diff := cmp.Diff([]Message{{Severity: "warning", Text: "to the engine"}}, said); diff != "" {
		t.Error(diff)
	}
}

func TestRun_outputsOfTypesLeftOut(t *testing.T) {
	g, err := run(t, "table", func(_ *Program, o *Options) { o.Without = []string{tableType} })
	if err != nil {
		t.Fatal(err)
	}
	table, function := g.ByType(tableType)[0], g.ByType(functionType)[0]
	want := map[string]any{"ARN": table.Output("arn"), "NAME": table.Output("name"), "ID": table.ID, "KEY": "id", "STREAM": nil}
	if diff := cmp.Diff(want, function.Inputs["environment"].(map[string]any)["variables"]); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(table.Output("arn"), "arn:aws:dynamodb:") || !slices.Equal(function.Unknown, []string{"environment.variables.STREAM"}) {
		t.Errorf("got ARN %q and unknown %v", table.Output("arn"), function.Unknown)
	}
}

func TestRun_existing(t *testing.T) {
	g, err := run(t, "reading", nil)
	if err != nil {
		t.Fatal(err)
	}
	table, function := g.ByType(tableType)[0], g.ByType(functionType)[0]
	if !table.Existing || function.Existing || function.Inputs["role"] != "orders-prod" || !slices.Equal(function.PropertyDependencies["role"], []string{table.URN}) {
		t.Errorf("got %+v of %+v", function, table)
	}
}

func TestRun_endsWithItsContext(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("interrupted")
	started := writerFunc(func([]byte) { cancel(reason) })
	p := Program{Path: executable, Env: append(os.Environ(), asProgram+"=waiting"), Output: started}
	if _, err := Run(ctx, p, Options{Project: "onefront", Stack: "test"}); !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

// What the monitor says of itself, and to whom.
func TestMonitor_announces(t *testing.T) {
	m := &monitor{recorder: newRecorder(Options{Project: "onefront", Stack: "test"})}
	info, err := m.GetDeploymentInfo(t.Context(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{
		"secrets": true, "resourceReferences": true, "aliasSpecs": true,
		"outputValues": false, "transforms": false, "invokeTransforms": false, "resourceHooks": false, "errorHooks": false,
	} {
		old, err := m.SupportsFeature(t.Context(), &pulumirpc.SupportsFeatureRequest{Id: id})
		if err != nil || old.GetHasSupport() != want {
			t.Errorf("SupportsFeature %s: got %v, %v", id, old, err)
		}
	}
	for feature, want := range map[pulumirpc.ResourceMonitorFeature]bool{
		pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_SECRETS:       true,
		pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES: false,
		pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_TRANSFORMS:    false,
	} {
		if got := slices.Contains(info.GetSupportedFeatures(), feature); got != want {
			t.Errorf("%s: announced %t", feature, got)
		}
	}
	if _, err := m.RegisterPackage(t.Context(), nil); status.Code(err) != codes.Unimplemented {
		t.Errorf("a call that nobody announced: %v", err)
	}
}

func TestMonitor_refusesAnotherName(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(ownAuthority(listener.Addr().String())))
	pulumirpc.RegisterEngineServer(server, &engine{recorder: newRecorder(Options{})})
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	for authority, want := range map[string]codes.Code{listener.Addr().String(): codes.OK, "rebound.example:80": codes.PermissionDenied} {
		client, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithAuthority(authority))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pulumirpc.NewEngineClient(client).Log(t.Context(), &pulumirpc.LogRequest{Message: "hello"}); status.Code(err) != want {
			t.Errorf("%s: got %v, want %s", authority, err, want)
		}
		_ = client.Close()
	}
}
