package lambda

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/onefront/onefront/graph"
)

// DefaultConcurrency is how many executions the functions of a region without reserved concurrency may have at the
// same time. A new account gets 10 or 50 (F10.6); the larger of the two, so that it is the program's own throttle
// that shows, and few enough processes for one machine.
const DefaultConcurrency = 50

// idleLimit is how long a warm environment is kept. Lambda keeps them longer, minutes or hours; here they are processes
// of somebody's machine.
const idleLimit = time.Minute

// initLimit bounds an environment's init before its first invocation; after that the function's timeout does
// (Lambda DG "Understanding the Lambda execution environment lifecycle").
const initLimit = 10 * time.Second

// shutdownGrace is the time between SIGTERM and SIGKILL, as for a function with an internal extension
// (Lambda DG, "Shutdown phase": 500 ms).
const shutdownGrace = 500 * time.Millisecond

// Clock tells the time of local mode.
type Clock interface{ Now() time.Time }

// Options configure [New]. The zero value works.
type Options struct {
	// Clock stamps trace ids. Default: the machine's clock. Functions and their timeouts always have the machine's.
	Clock Clock
	// Log receives every line of the functions and of the platform, at info, with attributes function and region.
	// Default: none.
	Log *slog.Logger
	// Dir is where zips are unpacked; content-addressed, so it may be kept. Default: a temporary folder, removed by
	// [Service.Close].
	Dir string
	// Environment returns extra variables for a region's functions, such as AWS_ENDPOINT_URL_SSM.
	Environment func(region string) map[string]string
	// Freeze stops a function's processes between invocations, as Lambda does. Without it work that a function left
	// behind goes on, which is kinder than AWS.
	Freeze bool
	// OnInvocation is called after every invocation that a caller waited for, and for throttled ones. Default: nothing.
	OnInvocation func(Invoked)
	// OnLine is called with every log line, whatever Log keeps. Default: nothing.
	OnLine func(region, line string)
	// Patience multiplies the times that functions have: for a clock beside which the machine's says nothing. Default 1.
	Patience int
	// Concurrency is what the unreserved functions of one region share. Default [DefaultConcurrency].
	Concurrency int
}

// Invoked is what metrics count of an invocation.
type Invoked struct {
	Region, Function  string
	Failed, Throttled bool
	Duration          time.Duration
	// Concurrent are the executions under way as it ended, itself included.
	Concurrent int
}

// Service runs the functions of one graph. Safe for concurrent use.
type Service struct {
	options   Options
	functions map[string]*function // by ARN
	aliases   map[string]*function // by ARN
	mappings  []eventSourceMapping
	temporary *folder // to remove, or nil
	starter   *starter
	initLimit time.Duration
	idleLimit time.Duration
	closing   chan struct{}
	running   sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

// New reads the graph's functions and event source mappings and unpacks the zips; it starts no process. Every
// problem is reported at once, with URN, path and value.
func New(g *graph.Reading, o Options) (*Service, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = wallClock{}
	}
	o.Patience = cmp.Or(o.Patience, 1)
	o.Concurrency = cmp.Or(o.Concurrency, DefaultConcurrency)
	s := &Service{options: o, functions: map[string]*function{}, aliases: map[string]*function{}, initLimit: initLimit * time.Duration(o.Patience), idleLimit: idleLimit, closing: make(chan struct{})}
	if o.Dir == "" {
		dir, err := newFolder(os.TempDir())
		if err != nil {
			return nil, fmt.Errorf("making a folder for the functions: %w", err)
		}
		s.options.Dir, s.temporary = dir.path, dir
	}
	if err := s.load(g); err != nil {
		s.removeTemporary()
		return nil, err
	}
	s.starter = newStarter()
	return s, nil
}

