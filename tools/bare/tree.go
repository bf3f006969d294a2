package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// whole are the application's files and folders, as patterns. Beside them goes whatever is called feedback.
var whole = []string{
	"main.go", "Pulumi.*.yaml", "site", "browser/*_test.go",
	"handler/*.go", "handler/testdata", "handler/api", "handler/leak", "handler/queue", "handler/upstream",
	"local/saas", "drills/*.yaml", "docs/saas.md", "docs/*.svg", "docs/pictures",
	"examples/frontend", "examples/frontend_test.go", "tools/bare",
}

// edits are texts of files that stay.
var edits = []struct{ file, old, new string }{
	{"Makefile", "go test ./infra/feedback -run Golden", "go test . -run Golden"},
	{"Makefile", "\n\tCGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w' -o bin/bootstrap ./handler", ""},
	{"Makefile", "build the local mode and the handler into bin/", "build the local mode into bin/"},
	{".ci/run", "step make frontend\n", ""},
	{"docs/yourownapi_test.go", "\t\"cd tools && go run ./bare -application ../template\": \"TestBare_leavesAPlatform, with examples/own-api\",\n", ""},
	{"docs/yourownapi_test.go", "\t\"make golden deploy-policy\":                          \"TestBare_leavesAPlatform\",\n", ""},
	{"docs/commands_test.go", "make frontend runs them in CI: TestFrontend_builtWithOutputs", "asks for Node and a frontend of the team's own"},
	{"Pulumi.yaml", "pulumi config set --secret onefront:upstreamApiKey   the SaaS's key, if you skipped the question", "make test                                            the tests of platform and application"},
	{"ops/deploypolicy_test.go", "../infra/*/testdata/graph", "../testdata/graph"},
}

// goneTargets are the Makefile's that only the application has a use for.
var goneTargets = []string{"frontend", "screenshots"}

// goldenGraphs are where the application's graphs were; those of the root's own program are at the root.
const goldenGraphs, ownGraphs = "infra/feedback/testdata", "testdata"

// tree is a fork's working tree.
type tree struct {
	root string
	// gone are the paths that were deleted, and the names of tests.
	gone map[string]bool
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// walk calls each for the files and folders of the tree by their path from its root, with slashes. What git ignores is
// passed over.
func (t *tree) walk(each func(name string, entry fs.DirEntry) error) error {
	return filepath.WalkDir(t.root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(t.root, file)
		if err != nil {
			return err
		}
		switch entry.Name() {
		case ".git", ".onefront", "bin", "node_modules":
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil // .git is a file in a linked worktree
		}
		return each(filepath.ToSlash(name), entry)
	})
}

// delete removes the application's files, and notes them and their tests.
func (t *tree) delete() error {
	t.gone = map[string]bool{}
	var doomed []string
	err := t.walk(func(name string, entry fs.DirEntry) error {
		if !application(name) {
			return nil
		}
		doomed = append(doomed, name)
		if !entry.IsDir() {
			return t.note(name)
		}
		err := fs.WalkDir(os.DirFS(t.root), name, func(inner string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				t.gone[inner] = true
				return err
			}
			return t.note(inner)
		})
		if err != nil {
			return err
		}
		return fs.SkipDir
	})
	if err != nil {
		return err
	}
	for _, name := range doomed {
		if err := os.RemoveAll(t.path(name)); err != nil {
			return err
		}
	}
	return nil
}

// application says whether a file or folder is the application's.
func application(name string) bool {
	if strings.HasPrefix(path.Base(name), "feedback") {
		return true
	}
	for _, pattern := range whole {
		if matched, _ := path.Match(pattern, name); matched {
			return true
		}
	}
	return false
}

// note takes down that a file goes, and which tests go with it.
func (t *tree) note(name string) error {
	t.gone[name] = true
	switch {
	case strings.HasSuffix(name, ".txtar"):
		t.gone["TestScripts/"+strings.TrimSuffix(path.Base(name), ".txtar")] = true
	case strings.HasSuffix(name, "_test.go"):
		content, err := os.ReadFile(t.path(name))
		if err != nil {
			return err
		}
		for _, match := range testFunction.FindAllStringSubmatch(string(content), -1) {
			t.gone[match[1]] = true
		}
	}
	return nil
}

// edit changes texts of files that stay, and says which it no longer finds.
func (t *tree) edit() error {
	for _, e := range edits {
		if err := t.rewrite(e.file, func(text string) (string, error) {
			if !strings.Contains(text, e.old) {
				return "", fmt.Errorf("%s: no %q: the file has changed, so its line in tools/bare/tree.go must", e.file, e.old)
			}
			return strings.Replace(text, e.old, e.new, 1), nil
		}); err != nil {
			return err
		}
	}
	if err := t.rewrite("Makefile", withoutTargets); err != nil {
		return err
	}
	return t.walk(func(name string, entry fs.DirEntry) error {
		extension := path.Ext(name)
		if entry.IsDir() || extension != ".go" && extension != ".yml" && extension != ".yaml" {
			return nil
		}
		return t.rewrite(name, func(text string) (string, error) {
			if extension == ".yaml" {
				text = upstreamBlock.ReplaceAllString(text, "")
			}
			return strings.ReplaceAll(text, goldenGraphs, ownGraphs), nil
		})
	})
}

// withoutTargets is a Makefile without goneTargets and their recipes.
func withoutTargets(text string) (string, error) {
	for _, target := range goneTargets {
		rule := regexp.MustCompile(`(?m)^\.PHONY: ` + target + `\n` + target + `:.*\n(?:\t.*\n)*\n`)
		if !rule.MatchString(text) {
			return "", fmt.Errorf("Makefile: no target %s: its name in tools/bare/tree.go is out of date", target)
		}
		text = rule.ReplaceAllString(text, "")
		text = regexp.MustCompile(`(?m)^(check:.*) `+target+`\b`).ReplaceAllString(text, "$1")
	}
	return text, nil
}

// upstreamBlock is a key of the application in a stack file or a template, with what is below it and what is said of
// it.
var upstreamBlock = regexp.MustCompile(`(?m)^( *)(?:onefront:)upstream\w*:.*\n(?:\s{4,}.*\n)*|^# The key of the SaaS .*\n(?:#.*\n)*`)

func (t *tree) path(name string) string { return filepath.Join(t.root, filepath.FromSlash(name)) }

func (t *tree) rewrite(name string, change func(string) (string, error)) error {
	content, err := os.ReadFile(t.path(name))
	if err != nil {
		return err
	}
	changed, err := change(string(content))
	if err != nil || changed == string(content) {
		return err
	}
	return os.WriteFile(t.path(name), []byte(changed), 0o644)
}
