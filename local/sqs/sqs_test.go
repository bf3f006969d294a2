package sqs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/simtime"
)

// The Pulumi SDK's logger, which package graph brings in, keeps one goroutine for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

func queueURL(region, name string) string {
	return "https://sqs." + region + ".amazonaws.com/" + graph.Account + "/" + name
}

func queueARN(region, name string) string {
	return "arn:aws:sqs:" + region + ":" + graph.Account + ":" + name
}

func queueResource(region, name string, inputs map[string]any) *graph.Resource {
	return &graph.Resource{
		URN: "urn:pulumi:test::onefront::" + QueueType + "::" + name + "-" + region, Type: QueueType, Region: region,
		Inputs: inputs, Outputs: map[string]any{"url": queueURL(region, name), "arn": queueARN(region, name)},
	}
}

func redriveTo(region, name string, maxReceives int) string {
	return fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, queueARN(region, name), maxReceives)
}

// world is two regions with a queue "feedback" (visibility timeout 60 s, dead letters after 3 receives) and "dead"
// each.
type world struct {
	*Service
	clock  *simtime.Clock
	faults map[string]*fault.Switch
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{clock: simtime.New(), faults: map[string]*fault.Switch{"eu-west-1": {}, "us-east-1": {}}}
	var resources []*graph.Resource
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		resources = append(
			resources,
			queueResource(region, "dead", map[string]any{"messageRetentionSeconds": 1209600.0}),
			queueResource(region, "feedback", map[string]any{"visibilityTimeoutSeconds": 60.0, "redrivePolicy": redriveTo(region, "dead", 3)}),
		)
	}
	var err error
	w.Service, err = New(graph.New(resources...).Read(), Options{Clock: w.clock, Fault: func(region string) *fault.Switch { return w.faults[region] }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Close()
		w.clock.Close()
	})
	return w
}

func (w *world) advance(t testing.TB, d time.Duration) {
	t.Helper()
	if _, _, err := w.clock.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// client is the AWS SDK's own client, one try per call.
func (w *world) client(t testing.TB, region string) *sdk.Client {
	t.Helper()
	server := httptest.NewServer(w.Handler(region))
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{
		Region: region, BaseEndpoint: aws.String(server.URL), HTTPClient: server.Client(), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	})
}

func (w *world) mustSend(t testing.TB, region, body string) string {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.send(w.byURL(region, queueURL(region, "feedback")), body, nil, 0).id
}

// The SDK verifies the MD5 digests of bodies by itself.
func TestAPI_sendReceiveDelete(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	url := aws.String(queueURL("eu-west-1", "feedback"))
	sent, err := client.SendMessage(t.Context(), &sdk.SendMessageInput{
		QueueUrl: url, MessageBody: aws.String("héllo\n"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"reason": {DataType: aws.String("String"), StringValue: aws.String("refused")},
			"raw":    {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1, 255}},
			"n":      {DataType: aws.String("Number.int"), StringValue: aws.String("42")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{
		QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"re.*", "n"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"ApproximateReceiveCount", "SentTimestamp"},
	})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("received %v, %v", got, err)
	}
	m := got.Messages[0]
	if *m.Body != "héllo\n" || *m.MessageId != *sent.MessageId || m.Attributes["ApproximateReceiveCount"] != "1" || len(m.Attributes) != 2 {
		t.Errorf("received %+v", m)
	}
	if len(m.MessageAttributes) != 2 || *m.MessageAttributes["n"].StringValue != "42" || *m.MessageAttributes["reason"].StringValue != "refused" {
		t.Errorf("attributes %v, want n and reason", m.MessageAttributes)
	}
	again, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: url})
	if err != nil || len(again.Messages) != 0 {
		t.Errorf("in flight, but received %v, %v", again, err)
	}
	if _, err := client.DeleteMessage(t.Context(), &sdk.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	w.advance(t, time.Hour)
	if s := w.Snapshot()["eu-west-1"]; len(s.Waiting)+len(s.InFlight)+len(s.DeadLetters) != 0 {
		t.Errorf("not deleted: %+v", s)
	}
}