func (s *Service) load(g *graph.Reading) error {
	regions := map[string]*gate{}
	limit := func(region string) *gate {
		if regions[region] == nil {
			regions[region] = &gate{limit: s.options.Concurrency, reason: "ConcurrentInvocationLimitExceeded"}
		}
		return regions[region]
	}
	for _, r := range g.Take(FunctionType) {
		f, code := newFunction(r, limit)
		s.functions[f.arn] = f
		if !r.OK() {
			continue
		}
		var err error
		if f.taskRoot, err = unpack(s.options.Dir, code.Path); err != nil {
			r.Fail("code", err)
		}
	}
	for _, r := range g.Take(AliasType) {
		var in aliasInputs
		r.Read(&in)
		f := s.findFunction(in.FunctionName, r.Region)
		if r.Require(f != nil, "functionName", in.FunctionName, "no such function in the graph: want its name or ARN"); f != nil {
			s.aliases[r.Output("arn")] = f
		}
	}
	if err := g.Err(); err != nil {
		return err
	}
	s.readMappings(g)
	return g.Err()
}

// byARN finds a function by its ARN, alone or with the qualifier of an alias or $LATEST.
func (s *Service) byARN(arn string) *function {
	if f := s.aliases[arn]; f != nil {
		return f
	}
	return s.functions[strings.TrimSuffix(arn, ":$LATEST")]
}

// Invoke runs a function synchronously. functionARN may bear the qualifier of an alias, or ":$LATEST". The error is a
// [*NotFoundError], [*PayloadTooLargeError] or [*ThrottledError], or ctx's: the function then goes on without a
// caller, as on AWS. What the function itself did wrong is in the result.
func (s *Service) Invoke(ctx context.Context, functionARN string, payload []byte) (Result, error) {
	f := s.byARN(functionARN)
	switch {
	case f == nil:
		return Result{}, &NotFoundError{FunctionARN: functionARN}
	case len(payload) > MaxRequestBytes:
		return Result{}, &PayloadTooLargeError{FunctionARN: functionARN, Bytes: len(payload)}
	case !f.concurrency.enter():
		s.tell(Invoked{Region: f.region, Function: f.name, Throttled: true})
		return Result{}, &ThrottledError{FunctionARN: functionARN, Reason: f.concurrency.reason, Limit: f.concurrency.limit}
	}
	i := &invocation{
		id: newRequestID(), trace: traceHeader(ctx, f.tracing, s.options.Clock.Now()), payload: payload,
		timeout: s.timeout(f), release: f.concurrency.leave, done: make(chan struct{}),
	}
	if !s.begin(func() { s.run(f, i) }) {
		f.concurrency.leave()
		return Result{}, errors.New("invoking " + functionARN + ": the service is closed")
	}
	select {
	case <-i.done:
		s.tell(Invoked{
			Region: f.region, Function: f.name, Failed: i.result.FunctionError != "", Duration: i.result.Duration, Concurrent: f.concurrency.current() + 1,
		})
		return i.result, nil
	case <-ctx.Done():
		return Result{}, fmt.Errorf("invoking %s: %w", functionARN, context.Cause(ctx))
	}
}

func (s *Service) tell(i Invoked) {
	if s.options.OnInvocation != nil {
		s.options.OnInvocation(i)
	}
}

// Kill kills the environments of a region, as the loss of the region would: what they left undone is undone. The next
// invocation starts anew.
func (s *Service) Kill(region string) {
	for _, f := range s.functions {
		if f.region != region {
			continue
		}
		for _, e := range f.all() {
			e.end(syscall.SIGKILL)
			<-e.ended
		}
	}
}

// timeout is the time that an invocation has.
func (s *Service) timeout(f *function) time.Duration {
	return f.timeout * time.Duration(s.options.Patience)
}

// begin runs f in a goroutine that Close waits for, unless Close came first.
func (s *Service) begin(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Go(f)
	return true
}

// run takes an invocation to its outcome.
func (s *Service) run(f *function, i *invocation) {
	for {
		i.requeue = make(chan struct{})
		e := f.takeIdle()
		if e == nil {
			if e = s.initialize(f, i); e == nil {
				return
			}
		}
		if !e.submit(i) {
			continue
		}
		select {
		case <-i.done:
			return
		case <-i.requeue:
		}
	}
}

