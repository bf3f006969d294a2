package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/cloudwatch"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/simtime"
	"github.com/onefront/onefront/redact"
)

// Formats of the log.
const (
	formatText = "text"
	formatJSON = "json"
)

// keyVariable gives the SaaS key. Without it the stand-in gets a random one.
const keyVariable = "ONEFRONT_UPSTREAM_API_KEY"

// upstreamKey is the configuration key of the SaaS's key.
const upstreamKey = "upstreamApiKey"

// upstreamKeyVariable is how the program is told the SaaS key.
var upstreamKeyVariable = contract.LocalSecretVariable(upstreamKey)

// typeToken is a resource's type as Pulumi writes it: package, module and name.
var typeToken = regexp.MustCompile(`^[a-zA-Z][\w-]*:[\w./-]+:[A-Za-z]\w*$`)

// flags are the command line, checked.
type flags struct {
	stack         string
	listen, admin string
	pop           string
	upstream      *url.URL // nil: the stand-in
	key           string   // of the SaaS; "" makes a random one
	accessLog     string
	cacheLimitMiB int64
	logFormat     string
	quiet         bool
	verbose       bool
	version       bool
	freeze        bool
	concurrency   int
	without       repeated // types
	project       string   // the folder; "": the current one, as always but in tests

	// Of drills and tests: a clock in place of the wall's, and who hears of requests and alarms.
	clock     *simtime.Clock
	onRequest func(cloudfront.Request)
	onAlarm   func(name string, c cloudwatch.Change)
}

// patience multiplies what functions may take: on a clock that stands still a busy machine is no slow function.
func (f *flags) patience() int {
	if f.clock != nil {
		return 20
	}
	return 1
}

// repeated is a flag that may be given several times.
type repeated []string

// String implements flag.Value.
func (r *repeated) String() string { return strings.Join(*r, ",") }

// Set implements flag.Value.
func (r *repeated) Set(value string) error {
	*r = append(*r, value)
	return nil
}

const usage = `Serves a stack's topology on localhost, without an AWS account.

usage: go run ./local [flags]
       go run ./local drill [-json] [-svg FILE] FILE...   (play drills; drill -help)

  -stack NAME        the stack file to read: Pulumi.NAME.yaml (default prod)
  -listen HOST:PORT  where viewers ask (default 127.0.0.1:8080); port 0 picks a free one
  -admin HOST:PORT   admin API and dashboard (default 127.0.0.1:8081)
  -pop CODE          the edge of viewers who name none, an IATA code (default FRA)
  -upstream URL      a SaaS of your own in place of the stand-in; its key comes from ONEFRONT_UPSTREAM_API_KEY.
                     A URL without a path keeps the paths of the stack file
  -access-log DIR    write CloudFront's standard log there, as JSON lines
  -cache-limit MiB   memory for cached objects of all edges (default 64)
  -freeze            stop functions between requests, as Lambda does
  -concurrency N     executions that the functions of a region share (default 50)
  -without TYPE      leave out the resources of a type of your own, such as aws:dynamodb/table:Table; may be repeated
  -log FORMAT        text or json (default text), on standard error. Text has a line for each request, for health
                     checks that change, and for what goes wrong; json has everything that text has with -verbose,
                     for machines
  -verbose           every line of functions and gateways, every health check that asks the public name, and what the
                     program remarks about itself
  -quiet             nothing but warnings
  -version           print the version and end

r and Enter, or the signal USR1, build the program anew and go on with it; tickets, queues and clock stay.
`

// parseFlags reads the command line. Whatever is wrong is one error.
func parseFlags(args []string, stderr io.Writer, getenv func(string) string) (flags, error) {
	f := flags{key: cmp.Or(getenv(keyVariable), getenv(upstreamKeyVariable))}
	var upstream string
	set := flag.NewFlagSet("local", flag.ContinueOnError)
	set.SetOutput(io.Discard) // errors are reported by the caller, in one line
	set.Usage = func() {}
	set.StringVar(&f.stack, "stack", "prod", "")
	set.StringVar(&f.listen, "listen", "127.0.0.1:8080", "")
	set.StringVar(&f.admin, "admin", "127.0.0.1:8081", "")
	set.StringVar(&f.pop, "pop", "FRA", "")
	set.StringVar(&upstream, "upstream", "", "")
	set.StringVar(&f.accessLog, "access-log", "", "")
	set.Int64Var(&f.cacheLimitMiB, "cache-limit", 64, "")
	set.StringVar(&f.logFormat, "log", formatText, "")
	set.BoolVar(&f.quiet, "quiet", false, "")
	set.BoolVar(&f.verbose, "verbose", false, "")
	set.BoolVar(&f.version, "version", false, "")
	set.BoolVar(&f.freeze, "freeze", false, "")
	set.IntVar(&f.concurrency, "concurrency", lambda.DefaultConcurrency, "")
	set.Var(&f.without, "without", "")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			_, _ = io.WriteString(stderr, usage)
		}
		return f, err
	}
	if f.version {
		return f, nil
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("argument %q: want flags only; -help lists them", set.Arg(0))
	}
	if upstream != "" {
		var err error
		if f.upstream, err = url.Parse(upstream); err != nil || f.upstream.Host == "" || f.upstream.User != nil ||
			(f.upstream.Scheme != "https" && f.upstream.Scheme != "http") {
			return f, fmt.Errorf("-upstream %q: want a URL without a user, such as https://saas.example.com", redact.URLs(upstream))
		}
	}
	return f, f.check()
}

func (f *flags) check() error {
	if f.stack == "" || strings.ContainsAny(f.stack, `/\`) {
		return fmt.Errorf("-stack %q: want the name of a stack such as prod", f.stack)
	}
	for name, address := range map[string]string{"-listen": f.listen, "-admin": f.admin} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return fmt.Errorf("%s %q: want HOST:PORT such as 127.0.0.1:8080", name, address)
		}
	}
	for _, token := range f.without {
		if !typeToken.MatchString(token) {
			return fmt.Errorf("-without %q: want a resource's type such as aws:dynamodb/table:Table", token)
		}
	}
	f.pop = strings.ToUpper(f.pop)
	if _, ok := geography.LookupEdge(f.pop); !ok {
		return fmt.Errorf("-pop %q: want the IATA code of a CloudFront city such as FRA, IAD or SYD", f.pop)
	}
	if f.cacheLimitMiB < 1 || f.cacheLimitMiB > 1<<20 {
		return fmt.Errorf("-cache-limit %d: want 1 to %d MiB", f.cacheLimitMiB, 1<<20)
	}
	if f.concurrency < 1 || f.concurrency > 1000 {
		return fmt.Errorf("-concurrency %d: want 1 to 1000 executions", f.concurrency)
	}
	if f.quiet && f.verbose {
		return errors.New("-quiet and -verbose: want one of them")
	}
	if f.logFormat != formatText && f.logFormat != formatJSON {
		return fmt.Errorf("-log %q: want text or json", f.logFormat)
	}
	if f.upstream != nil && f.key == "" {
		return fmt.Errorf("-upstream %q: want the SaaS's key in the environment variable %s", redact.URLs(f.upstream.String()), keyVariable)
	}
	if f.key != "" { // otherwise every ticket of this start would be queued
		var err error
		if f.key, err = contract.Credential(f.key); err != nil {
			return fmt.Errorf("environment variable %s: the SaaS's key: %w", keyVariable, err)
		}
	}
	return nil
}
