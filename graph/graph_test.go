package graph

import "testing"

func TestNew_isSortedAndIndexed(t *testing.T) {
	second := &Resource{URN: "urn:b", Type: "aws:sqs/queue:Queue", Outputs: map[string]any{"arn": "arn:b"}}
	first := &Resource{URN: "urn:a", Type: "aws:sqs/queue:Queue", Outputs: map[string]any{"arn": "arn:a"}}
	given := []*Resource{second, first}
	g := New(given...)
	if g.Resources[0] != first || g.Resources[1] != second || given[0] != second {
		t.Errorf("got %v first, want the resources by URN and the caller's slice as it was", g.Resources[0].URN)
	}
	if all := g.ByType(second.Type); len(all) != 2 || all[0] != first {
		t.Errorf("by type: %v", all)
	}
	if g.ByURN("urn:b") != second || g.ByOutput(second.Type, "arn", "arn:b") != second {
		t.Error("the second is not found by URN and by output")
	}
}
