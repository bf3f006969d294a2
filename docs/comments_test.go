package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	// commentWidth is how many characters a line may have that is a comment and nothing else. Addresses are not broken.
	commentWidth = 120
	// longManual is from how many lines on a package's manual stands in a doc.go of its own.
	longManual = 6
)

func TestComments_haveOneWidth(t *testing.T) {
	t.Parallel()
	eachGoFile(t, func(path string, source []byte) {
		for i, line := range strings.Split(string(source), "\n") {
			text := strings.TrimSpace(line)
			if strings.HasPrefix(text, "// ") && utf8.RuneCountInString(line) > commentWidth && !strings.Contains(text, "://") {
				t.Errorf("%s:%d: a comment of %d characters: want at most %d", path, i+1, utf8.RuneCountInString(line), commentWidth)
			}
		}
	})
}

func TestManuals_standInOnePlace(t *testing.T) {
	t.Parallel()
	eachGoFile(t, func(path string, source []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		if lines := manualLines(file); lines >= longManual && filepath.Base(path) != "doc.go" {
			t.Errorf("%s: its package's manual has %d lines: from %d on it stands in doc.go", path, lines, longManual)
		}
	})
}

func manualLines(file *ast.File) int {
	if file.Doc == nil {
		return 0
	}
	return len(file.Doc.List)
}

// eachGoFile calls f with every Go file that people write.
func eachGoFile(t *testing.T, f func(path string, source []byte)) {
	t.Helper()
	files := 0
	eachText(t, func(path, text string) {
		if strings.HasSuffix(path, ".go") && !strings.Contains(path, "testdata/") {
			files++
			f(path, []byte(text))
		}
	})
	if files < 200 {
		t.Errorf("only %d files were looked at", files)
	}
}
