package function

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // offered by the runtime
	"crypto/sha1" //nolint:gosec // offered by the runtime
	"crypto/sha256"
	"hash"

	"github.com/dop251/goja"
)

// crypto is the module of that name: createHash and createHmac with update and digest.
func (m *machine) crypto() goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("createHash", func(call goja.FunctionCall) goja.Value {
		return m.hash(m.algorithm(call.Argument(0))())
	})
	_ = o.Set("createHmac", func(call goja.FunctionCall) goja.Value {
		return m.hash(hmac.New(m.algorithm(call.Argument(0)), m.bytes(call.Argument(1), goja.Undefined())))
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
	o, spent := m.vm.NewObject(), false
	open := func() {
		if spent {
			panic(m.vm.NewTypeError("crypto: digest was called already"))
		}
	}
	_ = o.Set("update", func(call goja.FunctionCall) goja.Value {
		open()
		h.Write(m.bytes(call.Argument(0), call.Argument(1)))
		return o
	})
	// Without an encoding runtime 2.0 gives a Buffer:
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-features.html
	_ = o.Set("digest", func(call goja.FunctionCall) goja.Value {
		open()
		spent = true
		sum := h.Sum(nil)
		if !present(call.Argument(0)) {
			return m.buffer(sum)
		}
		return m.vm.ToValue(m.encode(sum, call.Argument(0)))
	})
	return o
}
