package sitefiles

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// viteHash is the length of the hashes that Vite, Rollup and esbuild write: eight characters of
// base64url (index-B7PI925R.js, foo-5UjPuW-k.css) or of base32 (app-7QZ5UPOX.js).
// https://vite.dev/guide/backend-integration.html https://esbuild.github.io/api/#asset-names
const viteHash = 8

var (
	hexToken   = regexp.MustCompile(`^[0-9a-f]{8,64}$`)
	mixedToken = regexp.MustCompile(`^[A-Za-z0-9_-]{8}$`)
	// camelWords is CamelCase, perhaps with a number behind it, such as DataGrid or NewLogo2.
	camelWords = regexp.MustCompile(`^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*[0-9]*$`)
	hump       = regexp.MustCompile(`[A-Z]?[a-z]+`)
	// threeConsonants in one of several humps are rare in words and common in hashes.
	threeConsonants = regexp.MustCompile(`(?i)[bcdfghjklmnpqrstvwxz]{3}`)
	longLower       = regexp.MustCompile(`[a-z]{5}`)
	// numbered is a word with a number at one end: version2, IMG0012, 2columns.
	numbered    = regexp.MustCompile(`^(?:(?:[A-Z]?[a-z]+|[A-Z]+)[0-9]+|[0-9]+(?:[A-Z]?[a-z]+|[A-Z]+))$`)
	digitGroups = regexp.MustCompile(`[0-9]+`)
)

// afterHash are the parts that tools write between the hash and the extension.
var afterHash = []string{"js", "css", "mjs", "chunk", "min", "bundle", "module", "esm", "worker", "LICENSE"}

// IsHashed says whether a file's name bears a hash of its content, as bundlers write it: hex of 8 to
// 64 digits, or eight characters of base64url or base32, after a dot, dash or underscore and before
// the extension. It is on the careful side, because a browser keeps such a file for a year without
// asking: numbers, dates, versions and words are no hashes. A hash it does not recognise costs one
// conditional request every five minutes.
func IsHashed(name string) bool {
	name = stem(path.Base(name))
	if i := strings.LastIndexAny(name, ".-_"); isHexHash(name[i+1:]) {
		return true
	}
	cut := len(name) - viteHash
	switch {
	case cut == 0: // the whole name: more likely a word, so it takes more to be a hash
		return isMixedHash(name) && len(digitGroups.FindAllString(name, -1)) >= 2
	case cut > 1 && (name[cut-1] == '-' || name[cut-1] == '.'):
		return isMixedHash(name[cut:])
	}
	return false
}

// stem is the name without its extensions and without what tools write behind the hash.
func stem(base string) string {
	base = strings.TrimSuffix(base, path.Ext(base))
	for {
		ext := strings.TrimPrefix(path.Ext(base), ".")
		if ext == "" || !slices.Contains(afterHash, ext) {
			return base
		}
		base = base[:len(base)-len(ext)-1]
	}
}

// isHexHash wants a digit and a letter: 20260131 is a date and deadbeef a word.
func isHexHash(token string) bool {
	return hexToken.MatchString(token) && strings.ContainsAny(token, "0123456789") && strings.ContainsAny(token, "abcdef")
}

// isMixedHash wants at least one part of the token to be no word.
func isMixedHash(token string) bool {
	if !mixedToken.MatchString(token) {
		return false
	}
	parts := strings.FieldsFunc(token, func(r rune) bool { return r == '-' || r == '_' })
	return slices.ContainsFunc(parts, func(p string) bool { return !isWord(p) })
}

// isWord says whether a part of a name reads like something a person wrote.
func isWord(s string) bool {
	upper, lower, digit := classes(s)
	switch {
	case longLower.MatchString(s), numbered.MatchString(s):
		return true
	case !upper && lower && digit: // lower case with numbers: h264 and mp4video are words, a1b2c3d4 is not
		return len(digitGroups.FindAllString(s, -1)) < 2
	case camelWords.MatchString(s):
		humps := hump.FindAllString(s, -1)
		return len(humps) < 2 || !slices.ContainsFunc(humps, threeConsonants.MatchString)
	default:
		return !upper || !lower && !digit
	}
}

func classes(s string) (upper, lower, digit bool) {
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z':
			upper = true
		case r >= 'a' && r <= 'z':
			lower = true
		case r >= '0' && r <= '9':
			digit = true
		}
	}
	return upper, lower, digit
}
