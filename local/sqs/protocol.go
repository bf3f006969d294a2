package sqs

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// maxRequestBytes is above the service's own limit of 1 MiB for all messages of a batch, in base64 and JSON.
const maxRequestBytes = 4 << 20

// serve answers one request of the AWS JSON protocol: POST /, the operation in X-Amz-Target, JSON in and out.
func (s *Service) serve(region string, w http.ResponseWriter, r *http.Request) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	if r.Method != http.MethodPost || !ok {
		unknownOperation().write(w)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		serialization(err).write(w)
		return
	}
	out, err := s.call(r.Context(), region, operation, raw)
	var refused *apiError
	switch {
	case errors.As(err, &refused):
		refused.write(w)
	case err != nil: // the client has gone
		panic(http.ErrAbortHandler)
	default:
		write(w, http.StatusOK, "", out)
	}
}

// call picks the operation. Errors other than *apiError are the context's.
func (s *Service) call(ctx context.Context, region, operation string, raw []byte) (any, error) {
	switch operation {
	case "SendMessage":
		return withInput(raw, func(in *sendInput) (any, error) { return s.sendMessage(region, in) })
	case "SendMessageBatch":
		return withInput(raw, func(in *batchInput[sendInput]) (any, error) { return s.sendMessageBatch(region, in) })
	case "ReceiveMessage":
		return withInput(raw, func(in *receiveInput) (any, error) { return s.receiveMessage(ctx, region, in) })
	case "DeleteMessage":
		return withInput(raw, func(in *handleInput) (any, error) { return s.deleteMessage(region, in) })
	case "DeleteMessageBatch":
		return withInput(raw, func(in *batchInput[handleInput]) (any, error) { return s.deleteMessageBatch(region, in) })
	case "ChangeMessageVisibility":
		return withInput(raw, func(in *visibilityInput) (any, error) { return s.changeMessageVisibility(region, in) })
	case "ChangeMessageVisibilityBatch":
		return withInput(raw, func(in *batchInput[visibilityInput]) (any, error) { return s.changeMessageVisibilityBatch(region, in) })
	case "GetQueueAttributes":
		return withInput(raw, func(in *attributesInput) (any, error) { return s.getQueueAttributes(region, in) })
	case "GetQueueUrl":
		return withInput(raw, func(in *queueURLInput) (any, error) { return s.getQueueURL(region, in) })
	case "PurgeQueue":
		return withInput(raw, func(in *queueInput) (any, error) { return s.purgeQueue(region, in) })
	default:
		return nil, unknownOperation()
	}
}

// withInput decodes an operation's input. Unknown members are ignored, as the protocol asks of servers.
func withInput[In any](raw []byte, f func(*In) (any, error)) (any, error) {
	var in In
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, serialization(err)
	}
	return f(&in)
}

// queueInput names the queue an operation is about.
type queueInput struct {
	QueueURL string `json:"QueueUrl"`
}

// queue finds it. The caller holds mu, or the queue list is only read.
func (s *Service) queue(region string, in queueInput) (*queue, error) {
	if in.QueueURL == "" {
		return nil, missingParameter("QueueUrl")
	}
	if q := s.byURL(region, in.QueueURL); q != nil {
		return q, nil
	}
	return nil, queueDoesNotExist()
}
