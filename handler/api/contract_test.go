package api_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

const hi = `{"message":"hi"}`

// TestContract walks the table of the HTTP contract: status and the headers that matter.
func TestContract(t *testing.T) {
	t.Parallel()
	long := `{"message":"` + strings.Repeat("x", 5000) + `"` + strings.Repeat(" ", 61000) + `}`
	tests := map[string]struct {
		event  events.APIGatewayV2HTTPRequest
		status int
		header map[string]string
	}{
		"POST feedback":                  {post(hi), 201, map[string]string{"content-type": "application/json", "cache-control": "no-store"}},
		"charset":                        {post(hi, "content-type", "application/json; charset=UTF-8"), 201, nil},
		"another parameter":              {post(hi, "content-type", "Application/JSON;profile=\"a;b\""), 201, nil},
		"identity":                       {post(hi, "content-encoding", "identity"), 201, nil},
		"base64":                         {encoded([]byte(hi)), 201, nil},
		"honeypot":                       {post(`{"message":"hi","website":"x"}`), 201, nil},
		"GET topics":                     {event("GET", "/api/topics", nil, ""), 200, map[string]string{"cache-control": "public, max-age=300, stale-if-error=86400", "content-type": "application/json"}},
		"GET topics, locale":             {event("GET", "/api/topics?locale=de-CH&utm=1", nil, ""), 200, nil},
		"HEAD topics":                    {event("HEAD", "/api/topics", nil, ""), 200, map[string]string{"content-type": "application/json"}},
		"health is the platform's":       {event("GET", "/api/health", nil, ""), 404, nil},
		"OPTIONS feedback":               {event("OPTIONS", "/api/feedback", nil, ""), 204, map[string]string{"allow": "POST, OPTIONS"}},
		"OPTIONS topics":                 {event("OPTIONS", "/api/topics", nil, ""), 204, map[string]string{"allow": "GET, HEAD, OPTIONS"}},
		"no JSON":                        {post(`hi`), 400, nil},
		"no message":                     {post(`{}`), 400, nil},
		"base64 that is none":            {base64Event("%%%"), 400, nil},
		"base64 of no UTF-8":             {encoded([]byte("{\"message\":\"\xff\"}")), 400, nil},
		"Idempotency-Key too long":       {post(hi, "idempotency-key", strings.Repeat("k", 256)), 400, nil},
		"Idempotency-Key with a break":   {post(hi, "idempotency-key", "a\r\nb"), 400, nil},
		"locale malformed":               {event("GET", "/api/topics?locale=de_DE", nil, ""), 400, nil},
		"locale too long":                {event("GET", "/api/topics?locale=en-"+strings.Repeat("abcdefgh-", 4), nil, ""), 400, nil},
		"locale empty":                   {event("GET", "/api/topics?locale=", nil, ""), 400, nil},
		"locale twice":                   {event("GET", "/api/topics?locale=de&locale=en", nil, ""), 400, nil},
		"query that cannot be decoded":   {event("GET", "/api/topics?locale=%zz", nil, ""), 400, nil},
		"a parameter of somebody else's": {event("GET", "/api/topics?utm=100%", nil, ""), 200, nil},
		"two of them, and ours":          {event("GET", "/api/topics?a;b&%zz=1&locale=de&utm=%", nil, ""), 200, nil},
		"unknown path":                   {event("GET", "/api/nothing", nil, ""), 404, nil},
		"root":                           {event("GET", "/", nil, ""), 404, nil},
		"trailing slash":                 {event("POST", "/api/feedback/", nil, hi), 404, nil},
		"another case":                   {event("POST", "/API/feedback", nil, hi), 404, nil},
		"OPTIONS of nothing":             {event("OPTIONS", "/api/nothing", nil, ""), 404, nil},
		"GET feedback":                   {event("GET", "/api/feedback", nil, ""), 405, map[string]string{"allow": "POST, OPTIONS"}},
		"HEAD feedback":                  {event("HEAD", "/api/feedback", nil, ""), 405, map[string]string{"allow": "POST, OPTIONS"}},
		"POST topics":                    {event("POST", "/api/topics", nil, ""), 405, map[string]string{"allow": "GET, HEAD, OPTIONS"}},
		"DELETE topics":                  {event("DELETE", "/api/topics", nil, ""), 405, map[string]string{"allow": "GET, HEAD, OPTIONS"}},
		"a method nobody knows":          {event("BREW", "/api/feedback", nil, ""), 405, nil},
		"no method":                      {event("", "/api/feedback", nil, ""), 405, nil},
		"too large":                      {post(long), 413, nil},
		"too large in base64":            {encoded([]byte(long)), 413, nil},
		"too large for 1 byte":           {encoded(make([]byte, 64<<10+1)), 413, nil},
		"no content type":                {event("POST", "/api/feedback", nil, hi), 415, map[string]string{"accept-post": "application/json"}},
		"form":                           {post("message=hi", "content-type", "application/x-www-form-urlencoded"), 415, nil},
		"text":                           {post(hi, "content-type", "text/plain"), 415, nil},
		"two content types":              {post(hi, "content-type", "application/json, application/json"), 415, nil},
		"another charset":                {post(hi, "content-type", "application/json; charset=latin1"), 415, nil},
		"gzip":                           {post(hi, "content-encoding", "gzip"), 415, nil},
		"type before size, before body":  {event("POST", "/api/feedback", nil, long), 415, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			got := f.do(t, tt.event)
			if got.StatusCode != tt.status {
				t.Errorf("status %d, want %d: %s", got.StatusCode, tt.status, got.Body)
			}
			for name, want := range tt.header {
				if got.Headers[name] != want {
					t.Errorf("%s = %q, want %q", name, got.Headers[name], want)
				}
			}
			if (got.StatusCode == 204) != (got.Body == "") {
				t.Errorf("body %q", got.Body)
			}
			if line := f.lastLine(t); line["status"] != float64(tt.status) || line["requestId"] != "invocation-1" || line["region"] != "eu-west-1" {
				t.Errorf("line %v", line)
			}
		})
	}
}

