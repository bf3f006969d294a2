package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// Parse reads the config object onefront:upstream, or what Encode wrote, applies defaults and
// checks everything. All problems come back joined, each as
// "upstream.<key>: <value>: want <what would be right>".
func Parse(raw []byte) (Settings, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil || object == nil {
		return Settings{}, fmt.Errorf("upstream: %s: want an object such as {preset: webhook, url: https://example.com/feedback}", clip(raw))
	}
	var s Settings
	malformed := s.decode(object)
	s.applyDefaults()
	var errs []error
	for _, p := range malformed {
		errs = append(errs, p.err)
	}
	for _, p := range s.check(object) {
		if key, _, _ := strings.Cut(p.key, "["); !malformed.names(key) { // what is checked there is not what was given
			errs = append(errs, p.err)
		}
	}
	if len(errs) > 0 {
		return Settings{}, errors.Join(errs...)
	}
	return s, nil
}

// secretKeys are names under which somebody may try to put the SaaS key. Their values are
// never repeated in an error.
var secretKeys = []string{"key", "apikey", "token", "apitoken", "secret", "password", "upstreamapikey"}

// decode fills s key by key, so that one malformed value does not hide the next.
func (s *Settings) decode(object map[string]json.RawMessage) (p problems) {
	fields := jsonFields(s)
	for _, key := range sortedKeys(object) {
		field, known := fields[key]
		switch {
		case slices.Contains(secretKeys, strings.ToLower(key)):
			p.wrap(key, errors.New("the SaaS key does not belong here: pulumi config set --secret onefront:upstreamApiKey"))
		case !known:
			p.wrap(key, fmt.Errorf("%s: not a setting; known are %s", clip(object[key]), strings.Join(sortedKeys(fields), ", ")))
		case bytes.Equal(bytes.TrimSpace(object[key]), []byte("null")):
			// As if it were not there.
		default:
			if err := json.Unmarshal(object[key], field.Addr().Interface()); err != nil {
				p.wrap(key, decodeProblem(object[key], field.Type(), err))
			}
		}
	}
	return p
}

// decodeProblem words a value of the wrong type.
func decodeProblem(raw json.RawMessage, want reflect.Type, err error) error {
	if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); !wrongType {
		return err
	}
	return fmt.Errorf("%s: want %s", clip(raw), map[reflect.Kind]string{
		reflect.String: "a string", reflect.Int: "a whole number", reflect.Slice: "a list",
	}[want.Kind()])
}

// names reports whether one of the problems is about key.
func (p problems) names(key string) bool {
	return slices.ContainsFunc(p, func(one problem) bool { return one.key == key })
}

// jsonFields maps the JSON names of s to its fields.
func jsonFields(s *Settings) map[string]reflect.Value {
	v := reflect.ValueOf(s).Elem()
	fields := make(map[string]reflect.Value, v.NumField())
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = v.Field(i)
	}
	return fields
}

func (s *Settings) applyDefaults() {
	setDefault(&s.Timeout, Duration(DefaultTimeout))
	setDefault(&s.MaxReceives, DefaultMaxReceives)
	switch s.Preset {
	case PresetWebhook:
		setDefault(&s.Method, "POST")
		setDefault(&s.Header, "Authorization")
		if strings.EqualFold(s.Header, "Authorization") {
			setDefault(&s.Scheme, "Bearer")
		}
		setDefault(&s.Scheme, SchemeNone)
	case PresetZendesk:
		setDefault(&s.Resource, ResourceTickets)
	case PresetGitHub:
		setDefault(&s.URL, "https://api.github.com")
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// clip shortens a value for an error.
func clip(raw []byte) string {
	const most = 80
	if len(raw) > most {
		return strings.ToValidUTF8(string(raw[:most]), "") + "..."
	}
	return string(raw)
}
