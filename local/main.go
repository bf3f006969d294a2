package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"github.com/onefront/onefront/infra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole command, from arguments to exit status. It ends when ctx does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c := command{
		// Lambda's processor is arm64; the functions run on this machine here.
		build:  infra.BuildHandler(runtime.GOOS, runtime.GOARCH),
		getenv: os.Getenv,
		stdout: stdout,
		stderr: stderr,
	}
	return c.run(ctx, args)
}

// command is local mode with its surroundings, which tests replace.
type command struct {
	build          infra.Builder
	getenv         func(string) string
	stdout, stderr io.Writer
	// config replaces keys of the stack file. Only tests do.
	config map[string]string
}

// Exit statuses.
const (
	statusOK     = 0
	statusFailed = 1
	statusUsage  = 2
)

func (c command) run(ctx context.Context, args []string) int {
	f, err := parseFlags(args, c.stderr, c.getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK
	case err != nil:
		c.complain(err)
		return statusUsage
	}
	err = c.serve(ctx, f)
	if err == nil || ctx.Err() != nil { // ended on request, perhaps in the middle of starting
		return statusOK
	}
	c.complain(err)
	return statusFailed
}

// complain writes an error as one line: joined errors and a compiler's output are parted by semicolons.
func (c command) complain(err error) {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	fmt.Fprintf(c.stderr, "local: %s\n", strings.Join(parts, "; "))
}
