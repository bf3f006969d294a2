package function

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
)

// compiled is checked code, ready for any number of runtimes.
type compiled struct {
	program  *goja.Program
	reusable bool
	// names are the names the code uses, sorted.
	names []string
}

var importLine = regexp.MustCompile(`^\s*import\s+([A-Za-z_$][\w$]*)\s+from\s+(?:'([\w:./-]+)'|"([\w:./-]+)")\s*;?\s*(?://.*)?$`)

// modules of runtime 2.0 that are imitated, in the order of the program's parameters. The buffer module is not:
// code that imports it is refused.
var modules = []string{"cloudfront", "crypto", "querystring"}

// compile refuses what CloudFront would refuse when the function is created, and what runtime 2.0 does not have
// though this engine would run it.
func compile(code string) (compiled, error) {
	var c compiled
	if n := len(code); n > MaxCodeBytes {
		return c, fmt.Errorf("code of %d bytes: CloudFront accepts at most %d", n, MaxCodeBytes)
	}
	body, names, err := takeImports(code)
	if err != nil {
		return c, err
	}
	parsed, err := parser.ParseFile(nil, "function.js", body, 0, parser.WithDisableSourceMaps)
	if err != nil {
		return c, fmt.Errorf("syntax: %w", err)
	}
	if err := checkHandler(parsed); err != nil {
		return c, err
	}
	s := survey(parsed)
	if len(s.problems) > 0 {
		return c, errors.Join(s.problems...)
	}
	// One call runs the whole file, so that its variables are new in every run, as on CloudFront. Strict mode, for
	// the runtime is strict: https://nginx.org/en/docs/njs/compatibility.html
	parameters := make([]string, len(modules))
	for i, module := range modules {
		parameters[i] = names[module]
		if parameters[i] == "" {
			parameters[i] = "$unused_" + module
		}
	}
	source := "(function(" + strings.Join(parameters, ",") + `){"use strict";` + body + "\n;return handler})"
	c.program, err = goja.Compile("function.js", source, true)
	if err != nil {
		return c, fmt.Errorf("syntax: %w", err)
	}
	c.reusable, c.names = !s.leaves, slices.Sorted(maps.Keys(s.names))
	return c, nil
}

// takeImports blanks the import lines and returns the local name of each module.
func takeImports(code string) (string, map[string]string, error) {
	lines := strings.Split(code, "\n")
	names := map[string]string{}
	for i, line := range lines {
		if trimmed := strings.TrimSpace(line); trimmed == "" && i > 0 {
			continue
		}
		match := importLine.FindStringSubmatch(strings.TrimSuffix(line, "\r"))
		if match == nil {
			break
		}
		module := match[2] + match[3]
		switch {
		case !slices.Contains(modules, module):
			return "", nil, fmt.Errorf("line %d: import of %q: local mode has the modules %s", i+1, module, strings.Join(modules, ", "))
		case module == "cloudfront" && i > 0:
			return "", nil, fmt.Errorf("line %d: import of 'cloudfront': must be the first line (F2.1)", i+1)
		case names[module] != "":
			return "", nil, fmt.Errorf("line %d: import of %q: imported twice", i+1, module)
		}
		names[module] = match[1]
		lines[i] = ""
	}
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "import ") {
			return "", nil, fmt.Errorf("line %d: %q: imports must be the first lines, each of the form: import cf from 'cloudfront';",
				i+1, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n"), names, nil
}

// checkHandler wants `function handler(event)`, which is what CloudFront calls.
func checkHandler(program *ast.Program) error {
	for _, statement := range program.Body {
		d, ok := statement.(*ast.FunctionDeclaration)
		if ok && d.Function.Name != nil && d.Function.Name.Name == "handler" {
			return nil
		}
	}
	return errors.New("no function named handler: CloudFront calls `function handler(event)` or `async function handler(event)`")
}
