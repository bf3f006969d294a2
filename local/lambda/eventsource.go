package lambda

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/sqs"
)

// reportBatchItemFailures is the one response type that event source mappings know.
const reportBatchItemFailures = "ReportBatchItemFailures"

// Queues hand received messages to a function; [sqs.Service] does. f gets messages that have become visible, at most
// batchSize of them, and returns the ids of those to keep, which come back after their visibility timeout; with an
// error all do. The others are deleted.
type Queues interface {
	Subscribe(queueARN string, batchSize int, f func(ctx context.Context, batch []sqs.Message) (failed []string, err error)) error
}

type mappingInputs struct {
	Enabled               *bool    `json:"enabled"`
	BatchSize             int      `json:"batchSize"`
	EventSourceARN        string   `json:"eventSourceArn"`
	FunctionName          string   `json:"functionName"`
	FunctionResponseTypes []string `json:"functionResponseTypes"`
	// MaximumBatchingWindowInSeconds: messages are handed over as soon as they are visible.
	MaximumBatchingWindowInSeconds int `json:"maximumBatchingWindowInSeconds"`
	ScalingConfig                  struct {
		MaximumConcurrency *int `json:"maximumConcurrency"`
	} `json:"scalingConfig"`
	Tags graph.NoLocalMeaning `json:"tags"` // labels
}

// eventSourceMapping lets a function work off a queue (Lambda DG "Using Lambda with Amazon SQS").
type eventSourceMapping struct {
	service      *Service
	function     *function
	queueARN     string
	batchSize    int
	itemFailures bool
	slots        chan struct{} // maximum concurrency; nil: the function's alone
}

// readMappings reads the graph's event source mappings; a disabled one is left out.
func (s *Service) readMappings(g *graph.Reading) {
	visibility := map[string]time.Duration{}
	for _, r := range g.See(sqs.QueueType) {
		visibility[r.Output("arn")] = 30 * time.Second // SQS's default
		if v, ok := r.Inputs["visibilityTimeoutSeconds"].(float64); ok {
			visibility[r.Output("arn")] = time.Duration(v * float64(time.Second))
		}
	}
	for _, r := range g.Take(eventSourceMappingType) {
		if m, enabled := s.readMapping(r, visibility); enabled {
			s.mappings = append(s.mappings, m)
		}
	}
}

func (s *Service) readMapping(r *graph.Taken, visibility map[string]time.Duration) (m eventSourceMapping, enabled bool) {
	in := mappingInputs{BatchSize: 10}
	r.Read(&in)
	m = eventSourceMapping{
		service: s, queueARN: in.EventSourceARN, batchSize: in.BatchSize,
		function: s.findFunction(in.FunctionName, r.Region),
	}
	timeout, known := visibility[m.queueARN]
	switch {
	case !known:
		r.Refuse("eventSourceArn", in.EventSourceARN, "local mode maps SQS queues of the same graph only")
	case m.function == nil:
		r.Refuse("functionName", in.FunctionName, "no such function in the graph: want its name or ARN")
	case timeout < m.function.timeout:
		// CreateEventSourceMapping refuses this; six times the timeout is recommended (F10.15).
		r.Refuse("eventSourceArn", in.EventSourceARN, fmt.Sprintf(
			"the queue's visibility timeout %v is less than the function's timeout %v", timeout, m.function.timeout))
	}
	r.Require(in.BatchSize >= 1 && in.BatchSize <= 10, "batchSize", in.BatchSize, "want 1 to 10; more needs a batching window, which local mode does not have")
	window := in.MaximumBatchingWindowInSeconds
	r.Require(window == 0, "maximumBatchingWindowInSeconds", window, "local mode has no batching window: want 0")
	for i, kind := range in.FunctionResponseTypes {
		r.Require(kind == reportBatchItemFailures, fmt.Sprintf("functionResponseTypes[%d]", i), kind, "want "+reportBatchItemFailures)
		m.itemFailures = true
	}
	if n := in.ScalingConfig.MaximumConcurrency; n != nil {
		r.Require(*n >= 2 && *n <= 1000, "scalingConfig.maximumConcurrency", *n, "want 2 to 1000")
		m.slots = make(chan struct{}, max(*n, 0))
	}
	return m, in.Enabled == nil || *in.Enabled
}

// findFunction takes an ARN, or a name in a region.
func (s *Service) findFunction(name, region string) *function {
	if f := s.byARN(name); f != nil {
		return f
	}
	for _, f := range s.functions {
		if f.name == name && f.region == region {
			return f
		}
	}
	return nil
}

// AttachQueues subscribes the functions of the graph's event source mappings to their queues.
func (s *Service) AttachQueues(q Queues) error {
	var problems []error
	for n := range s.mappings {
		m := &s.mappings[n]
		if err := q.Subscribe(m.queueARN, m.batchSize, m.deliver); err != nil {
			problems = append(problems, fmt.Errorf("subscribing function %q to %s: %w", m.function.name, m.queueARN, err))
		}
	}
	return errors.Join(problems...)
}

// deliver hands a batch to the function, in several events if one would be too long, and returns what failed.
func (m *eventSourceMapping) deliver(ctx context.Context, batch []sqs.Message) (failed []string, err error) {
	if m.slots != nil {
		select {
		case m.slots <- struct{}{}:
			defer func() { <-m.slots }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	for _, event := range sqsEvents(batch, m.queueARN, MaxRequestBytes) {
		failures, err := m.invoke(ctx, event)
		if err != nil {
			m.service.options.Log.WarnContext(ctx, "batch of messages failed", "function", m.function.name,
				"region", m.function.region, "queue", m.queueARN, "messages", len(event.ids), "err", err)
			failures = event.ids
		}
		failed = append(failed, failures...)
	}
	return failed, nil
}

// invoke returns the ids of the failed messages; an error stands for all of them (F10.15).
func (m *eventSourceMapping) invoke(ctx context.Context, event sqsEvent) ([]string, error) {
	result, err := m.service.Invoke(ctx, m.function.arn, event.payload)
	if err != nil {
		return nil, err
	}
	if result.FunctionError != "" {
		return nil, fmt.Errorf("function error: %.200s", result.Payload)
	}
	if !m.itemFailures {
		return nil, nil
	}
	return batchItemFailures(result.Payload, event.ids)
}
