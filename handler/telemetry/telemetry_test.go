package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/telemetry"
)

func write(t *testing.T, level slog.Level, line telemetry.Line) map[string]any {
	t.Helper()
	var out bytes.Buffer
	now := func() time.Time { return time.UnixMilli(1700000000123) }
	telemetry.NewJournal(&out, level, "eu-west-1", "prod", now).Write(t.Context(), line)
	if out.Len() == 0 {
		return nil
	}
	if bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Errorf("more than one line:\n%s", out.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%s: %v", out.String(), err)
	}
	// Lambda takes a line without this for INFO, whatever its level says.
	at, _ := got["timestamp"].(string)
	if _, err := time.Parse(time.RFC3339, at); err != nil || got["time"] != nil {
		t.Errorf("timestamp %q, time %v", at, got["time"])
	}
	delete(got, "timestamp")
	return got
}

func TestJournal_request(t *testing.T) {
	t.Parallel()
	got := write(t, slog.LevelInfo, telemetry.Line{
		Message: "request", RequestID: "r-1", Route: "/api/health", Method: "GET", Status: 200, Duration: 1234567 * time.Nanosecond,
	})
	want := map[string]any{
		"level": "INFO", "msg": "request", "requestId": "r-1", "region": "eu-west-1", "route": "/api/health", "method": "GET",
		"status": 200.0, "durationMs": 1.23,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

// TestJournal_metrics: the line is a document of the embedded metric format, whose metrics and
// dimensions all are members of the root.
func TestJournal_metrics(t *testing.T) {
	t.Parallel()
	line := telemetry.Line{
		Message: "redelivery", FeedbackID: "f-1", Route: "redelivery", Receives: 2, Duration: time.Second, UpstreamStatus: 503,
		UpstreamLatency: 250 * time.Millisecond, Outcome: telemetry.Queued, Reason: "upstream answered 503", Err: errors.New("x\ny"),
	}
	want := map[string]any{
		"level": "INFO", "msg": "redelivery", "region": "eu-west-1", "feedbackId": "f-1", "route": "redelivery", "receives": 2.0,
		"durationMs": 1000.0, "upstreamStatus": 503.0, "outcome": "queued", "reason": "upstream answered 503", "err": "x\ny",
		"stack": "prod", "queued": 1.0, "upstreamLatency": 250.0,
		"_aws": map[string]any{
			"Timestamp": 1700000000123.0,
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace": "Onefront", "Dimensions": []any{[]any{"stack"}},
				"Metrics": []any{
					map[string]any{"Name": "queued", "Unit": "Count"}, map[string]any{"Name": "upstreamLatency", "Unit": "Milliseconds"},
				},
			}},
		},
	}
	// A log turned down to errors keeps the metrics.
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelError} {
		if diff := cmp.Diff(want, write(t, level, line)); diff != "" {
			t.Errorf("line at %s (-want +got):\n%s", level, diff)
		}
	}
}

func TestJournal_level(t *testing.T) {
	t.Parallel()
	for _, outcome := range []telemetry.Outcome{"", telemetry.Honeypot} {
		if got := write(t, slog.LevelWarn, telemetry.Line{Message: "request", Outcome: outcome}); got != nil {
			t.Errorf("outcome %q: %v", outcome, got)
		}
	}
}

// TestJournal_denied: a key that is turned away is counted at every level.
func TestJournal_denied(t *testing.T) {
	t.Parallel()
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelError} {
		got := write(t, level, telemetry.Line{Message: "request", Level: slog.LevelError, Outcome: telemetry.Queued, Denied: true})
		if got["denied"] != 1.0 || got["queued"] != 1.0 || got["level"] != "ERROR" {
			t.Errorf("%s: %v", level, got)
		}
	}
}

func TestParseLevel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]slog.Level{
		"": slog.LevelInfo, "TRACE": slog.LevelDebug, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "warn": slog.LevelWarn,
		"ERROR": slog.LevelError, "FATAL": slog.LevelError, "loud": slog.LevelInfo,
	} {
		if got := telemetry.ParseLevel(text); got != want {
			t.Errorf("ParseLevel(%q) = %s, want %s", text, got, want)
		}
	}
}
