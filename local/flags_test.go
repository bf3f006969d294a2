package main

import (
	"io"
	"strings"
	"testing"
)

// The SaaS's key is read by the functions' own rule, and never repeated.
func TestParseFlags_key(t *testing.T) {
	parse := func(key string) (flags, error) {
		return parseFlags([]string{"-upstream", "https://saas.example.com"}, io.Discard, func(name string) string {
			return map[string]string{keyVariable: key}[name]
		})
	}
	if f, err := parse("pasted\n"); err != nil || f.key != "pasted" {
		t.Errorf("got %q, %v", f.key, err)
	}
	for key, want := range map[string]string{
		"two words": "it has blanks inside, control or non-ASCII characters: want the bare key",
		"kéy":       "it has blanks inside, control or non-ASCII characters: want the bare key",
		" \n":       "it is empty", strings.Repeat("k", 4097): "it has 4097 characters, at most 4096 fit",
	} {
		_, err := parse(key)
		if err == nil || err.Error() != "environment variable ONEFRONT_UPSTREAM_API_KEY: the SaaS's key: "+want {
			t.Errorf("%.10q: got %v, want %s", key, err, want)
		}
	}
}
