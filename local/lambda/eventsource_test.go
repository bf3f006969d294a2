package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/lambda/lambdatest"
	"github.com/onefront/onefront/local/sqs"
)

const queueARN = "arn:aws:sqs:eu-west-1:123456789012:queue"

// fakeQueues keeps the subscription, so that a test can deliver batches by itself.
type fakeQueues struct {
	arn       string
	batchSize int
	deliver   func(ctx context.Context, batch []sqs.Message) ([]string, error)
	err       error
}

func (q *fakeQueues) Subscribe(arn string, batchSize int, f func(ctx context.Context, batch []sqs.Message) ([]string, error)) error {
	q.arn, q.batchSize, q.deliver = arn, batchSize, f
	return q.err
}

func queue(visibility float64) *graph.Resource {
	return &graph.Resource{
		URN: "urn:queue", Type: "aws:sqs/queue:Queue", Region: region,
		Inputs: map[string]any{"visibilityTimeoutSeconds": visibility}, Outputs: map[string]any{"arn": queueARN},
	}
}

func mappingNodeOf(inputs map[string]any) *graph.Resource {
	r := &graph.Resource{
		URN: "urn:mapping", Type: eventSourceMappingType, Name: "redelivery", Region: region, Inputs: map[string]any{
			"eventSourceArn": queueARN, "functionName": functionARN, "batchSize": 5.0,
			"functionResponseTypes": []any{"ReportBatchItemFailures"},
			"scalingConfig":         map[string]any{"maximumConcurrency": 2.0},
		},
	}
	for key, value := range inputs {
		r.Inputs[key] = value
	}
	return r
}

// attach makes a service whose function "api" reads the queue.
func attach(t *testing.T, mapping map[string]any) (*Service, *fakeQueues) {
	t.Helper()
	g := graph.New(
		lambdatest.Function(region, "api", lambdatest.Zip(t), nil), queue(60), mappingNodeOf(mapping),
	).Read()
	s, err := New(g, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	q := &fakeQueues{}
	if err := s.AttachQueues(q); err != nil {
		t.Fatal(err)
	}
	return s, q
}

func messages(bodies ...string) []sqs.Message {
	var batch []sqs.Message
	for n, body := range bodies {
		batch = append(batch, sqs.Message{ID: string(rune('a' + n)), Body: body})
	}
	return batch
}

func TestAttachQueues(t *testing.T) {
	_, q := attach(t, nil)
	if q.arn != queueARN || q.batchSize != 5 {
		t.Errorf("got %+v", q)
	}
	if _, q := attach(t, map[string]any{"functionName": "api", "batchSize": nil}); q.batchSize != 10 {
		t.Errorf("got batch size %d, want the default 10", q.batchSize)
	}
	if _, q := attach(t, map[string]any{"enabled": false}); q.deliver != nil {
		t.Error("a disabled mapping reads nothing")
	}
	s, _ := attach(t, nil)
	if err := s.AttachQueues(&fakeQueues{err: errors.New("no such queue")}); err == nil || !strings.Contains(err.Error(), queueARN) {
		t.Errorf("got %v", err)
	}
}

// The record's form is the guide's example event.
func TestSQSEvent_record(t *testing.T) {
	events := sqsEvents([]sqs.Message{{
		ID: "id", ReceiptHandle: "handle", Body: `{"a":1}`, MD5OfBody: "md5",
		Attributes: map[string]string{"ApproximateReceiveCount": "2", "SentTimestamp": "1545082649183"},
		MessageAttributes: map[string]sqs.MessageAttribute{
			"text": {DataType: "String", StringValue: "v"}, "bytes": {DataType: "Binary", BinaryValue: []byte{1}},
		},
		MD5OfMessageAttributes: "md5a",
	}}, queueARN, MaxRequestBytes)
	if len(events) != 1 || !slices.Equal(events[0].ids, []string{"id"}) {
		t.Fatalf("got %+v", events)
	}
	var got, want any
	if err := json.Unmarshal(events[0].payload, &got); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal([]byte(`{"Records":[{"messageId":"id","receiptHandle":"handle","body":"{\"a\":1}",
		"attributes":{"ApproximateReceiveCount":"2","SentTimestamp":"1545082649183"},
		"messageAttributes":{
			"text":{"stringValue":"v","stringListValues":[],"binaryListValues":[],"dataType":"String"},
			"bytes":{"binaryValue":"AQ==","stringListValues":[],"binaryListValues":[],"dataType":"Binary"}},
		"md5OfBody":"md5","md5OfMessageAttributes":"md5a","eventSource":"aws:sqs",
		"eventSourceARN":"`+queueARN+`","awsRegion":"eu-west-1"}]}`), &want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("event (-want +got):\n%s", d)
	}
}

// A batch is closed when the event reaches Lambda's limit.
func TestSQSEvent_split(t *testing.T) {
	batch := messages(strings.Repeat("x", 500), strings.Repeat("y", 500), "z")
	events := sqsEvents(batch, queueARN, 1200)
	var ids [][]string
	for _, e := range events {
		if len(e.payload) > 1200 || !json.Valid(e.payload) {
			t.Errorf("got %d bytes", len(e.payload))
		}
		ids = append(ids, e.ids)
	}
	if d := cmp.Diff([][]string{{"a"}, {"b", "c"}}, ids); d != "" {
		t.Errorf("batches (-want +got):\n%s", d)
	}
	if got := sqsEvents(nil, queueARN, 1200); got != nil {
		t.Errorf("got %v for no messages", got)
	}
}

// F10.15: what the answer means for the batch.
func TestConformance_F10_15_batchItemFailures(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		failed []string
	}{
		"null":               {`null`, nil},
		"empty object":       {`{}`, nil},
		"empty list":         {`{"batchItemFailures":[]}`, nil},
		"null list":          {`{"batchItemFailures":null}`, nil},
		"one":                {`{"batchItemFailures":[{"itemIdentifier":"b"}]}`, []string{"b"}},
		"two":                {`{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}`, []string{"c", "a"}},
		"unknown message":    {`{"batchItemFailures":[{"itemIdentifier":"x"}]}`, []string{"a", "b", "c"}},
		"empty identifier":   {`{"batchItemFailures":[{"itemIdentifier":""}]}`, []string{"a", "b", "c"}},
		"null identifier":    {`{"batchItemFailures":[{"itemIdentifier":null}]}`, []string{"a", "b", "c"}},
		"missing identifier": {`{"batchItemFailures":[{"id":"b"}]}`, []string{"a", "b", "c"}},
		"malformed":          {`{"batchItemFailures":["b"]}`, []string{"a", "b", "c"}},
		"text":               {`"done"`, []string{"a", "b", "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, q := attach(t, nil)
			got, err := q.deliver(t.Context(), append(messages(order("answer", c.answer)), messages("", "b", "c")[1:]...))
			if d := cmp.Diff(c.failed, got); d != "" || err != nil {
				t.Errorf("failed (-want +got):\n%s%v", d, err)
			}
		})
	}
}

