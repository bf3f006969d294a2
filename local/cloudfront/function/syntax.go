package function

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

// surveyed is what a walk through the code found.
type surveyed struct {
	problems []error
	// leaves: the code names something through which a run could change the runtime for the next one.
	leaves bool
	file   *file.File
	// declared are all names the code declares; missing are uses of names that the runtime may not have.
	declared map[string]bool
	missing  []*ast.Identifier
	// names are all names the code uses.
	names map[string]bool
	// methods are calls of methods by name; properties are the names of properties that the code itself makes.
	methods    []method
	properties map[string]bool
	// told are the problems by their text, so that none is told twice.
	told map[string]bool
}

const noGlobal = "no such global"

// missing are global names that this engine or a browser has and runtime 2.0 has not (F2.21).
var missing = map[string]string{
	"Map": noGlobal, "Set": noGlobal, "WeakMap": noGlobal, "WeakSet": noGlobal, "WeakRef": noGlobal,
	"FinalizationRegistry": noGlobal, "Proxy": noGlobal, "Reflect": noGlobal, "BigInt": noGlobal, "BigInt64Array": noGlobal,
	"BigUint64Array": noGlobal, "SharedArrayBuffer": noGlobal, "Atomics": noGlobal, "Intl": noGlobal,
	"fetch": "network access", "XMLHttpRequest": "network access", "WebSocket": "network access",
	"setTimeout": "timers", "setInterval": "timers", "setImmediate": "timers", "clearTimeout": "timers", "clearInterval": "timers",
	"queueMicrotask": "timers", "process": "the process environment",
	"Symbol": noGlobal, "escape": noGlobal, "unescape": noGlobal, "AggregateError": noGlobal,
}

// notImitated are globals that runtime 2.0 has and local mode has not.
var notImitated = map[string]bool{"TextEncoder": true, "TextDecoder": true}

// traces are names through which code reaches what outlives a run.
var traces = map[string]bool{
	"globalThis": true, "prototype": true, "__proto__": true, "getPrototypeOf": true, "setPrototypeOf": true, "constructor": true,
	"__defineGetter__": true, "__defineSetter__": true,
}

// survey walks through the code. CloudFront accepts ES 5.1 and a documented part of ES 6 to 12 (F2.21); the
// rest is refused, since this engine would run it and CloudFront would not. guess: for...of and the spread,
// default-value, generator, class and destructuring syntax are in no list of the guide, so they are refused.
func survey(program *ast.Program) surveyed {
	s := surveyed{file: program.File, declared: map[string]bool{}, names: map[string]bool{}, properties: map[string]bool{}, told: map[string]bool{}}
	s.walk(reflect.ValueOf(program.Body), where{})
	for _, n := range s.missing {
		switch name := string(n.Name); {
		case s.declared[name]:
		case notImitated[name] || name == "Buffer":
			s.refuse(n.Idx, name+": not imitated by local mode, though runtime cloudfront-js-2.0 has it"+instead[name])
		case name == "require":
			s.refuse(n.Idx, "require: must be called with the name of a module: "+strings.Join(required, ", "))
		default:
			s.refuse(n.Idx, fmt.Sprintf("%s: %s (%s)", name, notIn20, missing[name]))
		}
	}
	s.refuseMethods()
	return s
}

// where says where in the code a node stands.
type where struct {
	// inArgument: inside the arguments of a call or a template, up to the next function.
	inArgument bool
	// declared: the function literal of a declaration, directly.
	declared bool
}

func (s *surveyed) refuse(at file.Idx, what string) {
	position := s.file.Position(int(at) - s.file.Base())
	problem := fmt.Sprintf("line %d: %s", position.Line, what)
	if !s.told[problem] {
		s.told[problem] = true
		s.problems = append(s.problems, errors.New(problem))
	}
}

const notIn20 = "not in runtime cloudfront-js-2.0"

func (s *surveyed) walk(v reflect.Value, c where) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if node, ok := v.Interface().(ast.Node); ok && v.Kind() == reflect.Pointer {
			var descend bool
			if c, descend = s.node(node, c); !descend {
				return
			}
		}
		s.walk(v.Elem(), c)
	case reflect.Slice:
		for i := range v.Len() {
			s.walk(v.Index(i), c)
		}
	case reflect.Struct:
		if _, ok := v.Interface().(ast.Identifier); ok && v.CanAddr() {
			s.node(v.Addr().Interface().(ast.Node), c)
			return
		}
		for i := range v.NumField() {
			// DeclarationList repeats what the body holds.
			if f := v.Type().Field(i); f.IsExported() && f.Name != "DeclarationList" {
				s.walk(v.Field(i), c)
			}
		}
	}
}

