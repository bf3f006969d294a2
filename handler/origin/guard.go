package origin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/contract"
)

// Handler answers requests of an HTTP API in payload format 2.0 (F6.12).
type Handler = func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Guard puts the check in front of a function's handler, from the environment. It ends the process if the origin secret
// is not set.
func Guard(handle Handler) Handler { return mustFromEnvironment().Guard(handle) }

// Guard puts the check in front of a handler. An error of the handler stays one: Lambda counts it, and API Gateway
// answers 500 itself.
func (o *Origin) Guard(handle Handler) Handler {
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		start, method := o.Elapsed(), event.RequestContext.HTTP.Method
		var answer events.APIGatewayV2HTTPResponse
		var err error
		ok := o.Accepts(Header(event, secretKey))
		ctx = EventContext(ctx, event, ok)
		if ok {
			answer, err = handle(context.WithValue(ctx, guardedKey{}, true), event)
		} else {
			answer = forbidden(method)
		}
		status := answer.StatusCode
		switch {
		case err != nil:
			status = http.StatusInternalServerError
		case status == 0:
			status = http.StatusOK // what API Gateway makes of it (F6.15)
		}
		answer.Headers = withRegion(answer.Headers, o.Region)
		o.write(ctx, method, status, start, err)
		return answer, err
	}
}

// EventContext returns a context with the event's ids. CloudFront's is believed only of a request that came through it.
func EventContext(ctx context.Context, event events.APIGatewayV2HTTPRequest, accepted bool) context.Context {
	ids := IDs{Gateway: event.RequestContext.RequestID}
	if accepted {
		ids.CloudFront = Header(event, cloudFrontKey)
	}
	return WithIDs(ctx, ids)
}

// AcceptsEvent says whether an event came through CloudFront.
func (o *Origin) AcceptsEvent(event events.APIGatewayV2HTTPRequest) bool {
	return o.Accepts(Header(event, secretKey))
}

// Header returns a header's value. API Gateway lower-cases names and joins duplicates with a comma.
func Header(event events.APIGatewayV2HTTPRequest, name string) string {
	if value, ok := event.Headers[strings.ToLower(name)]; ok {
		return value
	}
	for key, value := range event.Headers {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// withRegion returns a copy: a handler may answer the same map every time.
func withRegion(headers map[string]string, region string) map[string]string {
	all := make(map[string]string, len(headers)+1)
	for name, value := range headers {
		if !strings.EqualFold(name, contract.RegionHeader) {
			all[name] = value
		}
	}
	all[regionKey] = region
	return all
}

var forbiddenHeaders = map[string]string{"content-type": "application/problem+json", "cache-control": "no-store"}

// forbiddenBody is a problem of RFC 9457.
var forbiddenBody = func() string {
	body, _ := json.Marshal(struct { // three plain fields always encode
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(http.StatusForbidden), http.StatusForbidden, Forbidden})
	return string(body) + "\n"
}()

func forbidden(method string) events.APIGatewayV2HTTPResponse {
	answer := events.APIGatewayV2HTTPResponse{StatusCode: http.StatusForbidden, Headers: forbiddenHeaders, Body: forbiddenBody}
	if method == http.MethodHead {
		answer.Body = ""
	}
	return answer
}
