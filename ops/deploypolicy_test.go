package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		"sns:GetSubscriptionAttributes sns:SetSubscriptionAttributes sns:Unsubscribe logs:PutQueryDefinition logs:DescribeQueryDefinitions logs:DeleteQueryDefinition " +
		"cloudwatch:PutCompositeAlarm cloudwatch:DescribeAlarms") {
		free[a] = true
	}
	for _, s := range statementsOf(t, documents) {
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

// statementsOf are those of all documents.
func statementsOf(t *testing.T, documents []json.RawMessage) (all []deployStatement) {
	t.Helper()
	for _, d := range documents {
		var p struct{ Statement []deployStatement }
		if err := json.Unmarshal(d, &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Statement...)
	}
	return all
}

// What the program can make with some configuration is known, not only what the golden graphs have.
func TestDeployPolicy_everyType(t *testing.T) {
	t.Parallel()
	makes := regexp.MustCompile(`\b([a-z][a-z0-9]+)\.New([A-Z]\w+)\((?:ctx|m\.ctx|[a-z]+\.ctx|[a-z]+\.Context),`)
	files, err := filepath.Glob("../infra/*.go")
	if err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Glob("../infra/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]bool{"aws:wafv2/webAcl:WebAcl": true} // registered by its token
	for _, file := range append(files, own...) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range makes.FindAllStringSubmatch(string(source), -1) {
			if strings.Contains(string(source), "/go/aws/"+m[1]+`"`) {
				tokens["aws:"+m[1]+"/"+strings.ToLower(m[2][:1])+m[2][1:]+":"+m[2]] = true
			}
		}
	}
	if len(tokens) < 30 {
		t.Fatalf("%d types found in the source", len(tokens))
	}
	for token := range tokens {
		if _, known := deployGrants[token]; !known {
			t.Errorf("no deploy actions are known for %s", token)
		}
	}
}

// Each action is on what AWS asks for, where a narrower or another ARN would have the first update refused.
func TestDeployPolicy_scopes(t *testing.T) {
	t.Parallel()
	const project, stack = "shop", "prod"
	documents, err := deployPolicy([]resourceName{
		{project, stack, functionType, "orders-eu-west-1", ""},
		{project, stack, aliasType, "orders-eu-west-1", "live"},
		{project, stack, "aws:lambda/permission:Permission", "default-eu-west-1", ""},
		{project, stack, "aws:lambda/invocation:Invocation", "orders-eu-west-1", ""},
		{project, stack, "aws:cloudwatch/compositeAlarm:CompositeAlarm", "region-eu-west-1", "shop-prod-region-eu-west-1"},
		{project, stack, "aws:cloudwatch/metricAlarm:MetricAlarm", "api-5xx-eu-west-1", "shop-prod-api-5xx-eu-west-1"},
		{project, stack, "aws:s3/bucketV2:BucketV2", "logs-eu-west-1", ""},
		{project, stack, "aws:s3/bucketV2:BucketV2", "site-eu-west-1", ""},
		{project, stack, "aws:s3/bucketObjectv2:BucketObjectv2", "eu-west-1-index.html", "site-eu-west-1-0123abc"},
	})
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[string][]string{}
	for _, s := range statementsOf(t, documents) {
		for _, action := range s.Action {
			scopes[action] = append(scopes[action], s.Resource...)
		}
	}
	function := []string{"arn:{partition}:lambda:*:{account}:function:orders-*"}
	for action, want := range map[string][]string{
		"lambda:CreateFunction": function, "lambda:UpdateAlias": function, "lambda:InvokeFunction": function, "lambda:AddPermission": function,
		"cloudwatch:PutCompositeAlarm": {"*"}, "cloudwatch:PutMetricAlarm": {"arn:{partition}:cloudwatch:*:{account}:alarm:{project}-{stack}-*"},
		"s3:DeleteObjectVersion": {"arn:{partition}:s3:::logs-*/*", "arn:{partition}:s3:::site-*/*"}, "s3:PutObject": {"arn:{partition}:s3:::site-*/*"},
	} {
		slices.Sort(scopes[action])
		if diff := cmp.Diff(want, scopes[action]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
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
		"orders-*":                            {token: aliasType, logical: "orders-eu-west-1", explicit: "live"},
	} {
		if got := r.pattern(); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
}
