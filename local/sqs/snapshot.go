package sqs

import (
	"encoding/json"
	"math"
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
	all := map[string]RegionQueues{}
	for region, r := range s.Recent(math.MaxInt) {
		all[region] = r.RegionQueues
	}
	return all
}

// RecentQueues are some messages of a region, and how many of each kind there are.
type RecentQueues struct {
	RegionQueues
	Counts Counts `json:"counts"`
}

// Counts are numbers of messages.
type Counts struct {
	Waiting     int `json:"waiting"`
	InFlight    int `json:"inFlight"`
	DeadLetters int `json:"deadLetters"`
}

// Recent shows at most limit messages of each kind and region, the oldest first, with an entry for every region that
// has a queue.
func (s *Service) Recent(limit int) map[string]RecentQueues {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	regions := map[string]RecentQueues{}
	for _, q := range s.queues {
		s.expire(q, now)
		r, known := regions[q.region]
		if !known {
			r.RegionQueues = RegionQueues{Waiting: []QueuedMessage{}, InFlight: []QueuedMessage{}, DeadLetters: []QueuedMessage{}}
		}
		for _, m := range q.messages {
			list, count := r.of(q, m, now)
			if *count++; *count <= limit {
				*list = append(*list, show(m))
			}
		}
		regions[q.region] = r
	}
	return regions
}

// of is the list that a message belongs to, and its count.
func (r *RecentQueues) of(q *queue, m *message, now time.Time) (list *[]QueuedMessage, count *int) {
	switch {
	case q.isDeadLetterQueue:
		return &r.DeadLetters, &r.Counts.DeadLetters
	case m.inFlight(now):
		return &r.InFlight, &r.Counts.InFlight
	default:
		return &r.Waiting, &r.Counts.Waiting
	}
}

func show(m *message) QueuedMessage {
	shown := QueuedMessage{ID: m.id, Receives: m.receives, Reason: m.reason, Body: json.RawMessage(m.body)}
	if !json.Valid(shown.Body) {
		shown.Body, _ = json.Marshal(m.body)
	}
	for name, a := range m.attributes {
		if strings.EqualFold(name, "reason") {
			shown.Reason = a.StringValue
		}
	}
	return shown
}

// Depth is how many messages a queue holds.
type Depth struct {
	Region, Queue              string
	Visible, InFlight, Delayed int
	// Oldest is the age of the oldest message, counted from when it was sent.
	Oldest time.Duration
}

// Depths are those of all queues, in the graph's order.
func (s *Service) Depths() []Depth {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	var all []Depth
	for _, q := range s.queues {
		s.expire(q, now)
		d := Depth{Region: q.region, Queue: q.name}
		for _, m := range q.messages {
			switch {
			case m.inFlight(now):
				d.InFlight++
			case m.waiting(now):
				d.Visible++
			default:
				d.Delayed++
			}
			d.Oldest = max(d.Oldest, now.Sub(m.sent))
		}
		all = append(all, d)
	}
	return all
}
