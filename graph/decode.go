package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// NoLocalMeaning is the type of a field whose property is accepted and ignored. Each use says why.
type NoLocalMeaning struct{}

// Decode reads the inputs into a pointer to a struct, by the fields' json tags, and refuses everything the struct
// has no field for: every problem at once, each with URN, path and value. Fields without a tag, or with "-", are
// left alone. An absent property leaves its field as it is, so defaults may be set before; a pointer field tells
// absent from zero. Numbers must fit their field exactly. A field of type any takes whatever is there.
func (r *Resource) Decode(into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("decoding %s: want a pointer to a struct, got %T", r.URN, into)
	}
	d := decoder{resource: r}
	d.value("", r.Inputs, target.Elem())
	return errors.Join(d.problems...)
}

type decoder struct {
	resource *Resource
	problems []error
}

func (d *decoder) refuse(path string, value any, right string) {
	d.problems = append(d.problems, fmt.Errorf("%s: %s: %s: %s", d.resource.URN, path, d.show(path, value), right))
}

// show renders a value for an error text: short, and never a secret.
func (d *decoder) show(path string, value any) string {
	for _, s := range d.resource.Secrets {
		if s == path || within(s, path) || within(path, s) {
			return "[secret]"
		}
	}
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprintf("%T", value)
	}
	text := strings.TrimSuffix(encoded.String(), "\n")
	const limit = 120
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "..."
	}
	return text
}

// within says whether a path lies inside another, which is a prefix up to a step.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

var (
	noLocalMeaning = reflect.TypeFor[NoLocalMeaning]()
	assetType      = reflect.TypeFor[Asset]()
	archiveType    = reflect.TypeFor[Archive]()
)

func (d *decoder) value(path string, value any, target reflect.Value) {
	if value == nil {
		return
	}
	switch target.Type() {
	case noLocalMeaning:
		return
	case assetType, archiveType:
		if v := reflect.ValueOf(value); v.Type() == target.Type() {
			target.Set(v)
			return
		}
		d.refuse(path, value, "want an "+strings.ToLower(target.Type().Name()))
		return
	}
	switch target.Kind() {
	case reflect.Pointer:
		if target.IsNil() {
			target.Set(reflect.New(target.Type().Elem()))
		}
		d.value(path, value, target.Elem())
	case reflect.Struct:
		d.object(path, value, target)
	case reflect.Map:
		d.mapping(path, value, target)
	case reflect.Slice:
		d.list(path, value, target)
	case reflect.Interface:
		target.Set(reflect.ValueOf(value))
	default:
		d.scalar(path, value, target)
	}
}

func (d *decoder) object(path string, value any, target reflect.Value) {
	object, ok := value.(map[string]any)
	if !ok {
		d.refuse(path, value, "want an object")
		return
	}
	fields := map[string]reflect.Value{}
	for i := range target.NumField() {
		name, _, _ := strings.Cut(target.Type().Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = target.Field(i)
		}
	}
	for _, key := range sortedKeys(object) {
		field, known := fields[key]
		if !known {
			d.refuse(joinKey(path, key), object[key], unknownProperty(d.resource.Type))
			continue
		}
		d.value(joinKey(path, key), object[key], field)
	}
}

func (d *decoder) mapping(path string, value any, target reflect.Value) {
	object, ok := value.(map[string]any)
	if !ok || target.Type().Key().Kind() != reflect.String {
		d.refuse(path, value, "want a map")
		return
	}
	result := reflect.MakeMapWithSize(target.Type(), len(object))
	for _, key := range sortedKeys(object) {
		item := reflect.New(target.Type().Elem()).Elem()
		d.value(joinKey(path, key), object[key], item)
		result.SetMapIndex(reflect.ValueOf(key).Convert(target.Type().Key()), item)
	}
	target.Set(result)
}

func (d *decoder) list(path string, value any, target reflect.Value) {
	items, ok := value.([]any)
	if !ok {
		d.refuse(path, value, "want a list")
		return
	}
	result := reflect.MakeSlice(target.Type(), len(items), len(items))
	for i, item := range items {
		d.value(joinIndex(path, i), item, result.Index(i))
	}
	target.Set(result)
}

func (d *decoder) scalar(path string, value any, target reflect.Value) {
	switch v := value.(type) {
	case string:
		if target.Kind() == reflect.String {
			target.SetString(v)
			return
		}
	case bool:
		if target.Kind() == reflect.Bool {
			target.SetBool(v)
			return
		}
	case float64:
		if setNumber(v, target) {
			return
		}
	}
	d.refuse(path, value, "want "+target.Type().String())
}

func setNumber(v float64, target reflect.Value) bool {
	switch {
	case target.CanFloat():
		target.SetFloat(v)
		return true
	case target.CanInt() && v == math.Trunc(v) && math.Abs(v) <= 1<<53 && !target.OverflowInt(int64(v)):
		target.SetInt(int64(v))
		return true
	}
	return false
}

func unknownProperty(token string) string {
	return "local mode does not know this property of " + token
}

func sortedKeys(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }

// joinKey and joinIndex write paths as Pulumi does: a.b[0]["c.d"].
func joinKey(path, key string) string {
	if key == "" || strings.ContainsAny(key, `.["]`) {
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func joinIndex(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
