package examples_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The application that ships has no private door: in a module of its own, which requires the platform as any team's
// does, it compiles and registers what it registers here.
func TestFeedback_couldBeATeams(t *testing.T) {
	t.Parallel()
	p := &project{dir: t.TempDir()}
	p.write(t, "go.mod", "module example.com/team\n\ngo 1.26\n\nrequire github.com/onefront/onefront v0.0.0\n")
	p.write(t, "main.go", `package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"example.com/team/feedback"
	"github.com/onefront/onefront/infra"
)

func main() { pulumi.Run(infra.Deploy(feedback.Application{})) }
`)
	sources, err := filepath.Glob("../infra/feedback/*.go")
	if err != nil {
		t.Fatal(err)
	}
	copied := 0
	for _, name := range sources {
		if matched, _ := filepath.Match("*_test.go", filepath.Base(name)); !matched {
			copied++
			p.write(t, filepath.Join("feedback", filepath.Base(name)), (&project{dir: "."}).read(t, name))
		}
	}
	if copied < 3 {
		t.Fatalf("only %d sources", copied)
	}
	copyHandler(t, p)
	for _, name := range []string{"Pulumi.yaml", "Pulumi.prod.yaml"} {
		p.write(t, name, (&project{dir: ".."}).read(t, name))
	}
	if err := os.CopyFS(filepath.Join(p.dir, "site"), os.DirFS("../site")); err != nil {
		t.Fatal(err)
	}
	p.require(t)
	g, err := p.record(t, p.program(t), "onefront", "prod", map[string]string{"onefront:upstreamApiKey": "canary-key-9f3b7a"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.Golden()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff((&project{dir: ".."}).read(t, "infra/feedback/testdata/graph.prod.golden.json"), string(got)); diff != "" {
		t.Errorf("the graph (-here +in a module of its own):\n%s", diff)
	}
}
