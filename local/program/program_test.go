package program_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/local/program"
)

var inGo = stackfile.Project{Name: "tiny", Runtime: "go"}

// module makes the current folder one of a module with a main package.
func module(t *testing.T, main string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"go.mod": "module tiny\n\ngo 1.26\n", "main.go": "package main\n\n" + main} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBuild(t *testing.T) {
	module(t, `func main() { print("one") }`)
	var first strings.Builder
	executable, err := program.Build(t.Context(), inGo, &first)
	if err != nil || !strings.Contains(first.String(), "a few minutes, later starts take seconds") {
		t.Fatalf("%v, said %q", err, first.String())
	}
	if err := os.WriteFile("main.go", []byte("package main\n\nfunc main() { print(\"two\") }"), 0o600); err != nil {
		t.Fatal(err)
	}
	var second strings.Builder
	if again, err := program.Build(t.Context(), inGo, &second); err != nil || again != executable || second.String() != "" {
		t.Errorf("got %q, %v, said %q", again, err, second.String())
	}
	if said, err := exec.Command(executable).CombinedOutput(); err != nil || string(said) != "two" {
		t.Errorf("the program says %q, %v: want what its source says now", said, err)
	}
	if left, _ := filepath.Glob(".onefront/program/*"); len(left) != 1 {
		t.Errorf("the folder holds %v, want the program alone", left)
	}
}

func TestBuild_noProgram(t *testing.T) {
	module(t, "")
	if err := os.WriteFile("main.go", []byte("package lib\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := program.Build(t.Context(), inGo, &strings.Builder{})
	if err == nil || err.Error() != "building the program: the package in this folder is no program: want package main" {
		t.Errorf("got %v", err)
	}
}

func TestBuild_refuses(t *testing.T) {
	module(t, "func main() { undefinedName() }")
	for want, p := range map[string]stackfile.Project{
		`main.go:3:15: undefined: undefinedName`:                                                              inGo,
		`Pulumi.yaml: runtime: "nodejs": local mode serves programs in Go: want go`:                           {Runtime: "nodejs"},
		`Pulumi.yaml: main: "cmd/": local mode serves a program that stands beside Pulumi.yaml: leave it out`: {Runtime: "go", Main: "cmd/"},
	} {
		if _, err := program.Build(t.Context(), p, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
