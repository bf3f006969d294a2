package infra

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// alarmTopic is where the alarms of one region tell: an alarm knows topics of its own region only (F10.22).
type alarmTopic struct {
	// actions and arns are the same receivers in the two forms that alarms take.
	actions pulumi.Array
	arns    pulumi.StringArray
}

// newAlarmTopic makes a topic with the stack's receivers. It is not encrypted: CloudWatch may not use AWS's own key
// for SNS, and a key of one's own costs more than the alarms. A message holds an alarm's name and numbers.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
func newAlarmTopic(ctx *pulumi.Context, p *platform, region string, opts ...pulumi.ResourceOption) (*alarmTopic, error) {
	topic, err := sns.NewTopic(ctx, p.name("alarms-"+region), &sns.TopicArgs{}, opts...)
	if err != nil {
		return nil, err
	}
	for _, email := range p.Alarms.Emails {
		if _, err := sns.NewTopicSubscription(ctx, p.name(logicalName("alarms-"+region, hashOf(email))), &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String("email"), Endpoint: pulumi.String(email),
		}, opts...); err != nil {
			return nil, err
		}
	}
	for _, url := range p.Alarms.URLs {
		// A URL's path may be a key: it stays encrypted in the state.
		endpoint := pulumi.ToSecret(pulumi.String(url)).(pulumi.StringOutput)
		if _, err := sns.NewTopicSubscription(ctx, p.name(logicalName("alarms-"+region, hashOf(url))), &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String("https"), Endpoint: endpoint, EndpointAutoConfirms: pulumi.Bool(true),
		}, opts...); err != nil {
			return nil, err
		}
	}
	t := &alarmTopic{actions: pulumi.Array{topic.Arn}, arns: pulumi.StringArray{topic.Arn}}
	for _, arn := range arnsIn(p.Alarms.TopicARNs, region, config.TopicRegion) {
		t.actions = append(t.actions, pulumi.String(arn))
		t.arns = append(t.arns, pulumi.String(arn))
	}
	return t, nil
}
