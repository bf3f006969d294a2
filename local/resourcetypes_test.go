package main

import (
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

func TestUnserved(t *testing.T) {
	resource := func(token string, inputs map[string]any) *graph.Graph {
		return graph.New(&graph.Resource{URN: "urn:pulumi:s::p::" + token + "::x", Type: token, Name: "x", Custom: true, Inputs: inputs})
	}
	for _, c := range []struct {
		name string
		g    *graph.Graph
		want []string
	}{
		{"a type nobody imitates", resource("aws:dynamodb/table:Table", nil), []string{"urn:pulumi:s::p::aws:dynamodb/table:Table::x", "aws:dynamodb/table:Table"}},
		{"a property nobody knows", resource("aws:cloudwatch/logGroup:LogGroup", map[string]any{"retentionInDays": 30.0, "logGroupClass": "DELIVERY"}), []string{"aws:cloudwatch/logGroup:LogGroup::x", "logGroupClass", "DELIVERY"}},
	} {
		err := c.g.Read().Rest(unserved)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q in it", c.name, err, want)
			}
		}
	}
	if err := resource("aws:iam/role:Role", map[string]any{"assumeRolePolicy": "{}", "permissionsBoundary": "arn:aws:iam::123456789012:policy/b"}).Read().Rest(unserved); err != nil {
		t.Error(err)
	}
}
