package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// inFolder runs the test in a project of these two files.
func inFolder(t *testing.T, project, stack string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"Pulumi.yaml": project, "Pulumi.dev.yaml": stack} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Secrets come from the environment, under their keys without the name spaces that a stack file may leave out, or are
// random at each start.
func TestLoadStack_secrets(t *testing.T) {
	inFolder(t, "name: shop\nruntime: go\nconfig:\n  declared: {type: string, secret: true}\n",
		"config:\n  shop:paymentKey: {secure: AAAB}\n  onefront:mailKey: {secure: AAAB}\n  other:token: {secure: AAAB}\n  mail: {host: a, key: {secure: AAAB}}\n  unknown: {secure: AAAB}\n")
	environment := map[string]string{
		"ONEFRONT_SECRET_PAYMENT_KEY": "p", "ONEFRONT_SECRET_MAIL_KEY": "m", "ONEFRONT_SECRET_OTHER_TOKEN": "o", "ONEFRONT_SECRET_DECLARED": "d",
		"ONEFRONT_SECRET_MAIL": `{"host": "b", "key": "k"}`,
	}
	load := func() *stack {
		s, err := loadStack(flags{stack: "dev"}, nil, func(name string) string { return environment[name] })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, other := load(), load()
	for key, want := range map[string]string{"shop:paymentKey": "p", "onefront:mailKey": "m", "other:token": "o", "shop:declared": "d", "shop:mail": environment["ONEFRONT_SECRET_MAIL"]} {
		if one.config[key] != want || !slices.Contains(one.secretKeys, key) {
			t.Errorf("%s: got %q among secrets %v, want %q", key, one.config[key], one.secretKeys, want)
		}
	}
	if a, b := one.config["shop:unknown"], other.config["shop:unknown"]; len(a) < 20 || a == b {
		t.Errorf("got %q and %q, want something random each time", a, b)
	}
}

func TestStack_explainsEnvironments(t *testing.T) {
	for content, want := range map[string]bool{"environment: [shop/dev]\n": true, "config: {}\n": false} {
		inFolder(t, "name: shop\nruntime: go\n", content)
		s, err := loadStack(flags{stack: "dev"}, nil, noEnvironment)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(problemsOf(s.explain(errors.New("onefront:regions: not set: required"))), "\n")
		hint := "\nPulumi.dev.yaml: environment: local mode opens no ESC environments, so what they set is missing: set it in a stack file for local mode, such as Pulumi.local.yaml with -stack local, and secrets in ONEFRONT_SECRET_<KEY>"
		if !strings.HasPrefix(got, "onefront:regions: not set: required") || strings.HasSuffix(got, hint) != want {
			t.Errorf("%q: got %s", content, got)
		}
	}
}
