package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func run(t *testing.T, stdin string, environment map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c := command{
		stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs,
		getenv: func(name string) string { return environment[name] },
	}
	status = c.run(t.Context(), args)
	return status, out.String(), errs.String()
}

// What Node and Vite make of these is checked where they are: examples/frontend/test/env.test.js reads the same values.
func TestDotenv_quotes(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://example.com/api": `'https://example.com/api'`,
		"":                        `''`,
		"a#b c ":                  `'a#b c '`,
		"$HOME and ${VITE_X}":     `'\$HOME and \${VITE_X}'`,
		`a\$b`:                    `'a\\$b'`,
		"it's":                    "`it's`",
		"it's `code`":             "\"it's `code`\"",
		`say "it's"`:              "`say \"it's\"`",
		"two\nlines":              "'two\nlines'",
		`c:\new`:                  `'c:\new'`,
	} {
		got, err := quote(value)
		if err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", value, got, err, want)
		}
	}
}

func TestDotenv_refusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variables map[string]string
		want      string
	}{
		"secret":  {map[string]string{"VITE_KEY": "[secret]"}, "VITE_KEY: the output is a secret"},
		"quotes":  {map[string]string{"VITE_A": "'\"`"}, "VITE_A: \"'\\\"`\": all kinds of quotes"},
		"newline": {map[string]string{"VITE_A": "'`\\n"}, "all kinds of quotes"}, // between double quotes this would become a line's end
		"control": {map[string]string{"VITE_A": "a\x00"}, "a control character"},
		"name":    {map[string]string{"VITE-A": "a"}, "VITE-A: no name of a variable"},
		"both":    {map[string]string{"VITE_A": "\r", "VITE_B": "[secret]"}, "VITE_B"},
	} {
		_, err := dotenv(c.variables)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestCommand_writesTheFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), ".env.production.local")
	if err := os.WriteFile(file, []byte("VITE_OLD=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := run(t, `{"VITE_STACK": "prod", "VITE_API_URL": "https://example.com/api"}`, map[string]string{"VITE_STACK": "mine"}, "-from", "-", "-file", file)
	if status != 0 || stdout != "" {
		t.Fatalf("status %d, %q, %q", status, stdout, stderr)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "# Outputs of the stack, written by frontendenv. They end up in browsers.\nVITE_API_URL='https://example.com/api'\nVITE_STACK='prod'\n"
	if string(got) != want {
		t.Errorf("got:\n%s", got)
	}
	if !strings.Contains(stderr, "VITE_STACK is set in the environment") || !strings.Contains(stderr, ": 2 variables") {
		t.Errorf("said %q", stderr)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A value that cannot be written leaves the old file alone.
func TestCommand_keepsTheFileOnFailure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, ".env")
	if err := os.WriteFile(file, []byte("VITE_OLD=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := run(t, `{"VITE_KEY": "[secret]"}`, nil, "-from", "-", "-file", file); status != statusFailed || !strings.Contains(stderr, "a secret") {
		t.Errorf("status %d, %q", status, stderr)
	}
	if got, _ := os.ReadFile(file); string(got) != "VITE_OLD=1\n" {
		t.Errorf("the file is now %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left %d files", len(entries))
	}
}

// The CLI is asked for this output of this stack, and never for secrets.
func TestCommand_asksPulumi(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\necho \"$*\" >\"$0.args\"\n[ \"$5\" = --stack ] && [ \"$6\" = staging ] || { echo no stack named \"$6\" found >&2; exit 255; }\necho '{\"VITE_STACK\": \"staging\"}'\n"
	if err := os.WriteFile(filepath.Join(bin, "pulumi"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	status, stdout, stderr := run(t, "", nil, "-stack", "staging")
	if status != 0 || !strings.Contains(stdout, "VITE_STACK='staging'\n") {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	if args, _ := os.ReadFile(filepath.Join(bin, "pulumi.args")); string(args) != "stack output frontendEnv --json --stack staging\n" {
		t.Errorf("asked: %s", args)
	}
	if status, _, stderr := run(t, "", nil, "-stack", "other"); status != statusFailed || !strings.Contains(stderr, "no stack named other found") {
		t.Errorf("status %d, %q", status, stderr)
	}
}

func TestCommand_withoutPulumi(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if status, _, stderr := run(t, "", nil); status != statusFailed || !strings.Contains(stderr, "no pulumi on the PATH") {
		t.Errorf("status %d, %q", status, stderr)
	}
}

func TestCommand_wrongInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stdin  string
		args   []string
		status int
		want   string
	}{
		{`{}`, []string{"-from", "-"}, statusFailed, "exports no variables"},
		{`null`, []string{"-from", "-"}, statusFailed, "exports no variables"},
		{`{"VITE_N": 1}`, []string{"-from", "-"}, statusFailed, "an object of texts"},
		{``, []string{"-from", "testdata/none.json"}, statusFailed, "testdata/none.json"},
		{``, []string{"prod"}, statusUsage, `"prod"`},
		{``, []string{"-stak", "prod"}, statusUsage, "-stak"},
		{`{"VITE_A": "a"}`, []string{"-from", "-", "-file", "none/.env"}, statusFailed, "none/.env: there is no folder none"},
	} {
		status, stdout, stderr := run(t, c.stdin, nil, c.args...)
		if status != c.status || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q %q: status %d, %q, %q, want %d, %q", c.stdin, c.args, status, stdout, stderr, c.status, c.want)
		}
	}
}
