// Notes is a small application on the platform, for local mode's tests: cached reads beside writes, a function that
// answers and one that a queue feeds. It knows nobody outside of AWS.
package main

import (
	"encoding/json"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

func main() { pulumi.Run(infra.Deploy(notes)) }

var notes = &infra.Functions{
	Name:      "notes",
	BasePaths: []string{"/api"},
	Functions: []infra.Function{
		{Name: "api", Package: "./function", Routes: []string{"$default"}, Check: "GET /api/topics"},
		{Name: "worker", Package: "./function"},
	},
	Edge: []infra.Route{
		{Path: "/api/topics*", Methods: infra.Read, TTL: infra.TTL{Default: 5 * time.Minute, Max: 24 * time.Hour}, Key: infra.Key{Query: []string{"locale"}}},
		{Path: "/api/*", Methods: infra.All},
	},
	Requests: []string{"GET /api/topics", "POST /api/notes"},
	Region:   queues,
}

// queues makes a queue for notes that are taken later, and one for those that the worker refused twice.
func queues(s *infra.Scope) error {
	dead, err := sqs.NewQueue(s.Context, s.Name("dead-letters"), &sqs.QueueArgs{}, s.Options()...)
	if err != nil {
		return err
	}
	later, err := sqs.NewQueue(s.Context, s.Name("later"), &sqs.QueueArgs{
		VisibilityTimeoutSeconds: pulumi.Int(60),
		RedrivePolicy: dead.Arn.ApplyT(func(arn string) (string, error) {
			policy, err := json.Marshal(map[string]any{"deadLetterTargetArn": arn, "maxReceiveCount": 2})
			return string(policy), err
		}).(pulumi.StringOutput),
	}, s.Options()...)
	if err != nil {
		return err
	}
	s.Made(dead, later)
	s.Output("queueUrl", later.Url)
	api, worker := s.Function("api"), s.Function("worker")
	api.Environment = pulumi.StringMap{"NOTES_QUEUE_URL": later.Url}
	api.Allow = []infra.Statement{{ARN: later.Arn, Actions: []string{"sqs:SendMessage"}}}
	worker.Allow = []infra.Statement{{ARN: later.Arn, Actions: []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}}}
	worker.Attach = func(s *infra.Scope, f *infra.Made) error {
		_, err := lambda.NewEventSourceMapping(s.Context, s.Name("worker"), &lambda.EventSourceMappingArgs{
			EventSourceArn: later.Arn, FunctionName: f.Alias.Arn, FunctionResponseTypes: pulumi.ToStringArray([]string{"ReportBatchItemFailures"}),
		}, append(s.Options(), pulumi.DependsOn([]pulumi.Resource{f.RolePolicy}))...)
		return err
	}
	return nil
}
