package infra_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
)

const (
	deliveryToken            = "aws:cloudwatch/logDelivery:LogDelivery"
	deliverySourceToken      = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
	deliveryDestinationToken = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
	queryDefinitionToken     = "aws:cloudwatch/queryDefinition:QueryDefinition"
	bucketPolicyToken        = "aws:s3/bucketPolicy:BucketPolicy"
)

// accessLogsAreDelivered: one source of a distribution, all in us-east-1, each deleted before it is replaced, after
// the policy that lets the delivery write and that holds only for it.
func accessLogsAreDelivered(g *graph.Graph) (wrong []string) {
	sources := map[string]bool{}
	for _, source := range g.ByType(deliverySourceToken) {
		arn := text(source.Inputs, "resourceArn")
		if sources[arn] || g.ByOutput(distributionToken, "arn", arn) == nil {
			wrong = append(wrong, fmt.Sprintf("%s logs %s, which is no distribution or has a source", source.URN, arn))
		}
		sources[arn] = true
	}
	for _, token := range []string{deliverySourceToken, deliveryDestinationToken, deliveryToken} {
		for _, r := range g.ByType(token) {
			if r.Region != "us-east-1" || !r.DeleteBeforeReplace {
				wrong = append(wrong, fmt.Sprintf("%s: in %s, deleted before replaced %v", r.URN, r.Region, r.DeleteBeforeReplace))
			}
			if name := text(r.Inputs, "name"); token != deliveryToken && (name == "" || len(name) > 60) {
				wrong = append(wrong, fmt.Sprintf("%s: name %q", r.URN, name))
			}
		}
	}
	for _, d := range g.ByType(deliveryToken) {
		wrong = append(wrong, deliveryMayWrite(g, d)...)
	}
	return wrong
}

func deliveryMayWrite(g *graph.Graph, d *graph.Resource) (wrong []string) {
	destination := g.ByOutput(deliveryDestinationToken, "arn", text(d.Inputs, "deliveryDestinationArn"))
	if destination == nil {
		return []string{d.URN + " leads nowhere"}
	}
	target := text(destination.Inputs, "deliveryDestinationConfiguration", "destinationResourceArn")
	bucketARN, prefix, _ := strings.Cut(target, "/")
	bucket := g.ByOutput(bucketToken, "arn", bucketARN)
	if bucket == nil || prefix == "" || strings.Contains(bucket.ID, ".") {
		return []string{fmt.Sprintf("%s leads to %s: want a bucket without dots and a prefix (O-A8, O-A9)", d.URN, target)}
	}
	for _, p := range g.ByType(bucketPolicyToken) {
		if text(p.Inputs, "bucket") != bucket.ID {
			continue
		}
		if !slices.Contains(d.DependsOn, p.URN) {
			wrong = append(wrong, d.URN+" does not wait for the bucket's policy (O-A22)")
		}
		want := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"AWSLogDeliveryWrite","Effect":"Allow",`+
			`"Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":["s3:PutObject"],"Resource":["%[1]s/%[2]s/*"],"Condition":{`+
			`"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-east-1:%[3]s:delivery-source:%[4]s"},`+
			`"StringEquals":{"aws:SourceAccount":"%[3]s","s3:x-amz-acl":"bucket-owner-full-control"}}},`+
			`{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":["%[1]s","%[1]s/*"],`+
			`"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, bucketARN, prefix, graph.Account, text(d.Inputs, "deliverySourceName"))
		if diff := cmp.Diff(want, p.Output("policy")); diff != "" {
			wrong = append(wrong, fmt.Sprintf("%s (-want +got):\n%s", p.URN, diff))
		}
		return wrong
	}
	return []string{bucket.URN + " has no policy"}
}

// Nothing personal is logged unless the stack asks for it, and the folders are those that the statistics look for.
func TestLogs_fields(t *testing.T) {
	projectFiles(t)
	personal := []string{"c-ip", "cs-uri-query", "cs(Cookie)", "x-forwarded-for", "c-port"}
	for settings, want := range map[string][]string{
		`{}`: nil, `{"viewerAddresses": true}`: {"c-ip"}, `{"queryStrings": true, "viewerAddresses": true}`: {"c-ip", "cs-uri-query"},
	} {
		d := one(t, record(t, "prod", map[string]string{"onefront:logs": settings}), deliveryToken)
		var got []string
		for _, field := range texts(d.Inputs, "recordFields") {
			if slices.Contains(personal, field) {
				got = append(got, field)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: personal fields (-want +got):\n%s", settings, diff)
		}
		s3 := list(d.Inputs, "s3DeliveryConfigurations")
		if len(s3) != 1 || text(s3[0], "suffixPath") != "{distributionid}/{yyyy}/{MM}/{dd}/{HH}" || at(s3[0], "enableHiveCompatiblePath") != false {
			t.Errorf("%s: %v", settings, s3)
		}
	}
}

// Without logs there is no trace of them; with them the bucket is in the home region and forgets in time.
func TestLogs_offAndRetention(t *testing.T) {
	projectFiles(t)
	off := record(t, "prod", map[string]string{"onefront:logs": `{"enabled": false}`})
	for _, r := range off.Resources {
		if strings.Contains(r.URN, "onefront:infra:Logs") || strings.Contains(r.Type, "logDelivery") || r.Type == queryDefinitionToken {
			t.Errorf("logs off, and %s", r.URN)
		}
	}
	if _, ok := off.Outputs["logsBucket"]; ok {
		t.Error("logs off, and an output logsBucket")
	}
	on := record(t, "prod", map[string]string{"onefront:logs": `{"retentionDays": 7}`})
	bucket := named(t, on, bucketToken, "logs-eu-west-1")
	if bucket.Region != "eu-west-1" || on.Outputs["logsBucket"] != bucket.ID {
		t.Errorf("the bucket is in %s; output %v", bucket.Region, on.Outputs["logsBucket"])
	}
	rules := list(named(t, on, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "logs-eu-west-1").Inputs, "rules")
	if got := fmt.Sprint(at(rules[0], "expiration", "days")); len(rules) != 1 || got != "7" {
		t.Errorf("%d rules, expiry after %s days, want 7", len(rules), got)
	}
}

// A saved query asks the functions of its own region that have CloudFront's request id in their lines.
func TestLogs_queries(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	queries := g.ByType(queryDefinitionToken)
	if len(queries) != 6 {
		t.Errorf("%d queries, want 2 in each of 3 regions", len(queries))
	}
	for _, q := range queries {
		groups := texts(q.Inputs, "logGroupNames")
		if len(groups) == 0 {
			t.Errorf("%s asks nothing", q.URN)
		}
		for _, name := range groups {
			if group := g.ByOutput("aws:cloudwatch/logGroup:LogGroup", "name", name); group == nil || group.Region != q.Region {
				t.Errorf("%s in %s asks %s", q.URN, q.Region, name)
			}
		}
	}
}
