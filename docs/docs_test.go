// Package docs_test holds the documents to what the repository says.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/infra/config"
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// section is a document's text from a heading to the next one of the same level.
func section(t *testing.T, document, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(document, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("no section %q", heading)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// firstCells are the code spans in the first column of a table.
func firstCells(text string) (names []string) {
	for line := range strings.Lines(text) {
		if cell, ok := strings.CutPrefix(line, "| `"); ok {
			first, _, _ := strings.Cut(cell, "|")
			for _, name := range strings.Split(first, ",") {
				names = append(names, strings.Trim(strings.TrimSpace(name), "`"))
			}
		}
	}
	return names
}

// applicationKeys are the configuration keys of the application that ships.
var applicationKeys []string

// The configuration table has every key of the program, and no other.
func TestConfiguration_keys(t *testing.T) {
	t.Parallel()
	got := firstCells(section(t, read(t, "configuration.md"), "Keys"))
	slices.Sort(got)
	// An application's keys stand in the same table.
	want := append(config.Keys(), applicationKeys...)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-program +configuration.md):\n%s", diff)
	}
}

// No wish without a test that exists.
func TestWishes_nameTests(t *testing.T) {
	t.Parallel()
	tests := testNames(t)
	for line := range strings.Lines(read(t, "wishes.md")) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.HasPrefix(line, "| wish") {
			continue
		}
		cells := strings.Split(line, "|")
		named := regexp.MustCompile("`(Test[^`]*)`").FindAllStringSubmatch(cells[len(cells)-2], -1)
		if len(named) == 0 {
			t.Errorf("no test: %s", line)
		}
		for _, name := range named {
			if !slices.Contains(tests, name[1]) {
				t.Errorf("no test %s: %s", name[1], line)
			}
		}
	}
}

// Tests that the other documents name exist, too.
func TestDocuments_nameTests(t *testing.T) {
	t.Parallel()
	tests := testNames(t)
	for _, name := range everyDocument(t) {
		for _, match := range regexp.MustCompile("`(Test[^`]*)`").FindAllStringSubmatch(read(t, name), -1) {
			if !slices.Contains(tests, match[1]) {
				t.Errorf("%s: no test %s", name, match[1])
			}
		}
	}
}

// testNames are all test functions of the repository, and the request scripts as TestScripts/<name>.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != "..":
			return fs.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, match := range function.FindAllStringSubmatch(string(content), -1) {
				names = append(names, match[1])
			}
		case filepath.Ext(path) == ".txtar":
			names = append(names, "TestScripts/"+strings.TrimSuffix(entry.Name(), ".txtar"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Every flag of local mode stands in its document, with its default.
func TestLocalMode_flags(t *testing.T) {
	t.Parallel()
	source := read(t, "../local/flags.go")
	var want []string
	for _, match := range regexp.MustCompile(`set\.\w*Var\(&[\w.]+, "([a-z-]+)"`).FindAllStringSubmatch(source, -1) {
		want = append(want, "-"+match[1])
	}
	got := slices.DeleteFunc(firstCells(section(t, read(t, "local-mode.md"), "Flags")), func(name string) bool { return !strings.HasPrefix(name, "-") })
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags (-program +local-mode.md):\n%s", diff)
	}
}

// make test is what the README says.
func TestReadme_makeTest(t *testing.T) {
	t.Parallel()
	said := regexp.MustCompile("`make test` is `([^`]+)`").FindStringSubmatch(read(t, "../README.md"))
	if said == nil || !regexp.MustCompile(`(?m)^test: ## .*\n\t`+regexp.QuoteMeta(said[1])+`$`).MatchString(read(t, "../Makefile")) {
		t.Errorf("make test is not what the README says: %q", said)
	}
}

// The addresses of the admin API in the documents are those it serves.
func TestLocalMode_adminAPI(t *testing.T) {
	t.Parallel()
	var server strings.Builder
	sources, err := filepath.Glob("../local/admin/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		server.WriteString(read(t, name))
	}
	for _, match := range regexp.MustCompile("`(GET|PUT|POST) (/[a-z/]*)").FindAllStringSubmatch(section(t, read(t, "local-mode.md"), "Admin API"), -1) {
		method := "Method" + match[1][:1] + strings.ToLower(match[1][1:])
		route := regexp.MustCompile(`"` + strings.TrimSuffix(match[2], "/") + `[/"].*` + method)
		if !route.MatchString(server.String()) {
			t.Errorf("the admin API has no %s %s", match[1], match[2])
		}
	}
}
