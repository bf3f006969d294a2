package function_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/local/cloudfront/function"
)

func TestNew_accepts(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"plain":                            handler("return event.request;"),
		"async":                            "async function handler(event) { return event.request; }",
		"F2.1 import on the first line":    "import cf from 'cloudfront';\n" + handler("return event.request;"),
		"import in double quotes":          "import cf from \"cloudfront\"\n" + handler("return event.request;"),
		"import with windows line ends":    "import cf from 'cloudfront';\r\n" + handler("return event.request;"),
		"import under another name":        "import cloud from 'cloudfront';\n" + handler("cloud.selectRequestOriginById('a'); return event.request;"),
		"import below a comment":           "// first\n/* and\nmore */\nimport cf from 'cloudfront';\n" + handler("return event.request;"),
		"import after another":             "import crypto from 'crypto';\nimport cf from 'cloudfront';\n" + handler("return event.request;"),
		"two imports on a line":            "import crypto from 'crypto'; import cf from 'cloudfront'; // both\n" + handler("return event.request;"),
		"import in a comment":              handler("return event.request;") + "\n/*\nimport cf from 'cloudfront';\n*/",
		"require":                          "const crypto = require('crypto'), qs = require(\"querystring\");\n" + handler("crypto.createHash('md5'); qs.parse(''); return event.request;"),
		"own method with an unlisted name": "var list = {at: function () { return 1; }, flat: 1};\nlist.raw = function () {};\n" + handler("list.at(0); list.raw(); return event.request;"),
		"own function called require":      "function require(x) { return x; }\n" + handler("return require(event.request);"),
		"Array.of, Buffer.from":            handler("Array.of(1); Buffer.from('a'); return event.request;"),
		"patterns of the language":         handler("/(?:a)(?=b)(?<n>c)/i.test('x'); return event.request;"),
		"several modules":                  "import cf from 'cloudfront';\nimport crypto from 'crypto';\nimport qs from 'querystring';\n" + handler("return event.request;"),
		"const, let, arrows, templates":    "const a = [1, 2].map((x) => x + 1);\n" + handler("let n = `${a[0]} and ${a[1]}`; console.log(n); return event.request;"),
		"rest parameters":                  "function all(...names) { return names.length; }\n" + handler("all(1, 2); return event.request;"),
		"power operator":                   handler("var n = 2 ** 8; return event.request;"),
		"a variable with a browser's name": "function process(r) { return r; }\n" + handler("return process(event.request);"),
		"a property with a missing name":   handler("var o = {Map: 1, process: 2}; o.Proxy = 3; return event.request;"),
		"word import in a text":            handler("var text = 'import cf'; return event.request;"),
		"await of a variable":              "async function f(x) { return x; }\nasync function handler(event) { const r = await f(event.request); return r; }",
		"10,240 bytes":                     handler("return event.request;") + "//" + strings.Repeat("x", 10_240-len(handler("return event.request;"))-2),
		"comment at the end":               handler("return event.request;") + "\n// the end",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := load(t, code).ViewerRequest(t.Context(), sample()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	ok := handler("return event.request;")
	for name, tt := range map[string]struct{ code, want string }{
		"F2.19 more than 10 KB":              {ok + strings.Repeat(" ", 10_241-len(ok)), "10241 bytes"},
		"syntax":                             {"function handler(event) {", "syntax"},
		"no handler":                         {"function other(event) {}", "no function named handler"},
		"handler in a variable":              {"var handler = function (event) {};", "no function named handler"},
		"text that closes the wrapper":       {"});(function(){" + ok, "syntax"},
		"return at the top":                  {"return 1;\n" + ok, "syntax"},
		"import twice":                       {"import cf from 'cloudfront';\nimport c from 'cloudfront';\n" + ok, "line 2"},
		"F2.21 unknown module":               {"import fs from 'fs';\n" + ok, `"fs"`},
		"buffer is not imitated":             {"import b from 'buffer';\n" + ok, `"buffer"`},
		"import of names":                    {"import {kvs} from 'cloudfront';\n" + ok, "first lines"},
		"import in the middle":               {ok + "\nimport cf from 'cloudfront';", "line 4"},
		"export":                             {"export function handler(event) {}", "syntax"},
		"F2.19 eval":                         {handler("return eval('1');"), "line 2: eval"},
		"F2.19 Function constructor":         {handler("return new Function('return 1')();"), "line 2: Function"},
		"F2.19 timers":                       {handler("setTimeout(function () {}, 1); return event.request;"), "setTimeout"},
		"F2.19 network":                      {handler("return fetch('https://example.com');"), "network"},
		"F2.19 environment":                  {handler("return process.env.X;"), "process"},
		"F2.21 async arrow":                  {handler("var f = async () => 1; return f();"), "async arrow"},
		"F2.21 async closure":                {handler("var f = async function () {}; return f();"), "not a declaration"},
		"F2.21 await in arguments":           {"async function f(x) { return x; }\nasync function handler(event) { console.log(await f(1)); return event.request; }", "await inside an argument"},
		"F2.21 await in a template":          {"async function f(x) { return x; }\nasync function handler(event) { var s = `${await f(1)}`; return event.request; }", "await inside an argument"},
		"await outside of async":             {handler("var x = await event; return event.request;"), "syntax"},
		"class":                              {"class A {}\n" + ok, "line 1: class"},
		"generator":                          {"function* g() { yield 1; }\n" + ok, "generator"},
		"destructuring of objects":           {handler("var {request} = event; return request;"), "destructuring"},
		"destructuring of lists":             {handler("var [a] = [1]; return event.request;"), "destructuring"},
		"destructuring of parameters":        {"function f({a}) { return a; }\n" + ok, "destructuring"},
		"destructuring in an assignment":     {handler("var a; [a] = [1]; return event.request;"), "destructuring"},
		"spread":                             {handler("var a = [1]; console.log(Math.max(...a)); return event.request;"), "spread"},
		"spread of objects":                  {handler("return {...event.request};"), "spread"},
		"optional chaining":                  {handler("return event?.request;"), "optional chaining"},
		"operator ??":                        {handler("return event.request ?? null;"), "??"},
		"for...of":                           {handler("for (var x of [1]) {} return event.request;"), "for...of"},
		"default parameter":                  {"function f(a = 1) { return a; }\n" + ok, "default parameter"},
		"Map":                                {handler("return new Map();"), "Map"},
		"Proxy":                              {handler("return new Proxy({}, {});"), "Proxy"},
		"BigInt":                             {handler("return BigInt(1);"), "BigInt"},
		"a declared name hides no other use": {"function f(Set) { return Set; }\n" + handler("return new Map();"), "Map"},
		"TextEncoder is not imitated":        {handler("return new TextEncoder();"), "not imitated"},
		"TextDecoder is not imitated":        {handler("return new TextDecoder();"), "TextDecoder: not imitated by local mode, though"},
		"Buffer in parts":                    {handler("return Buffer.alloc(1);"), "it has Buffer.from"},
		"Buffer's methods":                   {handler("Buffer.from('a').readUInt8(0); return event.request;"), "readUInt8(): not imitated by local mode"},
		"require of a module AWS has":        {"const b = require('buffer');\n" + ok, `require("buffer"): local mode has crypto, querystring`},
		"require of a module nobody has":     {handler("require('fs'); return event.request;"), `line 2: require("fs")`},
		"require of an expression":           {handler("require('cry' + 'pto'); return event.request;"), "must be called with the name of a module"},
		"require as a value":                 {handler("var r = require; return event.request;"), "must be called with the name of a module"},
		"operator ??=":                       {handler("event.a ??= 1; return event.request;"), "line 2: operator ??=: not in runtime"},
		"operator ||=":                       {handler("event.a ||= 1; return event.request;"), "operator ||="},
		"operator &&=":                       {handler("event.a &&= 1; return event.request;"), "operator &&="},
		"BigInt literal":                     {handler("var n = 1n; return event.request;"), "line 2: BigInt"},
		"underscore in a number":             {handler("var n = 1_000; return event.request;"), "underscore"},
		"Array.from":                         {handler("Array.from('ab'); return event.request;"), "Array.from: not in runtime"},
		"flat":                               {handler("[[1]].flat(); return event.request;"), "flat(): not in runtime"},
		"at":                                 {handler("[1].at(-1); return event.request;"), "at(): not in runtime"},
		"toSorted":                           {handler("[1].toSorted(); return event.request;"), "toSorted()"},
		"toSorted in brackets":               {handler("[1]['toSorted'](); return event.request;"), "toSorted()"},
		"Object.fromEntries":                 {handler("Object.fromEntries([]); return event.request;"), "fromEntries()"},
		"matchAll":                           {handler("'a'.matchAll(/a/g); return event.request;"), "matchAll()"},
		"Symbol":                             {handler("return event.request[Symbol.iterator];"), "Symbol"},
		"console.log of two":                 {handler("console.log('a', 1); return event.request;"), "line 2: console.log with 2 arguments: it takes one"},
		"flags in a pattern":                 {handler("/(?i)a/.test('A'); return event.request;"), "(?i) in a regular expression"},
		"flags in the text of a pattern":     {handler("new RegExp('(?i:a)').test('A'); return event.request;"), "(?i: in a regular expression"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := function.New(tt.code, nil, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want an error with %q", err, tt.want)
			}
			t.Log(err)
		})
	}
}

