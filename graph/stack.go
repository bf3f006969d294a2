package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// LoadStack reads the configuration of a stack as an engine would hand it to the program: Pulumi.<stack>.yaml in
// dir over the defaults in Pulumi.yaml. A stack's value replaces the project's default as a whole, and a key
// without a namespace gets the project's (F12.16, F12.18). Objects and lists become JSON.
//
// No passphrase is needed: a `secure:` value becomes "" and its key is listed among the secret ones. Two checks
// the engine makes are made here too (F12.17): a declared key must have a value, and values must have the declared
// type. Errors are one line each and name the file, and the line where it is known.
func LoadStack(dir, stack string) (config map[string]string, secretKeys []string, err error) {
	project, err := readProject(dir)
	if err != nil {
		return nil, nil, err
	}
	file, err := readStack(dir, stack)
	if err != nil {
		return nil, nil, err
	}
	config = map[string]string{}
	secret := map[string]bool{}
	var problems []error
	for i := 0; i+1 < len(file.Config.Content); i += 2 {
		key, node := project.key(file.Config.Content[i].Value), file.Config.Content[i+1]
		if _, twice := config[key]; twice {
			problems = append(problems, fmt.Errorf("%s:%d: config %s: set twice: keep one of the two", file.path, node.Line, key))
			continue
		}
		value, secure, err := configValue(node)
		if err == nil && !secure {
			err = project.check(key, node)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s:%d: config %s: %w", file.path, node.Line, key, err))
			continue
		}
		config[key] = value
		if secure {
			secret[key] = true
		}
	}
	for key, declared := range project.config {
		if declared.secret {
			secret[key] = true
		}
		if _, set := config[key]; set {
			continue
		}
		if declared.value == nil {
			problems = append(problems, fmt.Errorf("%s: config %s: not set, and %s has no default for it: set it", file.path, key, project.path))
			continue
		}
		value, _, err := configValue(declared.value)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s:%d: config %s: %w", project.path, declared.value.Line, key, err))
		}
		config[key] = value
	}
	if len(problems) > 0 {
		slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return nil, nil, errors.Join(problems...)
	}
	for key := range secret {
		if _, set := config[key]; !set {
			delete(secret, key)
		}
	}
	return config, slices.Sorted(maps.Keys(secret)), nil
}

// ProjectName returns the name in dir's Pulumi.yaml.
func ProjectName(dir string) (string, error) {
	p, err := readProject(dir)
	return p.Name, err
}

// Stacks lists the stacks that have a file in dir.
func Stacks(dir string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "Pulumi.*.yaml"))
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml")
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

type projectFile struct {
	Name   string    `yaml:"name"`
	Config yaml.Node `yaml:"config"`
	path   string
	config map[string]declaration
}

// declaration is an entry of the project's config: a bare value, or an object with type, default and so on.
type declaration struct {
	typ    string
	value  *yaml.Node // nil without a default
	secret bool
}

func readProject(dir string) (projectFile, error) {
	p := projectFile{path: "Pulumi.yaml", config: map[string]declaration{}}
	raw, err := os.ReadFile(filepath.Join(dir, p.path))
	if err != nil {
		return p, fmt.Errorf("%s: %w: run in the project's folder", p.path, plainError(err))
	}
	if err := parse(p.path, raw, &p); err != nil {
		return p, err
	}
	if p.Name == "" {
		return p, fmt.Errorf("%s: name: missing: give the project one", p.path)
	}
	if p.Config.Kind != 0 && p.Config.Kind != yaml.MappingNode {
		return p, fmt.Errorf("%s:%d: config: want an object", p.path, p.Config.Line)
	}
	for i := 0; i+1 < len(p.Config.Content); i += 2 {
		p.config[p.key(p.Config.Content[i].Value)] = declare(p.Config.Content[i+1])
	}
	return p, nil
}

func declare(node *yaml.Node) declaration {
	if node.Kind != yaml.MappingNode {
		return declaration{value: node}
	}
	d := declaration{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value := node.Content[i+1]
		switch node.Content[i].Value {
		case "type":
			d.typ = value.Value
		case "default", "value":
			d.value = value
		case "secret":
			d.secret = value.Value == "true"
		}
	}
	return d
}

// key gives a key without a namespace the project's.
func (p projectFile) key(key string) string {
	if strings.Contains(key, ":") {
		return key
	}
	return p.Name + ":" + key
}

