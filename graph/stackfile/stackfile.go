package stackfile

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads the configuration of a stack as an engine would hand it to the program: Pulumi.<stack>.yaml in
// dir over the defaults in Pulumi.yaml. A stack's value replaces the project's default as a whole, and a key
// without a namespace gets the project's (F12.16, F12.18). Objects and lists become JSON.
//
// No passphrase is needed: a `secure:` value becomes "" and its key is listed among the secret ones, and so does one
// that the project declares as a secret and nobody sets. Two checks the engine makes are made here too (F12.17): every
// other declared key must have a value, and values must have the declared type. Errors are one line each and name the
// file, and the line where it is known.
func Load(dir, stack string) (config map[string]string, secretKeys []string, err error) {
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
		if declared.value == nil && declared.secret {
			config[key] = ""
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

// Environments says whether a stack's file imports ESC environments, which are not opened here: what they set is
// missing from what [Load] returns.
func Environments(dir, stack string) bool {
	file, err := readStack(dir, stack)
	return err == nil && file.Environment.Kind != 0 && file.Environment.Tag != "!!null"
}

// Secrets are the full keys that a stack sets to an encrypted value, none if the files cannot be read.
func Secrets(dir, stack string) (keys []string) {
	project, err := readProject(dir)
	if err != nil {
		return nil
	}
	file, err := readStack(dir, stack)
	if err != nil {
		return nil
	}
	for i := 0; i+1 < len(file.Config.Content); i += 2 {
		if _, secure, err := configValue(file.Config.Content[i+1]); err == nil && secure {
			keys = append(keys, project.key(file.Config.Content[i].Value))
		}
	}
	return keys
}

type stackFile struct {
	Config      yaml.Node `yaml:"config"`
	Environment yaml.Node `yaml:"environment"`
	path        string
}

func readStack(dir, stack string) (stackFile, error) {
	s := stackFile{path: "Pulumi." + stack + ".yaml"}
	if stack == "" || strings.ContainsAny(stack, `/\`) {
		return s, fmt.Errorf("stack %q: want the name of a stack, one of %s", stack, strings.Join(stacks(dir), ", "))
	}
	raw, err := os.ReadFile(filepath.Join(dir, s.path))
	if errors.Is(err, os.ErrNotExist) {
		return s, fmt.Errorf("%s: no such file: the stacks here are %s", s.path, strings.Join(stacks(dir), ", "))
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

// stacks lists the stacks that have a file in dir.
func stacks(dir string) []string {
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
