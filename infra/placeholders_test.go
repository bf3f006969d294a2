package infra

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"onefront:domains":       `[{"zone": "example.com", "zoneId": "Z0123456789EXAMPLE", "aliases": ["example.com", "www.example.com"]}]`,
		"onefront:service":       `{"preset": "webhook", "url": "https://service.example.com/orders"}`,
		"onefront:corsOrigins":   `["https://app.mine.dev", "https://example.company", "https://counterexample.com.au"]`,
		"onefront:serviceApiKey": "example.com",
		"aws:profile":            "example.com",
		"shop:routing":           "a.example",
	}
	keys := []string{"aws:profile", "onefront:corsOrigins", "onefront:domains", "onefront:service", "onefront:serviceApiKey", "shop:routing"}
	got := placeholders("shop", keys, func(key string) bool { return key == "onefront:serviceApiKey" }, func(key string) (string, bool) {
		v, ok := values[key]
		return v, ok
	})
	want := []string{
		"onefront:domains: Z0123456789EXAMPLE, example.com, www.example.com: a placeholder: put your own in its place",
		"onefront:service: service.example.com: a placeholder: put your own in its place",
		"shop:routing: a.example: a placeholder: put your own in its place",
	}
	if diff := cmp.Diff(want, got); diff != "" || !slices.IsSorted(keys) {
		t.Error(diff)
	}
}
