package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// maxPolicy is what a managed policy may have, blanks aside.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxPolicy = 6144

// statement is one of an IAM policy.
type statement struct {
	Sid      string   `json:"Sid"`
	Effect   string   `json:"Effect"`
	Action   []string `json:"Action"`
	Resource []string `json:"Resource"`
}

type policy struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

// policy prints what drain, undrain, status and redrive need of a stack and no more, by ARN.
func (c *command) policy(ctx context.Context, s *stack) error {
	if c.cloud.admin != "" {
		return errors.New("policy: local mode has no IAM")
	}
	who, err := c.cloud.identity(ctx)
	if err != nil {
		return plain(err)
	}
	letters := map[string]string{}
	for _, r := range s.Regions {
		if r.QueueURL == "" {
			continue
		}
		if letters[r.Name], err = c.deadLetterARN(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", r.Name, plain(err))
		}
	}
	partition, _, _ := strings.Cut(strings.TrimPrefix(aws.ToString(who.Arn), "arn:"), ":")
	encoder := json.NewEncoder(c.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(operatorPolicy(s, partition, aws.ToString(who.Account), letters))
}

func (c *command) deadLetterARN(ctx context.Context, r region) (string, error) {
	attributes, err := c.attributes(ctx, r.Name, r.QueueURL)
	if err != nil {
		return "", err
	}
	return redriveTarget(r, attributes[string(types.QueueAttributeNameRedrivePolicy)])
}

// operatorPolicy is the policy for a stack in an account. letters are the ARNs of its dead-letter queues by region.
func operatorPolicy(s *stack, partition, account string, letters map[string]string) policy {
	arn := func(service, region, resource string) string {
		return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource
	}
	var parameters, queues, dead, functions, checks []string
	for _, r := range s.Regions {
		if r.DrainParameter != "" {
			parameters = append(parameters, arn("ssm", r.Name, "parameter"+r.DrainParameter))
		}
		if r.QueueURL != "" {
			queues = append(queues, arn("sqs", r.Name, r.QueueURL[strings.LastIndex(r.QueueURL, "/")+1:]))
			dead = append(dead, letters[r.Name])
		}
		functions = append(functions, arn("lambda", r.Name, "function:"+r.FunctionName))
		if r.HealthCheckID != "" {
			checks = append(checks, "arn:"+partition+":route53:::healthcheck/"+r.HealthCheckID)
		}
	}
	p := policy{Version: "2012-10-17"}
	allow := func(sid string, resources []string, actions ...string) {
		if len(resources) > 0 {
			p.Statement = append(p.Statement, statement{sid, "Allow", actions, resources})
		}
	}
	if s.edgeRouting() {
		allow("Drain", []string{s.DrainStore}, "cloudfront-keyvaluestore:DescribeKeyValueStore", "cloudfront-keyvaluestore:GetKey", "cloudfront-keyvaluestore:PutKey")
	} else {
		allow("Drain", parameters, "ssm:GetParameter", "ssm:PutParameter")
		allow("Health", checks, "route53:GetHealthCheckStatus")
	}
	allow("Queues", queues, "sqs:GetQueueAttributes", "sqs:SendMessage")
	allow("DeadLetters", dead, "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
	allow("Secrets", functions, "lambda:GetFunctionConfiguration")
	// Neither takes a resource narrower than the account: GetMetricData none at all, DescribeAlarms all alarms.
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
	allow("Metrics", []string{"*"}, "cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms")
	return p
}
