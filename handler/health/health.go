package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/contract"
)

const allow = "GET, HEAD, OPTIONS"

type health struct {
	environment
	drain *drain
}

// handle answers GET on both paths alike, except that the secret one answers 503 while the region is drained.
func (h *health) handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	path, method := event.RawPath, event.RequestContext.HTTP.Method
	if path != h.public && path != h.secret {
		return h.problem(http.StatusNotFound, "There is nothing at this path."), nil
	}
	switch method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		answer := h.answer(http.StatusNoContent, "", nil)
		answer.Headers["allow"] = allow
		return answer, nil
	default:
		answer := h.problem(http.StatusMethodNotAllowed, "This path takes "+allow+".")
		answer.Headers["allow"] = allow
		return answer, nil
	}
	drained, status := h.drain.drained(ctx, time.UnixMilli(event.RequestContext.TimeEpoch)), http.StatusOK
	if drained && path == h.secret {
		status = http.StatusServiceUnavailable
	}
	h.log(ctx, path, status)
	return h.answer(status, "application/json", struct {
		Status  string `json:"status"`
		Region  string `json:"region"`
		Version string `json:"version"`
		Drained bool   `json:"drained"`
	}{"ok", h.region, h.version, drained}), nil
}

// problem answers with a problem of RFC 9457.
func (h *health) problem(status int, detail string) events.APIGatewayV2HTTPResponse {
	return h.answer(status, "application/problem+json", struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})
}

// answer encodes value, which is the function's own and always can be; nil is no body.
func (h *health) answer(status int, contentType string, value any) events.APIGatewayV2HTTPResponse {
	answer := events.APIGatewayV2HTTPResponse{StatusCode: status, Headers: map[string]string{
		"cache-control": "no-store", strings.ToLower(contract.RegionHeader): h.region,
	}}
	if value == nil {
		return answer
	}
	answer.Headers["content-type"] = contentType
	if body, err := json.Marshal(value); err == nil { // of HEAD as well: API Gateway states its length and sends none
		answer.Body = string(body) + "\n"
	}
	return answer
}

// log says which of the two paths was asked; the secret one itself is kept from logs. Good answers are at debug: there
// are millions of them in a month.
func (h *health) log(ctx context.Context, path string, status int) {
	level, asked := slog.LevelDebug, "people"
	if status != http.StatusOK {
		level = slog.LevelInfo
	}
	if path == h.secret {
		asked = "Route 53"
	}
	h.drain.log.LogAttrs(ctx, level, "health", slog.String("asked", asked), slog.Int("status", status), slog.String("region", h.region))
}
