package examples_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/onefront/onefront/docs/commandblock"
)

// A team's repository is small, compiles, passes its tests and deploys in both stacks; the platform's function comes
// from the module, wherever that lies.
func TestTemplate_isARepository(t *testing.T) {
	t.Parallel()
	p := newProject(t, "../template")
	p.require(t)
	p.run(t, "make", "test")
	program := p.program(t)
	for stack, want := range map[string]int{"staging": 2, "prod": 3} {
		g, err := p.record(t, program, "acme-api", stack, nil)
		if err != nil {
			t.Fatal(err)
		}
		if apis := g.ByType("aws:apigatewayv2/api:Api"); len(apis) != want {
			t.Errorf("%s: %d APIs, want %d", stack, len(apis), want)
		}
		for _, function := range g.ByType("aws:lambda/function:Function") {
			if strings.HasPrefix(function.Name, "redelivery") {
				t.Errorf("%s has %s, which is the feedback application's", stack, function.Name)
			}
		}
	}
	p.run(t, "go", "tool", "frontendenv", "-help")
	templateServed(t, p)
	var files int
	err := filepath.WalkDir("../template", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
		}
		return err
	})
	if err != nil || files > 20 {
		t.Errorf("the template has %d files, %v: it is what a team owns, no more", files, err)
	}
}

// templateServed types what docs/your-own-api.md shows after `make local`: a greeting that the edge keeps, and a region
// that goes down, which a read does not notice.
func templateServed(t *testing.T, p *project) {
	t.Helper()
	// pulumi new leaves a go.sum that knows the program's modules and not those of its tools.
	var sums strings.Builder
	for line := range strings.Lines(p.read(t, "go.sum")) {
		if !strings.Contains(line, "jsonschema") {
			sums.WriteString(line)
		}
	}
	p.write(t, "go.sum", sums.String())
	l := makeLocal(t, p.dir)
	for range 2 { // what the first one left in the cache is not in the way of the second
		p.run(t, "make", "smoke", "URL=http://"+l.viewer)
	}
	content, err := os.ReadFile("../docs/your-own-api.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, b := range commandblock.In(string(content)) {
		for _, command := range b.Commands() {
			if strings.HasPrefix(command, "curl ") {
				l.run(t, "bash", command)
				asked++
			}
		}
	}
	if asked < 2 {
		t.Errorf("the document shows %d requests", asked)
	}
	for greeting, region := range map[string]string{"?name=ada": "us-east-1", "": "eu-west-1"} { // one that is new, one of before
		if said := l.run(t, "bash", "curl -i 'http://127.0.0.1:8080/api/hello"+greeting+"'"); !strings.Contains(said, "X-Onefront-Region: "+region) {
			t.Errorf("while eu-west-1 is down %q says\n%s", greeting, said)
		}
	}
}

// The workflows that deployments/README.md copies into a team's repository find there what they call.
func TestTemplate_takesTheDeployingWorkflows(t *testing.T) {
	t.Parallel()
	p := newProject(t, "../template")
	makefile := p.read(t, "Makefile")
	for _, name := range []string{"deploy.yml", "up.yml"} {
		content, err := os.ReadFile("../.github/workflows/" + name)
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, ".github/workflows/"+name, string(content))
		for _, called := range regexp.MustCompile(`\bmake ([a-z-]+)`).FindAllStringSubmatch(string(content), -1) {
			if !strings.Contains(makefile, "\n"+called[1]+": ") {
				t.Errorf("%s: the template has no make %s", name, called[1])
			}
		}
	}
	workflows, err := filepath.Glob(filepath.Join(p.dir, ".github/workflows/*.yml"))
	if err != nil || len(workflows) != 3 {
		t.Fatalf("%v, %v", workflows, err)
	}
	p.run(t, "git", "init", "-q") // by which actionlint finds what a workflow calls
	module, err := filepath.Abs("../tools/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	lint := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=" + module, "actionlint"}, workflows...)...)
	lint.Dir = ".."
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// template is what `pulumi new` reads of a Pulumi.yaml.
type template struct {
	Name, Description, Runtime string
	Template                   struct {
		DisplayName, Description, Quickstart string
		Config                               map[string]struct {
			Description, Default string
			Secret               bool
		}
	}
}

func readTemplate(t *testing.T, file string) (tpl template) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The names are the CLI's, in its case (O-E11).
	decoded := map[string]any{}
	if err := yaml.Unmarshal(content, &decoded); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(decoded)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &tpl); err != nil {
		t.Fatal(err)
	}
	return tpl
}

// Few questions, each with an answer that works as it is; only a secret has none.
func TestTemplates_questions(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"../template/Pulumi.yaml", "../Pulumi.yaml"} {
		tpl := readTemplate(t, file)
		if tpl.Template.DisplayName == "" || tpl.Template.Description == "" {
			t.Errorf("%s: a template has a name and says what it is", file)
		}
		if lines := strings.Count(strings.TrimSpace(tpl.Template.Quickstart), "\n") + 1; lines != 4 {
			t.Errorf("%s: quickstart has %d lines, want 4", file, lines)
		}
		if len(tpl.Template.Config) == 0 || len(tpl.Template.Config) > 3 {
			t.Errorf("%s: %d questions", file, len(tpl.Template.Config))
		}
		for key, question := range tpl.Template.Config {
			if question.Description == "" {
				t.Errorf("%s: %s: a question without words", file, key)
			}
			if question.Secret != (question.Default == "") {
				t.Errorf("%s: %s: secret %v", file, key, question.Secret)
			}
			if !question.Secret && !json.Valid([]byte(question.Default)) {
				t.Errorf("%s: %s: default %q is not the JSON that is asked for", file, key, question.Default)
			}
		}
	}
}

// What the CLI replaces is where it belongs.
func TestTemplate_placeholders(t *testing.T) {
	t.Parallel()
	if tpl := readTemplate(t, "../template/Pulumi.yaml"); tpl.Name != "${PROJECT}" || tpl.Description != "${DESCRIPTION}" || tpl.Runtime != "go" {
		t.Errorf("name %q, description %q, runtime %q", tpl.Name, tpl.Description, tpl.Runtime)
	}
	p := newProject(t, "../template")
	for name, want := range map[string]string{"go.mod": "module acme-api\n", "README.md": "# acme-api\n\nGreets people.", "main.go": "// Greets people.\n", "site/index.html": "<title>acme-api</title>"} {
		if text := p.read(t, name); !strings.Contains(text, want) || strings.Contains(text, "${PROJECT}") {
			t.Errorf("%s: no %q, or a placeholder is left:\n%s", name, want, text)
		}
	}
}
