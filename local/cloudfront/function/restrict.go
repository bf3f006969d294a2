package function

import (
	"encoding/base64"
	"log/slog"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// maxLogBytes is where CloudFront truncates what one run prints:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-function-restrictions.html
const maxLogBytes = 10_240

// restrictions takes away what runtime 2.0 has not: evaluation of code at run time (also through the constructor
// of functions) and globals of later editions. What the code names of the rest is frozen, since
// runtimes are used again.
const restrictions = `(function (remove, methods, freeze, evaluation) {
	'use strict';
	// An error type of the runtime's engine that no edition of the language has.
	var construct = Reflect.construct;
	function InternalError(message) { return construct(Error, arguments, InternalError); }
	Object.setPrototypeOf(InternalError, Error);
	InternalError.prototype = Object.create(Error.prototype, {
		constructor: {value: InternalError, writable: true, configurable: true},
		name: {value: 'InternalError', writable: true, configurable: true},
	});
	Object.defineProperty(globalThis, 'InternalError', {value: InternalError, writable: true, configurable: true});
	[Array, String, Object, RegExp, Object.getPrototypeOf(Uint8Array)].forEach(function (type) {
		methods.forEach(function (name) { delete type.prototype[name]; delete type[name]; });
	});
	delete Array.from;
	function refuse() { throw new EvalError(evaluation); }
	[function () {}, async function () {}, function* () {}, async () => {}].forEach(function (f) {
		Object.defineProperty(Object.getPrototypeOf(f), 'constructor', {value: refuse});
	});
	refuse.prototype = Function.prototype;
	Object.defineProperty(globalThis, 'Function', {value: refuse});
	Object.defineProperty(globalThis, 'eval', {value: refuse});
	remove.forEach(function (name) { delete globalThis[name]; });
	freeze.forEach(function (name) {
		var v = Object.prototype.hasOwnProperty.call(globalThis, name) ? globalThis[name] : null;
		if (v !== globalThis && (typeof v === 'function' || typeof v === 'object')) Object.freeze(v);
	});
})`

var restrictionsProgram = goja.MustCompile("restrictions.js", restrictions, true)

// restrict turns a fresh runtime into runtime 2.0.
func (m *machine) restrict() error {
	console := m.vm.NewObject()
	// Only console.log is documented.
	if err := console.Set("log", m.consoleLog); err != nil {
		return err
	}
	for name, value := range map[string]any{"console": console, "atob": m.atob, "btoa": m.btoa, "Buffer": m.bufferGlobal()} {
		if err := m.vm.Set(name, value); err != nil {
			return err
		}
	}
	v, err := m.vm.RunProgram(restrictionsProgram)
	if err != nil {
		return err
	}
	restrict, _ := goja.AssertFunction(v)
	remove := make([]any, 0, len(missing))
	for name := range missing {
		remove = append(remove, name)
	}
	methods := make([]any, 0, len(unlisted))
	for name := range unlisted {
		methods = append(methods, name)
	}
	freeze := make([]any, len(m.f.names))
	for i, name := range m.f.names {
		freeze[i] = name
	}
	_, err = restrict(goja.Undefined(), m.vm.NewArray(remove...), m.vm.NewArray(methods...), m.vm.NewArray(freeze...), m.vm.ToValue("code generation from strings is not allowed"))
	return err
}

// consoleLog writes one line to the log, where CloudFront writes to CloudWatch Logs in us-east-1 (F2.21). It takes
// one argument; the survey refuses more.
func (m *machine) consoleLog(call goja.FunctionCall) goja.Value {
	text := m.show(call.Argument(0))
	if rest := maxLogBytes - m.loggedText; len(text) > rest {
		text = strings.ToValidUTF8(text[:rest], "")
	}
	m.loggedText += len(text)
	if text == "" || m.in == nil {
		return goja.Undefined()
	}
	m.f.log.Info("console.log", slog.String("function", m.f.name), slog.String("event", string(m.event)),
		slog.String("requestId", m.in.RequestID), slog.String("text", text))
	return goja.Undefined()
}

// describe writes a value for an error text: as show, and text in quotes.
func describe(v goja.Value) string {
	if v == nil {
		return "missing"
	}
	if s, ok := v.(goja.String); ok {
		return strconv.Quote(s.String())
	}
	return v.String()
}

// show writes a value as console.log does: objects as JSON, errors as text.
func (m *machine) show(v goja.Value) string {
	if object, ok := v.(*goja.Object); ok {
		if _, callable := goja.AssertFunction(v); !callable && object.ClassName() != "Error" {
			if text, err := object.MarshalJSON(); err == nil {
				return string(text)
			}
		}
	}
	return v.String()
}

func (m *machine) atob(call goja.FunctionCall) goja.Value {
	text := strings.TrimRight(call.Argument(0).String(), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		panic(m.vm.NewTypeError("atob: the string is not valid base64"))
	}
	return m.vm.ToValue(latin1(decoded))
}

func (m *machine) btoa(call goja.FunctionCall) goja.Value {
	text := call.Argument(0).String()
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			panic(m.vm.NewTypeError("btoa: the string has characters outside of Latin-1"))
		}
		raw = append(raw, byte(r))
	}
	return m.vm.ToValue(base64.StdEncoding.EncodeToString(raw))
}

// latin1 reads bytes as ISO-8859-1.
func latin1(raw []byte) string {
	var b strings.Builder
	for _, c := range raw {
		b.WriteRune(rune(c))
	}
	return b.String()
}
