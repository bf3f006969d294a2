package settings

import (
	"net/mail"
	"strings"
	"unicode"
)

// Small grammars, by hand: regular expressions would be compiled at every start of the
// function, which reads its settings anew.

// isToken holds RFC 9110, 5.6.2: what a header's name or an authentication scheme may be.
func isToken(text string) bool {
	return text != "" && only(text, "!#$%&'*+-.^_`|~")
}

// isNumber takes up to 18 digits, so that the value fits 64 bits.
func isNumber(text string) bool {
	return text != "" && len(text) <= 18 && strings.Trim(text, "0123456789") == ""
}

// isRepository takes owner/name as GitHub allows them.
func isRepository(text string) bool {
	owner, name, ok := strings.Cut(text, "/")
	return ok && owner != "" && len(owner) <= 39 && only(owner, "-") && owner[0] != '-' &&
		name != "" && len(name) <= 100 && only(name, "._-") && name != "." && name != ".."
}

// isLocale takes the form of a language tag; package feedback holds the whole grammar.
func isLocale(text string) bool {
	for i, part := range strings.Split(text, "-") {
		if part == "" || len(part) > 8 || !only(part, "") || i == 0 && (len(part) < 2 || strings.ContainsAny(part, "0123456789")) {
			return false
		}
	}
	return len(text) <= 35
}

// only reports whether text has nothing but ASCII letters, digits and the given characters.
func only(text, others string) bool {
	for _, c := range text {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune(others, c) {
			return false
		}
	}
	return true
}

func isEmail(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text && address.Name == ""
}

func hasControl(text string) bool { return strings.ContainsFunc(text, unicode.IsControl) }
