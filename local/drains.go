package main

import (
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/local/lambda"
)

// drainParameters are the SSM parameters that drain regions at once, by region, as the regions' functions name them.
func drainParameters(g *graph.Graph) map[string]string {
	names := map[string]string{}
	for _, r := range g.ByType(lambda.FunctionType) {
		environment, _ := r.Inputs["environment"].(map[string]any)
		variables, _ := environment["variables"].(map[string]any)
		if name, ok := variables[contract.DrainParameterVariable].(string); ok {
			names[r.Region] = name
		}
	}
	return names
}

// drained says whether viewers are kept away from a region: by configuration, or at once, which with dns routing is the
// region's parameter and with edge routing a key of the store of drains. With edge routing nobody is kept away where
// all regions are named: the function takes that for none.
func (t *topology) drained(region string) bool {
	if slices.Contains(t.planned, region) {
		return true
	}
	if t.routing == "dns" {
		value, _ := t.ssm.Value(region, t.drainParameters[region])
		return value == contract.Drained
	}
	out := append(t.drainedNow(), t.planned...)
	return slices.Contains(out, region) && slices.ContainsFunc(t.regions, func(name string) bool { return !slices.Contains(out, name) })
}

// drainedNow are the regions that the store of drains names.
func (t *topology) drainedNow() []string {
	for _, store := range t.edge.KeyValueStores() {
		if value, found := store.Get(contract.DrainStoreKey); found {
			return strings.Split(value, ",")
		}
	}
	return nil
}
