package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/onefront/onefront/graph"
)

// newLog writes to standard error, text for people or JSON for machines.
func newLog(w io.Writer, f flags) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if f.quiet {
		options.Level = slog.LevelWarn
	}
	if f.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(&console{Handler: slog.NewTextHandler(w, options), w: w})
}

// console prints what functions and gateways write into their log groups as they wrote it, since that is JSON which
// slog's text would quote, and leaves everything else to slog:
//
//	17:04:41.210 http-api-us-east-1-6695a78 {"requestId":"hLzMcBbc6oATMeI=",...}
type console struct {
	slog.Handler
	w io.Writer
}

// Handle implements slog.Handler. A line of a log group has no attributes but where it comes from.
func (c *console) Handle(ctx context.Context, r slog.Record) error {
	source, line := "", true
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "function", "logGroup":
			source = a.Value.String()
		case "region":
		default:
			line = false
		}
		return line
	})
	if source == "" || !line {
		return c.Handler.Handle(ctx, r)
	}
	// One write per line, as slog's own handlers do, so that lines of several goroutines do not mix.
	_, err := io.WriteString(c.w, r.Time.Format("15:04:05.000")+" "+source+" "+strings.TrimRight(r.Message, "\n")+"\n")
	return err
}

// WithAttrs implements slog.Handler.
func (c *console) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &console{Handler: c.Handler.WithAttrs(attrs), w: c.w}
}

// WithGroup implements slog.Handler.
func (c *console) WithGroup(name string) slog.Handler {
	return &console{Handler: c.Handler.WithGroup(name), w: c.w}
}

// tellPlan prints a line that the program said about itself, as `pulumi preview` would. Text keeps its lines. What is
// an error ends the start, which says it.
func tellPlan(w io.Writer, f flags, log *slog.Logger, m graph.Message) {
	warning := m.Severity == "warning"
	if m.Severity == "debug" || m.Severity == "error" || f.quiet && !warning {
		return
	}
	if f.logFormat == "json" {
		if warning {
			log.Warn("plan", "text", m.Text, "urn", m.URN)
		} else {
			log.Info("plan", "text", m.Text, "urn", m.URN)
		}
		return
	}
	for line := range strings.Lines(m.Text) {
		fmt.Fprintf(w, "%s: %s\n", m.Severity, strings.TrimRight(line, "\n"))
	}
}

// tellLeftOut names what -without leaves out, in one line for each type.
func tellLeftOut(log *slog.Logger, g *graph.Graph, without []string) {
	for _, token := range without {
		var names []string
		for _, r := range g.ByType(token) {
			names = append(names, r.Name)
		}
		if len(names) == 0 {
			log.Warn("-without names a type that the stack does not have", "type", token)
			continue
		}
		log.Warn("left out, as -without says", "type", token, "resources", strings.Join(names, ", "))
	}
}
