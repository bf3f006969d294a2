package lambda

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onefront/onefront/aws/lambdaapi"
	"github.com/onefront/onefront/graph"
)

// FunctionType is the type token of functions.
const FunctionType = "aws:lambda/function:Function"

// AliasType is the type token of aliases.
const AliasType = "aws:lambda/alias:Alias"

const eventSourceMappingType = "aws:lambda/eventSourceMapping:EventSourceMapping"

// functionInputs are the properties of a function that local mode knows.
type functionInputs struct {
	Name        string        `json:"name"`
	Code        graph.Archive `json:"code"`
	Handler     string        `json:"handler"`
	Runtime     string        `json:"runtime"`
	PackageType string        `json:"packageType"`
	MemorySize  int           `json:"memorySize"`
	Timeout     int           `json:"timeout"`
	Environment struct {
		Variables map[string]string `json:"variables"`
	} `json:"environment"`
	LoggingConfig struct {
		LogFormat           string `json:"logFormat"`
		ApplicationLogLevel string `json:"applicationLogLevel"`
		SystemLogLevel      string `json:"systemLogLevel"`
		LogGroup            string `json:"logGroup"`
	} `json:"loggingConfig"`
	ReservedConcurrentExecutions *int `json:"reservedConcurrentExecutions"`
	TracingConfig                struct {
		Mode string `json:"mode"`
	} `json:"tracingConfig"`

	Publish          graph.NoLocalMeaning `json:"publish"`          // there is one version, and the alias leads to it
	Architectures    graph.NoLocalMeaning `json:"architectures"`    // the zip holds a binary for this machine
	Description      graph.NoLocalMeaning `json:"description"`      // text for people
	EphemeralStorage graph.NoLocalMeaning `json:"ephemeralStorage"` // /tmp is this machine's
	KMSKeyARN        graph.NoLocalMeaning `json:"kmsKeyArn"`        // KMS is not imitated
	Role             graph.NoLocalMeaning `json:"role"`             // IAM is not imitated
	SkipDestroy      graph.NoLocalMeaning `json:"skipDestroy"`      // nothing is destroyed
	SourceCodeHash   graph.NoLocalMeaning `json:"sourceCodeHash"`   // tells Pulumi when to update
	Tags             graph.NoLocalMeaning `json:"tags"`             // labels
	VPCConfig        graph.NoLocalMeaning `json:"vpcConfig"`        // everything is on loopback
}

// aliasInputs are the properties of an alias. Traffic between two versions is not imitated: there is one.
type aliasInputs struct {
	Name            string               `json:"name"`
	FunctionName    string               `json:"functionName"`
	FunctionVersion graph.NoLocalMeaning `json:"functionVersion"` // the one there is
	Description     graph.NoLocalMeaning `json:"description"`     // text for people
}

// maxVariableBytes bounds names and values together (F10.5).
const maxVariableBytes = 4 * 1024

// function is one Lambda function with its environments.
type function struct {
	arn, name, region string
	handler, runtime  string
	memoryMB          int
	timeout           time.Duration
	variables         map[string]string
	jsonLogs          bool
	applicationLevel  string
	quietPlatform     bool // system log level WARN: no start and report lines
	logGroup          string
	tracing           bool
	taskRoot          string // folder with the unpacked zip
	concurrency       *gate

	mu           sync.Mutex
	idle         []*environment // most recently used last
	environments map[*environment]struct{}
}

// newFunction reads a function. The zip is unpacked later, by [New].
func newFunction(r *graph.Taken, limit func(region string) *gate) (*function, graph.Archive) {
	in := functionInputs{MemorySize: 128, Timeout: 3, PackageType: "Zip"} // the service's defaults (F10.4)
	in.LoggingConfig.LogFormat = "Text"
	r.Read(&in)
	f := &function{
		arn: r.Output("arn"), name: r.Output("name"), handler: in.Handler, runtime: in.Runtime,
		memoryMB: in.MemorySize, timeout: time.Duration(in.Timeout) * time.Second,
		variables: in.Environment.Variables, applicationLevel: in.LoggingConfig.ApplicationLogLevel,
		logGroup: in.LoggingConfig.LogGroup, tracing: in.TracingConfig.Mode == "Active",
		environments: map[*environment]struct{}{},
	}
	f.region = regionOf(f.arn)
	r.Require(f.region != "" && f.name != "", "arn", f.arn, "want a function ARN and a name among the outputs")
	if f.logGroup == "" {
		f.logGroup = "/aws/lambda/" + f.name
	}
	r.Require(in.PackageType == "Zip", "packageType", in.PackageType, `local mode runs zip packages only: want "Zip"`)
	// F10.1: an OS-only runtime starts the executable "bootstrap".
	r.Require(in.Runtime == "provided.al2023" || in.Runtime == "provided.al2", "runtime", in.Runtime, "local mode runs provided.al2023 and provided.al2")
	r.Require(in.Handler != "", "handler", in.Handler, "zip packages need a handler string (F10.1)")
	r.Require(in.MemorySize >= 128 && in.MemorySize <= 10240, "memorySize", in.MemorySize, "want 128 to 10240 MB (F10.4)")
	r.Require(in.Timeout >= 1 && in.Timeout <= 900, "timeout", in.Timeout, "want 1 to 900 seconds (F10.4)")
	f.checkLogging(r, &in)
	f.checkVariables(r)
	f.concurrency = limit(f.region)
	// -1 is the provider's word for unreserved (F10.6).
	if n := in.ReservedConcurrentExecutions; n != nil && *n != -1 {
		r.Require(*n >= 0, "reservedConcurrentExecutions", *n, "want -1 (unreserved) or more")
		f.concurrency = &gate{limit: *n, reason: "ReservedFunctionConcurrentInvocationLimitExceeded"}
	}
	return f, in.Code
}

