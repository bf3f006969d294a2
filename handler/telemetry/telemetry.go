package telemetry

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Outcome says what became of a feedback. Empty for requests that bring none.
type Outcome string

// The outcomes of a feedback.
const (
	Delivered Outcome = "delivered" // the SaaS has it
	Queued    Outcome = "queued"    // the queue has it
	Refused   Outcome = "refused"   // the dead-letter queue has it: the SaaS will never take it
	Lost      Outcome = "lost"      // nothing could take it; the visitor was told so (503)
	Honeypot  Outcome = "honeypot"  // dropped on purpose
)

// Namespace and dimension of the metrics. The metrics are delivered, queued, refused and lost
// (Count, 1 per feedback), denied (Count, 1 per try whose key or address the SaaS turned away) and upstreamLatency
// (Milliseconds, per try).
const (
	Namespace      = "Onefront"
	StackDimension = "stack"
)

// Line is one request or one redelivered message.
type Line struct {
	// Message is the line's constant text: "request" or "redelivery".
	Message   string
	Level     slog.Level
	RequestID string
	// CloudFrontID and GatewayID are the request's ids at CloudFront and API Gateway, empty where unknown.
	CloudFrontID, GatewayID string
	// FeedbackID is empty where there is no feedback.
	FeedbackID string
	Route      string
	Method     string
	// Status is the answer's, 0 for a redelivery.
	Status   int
	Receives int // of a redelivered message
	Duration time.Duration
	// UpstreamStatus and UpstreamLatency are of the try, 0 without one.
	UpstreamStatus  int
	UpstreamLatency time.Duration
	Outcome         Outcome
	// Denied: the SaaS turned away the key or the address, and not for a word of the feedback.
	Denied bool
	// Reason says in fixed words why a feedback was not delivered.
	Reason string
	Err    error
}

// Journal writes lines. It is safe for concurrent use.
type Journal struct {
	region, stack string
	log           *slog.Logger // filtered by level
	metrics       *slog.Logger // never filtered
	now           func() time.Time
}

// NewJournal returns a Journal that writes JSON to w. Lines below level are left out, unless
// they bear metrics: an alarm must not go blind when somebody turns the log down.
func NewJournal(w io.Writer, level slog.Level, region, stack string, now func() time.Time) *Journal {
	return &Journal{
		region:  region,
		stack:   stack,
		log:     NewLogger(w, level),
		metrics: NewLogger(w, slog.LevelDebug-4),
		now:     now,
	}
}

// Log is for everything that is not a request.
func (j *Journal) Log() *slog.Logger { return j.log }

// Write writes one line.
func (j *Journal) Write(ctx context.Context, l Line) {
	attrs := make([]slog.Attr, 0, 20)
	add := func(present bool, attr slog.Attr) {
		if present {
			attrs = append(attrs, attr)
		}
	}
	add(l.RequestID != "", slog.String("requestId", l.RequestID))
	add(l.CloudFrontID != "", slog.String("cfRequestId", l.CloudFrontID))
	add(l.GatewayID != "", slog.String("gatewayRequestId", l.GatewayID))
	add(true, slog.String("region", j.region))
	add(l.FeedbackID != "", slog.String("feedbackId", l.FeedbackID))
	add(l.Method != "", slog.String("method", l.Method))
	add(true, slog.String("route", l.Route))
	add(l.Status != 0, slog.Int("status", l.Status))
	add(l.Receives != 0, slog.Int("receives", l.Receives))
	add(true, slog.Float64("durationMs", milliseconds(l.Duration)))
	add(l.UpstreamStatus != 0, slog.Int("upstreamStatus", l.UpstreamStatus))
	add(l.Outcome != "", slog.String("outcome", string(l.Outcome)))
	add(l.Reason != "", slog.String("reason", l.Reason))
	if l.Err != nil {
		attrs = append(attrs, slog.String("err", l.Err.Error()))
	}
	logger := j.log
	if metrics := l.metrics(); len(metrics) > 0 {
		logger = j.metrics
		attrs = append(attrs, j.embed(metrics)...)
	}
	logger.LogAttrs(ctx, l.Level, l.Message, attrs...)
}

// metric is one value with its unit.
type metric struct {
	Name  string `json:"Name"`
	Unit  string `json:"Unit"`
	value float64
}

func (l Line) metrics() []metric {
	var list []metric
	switch l.Outcome {
	case Delivered, Queued, Refused, Lost:
		list = append(list, metric{string(l.Outcome), "Count", 1})
	}
	if l.Denied {
		list = append(list, metric{"denied", "Count", 1})
	}
	if l.UpstreamLatency > 0 {
		list = append(list, metric{"upstreamLatency", "Milliseconds", milliseconds(l.UpstreamLatency)})
	}
	return list
}

// embed makes a line a metric document: the member _aws, and each metric and dimension as a
// member of the root.
func (j *Journal) embed(metrics []metric) []slog.Attr {
	type directive struct {
		Namespace  string     `json:"Namespace"`
		Dimensions [][]string `json:"Dimensions"`
		Metrics    []metric   `json:"Metrics"`
	}
	attrs := []slog.Attr{
		slog.String(StackDimension, j.stack),
		slog.Any("_aws", struct {
			Timestamp         int64       `json:"Timestamp"`
			CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
		}{j.now().UnixMilli(), []directive{{Namespace, [][]string{{StackDimension}}, metrics}}}),
	}
	for _, m := range metrics {
		attrs = append(attrs, slog.Float64(m.Name, m.value))
	}
	return attrs
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// RequestID is the id of the Lambda invocation.
func RequestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
