package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// preset maps the adapter's two questions to one vendor's API.
type preset interface {
	// ticket returns the request that stores a record. topic is the record's if the vendor's
	// list names it, else empty; the record's own may be anything.
	ticket(record feedback.Record, topic string) (call, error)
	// topics returns the request for the vendor's list, or false if the settings name none.
	topics() (call, bool)
	// readTopics takes the topics out of the answer to it.
	readTopics(body []byte) ([]settings.Topic, error)
	// authenticate puts the key into a request.
	authenticate(header http.Header, key string)
	// judge says what an answer to ticket means. body is at most maxErrorBytes of it, nothing of a 2xx.
	judge(status int, header http.Header, body []byte, now time.Time) verdict
}

// call is a request before the key and the common headers.
type call struct {
	method string
	url    string
	body   []byte
	header http.Header // may be nil
}

// Outcome is what became of one try.
type Outcome int

// The outcomes of Deliver.
const (
	// Failed: the SaaS did not answer, or asks for patience. A later try may succeed.
	Failed Outcome = iota
	// Delivered: the SaaS says that it stored the feedback.
	Delivered
	// Refused: the SaaS will never take it as it is.
	Refused
)

// Result is one try against the SaaS.
type Result struct {
	Outcome Outcome
	// Status is the SaaS's, 0 if it did not answer.
	Status int
	// Denied: the SaaS answered 401, 403 or a redirect elsewhere, which says nothing about the feedback. The key was
	// rotated, or a page of maintenance stands before the SaaS, or the settings are wrong: somebody should look now.
	Denied bool
	// RetryAfter is how long the SaaS wants to be left alone, 0 if it did not say.
	RetryAfter time.Duration
	// Reason says in fixed words why it was not delivered, without a byte the SaaS wrote.
	Reason string
	// Latency is the ticket's time, without that spent on the list of topics.
	Latency time.Duration
}

// Client delivers to one SaaS. It is safe for concurrent use.
type Client struct {
	settings settings.Settings
	preset   preset
	http     *http.Client
	now      func() time.Time
	list     list
}

// New returns a Client for checked settings. transport nil means a new http.Transport.
func New(s settings.Settings, transport http.RoundTripper, now func() time.Time) (*Client, error) {
	p, err := choose(s)
	if err != nil {
		return nil, err
	}
	return &Client{settings: s, preset: p, http: newHTTPClient(transport), now: now}, nil
}

func choose(s settings.Settings) (preset, error) {
	switch s.Preset {
	case settings.PresetWebhook:
		return newWebhook(s)
	case settings.PresetZendesk:
		return zendesk{s}, nil
	case settings.PresetFreshdesk:
		return freshdesk{s}, nil
	case settings.PresetGitHub:
		return github{s}, nil
	}
	return nil, fmt.Errorf("upstream.preset: %q: not a preset", s.Preset)
}

// Deliver tries once, within the settings' timeout. Before, if the ticket has a field for its topic and the list of
// topics is not known, it waits a second at most for the list, as far as ctx leaves the ticket its whole time. It
// returns no error: every end of a try is a Result.
func (c *Client) Deliver(ctx context.Context, key secret.Secret, record feedback.Record) Result {
	topic := c.knownTopic(ctx, key, record.Feedback.Topic)
	start := c.now()
	result := c.deliver(ctx, key, record, topic)
	result.Latency = c.now().Sub(start)
	return result
}

func (c *Client) deliver(ctx context.Context, key secret.Secret, record feedback.Record, topic string) Result {
	ctx, cancel := context.WithTimeout(ctx, c.settings.Timeout.Duration())
	defer cancel()
	ticket, err := c.preset.ticket(record, topic)
	if err != nil {
		return Result{Outcome: Refused, Reason: "the feedback does not fit the template"}
	}
	if ticket.header == nil {
		ticket.header = http.Header{}
	}
	// Webhooks may use it to recognise a second delivery; Zendesk does
	// (https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency).
	ticket.header[idempotencyKey] = []string{record.ID}
	ticket.header.Set(settings.RegionHeader, record.Region)
	if id := origin.RequestID(ctx); id != "" { // a redelivery belongs to no request
		ticket.header.Set(contract.RequestIDHeader, id)
	}
	answer, err := c.sendTicket(ctx, key, ticket)
	if err != nil {
		return Result{Outcome: Failed, Reason: failure(err)}
	}
	v := c.preset.judge(answer.status, answer.header, answer.body, c.now())
	result := Result{Outcome: v.outcome, Status: answer.status, Denied: v.denied, RetryAfter: v.wait}
	switch v.outcome {
	case Refused:
		result.Reason = fmt.Sprintf("upstream refused with %d", answer.status)
	case Failed:
		result.Reason = fmt.Sprintf("upstream answered %d", answer.status)
	}
	return result
}

// failure words an error without its text, which may hold an address.
func failure(err error) string {
	var timeout interface{ Timeout() bool }
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return "upstream timed out"
	}
	return "upstream could not be reached"
}

// join appends a path to the base address of the settings.
func join(base, path string) string { return strings.TrimRight(base, "/") + path }
