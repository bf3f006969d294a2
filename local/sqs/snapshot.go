package sqs

import (
	"encoding/json"
	"strings"
	"time"
)

// RegionQueues are the messages of a region. Waiting also holds delayed ones; DeadLetters everything in a queue that
// another one redrives to.
type RegionQueues struct {
	Waiting     []QueuedMessage `json:"waiting"`
	InFlight    []QueuedMessage `json:"inFlight"`
	DeadLetters []QueuedMessage `json:"deadLetters"`
}

// QueuedMessage is one message as the admin API shows it.
type QueuedMessage struct {
	ID string `json:"id"`
	// Receives is how often it was received.
	Receives int `json:"receives"`
	// Reason is the message's attribute of that name, else why it was redriven.
	Reason string `json:"reason,omitempty"`
	// Body is the body itself if it is JSON, else a JSON string.
	Body json.RawMessage `json:"body"`
}

// Snapshot shows all messages by region, with an entry for every region that has a queue.
func (s *Service) Snapshot() map[string]RegionQueues {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	regions := map[string]RegionQueues{}
	for _, q := range s.queues {
		s.expire(q, now)
		r, known := regions[q.region]
		if !known {
			r = RegionQueues{Waiting: []QueuedMessage{}, InFlight: []QueuedMessage{}, DeadLetters: []QueuedMessage{}}
		}
		for _, m := range q.messages {
			r.add(q, m, now)
		}
		regions[q.region] = r
	}
	return regions
}

func (r *RegionQueues) add(q *queue, m *message, now time.Time) {
	shown := QueuedMessage{ID: m.id, Receives: m.receives, Reason: m.reason, Body: json.RawMessage(m.body)}
	if !json.Valid(shown.Body) {
		shown.Body, _ = json.Marshal(m.body)
	}
	for name, a := range m.attributes {
		if strings.EqualFold(name, "reason") {
			shown.Reason = a.StringValue
		}
	}
	switch {
	case q.isDeadLetterQueue:
		r.DeadLetters = append(r.DeadLetters, shown)
	case m.inFlight(now):
		r.InFlight = append(r.InFlight, shown)
	default:
		r.Waiting = append(r.Waiting, shown)
	}
}
