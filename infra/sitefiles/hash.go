package sitefiles

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// hashRules say which file names bear a hash of the content, as bundlers write it: hex of 8 to 64 digits, or eight
// characters of base64url (index-B7PI925R.js, foo-5UjPuW-k.css) or base32 (app-7QZ5UPOX.js), after a dot, dash or
// underscore and before the extension. They are data, and in the part of regular expressions that Go and JavaScript
// read alike, because two ask: the publisher (how long may a browser keep the file?) and the viewer-request function
// (may this file of an old release still be in the bucket?). [HashRules] hands them to the function.
//
// They are on the careful side, because a browser keeps such a file for a year without asking: numbers, dates,
// versions and words are no hashes. A hash that they do not recognise costs one conditional request every five minutes.
// https://vite.dev/guide/backend-integration.html https://esbuild.github.io/api/#asset-names
var hashRules = rules{
	// Without its extensions, and without what tools write between the hash and the extension.
	Stem: `^(.*?)(?:\.(?:js|css|mjs|chunk|min|bundle|module|esm|worker|LICENSE))*\.[^.]+$`,
	Tokens: []token{
		// A digit and a letter: 20260131 is a date and deadbeef a word.
		{Is: `^(?:.*[._-])?([0-9a-f]{8,64})$`, Has: []string{`[0-9]`, `[a-f]`}},
		{Is: `^.+[-.]([A-Za-z0-9_-]{8})$`, Unword: true},
		// The whole name: more likely a word, so it takes more to be a hash.
		{Is: `^([A-Za-z0-9_-]{8})$`, Has: []string{`[0-9]+[^0-9]+[0-9]`}, Unword: true},
	},
	// What a part of a name between dashes and underscores looks like when a person wrote it.
	Words: []word{
		{Is: `[a-z]{5}`},
		// A word with a number at one end: version2, IMG0012, 2columns.
		{Is: `^(?:(?:[A-Z]?[a-z]+|[A-Z]+)[0-9]+|[0-9]+(?:[A-Z]?[a-z]+|[A-Z]+))$`},
		// Lower case with one number: h264 and mp4video are words, a1b2c3d4 is not.
		{Is: `^[a-z]*[0-9]*[a-z]*$`},
		{Is: `^[A-Z]+$`},
		// CamelCase, perhaps with a number behind it, such as DataGrid or NewLogo2. Three consonants in one of several
		// humps are rare in words and common in hashes.
		{
			Is:  `^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*[0-9]*$`,
			Not: []string{`.[A-Z]`, `[BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz]{2}`},
		},
	},
}

// rules are read by [rules.hashed] and by infra/functions/address.js, in the same way.
type rules struct {
	// Stem's first group is the part of a file's name that may end with a hash. A name that it does not match, one
	// without an extension, has none.
	Stem string `json:"stem"`
	// Tokens are tried in order: the first group of one that matches is a hash if it has everything.
	Tokens []token `json:"tokens"`
	Words  []word  `json:"words"`
}

type token struct {
	Is  string   `json:"is"`
	Has []string `json:"has"`
	// Unword wants one of the parts between dashes and underscores to be no word.
	Unword bool `json:"unword"`
}

// word matches a part if Is does and not all of Not do.
type word struct {
	Is  string   `json:"is"`
	Not []string `json:"not"`
}

// HashRules are the rules of [IsHashed] as data that marshals to JSON, for the function at the edge.
func HashRules() any { return hashRules }

// IsHashed says whether a file's name bears a hash of its content, as bundlers write it. The name may have a path
// before it, which says nothing.
func IsHashed(name string) bool { return hashRules.hashed(path.Base(name)) }

func (r *rules) hashed(base string) bool {
	stem := group(r.Stem, base)
	if stem == "" {
		return false
	}
	return slices.ContainsFunc(r.Tokens, func(t token) bool {
		found := group(t.Is, stem)
		return found != "" && matchAll(t.Has, found) && (!t.Unword || slices.ContainsFunc(parts(found), func(part string) bool { return !r.isWord(part) }))
	})
}

func (r *rules) isWord(part string) bool {
	return slices.ContainsFunc(r.Words, func(w word) bool {
		return pattern(w.Is).MatchString(part) && (len(w.Not) == 0 || !matchAll(w.Not, part))
	})
}

func parts(token string) []string {
	return strings.FieldsFunc(token, func(r rune) bool { return r == '-' || r == '_' })
}

func matchAll(expressions []string, text string) bool {
	return !slices.ContainsFunc(expressions, func(e string) bool { return !pattern(e).MatchString(text) })
}

func group(expression, text string) string {
	if found := pattern(expression).FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// patterns are compiled once, at the first name.
var patterns = sync.OnceValue(func() map[string]*regexp.Regexp {
	compiled := map[string]*regexp.Regexp{}
	add := func(expressions ...string) {
		for _, e := range expressions {
			compiled[e] = regexp.MustCompile(e)
		}
	}
	add(hashRules.Stem)
	for _, t := range hashRules.Tokens {
		add(append(t.Has, t.Is)...)
	}
	for _, w := range hashRules.Words {
		add(append(w.Not, w.Is)...)
	}
	return compiled
})

func pattern(expression string) *regexp.Regexp { return patterns()[expression] }
