package api

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// Upstream is the SaaS; *upstream.Client is one.
type Upstream interface {
	Deliver(context.Context, secret.Secret, feedback.Record) upstream.Result
	List(ctx context.Context, keys func(context.Context) (secret.Secret, error)) ([]settings.Topic, error)
}

// Queue takes what the SaaS did not; *queue.Queue is one.
type Queue interface {
	Send(ctx context.Context, record feedback.Record, wait time.Duration) error
	Bury(ctx context.Context, record feedback.Record, reason string) error
}

// Keys gives the SaaS key; *secret.Holder does.
type Keys interface {
	Get(context.Context) (secret.Secret, error)
	Expire()
}

// Config is what a Handler needs. All fields are required.
type Config struct {
	Region string
	// Origin knows who came through CloudFront. It needs no Log: a request's line is the Journal's.
	Origin *origin.Origin

	Upstream Upstream
	// Timeout bounds what a request waits for the SaaS's key and then for the list of topics. A ticket has the same
	// time for itself, which Upstream measures.
	Timeout time.Duration
	Queue   Queue
	Keys    Keys
	Journal *telemetry.Journal
	// Now is the wall clock, Elapsed the time since some fixed moment of the process, for
	// everything that must not jump with the wall clock.
	Now     func() time.Time
	Elapsed func() time.Duration
}

// Handler answers requests. It is safe for concurrent use.
type Handler struct {
	Config
	routes   []route
	delivery *breaker
}

// New returns a Handler.
func New(config Config) *Handler {
	h := &Handler{Config: config, delivery: newBreaker(config.Elapsed)}
	h.routes = []route{
		{path: "/api/feedback", methods: []method{{"POST", h.postFeedback}}},
		{path: "/api/topics", methods: []method{{"GET", h.getTopics}}},
	}
	return h
}

// Handle answers one event.
func (h *Handler) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	start := h.Elapsed()
	r := newRequest(event)
	accepted := h.Origin.AcceptsEvent(event)
	ctx = origin.EventContext(ctx, event, accepted)
	ids, _ := origin.FromContext(ctx)
	r.line.RequestID, r.line.CloudFrontID, r.line.GatewayID = telemetry.RequestID(ctx), ids.CloudFront, ids.Gateway
	a := h.serve(ctx, r, accepted)
	r.line.Status = a.status
	r.line.Duration = h.Elapsed() - start
	h.Journal.Write(ctx, r.line)
	return a.event(h.Region), nil
}

// serve finds the route and the method. The origin secret comes first: who goes round
// CloudFront learns nothing, not even which paths exist (F6.28).
func (h *Handler) serve(ctx context.Context, r *request, accepted bool) answer {
	found, ok := h.find(r.path)
	if !accepted {
		return problem(403, origin.Forbidden)
	}
	if !ok {
		return problem(404, "There is nothing at this path.")
	}
	r.line.Route = found.path
	return found.serve(ctx, r)
}
