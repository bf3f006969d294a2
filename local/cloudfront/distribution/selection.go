package distribution

import (
	"maps"
	"net/textproto"
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
)

// Selection says which names of one kind (headers, cookies, query parameters) a policy takes.
// CF DG "Understand cache policies" and "Understand origin request policies".
type Selection struct {
	Mode  SelectionMode
	Names []string
}

// SelectionMode says how a selection's names are meant.
type SelectionMode int

const (
	selectNone SelectionMode = iota
	selectListed
	selectAllExcept
	SelectAll
)

// anySelection are the words of query strings and cookies in cache policies and origin request policies.
var anySelection = map[string]SelectionMode{
	"none": selectNone, "whitelist": selectListed, "allExcept": selectAllExcept, "all": SelectAll,
}

// selection reads a policy's word, which stands at a path, and its names.
func selection(r *graph.Taken, path, word string, names []string, words map[string]SelectionMode) Selection {
	mode, known := words[word]
	r.Require(known, path, word, "want one of "+strings.Join(slices.Sorted(maps.Keys(words)), ", "))
	return Selection{Mode: mode, Names: names}
}

// Has says whether a name is taken. Query parameters and cookies count case (CF DG QueryStringParameters: "always
// use the same case"); headers are compared in canonical form.
func (s Selection) Has(name string) bool {
	switch s.Mode {
	case SelectAll:
		return true
	case selectListed:
		return slices.Contains(s.Names, name)
	case selectAllExcept:
		return !slices.Contains(s.Names, name)
	}
	return false
}

// None says whether nothing is taken.
func (s Selection) None() bool {
	return s.Mode == selectNone || s.Mode == selectListed && len(s.Names) == 0
}

// canonicalHeaders puts header names in the form of [http.Header] keys.
func canonicalHeaders(names []string) []string {
	canonical := make([]string, len(names))
	for i, n := range names {
		canonical[i] = textproto.CanonicalMIMEHeaderKey(n)
	}
	return canonical
}

// AppendQuery appends the parameters of a raw query that are taken, in their order and byte for byte: CloudFront
// sees other orders and other cases as other objects (CF DG QueryStringParameters).
func AppendQuery(dst []byte, raw string, take func(name string) bool) []byte {
	start := len(dst)
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		name, _, _ := strings.Cut(part, "=")
		if !take(name) {
			continue
		}
		if len(dst) > start {
			dst = append(dst, '&')
		}
		dst = append(dst, part...)
	}
	return dst
}

// AppendCookies appends the cookies of Cookie headers that are taken.
func AppendCookies(dst []byte, headers []string, take func(name string) bool) []byte {
	start := len(dst)
	for _, h := range headers {
		for h != "" {
			var part string
			part, h, _ = strings.Cut(h, ";")
			part = strings.Trim(part, " \t")
			name, _, _ := strings.Cut(part, "=")
			if part == "" || !take(name) {
				continue
			}
			if len(dst) > start {
				dst = append(dst, "; "...)
			}
			dst = append(dst, part...)
		}
	}
	return dst
}
