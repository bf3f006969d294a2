package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// askQueue counts the messages of a region's queue and of its dead-letter queue.
func (c *command) askQueue(ctx context.Context, _ *stack, r region, into *regionStatus) error {
	if r.QueueURL == "" {
		return nil
	}
	attributes, err := c.attributes(ctx, r.Name, r.QueueURL)
	if err != nil {
		return err
	}
	into.Queue = &queueStatus{
		Waiting:  number(attributes, types.QueueAttributeNameApproximateNumberOfMessages) + number(attributes, types.QueueAttributeNameApproximateNumberOfMessagesDelayed),
		InFlight: number(attributes, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible),
	}
	letters, err := c.deadLetterQueue(ctx, r, attributes)
	if err != nil {
		return err
	}
	if attributes, err = c.attributes(ctx, r.Name, letters); err != nil {
		return err
	}
	dead := number(attributes, types.QueueAttributeNameApproximateNumberOfMessages) + number(attributes, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)
	into.Queue.DeadLetters = &dead
	return nil
}

// askOldest is the age of the oldest message, which CloudWatch alone knows.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
func (c *command) askOldest(ctx context.Context, _ *stack, r region, into *regionStatus) error {
	if into.Queue == nil {
		return nil // without a queue, or the reason is said there
	}
	client, err := c.cloud.cloudwatch(r.Name)
	if err != nil {
		return err
	}
	name := r.QueueURL[strings.LastIndex(r.QueueURL, "/")+1:]
	now := c.now()
	ctx, cancel := c.cloud.within(ctx)
	defer cancel()
	values, err := datapoints(ctx, client, now.Add(-10*time.Minute), now, metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", "QueueName", name))
	if err != nil {
		return err
	}
	if len(values) > 0 {
		into.Queue.OldestSeconds = &values[0]
	}
	return nil
}

func (c *command) attributes(ctx context.Context, region, queueURL string) (map[string]string, error) {
	ctx, cancel := c.cloud.within(ctx)
	defer cancel()
	out, err := c.cloud.sqs(region).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &queueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return nil, err
	}
	if out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)] == "" {
		return nil, fmt.Errorf("the answer does not say how many messages %s has", queueURL)
	}
	return out.Attributes, nil
}

// deadLetterQueue is the URL of the queue that a queue's redrive policy names.
func (c *command) deadLetterQueue(ctx context.Context, r region, attributes map[string]string) (string, error) {
	target, err := redriveTarget(r, attributes[string(types.QueueAttributeNameRedrivePolicy)])
	if err != nil {
		return "", err
	}
	ctx, cancel := c.cloud.within(ctx)
	defer cancel()
	name := target[strings.LastIndex(target, ":")+1:]
	out, err := c.cloud.sqs(r.Name).GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return "", err
	}
	if out.QueueUrl == nil {
		return "", errors.New("GetQueueUrl answered without a URL")
	}
	return *out.QueueUrl, nil
}

// redriveTarget is the ARN that a queue's redrive policy names.
func redriveTarget(r region, text string) (string, error) {
	var policy struct {
		Target string `json:"deadLetterTargetArn"`
	}
	if text == "" {
		return "", fmt.Errorf("queue %s has no redrive policy, so no dead letters", r.QueueURL)
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil || policy.Target == "" {
		return "", fmt.Errorf("queue %s: redrive policy %q: want a deadLetterTargetArn", r.QueueURL, text)
	}
	return policy.Target, nil
}

func number(attributes map[string]string, name types.QueueAttributeName) int {
	n, _ := strconv.Atoi(attributes[string(name)]) // absent is 0
	return n
}
