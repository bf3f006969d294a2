package distribution

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// decoding collects what a resource asks for that is not imitated, each with URN, path and value.
type decoding struct {
	urn      string
	problems []error
}

func (d *decoding) refuse(path string, value any, right string) {
	if s, ok := value.(string); ok {
		value = fmt.Sprintf("%q", s)
	}
	d.problems = append(d.problems, fmt.Errorf("%s: %s: %v: %s", d.urn, path, value, right))
}

// unless refuses a property whose one imitated value is the zero value.
func (d *decoding) unless(absent bool, path string, value any) {
	if !absent {
		d.refuse(path, value, "local mode does not imitate this; leave it out")
	}
}

func (d *decoding) err() error { return errors.Join(d.problems...) }

// anySelection are the words of query strings and cookies in cache policies and origin request policies.
var anySelection = map[string]SelectionMode{
	"none": selectNone, "whitelist": selectListed, "allExcept": selectAllExcept, "all": SelectAll,
}

func (d *decoding) selection(path, word string, names []string, words map[string]SelectionMode) Selection {
	mode, known := words[word]
	if !known {
		d.refuse(path, word, "want one of "+strings.Join(slices.Sorted(maps.Keys(words)), ", "))
	}
	return Selection{Mode: mode, Names: names}
}
