package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// forkFolder is where the test's fork stands: always the same, since compiled packages are known by their folder.
const forkFolder = "../../.onefront/bare"

// fork copies the working tree. What an earlier run built stays, so that it need not be linked again.
func fork(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(forkFolder)
	if err != nil {
		t.Fatal(err)
	}
	old, _ := os.ReadDir(dir)
	for _, entry := range old {
		if entry.Name() != ".onefront" {
			if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	from := &tree{root: "../.."}
	err = from.walk(func(name string, entry fs.DirEntry) error {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		content, err := os.ReadFile(from.path(name))
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(to, content, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func inFork(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, failures(out))
	}
}

// failures are the lines of `go test` that say what went wrong, or the end of what there is.
func failures(out []byte) []byte {
	var said [][]byte
	for line := range bytes.Lines(out) {
		if bytes.Contains(line, []byte("FAIL")) || bytes.Contains(line, []byte(".go:")) || bytes.HasPrefix(line, []byte("panic")) {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		return out[max(0, len(out)-4000):]
	}
	return bytes.Join(said[:min(len(said), 60)], nil)
}

// A fork without the feedback application, with the one of examples/own-api in its place, is vetted and passes the
// tests that are left: the platform's, local mode's with the small application of theirs, the documents', and the new
// application's own. Left out for their length are walks and properties over random configurations, which no
// application changes, and the reports of statistics.
func TestBare_leavesAPlatform(t *testing.T) {
	dir := fork(t)
	var said bytes.Buffer
	if err := run([]string{"-root", dir, "-application", "../../examples/own-api"}, &said); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"go mod tidy", "make golden deploy-policy", "go vet ./..."} {
		if !strings.Contains(said.String(), word) {
			t.Errorf("what is left to do does not say %q:\n%s", word, said.String())
		}
	}
	for _, gone := range []string{"infra/feedback", "handler/api", "handler/main.go", "local/saas", "local/feedback.go", "local/testdata/feedback", "docs/saas.md", "site/assets/form.js", "tools/bare"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); err == nil {
			t.Errorf("%s is still there", gone)
		}
	}
	inFork(t, dir, "make", "golden", "deploy-policy")
	inFork(t, dir, "go", "vet", "./...")
	inFork(t, dir, "go", "test", "-skip", "^(TestWalk.*|TestInvariants_property|TestHealth_overloadIsNotDeath)$",
		".", "./docs/...", "./examples/stack-reference", "./graph/...", "./handler/...", "./infra/...", "./local/...", "./ops")
}

func TestRun_refuses(t *testing.T) {
	empty := t.TempDir()
	for want, args := range map[string][]string{
		"no infra/feedback: want the root of a fork that still has it": {"-root", empty},
		"want a folder with a program":                                 {"-root", "../..", "-application", empty},
	} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

// A line that this command changes and no longer finds is an error that says where to mend it.
func TestEdit_saysWhatHasChanged(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Makefile"), []byte("all:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&tree{root: dir}).edit(); err == nil || !strings.Contains(err.Error(), "Makefile: no \"go test ./infra/feedback") {
		t.Errorf("got %v", err)
	}
}

func TestPruned(t *testing.T) {
	gone := &tree{gone: map[string]bool{"infra/feedback": true, "docs/saas.md": true, "TestGone": true, "TestScripts/gone": true}}
	for name, c := range map[string]struct{ document, want string }{
		"a row that begins with it": {"| a | b |\n| --- | --- |\n| `infra/feedback` | x |\n| `infra` | y |\n", "| a | b |\n| --- | --- |\n| `infra` | y |\n"},
		"one of a row's tests":      {"| wish | `TestKept`, `TestGone` |\n| other | `TestGone`, `TestKept` |\n", "| wish | `TestKept` |\n| other | `TestKept` |\n"},
		"a row with no other test":  {"| wish | `TestGone` |\n| other | `TestKept` |\n", "| other | `TestKept` |\n"},
		"a script":                  {"| wish | `TestScripts/kept`, `TestScripts/gone` |\n", "| wish | `TestScripts/kept` |\n"},
		"an item with its lines":    {"- one [x](saas.md)\n  more\n- two\n", "- two\n"},
		"a sentence":                {"First it is so. Then `infra/feedback`\nhas it. Last it ends.\n", "First it is so. Last it ends.\n"},
		"a section":                 {"## One\n\nSee `infra/feedback`.\n\n## Two\n\nYes.\n", "## Two\n\nYes.\n"},
		"how to do it":              {"- [x](#a-fork-without-the-feedback-form)\n- y\n\n## A fork without the feedback form\n\nSo.\n\n## Two\n\nYes.\n", "- y\n\n## Two\n\nYes.\n"},
		"a longer name":             {"- `infra/feedbacks` and TestGoneBy\n", "- `infra/feedbacks` and TestGoneBy\n"},
	} {
		got := pruned(c.document, func(part string) bool { return gone.tellsOfGone("docs", part) })
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
	if !slices.Contains(kept, "go.mod") {
		t.Error("an application's go.mod would replace the root's")
	}
}
