package infra_test

import (
	"testing"
)

// BenchmarkRecord registers the whole program under mocks: what a preview costs beside the engine and the
// handler's build. Times must grow with the number of regions, not faster.
func BenchmarkRecord(b *testing.B) {
	projectFiles(b)
	for _, c := range []struct {
		name, stack, regions string
	}{
		{"regions=3", "prod", `["eu-west-1","us-east-1","ap-southeast-2"]`},
		{"regions=12", "prod", twelveRegions},
	} {
		b.Run(c.name, func(b *testing.B) {
			config, secrets := stackConfig(b, c.stack, map[string]string{"onefront:regions": c.regions})
			for b.Loop() {
				if _, err := recordConfig(c.stack, config, secrets); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("full", func(b *testing.B) {
		config, secrets := stackConfig(b, "full", nil)
		for b.Loop() {
			if _, err := recordConfig("full", config, secrets); err != nil {
				b.Fatal(err)
			}
		}
	})
}
