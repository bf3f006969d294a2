package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/version"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGTTIN) // in the background of a terminal nobody types r
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole command, from arguments to exit status. It ends when ctx does.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	reload := make(chan struct{}, 1)
	go readKeys(stdin, reload)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		for range signals {
			request(reload)
		}
	}()
	c := command{getenv: os.Getenv, stdout: stdout, stderr: stderr, reload: reload}
	return c.run(ctx, args)
}

// readKeys asks for a reload at every line that is an r.
func readKeys(from io.Reader, reload chan<- struct{}) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		if strings.TrimSpace(lines.Text()) == "r" {
			request(reload)
		}
	}
}

// request asks for a reload. One that waits already is enough.
func request(reload chan<- struct{}) {
	select {
	case reload <- struct{}{}:
	default:
	}
}

// command is local mode with its surroundings, which tests replace.
type command struct {
	getenv         func(string) string
	stdout, stderr io.Writer
	// reload asks for the program to be built anew. nil: nobody asks.
	reload <-chan struct{}
	// project is the folder that is served, config replaces keys of its stack file, and record is how a stack is recorded.
	// Only tests set them.
	project string
	config  map[string]string
	record  func(*stack, context.Context, recording) (*graph.Graph, error)
}

// Exit statuses.
const (
	statusOK     = 0
	statusFailed = 1
	statusUsage  = 2
)

// usageError is a flag that does not fit what is served.
type usageError struct{ error }

func (c command) run(ctx context.Context, args []string) int {
	if isDrill(args) {
		return c.drill(ctx, args[1:])
	}
	f, err := parseFlags(args, c.stderr, c.getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK
	case err != nil:
		c.complain(err)
		return statusUsage
	case f.version:
		fmt.Fprintln(c.stdout, "onefront", version.String())
		return statusOK
	}
	f.project = c.project
	err = c.serve(ctx, f)
	if err == nil || ctx.Err() != nil { // ended on request, perhaps in the middle of starting
		return statusOK
	}
	c.complain(err)
	if _, usage := errors.AsType[usageError](err); usage {
		return statusUsage
	}
	return statusFailed
}

// complain writes an error: one line, or where a stack's configuration has several problems one line for each.
func (c command) complain(err error) {
	for _, problem := range problemsOf(err) {
		fmt.Fprintf(c.stderr, "local: %s\n", problem)
	}
}

// aProblem is how a problem of a configuration or a graph begins: with its key, or what, which file or which resource
// it is about.
var aProblem = regexp.MustCompile(`^(urn:pulumi:|Pulumi\.[\w.-]*yaml(:\d+)?: |[A-Za-z][\w-]*:[A-Za-z][\w.[\]*-]*: |(app|application|function) ")`)

// problemsOf are an error's problems, each in one line: what a compiler says in several is one.
func problemsOf(err error) (all []string) {
	for _, line := range lines(err) {
		if len(all) == 0 || aProblem.MatchString(line) {
			all = append(all, line)
		} else {
			all[len(all)-1] += "; " + line
		}
	}
	return all
}

// lines are the lines of an error's text that say something.
func lines(err error) (all []string) {
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
