// Command local serves a stack's topology on localhost: the same CloudFront distribution, DNS, gateways, functions,
// queues and buckets, without an AWS account, and with the outages on a switch.
//
//	go run ./local -stack prod
//
// It runs the Pulumi program under mocks, records the resource graph and builds every imitated service from it, so
// there is no second copy of any route, time or header; a property that no room understands stops the start.
//
//	viewer listener -> cloudfront -> network -> route53 -> apigateway -> lambda -> bootstrap processes
//	                                         -> s3                                 |
//	admin listener  -> admin: faults, clock, queues, requests, dashboard           +-> sqs, ssm (loopback listener)
//	region listener -> apigateway of one region, round the edge                    +-> saas (loopback listener)
//
// This package only reads flags and wires the rooms together; each room's package says what it imitates. It is the
// only one under local that knows the Pulumi program.
//
// Standard output carries one line when everything answers, and nothing else:
//
//	ready viewer=http://127.0.0.1:8080 admin=http://127.0.0.1:8081 stack=prod routing=dns regions=eu-west-1,us-east-1
//
// SIGINT, SIGTERM and SIGHUP end it with status 0 within ten seconds, functions included. A start that fails is one line on
// standard error and status 1; a wrong flag is status 2.
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
