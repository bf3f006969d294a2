package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// deployment is a stack's public address whose answers a test can spoil. It is the smallest thing that passes.
func deployment(spoil func(w http.ResponseWriter, r *http.Request) bool) http.Handler {
	asked := map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, name := range []string{"Via", "X-Amz-Cf-Pop", "X-Amz-Cf-Id", "Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"} {
			h.Set(name, "x")
		}
		h.Set("X-Cache", "Miss from cloudfront")
		if spoil != nil && spoil(w, r) {
			return
		}
		switch {
		case r.URL.Path == "/":
			h.Set("Content-Type", "text/html")
		case r.URL.Path == "/config.json":
			_, _ = w.Write([]byte(`{}`))
		case r.URL.Path == "/api/health":
			h.Set("X-Onefront-Region", "eu-west-1")
			_, _ = w.Write([]byte(`{"status":"ok","region":"eu-west-1","version":"0123456789ab","drained":false}`))
		case r.URL.Path == "/api/topics":
			if asked[r.URL.RawQuery]++; asked[r.URL.RawQuery] > 1 {
				h.Set("X-Cache", "Hit from cloudfront")
			}
		case r.URL.Path == "/api/feedback" && r.Method == "OPTIONS":
			w.WriteHeader(204)
		case r.URL.Path == "/api/feedback":
			w.WriteHeader(201)
		case strings.HasPrefix(r.URL.Path, "/api/"):
			h.Set("Content-Type", "application/problem+json")
			w.WriteHeader(404)
		default:
			w.WriteHeader(404)
		}
	})
}

// unknownPath is a path of the API that the application does not have.
func unknownPath(path string) bool {
	rest, below := strings.CutPrefix(path, "/api/")
	return below && !slices.Contains([]string{"health", "topics", "feedback"}, rest)
}

func smoke(t *testing.T, h http.Handler, flags ...string) (out string, err error) {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	var stdout bytes.Buffer
	waited := time.Duration(0)
	c := &command{stdout: &stdout, stderr: &stdout, wait: func(_ context.Context, d time.Duration) error { waited += d; return nil }}
	err = c.run(t.Context(), append([]string{"smoke", server.URL}, flags...))
	if c.flags.first && waited != idle {
		t.Errorf("waited %v, want %v", waited, idle)
	}
	return stdout.String(), err
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	out, err := smoke(t, deployment(nil))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, part := range []string{"ok    site: ", "ok    headers: ", "ok    404: ", "ok    health: ", "ok    region: X-Onefront-Region eu-west-1", "ok    cache: 200 and Miss", "ok    cache: 200 and Hit", "ok    preflight: ", "ok    write: ", "skip  transport: the address is plain HTTP"} {
		if !strings.Contains(out, part) {
			t.Errorf("lacks %q:\n%s", part, out)
		}
	}
	for i, cached := range []string{"/api/topics?a={random}", "/api/topics?a=1"} {
		asked := map[string]int{}
		out, err = smoke(t, deployment(func(_ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/api/topics" {
				asked[r.URL.RawQuery]++
			}
			return false
		}), "-cached", cached)
		for query, times := range asked {
			if want := []string{"a=x-", "a=1&locale=x-"}[i]; err != nil || times != 2 || len(asked) != 1 || !strings.HasPrefix(query, want) || len(query) != len(want)+8 {
				t.Errorf("%s: asked %v, %v\n%s", cached, asked, err, out)
			}
		}
	}
	out, err = smoke(t, deployment(nil), "-first", "-cached", "", "-write", "/api/feedback")
	if err != nil || !strings.Contains(out, "14.11 a POST after 40s without one: status 201") || !strings.Contains(out, "skip  cache") {
		t.Errorf("-first: %v\n%s", err, out)
	}
}

// Everything that may be wrong is seen, by the check that is named after it.
func TestSmoke_fails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path   string
		answer func(w http.ResponseWriter)
		want   string
	}{
		"the site is down":             {"/", func(w http.ResponseWriter) { w.WriteHeader(503) }, `FAIL  site: want 200 and HTML, got status 503`},
		"a header is gone":             {"/", func(w http.ResponseWriter) { w.Header().Del("Strict-Transport-Security") }, "FAIL  headers: want CloudFront's Via and X-Cache, and the security headers, got no Strict-Transport-Security"},
		"config.json is no":            {"/config.json", func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) }, `FAIL  config.json: want 200 and JSON, got status 200, "<html>"`},
		"the site answers for the API": {"/api/", func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); w.WriteHeader(404) }, `FAIL  API 404: want 404 as JSON, got status 404, Content-Type "text/html"`},
		"health is no":                 {"/api/health", func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"status":"ok"}`)) }, `FAIL  health`},
		"nothing is cached":            {"/api/topics", func(w http.ResponseWriter) { w.WriteHeader(200) }, `FAIL  cache: want 200 and Hit from cloudfront, got status 200, X-Cache "Miss from cloudfront"`},
		"writes are refused":           {"/api/feedback", func(w http.ResponseWriter) { w.WriteHeader(502) }, "FAIL  write: want 201, or 202 where it was queued, got status 502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := smoke(t, deployment(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != c.path && (c.path != "/api/" || !unknownPath(r.URL.Path)) {
					return false
				}
				c.answer(w)
				return true
			}))
			if err == nil || !strings.Contains(out, c.want) {
				t.Errorf("lacks %q (%v):\n%s", c.want, err, out)
			}
		})
	}
}

func TestSmoke_address(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"smoke"}, {"smoke", "example.com"}, {"smoke", "ftp://example.com"}} {
		c := &command{}
		wantError(t, c.run(t.Context(), args), "public address of a stack")
	}
}