func TestAPI_visibility(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	url := aws.String(queueURL("eu-west-1", "feedback"))
	w.mustSend(t, "eu-west-1", "1")
	receive := func() *types.Message {
		t.Helper()
		got, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: url})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return nil
		}
		return &got.Messages[0]
	}
	change := func(handle *string, seconds int32) error {
		_, err := client.ChangeMessageVisibility(t.Context(), &sdk.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: handle, VisibilityTimeout: seconds})
		return err
	}
	first := receive()
	w.advance(t, 59*time.Second)
	if receive() != nil {
		t.Error("visible before its timeout")
	}
	w.advance(t, time.Second)
	second := receive()
	if second == nil || *second.ReceiptHandle == *first.ReceiptHandle {
		t.Fatalf("second receive: %v", second)
	}
	var notInflight *types.MessageNotInflight
	if err := change(first.ReceiptHandle, 1); !errors.As(err, &notInflight) {
		t.Errorf("changing by an old handle: %v", err)
	}
	if _, err := client.DeleteMessage(t.Context(), &sdk.DeleteMessageInput{QueueUrl: url, ReceiptHandle: first.ReceiptHandle}); err != nil {
		t.Errorf("deleting by an old handle: %v, want success without effect", err)
	}
	if err := change(second.ReceiptHandle, 600); err != nil {
		t.Fatal(err)
	}
	w.advance(t, 599*time.Second)
	if receive() != nil {
		t.Error("visible before its new timeout")
	}
	w.advance(t, time.Second)
	third := receive()
	if third == nil {
		t.Fatal("not visible after its new timeout")
	}
	if err := change(third.ReceiptHandle, 0); err != nil {
		t.Fatal(err)
	}
	// Received three times: the fourth receive moves it instead.
	if got := receive(); got != nil {
		t.Errorf("received a fourth time: %v", got)
	}
	if dead := w.Snapshot()["eu-west-1"].DeadLetters; len(dead) != 1 || dead[0].Receives != 3 || dead[0].Reason == "" || string(dead[0].Body) != "1" {
		t.Errorf("dead letters: %+v", dead)
	}
	if dead := w.Snapshot()["us-east-1"].DeadLetters; len(dead) != 0 {
		t.Errorf("dead letters in the other region: %+v", dead)
	}
}

func TestAPI_longPoll(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	url := aws.String(queueURL("eu-west-1", "feedback"))
	poll := func() chan int {
		n := make(chan int, 1)
		go func() {
			got, err := client.ReceiveMessage(context.Background(), &sdk.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20})
			if err != nil {
				n <- -1
				return
			}
			n <- len(got.Messages)
		}()
		return n
	}
	// waiting returns once the poll has set its timer.
	waiting := func() {
		for {
			w.mu.Lock()
			there := w.byURL("eu-west-1", *url).arrivals != nil
			w.mu.Unlock()
			if there {
				return
			}
		}
	}
	n := poll()
	waiting()
	w.mustSend(t, "eu-west-1", "a")
	if got := <-n; got != 1 {
		t.Errorf("a message that arrives ends the wait with %d messages", got)
	}
	n = poll()
	waiting()
	w.advance(t, 20*time.Second)
	if got := <-n; got != 0 {
		t.Errorf("the end of the wait gives %d messages", got)
	}
}

