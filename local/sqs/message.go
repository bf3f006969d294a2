package sqs

import (
	"crypto/md5" //nolint:gosec // the service's own checksums
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is a received message as a subscriber sees it.
type Message struct {
	ID            string
	ReceiptHandle string
	Body          string
	MD5OfBody     string
	// Attributes are the system attributes: ApproximateReceiveCount, SentTimestamp, SenderId,
	// ApproximateFirstReceiveTimestamp (times in Unix milliseconds), DeadLetterQueueSourceArn after a redrive.
	Attributes        map[string]string
	MessageAttributes map[string]MessageAttribute
	// MD5OfMessageAttributes is "" without any.
	MD5OfMessageAttributes string
}

// MessageAttribute is one of a message's own attributes. DataType is String, Number or Binary, a label after a dot
// allowed; BinaryValue is used by Binary, StringValue by the rest.
type MessageAttribute struct {
	DataType    string `json:"DataType"`
	StringValue string `json:"StringValue,omitempty"`
	BinaryValue []byte `json:"BinaryValue,omitempty"`
}

// message is one message in a queue.
type message struct {
	id, body   string
	attributes map[string]MessageAttribute

	sent          time.Time
	visibleAt     time.Time // before that: delayed, or in flight if received
	receives      int
	firstReceived time.Time
	handle        string // the latest receipt handle, "" when not in flight since the last move
	sourceARN     string // of the queue it was redriven from
	reason        string // why it was redriven
}

// received is the message as handed out now.
func (m *message) received() Message {
	attributes := map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.receives),
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
		"SenderId":                         senderID,
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.firstReceived.UnixMilli(), 10),
	}
	if m.sourceARN != "" {
		attributes["DeadLetterQueueSourceArn"] = m.sourceARN
	}
	return Message{
		ID: m.id, ReceiptHandle: m.handle, Body: m.body, MD5OfBody: md5Text(m.body),
		Attributes: attributes, MessageAttributes: maps.Clone(m.attributes), MD5OfMessageAttributes: md5Attributes(m.attributes),
	}
}

// senderID has the form of a role session's id, since a Lambda function's role sends.
const senderID = "AROAEXAMPLEEXAMPLE123:local"

func md5Text(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// md5Attributes is the digest that SendMessage and ReceiveMessage answer, "" without attributes: names sorted, each
// followed by data type, a byte for the kind of value, and the value, all with their lengths in front. SQS Developer
// Guide, "Calculating the MD5 message digest for message attributes".
func md5Attributes(attributes map[string]MessageAttribute) string {
	if len(attributes) == 0 {
		return ""
	}
	var b []byte
	field := func(v string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v))) // bounded by the message size
		b = append(b, v...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		field(name)
		field(a.DataType)
		if a.binary() {
			b = append(b, 2)
			field(string(a.BinaryValue))
		} else {
			b = append(b, 1)
			field(a.StringValue)
		}
	}
	return md5Text(string(b))
}

func (a MessageAttribute) binary() bool { return strings.HasPrefix(a.DataType, "Binary") }
