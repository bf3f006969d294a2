package graph

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Without mocks: what any monitor hands over is recorded alike.
func TestRecorder_registers(t *testing.T) {
	r := newRecorder(Options{Project: "onefront", Stack: "test", Config: map[string]string{"aws:region": "eu-west-1"}})
	provider := registration{
		typ: "pulumi:providers:aws", name: "us", custom: true,
		inputs: resource.PropertyMap{"region": resource.NewProperty("us-east-1")},
	}
	id, _, err := r.register(provider)
	if err != nil || id == "" {
		t.Fatalf("the provider: ID %q, %v", id, err)
	}
	stack := "urn:pulumi:test::onefront::pulumi:pulumi:Stack::onefront-test"
	queue := registration{
		typ: "aws:sqs/queue:Queue", name: "dead", custom: true, inputs: resource.PropertyMap{"name": resource.NewProperty("dead")},
		parent: stack, provider: "urn:pulumi:test::onefront::pulumi:providers:aws::us::" + id,
		dependencies: []string{"urn:b", "urn:a", "urn:b"}, propertyDependencies: map[string][]string{"name": {"urn:a"}, "tags": nil},
		secretOutputs: []string{"arn", "none"},
	}
	_, state, err := r.register(queue)
	if err != nil || !state["arn"].IsSecret() {
		t.Fatalf("the queue: %v, arn %v, want a secret", err, state["arn"])
	}
	if _, _, err := r.register(queue); err == nil || !strings.Contains(err.Error(), "duplicate resource URN") {
		t.Errorf("the same again: %v", err)
	}
	g, err := r.graph()
	if err != nil {
		t.Fatal(err)
	}
	q := g.ByURN("urn:pulumi:test::onefront::aws:sqs/queue:Queue::dead")
	if q == nil || q.Region != "us-east-1" || q.Parent != "" || q.Output("arn") != "arn:aws:sqs:us-east-1:123456789012:dead" {
		t.Fatalf("got %+v", q)
	}
	if !slices.Equal(q.DependsOn, []string{"urn:a", "urn:b"}) || len(q.PropertyDependencies) != 1 || !slices.Equal(q.Secrets, []string{"arn"}) {
		t.Errorf("got dependencies %v and %v, secrets %v", q.DependsOn, q.PropertyDependencies, q.Secrets)
	}
}
