package infra_test

import (
	"testing"

	"pgregory.net/rapid"
)

// Any valid configuration gives a graph that AWS accepts as far as section 13 of docs/aws-facts.md knows, acyclicity
// included.
func TestInvariants_property(t *testing.T) {
	projectFiles(t)
	rapid.Check(t, func(t *rapid.T) {
		stack, config := validStack(t), validConfig(t)
		g, err := recordConfig(stack, config, secretKeys)
		if err != nil {
			t.Fatalf("%v\n%v", err, config)
		}
		for _, invariant := range invariants {
			for _, wrong := range invariant.check(g) {
				t.Errorf("%s: %s\n%v", invariant.name, wrong, config)
			}
		}
	})
}
