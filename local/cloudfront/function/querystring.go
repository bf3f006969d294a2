package function

import (
	"net/url"
	"strings"

	"github.com/dop251/goja"
)

// defaultMaxKeys is how many parameters parse reads unless told otherwise; 0 means all of them.
const defaultMaxKeys = 1_000

// querystring is the module of that name: escape, unescape, parse and stringify, and decode and encode, which are
// other names of the latter two.
func (m *machine) querystring() goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("escape", func(s string) string { return escapeQuery(s) })
	_ = o.Set("unescape", func(s string) string { return unescapeQuery(s) })
	for _, name := range []string{"parse", "decode"} {
		_ = o.Set(name, m.parseQuery)
	}
	for _, name := range []string{"stringify", "encode"} {
		_ = o.Set(name, m.stringifyQuery)
	}
	return o
}

// parseQuery is parse(string, separator?, equal?, {decodeURIComponent?, maxKeys?}?).
func (m *machine) parseQuery(call goja.FunctionCall) goja.Value {
	separator, equal := textOr(call.Argument(1), "&"), textOr(call.Argument(2), "=")
	decode := m.converter(call.Argument(3), "decodeURIComponent", unescapeQuery)
	left := defaultMaxKeys
	if options, ok := call.Argument(3).(*goja.Object); ok {
		if v := options.Get("maxKeys"); present(v) {
			left = int(v.ToInteger())
		}
	}
	all := left <= 0
	var fields []field
	for part := range strings.SplitSeq(textOr(call.Argument(0), ""), separator) {
		if part == "" {
			continue
		}
		if left--; left < 0 && !all {
			break
		}
		name, value, _ := strings.Cut(part, equal)
		fields = gather(fields, decode(plusIsSpace(name)), item{value: decode(plusIsSpace(value))})
	}
	out := m.vm.NewObject()
	for _, f := range fields {
		m.set(out, f.name, m.valuesOf(f.items))
	}
	return out
}

// valuesOf is a text, or a list of texts where a name came more than once.
func (m *machine) valuesOf(items []item) goja.Value {
	if len(items) == 1 {
		return m.vm.ToValue(items[0].value)
	}
	values := make([]any, len(items))
	for i, it := range items {
		values[i] = it.value
	}
	return m.vm.NewArray(values...)
}

// stringifyQuery is stringify(object, separator?, equal?, {encodeURIComponent?}?).
func (m *machine) stringifyQuery(call goja.FunctionCall) goja.Value {
	separator, equal := textOr(call.Argument(1), "&"), textOr(call.Argument(2), "=")
	encode := m.converter(call.Argument(3), "encodeURIComponent", escapeQuery)
	in, ok := call.Argument(0).(*goja.Object)
	if !ok {
		return m.vm.ToValue("")
	}
	var parts []string
	for _, name := range in.Keys() {
		values := []goja.Value{in.Get(name)}
		if list, ok := values[0].(*goja.Object); ok && list.ClassName() == "Array" {
			values = values[:0]
			m.vm.ForOf(list, func(v goja.Value) bool { values = append(values, v); return true })
		}
		for _, v := range values {
			parts = append(parts, encode(name)+equal+encode(textOr(v, "")))
		}
	}
	return m.vm.ToValue(strings.Join(parts, separator))
}

// converter is the function of that name in options, or standard.
func (m *machine) converter(options goja.Value, name string, standard func(string) string) func(string) string {
	o, ok := options.(*goja.Object)
	if !ok {
		return standard
	}
	v := o.Get(name)
	if !present(v) {
		return standard
	}
	convert, ok := goja.AssertFunction(v)
	if !ok {
		panic(m.vm.NewTypeError("querystring: option %s is not a function", name))
	}
	return func(s string) string {
		converted, err := convert(goja.Undefined(), m.vm.ToValue(s))
		if err != nil {
			panic(err)
		}
		return converted.String()
	}
}

// textOr is an argument's text, and otherwise where there is none.
func textOr(v goja.Value, otherwise string) string {
	if !present(v) || v.String() == "" {
		return otherwise
	}
	return v.String()
}

func plusIsSpace(s string) string { return strings.ReplaceAll(s, "+", " ") }

// escapeQuery percent-encodes like encodeURIComponent does, spaces as %20.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func unescapeQuery(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
