package docs_test

import (
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A fact is cited by its number, in code and in documents: F1.5 and its range F1.5-1.9, D4, O-A1.
var (
	citedAWS        = regexp.MustCompile(`\bF(\d+\.\d+[a-z]?)(?:(?:-| to )F?(\d+\.\d+[a-z]?))?`)
	citedDesign     = regexp.MustCompile(`\bD(?:10|[1-9])\b`)
	citedOperations = regexp.MustCompile(`\bO-([A-G]\d+)(?:-([A-G]\d+))?`)
)

// A fact is stated where a line of its document begins with its number, or after another one ("14.1 ... 14.2 ...").
var (
	statedAWS        = regexp.MustCompile(`(?m)^- (\d+\.\d+[a-z]?|D\d+) `)
	statedInLine     = regexp.MustCompile(`[.?)] (14\.\d+) [A-Z]`)
	statedOperations = regexp.MustCompile(`(?m)^(?:- )?([A-G]\d+) `)
)

// Whoever meets "F1.5" in a comment finds it in docs/aws-facts.md.
func TestFacts_citedExist(t *testing.T) {
	t.Parallel()
	aws, operations := read(t, "aws-facts.md"), read(t, "operations-facts.md")
	facts := map[string]bool{}
	for _, match := range append(statedAWS.FindAllStringSubmatch(aws, -1), statedInLine.FindAllStringSubmatch(aws, -1)...) {
		facts[match[1]] = true
	}
	for _, match := range statedOperations.FindAllStringSubmatch(operations, -1) {
		facts["O-"+match[1]] = true
	}
	if len(facts) < 350 {
		t.Fatalf("only %d facts found: have the documents another form?", len(facts))
	}
	cited := map[string]string{}
	eachText(t, func(path, text string) {
		for _, match := range citedAWS.FindAllStringSubmatch(text, -1) {
			cited[match[1]] = path
			if match[2] != "" {
				cited[match[2]] = path
			}
		}
		if strings.HasSuffix(path, ".go") {
			for _, number := range citedDesign.FindAllString(text, -1) {
				cited[number] = path
			}
		}
		for _, match := range citedOperations.FindAllStringSubmatch(text, -1) {
			cited["O-"+match[1]] = path
			if match[2] != "" {
				cited["O-"+match[2]] = path
			}
		}
	})
	for _, number := range slices.Sorted(maps.Keys(cited)) {
		if !facts[number] {
			t.Errorf("%s cites fact %s, which neither docs/aws-facts.md nor docs/operations-facts.md has", cited[number], number)
		}
	}
}

// "APIGW DG" and the other short names of manuals are explained in the table of docs/aws-facts.md.
func TestFacts_abbreviationsExplained(t *testing.T) {
	t.Parallel()
	explained := read(t, "aws-facts.md") + read(t, "operations-facts.md")
	explained = strings.Join(regexp.MustCompile(`(?m)^\| [^|]+ \|`).FindAllString(explained, -1), "\n")
	abbreviation := regexp.MustCompile(`\b(?:[A-Z][A-Za-z0-9-]* )+(?:DG|UG)\b`)
	eachText(t, func(path, text string) {
		for _, name := range abbreviation.FindAllString(text, -1) {
			if !strings.Contains(explained, name) {
				t.Errorf("%s: %q is in no table of abbreviations of docs/aws-facts.md and docs/operations-facts.md", path, name)
			}
		}
	})
}

// eachText calls f with every file of the repository that people write, by its path from the root.
func eachText(t *testing.T, f func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != ".." && (strings.HasPrefix(name, ".") && name != ".github" || name == "node_modules" || name == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		switch filepath.Ext(name) {
		case ".go", ".md", ".yaml", ".yml", ".js", ".css", ".html", ".txtar", ".sql":
			if name == "facts_test.go" {
				return nil // its examples are no citations
			}
			f(strings.TrimPrefix(filepath.ToSlash(path), "../"), read(t, path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