// check compares a value with the type the project declares for its key.
func (p projectFile) check(key string, node *yaml.Node) error {
	want := p.config[key].typ
	var ok bool
	switch want {
	case "":
		return nil
	case "array":
		ok = node.Kind == yaml.SequenceNode
	case "object":
		ok = node.Kind == yaml.MappingNode
	case "boolean":
		ok = node.Value == "true" || node.Value == "false"
	case "integer":
		ok = node.Kind == yaml.ScalarNode && strings.Trim(strings.TrimPrefix(node.Value, "-"), "0123456789") == "" && node.Value != ""
	default:
		ok = node.Kind == yaml.ScalarNode
	}
	if !ok {
		return fmt.Errorf("%s: want %s, as %s declares", show(node), want, p.path)
	}
	return nil
}

func show(node *yaml.Node) string {
	switch node.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "an object"
	}
	return fmt.Sprintf("%q", node.Value)
}

type stackFile struct {
	Config yaml.Node `yaml:"config"`
	path   string
}

func readStack(dir, stack string) (stackFile, error) {
	s := stackFile{path: "Pulumi." + stack + ".yaml"}
	if stack == "" || strings.ContainsAny(stack, `/\`) {
		return s, fmt.Errorf("stack %q: want the name of a stack, one of %s", stack, strings.Join(Stacks(dir), ", "))
	}
	raw, err := os.ReadFile(filepath.Join(dir, s.path))
	if errors.Is(err, os.ErrNotExist) {
		return s, fmt.Errorf("%s: no such file: the stacks here are %s", s.path, strings.Join(Stacks(dir), ", "))
	}
	if err != nil {
		return s, fmt.Errorf("%s: %w", s.path, plainError(err))
	}
	if err := parse(s.path, raw, &s); err != nil {
		return s, err
	}
	if s.Config.Kind != 0 && s.Config.Kind != yaml.MappingNode && s.Config.Tag != "!!null" {
		return s, fmt.Errorf("%s:%d: config: want an object", s.path, s.Config.Line)
	}
	return s, nil
}

// parse reads YAML and makes its errors one line: "file:line: what".
func parse(path string, raw []byte, into any) error {
	err := yaml.Unmarshal(raw, into)
	if err == nil {
		return nil
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n  ")
	text = strings.Join(strings.Fields(text), " ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		return fmt.Errorf("%s:%s", path, rest)
	}
	return fmt.Errorf("%s: %s", path, text)
}

// plainError drops operation and path, which the caller has named.
func plainError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// configValue is the string an engine hands over: a scalar as written, anything else as JSON. An object whose only
// key is "secure" is a secret wherever it stands, and makes the whole key one.
func configValue(node *yaml.Node) (value string, secure bool, err error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode {
		return scalar(node), false, nil
	}
	v, secure, err := jsonValue(node)
	if err != nil {
		return "", false, err
	}
	if v == "" { // the whole value is secure
		return "", secure, nil
	}
	text, err := json.Marshal(v)
	return string(text), secure, err
}

func scalar(node *yaml.Node) string {
	if node.Tag == "!!null" {
		return ""
	}
	return node.Value
}

func jsonValue(node *yaml.Node) (value any, secure bool, err error) {
	switch node.Kind {
	case yaml.AliasNode:
		return jsonValue(node.Alias)
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			var s bool
			if list[i], s, err = jsonValue(item); err != nil {
				return nil, false, err
			}
			secure = secure || s
		}
		return list, secure, nil
	case yaml.MappingNode:
		return jsonObject(node)
	}
	switch node.Tag {
	case "!!null":
		return nil, false, nil
	case "!!int", "!!float", "!!bool":
		err = node.Decode(&value)
		return value, false, err
	}
	return node.Value, false, nil
}

func jsonObject(node *yaml.Node) (value any, secure bool, err error) {
	if len(node.Content) == 2 && node.Content[0].Value == "secure" {
		return "", true, nil
	}
	object := make(map[string]any, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		if _, twice := object[key]; twice {
			return nil, false, fmt.Errorf("key %q: given twice: keep one of the two", key)
		}
		v, s, err := jsonValue(node.Content[i+1])
		if err != nil {
			return nil, false, err
		}
		object[key], secure = v, secure || s
	}
	return object, secure, nil
}
