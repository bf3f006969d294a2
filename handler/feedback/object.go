package feedback

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

const (
	// maxDepth is deeper than any valid feedback (2), so that the problem can name the member
	// that has the wrong type; what nests further is refused as a whole.
	maxDepth = 8
	// maxNameShown bounds how much of a member's name a problem repeats.
	maxNameShown = 64
)

// readObject parses body as one JSON object, strictly: valid UTF-8, nothing after it, bounded
// depth and no name twice, at any level (RFC 8259, 4 leaves duplicates open, so two readers
// could take two different values).
func readObject(body []byte) (map[string]json.RawMessage, *Invalid) {
	if !utf8.Valid(body) {
		return nil, invalid("", "must be UTF-8")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, invalid("", "must be a JSON object, not empty")
	}
	if problem := scan(body); problem != nil {
		return nil, problem
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return nil, invalid("", "must be a JSON object")
	}
	return object, nil
}

// level is one open object or array while scanning.
type level struct {
	names  map[string]bool // of an object
	member string          // the member being read
	isName bool            // the next string is a name
	object bool
}

// scan walks the tokens once, looking for what encoding/json would let pass.
func scan(body []byte) *Invalid {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // 1e999 is well-formed and no reason to stop here
	var stack []level
	for {
		token, err := dec.Token()
		if err != nil {
			return invalid("", "must be well-formed JSON")
		}
		if delim, ok := token.(json.Delim); ok {
			switch delim {
			case '{', '[':
				if len(stack) == maxDepth {
					return invalid(clip(stack[0].member), "nests too deeply")
				}
				stack = append(stack, level{object: delim == '{', isName: delim == '{'})
				continue
			default:
				stack = stack[:len(stack)-1]
			}
		} else if problem := name(stack, token); problem != nil {
			return problem
		} else if len(stack) > 0 && stack[len(stack)-1].object && !stack[len(stack)-1].isName {
			continue // a name was read, its value follows
		}
		if len(stack) == 0 {
			break
		}
		if top := &stack[len(stack)-1]; top.object {
			top.isName = true
		}
	}
	if dec.InputOffset() < int64(len(bytes.TrimRight(body, " \t\r\n"))) {
		return invalid("", "must be one JSON object with nothing after it")
	}
	return nil
}

// name handles a token that may be a member's name: it is remembered and refused if known.
func name(stack []level, token json.Token) *Invalid {
	if len(stack) == 0 {
		return nil
	}
	top := &stack[len(stack)-1]
	if !top.object {
		return nil
	}
	if !top.isName {
		top.isName = true // a scalar value; the loop goes on to the next name
		return nil
	}
	text, _ := token.(string)
	if top.names[text] {
		return invalid(path(stack[:len(stack)-1], text), "must be given only once")
	}
	if top.names == nil {
		top.names = make(map[string]bool, 8)
	}
	top.names[text] = true
	top.member = text
	top.isName = false
	return nil
}

// path joins the members open above a name.
func path(stack []level, name string) string {
	text := ""
	for _, l := range stack {
		if l.object {
			text += l.member + "."
		}
	}
	return clip(text + name)
}

// clip bounds a name that a visitor made up.
func clip(name string) string {
	if utf8.RuneCountInString(name) <= maxNameShown {
		return name
	}
	return string([]rune(name)[:maxNameShown]) + "..."
}
