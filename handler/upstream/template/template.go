package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MaxDepth bounds how deep a document nests.
const MaxDepth = 16

// Fields are the names of placeholders. context.<name> is one entry of the context.
func Fields() []string {
	return []string{
		"id", "receivedAt", "region", "message", "rating", "topic", "email", "pageUrl", "locale", "context",
	}
}

// Template is a parsed document. It is not changed by Fill and safe for concurrent use.
type Template struct{ root any }

// text is a string with placeholders: literal, field, literal, field, ..., literal.
type text struct {
	literals []string // one more than fields
	fields   []string
}

// Parse reads a document and refuses unknown placeholders.
func Parse(raw []byte) (*Template, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("a JSON document: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("one JSON document, with nothing after it")
	}
	if _, object := root.(map[string]any); !object {
		return nil, fmt.Errorf("a JSON object with {{field}} placeholders in its strings")
	}
	root, err := compile(root, 1)
	if err != nil {
		return nil, err
	}
	return &Template{root: root}, nil
}

func compile(node any, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("a document at most %d levels deep", MaxDepth)
	}
	switch n := node.(type) {
	case map[string]any:
		for name, member := range n {
			if strings.Contains(name, "{{") {
				return nil, fmt.Errorf("member %q: placeholders in values only", name)
			}
			compiled, err := compile(member, depth+1)
			if err != nil {
				return nil, err
			}
			n[name] = compiled
		}
	case []any:
		for i, item := range n {
			compiled, err := compile(item, depth+1)
			if err != nil {
				return nil, err
			}
			n[i] = compiled
		}
	case string:
		return compileText(n)
	}
	return node, nil
}

// compileText splits a string at its placeholders.
func compileText(s string) (any, error) {
	var t text
	rest := s
	for {
		literal, after, found := strings.Cut(rest, "{{")
		t.literals = append(t.literals, literal)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}}")
		name = strings.TrimSpace(name)
		if !closed {
			return nil, fmt.Errorf("string %q: close the placeholder with }}", s)
		}
		if !isField(name) {
			return nil, fmt.Errorf("placeholder {{%s}}: want one of %s, or context.<name>", name, strings.Join(Fields(), ", "))
		}
		t.fields = append(t.fields, name)
		rest = tail
	}
	if len(t.fields) == 0 {
		return s, nil
	}
	return t, nil
}

func isField(name string) bool {
	if entry, ok := strings.CutPrefix(name, "context."); ok {
		return entry != ""
	}
	return slices.Contains(Fields(), name)
}

// Fill returns the document with every placeholder replaced by what lookup returns for its
// name: a string, json.Number, map[string]string, or nil for a field that was not sent.
func (t *Template) Fill(lookup func(field string) any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(fill(t.root, lookup)); err != nil {
		return nil, fmt.Errorf("filling the template: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func fill(node any, lookup func(string) any) any {
	switch n := node.(type) {
	case map[string]any:
		filled := make(map[string]any, len(n))
		for name, member := range n {
			filled[name] = fill(member, lookup)
		}
		return filled
	case []any:
		filled := make([]any, len(n))
		for i, item := range n {
			filled[i] = fill(item, lookup)
		}
		return filled
	case text:
		return n.fill(lookup)
	}
	return node
}

func (t text) fill(lookup func(string) any) any {
	if len(t.fields) == 1 && t.literals[0] == "" && t.literals[1] == "" {
		return lookup(t.fields[0])
	}
	var b strings.Builder
	for i, literal := range t.literals {
		b.WriteString(literal)
		if i < len(t.fields) {
			b.WriteString(asText(lookup(t.fields[i])))
		}
	}
	return b.String()
}

// asText is a field's text inside a longer string.
func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(raw)
}
