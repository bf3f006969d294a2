package api

import (
	"encoding/json"
	"net/http"
	"strconv"
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
// API Gateway infers nothing.
func (a answer) event(region, method string) events.APIGatewayV2HTTPResponse {
	all := map[string]string{regionKey: region}
	for name, value := range a.headers {
		all[name] = value
	}
	body := string(a.body)
	switch {
	case a.status == http.StatusNoContent || a.status == http.StatusNotModified:
		body = ""
	case method == "HEAD": // says what GET would have said
		all["content-length"] = strconv.Itoa(len(a.body))
		body = ""
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: all, Body: body}
}

// answerJSON answers with value, which must be encodable: all are the handler's own.
func answerJSON(status int, contentType, cacheControl string, value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		return answer{status: 500, headers: headers{"cache-control": noStore}}
	}
	return answer{status: status, body: body, headers: headers{"content-type": contentType, "cache-control": cacheControl}}
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