// TestContract_head: HEAD is answered as GET, body and all: API Gateway states the length of what it gets and sends no
// body.
func TestContract_head(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/api/topics", "/api/topics?locale=de_DE", "/api/feedback", "/api/nothing"} {
		f := newFixture()
		f.saas.list = twoTopics
		get, head := f.do(t, event("GET", target, nil, "")), f.do(t, event("HEAD", target, nil, ""))
		if diff := cmp.Diff(get, head); diff != "" || get.Body == "" {
			t.Errorf("%s (-GET +HEAD):\n%s", target, diff)
		}
	}
}

// encoded is a feedback that API Gateway passes on in base64.
func encoded(body []byte) events.APIGatewayV2HTTPRequest {
	return base64Event(base64.StdEncoding.EncodeToString(body))
}

func base64Event(text string) events.APIGatewayV2HTTPRequest {
	e := post(text)
	e.IsBase64Encoded = true
	return e
}

// TestContract_originSecret: without the secret nothing is answered, and nobody learns which paths exist (F6.28).
func TestContract_originSecret(t *testing.T) {
	t.Parallel()
	sent := map[string]struct {
		header map[string]string
		ok     bool
	}{
		"current":         {map[string]string{"x-onefront-origin-secret": originSecret}, true},
		"previous":        {map[string]string{"x-onefront-origin-secret": previousSecret}, true},
		"in another case": {map[string]string{"x-onefront-origin-secret": "", "X-Onefront-Origin-Secret": originSecret}, false},
		"wrong":           {map[string]string{"x-onefront-origin-secret": "origin-secret-3"}, false},
		"empty":           {map[string]string{"x-onefront-origin-secret": ""}, false},
		"twice":           {map[string]string{"x-onefront-origin-secret": originSecret + "," + originSecret}, false},
	}
	for name, tt := range sent {
		for _, target := range []string{"GET /api/topics", "OPTIONS /api/topics", "GET /api/nothing", "GET /api/health", "POST /api/feedback"} {
			method, path, _ := strings.Cut(target, " ")
			f := newFixture()
			got := f.do(t, event(method, path, tt.header, ""))
			if (got.StatusCode != 403) != tt.ok {
				t.Errorf("%s, %s: status %d", name, target, got.StatusCode)
			}
		}
	}
}

// TestContract_ids: a line names the request at CloudFront and at API Gateway; who goes round CloudFront names nothing.
func TestContract_ids(t *testing.T) {
	t.Parallel()
	const id = "k7rHxW6B_AKb-zGP6d4eJtd4mBnC0w=="
	for value, want := range map[string]any{originSecret: id, "guess": nil} {
		f := newFixture()
		f.do(t, event("GET", "/api/topics", map[string]string{"x-onefront-origin-secret": value, "x-amz-cf-id": id}, ""))
		if line := f.lastLine(t); line["cfRequestId"] != want || line["gatewayRequestId"] != "gateway-1" {
			t.Errorf("%s: line %v", value, line)
		}
	}
}