// node judges one node and returns the context of its children, and whether walk should descend to them.
func (s *surveyed) node(node ast.Node, c where) (where, bool) {
	declared := c.declared
	c.declared = false
	switch n := node.(type) {
	case *ast.ClassLiteral:
		s.refuse(n.Class, "class: "+notIn20)
	case *ast.YieldExpression:
		s.refuse(n.Yield, "generator: "+notIn20)
	case *ast.ArrayPattern:
		s.refuse(n.LeftBracket, "destructuring: "+notIn20)
	case *ast.ObjectPattern:
		s.refuse(n.LeftBrace, "destructuring: "+notIn20)
	case *ast.SpreadElement:
		s.refuse(n.Idx0(), "spread: "+notIn20)
	case *ast.OptionalChain:
		s.refuse(n.Idx0(), "optional chaining: "+notIn20)
	case *ast.ForOfStatement:
		s.refuse(n.For, "for...of: "+notIn20)
	case *ast.BinaryExpression:
		if n.Operator == token.COALESCE {
			s.refuse(n.Idx0(), "operator ??: "+notIn20)
		}
	case *ast.AssignExpression:
		s.assign(n)
	case *ast.NumberLiteral:
		s.number(n)
	case *ast.RegExpLiteral:
		s.pattern(n.Idx, n.Pattern)
	case *ast.PropertyKeyed:
		if key, ok := n.Key.(*ast.StringLiteral); ok {
			s.properties[string(key.Value)] = true
		}
	case *ast.PropertyShort:
		s.properties[string(n.Name.Name)] = true
	case *ast.NewExpression:
		s.patternText(n.Callee, n.ArgumentList)
	case *ast.ParameterList:
		for _, p := range n.List {
			if p.Initializer != nil {
				s.refuse(p.Initializer.Idx0(), "default parameter: "+notIn20)
			}
		}
	case *ast.Binding:
		s.declare(n.Target)
	case *ast.CatchStatement:
		s.declare(n.Parameter)
	case *ast.FunctionDeclaration:
		c.declared = true
	case *ast.FunctionLiteral:
		c.inArgument = false
		s.declare(n.Name)
		if n.Generator {
			s.refuse(n.Function, "generator: "+notIn20)
		}
		if n.Async && !declared {
			s.refuse(n.Function, "async function that is not a declaration: "+notIn20+" (F2.21, no async closures)")
		}
	case *ast.ArrowFunctionLiteral:
		c.inArgument = false
		if n.Async {
			s.refuse(n.Start, "async arrow function: "+notIn20+" (F2.21, no async closures)")
		}
	case *ast.AwaitExpression:
		if c.inArgument {
			s.refuse(n.Await, "await inside an argument: "+notIn20+" (F2.21); put the value into a variable first")
		}
	case *ast.CallExpression:
		s.patternText(n.Callee, n.ArgumentList)
		if !s.call(n) {
			s.walk(reflect.ValueOf(n.Callee), c)
		}
		c.inArgument = true
		s.walk(reflect.ValueOf(n.ArgumentList), c)
		return c, false
	case *ast.TemplateLiteral:
		c.inArgument = true
	case *ast.Identifier:
		s.identifier(n)
	case *ast.DotExpression:
		s.leaves = s.leaves || traces[string(n.Identifier.Name)]
		s.walk(reflect.ValueOf(n.Left), c)
		return c, false
	case *ast.StringLiteral:
		s.leaves = s.leaves || traces[string(n.Value)]
	}
	return c, true
}

func (s *surveyed) identifier(n *ast.Identifier) {
	name := string(n.Name)
	s.names[name] = true
	s.leaves = s.leaves || traces[name]
	switch name {
	case "eval", "Function":
		s.refuse(n.Idx, name+": runtime cloudfront-js-2.0 does not evaluate code at run time (F2.19)")
		return
	}
	if _, ok := missing[name]; ok || notImitated[name] || name == "Buffer" || name == "require" {
		s.missing = append(s.missing, n)
	}
}

func (s *surveyed) declare(e ast.Expression) {
	if n, ok := e.(*ast.Identifier); ok && n != nil {
		s.declared[string(n.Name)] = true
	}
}
