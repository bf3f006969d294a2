package feedback

import (
	"slices"
	"strings"
)

// IsLocale reports whether tag is a well-formed language tag of at most MaxLocaleLength
// characters: the grammar of RFC 5646, 2.1, irregular grandfathered tags included. Whether its
// subtags are registered is not asked (2.2.9 calls that validity).
func IsLocale(tag string) bool {
	if tag == "" || len(tag) > MaxLocaleLength {
		return false
	}
	parts := strings.Split(strings.ToLower(tag), "-")
	for _, part := range parts {
		if part == "" || len(part) > 8 || !alphanumeric(part) {
			return false
		}
	}
	if slices.Contains(irregular, strings.Join(parts, "-")) {
		return true
	}
	if parts[0] == "x" {
		return len(parts) > 1
	}
	rest, ok := cutLanguage(parts)
	if !ok {
		return false
	}
	if len(rest) > 0 && len(rest[0]) == 4 && alphabetic(rest[0]) { // script
		rest = rest[1:]
	}
	if len(rest) > 0 && (len(rest[0]) == 2 && alphabetic(rest[0]) || len(rest[0]) == 3 && numeric(rest[0])) { // region
		rest = rest[1:]
	}
	for len(rest) > 0 && (len(rest[0]) >= 5 || len(rest[0]) == 4 && numeric(rest[0][:1])) { // variants
		rest = rest[1:]
	}
	return extensions(rest)
}

// irregular are the grandfathered tags that the grammar does not produce (RFC 5646, 2.1).
var irregular = []string{
	"en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo",
	"i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
}

// cutLanguage takes the primary language with its extended languages.
func cutLanguage(parts []string) ([]string, bool) {
	language, rest := parts[0], parts[1:]
	if len(language) < 2 || !alphabetic(language) {
		return nil, false
	}
	if len(language) <= 3 {
		for n := 0; n < 3 && len(rest) > 0 && len(rest[0]) == 3 && alphabetic(rest[0]); n++ {
			rest = rest[1:]
		}
	}
	return rest, true
}

// extensions holds what follows the variants: singletons with their subtags, then private use.
func extensions(rest []string) bool {
	for len(rest) > 0 {
		singleton := rest[0]
		if len(singleton) != 1 {
			return false
		}
		rest = rest[1:]
		if singleton == "x" {
			return len(rest) > 0 // everything after is private
		}
		n := 0
		for n < len(rest) && len(rest[n]) >= 2 {
			n++
		}
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	return true
}

// Fallbacks returns tag and its ever shorter prefixes, lower-cased: the lookup of RFC 4647, 3.4.
func Fallbacks(tag string) []string {
	var tags []string
	for tag = strings.ToLower(tag); tag != ""; {
		tags = append(tags, tag)
		i := strings.LastIndexByte(tag, '-')
		if i < 0 {
			break
		}
		tag = tag[:i]
		if j := strings.LastIndexByte(tag, '-'); j == len(tag)-2 { // a singleton leaves with its last subtag
			tag = tag[:max(j, 0)]
		}
	}
	return tags
}

func alphabetic(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

func numeric(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		if !alphabetic(s[i:i+1]) && !numeric(s[i:i+1]) {
			return false
		}
	}
	return true
}
