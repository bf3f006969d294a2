package infra

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLogicalName(t *testing.T) {
	for _, c := range []struct{ role, text, want string }{
		{"validation", "example.com", "validation-example.com"},
		{"cache", "/api/topics*", "cache-api-topics-ab6e9f7f"},
		{"a", "*.example.com", "a-.example.com-81ac3ca0"},
	} {
		got := logicalName(c.role, c.text)
		if strings.TrimRight(got, "0123456789abcdef") != strings.TrimRight(c.want, "0123456789abcdef") {
			t.Errorf("logicalName(%q, %q) = %q, want like %q", c.role, c.text, got, c.want)
		}
	}
}

// Any text gives a short name that AWS takes for every kind of resource, and two texts give two names.
func TestLogicalName_property(t *testing.T) {
	valid := regexp.MustCompile(`^[A-Za-z0-9.-]{1,40}$`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		name := logicalName("cache", a)
		if !valid.MatchString(name) {
			t.Fatalf("logicalName(%q) = %q, want 1 to 40 letters, digits, dots and dashes", a, name)
		}
		if a != b && name == logicalName("cache", b) {
			t.Fatalf("%q and %q share the name %q", a, b, name)
		}
	})
}

// Policy names have at most 128 characters of a limited alphabet, and carry the stack.
func TestAccountName_property(t *testing.T) {
	valid := regexp.MustCompile(`^[A-Za-z0-9-]{1,128}$`)
	rapid.Check(t, func(t *rapid.T) {
		cfg := &platform{Args: &Args{}}
		cfg.Project = rapid.StringMatching(`[a-z][a-z0-9._-]{0,99}`).Draw(t, "project")
		cfg.Stack = rapid.StringMatching(`[A-Za-z0-9._-]{1,100}`).Draw(t, "stack")
		name := accountName(cfg, logicalName("cache", "/api/*"))
		if !valid.MatchString(name) {
			t.Fatalf("accountName = %q, want at most 128 letters, digits and dashes", name)
		}
	})
}
