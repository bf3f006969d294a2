package graph

import (
	"strings"
	"testing"
)

const topicType = "aws:sns/topic:Topic"

func sample(token string, inputs map[string]any, secrets ...string) *Resource {
	return &Resource{URN: "urn:" + token + "::x", Type: token, Name: "x", Custom: true, Inputs: inputs, Secrets: secrets}
}

func TestReading_readsStrictlyAndNamesWhatIsWrong(t *testing.T) {
	reading := New(sample(topicType, map[string]any{"name": "a<b", "fifoTopic": true})).Read()
	taken := reading.Take(topicType)
	if len(taken) != 1 || !taken[0].OK() {
		t.Fatalf("took %v, want the one topic, not refused yet", taken)
	}
	var in struct {
		Name string `json:"name"`
	}
	if taken[0].Read(&in) || in.Name != "a<b" || taken[0].OK() {
		t.Errorf("read %+v and refused nothing, want fifoTopic refused", in)
	}
	taken[0].Refuse("name", in.Name, "want a name")
	want := "urn:aws:sns/topic:Topic::x: fifoTopic: true: local mode does not know this property of aws:sns/topic:Topic\n" +
		`urn:aws:sns/topic:Topic::x: name: "a<b": want a name`
	if err := reading.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestReading_neverShowsASecret(t *testing.T) {
	inputs := map[string]any{"policy": map[string]any{"keys": []any{"hush-hush"}}, "open": "x"}
	reading := New(sample(topicType, inputs, "policy.keys")).Read()
	r := reading.Take(topicType)[0]
	r.Refuse("policy.keys[0]", "hush-hush", "want another")
	r.Refuse("policy", inputs["policy"], "want none")
	r.Refuse("open", "x", "want what hush-hush says")
	text := reading.Err().Error()
	if strings.Contains(text, "hush") || strings.Count(text, "[secret]") != 3 || !strings.Contains(text, `open: "x"`) {
		t.Errorf("got %s", text)
	}
}

func TestReading_refusesTheRest(t *testing.T) {
	const role, group, alias = "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup", "aws:lambda/alias:Alias"
	component := sample("onefront:infra:Region", map[string]any{"region": "x"})
	component.Custom = false
	reading := New(
		component, sample("pulumi:providers:aws", map[string]any{"region": "x"}), sample("aws:sqs/queue:Queue", map[string]any{"name": "q"}),
		sample(role, map[string]any{"assumeRolePolicy": "{}", "path": "/a"}), sample(group, map[string]any{"anything": true}), sample(alias, nil),
	).Read()
	reading.Take("aws:sqs/queue:Queue")
	if seen := reading.See(alias); len(seen) != 1 {
		t.Fatalf("saw %d aliases", len(seen))
	}
	err := reading.Rest([]Unserved{
		{Type: role, Reason: "functions run as this user", Properties: []string{"assumeRolePolicy"}},
		{Type: group, Reason: "left out", AnyProperty: true},
	})
	want := "urn:aws:iam/role:Role::x: path: \"/a\": local mode does not know this property of aws:iam/role:Role\n" +
		"urn:aws:lambda/alias:Alias::x: local mode does not imitate resources of type aws:lambda/alias:Alias"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestReading_leavesOut(t *testing.T) {
	const table, topic = "aws:dynamodb/table:Table", "aws:sns/topic:Topic"
	orders := &Resource{URN: "urn:pulumi:s::p::aws:dynamodb/table:Table::orders", Type: table, Name: "orders", Custom: true, Unknown: []string{"policy"}}
	function := &Resource{
		URN: "urn:pulumi:s::p::aws:lambda/function:Function::api", Type: functionType, Name: "api", Custom: true,
		Unknown:              []string{`environment.variables["a.b"]`, "role"},
		PropertyDependencies: map[string][]string{"environment": {"urn:pulumi:s::p::aws:iam/role:Role::r", orders.URN}},
	}
	role := &Resource{URN: "urn:pulumi:s::p::aws:iam/role:Role::r", Type: "aws:iam/role:Role", Name: "r", Custom: true, Unknown: []string{"policy"}}
	listed := []Unserved{{Type: "aws:iam/role:Role"}}

	err := New(orders, function, role).Read().RefuseUnknown(listed, table)
	want := function.URN + `: environment.variables["a.b"]: computed from an output of ` + orders.URN + " that local mode does not know"
	if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), function.URN+": role: ") {
		t.Errorf("got %v, want %s, and the role", err, want)
	}
	g := New(orders, role)
	if err := g.Read().Rest(listed, table, topic); err != nil {
		t.Errorf("left out: %v", err)
	}
	if err := g.Read().Rest(listed, topic); err == nil || !strings.Contains(err.Error(), orders.URN+": local mode does not imitate") {
		t.Errorf("not left out: %v", err)
	}
	reading := g.Read()
	reading.Take(table)
	if err := reading.Rest(listed, table); err == nil || err.Error() != "-without "+table+": local mode imitates this type: leave the flag away" {
		t.Errorf("a type that somebody takes: %v", err)
	}
}
