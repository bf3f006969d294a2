package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/onefront/onefront/version"
)

const usage = `Steers a stack that runs, without a deployment.

usage: go run ./ops COMMAND [REGION] [flags]
       go run ./ops -version
       in a team's repository: go tool ops

  drain REGION     take the region out of the traffic (dns: its health check fails; edge: the edge leaves it out)
  undrain REGION   let it have traffic again
  status           how every region is: health, drained, version, queues, alarms
  redrive REGION   put the region's dead letters back into its queue; without -yes it only shows them
  policy           print what IAM must allow for the commands above, by the ARNs of this stack
  doctor           before the first deployment, or after one that failed: does the account have what the stack needs
  smoke URL        black-box checks of a deployed stack through its public address

flags of every command:
  -stack NAME      the stack whose outputs are read (default prod)
  -outputs FILE    its outputs as "pulumi stack output --json" printed them; without it that command is run.
                   Keep such a file at hand: in a bad hour the backend may not answer
  -local URL       the admin address of local mode, such as http://127.0.0.1:8081, in place of AWS
  -profile NAME    the profile of the AWS configuration to use
  -json            print JSON

flags of drain:
  -watch           wait until the region has had no viewer's request for two minutes

flags of redrive:
  -yes             do it
  -all             take those along that the upstream refused for good
  -rate N          messages a second, 0.1 to 100 (default 10)

flags of smoke:
  -first           look at what no document answers, for the first deployment to an account
  -base PATH       the API's first base path (default /api)
  -cached PATH     a read that the edge caches by locale, "" for none (default /api/topics); by something else
                   with {random} in its place, such as "/api/hello?name={random}"
  -write PATH      where a feedback may be posted, "" for none (default /api/feedback)
  -outputs FILE    with it the regions are asked, too: they must refuse who comes round the edge
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	c := &command{stdout: os.Stdout, stderr: os.Stderr, now: time.Now, wait: wait, longPoll: 1, patience: pulumiTimeout}
	err := c.run(ctx, os.Args[1:])
	stop()
	var misused usageError
	switch {
	case errors.As(err, &misused):
		fmt.Fprintln(os.Stderr, "ops:", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "ops:", err)
		os.Exit(1)
	}
}

// usageError is a command line that cannot be meant. Status 2.
type usageError struct{ error }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// command is one run. What it needs of the world is in its fields, so that tests replace it.
type command struct {
	stdout, stderr io.Writer
	now            func() time.Time
	// wait returns after d, or with the context's error.
	wait func(ctx context.Context, d time.Duration) error
	// longPoll is how many seconds SQS waits for a message before it answers that there is none.
	longPoll int32
	// patience is how long the Pulumi CLI may take to answer.
	patience time.Duration
	// cloud connects to AWS, or to local mode. Tests set it; otherwise the flags say.
	cloud *cloud

	flags flags
}

type flags struct {
	stack, outputs, local, profile string
	json, watch, yes, all, first   bool
	rate                           float64
	base, cached, write            string
}

// commands are those that steer a stack by its outputs, each with whether a region follows.
var commands = map[string]struct {
	region bool
	run    func(*command, context.Context, *stack, string) error
}{
	"drain": {true, func(c *command, ctx context.Context, s *stack, region string) error {
		return c.drain(ctx, s, region, true)
	}},
	"undrain": {true, func(c *command, ctx context.Context, s *stack, region string) error {
		return c.drain(ctx, s, region, false)
	}},
	"redrive": {true, (*command).redrive},
	"policy":  {false, func(c *command, ctx context.Context, s *stack, _ string) error { return c.policy(ctx, s) }},
	"status":  {false, func(c *command, ctx context.Context, s *stack, _ string) error { return c.status(ctx, s) }},
}

func (c *command) run(ctx context.Context, args []string) error {
	if len(args) == 0 || slices.Contains([]string{"-h", "-help", "--help", "help"}, args[0]) {
		_, _ = io.WriteString(c.stderr, usage)
		if len(args) == 0 {
			return misuse("want a command: %s", commandNames)
		}
		return nil
	}
	if slices.Contains([]string{"-version", "--version", "version"}, args[0]) {
		_, err := fmt.Fprintln(c.stdout, "onefront", version.String())
		return err
	}
	chosen, steers := commands[args[0]]
	if !steers && args[0] != "doctor" && args[0] != "smoke" {
		return misuse("command %q: want %s", args[0], commandNames)
	}
	word, err := c.parse(args[0], args[1:], chosen.region || args[0] == "smoke")
	if errors.Is(err, flag.ErrHelp) {
		_, _ = io.WriteString(c.stderr, usage)
		return nil
	}
	switch {
	case err != nil:
		return err
	case args[0] == "smoke":
		return c.smoke(ctx, word)
	}
	var s *stack
	if steers {
		if s, err = c.readStack(ctx); err != nil {
			return err
		}
	}
	if chosen.region {
		if _, err := s.region(word); err != nil {
			return err
		}
	}
	if c.cloud == nil {
		if c.cloud, err = connect(ctx, c.flags.local, c.flags.profile); err != nil {
			return err
		}
	}
	if !steers {
		return c.doctor(ctx)
	}
	return chosen.run(c, ctx, s, word)
}

const commandNames = "drain, undrain, status, redrive, policy, doctor or smoke"

// parse reads the flags, which may stand before or after the region.
func (c *command) parse(name string, args []string, wantRegion bool) (region string, err error) {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	f := &c.flags
	set.StringVar(&f.stack, "stack", "prod", "")
	set.StringVar(&f.outputs, "outputs", "", "")
	if name != "smoke" {
		set.StringVar(&f.profile, "profile", "", "")
		set.BoolVar(&f.json, "json", false, "")
	}
	switch name {
	case "smoke":
		set.BoolVar(&f.first, "first", false, "")
		set.StringVar(&f.base, "base", "/api", "")
		set.StringVar(&f.cached, "cached", "/api/topics", "")
		set.StringVar(&f.write, "write", "/api/feedback", "")
	case "drain":
		set.BoolVar(&f.watch, "watch", false, "")
	case "redrive":
		set.BoolVar(&f.yes, "yes", false, "")
		set.BoolVar(&f.all, "all", false, "")
		set.Float64Var(&f.rate, "rate", 10, "")
	}
	if name != "smoke" && name != "doctor" {
		set.StringVar(&f.local, "local", "", "")
	}
	var words []string
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return "", err
			}
			return "", misuse("%s: %w", name, err)
		}
		if set.NArg() == 0 {
			break
		}
		words, args = append(words, set.Arg(0)), set.Args()[1:]
	}
	switch {
	case wantRegion && len(words) == 0:
		return "", misuse("%s: want %s", name, map[bool]string{true: "the public address of a stack, such as https://example.com", false: "a region, such as eu-west-1"}[name == "smoke"])
	case wantRegion && len(words) > 1, !wantRegion && len(words) > 0:
		return "", misuse("%s: %q: one word too many", name, words[len(words)-1])
	case f.local != "" && f.outputs != "":
		return "", misuse("%s: -local and -outputs: want one of them; local mode knows its outputs", name)
	case f.local != "" && !isAddress(f.local):
		return "", misuse("%s: -local %q: want the admin address of local mode, such as http://127.0.0.1:8081", name, f.local)
	case name == "redrive" && !(f.rate >= 0.1 && f.rate <= 100): // NaN is neither
		return "", misuse("redrive: -rate %v: want 0.1 to 100 messages a second", f.rate)
	}
	return strings.Join(words, ""), nil
}

func isAddress(text string) bool {
	at, err := url.Parse(text)
	return err == nil && (at.Scheme == "http" || at.Scheme == "https") && at.Host != ""
}

// same are the flags that lead another command to the same stack.
func (f flags) same() string {
	text := ""
	for _, given := range []struct{ name, value string }{{"-local", f.local}, {"-outputs", f.outputs}, {"-profile", f.profile}} {
		if given.value != "" {
			text += " " + given.name + " " + given.value
		}
	}
	if f.local == "" && f.outputs == "" {
		text += " -stack " + f.stack
	}
	return text
}

func (c *command) print(format string, args ...any) { fmt.Fprintf(c.stdout, format+"\n", args...) }

// note tells a person how it goes on; with -json nobody reads it.
func (c *command) note(format string, args ...any) {
	if !c.flags.json {
		fmt.Fprintf(c.stderr, format+"\n", args...)
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
