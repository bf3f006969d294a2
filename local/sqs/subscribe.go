package sqs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/onefront/onefront/local/fault"
)

// concurrentBatches is how many batches of one queue are delivered at a time: Lambda starts with five.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
const concurrentBatches = 5

// maxBatch is the largest batch SQS hands out in one receive; larger event source batches need a batching window.
const maxBatch = 10

// subscription is the reader that a queue pushes to.
type subscription struct {
	batchSize int
	deliver   func(ctx context.Context, batch []Message) (failed []string, err error)
	active    int
}

// Subscribe has f called with the messages of a queue as they become visible, up to batchSize (1 to 10) at once and
// five batches at a time, as Lambda's pollers do. f returns the ids of messages it could not handle; the others are
// deleted. An error keeps the whole batch. What is kept becomes visible again after the queue's visibility timeout, or
// when f changed that itself. A queue has at most one subscriber. f's context ends with Close.
//
// guess: a delete that meets a fault of the service is repeated by the pollers until it succeeds; here it just
// succeeds.
func (s *Service) Subscribe(queueARN string, batchSize int, f func(ctx context.Context, batch []Message) (failed []string, err error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.byARN(queueARN)
	switch {
	case q == nil:
		return fmt.Errorf("queue %q: no such queue in the program", queueARN)
	case q.subscription != nil:
		return fmt.Errorf("queue %q: has a subscriber already", queueARN)
	case batchSize < 1 || batchSize > maxBatch:
		return fmt.Errorf("queue %q: batch size %d, want 1 to %d", queueARN, batchSize, maxBatch)
	}
	q.subscription = &subscription{batchSize: batchSize, deliver: f}
	s.plan(q)
	return nil
}

// deliver starts as many batches as may run of what is visible at now. The caller holds mu, and looks at that same
// instant for what comes later: simulated time goes on with the wall's, and what became visible between two looks would
// be neither delivered nor waited for.
func (s *Service) deliver(q *queue, now time.Time) {
	sub := q.subscription
	for sub != nil && sub.active < concurrentBatches && !s.stopped(q.region) {
		received := s.receive(q, sub.batchSize, q.visibility, now)
		if len(received) == 0 {
			return
		}
		batch := make([]Message, len(received))
		for i, m := range received {
			batch[i] = m.received()
		}
		sub.active++
		s.clock.Go(func() { s.run(q, sub, batch) })
	}
}

// run hands one batch to the subscriber and deletes what it took.
func (s *Service) run(q *queue, sub *subscription, batch []Message) {
	failed, err := sub.deliver(s.ctx, batch)
	if err != nil {
		s.log.Warn("batch not taken", "region", q.region, "queue", q.name, "messages", len(batch), "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sub.active--
	for _, m := range batch {
		if err != nil || slices.Contains(failed, m.ID) {
			continue
		}
		if kept, latest := q.byHandle(m.ReceiptHandle); latest {
			q.remove(kept)
		}
	}
	s.plan(q)
}

// stopped tells whether the region's fault keeps pollers from reading. A slow service still delivers.
func (s *Service) stopped(region string) bool {
	switch s.faults[region].Get().Kind {
	case fault.Down, fault.Error, fault.Timeout:
		return true
	default:
		return false
	}
}

// wake looks at a region's queues anew after its fault has changed.
func (s *Service) wake(region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		if q.region == region {
			s.plan(q)
		}
	}
}
