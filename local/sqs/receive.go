package sqs

import (
	"context"
	"strings"
	"time"
)

type receiveInput struct {
	queueInput
	MaxNumberOfMessages         *int     `json:"MaxNumberOfMessages"`
	VisibilityTimeout           *int     `json:"VisibilityTimeout"`
	WaitTimeSeconds             *int     `json:"WaitTimeSeconds"`
	AttributeNames              []string `json:"AttributeNames"` // the older name of the next
	MessageSystemAttributeNames []string `json:"MessageSystemAttributeNames"`
	MessageAttributeNames       []string `json:"MessageAttributeNames"`
}

type receivedMessage struct {
	MessageID              string                      `json:"MessageId"`
	ReceiptHandle          string                      `json:"ReceiptHandle"`
	MD5OfBody              string                      `json:"MD5OfBody"`
	Body                   string                      `json:"Body"`
	Attributes             map[string]string           `json:"Attributes,omitempty"`
	MD5OfMessageAttributes string                      `json:"MD5OfMessageAttributes,omitempty"`
	MessageAttributes      map[string]MessageAttribute `json:"MessageAttributes,omitempty"`
}

// receiveMessage waits in simulated time if nothing is there and the request or the queue says so.
func (s *Service) receiveMessage(ctx context.Context, region string, in *receiveInput) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	limit, visibility, wait, err := in.values(q)
	if err != nil {
		return nil, err
	}
	timeUp := make(chan struct{})
	timer := s.clock.AfterFunc(wait, func() { close(timeUp) })
	defer timer.Stop()
	for {
		messages, arrivals := s.tryReceive(q, limit, visibility, in)
		switch {
		case len(messages) > 0:
			return map[string]any{"Messages": messages}, nil
		case wait == 0:
			return struct{}{}, nil // AWS leaves Messages out
		}
		select {
		case <-arrivals:
		case <-timeUp:
			wait = 0 // one last look
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (in *receiveInput) values(q *queue) (limit int, visibility, wait time.Duration, err error) {
	limit, visibility, wait = 1, q.visibility, q.wait
	if n := in.MaxNumberOfMessages; n != nil {
		if *n < 1 || *n > maxBatch {
			return 0, 0, 0, invalidValue(*n, "MaxNumberOfMessages", "Must be between 1 and 10, if provided")
		}
		limit = *n
	}
	if n := in.VisibilityTimeout; n != nil {
		if err := checkVisibility(*n); err != nil {
			return 0, 0, 0, err
		}
		visibility = seconds(*n)
	}
	if n := in.WaitTimeSeconds; n != nil {
		if *n < 0 || *n > 20 {
			return 0, 0, 0, invalidValue(*n, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided")
		}
		wait = seconds(*n)
	}
	return limit, visibility, wait, nil
}

// tryReceive takes what is there, and gives a channel that closes at the queue's next change.
func (s *Service) tryReceive(q *queue, limit int, visibility time.Duration, in *receiveInput) ([]receivedMessage, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	messages := []receivedMessage{}
	for _, m := range s.receive(q, limit, visibility, s.clock.Now()) {
		messages = append(messages, in.show(m.received()))
	}
	if len(messages) > 0 {
		s.plan(q)
		return messages, nil
	}
	if q.arrivals == nil {
		q.arrivals = make(chan struct{})
	}
	return messages, q.arrivals
}

// show leaves out the attributes that were not asked for. The digest covers those that are returned.
func (in *receiveInput) show(m Message) receivedMessage {
	out := receivedMessage{MessageID: m.ID, ReceiptHandle: m.ReceiptHandle, MD5OfBody: m.MD5OfBody, Body: m.Body}
	system := append(append([]string{}, in.AttributeNames...), in.MessageSystemAttributeNames...)
	for name, value := range m.Attributes {
		if asked(system, name) {
			if out.Attributes == nil {
				out.Attributes = map[string]string{}
			}
			out.Attributes[name] = value
		}
	}
	for name, value := range m.MessageAttributes {
		if asked(in.MessageAttributeNames, name) {
			if out.MessageAttributes == nil {
				out.MessageAttributes = map[string]MessageAttribute{}
			}
			out.MessageAttributes[name] = value
		}
	}
	out.MD5OfMessageAttributes = md5Attributes(out.MessageAttributes)
	return out
}

// asked tells whether a list of names, "All" and prefixes such as "foo.*" covers a name.
func asked(names []string, name string) bool {
	for _, n := range names {
		prefix, isPrefix := strings.CutSuffix(n, ".*")
		if n == "All" || n == ".*" || n == name || isPrefix && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
