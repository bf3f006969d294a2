package feedback_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The platform knows nothing of this application: no Go file of it, tests included, speaks of what it is about.
func TestSeam_platformKnowsNoApplication(t *testing.T) {
	t.Parallel()
	words := regexp.MustCompile(`(?i)feedback|upstream|saas`)
	searched := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path == filepath.Join("..", "feedback"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		for i, line := range strings.Split(string(content), "\n") {
			if word := words.FindString(line); word != "" {
				t.Errorf("%s:%d: %s", path, i+1, word)
			}
		}
		return nil
	})
	if err != nil || searched < 50 {
		t.Errorf("searched %d files: %v", searched, err)
	}
}
