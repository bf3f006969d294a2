package config_test

import (
	"fmt"
	"strings"
	"testing"
)

// The checks run in every preview and before every golden: 20 routes, 30 aliases, 12 regions.
func BenchmarkLoad(b *testing.B) {
	s := edge()
	full := s.with(settings{
		"regions": `["us-east-1","us-east-2","us-west-1","us-west-2","eu-west-1","eu-west-2","eu-west-3","eu-central-1","eu-north-1","ap-south-1","ap-northeast-1","ap-northeast-2"]`,
		"domains": fmt.Sprintf(`[{"zone": "example.com", "aliases": [%s]}]`, names(`"a%d.example.com"`, 30)),
		"routes":  `[` + strings.TrimSpace(names(`{"path": "/api/v1/%[1]d/*", "methods": "read", "key": {"query": ["q"]}}`, 19)) + `, {"path": "/api/*", "methods": "all"}]`,
	})
	for name, s := range map[string]settings{"plain": s, "full": full} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.mustLoad(b)
			}
		})
	}
}
