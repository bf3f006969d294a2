package queue_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
)

const (
	queueURL       = "https://sqs.eu-west-1.amazonaws.com/123456789012/feedback"
	deadLettersURL = "https://sqs.eu-west-1.amazonaws.com/123456789012/feedback-dead"
)

var errDown = errors.New("service unavailable")

// sent is one message that a fake queue took.
type sent struct {
	body, reason string
	delay        int32
}

// fakeSQS remembers what it took, and fails for the queues that are down.
type fakeSQS struct {
	mu     sync.Mutex
	sent   map[string][]sent        // by queue URL
	hidden map[string]time.Duration // by receipt handle
	down   map[string]bool          // by queue URL
}

func newFakeSQS(down ...string) *fakeSQS {
	f := &fakeSQS{sent: map[string][]sent{}, hidden: map[string]time.Duration{}, down: map[string]bool{}}
	for _, url := range down {
		f.down[url] = true
	}
	return f
}

func (f *fakeSQS) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down[*in.QueueUrl] {
		return nil, errDown
	}
	s := sent{body: *in.MessageBody, delay: in.DelaySeconds}
	if a, ok := in.MessageAttributes["reason"]; ok && *a.DataType == "String" {
		s.reason = *a.StringValue
	}
	f.sent[*in.QueueUrl] = append(f.sent[*in.QueueUrl], s)
	return &sqs.SendMessageOutput{}, nil
}

func (f *fakeSQS) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down[*in.QueueUrl] {
		return nil, errDown
	}
	f.hidden[*in.ReceiptHandle] = time.Duration(in.VisibilityTimeout) * time.Second
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

// fakeUpstream answers by the feedback's message.
type fakeUpstream struct {
	results map[string]upstream.Result

	mu        sync.Mutex
	delivered []string // ids
}

func (f *fakeUpstream) Deliver(_ context.Context, key secret.Secret, record feedback.Record) upstream.Result {
	f.mu.Lock()
	defer f.mu.Unlock()
	if key.Reveal() != "key" {
		return upstream.Result{Outcome: upstream.Failed, Status: 401, Denied: true, Reason: "upstream answered 401"}
	}
	f.delivered = append(f.delivered, record.ID)
	return f.results[record.Feedback.Message]
}

// fakeKeys gives one key or error.
type fakeKeys struct {
	err error

	mu      sync.Mutex
	expired int
}

func (f *fakeKeys) Get(context.Context) (secret.Secret, error) { return secret.New("key"), f.err }

func (f *fakeKeys) Expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expired++
}
