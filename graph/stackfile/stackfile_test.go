package stackfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const project = `name: onefront
runtime: go
config:
  routing: {type: string, default: ""}
  onefront:spa: {type: boolean, default: false}
  corsOrigins:
    type: array
    default: []
    items: {type: string}
  throttle:
    type: object
    default: {burst: 200, rate: 100}
  plain: text
  aws:region: {value: eu-west-1}
`

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad_mergesDefaults(t *testing.T) {
	dir := folder(t, map[string]string{"Pulumi.yaml": project, "Pulumi.prod.yaml": `
config:
  onefront:regions: [eu-west-1, us-east-1]
  spa: true
  throttle:
    rate: 7.5
  upstream:
    url: https://saas.example/v1
    headers: {x: {secure: AAAB}}
    since: 2020-01-02
  onefront:upstreamApiKey: {secure: AAABBBCCC}
  originSecretGeneration: 007
`})
	config, secrets, err := Load(dir, "prod")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"aws:region":           "eu-west-1",
		"onefront:corsOrigins": "[]", "onefront:plain": "text", "onefront:routing": "", "onefront:spa": "true",
		"onefront:regions":                `["eu-west-1","us-east-1"]`,
		"onefront:throttle":               `{"rate":7.5}`, // the project's burst is gone: a value replaces the whole key
		"onefront:upstream":               `{"headers":{"x":""},"since":"2020-01-02","url":"https://saas.example/v1"}`,
		"onefront:upstreamApiKey":         "",
		"onefront:originSecretGeneration": "007",
	}
	if diff := cmp.Diff(want, config); diff != "" {
		t.Error(diff)
	}
	if want := []string{"onefront:upstream", "onefront:upstreamApiKey"}; !slices.Equal(secrets, want) {
		t.Errorf("got secrets %v, want %v", secrets, want)
	}
}

func TestLoad_refusesInOneLine(t *testing.T) {
	cases := []struct {
		name, project, stack string
		want                 string
	}{
		{"no such stack", project, "", "Pulumi.prod.yaml: no such file: the stacks here are staging"},
		{"no project", "", "config: {}", "Pulumi.yaml: no such file or directory: run in the project's folder"},
		{"not YAML", project, "config:\n  a: [1\n", "Pulumi.prod.yaml:"},
		{"tabs", project, "config:\n\ta: 1\n", "Pulumi.prod.yaml:2: found character that cannot start any token"},
		{"a list of keys", project, "config:\n  - a\n", "Pulumi.prod.yaml:2: config: want an object"},
		{"wrong type", project, "config:\n  corsOrigins: https://x\n", `Pulumi.prod.yaml:2: config onefront:corsOrigins: "https://x": want array, as Pulumi.yaml declares`},
		{"wrong boolean", project, "config:\n  spa: maybe\n", `Pulumi.prod.yaml:2: config onefront:spa: "maybe": want boolean, as Pulumi.yaml declares`},
		{"twice", project, "config:\n  onefront:a: 1\n  a: 2\n", "Pulumi.prod.yaml:3: config onefront:a: set twice: keep one of the two"},
		{"declared without default", project + "  needed: {type: string}\n", "config: {}\n", "Pulumi.prod.yaml: config onefront:needed: not set, and Pulumi.yaml has no default for it: set it"},
		{"unnamed project", "runtime: go\n", "config: {}\n", "Pulumi.yaml: name: missing: give the project one"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"Pulumi.staging.yaml": "config: {}"}
			if c.project != "" {
				files["Pulumi.yaml"] = c.project
			}
			if c.stack != "" {
				files["Pulumi.prod.yaml"] = c.stack
			}
			_, _, err := Load(folder(t, files), "prod")
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestLoad_anEmptyStackFileIsFine(t *testing.T) {
	for _, content := range []string{"", "config:\n", "# nothing\n", "encryptionsalt: v1:x\n"} {
		dir := folder(t, map[string]string{"Pulumi.yaml": "name: onefront\n", "Pulumi.x.yaml": content})
		if config, _, err := Load(dir, "x"); err != nil || len(config) != 0 {
			t.Errorf("%q: got %v, %v", content, config, err)
		}
	}
}

func TestReadProject(t *testing.T) {
	for content, want := range map[string]Project{
		"name: a\nruntime: go\n": {Name: "a", Runtime: "go"},
		"name: a\nmain: cmd\nruntime: {name: go, options: {binary: x}}\n": {Name: "a", Runtime: "go", Main: "cmd"},
		"name: a\nruntime: nodejs\n":                                      {Name: "a", Runtime: "nodejs"},
		"name: a\n":                                                       {Name: "a"},
	} {
		if got, err := ReadProject(folder(t, map[string]string{"Pulumi.yaml": content})); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", content, got, err)
		}
	}
}

func TestLoad_aDeclaredSecretNeedsNoValue(t *testing.T) {
	dir := folder(t, map[string]string{"Pulumi.yaml": "name: a\nconfig:\n  token: {type: string, secret: true}\n", "Pulumi.x.yaml": ""})
	config, secrets, err := Load(dir, "x")
	if value, set := config["a:token"]; err != nil || !set || value != "" || !slices.Equal(secrets, []string{"a:token"}) {
		t.Errorf("got %v, secrets %v, %v", config, secrets, err)
	}
}

func TestEnvironments(t *testing.T) {
	for content, want := range map[string]bool{"environment: [shop/prod]\n": true, "environment: {values: {}}\n": true, "environment:\n": false, "config: {}\n": false} {
		if got := Environments(folder(t, map[string]string{"Pulumi.yaml": "name: a\n", "Pulumi.x.yaml": content}), "x"); got != want {
			t.Errorf("%q: got %t", content, got)
		}
	}
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"Pulumi.yaml":      "name: onefront\nruntime: go\nconfig:\n  declared: {secret: true}\n",
		"Pulumi.prod.yaml": "config:\n  paymentKey: {secure: v1:abc}\n  other:key: {secure: v1:def}\n  onefront:plain: x\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(Secrets(dir, "prod"), " "); got != "onefront:paymentKey other:key" {
		t.Errorf("got %q", got)
	}
}
