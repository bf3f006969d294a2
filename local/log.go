package main

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
)

// newLog writes to standard error, text for people or JSON for machines.
func newLog(w io.Writer, f flags) *slog.Logger {
	level := slog.LevelInfo
	switch {
	case f.quiet:
		level = slog.LevelWarn
	case f.verbose:
		level = slog.LevelDebug
	}
	if f.logFormat == formatJSON {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(&console{w: w, level: level, all: f.verbose})
}

// tellPlan prints a line that the program said about itself, as `pulumi preview` would. Text keeps its lines and has
// remarks only with -verbose, warnings always. What is an error ends the start, which says it.
func tellPlan(w io.Writer, f flags, log *slog.Logger, m graph.Message) {
	warning := m.Severity == "warning"
	if m.Severity == "debug" || m.Severity == "error" || f.quiet && !warning {
		return
	}
	if f.logFormat == formatJSON {
		if warning {
			log.Warn("plan", "text", m.Text, "urn", m.URN)
		} else {
			log.Info("plan", "text", m.Text, "urn", m.URN)
		}
		return
	}
	if !warning && !f.verbose {
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
		tellReaders(log, g, token)
	}
}

// tellReaders names who uses a resource of a type that was read, not registered. Pulumi's protocol has no unknown
// outputs for these, so they cannot be refused.
func tellReaders(log *slog.Logger, g *graph.Graph, token string) {
	for _, existing := range g.ByType(token) {
		for _, r := range g.Resources {
			if existing.Existing && r.Custom && slices.Contains(r.DependsOn, existing.URN) {
				log.Warn("uses a resource that the program reads: its outputs are empty here, but for id, name and arn", "resource", r.URN, "reads", existing.URN)
			}
		}
	}
}
