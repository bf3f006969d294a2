package function

import (
	"slices"

	"github.com/dop251/goja"
)

// fieldSet is a querystring, headers or cookies object: {name: {value, attributes?, multiValue?}}. It makes a field's
// object only when the code asks for it, so that a run costs what it touches. It implements goja.DynamicObject.
type fieldSet struct {
	m      *machine
	object *goja.Object
	// before are the fields of the event.
	before []field
	// names are the current names in order; nil while they are those of before.
	names []string
	// made holds fields that were asked for or set. An untouched field is in none.
	made map[string]goja.Value
}

func (m *machine) newFields(before []field) *fieldSet {
	f := &fieldSet{m: m, before: before}
	f.object = m.vm.NewDynamicObject(f)
	return f
}

func (f *fieldSet) original(name string) (field, bool) {
	at := slices.IndexFunc(f.before, func(b field) bool { return b.name == name })
	if at < 0 {
		return field{}, false
	}
	return f.before[at], true
}

// untouched says that the code never asked for a field of the event nor set it.
func (f *fieldSet) untouched(name string) bool {
	_, made := f.made[name]
	return !made
}

// own makes names ready for a change.
func (f *fieldSet) own() {
	if f.names == nil {
		f.names = f.Keys()
	}
	if f.made == nil {
		f.made = map[string]goja.Value{}
	}
}

// Get returns a field's object, or nil.
func (f *fieldSet) Get(name string) goja.Value {
	if v, ok := f.made[name]; ok {
		return v
	}
	original, ok := f.original(name)
	if !ok || !f.Has(name) {
		return nil
	}
	v := f.m.entry(original)
	if f.made == nil {
		f.made = map[string]goja.Value{}
	}
	f.made[name] = v
	return v
}

// Set puts a value, whatever it is; [machine.result] judges it.
func (f *fieldSet) Set(name string, v goja.Value) bool {
	f.own()
	if !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
	}
	f.made[name] = v
	return true
}

// Has says whether there is such a field.
func (f *fieldSet) Has(name string) bool {
	if f.names != nil {
		return slices.Contains(f.names, name)
	}
	_, ok := f.original(name)
	return ok
}

// Delete removes a field.
func (f *fieldSet) Delete(name string) bool {
	f.own()
	f.names = slices.DeleteFunc(f.names, func(n string) bool { return n == name })
	delete(f.made, name)
	return true
}

// Keys returns the current names in order.
func (f *fieldSet) Keys() []string {
	if f.names != nil {
		return slices.Clone(f.names)
	}
	names := make([]string, len(f.before))
	for i, b := range f.before {
		names[i] = b.name
	}
	return names
}

// entry builds one field; multiValue only if the name came more than once (F2.13).
func (m *machine) entry(f field) *goja.Object {
	entry := m.item(f.items[0])
	if len(f.items) > 1 {
		values := make([]any, len(f.items))
		for i, it := range f.items {
			values[i] = m.item(it)
		}
		m.set(entry, "multiValue", m.vm.NewArray(values...))
	}
	return entry
}
