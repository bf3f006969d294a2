package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// everyWorkflow are the workflows here and those that a team's repository begins with.
func everyWorkflow(t *testing.T) (names []string) {
	t.Helper()
	for _, pattern := range []string{"../.github/workflows/*.yml", "../template/.github/workflows/*.yml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 4 {
		t.Fatalf("only %d workflows", len(names))
	}
	return names
}

// An action is code of others with the job's rights: it is named by its commit, which nobody can move.
func TestWorkflows_pinActions(t *testing.T) {
	t.Parallel()
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.+)$`)
	pinned := regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	own := regexp.MustCompile(`^\./\.github/workflows/[a-z-]+\.yml$`)
	commits := map[string]string{}
	for _, name := range everyWorkflow(t) {
		for _, match := range uses.FindAllStringSubmatch(read(t, name), -1) {
			if own.MatchString(match[1]) {
				continue
			}
			if !pinned.MatchString(match[1]) {
				t.Errorf("%s: %s: want owner/name@commit # version", name, match[1])
			}
			action, commit, _ := strings.Cut(match[1], "@")
			if other := commits[action]; other != "" && other != commit {
				t.Errorf("%s: %s is at %s elsewhere", name, match[1], other)
			}
			commits[action] = commit
		}
	}
	if len(commits) < 4 {
		t.Errorf("only %d actions found", len(commits))
	}
}

// workflow is what these tests look at.
type workflow struct {
	Permissions *map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Permissions map[string]string `yaml:"permissions"`
	} `yaml:"jobs"`
}

// A workflow has no right by itself beyond reading; a job that writes says what. Nothing is logged in by a key.
func TestWorkflows_haveFewRights(t *testing.T) {
	t.Parallel()
	writes := map[string]bool{}
	for _, name := range everyWorkflow(t) {
		content := read(t, name)
		var w workflow
		if err := yaml.Unmarshal([]byte(content), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if w.Permissions == nil {
			t.Errorf("%s: no permissions: the repository's default may be to write", name)
			continue
		}
		for scope, right := range *w.Permissions {
			if right != "read" {
				t.Errorf("%s: all jobs may %s %s", name, right, scope)
			}
		}
		for job, j := range w.Jobs {
			for scope, right := range j.Permissions {
				if right != "read" {
					writes[filepath.Base(name)+" "+job+" "+scope] = true
				}
			}
		}
		if strings.Contains(content, "secrets.") || strings.Contains(content, "aws-access-key-id") {
			t.Errorf("%s: a key that lives long", name)
		}
	}
	for _, allowed := range []string{
		"deploy.yml preview id-token", "deploy.yml preview pull-requests", "deploy.yml staging id-token", "deploy.yml prod id-token",
		"up.yml up id-token", "release.yml tag contents",
	} {
		delete(writes, allowed)
	}
	for write := range writes {
		t.Errorf("a right that no test knows: %s", write)
	}
}

func TestWorkflows_makeTargets(t *testing.T) {
	t.Parallel()
	makefile := read(t, "../Makefile")
	for _, name := range everyWorkflow(t) {
		if strings.HasPrefix(name, "../template/") {
			continue // it has a Makefile of its own
		}
		for _, match := range regexp.MustCompile(`(?m)run: make ([a-z-]+)`).FindAllStringSubmatch(read(t, name), -1) {
			if !strings.Contains(makefile, "\n"+match[1]+":") {
				t.Errorf("%s: make %s: no such target in the Makefile", name, match[1])
			}
		}
	}
}
