package function

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/dop251/goja"
)

// bufferGlobal is Buffer with the one method that AWS's samples use, from(text or bytes, encoding?). Code that names
// another is refused when it is loaded.
func (m *machine) bufferGlobal() goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("from", func(call goja.FunctionCall) goja.Value {
		// A copy, for a Buffer made of bytes does not share them.
		return m.buffer(append([]byte(nil), m.bytes(call.Argument(0), call.Argument(1))...))
	})
	return o
}

// buffer is a Uint8Array whose text is that of a Buffer: toString(encoding?), UTF-8 unless told otherwise.
func (m *machine) buffer(raw []byte) *goja.Object {
	o, err := m.vm.New(m.vm.Get("Uint8Array"), m.vm.ToValue(m.vm.NewArrayBuffer(raw)))
	if err != nil {
		panic(err)
	}
	m.hidden(o, "toString", m.vm.ToValue(func(call goja.FunctionCall) goja.Value {
		current, _ := o.Export().([]byte)
		return m.vm.ToValue(m.encode(current, call.Argument(0)))
	}))
	return o
}

// bytes reads what crypto and Buffer take: bytes as they are, and text by its encoding.
func (m *machine) bytes(v, encoding goja.Value) []byte {
	switch x := v.Export().(type) {
	case []byte:
		return x
	case goja.ArrayBuffer:
		return x.Bytes()
	case string:
		raw, ok := decode(x, textOr(encoding, "utf8"))
		if !ok {
			panic(m.vm.NewTypeError("encoding %s: local mode has utf8, hex, base64 and base64url, and the text must be so", describe(encoding)))
		}
		return raw
	}
	panic(m.vm.NewTypeError("%s is neither a text nor bytes (Uint8Array)", describe(v)))
}

func decode(s, encoding string) ([]byte, bool) {
	var raw []byte
	var err error
	switch encoding {
	case "utf8", "utf-8":
		return []byte(s), true
	case "hex":
		raw, err = hex.DecodeString(s)
	case "base64", "base64url":
		// Both alphabets are read, with and without padding, as njs does.
		s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
		raw, err = base64.RawURLEncoding.DecodeString(s)
	default:
		return nil, false
	}
	return raw, err == nil
}

func (m *machine) encode(raw []byte, encoding goja.Value) string {
	switch textOr(encoding, "utf8") {
	case "utf8", "utf-8":
		return strings.ToValidUTF8(string(raw), "\ufffd")
	case "hex":
		return hex.EncodeToString(raw)
	case "base64":
		return base64.StdEncoding.EncodeToString(raw)
	case "base64url":
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	panic(m.vm.NewTypeError("encoding %s: local mode has utf8, hex, base64 and base64url", describe(encoding)))
}
