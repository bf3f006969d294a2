// Package examples_test holds the template and the examples to what their documents say: it makes projects of them as a
// team would, outside of this repository.
package examples_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
)

// project is a team's repository in a folder of its own.
type project struct {
	dir string
	// environment is what its commands get beside this process's.
	environment []string
}

// newProject makes a project out of a folder of this repository, as `pulumi new` does: name and description take the
// place of ${PROJECT} and ${DESCRIPTION}. The module that it requires is this repository, as it stands here.
func newProject(t *testing.T, from string) *project {
	t.Helper()
	p := &project{dir: t.TempDir()}
	placeholders := strings.NewReplacer("${PROJECT}", "acme-api", "${DESCRIPTION}", "Greets people")
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == ".onefront" || entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(p.dir, relative), 0o700)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(p.dir, relative), []byte(placeholders.Replace(string(content))), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// require makes this repository the module that the project requires. Nothing is asked of a network for it.
func (p *project) require(t *testing.T) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	p.run(t, "go", "mod", "edit", "-replace", "github.com/onefront/onefront="+root)
	sums, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "go.sum"), sums, 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(t, "go", "mod", "tidy")
}

// run runs a command in the project and returns what it printed.
func (p *project) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := p.try(t.Context(), nil, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func (p *project) try(ctx context.Context, environment []string, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = p.dir
	command.Env = slices.Concat(os.Environ(), p.environment, environment)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	return out.String(), err
}

func (p *project) read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// write makes a file of the project.
func (p *project) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// program compiles the project's program.
func (p *project) program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	p.run(t, "go", "build", "-o", path, ".")
	return path
}

// record runs the compiled program for a stack, as an engine would.
func (p *project) record(t *testing.T, program, name, stack string, secrets map[string]string) (*graph.Graph, error) {
	t.Helper()
	config, secretKeys, err := stackfile.Load(p.dir, stack)
	if err != nil {
		return nil, err
	}
	for key, value := range secrets {
		config[key] = value
		secretKeys = append(secretKeys, key)
	}
	return graph.Run(t.Context(), graph.Program{Path: program, Dir: p.dir, Env: os.Environ()}, graph.Options{
		Project: name, Stack: stack, Root: p.dir, Config: config, SecretKeys: secretKeys,
	})
}
