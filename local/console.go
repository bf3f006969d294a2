package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// console is the log as people read it in a terminal, one line for each thing that happened:
//
//	17:04:41 GET /api/topics 200 Miss from eu-west-1 in 23 ms, edge FRA
//	17:04:55 health changed name=eu-west-1.origin.example.com healthy=false outcome="connect failed"
//	17:05:02 warning: message moved to dead-letter queue region=eu-west-1 receives=4
//
// What functions and gateways write into their log groups appears as they wrote it, and unless everything is wanted
// only where somebody should look: what is no line of a structured log, such as a print or a stack trace, and what is
// a warning or an error.
type console struct {
	w     io.Writer
	level slog.Level
	// all shows every line of log groups.
	all   bool
	attrs []slog.Attr
}

// Enabled implements slog.Handler.
func (c *console) Enabled(_ context.Context, level slog.Level) bool { return level >= c.level }

// Handle implements slog.Handler.
func (c *console) Handle(_ context.Context, r slog.Record) error {
	attrs := slices.Clone(c.attrs)
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	var line strings.Builder
	line.WriteString(r.Time.Format("15:04:05"))
	if source, ok := logGroup(attrs); ok {
		if !c.all && !matters(r.Message) {
			return nil
		}
		line.WriteString(" " + source + " " + strings.TrimRight(r.Message, "\n"))
	} else {
		line.WriteString(" " + severity(r.Level) + r.Message)
		for _, a := range attrs {
			line.WriteString(shownAttr(a))
		}
	}
	// One write per line, as slog's own handlers do, so that lines of several goroutines do not mix.
	_, err := io.WriteString(c.w, line.String()+"\n")
	return err
}

// WithAttrs implements slog.Handler.
func (c *console) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *c
	with.attrs = append(slices.Clone(c.attrs), attrs...)
	return &with
}

// WithGroup implements slog.Handler. A terminal shows attributes without their groups.
func (c *console) WithGroup(string) slog.Handler { return c }

func severity(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return "error: "
	case level >= slog.LevelWarn:
		return "warning: "
	}
	return ""
}

// shownAttr is " key=value", or the words of an error behind a colon.
func shownAttr(a slog.Attr) string {
	value := a.Value.String()
	if a.Key == "err" {
		return ": " + value
	}
	if value == "" || strings.ContainsAny(value, " \t\n\"=") {
		value = strconv.Quote(value)
	}
	return " " + a.Key + "=" + value
}

// logGroup is the function or the log group that a line comes from. Such a line has no attributes but that and its
// region.
func logGroup(attrs []slog.Attr) (source string, ok bool) {
	for _, a := range attrs {
		switch a.Key {
		case "function", "logGroup":
			source = a.Value.String()
		case "region":
		default:
			return "", false
		}
	}
	return source, source != ""
}

// matters says whether somebody should see a line of a log group without having asked for all of them.
func matters(line string) bool {
	var said struct {
		Level  string
		Record struct{ Status string }
	}
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &said) != nil {
		return !strings.HasPrefix(line, "START RequestId: ") && !strings.HasPrefix(line, "END RequestId: ") &&
			(!strings.HasPrefix(line, "REPORT RequestId: ") || strings.Contains(line, "\tStatus: "))
	}
	failed := said.Record.Status != "" && said.Record.Status != "success"
	return failed || slices.Contains([]string{"WARN", "WARNING", "ERROR", "FATAL"}, strings.ToUpper(said.Level))
}

// printable is text from outside as a terminal may show it: nothing in it steers the terminal, and it is no longer
// than a short line.
func printable(text string) string {
	const most = 100
	text = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// milliseconds is a time as people compare it.
func milliseconds(ms float64) string { return fmt.Sprintf("%.0f ms", ms) }
