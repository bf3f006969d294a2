package stackfile

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

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