// initialize makes a new environment. A failed init is repeated once as part of the invocation, within the
// function's timeout, as Lambda does; if that fails too, the invocation is over and initialize returns nil.
func (s *Service) initialize(f *function, i *invocation) *environment {
	e, _ := s.attempt(f, i, "init", s.initLimit)
	if e != nil {
		return e
	}
	start := time.Now()
	e, failure := s.attempt(f, i, "invoke", s.timeout(f))
	if e == nil {
		i.finish(Result{Payload: failure, FunctionError: "Unhandled", Duration: time.Since(start)})
		return nil
	}
	i.timeout = max(s.timeout(f)-time.Since(start), time.Millisecond)
	return e
}

// attempt starts an environment and waits for its init. The error object is for the caller.
func (s *Service) attempt(f *function, i *invocation, phase string, limit time.Duration) (*environment, []byte) {
	begun := time.Now()
	e, err := s.start(f)
	if err != nil {
		failure := invalidEntrypoint(i.id, err.Error())
		s.initReport(f, time.Since(begun), phase, "error", failure.Type)
		s.logError(f, i.id, failure)
		return nil, failure.payload()
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	status := "error"
	select {
	case <-e.ready:
		e.mu.Lock()
		if phase == "init" { // a repeated init counts as part of the invocation
			e.initDuration = time.Since(begun)
		}
		e.mu.Unlock()
		return e, nil
	case <-e.initFailed:
	case <-e.ended:
	case <-timer.C:
		status = "timeout"
	case <-s.closing:
	}
	elapsed := time.Since(begun)
	e.end(syscall.SIGKILL)
	<-e.ended
	if status == "timeout" {
		s.initReport(f, elapsed, phase, status, "")
		return nil, timedOut(i.id, limit).payload()
	}
	failure := exited(i.id, exitCauseOf(e.command.ProcessState))
	s.initReport(f, elapsed, phase, status, failure.Type)
	if e.initError != nil { // no lock: the environment has ended
		return nil, e.initError
	}
	return nil, failure.payload()
}

// end asks the environment's processes to stop. What is frozen hears no SIGTERM until it goes on.
func (e *environment) end(signal syscall.Signal) {
	e.fn.forget(e)
	e.signal(signal)
	e.mu.Lock()
	e.thaw()
	e.mu.Unlock()
}

// retire ends an environment that nobody asked for in idleLimit.
func (e *environment) retire() {
	if !e.fn.takeThis(e) {
		return // in use, or gone
	}
	e.end(syscall.SIGTERM)
	select {
	case <-e.ended:
	case <-time.After(shutdownGrace):
		e.signal(syscall.SIGKILL)
	}
}

// exitCauseOf is exitCause for a process that was waited for elsewhere.
func exitCauseOf(state *os.ProcessState) string {
	if state == nil || state.Success() {
		return ""
	}
	return state.String()
}

// Environments returns the number of living environments by function ARN, zeros included.
func (s *Service) Environments() map[string]int {
	counts := make(map[string]int, len(s.functions))
	for arn, f := range s.functions {
		counts[arn] = len(f.all())
	}
	return counts
}

// Functions returns the ARNs of all functions, sorted.
func (s *Service) Functions() []string { return slices.Sorted(maps.Keys(s.functions)) }

// Reset ends all environments; the next invocation of each function starts anew. Invocations under way fail.
func (s *Service) Reset() {
	s.endAll(context.Background(), func(*function) bool { return true })
}

// endAll sends SIGTERM to every environment of the chosen functions, and SIGKILL to those that are still there after
// the grace time or when ctx ends.
func (s *Service) endAll(ctx context.Context, chosen func(*function) bool) {
	var list []*environment
	for _, f := range s.functions {
		if chosen(f) {
			list = append(list, f.all()...)
		}
	}
	for _, e := range list {
		e.end(syscall.SIGTERM)
	}
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	for _, e := range list {
		select {
		case <-e.ended:
		case <-ctx.Done():
			e.signal(syscall.SIGKILL)
			<-e.ended
		}
	}
}

// Close ends all environments and waits until none is left. It may be called more than once.
func (s *Service) Close(ctx context.Context) {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if !first {
		return
	}
	close(s.closing)
	s.endAll(ctx, func(*function) bool { return true })
	s.running.Wait()
	s.starter.stop()
	s.removeTemporary()
}

func (s *Service) removeTemporary() {
	if s.temporary != nil {
		s.temporary.remove()
	}
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }
