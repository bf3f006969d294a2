package feedback_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/feedback"
)

var update = flag.Bool("update", false, "write the golden graphs")

// project is the project's folder, where a program runs.
var project, _ = filepath.Abs("../..")

// canary is the key of the SaaS, which must appear in the SSM parameters and nowhere else.
const canary = "canary-key-9f3b7a"

// noHandler stands for a handler that needs no compiler: a zip without a file.
func noHandler(context.Context, string) (infra.HandlerZip, error) {
	path := filepath.Join(os.TempDir(), "onefront-empty.zip")
	return infra.HandlerZip{Path: path, Version: "000000000000"}, os.WriteFile(path, []byte("PK\x05\x06"+strings.Repeat("\x00", 18)), 0o644)
}

// record runs the program as a committed stack with some keys replaced.
func record(t *testing.T, stack string, replaced map[string]string) *graph.Graph {
	t.Helper()
	t.Chdir(project)
	config, secrets, err := stackfile.Load(".", stack)
	if err != nil {
		t.Fatal(err)
	}
	config["onefront:upstreamApiKey"] = canary
	for key, value := range replaced {
		config[key] = value
	}
	g, err := graph.Record(infra.DeployWith(feedback.Application{}, noHandler), graph.Options{
		Project: "onefront", Stack: stack, Config: config, SecretKeys: append(secrets, "onefront:upstreamApiKey"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// named returns the resource of a type with a logical name.
func named(t *testing.T, g *graph.Graph, token, name string) *graph.Resource {
	t.Helper()
	for _, r := range g.ByType(token) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no %s named %q", token, name)
	return nil
}

// TestGolden holds the whole graph of both committed stacks. A change here is a change of what the next preview
// shows: read it line by line before you accept it with `make golden`.
func TestGolden(t *testing.T) {
	for _, stack := range []string{"prod", "staging"} {
		t.Run(stack, func(t *testing.T) {
			got, err := record(t, stack, nil).Golden()
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("infra", "feedback", "testdata", "graph."+stack+".golden.json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("graph of %s differs (-golden +now); `make golden` accepts it:\n%s", stack, diff)
			}
		})
	}
}

type statement struct {
	Effect   string
	Action   []string
	Resource []string
}

// The execution roles name every resource by its ARN, and nothing they do not use.
func TestRegion_leastPrivilege(t *testing.T) {
	g := record(t, "prod", nil)
	const region = "us-east-1"
	arn := func(token, name string) string { return named(t, g, token, name+"-"+region).Output("arn") }
	allow := func(resource string, actions ...string) statement {
		return statement{Effect: "Allow", Action: actions, Resource: []string{resource}}
	}
	log := func(function string) statement {
		return allow(arn("aws:cloudwatch/logGroup:LogGroup", function)+":*", "logs:CreateLogStream", "logs:PutLogEvents")
	}
	queue, dead := arn("aws:sqs/queue:Queue", "feedback"), arn("aws:sqs/queue:Queue", "dead-letters")
	key := allow(arn("aws:ssm/parameter:Parameter", "upstreamapikey"), "ssm:GetParameter")
	for name, want := range map[string][]statement{
		"api": {log("api"), key, allow(queue, "sqs:SendMessage"), allow(dead, "sqs:SendMessage")},
		"redelivery": {
			log("redelivery"), key,
			allow(queue, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"),
			allow(dead, "sqs:SendMessage"),
		},
	} {
		policy := named(t, g, "aws:iam/rolePolicy:RolePolicy", name+"-"+region)
		var document struct{ Statement []statement }
		if err := json.Unmarshal([]byte(policy.Output("policy")), &document); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, document.Statement); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		f := named(t, g, "aws:lambda/function:Function", name+"-"+region)
		if !slices.Contains(f.DependsOn, policy.URN) {
			t.Errorf("function %s does not wait for its role policy", name)
		}
		variables, _ := f.Inputs["environment"].(map[string]any)["variables"].(map[string]any)
		if variables["ONEFRONT_UPSTREAM_API_KEY_PARAMETER"] != named(t, g, "aws:ssm/parameter:Parameter", "upstreamapikey-"+region).Output("name") {
			t.Errorf("function %s does not know where the key is: %v", name, variables)
		}
	}
	mapping := named(t, g, "aws:lambda/eventSourceMapping:EventSourceMapping", "redelivery-"+region)
	if policy := named(t, g, "aws:iam/rolePolicy:RolePolicy", "redelivery-"+region); !slices.Contains(mapping.DependsOn, policy.URN) {
		t.Error("the event source mapping does not wait for the role policy")
	}
}

// The key is in the SSM parameters, marked secret, and nowhere else.
func TestKey_staysInParameters(t *testing.T) {
	g := record(t, "prod", nil)
	parameters := 0
	for _, r := range g.Resources {
		text := fmt.Sprint(r.Inputs)
		switch {
		case r.Type == "aws:ssm/parameter:Parameter" && r.Inputs["value"] == canary:
			parameters++
			if !slices.Contains(r.Secrets, "value") {
				t.Errorf("%s: the key is not secret", r.URN)
			}
		case strings.Contains(text, canary):
			t.Errorf("%s holds the SaaS key", r.URN)
		}
	}
	if parameters != 3 {
		t.Errorf("%d parameters with the key, want one in each region", parameters)
	}
	if strings.Contains(fmt.Sprint(g.Outputs), canary) {
		t.Error("an output holds the SaaS key")
	}
}

// The application's own alarms, with their limits, and a stack's own limit.
func TestAlarms(t *testing.T) {
	g := record(t, "prod", map[string]string{"onefront:regions": `["eu-west-1"]`, "onefront:alarms": `{"thresholds": {"deadLetters": 3}}`})
	for name, want := range map[string]string{
		"dead-letter": "GreaterThanOrEqualToThreshold 3, 1 of 1, notBreaching",
		"denied":      "GreaterThanOrEqualToThreshold 1, 1 of 1, notBreaching",
		"lost":        "GreaterThanOrEqualToThreshold 1, 1 of 1, notBreaching",
		"queue-age":   "GreaterThanThreshold 900, 5 of 5, notBreaching",
		"queued":      "GreaterThanThreshold 20, 5 of 5, notBreaching",
		"refused":     "GreaterThanOrEqualToThreshold 1, 1 of 1, notBreaching",
	} {
		in := named(t, g, "aws:cloudwatch/metricAlarm:MetricAlarm", name+"-eu-west-1").Inputs
		got := fmt.Sprintf("%s %g, %g of %g, %s", in["comparisonOperator"], in["threshold"], in["datapointsToAlarm"], in["evaluationPeriods"], in["treatMissingData"])
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// queueUrl is what the application adds to its region's output.
func TestOutputs(t *testing.T) {
	g := record(t, "staging", nil)
	regions, _ := g.Outputs["regions"].([]any)
	if len(regions) != 2 {
		t.Fatalf("outputs %v", g.Outputs)
	}
	for _, region := range regions {
		r := region.(map[string]any)
		if url, _ := r["queueUrl"].(string); !strings.HasPrefix(url, fmt.Sprintf("https://sqs.%s.", r["region"])) {
			t.Errorf("%v", r)
		}
	}
}

// A region with the whole application is at most 70 resources: beside the platform's, the second function's seven, two
// queues with a policy, an event source mapping, the key's parameter and nine alarms, three of them of the second
// function. What a stack has once, at home, for the asking (logs.athena) is left out.
func TestResourceCount(t *testing.T) {
	perRegion := 0
	for _, r := range record(t, "staging", map[string]string{"onefront:logs": `{"athena": false}`}).Resources {
		if r.Custom && r.Region == "eu-west-1" && r.Type != "aws:s3/bucketObjectv2:BucketObjectv2" {
			perRegion++
		}
	}
	if perRegion > 70 {
		t.Errorf("%d resources of a region, want at most 70", perRegion)
	}
	t.Logf("%d resources of a region", perRegion)
}
