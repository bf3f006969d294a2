package main

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/local/cloudfront"
)

// logged is what a log writes, without the time of day.
func loggedText(f flags, write func(*slog.Logger)) string {
	var out bytes.Buffer
	write(newLog(&out, f))
	return regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `).ReplaceAllString(out.String(), "")
}

func TestConsole_lines(t *testing.T) {
	t.Parallel()
	got := loggedText(flags{logFormat: formatText}, func(l *slog.Logger) {
		l.Debug("nobody asked")
		l.Info("health changed", "name", "eu-west-1.example.com", "healthy", false, "outcome", "connect failed")
		l.With("region", "eu-west-1").Warn("message moved", "receives", 4)
		l.Error("reloading failed", "err", errors.New("no main.go"))
	})
	want := `health changed name=eu-west-1.example.com healthy=false outcome="connect failed"
warning: message moved region=eu-west-1 receives=4
error: reloading failed: no main.go
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Of log groups a terminal shows what somebody should look at: prints and stack traces, warnings and errors.
func TestConsole_logGroups(t *testing.T) {
	t.Parallel()
	lines := []struct {
		text  string
		shown bool
	}{
		{`{"level":"INFO","msg":"request"}`, false},
		{`{"_aws":{},"delivered":1}`, false},
		{`{"requestId":"hLzMcBbc6oATMeI=","status":"200"}`, false},
		{`{"type":"platform.report","record":{"status":"success"}}`, false},
		{"START RequestId: 1 Version: $LATEST", false},
		{"END RequestId: 1", false},
		{"REPORT RequestId: 1\tDuration: 1 ms", false},
		{`{"level":"warn","msg":"slow"}`, true},
		{`{"level":"ERROR","msg":"upstream"}`, true},
		{`{"type":"platform.report","record":{"status":"timeout"}}`, true},
		{"REPORT RequestId: 1\tDuration: 1 ms\tStatus: timeout", true},
		{"hello from Println", true},
		{"panic: runtime error: index out of range", true},
		{"{not JSON", true},
	}
	for _, all := range []bool{false, true} {
		for _, line := range lines {
			got := loggedText(flags{logFormat: formatText, verbose: all}, func(l *slog.Logger) { l.Info(line.text, "function", "api", "region", "eu-west-1") })
			want := ""
			if line.shown || all {
				want = "api " + line.text + "\n"
			}
			if got != want {
				t.Errorf("all %t: got %q, want %q", all, got, want)
			}
		}
	}
}

func TestRequestLine(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]cloudfront.Request{
		"GET / 200 Hit in 0 ms, edge SYD": {Method: "GET", Path: "/", Status: 200, Cache: "Hit", Edge: "SYD"},
		"GET /api/topics?locale=de 200 Miss from us-east-1 in 2003 ms, edge FRA (eu-west-1: connect failed)": {
			Method: "GET", Path: "/api/topics", Query: "locale=de", Status: 200, Cache: "Miss", Edge: "FRA", Region: "us-east-1", Duration: 2003 * time.Millisecond,
			Origins: []cloudfront.Attempt{{ID: "nearest", Region: "eu-west-1", Outcome: "connect failed"}, {ID: "next", Region: "us-east-1", Outcome: "200"}},
		},
		"GET /a?b 400 Error in 1 ms": {Method: "GET", Path: "/a\u009bb", Status: 400, Cache: "Error", Duration: time.Millisecond},
	} {
		if got := requestLine(r); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	long := requestLine(cloudfront.Request{Method: "GET", Path: "/" + strings.Repeat("a", 5000), Status: 200})
	if len(long) > 200 {
		t.Errorf("%d characters are no short line", len(long))
	}
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	(&topology{stack: "prod", routing: "dns", regions: []string{"eu-west-1", "us-east-1"}, outputs: map[string]any{
		"siteUrl": "https://example.com", "apiUrl": "https://example.com/api",
		"frontendEnv": map[string]any{"VITE_STACK": "prod", "VITE_API_URL": "https://example.com/api", "VITE_OTHER": "https://example.community"},
	}}).welcome(&out, "http://127.0.0.1:1", "http://127.0.0.1:2")
	want := `
Stack prod, routing dns: eu-west-1, us-east-1

  site       http://127.0.0.1:1
  API        http://127.0.0.1:1/api
  dashboard  http://127.0.0.1:2
  frontend   VITE_API_URL=http://127.0.0.1:1/api
             VITE_OTHER=https://example.community
             VITE_STACK=prod

Ctrl-C ends; r and Enter builds the program anew.

`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}
