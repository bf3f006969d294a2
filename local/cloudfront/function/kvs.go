package function

import (
	"encoding/json"
	"time"

	"github.com/dop251/goja"
)

// kvs is cf.kvs(), a key value store as functions read it (F2.22). The id, once required, may still be given.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
func (m *machine) kvs(call goja.FunctionCall) goja.Value {
	s := m.f.kvs
	if s == nil {
		panic(m.vm.NewTypeError("no key value store is associated with the function"))
	}
	if id := call.Argument(0); present(id) && s.ID != "" && id.String() != s.ID {
		panic(m.vm.NewTypeError("key value store %s is not associated with the function", id))
	}
	handle := m.vm.NewObject()
	for name, method := range map[string]func(goja.FunctionCall) (any, error){"get": m.get, "exists": m.exists, "meta": m.meta} {
		_ = handle.Set(name, m.asynchronous(method))
	}
	return handle
}

// asynchronous makes a method that returns a promise, settled at once.
func (m *machine) asynchronous(method func(goja.FunctionCall) (any, error)) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		promise, resolve, reject := m.vm.NewPromise()
		value, err := method(call)
		if err != nil {
			e, _ := m.vm.New(m.vm.Get("Error"), m.vm.ToValue(err.Error()))
			_ = reject(e)
		} else {
			_ = resolve(m.vm.ToValue(value))
		}
		return m.vm.ToValue(promise)
	}
}

type keyError string

func (e keyError) Error() string { return string(e) }

func (m *machine) get(call goja.FunctionCall) (any, error) {
	key := call.Argument(0).String()
	value, found := m.f.kvs.Get(key)
	if !found {
		return nil, keyError("KeyNotFound: " + key)
	}
	format := "string"
	if options, ok := call.Argument(1).(*goja.Object); ok {
		if v := options.Get("format"); present(v) {
			format = v.String()
		}
	}
	switch format {
	case "string":
		return value, nil
	case "json":
		var parsed any
		if err := json.Unmarshal([]byte(value), &parsed); err != nil {
			return nil, keyError("the value of " + key + " is not JSON")
		}
		return parsed, nil
	case "bytes":
		// guess: the guide names the format, the type it returns is a Buffer, which is a Uint8Array.
		return m.buffer([]byte(value)), nil
	default:
		return nil, keyError("format " + format + ": must be string, json or bytes")
	}
}

func (m *machine) exists(call goja.FunctionCall) (any, error) {
	_, found := m.f.kvs.Get(call.Argument(0).String())
	return found, nil
}

func (m *machine) meta(goja.FunctionCall) (any, error) {
	created, changed, count := m.f.kvs.Meta()
	text := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return m.object("creationDateTime", text(created), "lastUpdatedDateTime", text(changed), "keyCount", count), nil
}
