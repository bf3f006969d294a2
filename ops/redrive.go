package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// holdSeconds is how long a dead letter that was looked at is hidden from others: long enough to be moved at the
	// slowest rate, ten at once.
	holdSeconds = 300
	// emptyAnswers is after how many receives without a message the queue counts as read to its end: a receive asks
	// only some of SQS's servers unless it waits.
	emptyAnswers = 2
	// reasonAttribute is where the function writes why it buried a message for good; SQS, which moves what failed too
	// often, writes nothing.
	reasonAttribute = "reason"
)

// letter is a dead letter as redrive shows it.
type letter struct {
	ID     string `json:"id"`
	Sent   string `json:"sent"`   // RFC 3339
	Reason string `json:"reason"` // "" where it failed too often
	Moved  bool   `json:"moved"`
}

// redrive puts a region's dead letters back into the queue they come from. Each is sent, then deleted, and a break
// between two of them leaves every message in exactly one of the queues: a message that is being moved is finished
// first. Killed between the two calls, one feedback may be delivered a second time, under the same id.
func (c *command) redrive(ctx context.Context, s *stack, name string) error {
	r, err := s.region(name)
	if err != nil {
		return err
	}
	if r.QueueURL == "" {
		return fmt.Errorf("%s: the outputs name no queueUrl: this application has no queue", name)
	}
	attributes, err := c.attributes(ctx, name, r.QueueURL)
	if err != nil {
		return fmt.Errorf("%s: reading %s: %w", name, r.QueueURL, plain(err))
	}
	letters, err := c.deadLetterQueue(ctx, r, attributes)
	if err != nil {
		return fmt.Errorf("%s: %w", name, plain(err))
	}
	m := mover{c: c, client: c.cloud.sqs(name), from: letters, to: r.QueueURL}
	err = m.run(ctx)
	if c.flags.json {
		if m.seen == nil {
			m.seen = []letter{}
		}
		return errors.Join(err, json.NewEncoder(c.stdout).Encode(m.seen))
	}
	c.summary(name, &m)
	return err
}

func (c *command) summary(name string, m *mover) {
	for _, l := range m.seen {
		what := "waits"
		if l.Moved {
			what = "moved"
		}
		reason := l.Reason
		if reason == "" {
			reason = "failed too often"
		}
		c.print("%s  %s  %s  %s", l.ID, l.Sent, what, reason)
	}
	moved, refused := 0, 0
	for _, l := range m.seen {
		if l.Moved {
			moved++
		} else if l.Reason != "" {
			refused++
		}
	}
	c.print("%s: %d dead letters seen, %d moved back into the queue", name, len(m.seen), moved)
	if !c.flags.yes && len(m.seen) > 0 {
		c.print("  nothing was changed: -yes moves them")
	}
	if refused > 0 && !c.flags.all {
		c.print("  %d were refused for good and would be again: -all takes them along, once the reason is gone", refused)
	}
}

// mover moves the messages of one queue to another.
type mover struct {
	c        *command
	client   *sqs.Client
	from, to string
	seen     []letter
}

// run looks at every dead letter once and moves those that are meant. What it does not move is visible again at the
// end.
func (m *mover) run(ctx context.Context) (err error) {
	var held []types.Message
	defer func() { err = errors.Join(err, m.release(context.WithoutCancel(ctx), held)) }()
	ids := map[string]bool{}
	for empty := 0; empty < emptyAnswers; {
		batch, err := m.receive(ctx)
		if err != nil {
			return fmt.Errorf("reading the dead letters: %w", plain(err))
		}
		fresh := 0
		for i, message := range batch {
			if ids[*message.MessageId] {
				held = append(held, message)
				continue
			}
			ids[*message.MessageId] = true
			fresh++
			l := letterOf(message)
			if !m.c.flags.yes || l.Reason != "" && !m.c.flags.all {
				m.seen, held = append(m.seen, l), append(held, message)
				continue
			}
			if err := m.c.wait(ctx, time.Duration(float64(time.Second)/m.c.flags.rate)); err != nil {
				held = append(held, batch[i:]...)
				return fmt.Errorf("broken off: %w; what was not moved is still a dead letter", err)
			}
			if err := m.move(context.WithoutCancel(ctx), message); err != nil {
				m.seen, held = append(m.seen, l), append(held, batch[i:]...)
				return err
			}
			l.Moved = true
			m.seen = append(m.seen, l)
		}
		if fresh == 0 {
			empty++
		} else {
			empty = 0
		}
	}
	return nil
}

func (m *mover) receive(ctx context.Context) ([]types.Message, error) {
	ctx, cancel := m.c.cloud.within(ctx)
	defer cancel()
	out, err := m.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &m.from, MaxNumberOfMessages: 10, VisibilityTimeout: holdSeconds, WaitTimeSeconds: m.c.longPoll,
		MessageAttributeNames:       []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// move sends a message and deletes it. A delete that fails is tried until the call's time is over, and named.
func (m *mover) move(ctx context.Context, message types.Message) error {
	ctx, cancel := m.c.cloud.within(ctx)
	defer cancel()
	attributes := message.MessageAttributes
	delete(attributes, reasonAttribute) // it was true of the last time
	if _, err := m.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &m.to, MessageBody: message.Body, MessageAttributes: attributes,
	}); err != nil {
		return fmt.Errorf("message %s: sending: %w; it is still a dead letter", *message.MessageId, plain(err))
	}
	var err error
	for range 3 {
		if _, err = m.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &m.from, ReceiptHandle: message.ReceiptHandle}); err == nil {
			return nil
		}
	}
	return fmt.Errorf("message %s: is back in the queue, but deleting the dead letter failed: %w; delete it by hand before the next redrive", *message.MessageId, plain(err))
}

// release shows messages again at once.
func (m *mover) release(ctx context.Context, held []types.Message) error {
	ctx, cancel := m.c.cloud.within(ctx)
	defer cancel()
	for batch := range slices.Chunk(held, 10) {
		var entries []types.ChangeMessageVisibilityBatchRequestEntry
		for i, message := range batch {
			entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(fmt.Sprint(i)), ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0,
			})
		}
		if _, err := m.client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &m.from, Entries: entries}); err != nil {
			return fmt.Errorf("showing dead letters again: %w; they are back in %d s", plain(err), holdSeconds)
		}
	}
	return nil
}

// letterOf reads what a person wants to know. A record's own id is better than SQS's.
func letterOf(message types.Message) letter {
	l := letter{ID: *message.MessageId}
	var record struct {
		ID string `json:"id"`
	}
	if message.Body != nil && json.Unmarshal([]byte(*message.Body), &record) == nil && record.ID != "" {
		l.ID = record.ID
	}
	if a, ok := message.MessageAttributes[reasonAttribute]; ok && a.StringValue != nil {
		l.Reason = *a.StringValue
	}
	if ms := number(message.Attributes, types.QueueAttributeName(types.MessageSystemAttributeNameSentTimestamp)); ms > 0 {
		l.Sent = time.UnixMilli(int64(ms)).UTC().Format(time.RFC3339)
	}
	return l
}
