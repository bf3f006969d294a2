// Hello is a Lambda function behind an HTTP API: it greets.
package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onefront/onefront/handler/origin"
)

// Guard refuses whoever goes round CloudFront, names the region in each answer and writes a log line a request.
func main() { lambda.Start(origin.Guard(handle)) }

func handle(_ context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if request.RawPath != "/api/hello" {
		return answer(http.StatusNotFound, "no-store", map[string]string{"title": "There is nothing at this path."})
	}
	name := request.QueryStringParameters["name"]
	if name == "" {
		name = "world"
	}
	return answer(http.StatusOK, "public, max-age=60", map[string]string{"greeting": "Hello, " + name + "."})
}

func answer(status int, cacheControl string, body any) (events.APIGatewayV2HTTPResponse, error) {
	content, err := json.Marshal(body)
	return events.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json", "Cache-Control": cacheControl},
		Body:       string(content) + "\n",
	}, err
}
