package sqs

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

type sendInput struct {
	queueInput
	ID                string                      `json:"Id"` // in a batch
	MessageBody       *string                     `json:"MessageBody"`
	DelaySeconds      *int                        `json:"DelaySeconds"`
	MessageAttributes map[string]MessageAttribute `json:"MessageAttributes"`
}

func (in *sendInput) entryID() string { return in.ID }

// sendOutput is SendMessage's answer; the SDK compares the digest of the body with its own.
type sendOutput struct {
	ID                     string `json:"Id,omitempty"`
	MessageID              string `json:"MessageId"`
	MD5OfMessageBody       string `json:"MD5OfMessageBody"`
	MD5OfMessageAttributes string `json:"MD5OfMessageAttributes,omitempty"`
}

func (s *Service) sendMessage(region string, in *sendInput) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	return s.sendEntry(q, in)
}

func (s *Service) sendMessageBatch(region string, in *batchInput[sendInput]) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, e := range in.Entries {
		total += e.bytes()
	}
	if total > q.maxBytes {
		return nil, &apiError{
			"com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong",
			fmt.Sprintf("Batch requests cannot be longer than %d bytes. You have sent %d bytes.", q.maxBytes, total),
		}
	}
	return runBatch(in.Entries, func(e *sendInput) (any, error) { return s.sendEntry(q, e) })
}

func (s *Service) sendEntry(q *queue, in *sendInput) (any, error) {
	if err := in.check(q); err != nil {
		return nil, err
	}
	delay := q.delay
	if in.DelaySeconds != nil {
		delay = time.Duration(*in.DelaySeconds) * time.Second
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.send(q, *in.MessageBody, in.MessageAttributes, delay)
	return sendOutput{ID: in.ID, MessageID: m.id, MD5OfMessageBody: md5Text(m.body), MD5OfMessageAttributes: md5Attributes(m.attributes)}, nil
}

// bytes is a message's size: body and attributes, names and types included.
func (in *sendInput) bytes() int {
	n := 0
	if in.MessageBody != nil {
		n = len(*in.MessageBody)
	}
	for name, a := range in.MessageAttributes {
		n += len(name) + len(a.DataType) + len(a.StringValue) + len(a.BinaryValue)
	}
	return n
}

func (in *sendInput) check(q *queue) error {
	switch {
	case in.MessageBody == nil || *in.MessageBody == "":
		return missingParameter("MessageBody")
	case !allowedText(*in.MessageBody):
		return invalidMessage()
	case in.bytes() > q.maxBytes:
		return invalidParameter("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", q.maxBytes)
	case in.DelaySeconds != nil && (*in.DelaySeconds < 0 || *in.DelaySeconds > 900):
		return invalidValue(*in.DelaySeconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900")
	case len(in.MessageAttributes) > 10:
		return invalidParameter("Number of message attributes [%d] exceeds the allowed maximum [10].", len(in.MessageAttributes))
	}
	for name, a := range in.MessageAttributes {
		if err := checkAttribute(name, a); err != nil {
			return err
		}
	}
	return nil
}

// attributeName and the checks below follow "Amazon SQS message metadata" of the Developer Guide.
var attributeName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

func checkAttribute(name string, a MessageAttribute) error {
	lower := strings.ToLower(name)
	kind, _, _ := strings.Cut(a.DataType, ".")
	switch {
	case len(name) > 256 || !attributeName.MatchString(name) || strings.HasPrefix(lower, "aws.") || strings.HasPrefix(lower, "amazon."):
		return invalidParameter("Message (user) attribute name '%s' is invalid: letters, digits, _, - and single inner periods, not starting with AWS. or Amazon.", name)
	case a.DataType == "":
		return invalidParameter("The message attribute '%s' must contain a non-empty message attribute type.", name)
	case kind != "String" && kind != "Number" && kind != "Binary":
		return invalidParameter("The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
	case kind == "Binary" && len(a.BinaryValue) == 0, kind != "Binary" && a.StringValue == "":
		return invalidParameter("The message attribute '%s' must contain a non-empty message attribute value for message attribute type '%s'.", name, kind)
	case !allowedText(a.StringValue):
		return invalidMessage()
	}
	return nil
}

// allowedText is the character set of the W3C's XML specification that SendMessage accepts.
func allowedText(s string) bool {
	for i, r := range s {
		switch {
		case r == '\t', r == '\n', r == '\r':
		case r < 0x20, r == 0xFFFE, r == 0xFFFF:
			return false
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
	}
	return true
}
