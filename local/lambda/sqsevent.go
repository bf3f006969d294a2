package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/onefront/onefront/local/sqs"
)

// sqsRecord is one message in an SQS event (Lambda DG "Using Lambda with Amazon SQS", example event).
type sqsRecord struct {
	MessageID              string                  `json:"messageId"`
	ReceiptHandle          string                  `json:"receiptHandle"`
	Body                   string                  `json:"body"`
	Attributes             map[string]string       `json:"attributes"`
	MessageAttributes      map[string]sqsAttribute `json:"messageAttributes"`
	MD5OfMessageAttributes string                  `json:"md5OfMessageAttributes,omitempty"`
	MD5OfBody              string                  `json:"md5OfBody"`
	EventSource            string                  `json:"eventSource"`
	EventSourceARN         string                  `json:"eventSourceARN"`
	AWSRegion              string                  `json:"awsRegion"`
}

type sqsAttribute struct {
	StringValue      *string  `json:"stringValue,omitempty"`
	BinaryValue      []byte   `json:"binaryValue,omitempty"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	DataType         string   `json:"dataType"`
}

// sqsEvent is one event with the ids of its messages.
type sqsEvent struct {
	payload []byte
	ids     []string
}

// sqsEvents turns a batch into as few events as fit the payload limit, in the batch's order: Lambda closes a batch
// when it reaches 6 MB (Lambda DG "Batching behavior").
func sqsEvents(batch []sqs.Message, queueARN string, limit int) []sqsEvent {
	const opening, closing = `{"Records":[`, `]}`
	var events []sqsEvent
	current := sqsEvent{payload: []byte(opening)}
	for _, m := range batch {
		record := marshalRecord(m, queueARN)
		if len(current.ids) > 0 && len(current.payload)+len(",")+len(record)+len(closing) > limit {
			current.payload = append(current.payload, closing...)
			events = append(events, current)
			current = sqsEvent{payload: []byte(opening)}
		}
		if len(current.ids) > 0 {
			current.payload = append(current.payload, ',')
		}
		current.payload = append(current.payload, record...)
		current.ids = append(current.ids, m.ID)
	}
	if len(current.ids) > 0 {
		current.payload = append(current.payload, closing...)
		events = append(events, current)
	}
	return events
}

func marshalRecord(m sqs.Message, queueARN string) []byte {
	r := sqsRecord{
		MessageID: m.ID, ReceiptHandle: m.ReceiptHandle, Body: m.Body, Attributes: m.Attributes,
		MessageAttributes:      make(map[string]sqsAttribute, len(m.MessageAttributes)),
		MD5OfMessageAttributes: m.MD5OfMessageAttributes, MD5OfBody: m.MD5OfBody,
		EventSource: "aws:sqs", EventSourceARN: queueARN, AWSRegion: regionOf(queueARN),
	}
	for name, a := range m.MessageAttributes {
		converted := sqsAttribute{DataType: a.DataType, StringListValues: []string{}, BinaryListValues: [][]byte{}}
		if a.BinaryValue != nil {
			converted.BinaryValue = a.BinaryValue
		} else {
			converted.StringValue = &a.StringValue
		}
		r.MessageAttributes[name] = converted
	}
	b, err := json.Marshal(r)
	if err != nil {
		return []byte("{}") // strings and bytes always marshal
	}
	return b
}

// batchItemFailures reads a function's partial batch response (Lambda DG "Implementing partial batch responses"):
// null, an empty object and an empty list mean success; JSON that does not fit, or an identifier that is missing,
// null, empty or no message of the batch, means that the whole batch failed.
func batchItemFailures(payload []byte, batch []string) ([]string, error) {
	if len(payload) == 0 {
		return nil, nil
	}
	var response *struct {
		Failures []struct {
			ItemIdentifier *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(payload, &response); err != nil {
		return nil, fmt.Errorf(`the response is not {"batchItemFailures": [{"itemIdentifier": ...}]}: %w`, err)
	}
	if response == nil {
		return nil, nil
	}
	var ids []string
	for _, failure := range response.Failures {
		if failure.ItemIdentifier == nil || !slices.Contains(batch, *failure.ItemIdentifier) {
			return nil, errors.New("batchItemFailures: an itemIdentifier is missing or no message of the batch")
		}
		ids = append(ids, *failure.ItemIdentifier)
	}
	return ids, nil
}