// All problems of the syntax are told at once, each with its line.
func TestNew_refusesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := function.New(handler("var {a} = event;\nreturn event?.request;"), nil, nil)
	for _, want := range []string{"line 2: destructuring", "line 3: optional chaining"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// Each problem is told once, however often the code is looked at.
func TestNew_tellsAProblemOnce(t *testing.T) {
	t.Parallel()
	_, err := function.New(handler("var m = new Map(new Map(), {a: new Map()}); var {x} = event; return [1].flat().at(new Map());"), nil, nil)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, problem := range []string{"Map:", "destructuring", "flat()", " at()"} {
		if n := strings.Count(err.Error(), problem); n != 1 {
			t.Errorf("got %q %d times in %q, want once", problem, n, err)
		}
	}
}

func FuzzNew(f *testing.F) {
	f.Add(handler("return event.request;"))
	f.Add("import cf from 'cloudfront';\nasync function handler(event) { const x = await cf.kvs().get('a'); return {statusCode: 200, body: x}; }")
	f.Add("import cf from 'cloudfront'\n" + handler("cf.updateRequestOrigin({domainName: 'a.example'}); return event.request;"))
	f.Add(handler("for (const x of [1, ...[2]]) { class A { #b = x ?? 1 } } return event?.request"))
	f.Fuzz(func(t *testing.T, code string) {
		fn, err := function.New(code, map[string]string{"a": "b"}, nil)
		if err != nil {
			return
		}
		fn.SetBudget(100 * time.Millisecond)
		result, err := fn.ViewerRequest(t.Context(), sample())
		if err == nil && (result.Request == nil) == (result.Response == nil) {
			t.Errorf("got %+v, want either a request or a response", result)
		}
	})
}
