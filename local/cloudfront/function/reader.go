package function

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dop251/goja"
)

// reader reads an options object strictly: wrong types and unknown keys are errors. It collects them.
type reader struct {
	o        *goja.Object
	path     string
	known    []string
	problems []error
}

func newReader(v goja.Value, path string) *reader {
	r := &reader{path: path}
	if !present(v) {
		return r
	}
	o, ok := v.(*goja.Object)
	if !ok {
		r.fail("must be an object, is %s", v)
		return r
	}
	r.o = o
	return r
}

func (r *reader) fail(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if r.path != "" {
		err = fmt.Errorf("%s: %w", r.path, err)
	}
	r.problems = append(r.problems, err)
}

// get returns a key's value, nil if it is absent, and marks the key as known.
func (r *reader) get(key string) goja.Value {
	r.known = append(r.known, key)
	if r.o == nil {
		return nil
	}
	if v := r.o.Get(key); present(v) {
		return v
	}
	return nil
}

func (r *reader) require(keys ...string) {
	for _, key := range keys {
		if r.get(key) == nil {
			r.fail("%s is missing", key)
		}
	}
}

func (r *reader) ignore(keys ...string) {
	for _, key := range keys {
		r.get(key)
	}
}

func (r *reader) text(key string, use func(string)) {
	v := r.get(key)
	if v == nil {
		return
	}
	s, ok := v.Export().(string)
	if !ok || s == "" {
		r.fail("%s %s: must be a string", key, v)
		return
	}
	use(s)
}

// number reads an integer from 1 to high.
func (r *reader) number(key string, high int64, use func(int)) {
	v := r.get(key)
	if v == nil {
		return
	}
	n, ok := v.Export().(int64)
	if !ok || n < 1 || n > high {
		r.fail("%s %s: must be an integer from 1 to %d", key, v, high)
		return
	}
	use(int(n))
}

func (r *reader) boolean(key string, use func(bool)) {
	v := r.get(key)
	if v == nil {
		return
	}
	b, ok := v.Export().(bool)
	if !ok {
		r.fail("%s %s: must be true or false", key, v)
		return
	}
	use(b)
}

func (r *reader) list(key string, use func([]goja.Value) error) {
	v := r.get(key)
	if v == nil {
		return
	}
	o, ok := v.(*goja.Object)
	if !ok || o.ClassName() != "Array" {
		r.fail("%s: must be an array", key)
		return
	}
	items := make([]goja.Value, o.Get("length").ToInteger())
	for i := range items {
		if items[i] = o.Get(strconv.Itoa(i)); items[i] == nil {
			items[i] = goja.Undefined()
		}
	}
	if err := use(items); err != nil {
		r.fail("%w", err)
	}
}

func (r *reader) object(key string, use func(*reader)) {
	v := r.get(key)
	if v == nil {
		return
	}
	path := key
	if r.path != "" {
		path = r.path + "." + key
	}
	inner := newReader(v, path)
	use(inner)
	r.problems = append(r.problems, inner.done())
}

// done reports unknown keys and everything else that was wrong.
func (r *reader) done() error {
	if r.o != nil {
		for _, key := range r.o.Keys() {
			if !slices.Contains(r.known, key) {
				r.fail("%s: no such key", key)
			}
		}
	}
	return errors.Join(r.problems...)
}