func TestAPI_batches(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	url := aws.String(queueURL("eu-west-1", "feedback"))
	sent, err := client.SendMessageBatch(t.Context(), &sdk.SendMessageBatchInput{QueueUrl: url, Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("a"), MessageBody: aws.String("A")},
		{Id: aws.String("b"), MessageBody: aws.String("\x01")},
		{Id: aws.String("c"), MessageBody: aws.String("C"), DelaySeconds: 30},
	}})
	if err != nil || len(sent.Successful) != 2 || len(sent.Failed) != 1 || *sent.Failed[0].Code != "InvalidMessageContents" || !sent.Failed[0].SenderFault {
		t.Fatalf("send: %+v, %v", sent, err)
	}
	got, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("the delayed one too? %+v, %v", got, err)
	}
	changed, err := client.ChangeMessageVisibilityBatch(t.Context(), &sdk.ChangeMessageVisibilityBatchInput{QueueUrl: url, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
		{Id: aws.String("x"), ReceiptHandle: got.Messages[0].ReceiptHandle, VisibilityTimeout: 5},
		{Id: aws.String("y"), ReceiptHandle: aws.String("nonsense"), VisibilityTimeout: 5},
	}})
	if err != nil || len(changed.Successful) != 1 || len(changed.Failed) != 1 || *changed.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Errorf("change: %+v, %v", changed, err)
	}
	w.advance(t, 30*time.Second)
	got, err = client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 2 {
		t.Fatalf("after the delay: %+v, %v", got, err)
	}
	var entries []types.DeleteMessageBatchRequestEntry
	for _, m := range got.Messages {
		entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: m.Body, ReceiptHandle: m.ReceiptHandle})
	}
	if deleted, err := client.DeleteMessageBatch(t.Context(), &sdk.DeleteMessageBatchInput{QueueUrl: url, Entries: entries}); err != nil || len(deleted.Successful) != 2 {
		t.Errorf("delete: %+v, %v", deleted, err)
	}
	var repeated *types.BatchEntryIdsNotDistinct
	if _, err := client.DeleteMessageBatch(t.Context(), &sdk.DeleteMessageBatchInput{QueueUrl: url, Entries: append(entries[:1:1], entries[0])}); !errors.As(err, &repeated) {
		t.Errorf("repeated ids: %v", err)
	}
	var empty *types.EmptyBatchRequest
	if _, err := client.SendMessageBatch(t.Context(), &sdk.SendMessageBatchInput{QueueUrl: url, Entries: []types.SendMessageBatchRequestEntry{}}); !errors.As(err, &empty) {
		t.Errorf("empty batch: %v", err)
	}
}

func TestAPI_attributes(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "us-east-1")
	url := aws.String(queueURL("us-east-1", "feedback"))
	w.mustSend(t, "us-east-1", "a")
	w.mustSend(t, "us-east-1", "b")
	if _, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: url}); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetQueueAttributes(t.Context(), &sdk.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "1", "ApproximateNumberOfMessagesDelayed": "0",
		"DelaySeconds": "0", "MaximumMessageSize": "262144", "MessageRetentionPeriod": "345600", "QueueArn": queueARN("us-east-1", "feedback"),
		"ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "60", "RedrivePolicy": redriveTo("us-east-1", "dead", 3),
	}
	if diff := cmp.Diff(want, got.Attributes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if found, err := client.GetQueueUrl(t.Context(), &sdk.GetQueueUrlInput{QueueName: aws.String("feedback")}); err != nil || *found.QueueUrl != *url {
		t.Errorf("GetQueueUrl: %v, %v", found, err)
	}
}

func TestAPI_errors(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	url := queueURL("eu-west-1", "feedback")
	send := func(url, body string) error {
		_, err := client.SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: &url, MessageBody: &body})
		return err
	}
	var noQueue *types.QueueDoesNotExist
	// A queue of another region is none of this endpoint's.
	if err := send(queueURL("us-east-1", "feedback"), "x"); !errors.As(err, &noQueue) {
		t.Errorf("other region: %v", err)
	}
	var contents *types.InvalidMessageContents
	if err := send(url, "a\x00b"); !errors.As(err, &contents) {
		t.Errorf("control character: %v", err)
	}
	if err := send(url, strings.Repeat("x", 262145)); err == nil || !strings.Contains(err.Error(), "shorter than 262144 bytes") {
		t.Errorf("too long: %v", err)
	}
	if err := send(url, strings.Repeat("x", 262144)); err != nil {
		t.Errorf("just not too long: %v", err)
	}
	for name, attribute := range map[string]types.MessageAttributeValue{
		"AWS.x": {DataType: aws.String("String"), StringValue: aws.String("x")},
		"a..b":  {DataType: aws.String("String"), StringValue: aws.String("x")},
		"empty": {DataType: aws.String("String"), StringValue: aws.String("")},
		"typed": {DataType: aws.String("Text"), StringValue: aws.String("x")},
	} {
		_, err := client.SendMessage(t.Context(), &sdk.SendMessageInput{
			QueueUrl: &url, MessageBody: aws.String("x"), MessageAttributes: map[string]types.MessageAttributeValue{name: attribute},
		})
		if err == nil || !strings.Contains(err.Error(), "InvalidParameterValue") {
			t.Errorf("attribute %s: %v", name, err)
		}
	}
	for _, seconds := range []int32{-1, 43201} {
		_, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &url, VisibilityTimeout: seconds})
		if err == nil || !strings.Contains(err.Error(), "VisibilityTimeout") {
			t.Errorf("visibility %d: %v", seconds, err)
		}
	}
	if _, err := client.ListQueues(t.Context(), &sdk.ListQueuesInput{}); err == nil || !strings.Contains(err.Error(), "UnknownOperationException") {
		t.Errorf("ListQueues: %v", err)
	}
}