func TestProblem_fields(t *testing.T) {
	t.Parallel()
	got := newFixture().do(t, post(`{"rating":9,"colour":"red"}`))
	want := `{"title":"Bad Request","status":400,"detail":"The feedback is not valid.","errors":[` +
		`{"field":"colour","detail":"is not a known field"},{"field":"message","detail":"is required"},` +
		`{"field":"rating","detail":"must be a whole number from 1 to 5"}]}` + "\n"
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Errorf("problem (-want +got):\n%s", diff)
	}
}

var twoTopics = []settings.Topic{
	{ID: "billing", Label: "Billing", Labels: map[string]string{"de": "Abrechnung", "de-CH": "Rechnig"}}, {ID: "other", Label: "other"},
}

func TestTopics_locales(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"": "Billing", "?locale=de": "Abrechnung", "?locale=DE-at": "Abrechnung", "?locale=de-CH-1901": "Rechnig", "?locale=fr": "Billing",
	} {
		f := newFixture()
		f.saas.list = twoTopics
		got := f.do(t, event("GET", "/api/topics"+query, nil, ""))
		if body := `{"topics":[{"id":"billing","label":"` + want + `"},{"id":"other","label":"other"}]}` + "\n"; got.Body != body {
			t.Errorf("%s: %s, want %s", query, got.Body, body)
		}
	}
}

func TestTopics_none(t *testing.T) {
	t.Parallel()
	if got := newFixture().do(t, event("GET", "/api/topics", nil, "")); got.Body != `{"topics":[]}`+"\n" {
		t.Errorf("body %s", got.Body)
	}
}

func TestTopics_conditional(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.saas.list = twoTopics
	first := f.do(t, event("GET", "/api/topics", nil, ""))
	etag := first.Headers["etag"]
	for name, tt := range map[string]struct {
		sent   string
		status int
	}{
		"the same":    {etag, 304},
		"weak":        {"W/" + etag, 304},
		"one of many": {`"x", ` + etag, 304},
		"any":         {"*", 304},
		"another":     {`"x"`, 200},
		"unquoted":    {strings.Trim(etag, `"`), 200},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			got := f.do(t, event(method, "/api/topics", map[string]string{"if-none-match": tt.sent}, ""))
			if got.StatusCode != tt.status || got.Headers["etag"] != etag || got.Headers["cache-control"] != first.Headers["cache-control"] {
				t.Errorf("%s %s: %+v", method, name, got)
			}
			if tt.status == 304 && (got.Body != "" || got.Headers["content-type"] != "") {
				t.Errorf("%s %s: a 304 with %q, %v", method, name, got.Body, got.Headers)
			}
		}
	}
	german := f.do(t, event("GET", "/api/topics?locale=de", map[string]string{"if-none-match": etag}, ""))
	if german.StatusCode != 200 || german.Headers["etag"] == etag {
		t.Errorf("another locale: %+v", german)
	}
}

// TestTopics_lastGood: while the SaaS is down the last good copy is served, for a short time;
// without one the answer is 424, which no origin group takes for a failure (F1.2).
func TestTopics_lastGood(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.saas.remote, f.saas.err = true, errDown
	get := func() events.APIGatewayV2HTTPResponse { return f.do(t, event("GET", "/api/topics", nil, "")) }
	if got := get(); got.StatusCode != 424 {
		t.Errorf("nothing yet: %+v", got)
	}
	f.saas.list, f.saas.err = twoTopics, nil
	good := get()
	f.saas.err = errDown
	got := get()
	if got.StatusCode != 200 || got.Body != good.Body || got.Headers["etag"] != good.Headers["etag"] ||
		got.Headers["cache-control"] != "public, max-age=30" {
		t.Errorf("down: %+v", got)
	}
	if line := f.lastLine(t); line["level"] != "WARN" {
		t.Errorf("line %v", line)
	}
	f.keys.err = errDown
	if got := get(); got.StatusCode != 200 {
		t.Errorf("no key: %+v", got)
	}
}

// TestTopics_deniedKey: a list that is refused for the key has the key fetched anew.
func TestTopics_deniedKey(t *testing.T) {
	t.Parallel()
	for status, expired := range map[int]int{401: 1, 403: 1, 404: 0, 503: 0} {
		f := newFixture()
		f.saas.remote, f.saas.err = true, &upstream.TopicsError{Status: status, Reason: "upstream answered"}
		f.do(t, event("GET", "/api/topics", nil, ""))
		if f.keys.expired != expired {
			t.Errorf("%d: expired %d times", status, f.keys.expired)
		}
	}
}
