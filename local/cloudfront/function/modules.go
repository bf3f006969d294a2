package function

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // offered by the runtime
	"crypto/sha1" //nolint:gosec // offered by the runtime
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"

	"github.com/dop251/goja"
)

// crypto is the module of that name: createHash and createHmac with update and digest. Digests need an encoding,
// since the buffers they would otherwise be are not imitated.
func (m *machine) crypto() goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("createHash", func(call goja.FunctionCall) goja.Value {
		return m.hash(m.algorithm(call.Argument(0))())
	})
	_ = o.Set("createHmac", func(call goja.FunctionCall) goja.Value {
		return m.hash(hmac.New(m.algorithm(call.Argument(0)), []byte(call.Argument(1).String())))
	})
	return o
}

func (m *machine) algorithm(name goja.Value) func() hash.Hash {
	switch name.String() {
	case "md5":
		return md5.New
	case "sha1":
		return sha1.New
	case "sha256":
		return sha256.New
	}
	panic(m.vm.NewTypeError("crypto: not supported algorithm: %q", name))
}

func (m *machine) hash(h hash.Hash) goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("update", func(call goja.FunctionCall) goja.Value {
		h.Write([]byte(call.Argument(0).String()))
		return o
	})
	_ = o.Set("digest", func(call goja.FunctionCall) goja.Value {
		sum := h.Sum(nil)
		switch encoding := call.Argument(0).String(); encoding {
		case "hex":
			return m.vm.ToValue(hex.EncodeToString(sum))
		case "base64":
			return m.vm.ToValue(base64.StdEncoding.EncodeToString(sum))
		case "base64url":
			return m.vm.ToValue(base64.RawURLEncoding.EncodeToString(sum))
		default:
			panic(m.vm.NewTypeError("crypto: digest encoding %q: local mode has hex, base64 and base64url", encoding))
		}
	})
	return o
}

// querystring is the module of that name: escape, unescape, parse and stringify.
func (m *machine) querystring() goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("escape", func(s string) string { return escapeQuery(s) })
	_ = o.Set("unescape", func(s string) string { return unescapeQuery(s) })
	_ = o.Set("parse", func(call goja.FunctionCall) goja.Value {
		out := m.vm.NewObject()
		for _, f := range paramFields(ParseQuery(call.Argument(0).String())) {
			values := make([]any, len(f.items))
			for i, it := range f.items {
				values[i] = unescapeQuery(strings.ReplaceAll(it.value, "+", " "))
			}
			v := m.vm.ToValue(values[0])
			if len(values) > 1 {
				v = m.vm.NewArray(values...)
			}
			m.set(out, unescapeQuery(f.name), v)
		}
		return out
	})
	_ = o.Set("stringify", func(call goja.FunctionCall) goja.Value {
		var out Params
		if in, ok := call.Argument(0).(*goja.Object); ok {
			for _, name := range in.Keys() {
				values, many := in.Get(name).Export().([]any)
				if !many {
					values = []any{in.Get(name).Export()}
				}
				for _, v := range values {
					out = append(out, Param{Name: escapeQuery(name), Value: escapeQuery(m.vm.ToValue(v).String())})
				}
			}
		}
		return m.vm.ToValue(out.Query())
	})
	return o
}

// escapeQuery percent-encodes like encodeURIComponent does, spaces as %20.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func unescapeQuery(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
