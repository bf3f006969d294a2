package queue

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
)

// concurrency is how many messages of a batch are tried at a time: a SaaS that just came back
// is not greeted with all of them.
const concurrency = 5

// Deliverer tries the SaaS once; *upstream.Client does.
type Deliverer interface {
	Deliver(context.Context, secret.Secret, feedback.Record) upstream.Result
}

// Keys gives the SaaS key; *secret.Holder does.
type Keys interface {
	Get(context.Context) (secret.Secret, error)
	Expire()
}

// Redelivery is the function behind the queue's event source mapping. All fields are required.
type Redelivery struct {
	Upstream Deliverer
	Keys     Keys
	Queue    *Queue
	// MaxReceives is the redrive policy's maxReceiveCount.
	MaxReceives int
	// Timeout is the SaaS's. A try is begun only if it and QueueTime are left of the function's time.
	Timeout time.Duration
	// QueueTime is kept to put a message back after a try.
	QueueTime time.Duration
	Journal   *telemetry.Journal
	Now       func() time.Time
	Random    func() float64 // in [0, 1)
}

// Handle tries every message of a batch and names those to be kept in the queue
// (ReportBatchItemFailures, F10.15). The circuit breaker of the visitors' function has no part
// in this: a try here costs nobody's patience.
func (r *Redelivery) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	failed := make([]bool, len(event.Records))
	slots := make(chan struct{}, concurrency)
	var wg sync.WaitGroup
	for i, message := range event.Records {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			failed[i] = !r.one(ctx, message)
		})
	}
	wg.Wait()
	// Never null: Lambda would take a missing list for full success, which it then is anyway,
	// but an empty list says so.
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, message := range event.Records {
		if failed[i] {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
		}
	}
	return response, nil
}

// one handles a message and reports whether it may leave the queue.
func (r *Redelivery) one(ctx context.Context, message events.SQSMessage) (done bool) {
	start := r.Now()
	line := telemetry.Line{Message: "redelivery", RequestID: telemetry.RequestID(ctx), Route: "redelivery"}
	defer func() {
		line.Duration = r.Now().Sub(start)
		r.Journal.Write(ctx, line)
	}()
	line.Receives = receives(message)
	record, err := decode(message.Body)
	if err != nil {
		return r.unreadable(ctx, message, &line)
	}
	line.FeedbackID = record.ID
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < r.Timeout+r.QueueTime {
		line.Outcome, line.Reason = telemetry.Queued, "no time left in this batch"
		r.rest(ctx, message, line.Receives, 0, &line)
		return false
	}
	key, err := r.Keys.Get(ctx)
	if err != nil {
		line.Outcome, line.Reason, line.Err = telemetry.Queued, "key unavailable", err
		r.rest(ctx, message, line.Receives, 0, &line)
		return false
	}
	result := r.deliver(ctx, key, record)
	if result.Denied {
		line.Level, line.Denied = slog.LevelError, true
		r.Keys.Expire() // it may have been rotated; the next receive tries the new one
	}
	line.UpstreamStatus, line.UpstreamLatency, line.Reason = result.Status, result.Latency, result.Reason
	switch result.Outcome {
	case upstream.Delivered:
		line.Outcome = telemetry.Delivered
		return true
	case upstream.Refused:
		return r.refused(ctx, message, record, result, &line)
	}
	line.Outcome = telemetry.Queued
	r.rest(ctx, message, line.Receives, result.RetryAfter, &line)
	return false
}

// deliver tries the SaaS and leaves the queue its share of the function's time.
func (r *Redelivery) deliver(ctx context.Context, key secret.Secret, record feedback.Record) upstream.Result {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-r.QueueTime))
		defer cancel()
	}
	return r.Upstream.Deliver(ctx, key, record)
}

// refused moves a record to the dead-letter queue. If that fails the message stays and comes back.
func (r *Redelivery) refused(ctx context.Context, message events.SQSMessage, record feedback.Record, result upstream.Result, line *telemetry.Line) bool {
	line.Outcome, line.Level = telemetry.Refused, slog.LevelError
	if err := r.Queue.Bury(ctx, record, result.Reason); err != nil {
		line.Err = err
		r.rest(ctx, message, line.Receives, 0, line)
		return false
	}
	return true
}

// unreadable moves a message that no version of this function wrote to the dead-letter queue.
func (r *Redelivery) unreadable(ctx context.Context, message events.SQSMessage, line *telemetry.Line) bool {
	line.Outcome, line.Reason, line.Level = telemetry.Refused, "unreadable message", slog.LevelError
	if err := r.Queue.buryBody(ctx, message.Body, line.Reason); err != nil {
		line.Err = err
		return false
	}
	return true
}

// rest puts off the next receive. After the last one that the redrive policy allows there is
// nothing to wait for: the next receive moves the message to the dead-letter queue.
func (r *Redelivery) rest(ctx context.Context, message events.SQSMessage, receives int, retryAfter time.Duration, line *telemetry.Line) {
	wait := backoff(receives, retryAfter, r.Random())
	if receives >= r.MaxReceives {
		wait = 0
	}
	if err := r.Queue.hide(ctx, message.ReceiptHandle, wait); err != nil {
		line.Err = err // the queue's own visibility timeout brings it back
	}
}

// receives is how often the message was received, this time included.
func receives(message events.SQSMessage) int {
	n, err := strconv.Atoi(message.Attributes["ApproximateReceiveCount"])
	if err != nil || n < 1 {
		return 1
	}
	return n
}
