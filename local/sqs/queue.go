package sqs

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/onefront/onefront/local/simtime"

	"github.com/onefront/onefront/graph"
)

// queue is one queue. What New sets is fixed; the rest is guarded by the service's mutex.
type queue struct {
	resource                           *graph.Taken // for messages of New
	region, arn, url, name             string
	delay, visibility, retention, wait time.Duration
	maxBytes                           int
	redrive                            *redrivePolicy
	deadLetters                        *queue
	isDeadLetterQueue                  bool

	messages     []*message // as they were sent
	purged       time.Time  // the last PurgeQueue, zero if there was none
	arrivals     chan struct{}
	subscription *subscription
	timer        *simtime.Timer // at the next message's visibility
}

// waiting and inFlight tell where a message stands at an instant. A delayed message is neither.
func (m *message) waiting(now time.Time) bool  { return !m.visibleAt.After(now) }
func (m *message) inFlight(now time.Time) bool { return m.handle != "" && m.visibleAt.After(now) }

// send adds a message and returns it. The caller holds mu.
func (s *Service) send(q *queue, body string, attributes map[string]MessageAttribute, delay time.Duration) *message {
	now := s.clock.Now()
	m := &message{id: uuid.NewString(), body: body, attributes: attributes, sent: now, visibleAt: now.Add(delay)}
	q.messages = append(q.messages, m)
	s.plan(q)
	return m
}

// receive hands out up to limit waiting messages and hides them for the visibility timeout. A message that was received
// maxReceiveCount times already goes to the dead-letter queue instead. The caller holds mu.
func (s *Service) receive(q *queue, limit int, visibility time.Duration, now time.Time) []*message {
	s.expire(q, now)
	var received, moved []*message
	for _, m := range q.messages {
		if len(received) == limit {
			break
		}
		if !m.waiting(now) {
			continue
		}
		if q.redrive != nil && m.receives >= int(q.redrive.MaxReceiveCount) {
			moved = append(moved, m)
			continue
		}
		m.receives++
		if m.firstReceived.IsZero() {
			m.firstReceived = now
		}
		m.handle = newReceiptHandle(m.id)
		m.visibleAt = now.Add(visibility)
		received = append(received, m)
	}
	for _, m := range moved {
		s.move(q, m, now)
	}
	return received
}

// move takes a message to the dead-letter queue. It keeps its id and, in a standard queue, the time it was sent, from
// which retention counts on. SQS Developer Guide, "Using dead-letter queues".
//
// guess: the receive count goes on from where it stood.
func (s *Service) move(q *queue, m *message, now time.Time) {
	q.remove(m)
	m.sourceARN, m.handle, m.visibleAt = q.arn, "", now
	m.reason = "received " + strconv.Itoa(m.receives) + " times without success"
	q.deadLetters.messages = append(q.deadLetters.messages, m)
	s.log.Warn("message moved to dead-letter queue", "region", q.region, "queue", q.name, "messageId", m.id, "receives", m.receives)
	s.plan(q.deadLetters)
}

// expire drops messages older than the retention period, in flight or not.
func (s *Service) expire(q *queue, now time.Time) {
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return now.Sub(m.sent) > q.retention })
}

func (q *queue) remove(m *message) {
	if i := slices.Index(q.messages, m); i >= 0 {
		q.messages = slices.Delete(q.messages, i, i+1)
	}
}

// byHandle finds the message a receipt handle was given for, and whether it is the latest one. Handles start with the
// message id, so that an old one is known for what it is.
func (q *queue) byHandle(handle string) (m *message, latest bool) {
	id := messageID(handle)
	for _, m := range q.messages {
		if m.id == id {
			return m, m.handle == handle
		}
	}
	return nil, false
}

// plan is called after every change of a queue: it wakes waiting reads, starts deliveries that are due, and sets the
// timer for the next message to become visible. The caller holds mu.
func (s *Service) plan(q *queue) {
	if q.arrivals != nil {
		close(q.arrivals)
		q.arrivals = nil
	}
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
	now := s.clock.Now()
	s.deliver(q, now)
	var next time.Time
	for _, m := range q.messages {
		if m.visibleAt.After(now) && (next.IsZero() || m.visibleAt.Before(next)) {
			next = m.visibleAt
		}
	}
	if !next.IsZero() {
		q.timer = s.clock.AtFunc(next, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.plan(q)
		})
	}
}
