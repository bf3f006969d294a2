package api

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/telemetry"
)

// request is an event of payload format 2.0 (F6.12), as far as the handler reads it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type request struct {
	method, path string
	event        events.APIGatewayV2HTTPRequest
	line         telemetry.Line
}

// methods of HTTP that a log line repeats; a visitor may send any token.
var knownMethods = map[string]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true,
}

func newRequest(event events.APIGatewayV2HTTPRequest) *request {
	r := &request{method: event.RequestContext.HTTP.Method, path: event.RawPath, event: event}
	r.line = telemetry.Line{Message: "request", Route: "none", Method: "other"}
	if knownMethods[r.method] {
		r.line.Method = r.method
	}
	return r
}

// header returns a header's value. API Gateway lower-cases names and joins duplicates with a comma.
func (r *request) header(name string) string {
	if value, ok := r.event.Headers[name]; ok {
		return value
	}
	for key, value := range r.event.Headers {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// query returns all values of a parameter, undecodable ones as an error. Other parameters, which campaigns and mail
// programs add in any form, are nobody's business.
func (r *request) query(name string) ([]string, error) {
	var values []string
	for pair := range strings.SplitSeq(r.event.RawQueryString, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(rawName); err != nil || decoded != name {
			continue
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

// maxBodyBytes is the longest body taken, before and after base64.
const maxBodyBytes = 64 << 10

var (
	errTooLarge  = errors.New("body too large")
	errNotBase64 = errors.New("body is not base64")
)

// body returns the body's bytes. The limit is checked before decoding.
func (r *request) body() ([]byte, error) {
	if !r.event.IsBase64Encoded {
		if len(r.event.Body) > maxBodyBytes {
			return nil, errTooLarge
		}
		return []byte(r.event.Body), nil
	}
	if len(r.event.Body) > base64.StdEncoding.EncodedLen(maxBodyBytes) {
		return nil, errTooLarge
	}
	body, err := base64.StdEncoding.DecodeString(r.event.Body)
	if err != nil {
		return nil, errNotBase64
	}
	if len(body) > maxBodyBytes {
		return nil, errTooLarge
	}
	return body, nil
}