// The whole way with the real process: its echo of the event is no partial batch response, so all succeed.
func TestDeliver(t *testing.T) {
	s, q := attach(t, nil)
	failed, err := q.deliver(t.Context(), messages("one", "two"))
	if err != nil || len(failed) != 0 {
		t.Errorf("got %v, %v", failed, err)
	}
	if got := s.Environments()[functionARN]; got != 1 {
		t.Errorf("got %d environments", got)
	}
}

func TestDeliver_functionError(t *testing.T) {
	g := graph.New(
		lambdatest.Function(region, "api", lambdatest.WriteZip(t, "main", nil, 0o755), nil), queue(60), mappingNodeOf(nil),
	).Read()
	s, err := New(g, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	q := &fakeQueues{}
	if err := s.AttachQueues(q); err != nil {
		t.Fatal(err)
	}
	failed, err := q.deliver(t.Context(), messages("one", "two"))
	if d := cmp.Diff([]string{"a", "b"}, failed); d != "" || err != nil {
		t.Errorf("failed (-want +got):\n%s%v", d, err)
	}
}

func TestDeliver_throttled(t *testing.T) {
	g := graph.New(
		lambdatest.Function(region, "api", lambdatest.Zip(t), map[string]any{"reservedConcurrentExecutions": 0.0}), queue(60), mappingNodeOf(nil),
	).Read()
	s, err := New(g, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	q := &fakeQueues{}
	if err := s.AttachQueues(q); err != nil {
		t.Fatal(err)
	}
	if failed, _ := q.deliver(t.Context(), messages("one")); !slices.Equal(failed, []string{"a"}) {
		t.Errorf("got %v, want the message back in the queue", failed)
	}
}

func TestReadMapping_refuses(t *testing.T) {
	for name, c := range map[string]struct {
		inputs map[string]any
		part   string
	}{
		"unknown property": {map[string]any{"filterCriteria": map[string]any{}}, "filterCriteria"},
		"other source":     {map[string]any{"eventSourceArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/s"}, "SQS"},
		"other function":   {map[string]any{"functionName": "none"}, "none"},
		"batch size":       {map[string]any{"batchSize": 11.0}, "batching window"},
		"batching window":  {map[string]any{"maximumBatchingWindowInSeconds": 5.0}, "want 0"},
		"response type":    {map[string]any{"functionResponseTypes": []any{"Other"}}, "ReportBatchItemFailures"},
		"concurrency":      {map[string]any{"scalingConfig": map[string]any{"maximumConcurrency": 1.0}}, "2 to 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(
				lambdatest.Function(region, "api", lambdatest.Zip(t), nil), queue(60), mappingNodeOf(c.inputs),
			).Read()
			_, err := New(g, Options{Dir: t.TempDir()})
			if err == nil || !strings.Contains(err.Error(), c.part) || !strings.Contains(err.Error(), "urn:mapping") {
				t.Errorf("got %v, want it to name %q and the URN", err, c.part)
			}
		})
	}
	t.Run("visibility", func(t *testing.T) {
		g := graph.New(
			lambdatest.Function(region, "api", lambdatest.Zip(t), nil), queue(9), mappingNodeOf(nil),
		).Read()
		if _, err := New(g, Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "visibility timeout 9s") {
			t.Errorf("got %v", err)
		}
	})
}
