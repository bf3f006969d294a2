package main

import (
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

// Who uses a left-out resource that the program only reads is named: Pulumi's protocol cannot leave its outputs
// unknown.
func TestTellLeftOut_existing(t *testing.T) {
	const table, function = "urn:pulumi:dev::tiny::aws:dynamodb/table:Table::orders", "urn:pulumi:dev::tiny::aws:lambda/function:Function::api"
	said := func(existing bool) string {
		var text strings.Builder
		tellLeftOut(newLog(&text, flags{logFormat: formatText}), graph.New(
			&graph.Resource{URN: table, Type: "aws:dynamodb/table:Table", Name: "orders", Custom: true, Existing: existing},
			&graph.Resource{URN: function, Type: "aws:lambda/function:Function", Custom: true, DependsOn: []string{table}},
		), []string{"aws:dynamodb/table:Table"})
		return text.String()
	}
	if got := said(true); !strings.Contains(got, "its outputs are empty here, but for id, name and arn resource="+function+" reads="+table) {
		t.Errorf("got %s", got)
	}
	if got := said(false); strings.Contains(got, function) {
		t.Errorf("of a resource that is registered, whose outputs are refused one by one: %s", got)
	}
}
