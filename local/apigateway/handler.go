package apigateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/local/lambda"
)

// Limits of a request, in bytes (F6.13). The body's is the gateway's own; Lambda's is lower and met later.
const (
	maxHeaderBytes = 10_240
	maxBodyBytes   = 10_000_000
)

// handler answers for one region.
type handler struct {
	service *Service
	region  *region
}

// ServeHTTP takes a request through the gateway's steps and logs it.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	now := h.service.options.Clock.Now()
	rec := &record{
		requestID: newRequestID(), method: r.Method, protocol: "HTTP/1.1", domainName: hostName(r.Host),
		sourceIP: sourceIP(r.RemoteAddr), userAgent: r.UserAgent(), start: now, path: DecodePath(r.URL),
	}
	response, refused := h.serve(r, rec)
	if refused != nil {
		response = refused.response()
		rec.errorMessage, rec.errorType = refused.message, refused.kind
	}
	header := w.Header()
	for name, values := range response.Header {
		header[name] = values
	}
	header.Set("Apigw-Requestid", rec.requestID)
	header.Set("Date", now.UTC().Format(http.TimeFormat))
	bodyAllowed := response.Status != http.StatusNoContent && response.Status != http.StatusNotModified
	if bodyAllowed {
		header.Set("Content-Length", strconv.Itoa(len(response.Body)))
	}
	w.WriteHeader(response.Status)
	if bodyAllowed && r.Method != http.MethodHead {
		_, _ = w.Write(response.Body) // the client is gone: nobody to tell
	}
	rec.status, rec.responseBytes, rec.latency = response.Status, len(response.Body), time.Since(start)
	h.log(rec)
	if rec.stage != nil && h.service.options.OnRequest != nil {
		h.service.options.OnRequest(Served{
			Region: h.region.name, APIID: rec.stage.api.id, Stage: rec.stage.name, Status: rec.status,
			Bytes: rec.requestBytes + rec.responseBytes, Latency: rec.latency, IntegrationLatency: rec.integrationLatency,
		})
	}
}

// serve goes through the steps in the gateway's order. Size and account limits come first (guess).
func (h *handler) serve(r *http.Request, rec *record) (*Response, *refusal) {
	if headerBytes(r) > maxHeaderBytes {
		return nil, headersTooLarge
	}
	t, refused := h.region.resolve(rec.domainName, rec.path)
	if refused != nil {
		return nil, refused
	}
	rec.stage, rec.path, rec.mappingKey = t.stage, t.path, t.mappingKey
	route, parameters := chooseRoute(t.stage.api.routes, r.Method, t.routePath())
	if route == nil {
		return nil, notFound
	}
	rec.routeKey = route.key
	if !h.region.account.allow(rec.start) || !t.stage.allow(route.key, rec.start) {
		return nil, tooManyRequests
	}
	body, err := readBody(r)
	if err != nil {
		return nil, &refusal{400, "Bad Request", "BAD_REQUEST_BODY"} // the client broke off
	}
	if rec.requestBytes = len(body); len(body) > maxBodyBytes {
		return nil, entityTooLarge
	}
	if !t.stage.allowed[route.key] {
		rec.integrationError = "The IAM role configured on the integration or API Gateway doesn't have permissions to " +
			"call the integration. Check the permissions and try again."
		return nil, internalError
	}
	trace := traceHeader(r, rec.start)
	event := HTTPToEvent(r, body, Request{
		AccountID: t.stage.api.account, APIID: t.stage.api.id, Stage: t.stage.name, RouteKey: route.key,
		RequestID: rec.requestID, Path: t.path, PathParameters: parameters, StageVariables: t.stage.variables,
		SourceIP: rec.sourceIP, TraceHeader: trace, Time: rec.start,
	})
	return h.integrate(lambda.WithTraceHeader(r.Context(), trace), route, event, rec)
}

