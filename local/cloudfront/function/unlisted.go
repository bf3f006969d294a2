package function

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

// unlisted are methods of later editions that no list of the guide names and that this engine has, or may have one
// day: a call of one is refused unless the code has a property of that name itself, and the runtime has none.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
var unlisted = map[string]bool{
	"at": true, "findLast": true, "findLastIndex": true, "flat": true, "flatMap": true, "fromAsync": true, "fromEntries": true,
	"getOwnPropertySymbols": true, "group": true, "groupBy": true, "groupToMap": true, "hasOwn": true, "isWellFormed": true,
	"matchAll": true, "raw": true, "toReversed": true, "toSorted": true, "toSpliced": true, "toWellFormed": true, "with": true,
}

// bufferMethods are methods that only a Buffer has. Those of local mode have toString.
var bufferMethods = regexp.MustCompile(`^(?:(?:read|write)(?:U?Int|BigU?Int|Float|Double)\w*|swap(?:16|32|64)|equals|toJSON)$`)

// instead says what local mode has of a global that it imitates in part.
var instead = map[string]string{"Buffer": ": it has Buffer.from(text or bytes, encoding) and toString(encoding)"}

// method is a call of a method.
type method struct {
	at   file.Idx
	on   string
	name string
}

// call judges a call and says whether its callee needs no further look.
func (s *surveyed) call(n *ast.CallExpression) bool {
	if callee, ok := n.Callee.(*ast.Identifier); ok && callee.Name == "require" && !s.declared["require"] {
		return s.requires(n)
	}
	on, name, at := memberOf(n.Callee)
	if name == "" {
		return false
	}
	s.methods = append(s.methods, method{at, on, name})
	if on == "console" && name == "log" && len(n.ArgumentList) > 1 {
		s.refuse(at, fmt.Sprintf("console.log with %d arguments: it takes one, join them with +", len(n.ArgumentList)))
	}
	if on == "Buffer" && name == "from" {
		s.names["Buffer"] = true
		return true
	}
	return false
}

// requires accepts require('crypto') and require('querystring').
func (s *surveyed) requires(n *ast.CallExpression) bool {
	if len(n.ArgumentList) != 1 {
		return false
	}
	module, ok := n.ArgumentList[0].(*ast.StringLiteral)
	if ok && !slices.Contains(required, string(module.Value)) {
		s.refuse(n.Idx0(), fmt.Sprintf("require(%q): local mode has %s", string(module.Value), strings.Join(required, ", ")))
	}
	return ok
}

// memberOf splits a.b and a['b']. on is "" where a is no plain name.
func memberOf(e ast.Expression) (on, name string, at file.Idx) {
	var left ast.Expression
	switch x := e.(type) {
	case *ast.DotExpression:
		left, name, at = x.Left, string(x.Identifier.Name), x.Identifier.Idx
	case *ast.BracketExpression:
		if key, ok := x.Member.(*ast.StringLiteral); ok {
			left, name, at = x.Left, string(key.Value), key.Idx
		}
	}
	if n, ok := left.(*ast.Identifier); ok {
		on = string(n.Name)
	}
	return on, name, at
}

// refuseMethods tells of calls to what runtime 2.0 has not, once all properties of the code are known.
func (s *surveyed) refuseMethods() {
	for _, m := range s.methods {
		switch {
		case m.on == "Array" && m.name == "from":
			s.refuse(m.at, "Array.from: "+notIn20)
		case s.properties[m.name]:
		case unlisted[m.name]:
			s.refuse(m.at, m.name+"(): "+notIn20)
		case bufferMethods.MatchString(m.name):
			s.refuse(m.at, m.name+"(): not imitated by local mode, though a Buffer of runtime cloudfront-js-2.0 has it")
		}
	}
}

// assign notes properties that the code makes and refuses the logical assignments.
func (s *surveyed) assign(n *ast.AssignExpression) {
	switch n.Operator {
	case token.COALESCE, token.LOGICAL_AND, token.LOGICAL_OR:
		s.refuse(n.Idx0(), fmt.Sprintf("operator %s=: %s", n.Operator, notIn20))
	}
	if _, name, _ := memberOf(n.Left); name != "" {
		s.properties[name] = true
	}
}

func (s *surveyed) number(n *ast.NumberLiteral) {
	if _, isBig := n.Value.(*big.Int); isBig {
		s.refuse(n.Idx, "BigInt: "+notIn20)
	}
	if strings.Contains(n.Literal, "_") {
		s.refuse(n.Idx, "underscore in a number: "+notIn20)
	}
}

// inlineFlags such as (?i) are of this engine's patterns, not of the language.
var inlineFlags = regexp.MustCompile(`\(\?[a-zA-Z-]+[:)]`)

func (s *surveyed) pattern(at file.Idx, pattern string) {
	if flags := inlineFlags.FindString(pattern); flags != "" {
		s.refuse(at, fmt.Sprintf("%s in a regular expression: not in the language, write the flag behind it: /a/i", flags))
	}
}

// patternText looks into RegExp('...').
func (s *surveyed) patternText(callee ast.Expression, arguments []ast.Expression) {
	if n, ok := callee.(*ast.Identifier); !ok || n.Name != "RegExp" || len(arguments) == 0 {
		return
	}
	if text, ok := arguments[0].(*ast.StringLiteral); ok {
		s.pattern(text.Idx, string(text.Value))
	}
}
