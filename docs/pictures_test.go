package docs_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The pictures of README and local-mode.md exist, and the pages that they show still have the parts that their
// descriptions name.
func TestReadme_pictures(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"pictures/dashboard.png": "../local/dashboard/page/index.html",
		"pictures/site.png":      "../site/index.html",
	}
	for name := range pages { // an application without them has no such rows either
		if _, err := os.Stat(name); err != nil {
			delete(pages, name)
		}
	}
	found := regexp.MustCompile(`!\[([^\]:]+): ([^\]]+)\]\(([^)]+)\)`).FindAllStringSubmatch(strings.ReplaceAll(read(t, "../README.md"), "](docs/", "](")+read(t, "local-mode.md"), -1)
	if len(found) != len(pages) {
		t.Fatalf("%d pictures, want %d", len(found), len(pages))
	}
	for _, match := range found {
		content, err := os.ReadFile(match[3])
		if err != nil || !bytes.HasPrefix(content, []byte("\x89PNG")) || len(content) < 20_000 {
			t.Errorf("%s: no picture: %d bytes, %v (make screenshots)", match[3], len(content), err)
		}
		page := read(t, pages[match[3]])
		for part := range strings.SplitSeq(match[2], ", ") {
			if !strings.Contains(page, ">"+part) {
				t.Errorf("%s: the page has no %q any more", match[3], part)
			}
		}
	}
}
