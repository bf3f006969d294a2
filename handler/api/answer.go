package api

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/feedback"
)

// noStore keeps an answer out of every cache.
const noStore = "no-store"

// regionKey is the header's name as API Gateway writes it.
var regionKey = strings.ToLower(contract.RegionHeader)

type headers map[string]string

// answer is a response before it becomes an event.
type answer struct {
	status  int
	headers headers
	body    []byte
}

// event returns the answer in payload format 2.0 (F6.15), always with a status code, so that
// API Gateway infers nothing. HEAD is answered as GET: the gateway states the body's length, which a function cannot
// (F6.34), and sends no body.
func (a answer) event(region string) events.APIGatewayV2HTTPResponse {
	all := map[string]string{regionKey: region}
	for name, value := range a.headers {
		all[name] = value
	}
	body := string(a.body)
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		body = ""
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: all, Body: body}
}

// answerJSON answers with value, which must be encodable: all are the handler's own. A newline ends it, for terminals.
func answerJSON(status int, contentType, cacheControl string, value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		return answer{status: 500, headers: headers{"cache-control": noStore}}
	}
	return answer{status: status, body: append(body, '\n'), headers: headers{"content-type": contentType, "cache-control": cacheControl}}
}

// problemDetails is the body of RFC 9457. Type is left out, which means about:blank: the
// status and its title say it all.
type problemDetails struct {
	Title  string                  `json:"title"`
	Status int                     `json:"status"`
	Detail string                  `json:"detail"`
	Errors []feedback.FieldProblem `json:"errors,omitempty"`
}

// problem answers with what went wrong, and the fields at fault if there are any.
func problem(status int, detail string, fields ...feedback.FieldProblem) answer {
	return answerJSON(status, "application/problem+json", noStore,
		problemDetails{Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields})
}
