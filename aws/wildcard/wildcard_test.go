package wildcard_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/onefront/onefront/aws/wildcard"
)

// Path patterns, F4.1 and F4.3.
func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, path string
		want          bool
	}{
		{"/api/*", "/api/", true},
		{"/api/*", "/api/a/b", true},
		{"/api/*", "/api", false},
		{"/api/*", "/API/a", false},
		{"/api*", "/api", true},
		{"/a?c", "/abc", true},
		{"/a?c", "/a/c", true},
		{"/a?c", "/ac", false},
		{"/*.json", "/a/b.json", true},
		{"/*.json", "/a/b.jsonx", false},
		{"/a*b*c", "/aXbYbZc", true},
		{"/a*b*c", "/aXbYbZ", false},
		{"/**", "/", true},
	}
	for _, tt := range tests {
		if got := wildcard.Match(tt.pattern, tt.path); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.path, got)
		}
	}
}

func TestMatch_ARNs(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "a", true},
		{"a*", "a/b/c", true},
		{"*c", "abc", true},
		{"a*c*e", "abcde", true},
		{"a*c*e", "abcd", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"*", "", true},
		{"", "a", false},
		{"*a*b", "xaxbxb", true},
		{"$default/*", "$default/$default", true},
	} {
		if got := wildcard.Match(c.pattern, c.text); got != c.want {
			t.Errorf("%q on %q: got %t, want %t", c.pattern, c.text, got, c.want)
		}
	}
}

func TestMatch_property(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab?*]{0,8}`).Draw(t, "pattern")
		path := rapid.StringMatching(`[abc]{0,8}`).Draw(t, "path")
		if got, want := wildcard.Match(pattern, path), slowMatch(pattern, path); got != want {
			t.Fatalf("Match(%q, %q) = %v", pattern, path, got)
		}
	})
}

// slowMatch is the definition of a match, tried in every way.
func slowMatch(pattern, path string) bool {
	if pattern == "" {
		return path == ""
	}
	if pattern[0] == '*' {
		return slowMatch(pattern[1:], path) || path != "" && slowMatch(pattern, path[1:])
	}
	return path != "" && (pattern[0] == '?' || pattern[0] == path[0]) && slowMatch(pattern[1:], path[1:])
}
