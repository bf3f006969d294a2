// Catalogue is a Lambda function that answers GET /api/products: what can be ordered, in the asker's language. It reads
// nothing and knows nobody, so every edge may keep its answer.
package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onefront/onefront/handler/origin"
)

func main() { lambda.Start(origin.Guard(handle)) }

// product is one that can be ordered.
type product struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// products by language; English for all others.
var products = map[string][]product{
	"en": {{"tea", "A pot of tea"}, {"cake", "A piece of cake"}},
	"de": {{"tea", "Ein Kännchen Tee"}, {"cake", "Ein Stück Kuchen"}},
}

func handle(_ context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	switch request.RequestContext.HTTP.Method {
	case http.MethodGet, http.MethodHead:
	default:
		return answer(http.StatusMethodNotAllowed, map[string]string{"Allow": "GET, HEAD", "Cache-Control": "no-store"}, map[string]string{"title": "Method not allowed"})
	}
	list, known := products[request.QueryStringParameters["locale"]]
	if !known {
		list = products["en"]
	}
	// The edge keeps it a minute, and serves it for a day while no region answers.
	return answer(http.StatusOK, map[string]string{"Cache-Control": "public, max-age=60, stale-if-error=86400"}, map[string]any{"products": list})
}

func answer(status int, headers map[string]string, body any) (events.APIGatewayV2HTTPResponse, error) {
	content, err := json.Marshal(body)
	headers["Content-Type"] = "application/json"
	return events.APIGatewayV2HTTPResponse{StatusCode: status, Headers: headers, Body: string(content) + "\n"}, err
}
