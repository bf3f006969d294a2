package apigateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Response is what a function's answer becomes.
type Response struct {
	Status int
	// Header has canonical names; each cookie is a Set-Cookie.
	Header http.Header
	Body   []byte
}

// EventToHTTP reads a function's answer in payload format 2.0 (F6.15). JSON without a statusCode is the body of a 200
// of type application/json; otherwise statusCode, headers, cookies, body and isBase64Encoded count and the rest is
// ignored. An error means that the answer does not fit; the client gets a 500, the access log the error's text.
func EventToHTTP(payload []byte) (*Response, error) {
	if !json.Valid(payload) {
		return nil, errors.New("the response is no JSON")
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil || present(fields["statusCode"]) == nil {
		return inferred(payload), nil //nolint:nilerr // what is no object is an answer too (F6.15)
	}
	status, err := statusCode(fields["statusCode"])
	if err != nil {
		return nil, err
	}
	response := &Response{Status: status, Header: http.Header{}}
	if err := response.setHeaders(fields); err != nil {
		return nil, err
	}
	return response, response.setBody(fields)
}

// inferred makes the response of an answer without statusCode. A JSON string is sent without its quotes, as the
// guide's example reads ("Hello from Lambda!"); LIKELY, nobody measured it.
func inferred(payload []byte) *Response {
	body := payload
	var text string
	if bytes.HasPrefix(bytes.TrimLeft(payload, " \t\r\n"), []byte(`"`)) && json.Unmarshal(payload, &text) == nil {
		body = []byte(text)
	}
	return &Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

// present is nil for an absent field and for null.
func present(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return raw
}

// statusCode takes an integer, or one in a string as REST APIs do (guess), from 200 to 599 (guess: a final status).
func statusCode(raw json.RawMessage) (int, error) {
	text := string(raw)
	if unquoted := ""; json.Unmarshal(raw, &unquoted) == nil {
		text = unquoted
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf(`statusCode %.40s: want an integer from 200 to 599`, raw)
	}
	return status, nil
}

func (r *Response) setHeaders(fields map[string]json.RawMessage) error {
	var headers map[string]json.RawMessage
	if raw := present(fields["headers"]); raw != nil {
		if err := json.Unmarshal(raw, &headers); err != nil {
			return wrongType("headers")
		}
	}
	for name, raw := range headers {
		value, ok := scalar(raw)
		if !ok {
			return wrongType("headers." + name)
		}
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return fmt.Errorf("header %q: not a valid HTTP header", name)
		}
		canonical := http.CanonicalHeaderKey(remap(name))
		r.Header[canonical] = append(r.Header[canonical], value)
	}
	var cookies []string
	if raw := present(fields["cookies"]); raw != nil {
		if err := json.Unmarshal(raw, &cookies); err != nil {
			return wrongType("cookies")
		}
	}
	for _, cookie := range cookies {
		if !httpguts.ValidHeaderFieldValue(cookie) {
			return errors.New("cookies: not a valid header value")
		}
		r.Header.Add("Set-Cookie", cookie)
	}
	// The HTTP API's own default, where the function names no type.
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	return nil
}

func (r *Response) setBody(fields map[string]json.RawMessage) error {
	var body string
	if raw := present(fields["body"]); raw != nil {
		// aws/aws-lambda-go pull request 373 quotes the gateway's error for a body that is no string.
		if err := json.Unmarshal(raw, &body); err != nil {
			return wrongType("body")
		}
	}
	var encoded bool
	if raw := present(fields["isBase64Encoded"]); raw != nil {
		if err := json.Unmarshal(raw, &encoded); err != nil {
			return wrongType("isBase64Encoded")
		}
	}
	r.Body = []byte(body)
	if encoded {
		decoded, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return errors.New("body: isBase64Encoded is true, but the body is no base64") // 500: guess
		}
		r.Body = decoded
	}
	return nil
}

func wrongType(field string) error {
	return fmt.Errorf("the response from the Lambda function doesn't match the format that API Gateway expects. "+
		"Lambda body contains the wrong type for field %q", field)
}

// scalar is a header's value: a string, or a number or boolean as text (guess).
func scalar(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil && present(raw) != nil {
		return text, true
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil && present(raw) != nil {
		return number.String(), true
	}
	var yes bool
	if json.Unmarshal(raw, &yes) == nil && present(raw) != nil {
		return strconv.FormatBool(yes), true
	}
	return "", false
}

// remapped are response headers that the gateway owns (F6.34, LIKELY; APIGW DG api-gateway-known-issues has the list
// for REST APIs).
var remapped = map[string]bool{
	"authorization": true, "connection": true, "content-length": true, "date": true, "host": true,
	"keep-alive": true, "proxy-authenticate": true, "proxy-authorization": true, "server": true, "te": true,
	"trailer": true, "transfer-encoding": true, "upgrade": true, "www-authenticate": true,
}

// remap returns the name under which a function's header reaches the client.
func remap(name string) string {
	lower := strings.ToLower(name)
	if remapped[lower] || strings.HasPrefix(lower, "x-amzn-") && !strings.HasPrefix(lower, "x-amzn-remapped-") {
		return "x-amzn-remapped-" + lower
	}
	return name
}
