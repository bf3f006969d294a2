package telemetry

import (
	"io"
	"log/slog"
	"strings"
)

// NewLogger returns a logger of JSON lines as Lambda reads them: it knows a line's level only beside a valid time in
// the field timestamp, which slog calls time (F10.11).
func NewLogger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
			a.Key = "timestamp"
		}
		return a
	}}))
}

// ParseLevel reads a level as the program or Lambda names it, TRACE to FATAL in any case; anything else is info.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func ParseLevel(text string) slog.Level {
	switch strings.ToUpper(text) {
	case "TRACE", "DEBUG":
		return slog.LevelDebug
	case "WARN":
		return slog.LevelWarn
	case "ERROR", "FATAL":
		return slog.LevelError
	}
	return slog.LevelInfo
}
