package main

import (
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestHandle(t *testing.T) {
	for _, c := range []struct {
		path, name string
		status     int
		body       string
	}{
		{"/api/hello", "", http.StatusOK, `{"greeting":"Hello, world."}` + "\n"},
		{"/api/hello", "Ada", http.StatusOK, `{"greeting":"Hello, Ada."}` + "\n"},
		{"/api/other", "", http.StatusNotFound, `{"title":"There is nothing at this path."}` + "\n"},
	} {
		got, err := handle(t.Context(), events.APIGatewayV2HTTPRequest{
			RawPath: c.path, QueryStringParameters: map[string]string{"name": c.name},
		})
		if err != nil || got.StatusCode != c.status || got.Body != c.body {
			t.Errorf("%s?name=%s: got %d %s, %v, want %d %s", c.path, c.name, got.StatusCode, got.Body, err, c.status, c.body)
		}
	}
}
