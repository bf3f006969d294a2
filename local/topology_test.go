package main

import (
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

// recordedStack is the graph of a project's stack.
func recordedStack(t *testing.T, project, name string) *graph.Graph {
	t.Helper()
	s, err := loadStack(flags{project: project, stack: name}, nil, noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	g, err := recordOnce(s, t.Context(), recording{key: withKey(noEnvironment)(upstreamKeyVariable), hear: func(graph.Message) {}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A resource that no room takes stops the start, whatever else the graph holds, unless its type is left out.
func TestNewTopology_refusesWhatNobodyTook(t *testing.T) {
	resources := recordedStack(t, notes, "prod").Resources
	start := func(without []string, more ...*graph.Resource) error {
		g := graph.New(append(more, resources...)...)
		f := flags{stack: "prod", cacheLimitMiB: 1, pop: "FRA", without: without}
		l := newLasting(f, slog.New(slog.DiscardHandler), "127.0.0.1:1", nil)
		defer l.close()
		topology, err := newTopology(g, nil, l)
		if err == nil {
			topology.close()
		}
		return err
	}
	if err := start(nil); err != nil {
		t.Fatalf("the stack itself: %v", err)
	}
	// What a transformation of the program may set has no meaning here, and changes nothing.
	meaningless := map[string]string{
		"aws:lambda/function:Function": "kmsKeyArn", "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
		"aws:ssm/parameter:Parameter": "keyId", "aws:iam/role:Role": "permissionsBoundary",
	}
	plain := resources
	transformed := make([]*graph.Resource, len(plain))
	for i, r := range plain { // copies: other tests read the same recording
		c := *r
		c.Inputs = maps.Clone(r.Inputs)
		if property := meaningless[r.Type]; property != "" {
			c.Inputs[property] = "arn:aws:x"
		}
		if r.Type == "aws:lambda/function:Function" {
			c.Inputs["vpcConfig"] = map[string]any{"subnetIds": []any{"subnet-1"}, "securityGroupIds": []any{"sg-1"}}
		}
		transformed[i] = &c
	}
	resources = transformed
	if err := start(nil); err != nil {
		t.Fatalf("with a VPC, keys and a boundary: %v", err)
	}
	resources = plain
	const tableType = "aws:dynamodb/table:Table"
	table := &graph.Resource{URN: "urn:pulumi:prod::notes::" + tableType + "::x", Type: tableType, Name: "x", Custom: true}
	if err := start(nil, table); err == nil || !strings.Contains(err.Error(), table.URN+": local mode does not imitate resources of type "+tableType) {
		t.Errorf("with a table: %v", err)
	}
	if err := start([]string{tableType}, table); err != nil {
		t.Errorf("with a table that is left out: %v", err)
	}
	streaming := &graph.Resource{
		URN: "urn:pulumi:prod::notes::aws:sqs/queue:Queue::y", Type: "aws:sqs/queue:Queue", Name: "y", Custom: true, Unknown: []string{"policy"},
		PropertyDependencies: map[string][]string{"policy": {table.URN}},
	}
	if err := start([]string{tableType}, table, streaming); err == nil || !strings.HasPrefix(err.Error(), streaming.URN+": policy: computed from an output of "+table.URN) {
		t.Errorf("with an output of it that nobody knows: %v", err)
	}
}
