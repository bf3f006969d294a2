package distribution

import (
	"net/url"
	"strings"
	"testing"
)

func TestConformance_F4_1_path_patterns(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/api/*", "/api/x", true},
		{"/api/*", "/api/", true},
		{"/api/*", "/api/a/b", true}, // * takes slashes
		{"/api/*", "/API/x", false},  // case counts
		{"api/*", "/api/x", true},    // the leading slash is optional
		{"*.jpg", "/a/b/c.jpg", true},
		{"*.jpg", "/a/b/c.JPG", false},
		{"/a?c", "/abc", true},
		{"/a?c", "/ac", false}, // ? is exactly one character
		{"/a?c", "/a/c", true},
		{"/a*b*c", "/axxbyyc", true},
		{"/a*b*c", "/axxcyyb", false},
		{"*", "/", true},
		{"/images/*.gi?", "/images/x.gif", true},
		{"/api", "/api/", false},
	} {
		if got := newPathPattern(c.pattern).matches(normalizePath(c.path)); got != c.want {
			t.Errorf("%s on %s: got %v, want %v", c.pattern, c.path, got, c.want)
		}
	}
}

func TestNormalizePath(t *testing.T) {
	for raw, normal := range map[string]string{
		"/": "/", "/a/b": "/a/b", "/a/./b": "/a/b", "/a/../b": "/b", "/../../a": "/a", "/a/..": "/", "/a/.": "/a/", "/a/b/..": "/a/",
		"/%7euser": "/~user", "/%7Euser": "/~user", "/a%2fb": "/a%2Fb", "/a%2Fb": "/a%2Fb", "/%2e%2e/a": "/a", "/a//b": "/a//b",
		"/a%": "/a%", "/a%2": "/a%2", "/a%zz": "/a%zz", "/...": "/...", "/a/...b": "/a/...b", "/a.b": "/a.b", "/%41": "/A", "/%c3%a9": "/%C3%A9",
	} {
		if got := normalizePath(raw); got != normal {
			t.Errorf("%s: got %v, want %v", raw, got, normal)
		}
	}
}

// slowMatch is the rule as written down: exponential, but plain.
func slowMatch(pattern, path string) bool {
	if pattern == "" {
		return path == ""
	}
	switch pattern[0] {
	case '*':
		for i := 0; i <= len(path); i++ {
			if slowMatch(pattern[1:], path[i:]) {
				return true
			}
		}
		return false
	case '?':
		return path != "" && slowMatch(pattern[1:], path[1:])
	}
	return path != "" && pattern[0] == path[0] && slowMatch(pattern[1:], path[1:])
}

func FuzzPathPattern(f *testing.F) {
	for _, seed := range [][2]string{
		{"/api/*", "/api/x"}, {"*.jpg", "/a/b.jpg"}, {"/a?c*", "/abcd"}, {"*a*b*c", "/abcabc"}, {"**?*", "/x"}, {"", "/"}, {"/%2e", "/%2E/../a"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, raw string) {
		if len(raw) > 30 || strings.Count(pattern, "*") > 4 || len(pattern) > 20 {
			return // the reference is exponential
		}
		p := newPathPattern(pattern)
		path := normalizePath(raw)
		if got, slow := p.matches(path), slowMatch(p.text, path); got != slow {
			t.Errorf("%q on %q: %v, the reference says %v", p.text, path, got, slow)
		}
		if again := normalizePath(path); strings.HasPrefix(raw, "/") && again != path {
			t.Errorf("normalizing %q: %q, then %q", raw, path, again)
		}
		if a, errA := url.PathUnescape(raw); errA == nil && !strings.Contains(path, "%") && !strings.Contains(a, "/.") && a != path {
			t.Errorf("normalizing %q changed what it means: %q", raw, path)
		}
	})
}
