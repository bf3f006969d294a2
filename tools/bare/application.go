package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// another is the application that takes the place of the one that ships.
type another struct {
	files  map[string]string // by path at the root
	module module
	sums   string
}

// module is what `go mod edit -json` says.
type module struct {
	Module  struct{ Path string }
	Require []struct{ Path, Version string }
}

// kept are the root's own files, of which an application's folder may have others.
var kept = []string{"go.mod", "go.sum", "Makefile", "README.md", "Pulumi.yaml", ".gitignore", ".github", ".onefront", "node_modules"}

// graphTest holds the graphs of the program at the root.
//
//go:embed graph_test.go.txt
var graphTest string

func readApplication(dir string) (*another, error) {
	a := &another{files: map[string]string{"graph_test.go": graphTest}}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err != nil {
		return nil, fmt.Errorf("-application %s: %w: want a folder with a program", dir, err)
	}
	var err error
	if a.module, err = readModule(filepath.Join(dir, "go.mod")); err != nil {
		return nil, fmt.Errorf("-application %s: %w", dir, err)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum")) // a template has none
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	a.sums = string(sums)
	return a, fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(kept, name) && entry.IsDir():
			return fs.SkipDir
		case slices.Contains(kept, name) || entry.IsDir():
			return nil
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		a.files[name] = string(content)
		return err
	})
}

func readModule(file string) (m module, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return m, err
	}
	// A template's module has no name yet.
	work, err := os.MkdirTemp("", "bare-")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(work)
	copied := filepath.Join(work, "go.mod")
	if err := os.WriteFile(copied, []byte(strings.ReplaceAll(string(text), "${PROJECT}", "application")), 0o600); err != nil {
		return m, err
	}
	out, err := goCommand(work, "mod", "edit", "-json", copied)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(out, &m)
}

func goCommand(dir string, args ...string) ([]byte, error) {
	command := exec.Command("go", args...)
	command.Dir = dir
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, &stderr)
	}
	return out, nil
}

// place puts the application at the root of a tree.
func (a *another) place(t *tree) error {
	root, err := readModule(t.path("go.mod"))
	if err != nil {
		return err
	}
	names := strings.NewReplacer("${PROJECT}", path.Base(root.Module.Path), "${DESCRIPTION}", "The application of this repository")
	for name, content := range a.files {
		if path.Ext(name) == ".go" {
			content = strings.ReplaceAll(content, `"`+a.module.Module.Path+`/`, `"`+root.Module.Path+`/`)
		}
		if err := os.MkdirAll(filepath.Dir(t.path(name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(t.path(name), []byte(names.Replace(content)), 0o644); err != nil {
			return err
		}
	}
	return a.require(t, root)
}

// require adds the modules that the application requires, or requires newer, beside those that the root does.
func (a *another) require(t *tree, root module) error {
	edit := []string{"mod", "edit"}
	for _, required := range a.module.Require {
		known := required.Path == root.Module.Path
		for _, own := range root.Require {
			known = known || own.Path == required.Path && semver.Compare(own.Version, required.Version) >= 0
		}
		if !known {
			edit = append(edit, "-require="+required.Path+"@"+required.Version)
		}
	}
	if len(edit) > 2 {
		if _, err := goCommand(t.root, edit...); err != nil {
			return err
		}
	}
	return t.rewrite("go.sum", func(text string) (string, error) {
		have := map[string]bool{}
		for line := range strings.Lines(text) {
			have[line] = true
		}
		for line := range strings.Lines(a.sums) {
			if !have[line] {
				text += line
			}
		}
		return text, nil
	})
}
