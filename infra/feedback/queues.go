package feedback

import (
	"encoding/json"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

// How long the queues keep what they hold. Ten receives with the longest back-off between them take five days.
// A message's age counts from its first queue, so the dead-letter queue must keep longer; 14 days is the most
// that SQS keeps.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
const (
	queueRetention      = 7 * 24 * time.Hour
	deadLetterRetention = 14 * 24 * time.Hour
)

// redeliveryBatch is how many messages the redelivery function takes at once, and redeliveryConcurrency how
// many of its environments the queue may keep busy: 2 is the least that Lambda allows, and a service that
// has just come back is not helped by a crowd.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
const (
	redeliveryBatch       = 5
	redeliveryConcurrency = 2
)

type queuesArgs struct {
	functionTimeout time.Duration
	// maxReceives is how often a message is tried before it is moved to the dead-letter queue.
	maxReceives int
}

// queues are where feedback waits while the SaaS is down, and where it ends when the SaaS will not have it.
type queues struct {
	main, dead   *sqs.Queue
	redriveAllow *sqs.RedriveAllowPolicy
}

func newQueues(scope *infra.Scope, args queuesArgs) (*queues, error) {
	ctx, named, opts := scope.Context, scope.Name, scope.Options()
	seconds := func(d time.Duration) pulumi.IntPtrInput { return pulumi.IntPtr(int(d / time.Second)) }
	dead, err := sqs.NewQueue(ctx, named("dead-letters"), &sqs.QueueArgs{
		MessageRetentionSeconds: seconds(deadLetterRetention),
		SqsManagedSseEnabled:    pulumi.Bool(true),
	}, append(opts, scope.Protected())...)
	if err != nil {
		return nil, err
	}
	main, err := sqs.NewQueue(ctx, named("feedback"), &sqs.QueueArgs{
		MessageRetentionSeconds: seconds(queueRetention),
		// Lambda asks for six times the function's timeout (F10.15).
		VisibilityTimeoutSeconds: seconds(6 * args.functionTimeout),
		SqsManagedSseEnabled:     pulumi.Bool(true),
		RedrivePolicy: dead.Arn.ApplyT(func(arn string) string {
			return asJSON(map[string]any{"deadLetterTargetArn": arn, "maxReceiveCount": args.maxReceives})
		}).(pulumi.StringOutput),
	}, append(opts, scope.Protected())...)
	if err != nil {
		return nil, err
	}
	allow, err := sqs.NewRedriveAllowPolicy(ctx, named("dead-letters"), &sqs.RedriveAllowPolicyArgs{
		QueueUrl: dead.Url,
		RedriveAllowPolicy: main.Arn.ApplyT(func(arn string) string {
			return asJSON(map[string]any{"redrivePermission": "byQueue", "sourceQueueArns": []string{arn}})
		}).(pulumi.StringOutput),
	}, opts...)
	if err != nil {
		return nil, err
	}
	return &queues{main: main, dead: dead, redriveAllow: allow}, nil
}

// consume is what an event source mapping needs, and changing the visibility, by which the redelivery function backs
// off. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
func (q *queues) consume() infra.Statement {
	return infra.Statement{ARN: q.main.Arn, Actions: []string{
		"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility",
	}}
}

// deliverTo feeds the function. The mapping checks the role's permissions when it is created, so it waits for them.
func (q *queues) deliverTo(scope *infra.Scope, f *infra.Made) error {
	mapping, err := lambda.NewEventSourceMapping(scope.Context, scope.Name("redelivery"), &lambda.EventSourceMappingArgs{
		EventSourceArn:        q.main.Arn,
		FunctionName:          f.Alias.Arn,
		BatchSize:             pulumi.Int(redeliveryBatch),
		FunctionResponseTypes: pulumi.StringArray{pulumi.String("ReportBatchItemFailures")},
		ScalingConfig:         &lambda.EventSourceMappingScalingConfigArgs{MaximumConcurrency: pulumi.Int(redeliveryConcurrency)},
	}, append(scope.Options(), pulumi.DependsOn([]pulumi.Resource{f.RolePolicy}))...)
	if err == nil {
		scope.Made(mapping)
	}
	return err
}

func asJSON(document any) string {
	text, err := json.Marshal(document)
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return string(text)
}
