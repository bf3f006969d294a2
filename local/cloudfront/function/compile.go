package function

import (
	"errors"
	"fmt"
	"maps"
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
		return c, syntaxError(body, err)
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
	parameters := make([]string, len(modules), len(modules)+1)
	for i, module := range modules {
		parameters[i] = names[module]
		if parameters[i] == "" {
			parameters[i] = "$unused_" + module
		}
	}
	parameters = append(parameters, "require")
	source := "(function(" + strings.Join(parameters, ",") + `){"use strict";` + body + "\n;return handler})"
	c.program, err = goja.Compile("function.js", source, true)
	if err != nil {
		return c, fmt.Errorf("syntax: %w", err)
	}
	c.reusable, c.names = !s.leaves, slices.Sorted(maps.Keys(s.names))
	return c, nil
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
