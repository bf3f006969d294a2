package redact_test

import (
	"testing"

	"github.com/onefront/onefront/redact"
)

func TestURLs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://example.com/path":                        "https://example.com/path",
		"https://tok@example.com/":                        "https://...@example.com/",
		"https://user:pa:ss@example.com/?a=b":             "https://...@example.com/?...",
		"https://user:p@ss@example.com":                   "https://...@example.com",
		"https://example.com/hook?token=abc":              "https://example.com/hook?...",
		"https://example.com/#access_token=abc":           "https://example.com/#...",
		`{"url":"https://t@a.example/x?k=1","b":"c?d=e"}`: `{"url":"https://...@a.example/x?...","b":"c?d=e"}`,
		"http://[::1]:80/?x":                              "http://[::1]:80/?...",
		"two: https://a@b https://c@d":                    "two: https://...@b https://...@d",
		"someone@example.com":                             "someone@example.com",
		"what?":                                           "what?",
		"":                                                "",
	} {
		if got := redact.URLs(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
