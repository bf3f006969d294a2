package sqs

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/simtime"
)

// Options are what the service needs beside the graph.
type Options struct {
	// Clock is the simulated time. Required.
	Clock *simtime.Clock
	// Fault gives the switch of a region's SQS. Nil, or a nil switch: never a fault.
	Fault func(region string) *fault.Switch
	// Log hears of messages moved to dead-letter queues and failed deliveries, never of bodies. Default: discarded.
	Log *slog.Logger
}

// Service holds the queues of all regions. It is safe for concurrent use.
type Service struct {
	clock  *simtime.Clock
	log    *slog.Logger
	faults map[string]*fault.Switch // by region; values may be nil
	ctx    context.Context          //nolint:containedctx // ends deliveries with the service, not with a caller
	cancel context.CancelFunc

	mu     sync.Mutex
	queues []*queue // in the graph's order
}

// New reads every queue of the graph and refuses properties it does not imitate.
func New(g *graph.Reading, o Options) (*Service, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{clock: o.Clock, log: o.Log, faults: map[string]*fault.Switch{}}
	for _, r := range g.Take(QueueType) {
		s.queues = append(s.queues, newQueue(r))
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	s.linkDeadLetterQueues()
	for _, r := range g.Take(redriveAllowPolicyType) {
		s.checkRedriveAllowPolicy(r)
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, q := range s.queues {
		if _, known := s.faults[q.region]; known || o.Fault == nil {
			continue
		}
		region := q.region
		s.faults[region] = o.Fault(region)
		if s.faults[region] != nil {
			s.faults[region].OnChange(func(fault.Fault) { s.wake(region) })
		}
	}
	return s, nil
}

// linkDeadLetterQueues follows every redrive policy to its queue, which must be one of the same region.
func (s *Service) linkDeadLetterQueues() {
	const path = "redrivePolicy.deadLetterTargetArn"
	for _, q := range s.queues {
		if q.redrive == nil {
			continue
		}
		arn := q.redrive.DeadLetterTargetARN
		target := s.byARN(arn)
		switch {
		case target == nil:
			q.resource.Refuse(path, arn, "want the ARN of a queue of this program")
		case target == q || target.region != q.region:
			q.resource.Refuse(path, arn, "want another queue of region "+q.region)
		default:
			q.deadLetters, target.isDeadLetterQueue = target, true
		}
	}
}

// Handler is the region's endpoint, AWS JSON protocol 1.0, with the region's fault in front of it.
func (s *Service) Handler(region string) http.Handler {
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(region, w, r) })
	if f := s.faults[region]; f != nil {
		return f.Wrap(api)
	}
	return api
}

// Reset drops all messages of all queues. Deliveries on their way end without effect.
func (s *Service) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.messages, q.purged = nil, time.Time{}
		s.plan(q)
	}
}

// Close ends the context of deliveries on their way and starts no more of them.
func (s *Service) Close() {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.subscription = nil
		s.plan(q)
	}
}

// Adopt takes all messages from a service that is closed, as they stand, for the queues of the same ARN; those of other
// queues stay behind. It may be called again for what came to the old service meanwhile. A batch whose delivery was on
// its way becomes visible again after its timeout.
func (s *Service) Adopt(old *Service) {
	old.mu.Lock()
	defer old.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		before := old.byARN(q.arn)
		if before == nil {
			continue
		}
		q.messages = append(before.messages, q.messages...)
		before.messages = nil
		if q.purged.Before(before.purged) {
			q.purged = before.purged
		}
		old.plan(before)
		s.plan(q)
	}
}

// Left counts the messages that a closed service still has, by the ARN of their queue: after [Service.Adopt] those of
// queues that exist no longer.
func (s *Service) Left() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := map[string]int{}
	for _, q := range s.queues {
		if len(q.messages) > 0 {
			left[q.arn] = len(q.messages)
		}
	}
	return left
}

// byARN finds a queue, or nil. The list is fixed after New.
func (s *Service) byARN(arn string) *queue {
	for _, q := range s.queues {
		if q.arn == arn {
			return q
		}
	}
	return nil
}

// byURL finds a region's queue, or nil.
func (s *Service) byURL(region, url string) *queue {
	for _, q := range s.queues {
		if q.url == url && q.region == region {
			return q
		}
	}
	return nil
}