// integrate calls the function and reads its answer.
//   - A function error, a crash or the function's own timeout: 500 (F10.20). An answer that does not fit: 500.
//   - The integration's time is over: 503 (F10.20, LIKELY); the function goes on.
//   - Lambda throttles: 503 (guess: seen in reports, not in the guide).
//   - The event is over Lambda's 6 MB: 413 (guess).
func (h *handler) integrate(ctx context.Context, route *route, event *Event, rec *record) (*Response, *refusal) {
	payload, err := json.Marshal(event)
	if err != nil {
		rec.integrationError = err.Error()
		return nil, internalError
	}
	ctx, cancel := context.WithTimeout(ctx, route.timeout*time.Duration(max(1, h.service.options.Patience)))
	defer cancel()
	begun := time.Now()
	result, err := h.service.options.Invoker.Invoke(ctx, route.functionARN, payload)
	rec.integrated, rec.integrationLatency, rec.integrationRequestID = true, time.Since(begun), result.RequestID
	if err != nil {
		return nil, rec.invokeFailed(err)
	}
	rec.integrationStatus = http.StatusOK
	if result.FunctionError != "" {
		rec.integrationError = "The Lambda function returned the following error: " + errorMessage(result.Payload) +
			". Check your Lambda function code and try again."
		return nil, internalError
	}
	response, err := EventToHTTP(result.Payload)
	if err != nil {
		rec.integrationError = err.Error()
		return nil, internalError
	}
	rec.functionStatus = response.Status
	return response, nil
}

func (rec *record) invokeFailed(err error) *refusal {
	rec.integrationError = err.Error()
	if _, throttled := errors.AsType[*lambda.ThrottledError](err); throttled {
		rec.integrationStatus = http.StatusTooManyRequests
		return unavailable
	}
	if _, tooLarge := errors.AsType[*lambda.PayloadTooLargeError](err); tooLarge {
		rec.integrationStatus = http.StatusRequestEntityTooLarge
		return entityTooLarge
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		rec.integrationError = "Endpoint request timed out"
		return unavailableLater
	}
	return internalError
}

// errorMessage is the errorMessage of an error object.
func errorMessage(payload []byte) string {
	var e struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(payload, &e) != nil {
		return "unknown"
	}
	return e.Message
}

func (f *refusal) response() *Response {
	body, err := json.Marshal(map[string]string{"message": f.message})
	if err != nil {
		body = []byte("{}") // a string always marshals
	}
	return &Response{Status: f.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

// readBody reads one byte more than a body may have.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.ContentLength == 0 && r.Body == http.NoBody {
		return nil, nil
	}
	return io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
}

func (h *handler) log(rec *record) {
	if rec.stage == nil || rec.stage.accessLog == nil {
		return
	}
	h.service.options.Log.LogAttrs(context.Background(), slog.LevelInfo, rec.stage.accessLog.render(rec),
		slog.String("logGroup", rec.stage.logGroup), slog.String("region", h.region.name))
}

// headerBytes is the length of the request line and the headers on the wire.
func headerBytes(r *http.Request) int {
	uri := r.RequestURI
	if uri == "" {
		uri = r.URL.RequestURI()
	}
	n := len(r.Method) + len(" ") + len(uri) + len(" HTTP/1.1\r\n") + len("Host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			n += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}
	return n
}

// sourceIP is the address of the gateway's client without its port.
func sourceIP(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	if remote == "" {
		return "127.0.0.1"
	}
	return remote
}

// traceHeader keeps a trace that came with the request (F6.27: an HTTP API itself does no tracing).
func traceHeader(r *http.Request, now time.Time) string {
	if before := r.Header.Get("X-Amzn-Trace-Id"); strings.Contains(before, "Root=") {
		return strings.ToValidUTF8(before, "\uFFFD")
	}
	return lambda.NewTraceRoot(now)
}

// newRequestID looks like the service's: 16 characters of base64.
func newRequestID() string {
	var b [11]byte
	_, _ = rand.Read(b[:]) // never fails (Go 1.24)
	return base64.StdEncoding.EncodeToString(b[:])
}
