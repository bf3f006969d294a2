package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/onefront/onefront/handler/awserror"
	"github.com/onefront/onefront/handler/feedback"
)

// ReasonAttribute is the message attribute of a dead letter that says why it is one.
const ReasonAttribute = "reason"

// maxDelay is the longest a message may be held back when it is sent.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
const maxDelay = 15 * time.Minute

// API is the part of Amazon SQS that the package uses; *sqs.Client has it.
type API interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// Queue is one region's queue with its dead-letter queue. It is safe for concurrent use.
type Queue struct {
	api                 API
	url, deadLettersURL string
}

// New returns the queue at url with its dead-letter queue.
func New(api API, url, deadLettersURL string) *Queue {
	return &Queue{api: api, url: url, deadLettersURL: deadLettersURL}
}

// Send puts a record into the queue, to be delivered after wait, at most maxDelay.
func (q *Queue) Send(ctx context.Context, record feedback.Record, wait time.Duration) error {
	body, err := encode(record)
	if err != nil {
		return err
	}
	_, err = q.api.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:     &q.url,
		MessageBody:  &body,
		DelaySeconds: int32(min(wait, maxDelay).Round(time.Second) / time.Second),
	})
	if err != nil {
		return fmt.Errorf("sending to queue: %w", awserror.Hide(err))
	}
	return nil
}

// Bury puts a record into the dead-letter queue with the reason as a message attribute.
func (q *Queue) Bury(ctx context.Context, record feedback.Record, reason string) error {
	body, err := encode(record)
	if err != nil {
		return err
	}
	return q.buryBody(ctx, body, reason)
}

func (q *Queue) buryBody(ctx context.Context, body, reason string) error {
	_, err := q.api.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    &q.deadLettersURL,
		MessageBody: &body,
		MessageAttributes: map[string]types.MessageAttributeValue{
			ReasonAttribute: {DataType: aws.String("String"), StringValue: &reason},
		},
	})
	if err != nil {
		return fmt.Errorf("sending to dead-letter queue: %w", awserror.Hide(err))
	}
	return nil
}

// hide keeps a received message out of sight for d.
func (q *Queue) hide(ctx context.Context, receiptHandle string, d time.Duration) error {
	_, err := q.api.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl:          &q.url,
		ReceiptHandle:     &receiptHandle,
		VisibilityTimeout: int32(d / time.Second),
	})
	if err != nil {
		return fmt.Errorf("changing message visibility: %w", awserror.Hide(err))
	}
	return nil
}

// encode returns the record as JSON that Amazon SQS takes: a message may hold U+FFFE and U+FFFF
// no more than most control characters, which JSON escapes by itself.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
func encode(record feedback.Record) (string, error) {
	body, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("encoding feedback: %w", err)
	}
	body = bytes.ReplaceAll(body, []byte("\ufffe"), []byte(`\ufffe`))
	body = bytes.ReplaceAll(body, []byte("\uffff"), []byte(`\uffff`))
	return string(body), nil
}

// decode reads a message's body. Unknown members are let pass: while a release rolls out, a
// newer function may have queued what an older one redelivers.
func decode(body string) (feedback.Record, error) {
	var record feedback.Record
	if err := json.Unmarshal([]byte(body), &record); err != nil {
		return feedback.Record{}, fmt.Errorf("decoding message: %w", err)
	}
	if record.ID == "" || record.Feedback.Message == "" {
		return feedback.Record{}, fmt.Errorf("decoding message: no id or no message")
	}
	return record, nil
}
