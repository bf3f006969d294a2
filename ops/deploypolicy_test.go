package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goldenResources are the resources of all golden graphs of this repository.
func goldenResources(t *testing.T) (all []resourceName) {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../infra/*/testdata/graph.*.golden.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		var golden struct {
			Project, Stack string
			Resources      []struct {
				URN    string         `json:"urn"`
				Inputs map[string]any `json:"inputs"`
			}
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &golden); err != nil {
			t.Fatal(err)
		}
		for _, r := range golden.Resources {
			parts := strings.Split(r.URN, "::")
			token := parts[2][strings.LastIndex(parts[2], "$")+1:]
			if !strings.HasPrefix(token, "aws:") {
				continue
			}
			explicit, _ := r.Inputs["name"].(string)
			for _, key := range []string{"dashboardName", "alarmName"} {
				if named, ok := r.Inputs[key].(string); ok {
					explicit = named
				}
			}
			if bucket, ok := r.Inputs["bucket"].(string); ok {
				explicit = bucket // objects and settings go by their bucket
			}
			all = append(all, resourceName{golden.Project, golden.Stack, token, parts[3], explicit})
		}
	}
	if len(all) < 200 {
		t.Fatalf("%d resources in %v", len(all), files)
	}
	return all
}

func TestDeployPolicy_document(t *testing.T) {
	t.Parallel()
	documents, err := deployPolicy(goldenResources(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(documents, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const name = "../docs/deploy-policy.json"
	if *update {
		if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(text)); diff != "" {
		t.Errorf("docs/deploy-policy.json (-document +program; make deploy-policy writes it):\n%s", diff)
	}
	for i, d := range documents {
		filled := strings.NewReplacer("{project}", strings.Repeat("p", 20), "{stack}", strings.Repeat("s", 20), "{account}", "123456789012", "{partition}", "aws").Replace(string(d))
		if len(filled) > maxPolicy {
			t.Errorf("document %d: %d characters with long names: want at most %d", i, len(filled), maxPolicy)
		}
	}
}

// What may be bound to an ARN is, and the roles that are handed on are the stack's own.
func TestDeployPolicy_least(t *testing.T) {
	t.Parallel()
	documents, err := deployPolicy(goldenResources(t))
	if err != nil {
		t.Fatal(err)
	}
	// These have no resource in IAM's eyes, or none before they are made.
	// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
	free := map[string]bool{}
	for _, a := range strings.Fields("acm:RequestCertificate acm:ListTagsForCertificate logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery " +
		"logs:ListLogDeliveries logs:DescribeResourcePolicies logs:PutResourcePolicy logs:DescribeLogGroups lambda:CreateEventSourceMapping lambda:GetEventSourceMapping " +
		"lambda:UpdateEventSourceMapping lambda:DeleteEventSourceMapping lambda:ListEventSourceMappings lambda:ListTags lambda:TagResource lambda:UntagResource " +
		"route53:CreateHealthCheck route53:ListHostedZones route53:ListHostedZonesByName route53:ListTagsForResource ssm:DescribeParameters " +
		"sns:GetSubscriptionAttributes sns:SetSubscriptionAttributes sns:Unsubscribe logs:PutQueryDefinition logs:DescribeQueryDefinitions logs:DeleteQueryDefinition") {
		free[a] = true
	}
	for _, d := range documents {
		var p struct{ Statement []deployStatement }
		if err := json.Unmarshal(d, &p); err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Statement {
			for _, resource := range s.Resource {
				for _, action := range s.Action {
					switch {
					case strings.HasSuffix(action, ":*") || action == "*":
						t.Errorf("%s on %s", action, resource)
					case resource == "*" && !free[action]:
						t.Errorf("%s on every resource", action)
					case strings.HasPrefix(action, "iam:") && action != "iam:CreateServiceLinkedRole" && resource != rolesARN:
						t.Errorf("%s on %s", action, resource)
					}
				}
			}
		}
	}
	if text := string(mustMarshal(t, documents)); strings.Contains(text, "onefront-") || strings.Contains(text, "eu-west-1") {
		t.Error("a name of one stack or region is left")
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDeployPolicy_unknownType(t *testing.T) {
	t.Parallel()
	_, err := deployPolicy([]resourceName{{token: "aws:ec2/vpc:Vpc"}, {token: "aws:ec2/vpc:Vpc"}})
	wantError(t, err, "no deploy actions are known for aws:ec2/vpc:Vpc")
}

func TestResourceName_pattern(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]resourceName{
		"api-*":                               {logical: "api-eu-west-1"},
		"{project}-{stack}-*":                 {project: "p", stack: "s", logical: "x", explicit: "p-s-5xx-us-east-1"},
		"{project}/{stack}/*":                 {project: "p", stack: "s", token: "aws:ssm/parameter:Parameter", explicit: "/p/s/drain"},
		"/aws/vendedlogs/{project}/{stack}/*": {project: "p", stack: "s", token: "aws:cloudwatch/logGroup:LogGroup", explicit: "/aws/vendedlogs/p/s/http-api"},
		"/aws/lambda/api-*":                   {token: "aws:cloudwatch/logGroup:LogGroup", explicit: "/aws/lambda/api-eu-west-1-0123abc"},
		"site-request-*":                      {explicit: "site-request-d1792e189ad5"},
		"site-*":                              {logical: "site-us-east-1"},
	} {
		if got := r.pattern(); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
}
