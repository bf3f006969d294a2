package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whoever changes a resource's identity says in CHANGELOG.md what an update does: this repository, now.
func TestUpgrades_ofThisRepository(t *testing.T) {
	t.Parallel()
	if err := run([]string{"-root", "../..", "upgrades"}, &bytes.Buffer{}, time.Now); err != nil {
		t.Error(err)
	}
}

// The version that programs say is the newest one in CHANGELOG.md.
func TestVersion_ofThisRepository(t *testing.T) {
	t.Parallel()
	tree, err := read("../..")
	if err != nil {
		t.Fatal(err)
	}
	if newest := tree.changes.newest(); newest != tree.version {
		t.Errorf("CHANGELOG.md begins with %s, version/VERSION says %s", newest, tree.version)
	}
	if tree.baseline != nil && tree.baseline.Version != tree.version {
		t.Errorf("the baseline is of %s, not of %s", tree.baseline.Version, tree.version)
	}
}

const (
	function = "urn:pulumi:prod::onefront::onefront:infra:App$aws:cloudfront/function:Function::viewer-1"
	bucket   = "urn:pulumi:prod::onefront::onefront:infra:App$aws:s3/bucketV2:BucketV2::site-eu-west-1"
)

// repository is a small one: a golden graph with some resources, a changelog and a version.
func repository(t *testing.T, changes string, urns ...string) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, changelogFile, changes)
	write(t, root, versionFile, "0.1.0\n")
	graph(t, root, urns...)
	return root
}

func graph(t *testing.T, root string, urns ...string) {
	t.Helper()
	var resources []string
	for _, urn := range urns {
		resources = append(resources, `{"urn": "`+urn+`"}`)
	}
	write(t, root, "infra/feedback/testdata/graph.prod.golden.json", `{"stack": "prod", "resources": [`+strings.Join(resources, ", ")+`]}`)
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// release runs a command on the day of the first release.
func release(t *testing.T, root string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	day := func() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }
	err := run(append([]string{"-root", root}, args...), &out, day)
	return out.String(), err
}

const firstChanges = "# Changes\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0\n\nThe first form.\n"

// A release from beginning to end, and the one after it.
func TestRelease(t *testing.T) {
	t.Parallel()
	root := repository(t, firstChanges, function, bucket)
	if _, err := release(t, root, "check"); err == nil || !strings.Contains(err.Error(), "no infra/feedback/testdata/release.json") {
		t.Errorf("before: %v", err)
	}
	if _, err := release(t, root, "prepare", "v0.2.0"); err != nil {
		t.Fatal(err)
	}
	if _, err := release(t, root, "check"); err != nil {
		t.Errorf("after: %v", err)
	}
	if version, _ := release(t, root, "version"); version != "0.2.0\n" {
		t.Errorf("version %q", version)
	}
	if notes, err := release(t, root, "notes"); err != nil || notes != "### Added\n\n- A thing.\n" {
		t.Errorf("notes %q, %v", notes, err)
	}
	changes, err := os.ReadFile(filepath.Join(root, changelogFile))
	if err != nil || !strings.HasPrefix(string(changes), "# Changes\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n") {
		t.Errorf("%s, %v", changes, err)
	}

	// The function is replaced by one with another name.
	graph(t, root, strings.Replace(function, "viewer-1", "viewer-2", 1), bucket)
	want := "`aws:cloudfront/function:Function::viewer-1` of 0.2.0 is gone"
	for _, command := range [][]string{{"upgrades"}, {"prepare", "0.3.0"}} {
		if _, err := release(t, root, command...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v without a note: %v", command, err)
		}
	}
	note := "## Unreleased\n\n### Upgrade\n\n- `aws:cloudfront/function:Function::viewer-*`: another one is made before it goes.\n"
	write(t, root, changelogFile, strings.Replace(string(changes), "## Unreleased\n", note, 1))
	if _, err := release(t, root, "upgrades"); err != nil {
		t.Errorf("with a note: %v", err)
	}
	if _, err := release(t, root, "prepare", "0.3.0"); err != nil {
		t.Error(err)
	}
	if _, err := release(t, root, "check"); err != nil {
		t.Error(err)
	}
}

// A note of the version before, or outside the upgrade notes, is none.
func TestUpgrades_whatIsNoNote(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string]string{
		"another section":  "## Unreleased\n\n### Changed\n\n- `aws:cloudfront/function:Function::viewer-1`\n\n## 0.1.0\n",
		"another version":  "## Unreleased\n\n## 0.1.0\n\n### Upgrade\n\n- `aws:cloudfront/function:Function::viewer-1`\n",
		"another resource": "## Unreleased\n\n### Upgrade\n\n- `aws:cloudfront/function:Function::viewer-2`, `aws:s3/*::viewer-1`\n\n## 0.1.0\n",
	} {
		root := repository(t, changes, bucket)
		write(t, root, baselineFile, `{"version": "0.1.0", "urns": {"prod": ["`+function+`", "`+bucket+`"]}}`)
		if _, err := release(t, root, "upgrades"); err == nil || !strings.Contains(err.Error(), "viewer-1") || strings.Contains(err.Error(), "site-eu-west-1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRelease_refusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		changes string
		args    []string
		want    string
	}{
		{firstChanges, []string{"prepare", "next"}, `"next": a semantic version`},
		{firstChanges, []string{"prepare", "0.1.0"}, "has a section 0.1.0 already"},
		{"## Unreleased\n\n## 0.1.0\n\nFirst.\n", []string{"prepare", "0.2.0"}, "nothing to release"},
		{"## 0.1.0\n\nFirst.\n", []string{"prepare", "0.2.0"}, `no section "Unreleased"`},
		{"## Unreleased\n\n## 0.2.0\n", []string{"check"}, `begins with "0.2.0"`},
		{firstChanges, []string{"publish"}, "one of: prepare"},
	} {
		if _, err := release(t, repository(t, c.changes, bucket), c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.args, err, c.want)
		}
	}
	if _, err := release(t, t.TempDir(), "check"); err == nil || !strings.Contains(err.Error(), "-root") {
		t.Errorf("no repository: %v", err)
	}
}
