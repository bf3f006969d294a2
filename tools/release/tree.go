package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	changelogFile = "CHANGELOG.md"
	versionFile   = "version/VERSION"
	baselineFile  = "infra/feedback/testdata/release.json"
	goldenGraphs  = "infra/feedback/testdata/graph.*.golden.json"
)

// tree is what the repository says of its version.
type tree struct {
	root    string
	version string
	changes changelog
	// baseline is nil until the first release.
	baseline *baseline
	// urns are those of the golden graphs now, by stack.
	urns map[string][]string
}

// baseline is what the last release would make: the resources' identities, by stack.
type baseline struct {
	Version string              `json:"version"`
	URNs    map[string][]string `json:"urns"`
}

func read(root string) (*tree, error) {
	t := &tree{root: root, urns: map[string][]string{}}
	text := func(name string) string {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return ""
		}
		return string(content)
	}
	t.version, t.changes = strings.TrimSpace(text(versionFile)), changelog(text(changelogFile))
	if t.version == "" || t.changes == "" {
		return nil, fmt.Errorf("%s: no %s or no %s: -root names the repository's root", root, versionFile, changelogFile)
	}
	if content := text(baselineFile); content != "" {
		t.baseline = &baseline{}
		if err := json.Unmarshal([]byte(content), t.baseline); err != nil {
			return nil, fmt.Errorf("%s: %w", baselineFile, err)
		}
	}
	graphs, err := filepath.Glob(filepath.Join(root, goldenGraphs))
	if err != nil || len(graphs) == 0 {
		return nil, fmt.Errorf("no %s", goldenGraphs)
	}
	for _, name := range graphs {
		if err := t.readGraph(name); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tree) readGraph(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var graph struct {
		Stack     string
		Resources []struct{ URN string }
	}
	if err := json.Unmarshal(content, &graph); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, resource := range graph.Resources {
		t.urns[graph.Stack] = append(t.urns[graph.Stack], resource.URN)
	}
	slices.Sort(t.urns[graph.Stack])
	return nil
}

// lost are the resources of the baseline that are no more, as <type>::<name>, sorted.
func (t *tree) lost() []string {
	found := map[string]bool{}
	for stack, before := range t.baseline.URNs {
		for _, urn := range before {
			if _, still := slices.BinarySearch(t.urns[stack], urn); !still {
				found[shortName(urn)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// shortName is a URN's own type and name, without stack, project and parents.
func shortName(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return urn
	}
	kind := parts[2]
	return kind[strings.LastIndex(kind, "$")+1:] + "::" + parts[3]
}

// upgrades fails for a resource that an update from the last release would replace or delete without a word in
// CHANGELOG.md.
func (t *tree) upgrades() error {
	if t.baseline == nil {
		return nil // nothing was released, so nobody can upgrade
	}
	where := unreleased
	if t.baseline.Version != t.version || t.changes.newest() != t.version {
		where = t.changes.newest()
	}
	section, err := t.changes.section(where)
	if err != nil {
		return err
	}
	patterns := upgradePatterns(section)
	var silent []error
	for _, resource := range t.lost() {
		if !slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, resource) }) {
			silent = append(silent, fmt.Errorf("`%s` of %s is gone, and %q of CHANGELOG.md has no line of `### Upgrade` that names it", resource, t.baseline.Version, where))
		}
	}
	return errors.Join(silent...)
}

// matches says whether a pattern, with * for anything, is a resource's short name.
func matches(pattern, resource string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(resource)
}

// check fails where the tree is not a whole release.
func (t *tree) check() error {
	var errs []error
	if !semantic.MatchString(t.version) {
		errs = append(errs, fmt.Errorf("%s: %q: a semantic version", versionFile, t.version))
	}
	if newest := t.changes.newest(); newest != t.version {
		errs = append(errs, fmt.Errorf("CHANGELOG.md begins with %q, %s says %q", newest, versionFile, t.version))
	}
	if notes, err := t.changes.section(t.version); err == nil && notes == "" {
		errs = append(errs, fmt.Errorf("CHANGELOG.md says nothing of %s", t.version))
	}
	switch {
	case t.baseline == nil:
		errs = append(errs, fmt.Errorf("no %s: release prepare makes it", baselineFile))
	case t.baseline.Version != t.version:
		errs = append(errs, fmt.Errorf("%s is of %s: release prepare renews it", baselineFile, t.baseline.Version))
	case !maps.EqualFunc(t.baseline.URNs, t.urns, slices.Equal):
		errs = append(errs, fmt.Errorf("%s has other resources than the golden graphs: release prepare renews it", baselineFile))
	}
	return errors.Join(errs...)
}

// prepare makes the tree a release.
func (t *tree) prepare(version, date string) error {
	if !semantic.MatchString(version) {
		return fmt.Errorf("%q: a semantic version, such as 1.2.0", version)
	}
	if _, err := t.changes.section(version); err == nil {
		return fmt.Errorf("CHANGELOG.md has a section %s already", version)
	}
	if err := t.upgrades(); err != nil {
		return err
	}
	changes, err := t.changes.release(version, date)
	if err != nil {
		return err
	}
	urns, err := json.MarshalIndent(baseline{Version: version, URNs: t.urns}, "", "  ")
	if err != nil {
		return err
	}
	for name, content := range map[string]string{
		changelogFile: string(changes), versionFile: version + "\n", baselineFile: string(urns) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(t.root, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
