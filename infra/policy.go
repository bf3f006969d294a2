package infra

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// policyDocument is an IAM or resource policy in the order AWS writes it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid       string                       `json:",omitempty"`
	Effect    string                       `json:",omitempty"`
	Principal any                          `json:",omitempty"`
	Action    []string                     `json:",omitempty"`
	Resource  []string                     `json:",omitempty"`
	Condition map[string]map[string]string `json:",omitempty"`
}

func policyJSON(statements ...policyStatement) string {
	return mustJSON(policyDocument{Version: "2012-10-17", Statement: statements})
}

// mustJSON marshals a document of strings, numbers, lists and maps.
func mustJSON(document any) string {
	text, err := json.Marshal(document)
	if err != nil {
		panic(err) // such documents always marshal
	}
	return string(text)
}

// lambdaTrustPolicy lets the Lambda service, and nobody else, assume a role.
func lambdaTrustPolicy() string {
	return policyJSON(policyStatement{
		Effect: "Allow", Principal: map[string]string{"Service": "lambda.amazonaws.com"}, Action: []string{"sts:AssumeRole"},
	})
}

// grant allows actions on one resource: by its ARN, known once it exists, with suffix appended to it, or by a pattern
// in which {account} and {partition} stand for the function's own.
type grant struct {
	actions []string
	arn     pulumi.StringInput
	suffix  string
	pattern string
}

// fillGrants sets the ARNs of patterns out of the ARN of a resource of the same account and region: account and
// partition come from what is created, so that a preview asks AWS nothing.
func fillGrants(grants []grant, sibling pulumi.StringOutput) {
	for i, g := range grants {
		if g.arn != nil {
			continue
		}
		grants[i].arn = sibling.ApplyT(func(arn string) string {
			parts := strings.SplitN(arn, ":", 6)
			if len(parts) < 6 {
				return g.pattern
			}
			return strings.NewReplacer("{partition}", parts[1], "{account}", parts[4]).Replace(g.pattern)
		}).(pulumi.StringOutput)
	}
}

// grantsJSON is a role policy with one statement per grant.
func grantsJSON(grants []grant) pulumi.StringOutput {
	arns := make([]any, len(grants))
	for i, g := range grants {
		arns[i] = g.arn
	}
	return pulumi.All(arns...).ApplyT(func(arns []any) string {
		statements := make([]policyStatement, len(grants))
		for i, g := range grants {
			statements[i] = policyStatement{Effect: "Allow", Action: g.actions, Resource: []string{arns[i].(string) + g.suffix}}
		}
		return policyJSON(statements...)
	}).(pulumi.StringOutput)
}

// siteBucketPolicy lets one distribution read the bucket, and lets it learn that a key is missing (404 instead
// of 403, F9.1, F9.2). Nothing is answered without TLS.
func siteBucketPolicy(bucketARN, distributionARN string) string {
	condition := map[string]map[string]string{"StringEquals": {"AWS:SourceArn": distributionARN}}
	cloudfront := map[string]string{"Service": "cloudfront.amazonaws.com"}
	return policyJSON(
		policyStatement{Sid: "ReadObjects", Effect: "Allow", Principal: cloudfront, Action: []string{"s3:GetObject"}, Resource: []string{bucketARN + "/*"}, Condition: condition},
		policyStatement{Sid: "TellMissing", Effect: "Allow", Principal: cloudfront, Action: []string{"s3:ListBucket"}, Resource: []string{bucketARN}, Condition: condition},
		policyStatement{
			Sid: "OnlyTLS", Effect: "Deny", Principal: "*", Action: []string{"s3:*"}, Resource: []string{bucketARN, bucketARN + "/*"},
			Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
		},
	)
}