func TestAPI_errorShape(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/none","MessageBody":"x"}`))
	r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
	answer := httptest.NewRecorder()
	w.Handler("eu-west-1").ServeHTTP(answer, r)
	if got := answer.Header().Get("x-amzn-query-error"); answer.Code != 400 || got != "AWS.SimpleQueueService.NonExistentQueue;Sender" {
		t.Errorf("status %d, x-amzn-query-error %q", answer.Code, got)
	}
	if got, want := answer.Body.String(), `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r = httptest.NewRequest("POST", "/", strings.NewReader(`{`))
	r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
	answer = httptest.NewRecorder()
	w.Handler("eu-west-1").ServeHTTP(answer, r)
	if answer.Code != 400 || !strings.Contains(answer.Body.String(), "SerializationException") {
		t.Errorf("bad JSON: %d %s", answer.Code, answer.Body)
	}
}

// subscriber collects what is delivered and fails what it is told to.
type subscriber struct {
	mu      sync.Mutex
	clock   *simtime.Clock
	start   time.Time
	batches []string
	fail    func(m Message) bool
	err     error
}

func (s *subscriber) take(_ context.Context, batch []Message) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var line []string
	var failed []string
	for _, m := range batch {
		line = append(line, m.Body+"#"+m.Attributes["ApproximateReceiveCount"])
		if s.fail != nil && s.fail(m) {
			failed = append(failed, m.ID)
		}
	}
	s.batches = append(s.batches, fmt.Sprintf("%v %s", s.clock.Now().Sub(s.start).Truncate(time.Second), strings.Join(line, ",")))
	return failed, s.err
}

func (w *world) subscribe(t testing.TB, batchSize int, fail func(Message) bool, err error) *subscriber {
	t.Helper()
	s := &subscriber{clock: w.clock, start: w.clock.Now(), fail: fail, err: err}
	if err := w.Subscribe(queueARN("eu-west-1", "feedback"), batchSize, s.take); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *subscriber) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.batches)
}

// F10.15: what a batch reports as failed comes again after the visibility timeout, the rest is deleted; after three
// receives it lands in the dead-letter queue.
func TestSubscribe_partialFailure(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{"1", "2", "3"} {
		w.mustSend(t, "eu-west-1", body)
	}
	s := w.subscribe(t, 10, func(m Message) bool { return m.Body == "2" }, nil)
	w.advance(t, 10*time.Minute)
	want := []string{"0s 1#1,2#1,3#1", "1m0s 2#2", "2m0s 2#3"}
	if diff := cmp.Diff(want, s.got()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	regions := w.Snapshot()
	got := regions["eu-west-1"]
	if len(got.Waiting)+len(got.InFlight) != 0 || len(got.DeadLetters) != 1 || string(got.DeadLetters[0].Body) != "2" || got.DeadLetters[0].Receives != 3 {
		t.Errorf("snapshot %+v", got)
	}
}

// F10.15: an error fails the whole batch.
func TestSubscribe_error(t *testing.T) {
	w := newWorld(t)
	s := w.subscribe(t, 10, nil, errors.New("function error"))
	w.mustSend(t, "eu-west-1", "1")
	w.advance(t, 30*time.Second)
	if got := w.Snapshot()["eu-west-1"].InFlight; len(got) != 1 {
		t.Fatalf("in flight %+v", got)
	}
	s.mu.Lock()
	s.err = nil
	s.mu.Unlock()
	w.advance(t, 31*time.Second)
	if diff := cmp.Diff([]string{"0s 1#1", "1m0s 1#2"}, s.got()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Backing off by visibility timeout within the delivery, as the redelivery function does.
func TestSubscribe_backsOff(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	var mu sync.Mutex
	var at []time.Duration
	start := w.clock.Now()
	err := w.Subscribe(queueARN("eu-west-1", "feedback"), 1, func(ctx context.Context, batch []Message) ([]string, error) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, w.clock.Now().Sub(start).Truncate(time.Second))
		if len(at) == 3 {
			return nil, nil
		}
		_, err := client.ChangeMessageVisibility(ctx, &sdk.ChangeMessageVisibilityInput{
			QueueUrl: aws.String(queueURL("eu-west-1", "feedback")), ReceiptHandle: &batch[0].ReceiptHandle, VisibilityTimeout: int32(100 * len(at)),
		})
		return []string{batch[0].ID}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.mustSend(t, "eu-west-1", "1")
	w.advance(t, time.Hour)
	mu.Lock()
	defer mu.Unlock()
	if want := []time.Duration{0, 100 * time.Second, 300 * time.Second}; !slices.Equal(at, want) {
		t.Errorf("delivered at %v, want %v", at, want)
	}
}

// A fault of SQS in a region stops delivery there, and there only, until it is cleared. Nothing is lost.
func TestSubscribe_waitsForTheService(t *testing.T) {
	w := newWorld(t)
	w.mustSend(t, "eu-west-1", "1")
	for _, kind := range []fault.Kind{fault.Down, fault.Error, fault.Timeout} {
		w.faults["eu-west-1"].Set(fault.Fault{Kind: kind})
		if kind == fault.Down {
			w.subscribe(t, 10, nil, nil)
		}
		w.advance(t, time.Minute)
		if got := w.Snapshot()["eu-west-1"].Waiting; len(got) != 1 {
			t.Errorf("%s: waiting %+v, want the message untouched", kind, got)
		}
	}
	w.faults["eu-west-1"].Set(fault.Fault{})
	w.advance(t, 0)
	if got := w.Snapshot()["eu-west-1"]; len(got.Waiting)+len(got.InFlight) != 0 {
		t.Errorf("after the fault: %+v", got)
	}
}

func TestSubscribe_concurrency(t *testing.T) {
	w := newWorld(t)
	release := make(chan struct{})
	var mu sync.Mutex
	running, most, total := 0, 0, 0
	if err := w.Subscribe(queueARN("eu-west-1", "feedback"), 2, func(_ context.Context, batch []Message) ([]string, error) {
		mu.Lock()
		running++
		most = max(most, running)
		total += len(batch)
		mu.Unlock()
		<-release
		mu.Lock()
		running--
		mu.Unlock()
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		w.mustSend(t, "eu-west-1", strconv.Itoa(i))
	}
	close(release)
	w.advance(t, 0)
	mu.Lock()
	defer mu.Unlock()
	if most > concurrentBatches || total != 40 {
		t.Errorf("%d batches at once and %d messages, want at most %d and 40", most, total, concurrentBatches)
	}
}

func TestSubscribe_refusals(t *testing.T) {
	w := newWorld(t)
	f := func(context.Context, []Message) ([]string, error) { return nil, nil }
	for _, c := range []struct {
		arn  string
		size int
		want string
	}{
		{queueARN("eu-west-1", "none"), 1, "no such queue"},
		{queueARN("eu-west-1", "feedback"), 0, "batch size 0, want 1 to 10"},
		{queueARN("eu-west-1", "feedback"), 11, "batch size 11, want 1 to 10"},
		{queueARN("eu-west-1", "feedback"), 10, ""},
		{queueARN("eu-west-1", "feedback"), 10, "has a subscriber already"},
	} {
		err := w.Subscribe(c.arn, c.size, f)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %d: got %v, want %q", c.arn, c.size, err, c.want)
		}
	}
}

func TestRetention(t *testing.T) {
	w := newWorld(t)
	w.mustSend(t, "eu-west-1", "1")
	w.advance(t, 96*time.Hour-time.Minute)
	if got := w.Snapshot()["eu-west-1"].Waiting; len(got) != 1 {
		t.Errorf("gone before four days: %+v", got)
	}
	w.advance(t, 2*time.Minute)
	if got := w.Snapshot()["eu-west-1"].Waiting; len(got) != 0 {
		t.Errorf("there after four days: %+v", got)
	}
}

func TestSnapshot(t *testing.T) {
	w := newWorld(t)
	w.mustSend(t, "eu-west-1", `{"message":"hi"}`)
	w.mustSend(t, "eu-west-1", `not JSON`)
	w.mu.Lock()
	w.send(w.byURL("eu-west-1", queueURL("eu-west-1", "dead")), `{}`, map[string]MessageAttribute{"reason": {DataType: "String", StringValue: "refused: 422"}}, 0)
	w.mu.Unlock()
	got := w.Snapshot()
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, id := range []string{got["eu-west-1"].Waiting[0].ID, got["eu-west-1"].Waiting[1].ID, got["eu-west-1"].DeadLetters[0].ID} {
		text = strings.Replace(text, id, "ID", 1)
	}
	want := `{"eu-west-1":{"waiting":[{"id":"ID","receives":0,"body":{"message":"hi"}},{"id":"ID","receives":0,"body":"not JSON"}],"inFlight":[],` +
		`"deadLetters":[{"id":"ID","receives":0,"reason":"refused: 422","body":{}}]},"us-east-1":{"waiting":[],"inFlight":[],"deadLetters":[]}}`
	if text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	w.Reset()
	if got := w.Snapshot()["eu-west-1"]; len(got.Waiting)+len(got.DeadLetters) != 0 {
		t.Errorf("after reset: %+v", got)
	}
}

func TestNew_refuses(t *testing.T) {
	dead := queueResource("eu-west-1", "dead", nil)
	for _, c := range []struct {
		name   string
		inputs map[string]any
		want   string
	}{
		{"FIFO", map[string]any{"fifoQueue": true}, "fifoQueue: true"},
		{"unknown property", map[string]any{"color": "red"}, "color"},
		{"visibility", map[string]any{"visibilityTimeoutSeconds": 43201.0}, "visibilityTimeoutSeconds: 43201: want 0 to 43200"},
		{"redrive to nowhere", map[string]any{"redrivePolicy": redriveTo("eu-west-1", "gone", 3)}, "want the ARN of a queue of this program"},
		{"redrive to itself", map[string]any{"redrivePolicy": redriveTo("eu-west-1", "feedback", 3)}, "want another queue of region eu-west-1"},
		{"redrive count", map[string]any{"redrivePolicy": redriveTo("eu-west-1", "dead", 0)}, "maxReceiveCount: 0: want 1 to 1000"},
		{"redrive JSON", map[string]any{"redrivePolicy": "{"}, "redrivePolicy"},
	} {
		node := queueResource("eu-west-1", "feedback", c.inputs)
		_, err := New(graph.New(dead, node).Read(), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), node.URN) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	// A count in a string, as some tools write it.
	node := queueResource("eu-west-1", "feedback", map[string]any{"redrivePolicy": `{"deadLetterTargetArn":"` + queueARN("eu-west-1", "dead") + `","maxReceiveCount":"4"}`})
	if _, err := New(graph.New(dead, node).Read(), Options{}); err != nil {
		t.Error(err)
	}
}

func TestNew_redriveAllowPolicy(t *testing.T) {
	source := queueResource("eu-west-1", "feedback", map[string]any{"redrivePolicy": redriveTo("eu-west-1", "dead", 3)})
	for policy, want := range map[string]string{
		`{"redrivePermission":"allowAll"}`: "",
		`{"redrivePermission":"byQueue","sourceQueueArns":["` + queueARN("eu-west-1", "feedback") + `"]}`: "",
		`{"redrivePermission":"byQueue","sourceQueueArns":["` + queueARN("eu-west-1", "other") + `"]}`:    "want it to allow " + queueARN("eu-west-1", "feedback"),
		`{"redrivePermission":"denyAll"}`:   "want it to allow",
		`{"redrivePermission":"sometimes"}`: "want allowAll, denyAll or byQueue",
		`[]`:                                "redriveAllowPolicy",
	} {
		node := &graph.Resource{
			URN: "urn:allow", Type: redriveAllowPolicyType, Region: "eu-west-1",
			Inputs: map[string]any{"queueUrl": queueURL("eu-west-1", "dead"), "redriveAllowPolicy": policy},
		}
		_, err := New(graph.New(queueResource("eu-west-1", "dead", nil), source, node).Read(), Options{})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", policy, err, want)
		}
	}
}

// The example of the developer guide's algorithm, computed with the AWS CLI's own implementation (botocore's test
// data).
func TestMD5Attributes(t *testing.T) {
	if got := md5Attributes(nil); got != "" {
		t.Errorf("no attributes: %q", got)
	}
	a := md5Attributes(map[string]MessageAttribute{"b": {DataType: "String", StringValue: "2"}, "a": {DataType: "Binary", BinaryValue: []byte("1")}})
	// name, type, kind 2, value; then the other with kind 1
	raw := "\x00\x00\x00\x01a\x00\x00\x00\x06Binary\x02\x00\x00\x00\x011" + "\x00\x00\x00\x01b\x00\x00\x00\x06String\x01\x00\x00\x00\x012"
	if want := md5Text(raw); a != want {
		t.Errorf("got %s, want %s", a, want)
	}
}

// PurgeQueue works once in 60 seconds; the queues of other regions are others.
func TestAPI_purgeQueue(t *testing.T) {
	w := newWorld(t)
	client := w.client(t, "eu-west-1")
	purge := func() error {
		_, err := client.PurgeQueue(t.Context(), &sdk.PurgeQueueInput{QueueUrl: aws.String(queueURL("eu-west-1", "feedback"))})
		return err
	}
	var inProgress *types.PurgeQueueInProgress
	if err := purge(); err != nil {
		t.Fatal(err)
	}
	w.mustSend(t, "eu-west-1", "kept")
	w.advance(t, 59*time.Second)
	if err := purge(); !errors.As(err, &inProgress) {
		t.Errorf("after 59 s: %v, want PurgeQueueInProgress", err)
	}
	if _, err := w.client(t, "us-east-1").PurgeQueue(t.Context(), &sdk.PurgeQueueInput{QueueUrl: aws.String(queueURL("us-east-1", "feedback"))}); err != nil {
		t.Errorf("another queue: %v", err)
	}
	w.advance(t, 2*time.Second)
	if err := purge(); err != nil {
		t.Errorf("after 61 s: %v", err)
	}
}

// An answer without messages has no member Messages.
func TestAPI_emptyReceive(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(`{"QueueUrl":"`+queueURL("eu-west-1", "feedback")+`"}`))
	r.Header.Set("X-Amz-Target", "AmazonSQS.ReceiveMessage")
	rec := httptest.NewRecorder()
	w.Handler("eu-west-1").ServeHTTP(rec, r)
	if body := strings.TrimSpace(rec.Body.String()); rec.Code != 200 || body != "{}" {
		t.Errorf("got %d %s, want {}", rec.Code, body)
	}
}

// Messages go over as they stand: those of a queue that is still there, once each, with their receives and receipt
// handles.
func TestAdopt(t *testing.T) {
	old, next := newWorld(t), newWorld(t)
	waiting, inFlight := old.mustSend(t, "eu-west-1", "waiting"), old.mustSend(t, "us-east-1", "in flight")
	received, err := old.client(t, "us-east-1").ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: aws.String(queueURL("us-east-1", "feedback"))})
	if err != nil || len(received.Messages) != 1 {
		t.Fatalf("got %+v, %v", received, err)
	}
	old.Close()
	next.Adopt(old.Service)
	late := old.mustSend(t, "eu-west-1", "late") // from a function that was still at work
	next.Adopt(old.Service)
	all := next.Snapshot()
	ids := func(list []QueuedMessage) (ids []string) {
		for _, m := range list {
			ids = append(ids, m.ID)
		}
		return ids
	}
	if got := ids(all["eu-west-1"].Waiting); !slices.Contains(got, waiting) || !slices.Contains(got, late) || len(got) != 2 {
		t.Errorf("waiting: %v, want %s and %s", got, waiting, late)
	}
	if got := all["us-east-1"].InFlight; len(got) != 1 || got[0].ID != inFlight || got[0].Receives != 1 {
		t.Errorf("in flight: %+v, want %s after one receive", got, inFlight)
	}
	if left := old.Snapshot(); len(left["eu-west-1"].Waiting)+len(left["us-east-1"].InFlight) > 0 {
		t.Errorf("the old service keeps %+v", left)
	}
	if _, err := next.client(t, "us-east-1").DeleteMessage(t.Context(), &sdk.DeleteMessageInput{
		QueueUrl: aws.String(queueURL("us-east-1", "feedback")), ReceiptHandle: received.Messages[0].ReceiptHandle,
	}); err != nil || len(next.Snapshot()["us-east-1"].InFlight) != 0 {
		t.Errorf("deleting with the handle of before: %v, %+v", err, next.Snapshot())
	}
}
