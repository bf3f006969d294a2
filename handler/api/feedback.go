package api

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

const (
	// retryAfterSeconds is what a visitor's client is asked to wait when nothing took the feedback.
	retryAfterSeconds = "10"
	// answerReserve is left of the function's time to answer after the queue was tried.
	answerReserve = 200 * time.Millisecond
)

// accepted is the body of 201 and 202.
type accepted struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

func accept(status int, id, word string) answer {
	return answerJSON(status, "application/json", noStore, accepted{ID: id, Status: word})
}

func (h *Handler) postFeedback(ctx context.Context, r *request) answer {
	if a, ok := checkMediaType(r); !ok {
		return a
	}
	body, err := r.body()
	switch {
	case errors.Is(err, errTooLarge):
		return problem(413, "The body may have at most 64 KiB.")
	case err != nil:
		return problem(400, "The body cannot be decoded.", feedback.FieldProblem{Detail: "must be valid base64"})
	}
	key := strings.TrimSpace(r.header("idempotency-key"))
	if err := feedback.CheckIdempotencyKey(key); err != nil {
		return invalid(err)
	}
	id, err := feedback.NewID(key)
	if err != nil {
		return h.unavailable(r, err)
	}
	r.line.FeedbackID = id
	f, honeypot, err := feedback.Decode(body)
	if err != nil {
		return invalid(err)
	}
	if honeypot {
		r.line.Outcome = telemetry.Honeypot
		return accept(201, id, "delivered") // the answer a robot expects
	}
	return h.take(ctx, r, feedback.Record{ID: id, ReceivedAt: h.Now().UTC(), Region: h.Region, Feedback: f})
}

// checkMediaType wants application/json, in UTF-8 if it names a charset, and not compressed.
func checkMediaType(r *request) (answer, bool) {
	mediaType, params, err := mime.ParseMediaType(r.header("content-type"))
	charset, named := params["charset"]
	encoding := r.header("content-encoding")
	if err == nil && mediaType == "application/json" && (!named || strings.EqualFold(charset, "utf-8")) &&
		(encoding == "" || strings.EqualFold(encoding, "identity")) {
		return answer{}, true
	}
	a := problem(415, "Send application/json in UTF-8, without compression.")
	a.headers["accept-post"] = "application/json"
	return a, false
}

func invalid(err error) answer {
	if problems, ok := errors.AsType[*feedback.Invalid](err); ok {
		return problem(400, "The feedback is not valid.", problems.Fields...)
	}
	return problem(400, "The feedback is not valid.")
}

// take brings a record to the SaaS, or else to the queue, or else to the dead-letter queue. The
// visitor gets 503 only if nothing took it.
func (h *Handler) take(ctx context.Context, r *request, record feedback.Record) answer {
	result := h.deliver(ctx, r, record)
	r.line.UpstreamStatus, r.line.UpstreamLatency, r.line.Reason = result.Status, result.Latency, result.Reason
	if result.Outcome == upstream.Delivered {
		r.line.Outcome = telemetry.Delivered
		return accept(201, record.ID, "delivered")
	}
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerReserve))
		defer cancel()
	}
	if result.Outcome == upstream.Refused {
		r.line.Outcome, r.line.Level = telemetry.Refused, slog.LevelError
		err := h.Queue.Bury(ctx, record, result.Reason)
		if err == nil {
			return accept(202, record.ID, "queued")
		}
		r.line.Err = err // the queue itself may still take it; redelivery will bury it then
	}
	if err := h.Queue.Send(ctx, record, result.RetryAfter); err != nil {
		return h.unavailable(r, errors.Join(r.line.Err, err))
	}
	if r.line.Outcome == "" {
		r.line.Outcome = telemetry.Queued
	}
	return accept(202, record.ID, "queued")
}

// unavailable answers that nothing took the feedback.
func (h *Handler) unavailable(r *request, err error) answer {
	r.line.Outcome, r.line.Level, r.line.Err = telemetry.Lost, slog.LevelError, err
	a := problem(503, "The feedback could not be taken. Send it again with the same Idempotency-Key.")
	a.headers["retry-after"] = retryAfterSeconds
	return a
}

// deliver makes the one try against the SaaS, unless there is no key or the breaker is open. Whatever it waits for, the
// queue keeps its share of the function's time.
func (h *Handler) deliver(ctx context.Context, r *request, record feedback.Record) upstream.Result {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-settings.QueueReserve))
		defer cancel()
	}
	key, err := h.key(ctx)
	if err != nil {
		r.line.Level, r.line.Err = slog.LevelError, err
		return upstream.Result{Reason: "key unavailable"}
	}
	if !h.delivery.allow() {
		return upstream.Result{Reason: "circuit open"}
	}
	result := h.Upstream.Deliver(ctx, key, record)
	h.delivery.report(result.Outcome != upstream.Failed)
	if result.Denied {
		r.line.Level, r.line.Denied = slog.LevelError, true
		h.Keys.Expire() // it may have been rotated
	}
	return result
}

func (h *Handler) key(ctx context.Context) (secret.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	return h.Keys.Get(ctx)
}
