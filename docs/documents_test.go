package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everyDocument are all documents that people write, by their path from here.
func everyDocument(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, "../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md")
	// The facts quote other people's repositories.
	return slices.DeleteFunc(names, func(name string) bool { return name == "aws-facts.md" || name == "operations-facts.md" })
}

// everyMarkdown are all documents of the repository, those of other folders too, by their path from here.
func everyMarkdown(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && path != ".." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err == nil && filepath.Ext(path) == ".md" {
			names = append(names, strings.TrimPrefix(path, "../docs/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A file or folder that a document names in a code span is there. What begins with a room of the house, is a file at
// the root, or is a path to a source file, of a room that is gone too, counts as one.
func TestDocuments_namePaths(t *testing.T) {
	t.Parallel()
	span := regexp.MustCompile("`([A-Za-z0-9_.][A-Za-z0-9_./-]*)`")
	rooms, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var tops []string
	for _, entry := range rooms {
		if entry.Name() != ".onefront" && entry.Name() != "bin" { // where builds are put: what is in it is there once something ran
			tops = append(tops, entry.Name())
		}
	}
	found := 0
	for _, name := range everyDocument(t) {
		for _, match := range span.FindAllStringSubmatch(read(t, name), -1) {
			path := match[1]
			top, _, nested := strings.Cut(path, "/")
			named := nested && (slices.Contains(tops, top) || sourceFile.MatchString(path)) || !nested && rootFile.MatchString(path)
			if !named {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(path))); err != nil {
				t.Errorf("%s names `%s`, which is not there", name, path)
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d paths found: has the form of documents changed?", found)
	}
}

// sourceFile is a path that nothing but a file of this repository has in a document.
var sourceFile = regexp.MustCompile(`\.(go|md|js|yaml)$`)

// rootFile is a name that can only be a file at the root.
var rootFile = regexp.MustCompile(`^(main\.go|go\.(mod|sum)|Makefile|Pulumi\.[a-z.]*yaml|[A-Z]+\.md)$`)

// Commands that documents show exist: make targets and packages that go runs or tests.
func TestDocuments_commands(t *testing.T) {
	t.Parallel()
	makefile := read(t, "../Makefile")
	target := regexp.MustCompile("(?m)(?:^    |`)make ([a-z-]+)")
	goCommand := regexp.MustCompile("(?m)(?:^    |`)go (?:run|test|build|vet|list) ([^\n`]*)")
	found := 0
	for _, name := range everyDocument(t) {
		text := read(t, name)
		for _, match := range target.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+match[1]+":") {
				t.Errorf("%s: no target %q in the Makefile", name, match[1])
			}
		}
		for _, match := range goCommand.FindAllStringSubmatch(text, -1) {
			for _, word := range strings.Fields(match[1]) {
				if !strings.HasPrefix(word, "./") {
					continue // a flag, its value, or what a program gets
				}
				found++
				folder := strings.TrimSuffix(strings.TrimSuffix(word, "..."), "/")
				if files, _ := filepath.Glob(filepath.Join("..", folder, "*.go")); len(files) == 0 && folder != "." {
					t.Errorf("%s: %q: no Go package in %s", name, match[0], word)
				}
				break
			}
		}
	}
	if found < 2 {
		t.Errorf("only %d commands with a package found: has the form of documents changed?", found)
	}
}

// Links lead to files that exist, and to headings that they have.
func TestDocuments_links(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)
	for _, name := range everyMarkdown(t) {
		for _, match := range link.FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			target := name
			if match[1] != "" {
				target = filepath.Join(filepath.Dir(name), match[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if match[2] != "" && !slices.Contains(anchors(read(t, target)), match[2][1:]) {
				t.Errorf("%s: %s has no heading %s", name, target, match[2])
			}
		}
	}
}

// anchors are the headings of a document as links name them.
func anchors(document string) (names []string) {
	for _, match := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(document, -1) {
		name := strings.ToLower(regexp.MustCompile("[^A-Za-z0-9 -]").ReplaceAllString(match[1], ""))
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// manySections is from how many on a document begins with a table of contents.
const manySections = 7

// A reader of a long document finds its sections at its head, all of them.
func TestDocuments_tableOfContents(t *testing.T) {
	t.Parallel()
	long := 0
	for _, name := range everyDocument(t) {
		if name == "../CHANGELOG.md" {
			continue // read from its head
		}
		head, _, _ := strings.Cut(read(t, name), "\n## ")
		sections := regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(read(t, name), -1)
		if len(sections) < manySections {
			continue
		}
		long++
		for _, section := range sections {
			if !strings.Contains(head, "- ["+section[1]+"](#") && section[1] != "License" {
				t.Errorf("%s: %q is not in the table of contents", name, section[1])
			}
		}
	}
	if long < 3 {
		t.Errorf("only %d long documents: has their form changed?", long)
	}
}

// What the README says of the engine's plugins is what go.mod asks for.
func TestReadme_plugins(t *testing.T) {
	t.Parallel()
	modules := read(t, "../go.mod")
	found := regexp.MustCompile(`plugins aws (\S+) and random (\d+\.\d+\.\d+)`).FindStringSubmatch(read(t, "../README.md"))
	if found == nil || !strings.Contains(modules, "pulumi-aws/sdk/v6 v"+found[1]+"\n") || !strings.Contains(modules, "pulumi-random/sdk/v4 v"+found[2]+"\n") {
		t.Errorf("the README says %q", found)
	}
}
