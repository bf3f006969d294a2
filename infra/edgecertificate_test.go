package infra

import (
	"slices"
	"testing"
)

func TestNotOnCertificate(t *testing.T) {
	t.Parallel()
	names := []string{"example.com", "*.example.com", "www.example.org"}
	aliases := []string{"example.com", "www.example.com", "a.b.example.com", "*.example.com", "www.example.org", "example.org"}
	if got := notOnCertificate(aliases, names); !slices.Equal(got, []string{"a.b.example.com", "example.org"}) {
		t.Errorf("got %v", got)
	}
}
