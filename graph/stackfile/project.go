package stackfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Project is what Pulumi.yaml says of the program.
type Project struct {
	Name string
	// Runtime is the language, such as go; "" where none is given.
	Runtime string
	// Main is the program's folder where it is not the project's.
	Main string
}

// ReadProject reads dir's Pulumi.yaml.
func ReadProject(dir string) (Project, error) {
	p, err := readProject(dir)
	project := Project{Name: p.Name, Main: p.Main, Runtime: p.Runtime.Value}
	for i := 0; i+1 < len(p.Runtime.Content); i += 2 { // {name, options}
		if p.Runtime.Content[i].Value == "name" {
			project.Runtime = p.Runtime.Content[i+1].Value
		}
	}
	return project, err
}

type projectFile struct {
	Name    string    `yaml:"name"`
	Main    string    `yaml:"main"`
	Runtime yaml.Node `yaml:"runtime"`
	Config  yaml.Node `yaml:"config"`
	path    string
	config  map[string]declaration
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
