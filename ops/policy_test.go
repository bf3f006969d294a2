package main

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/operator-policy.json")

// The document is the policy of the stack that ships, in an account of the documentation.
func TestPolicy_document(t *testing.T) {
	t.Parallel()
	var golden struct {
		Outputs stack `json:"outputs"`
	}
	raw, err := os.ReadFile("../infra/feedback/testdata/graph.prod.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	letters := map[string]string{}
	for _, r := range golden.Outputs.Regions {
		letters[r.Name] = "arn:aws:sqs:" + r.Name + ":123456789012:dead-letters-" + r.Name + "-0123456"
	}
	document, err := json.MarshalIndent(operatorPolicy(&golden.Outputs, "aws", "123456789012", letters), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const name = "../docs/operator-policy.json"
	if *update {
		if err := os.WriteFile(name, append(document, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(document)); diff != "" {
		t.Errorf("docs/operator-policy.json (-document +program; go test ./ops -run Policy -update writes it):\n%s", diff)
	}
	blanks := strings.NewReplacer(" ", "", "\n", "")
	if n := len(blanks.Replace(string(document))); n > maxPolicy {
		t.Errorf("%d characters: want at most %d", n, maxPolicy)
	}
}

// What the commands call is what the policy allows, action for action, in both routings.
func TestPolicy_isWhatCommandsCall(t *testing.T) {
	t.Parallel()
	for _, edge := range []bool{false, true} {
		w := newWorld(t, edge)
		w.send(eu, "dead", `{"id":"a"}`, "")
		w.must("drain", eu)
		w.must("drain", eu, "-watch")
		w.must("undrain", eu)
		w.must("status")
		w.must("redrive", eu, "-yes")
		w.send(eu, "dead", `{"id":"b"}`, "refused")
		w.must("redrive", eu)
		called := map[string]bool{}
		for _, call := range w.called("") {
			if action := actionOf(call); action != "" {
				called[action] = true
			}
		}
		var s stack
		raw, _ := json.Marshal(w.outputs)
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		allowed := map[string]bool{}
		for _, st := range operatorPolicy(&s, "aws", "123456789012", map[string]string{eu: "arn:eu", us: "arn:us"}).Statement {
			for _, a := range st.Action {
				allowed[a] = true
			}
			for _, r := range st.Resource {
				if r == "*" && st.Sid != "Metrics" || r == "" {
					t.Errorf("%s: resource %q", st.Sid, r)
				}
			}
		}
		if diff := cmp.Diff(called, allowed); diff != "" {
			t.Errorf("edge %v: actions (-called +allowed):\n%s", edge, diff)
		}
	}
}

// actionOf is the IAM action of a call that the stand-ins noted.
func actionOf(call string) string {
	fields := strings.Fields(call)
	service, operation := fields[0], fields[len(fields)-1]
	switch service {
	case "ssm", "sqs":
		// A batch needs the right of the single one.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
		return service + ":" + strings.TrimSuffix(operation, "Batch")
	case "route53":
		return "route53:GetHealthCheckStatus"
	case "lambda":
		return "lambda:GetFunctionConfiguration"
	case "cloudwatch":
		return "cloudwatch:" + operation[strings.LastIndex(operation, "/")+1:]
	case "keyvaluestore":
		switch {
		case !strings.HasSuffix(operation, "/keys/now"):
			return "cloudfront-keyvaluestore:DescribeKeyValueStore"
		case fields[1] == "GET":
			return "cloudfront-keyvaluestore:GetKey"
		}
		return "cloudfront-keyvaluestore:PutKey"
	}
	return "" // the region's public endpoint
}

func TestPolicy_command(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	clinic := newClinic(t)
	w.cloud.endpoints["sts"] = clinic.patient.cloud.endpoints["sts"]
	var got policy
	if err := json.Unmarshal([]byte(w.must("policy")), &got); err != nil {
		t.Fatal(err)
	}
	for _, st := range got.Statement {
		if st.Sid == "DeadLetters" && !cmp.Equal(st.Resource, []string{"arn:aws:sqs:eu-west-1:123456789012:dead", "arn:aws:sqs:us-east-1:123456789012:dead"}) {
			t.Errorf("dead letters: %v", st.Resource)
		}
	}
}
