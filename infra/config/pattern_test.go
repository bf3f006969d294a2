package config_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/aws/wildcard"
	"github.com/onefront/onefront/infra/config"
)

func TestCovers(t *testing.T) {
	tests := []struct {
		pattern, other string
		want           bool
	}{
		{"/api/*", "/api/topics*", true},
		{"/api/topics*", "/api/*", false},
		{"/api/*", "/api/?", true},
		{"/api/?", "/api/*", false},
		{"/a*c", "/a*b*c", true},
		{"/a*b*c", "/a*c", false},
		{"/*?", "/?*", true}, // the same paths, written twice
		{"/?*", "/*?", true},
		{"/??*", "/?*", false},
		{"/*a*", "/*ab", true},
		{"/a", "/a", true},
		{"/a", "/?", false},
		{"/*", "/**", true},
		{"/*aab", "/*aaab", true},
		{"/*ab*ab", "/ab?*ab", true},
		{"/*ab*ab", "/*abab", true},
		{"/*ab*ab", "/*aab", false},
	}
	for _, tt := range tests {
		if got := config.Covers(tt.pattern, tt.other); got != tt.want {
			t.Errorf("Covers(%q, %q) = %v", tt.pattern, tt.other, got)
		}
	}
}

// The decision agrees with trying every short path. Patterns are short too, so that a path which only one of
// them matches has a short example: a star needs no more characters than the other pattern is long.
func TestCovers_property(t *testing.T) {
	const letters = "ab#" // "#" stands for every character that no pattern names
	paths := []string{""}
	for from := 0; len(paths[from]) < 7; from++ {
		for _, letter := range letters {
			paths = append(paths, paths[from]+string(letter))
		}
	}
	pattern := rapid.StringMatching(`[ab?*]{0,4}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := pattern.Draw(t, "pattern"), pattern.Draw(t, "other")
		want := true
		for _, path := range paths {
			if slowMatch(b, path) && !slowMatch(a, path) {
				want = false
				break
			}
		}
		if got := config.Covers(a, b); got != want {
			t.Fatalf("Covers(%q, %q) = %v, want %v", a, b, got, want)
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

// Patterns made to blow the search up are answered in time, with "no" at worst.
func TestCovers_bounded(t *testing.T) {
	config.Covers("/*a"+strings.Repeat("?", 250), "/*"+strings.Repeat("a*", 120))
	config.Covers("/"+strings.Repeat("*a?", 80), "/"+strings.Repeat("*?a", 80))
}

func FuzzCovers(f *testing.F) {
	f.Add("/api/*", "/api/topics*")
	f.Add("/*?", "/?*")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > cloudfrontapi.MaxPathPattern || len(b) > cloudfrontapi.MaxPathPattern || strings.ContainsAny(a+b, "\x00") {
			return
		}
		// What a pattern covers it must match: its own text with the wildcards taken as characters.
		path := strings.NewReplacer("*", "", "?", "x").Replace(b)
		if config.Covers(a, b) && !wildcard.Match(a, path) {
			t.Errorf("Covers(%q, %q), but %q does not match", a, b, path)
		}
	})
}
