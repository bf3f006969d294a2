package saas

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/upstream/settings"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/simtime"
)

// Ticket is one feedback as it arrived.
type Ticket struct {
	// ID is the stand-in's own number, from "1" on; it does not begin anew with Reset.
	ID string `json:"id"`
	// FeedbackID is the adapter's id, by which a second delivery is recognised: the request's Idempotency-Key.
	FeedbackID string `json:"feedbackId"`
	// Region is the AWS region that accepted the feedback: the header X-Onefront-Region, or else what the body says.
	Region string `json:"region"`
	// ReceivedAt is simulated time.
	ReceivedAt time.Time `json:"receivedAt"`
	// Authenticated is true if the request bore the right key.
	Authenticated bool `json:"authenticated"`
	// Feedback is the visitor's part of the default webhook body, and the whole body of every other kind.
	Feedback json.RawMessage `json:"feedback"`
}

// Service is the stand-in. It is safe for concurrent use.
type Service struct {
	settings settings.Settings
	vendor   vendor
	expected [sha256.Size]byte // of the value of the header that bears the key
	clock    *simtime.Clock
	*kept
}

// kept is what outlives other settings.
type kept struct {
	fault fault.Switch

	mu       sync.Mutex
	sequence int
	tickets  []Ticket
	answered map[string]idempotent // by Idempotency-Key, for vendors that know it
}

// idempotent is an answer to be repeated.
type idempotent struct {
	body    [sha256.Size]byte
	id      string
	expires time.Time
}

// New makes a stand-in for checked settings and the key that the functions will send.
func New(s settings.Settings, key string, clock *simtime.Clock) (*Service, error) {
	return newService(s, key, clock, &kept{answered: map[string]idempotent{}})
}

// With is a stand-in for other settings and another key that has the same tickets and the same fault.
func (s *Service) With(changed settings.Settings, key string) (*Service, error) {
	return newService(changed, key, s.clock, s.kept)
}

func newService(s settings.Settings, key string, clock *simtime.Clock, k *kept) (*Service, error) {
	v, err := newVendor(s)
	if err != nil {
		return nil, err
	}
	if key, err = contract.Credential(key); err != nil {
		return nil, fmt.Errorf("stand-in SaaS: the key: %w", err)
	}
	return &Service{
		settings: s, vendor: v, expected: sha256.Sum256([]byte(v.credential(key))), clock: clock, kept: k,
	}, nil
}

// Fault is the switch that makes the whole service fail. Under every fault but slow nothing is stored.
func (s *Service) Fault() *fault.Switch { return &s.fault }

// Handler is the service's endpoint, behind its fault.
func (s *Service) Handler() http.Handler { return s.fault.Wrap(http.HandlerFunc(s.serve)) }

// Tickets returns what arrived, in that order.
func (s *Service) Tickets() []Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ticket{}, s.tickets...)
}

// Recent are the latest tickets, the newest last, and how many there are.
type Recent struct {
	Total  int      `json:"total"`
	Latest []Ticket `json:"latest"`
}

// Recent returns at most limit of the tickets that arrived.
func (s *Service) Recent(limit int) Recent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Recent{len(s.tickets), append([]Ticket{}, s.tickets[max(0, len(s.tickets)-limit):]...)}
}

// Reset forgets all tickets. The fault is left alone.
func (s *Service) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets = nil
	clear(s.answered)
}

// authenticated compares digests, so that the time taken says nothing about the key.
func (s *Service) authenticated(h http.Header) bool {
	got := sha256.Sum256([]byte(h.Get(s.vendor.header())))
	return subtle.ConstantTimeCompare(got[:], s.expected[:]) == 1
}

// store adds a ticket and returns its id.
func (s *Service) store(t Ticket) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence++
	t.ID, t.ReceivedAt = strconv.Itoa(s.sequence), s.clock.Now()
	s.tickets = append(s.tickets, t)
	return t.ID
}

// topics are the configured ones, or a few to look at where the vendor would have the list.
func (s *Service) topics() []settings.Topic {
	if len(s.settings.Topics) > 0 {
		return slices.Clone(s.settings.Topics)
	}
	return []settings.Topic{
		{ID: "bug", Label: "Something does not work", Labels: map[string]string{"de": "Etwas funktioniert nicht"}},
		{ID: "idea", Label: "An idea", Labels: map[string]string{"de": "Eine Idee"}},
		{ID: "praise", Label: "Praise", Labels: map[string]string{"de": "Lob"}},
	}
}
