package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/feedback"
)

// asProgram makes the test binary the program itself.
const asProgram = "ONEFRONT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

const saasKey = "canary-key-51d0"

// The program as local mode runs it, in a process of its own, registers what it registers under mocks, for every stack
// and with every feature on, and builds its handlers for this machine.
func TestProgram_bothWaysGiveTheSameGraph(t *testing.T) {
	machine := runtime.GOOS + "/" + runtime.GOARCH
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, stack := range []string{"prod", "staging", "full"} {
		t.Run(stack, func(t *testing.T) {
			o := options(t, stack)
			over, err := graph.Run(t.Context(), graph.Program{
				Path: executable, Env: append(os.Environ(), asProgram+"=1", contract.LocalVariable+"="+machine),
			}, o)
			if err != nil {
				t.Fatal(err)
			}
			under, err := graph.Record(infra.DeployWith(feedback.Application{}, infra.BuildHandlerForLocalMode(runtime.GOOS, runtime.GOARCH)), o)
			if err != nil {
				t.Fatal(err)
			}
			if len(over.Resources) != len(under.Resources) || len(under.Resources) < 50 {
				t.Fatalf("got %d resources over the protocol and %d under mocks", len(over.Resources), len(under.Resources))
			}
			for i, r := range under.Resources {
				if diff := cmp.Diff(shown(t, under, r), shown(t, over, over.Resources[i])); diff != "" {
					t.Errorf("%s (-mocks +protocol):\n%s", r.URN, diff)
				}
			}
			rest := func(g *graph.Graph) string {
				return shown(t, g, []any{g.Project, g.Stack, g.Outputs, g.OutputSecrets, g.Messages})
			}
			if diff := cmp.Diff(rest(under), rest(over)); diff != "" {
				t.Errorf("outputs and messages (-mocks +protocol):\n%s", diff)
			}
		})
	}
}

// A secret that a stack does not set is the program's to stand in for under local mode, and nowhere else.
func TestProgram_standsInForSecretsUnderLocalMode(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, "staging")
	delete(o.Config, "onefront:upstreamApiKey")
	o.SecretKeys = nil
	key := func(more ...string) string {
		env := append(os.Environ(), asProgram+"=1", contract.LocalVariable+"="+runtime.GOOS+"/"+runtime.GOARCH)
		g, err := graph.Run(t.Context(), graph.Program{Path: executable, Env: append(env, more...)}, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range g.ByType("aws:ssm/parameter:Parameter") {
			if r.Inputs["type"] == "SecureString" {
				return r.Output("value")
			}
		}
		t.Fatal("no parameter with a secret")
		return ""
	}
	if got := key("ONEFRONT_SECRET_UPSTREAM_API_KEY=given"); got != "given" {
		t.Errorf("got %q, want the one given", got)
	}
	if one, other := key(), key(); len(one) < 20 || one == other {
		t.Errorf("got %q and %q, want something random each", one, other)
	}
	t.Setenv(contract.LocalVariable, "linux/amd64") // left behind in a shell, with an engine that is not local mode
	if _, err := graph.Record(infra.Deploy(feedback.Application{}), o); err == nil || !strings.Contains(err.Error(), "onefront:upstreamApiKey: not set: required") {
		t.Errorf("without local mode: %v", err)
	}
}

// What local mode was told must not reach Lambda: an engine's program refuses a variable that was left behind in the
// shell.
func TestProgram_refusesLocalModesMachineUnderAnEngine(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), asProgram+"=1", contract.LocalVariable+"=linux/amd64")
	_, err = graph.Run(t.Context(), graph.Program{Path: executable, Env: env, Strict: true}, options(t, "staging"))
	want := `ONEFRONT_LOCAL: "linux/amd64": unset it: it is local mode's, and Lambda, which runs linux/arm64, would get functions for another machine`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestProgram_refusesAWrongMachine(t *testing.T) {
	for _, value := range []string{"linux", "/", "linux/arm64/v8"} {
		t.Setenv(contract.LocalVariable, value)
		want := `ONEFRONT_LOCAL: "` + value + `": <goos>/<goarch> such as linux/amd64: local mode sets it for the program`
		if _, err := graph.Record(infra.Deploy(feedback.Application{}), options(t, "staging")); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// options are a stack's, with a key for the SaaS. The stack with every feature on is the one of infra's tests.
func options(t *testing.T, stack string) graph.Options {
	t.Helper()
	dir := t.TempDir()
	file := "Pulumi." + stack + ".yaml"
	from := file
	if stack == "full" {
		from = filepath.Join("infra", "testdata", file)
	}
	for to, from := range map[string]string{"Pulumi.yaml": "Pulumi.yaml", file: from} {
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	config, secrets, err := stackfile.Load(dir, stack)
	if err != nil {
		t.Fatal(err)
	}
	config["onefront:upstreamApiKey"] = saasKey
	return graph.Options{Project: "onefront", Stack: stack, Config: config, SecretKeys: append(secrets, "onefront:upstreamApiKey")}
}

// shown is a part of a graph as text, in which the passwords that differ from one recording to the next have their
// resource's name.
func shown(t *testing.T, g *graph.Graph, part any) string {
	t.Helper()
	text, err := json.MarshalIndent(part, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range g.ByType("random:index/randomPassword:RandomPassword") {
		names = append(names, r.Output("result"), "("+r.Name+")")
	}
	return strings.NewReplacer(names...).Replace(string(text))
}
