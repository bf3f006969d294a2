// Function is both functions of the notes: what answers requests, and what takes notes from the queue.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/onefront/onefront/handler/origin"
)

func main() {
	if os.Getenv("_HANDLER") == "worker" {
		lambda.Start(work)
	}
	lambda.Start(origin.Guard(answer))
}

// note is what a visitor posts. One for later goes to the queue.
type note struct {
	Message string `json:"message"`
	Later   bool   `json:"later,omitempty"`
}

var topics = map[string]string{
	"":   `[{"id":"bug","label":"Something is broken"}]`,
	"de": `[{"id":"bug","label":"Etwas ist kaputt"}]`,
}

func answer(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	method, path := event.RequestContext.HTTP.Method, event.RawPath
	switch {
	case path == "/api/topics" && (method == http.MethodGet || method == http.MethodHead):
		return listed(event), nil
	case path == "/api/notes" && method == http.MethodPost:
		return taken(ctx, event.Body), nil
	case path == "/api/topics", path == "/api/notes":
		return problem(http.StatusMethodNotAllowed), nil
	}
	return problem(http.StatusNotFound), nil
}

func listed(event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	body, known := topics[event.QueryStringParameters["locale"]]
	if !known {
		body = topics[""]
	}
	sum := sha256.Sum256([]byte(body))
	return reply(http.StatusOK, "application/json", "public, max-age=300, stale-if-error=86400", body, "ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
}

func taken(ctx context.Context, body string) events.APIGatewayV2HTTPResponse {
	var posted note
	if err := json.Unmarshal([]byte(body), &posted); err != nil || posted.Message == "" {
		return problem(http.StatusBadRequest)
	}
	status := http.StatusCreated
	if posted.Later {
		status = http.StatusAccepted
		if err := enqueue(ctx, body); err != nil {
			return problem(http.StatusServiceUnavailable)
		}
	}
	id := ""
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		id = lc.AwsRequestID
	}
	return reply(status, "application/json", "no-store", `{"id":"`+id+`"}`)
}

func enqueue(ctx context.Context, body string) error {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	_, err = sqs.NewFromConfig(settings).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(os.Getenv("NOTES_QUEUE_URL")), MessageBody: &body})
	return err
}

func problem(status int) events.APIGatewayV2HTTPResponse {
	return reply(status, "application/problem+json", "no-store", `{"title":"`+http.StatusText(status)+`"}`)
}

func reply(status int, contentType, cacheControl, body string, more ...string) events.APIGatewayV2HTTPResponse {
	r := events.APIGatewayV2HTTPResponse{StatusCode: status, Body: body, Headers: map[string]string{"Content-Type": contentType, "Cache-Control": cacheControl}}
	for i := 0; i+1 < len(more); i += 2 {
		r.Headers[more[i]] = more[i+1]
	}
	return r
}

// work takes notes from the queue, but for those whose message begins with "refused".
func work(_ context.Context, event events.SQSEvent) (failed events.SQSEventResponse, err error) {
	for _, message := range event.Records {
		var queued note
		if json.Unmarshal([]byte(message.Body), &queued) != nil || strings.HasPrefix(queued.Message, "refused") {
			failed.BatchItemFailures = append(failed.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
		}
	}
	return failed, nil
}
