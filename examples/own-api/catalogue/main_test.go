package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func ask(t *testing.T, method, locale string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	request := events.APIGatewayV2HTTPRequest{QueryStringParameters: map[string]string{"locale": locale}}
	request.RequestContext.HTTP.Method = method
	got, err := handle(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestHandle_languages(t *testing.T) {
	for locale, want := range map[string]string{"de": "Ein Kännchen Tee", "en": "A pot of tea", "": "A pot of tea", "xx": "A pot of tea"} {
		got := ask(t, http.MethodGet, locale)
		if got.StatusCode != http.StatusOK || !strings.Contains(got.Body, want) || !strings.HasPrefix(got.Headers["Cache-Control"], "public") {
			t.Errorf("%q: got %d %s %v", locale, got.StatusCode, got.Body, got.Headers)
		}
	}
}

func TestHandle_writes(t *testing.T) {
	if got := ask(t, http.MethodPost, ""); got.StatusCode != http.StatusMethodNotAllowed || got.Headers["Allow"] != "GET, HEAD" || got.Headers["Cache-Control"] != "no-store" {
		t.Errorf("got %d, %v", got.StatusCode, got.Headers)
	}
}
