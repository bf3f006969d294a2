package function_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/local/cloudfront/function"
)

// sample is an event as the edge makes it.
func sample() function.Event {
	return function.Event{
		DistributionDomainName: "d111111abcdef8.cloudfront.net",
		DistributionID:         "EDFDVBD6EXAMPLE",
		RequestID:              "EXAMPLEntjQpEXAMPLE",
		ViewerIP:               "198.51.100.11",
		Edge:                   geography.Edge{Code: "FRA", RegionalEdgeCache: "eu-central-1"},
		EdgeServerIP:           "192.0.2.1",
		Request: function.Request{
			Method: "GET",
			URI:    "/media/index.mpd",
			Query:  function.ParseQuery("ID=42&NoValue=&querymv=val1&querymv=val2,val3&x=a%20b"),
			Headers: http.Header{
				"Host": {"www.example.com"}, "User-Agent": {"test/1.0"}, "Accept": {"application/json", "text/html"},
				"Via": {"1.1 viewer"}, "X-Forwarded-Proto": {"https"},
			},
			Cookies: function.ParseCookies([]string{"a=1; b=2; a=3"}),
		},
	}
}

func withResponse(e function.Event) function.Event {
	e.Response = &function.Response{
		StatusCode: 200, StatusDescription: "OK",
		Headers: http.Header{"Content-Type": {"text/html"}, "Via": {"1.1 x.cloudfront.net"}},
		Cookies: function.ParseSetCookies([]string{"id=1; Secure; Path=/", "id=2", "z=9"}),
	}
	return e
}

func load(t testing.TB, code string) *function.Function {
	t.Helper()
	f, err := function.New(code, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func handler(body string) string { return "function handler(event) {\n" + body + "\n}" }

// wantError runs and wants an error page.
func wantError(t *testing.T, err error, status int, kind string) {
	t.Helper()
	e, ok := errors.AsType[*function.Error](err)
	if !ok || e.Status != status || e.Type != kind {
		t.Fatalf("got error %#v, want %s, status %d", err, kind, status)
	}
	t.Log(err)
}

func TestViewerRequest_untouched(t *testing.T) {
	t.Parallel()
	f := load(t, handler("return event.request;"))
	e := sample()
	got, err := f.ViewerRequest(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(function.Result{Request: &e.Request}, got); diff != "" {
		t.Error(diff)
	}
}
