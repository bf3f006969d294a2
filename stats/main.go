// Command stats counts CloudFront's access logs: popular objects, browsers, referrers, errors and more, from files,
// from folders and from S3, in one pass and in little memory. docs/statistics.md is its manual.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/version"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// The live heap is large, holds few pointers and makes little garbage: collecting ten times as often as usual
		// costs next to nothing and keeps the process near what it holds.
		debug.SetGCPercent(10)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := command{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, terminal: isTerminal(os.Stderr)}.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// command is stats with its surroundings, which tests replace.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	terminal       bool // stderr is one
}

// Exit statuses.
const (
	statusOK     = 0
	statusFailed = 1 // something could not be read; what could be is printed
	statusUsage  = 2
)

func (c command) run(ctx context.Context, args []string) int {
	f, err := parseFlags(args, c.stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK
	case err != nil:
		fmt.Fprintf(c.stderr, "stats: %v\n", err)
		return statusUsage
	case f.version:
		fmt.Fprintln(c.stdout, "onefront", version.String())
		return statusOK
	}
	if err := c.count(ctx, f); err != nil {
		fmt.Fprintf(c.stderr, "stats: %v\n", err)
		return statusFailed
	}
	return statusOK
}

// count reads everything and prints. Sources that could not be read are an error after the rest was printed.
func (c command) count(ctx context.Context, f flags) error {
	options := accesslog.Options{Reports: f.reports, Bots: f.bots, Parallel: runtime.GOMAXPROCS(0)}
	since := f.since(c.now())
	options.Since = since
	if f.regions != "" {
		regions, err := readRegions(f.regions)
		if err != nil {
			return err
		}
		options.Regions = regions
	}
	sources, err := c.sources(ctx, f, since)
	if err != nil {
		return err
	}
	collector := accesslog.NewCollector(options)
	failed := c.readAll(ctx, collector, sources, options.Parallel)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	result := collector.Result(f.top)
	if len(failed) > 0 && result.Lines == 0 {
		return inFew(failed)
	}
	if err := c.print(f, result); err != nil {
		return err
	}
	c.tellBadLines(result)
	return inFew(failed)
}

// maxErrors is how many files that could not be read are named.
const maxErrors = 10

// inFew joins errors, but not thousands of them.
func inFew(failed []error) error {
	if more := len(failed) - maxErrors; more > 0 {
		return errors.Join(append(failed[:maxErrors:maxErrors], fmt.Errorf("and %d more", more))...)
	}
	return errors.Join(failed...)
}

func (c command) print(f flags, result *accesslog.Result) error {
	if !f.json {
		return printText(c.stdout, f.reports, result)
	}
	out := json.NewEncoder(c.stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(result)
}

func (c command) tellBadLines(result *accesslog.Result) {
	if result.BadLines == 0 {
		return
	}
	fmt.Fprintf(c.stderr, "stats: %d lines could not be read and are not counted, such as\n", result.BadLines)
	for _, b := range result.BadLineSamples {
		fmt.Fprintf(c.stderr, "  %s:%d: %s\n", printable(b.File), b.Line, b.Reason)
	}
}