// checkLogging holds the rules of F10.9: levels need the JSON format.
func (f *function) checkLogging(r *graph.Taken, in *functionInputs) {
	c := in.LoggingConfig
	switch c.LogFormat {
	case "JSON":
		f.jsonLogs = true
		f.quietPlatform = c.SystemLogLevel == "WARN"
	case "Text":
		none := c.ApplicationLogLevel == "" && c.SystemLogLevel == ""
		r.Require(none, "loggingConfig.logFormat", c.LogFormat, "log levels need logFormat JSON (F10.9)")
	default:
		r.Refuse("loggingConfig.logFormat", c.LogFormat, "want Text or JSON")
	}
	ok := c.ApplicationLogLevel == "" || slices.Contains(levels, c.ApplicationLogLevel)
	r.Require(ok, "loggingConfig.applicationLogLevel", c.ApplicationLogLevel, "want TRACE, DEBUG, INFO, WARN, ERROR or FATAL")
	ok = slices.Contains([]string{"", "DEBUG", "INFO", "WARN"}, c.SystemLogLevel)
	r.Require(ok, "loggingConfig.systemLogLevel", c.SystemLogLevel, "want DEBUG, INFO or WARN")
	ok = slices.Contains([]string{"", "Active", "PassThrough"}, in.TracingConfig.Mode)
	r.Require(ok, "tracingConfig.mode", in.TracingConfig.Mode, "want Active or PassThrough")
}

func (f *function) checkVariables(r *graph.Taken) {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(f.variables)) {
		size += len(name) + len(f.variables[name])
		if slices.Contains(lambdaapi.ReservedVariables(), name) {
			r.Fail("environment.variables."+name, errors.New("reserved: Lambda sets this variable itself: choose another name"))
		}
	}
	if size > maxVariableBytes {
		r.Fail("environment.variables", fmt.Errorf("%d bytes: want at most 4096 bytes in all (F10.5)", size))
	}
}

// regionOf returns the region of an ARN, or "".
func regionOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[3]
}

// gate counts concurrent executions against a limit: a function's reserved ones, or those that the unreserved
// functions of a region share (Lambda DG "Understanding Lambda function scaling").
type gate struct {
	limit  int
	reason string

	mu       sync.Mutex
	inFlight int
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inFlight >= g.limit {
		return false
	}
	g.inFlight++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inFlight--
}

func (g *gate) current() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inFlight
}

// takeIdle returns the warm environment used last, or nil.
func (f *function) takeIdle() *environment {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.idle) == 0 {
		return nil
	}
	e := f.idle[len(f.idle)-1]
	f.idle = f.idle[:len(f.idle)-1]
	e.idle.Stop()
	return e
}

// takeThis takes one environment out of the warm ones, and says whether it was among them.
func (f *function) takeThis(e *environment) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.idle)
	f.idle = slices.DeleteFunc(f.idle, func(o *environment) bool { return o == e })
	return len(f.idle) < before
}

// keep puts an environment back among the warm ones.
func (f *function) keep(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, alive := f.environments[e]; alive {
		f.idle = append(f.idle, e)
		e.idle.Reset(e.service.idleLimit)
	}
}

func (f *function) add(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.environments[e] = struct{}{}
}

// forget drops an environment that ended or is about to.
func (f *function) forget(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.environments, e)
	f.idle = slices.DeleteFunc(f.idle, func(o *environment) bool { return o == e })
}

func (f *function) all() []*environment {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]*environment, 0, len(f.environments))
	for e := range f.environments {
		list = append(list, e)
	}
	return list
}
