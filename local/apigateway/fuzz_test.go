package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"
)

// FuzzHTTPToEvent holds what every event must be, whatever a client sends: valid JSON that says the same after a
// round trip, the body's bytes unchanged, lower-case names, no cookie header, and one value for each parameter.
func FuzzHTTPToEvent(f *testing.F) {
	f.Add("GET", "/api/topics", "locale=de&locale=en", "h.example.com", "Accept", "*/*", "a=1; b=2", "application/json", []byte(`{}`))
	f.Add("POST", "/a%20b%3Fc", "a=%zz&&=x&b=%C3%28", "H:443", "X-Forwarded-For", "1.2.3.4", "", "text/plain", []byte{0xff})
	f.Add("PUT", "//", "+", "[::1]:80", "Connection", "close", ";;", "a/b; c=\"", []byte("\x00"))
	f.Add("", "", "", "", "", "", "", "", []byte(nil))
	f.Fuzz(func(t *testing.T, method, path, query, host, name, value, cookie, contentType string, body []byte) {
		u := &url.URL{Path: path, RawQuery: query}
		r := &http.Request{Method: method, URL: u, Host: host, Header: http.Header{
			http.CanonicalHeaderKey(name): {value, value}, "Cookie": {cookie}, "Content-Type": {contentType},
		}}
		q := Request{Path: DecodePath(u), RequestID: "id", SourceIP: "192.0.2.1", TraceHeader: "Root=1", Time: time.Unix(1, 0)}
		event := HTTPToEvent(r, body, q)
		encoded, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		var back Event
		if err := json.Unmarshal(encoded, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != string(encoded) {
			t.Fatalf("round trip: %s became %s", encoded, again)
		}
		got := []byte(back.Body)
		if back.IsBase64Encoded {
			if got, err = base64.StdEncoding.DecodeString(back.Body); err != nil {
				t.Fatal(err)
			}
		}
		if string(got) != string(body) {
			t.Fatalf("body %q became %q", body, got)
		}
		for name, value := range back.Headers {
			if name != strings.ToLower(name) || !utf8.ValidString(value) {
				t.Fatalf("header %q: %q", name, value)
			}
		}
		if _, has := back.Headers["cookie"]; has {
			t.Fatal("cookies stand in their own field")
		}
		if strings.Contains(back.RawPath, "?") || back.RawPath == "" {
			t.Fatalf("path %q", back.RawPath)
		}
		if query != "" && utf8.ValidString(query) && back.RawQueryString != query {
			t.Fatalf("query %q became %q", query, back.RawQueryString)
		}
	})
}

// FuzzEventToHTTP holds what every response must be, whatever a function answers: a final status and headers that
// net/http may write, or an error.
func FuzzEventToHTTP(f *testing.F) {
	for _, seed := range []string{
		`{"statusCode":200,"headers":{"a":"b"},"cookies":["c=d"],"body":"e","isBase64Encoded":false}`,
		`{"statusCode":"201","isBase64Encoded":true,"body":"/w=="}`, `"text"`, `null`, `[]`, `{"statusCode":null}`,
		`{"statusCode":200,"headers":{"\n":"x"}}`, `{"statusCode":1e2}`, `{`, ``, `{"statusCode":200,"headers":{"x":null}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		r, err := EventToHTTP(payload)
		if err != nil {
			if r != nil {
				t.Fatal("an error comes without a response")
			}
			return
		}
		if !json.Valid(payload) {
			t.Fatalf("%q is no JSON", payload)
		}
		if r.Status < 200 || r.Status > 599 {
			t.Fatalf("status %d", r.Status)
		}
		if r.Header.Get("Content-Type") == "" && len(r.Header["Content-Type"]) == 0 {
			t.Fatal("no content type")
		}
		for name, values := range r.Header {
			if !httpguts.ValidHeaderFieldName(name) || name != http.CanonicalHeaderKey(name) {
				t.Fatalf("header name %q", name)
			}
			for _, value := range values {
				if !httpguts.ValidHeaderFieldValue(value) {
					t.Fatalf("header %q: value %q", name, value)
				}
			}
			if lower := strings.ToLower(name); remapped[lower] {
				t.Fatalf("header %q belongs to the gateway", name)
			}
		}
	})
}
