package function

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// modules of runtime 2.0 that are imitated, in the order of the program's parameters. The buffer module is not:
// code that imports it is refused.
var modules = []string{"cloudfront", "crypto", "querystring"}

// required are the modules that require() gives. The guide shows require for these two, and import for cloudfront:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
var required = []string{"crypto", "querystring"}

var (
	importStatement = regexp.MustCompile(`^import\s+([A-Za-z_$][\w$]*)\s+from\s+(?:'([\w:./-]+)'|"([\w:./-]+)")[ \t]*(?:;|\r?\n|$|/[/*])`)
	noCode          = regexp.MustCompile(`^(?:\s+|//[^\n]*|/\*(?s:.*?)\*/|;)+`)
	importWord      = regexp.MustCompile(`(?m)^\s*import[\s{]`)
)

// takeImports blanks the import statements at the head of the file, in any order and among comments, and returns
// the local name of each module. F2.1 wants cloudfront on the first line; AWS's own sample kvs-jwt-verify has it
// second, below crypto, so its place is not judged here.
func takeImports(code string) (string, map[string]string, error) {
	names := map[string]string{}
	for at := 0; ; {
		at += len(noCode.FindString(code[at:]))
		match := importStatement.FindStringSubmatch(code[at:])
		if match == nil {
			return code, names, nil
		}
		line, module := 1+strings.Count(code[:at], "\n"), match[2]+match[3]
		switch {
		case !slices.Contains(modules, module):
			return "", nil, fmt.Errorf("line %d: import of %q: local mode has the modules %s", line, module, strings.Join(modules, ", "))
		case names[module] != "":
			return "", nil, fmt.Errorf("line %d: import of %q: imported twice", line, module)
		}
		names[module] = match[1]
		end := at + strings.LastIndexAny(match[0], `'"`) + 1
		code = code[:at] + strings.Map(blank, code[at:end]) + code[end:]
	}
}

// blank keeps line ends, so that errors name the lines of the file.
func blank(r rune) rune {
	if r == '\n' || r == '\r' {
		return r
	}
	return ' '
}

// syntaxError explains an import that takeImports has not taken: the engine says only that the word is reserved.
func syntaxError(body string, err error) error {
	at := importWord.FindStringIndex(body)
	if at == nil {
		return fmt.Errorf("syntax: %w", err)
	}
	line := 1 + strings.Count(body[:at[1]-1], "\n")
	text, _, _ := strings.Cut(strings.TrimSpace(body[at[0]:]), "\n")
	return fmt.Errorf("line %d: %q: imports must be the first lines, each of the form: import cf from 'cloudfront'; (%w)", line, text, err)
}
