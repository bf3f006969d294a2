package lambda

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/onefront/onefront/local/loopback"
)

// environment is one execution environment: a bootstrap process and the Runtime API it talks to. It serves one
// invocation at a time (Lambda DG "Understanding the Lambda execution environment lifecycle").
type environment struct {
	fn        *function
	service   *Service
	logStream string
	command   *exec.Cmd
	server    *http.Server
	output    *lineWriter
	memory    *memoryGauge

	// ready is closed at the first call of /runtime/invocation/next, initFailed at /runtime/init/error, ended when
	// the process is gone and reaped.
	ready, initFailed, ended chan struct{}
	readyOnce, failedOnce    sync.Once
	// idle retires the environment once it has run out; it runs while the environment is among the warm ones.
	idle *time.Timer
	// wake tells a waiting /next that pending is set; stopped ends every waiting call.
	wake    chan struct{}
	stopped chan struct{}

	mu           sync.Mutex
	dead         bool
	frozen       bool
	pending      *invocation // accepted, not yet handed over
	current      *invocation // handed over; nil again at the next /next
	initError    []byte      // payload of /runtime/init/error
	initDuration time.Duration
	reported     bool // the init duration stands in a REPORT line already
	peakMB       int
}

// invocation is one request on its way through the service.
type invocation struct {
	id, trace string
	payload   []byte
	// timeout is what is left of the function's timeout: less than all of it after a repeated init.
	timeout time.Duration

	// started, timer and answered belong to the environment's lock.
	started  time.Time
	timer    *time.Timer
	answered bool

	// release gives the concurrency back, before the caller learns of the outcome.
	release func()
	// requeue is closed by an environment that ended before it handed the invocation over.
	requeue chan struct{}
	once    sync.Once
	done    chan struct{}
	result  Result
}

// finish sets the outcome once; later calls do nothing.
func (i *invocation) finish(r Result) {
	i.once.Do(func() {
		r.RequestID = i.id
		i.result = r
		i.release()
		close(i.done)
	})
}

func (i *invocation) fail(e functionError, d time.Duration) {
	i.finish(Result{Payload: e.payload(), FunctionError: "Unhandled", Duration: d})
}

// start begins an environment; the caller waits for ready, initFailed or ended. An error is one of starting the
// process, in Lambda's words.
func (s *Service) start(f *function) (*environment, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the Runtime API: %w", err)
	}
	e := &environment{
		fn: f, service: s, logStream: newLogStream(time.Now()),
		ready: make(chan struct{}), initFailed: make(chan struct{}), ended: make(chan struct{}),
		wake: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
	e.idle = time.AfterFunc(s.idleLimit, e.retire)
	e.idle.Stop()
	e.output = &lineWriter{emit: func(line string) {
		if f.passes(line) {
			s.log(f, line)
		}
	}}
	e.server = &http.Server{Handler: loopback.Only(listener.Addr().String(), e.runtimeAPI()), ReadHeaderTimeout: 10 * time.Second}
	e.command = &exec.Cmd{
		Path: filepath.Join(f.taskRoot, "bootstrap"), Args: []string{"/var/task/bootstrap"},
		Dir: f.taskRoot, Env: f.processVariables(e.logStream, listener.Addr().String(), s.options.Environment),
		Stdout: e.output, Stderr: e.output, SysProcAttr: processAttributes(),
		// A child of the function that keeps the pipe open does not hold up the end of the environment.
		WaitDelay: time.Second,
	}
	s.starter.do(func() { err = e.command.Start() })
	if err != nil {
		_ = listener.Close()
		return nil, entrypointError(f, err)
	}
	e.memory = newMemoryGauge(e.command.Process.Pid)
	s.mu.Lock()
	closed := s.closed
	f.add(e) // before Close looks for environments, or Close came first and it is killed here
	s.mu.Unlock()
	s.running.Go(func() { _ = e.server.Serve(listener) })
	s.running.Go(e.supervise)
	if closed {
		e.signal(syscall.SIGKILL)
	}
	return e, nil
}

// entrypointError puts the error of starting bootstrap in the service's words.
func entrypointError(f *function, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		//nolint:staticcheck // the service's own text
		//lint:ignore ST1005 the service's own text
		return errors.New("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")
	}
	return errors.New(strings.ReplaceAll(err.Error(), f.taskRoot, "/var/task"))
}

// supervise waits for the process's end and tells everybody who waits for it.
func (e *environment) supervise() {
	err := e.command.Wait()
	e.signal(syscall.SIGKILL) // children that outlived it
	e.output.flush()
	e.fn.forget(e)
	close(e.stopped)

	e.mu.Lock()
	e.dead = true
	e.idle.Stop()
	e.memory.close()
	pending, current := e.pending, e.current
	e.pending, e.current = nil, nil
	if state := e.command.ProcessState; state != nil {
		if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
			e.peakMB = max(e.peakMB, residentMB(usage))
		}
	}
	e.mu.Unlock()

	if current != nil {
		e.lost(current, exitCause(err))
	}
	if pending != nil {
		close(pending.requeue)
	}
	_ = e.server.Close()
	close(e.ended)
}

// lost ends an invocation whose process went away. The environment's lock is not held.
func (e *environment) lost(i *invocation, cause string) {
	stopTimer(i.timer)
	elapsed := time.Since(i.started)
	failure := exited(i.id, cause)
	if !i.answered {
		i.fail(failure, elapsed)
	}
	e.service.logError(e.fn, i.id, failure)
	e.report(i, elapsed, "error", failure.Type)
}

// exitCause is what Lambda writes after "Runtime exited with error:", or "" for status 0.
func exitCause(err error) string {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.Error() // "exit status 1", "signal: killed"
	}
	return ""
}

// submit hands an invocation to the environment. False: it has ended.
func (e *environment) submit(i *invocation) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dead {
		return false
	}
	e.pending = i
	e.thaw()
	select {
	case e.wake <- struct{}{}:
	default:
	}
	return true
}

// expire is called when an invocation's time is over. Lambda then resets the environment; the caller gets an error
// unless the answer was there already.
func (e *environment) expire(i *invocation) {
	e.mu.Lock()
	if e.dead || e.current != i {
		e.mu.Unlock()
		return
	}
	e.current = nil
	answered, elapsed := i.answered, time.Since(i.started)
	e.mu.Unlock()

	e.fn.forget(e)
	failure := timedOut(i.id, e.fn.timeout)
	e.service.log(e.fn, fmt.Sprintf("%s %s Task timed out after %.2f seconds",
		time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), i.id, e.fn.timeout.Seconds()))
	e.report(i, elapsed, "timeout", "")
	if !answered {
		i.fail(failure, elapsed)
	}
	e.signal(syscall.SIGKILL)
}

// freeze stops the processes until the next invocation, if the service was told to (Lambda DG "Understanding the Lambda
// execution environment lifecycle": the environment is frozen when the runtime asks for the next invocation and none
// is there). The caller holds mu.
func (e *environment) freeze() {
	if e.service.options.Freeze && !e.frozen && !e.dead {
		e.frozen = true
		e.signal(syscall.SIGSTOP)
	}
}

// thaw lets them go on. The caller holds mu.
func (e *environment) thaw() {
	if e.frozen {
		e.frozen = false
		e.signal(syscall.SIGCONT)
	}
}

// signal reaches the whole process group.
func (e *environment) signal(s syscall.Signal) {
	if p := e.command.Process; p != nil {
		_ = syscall.Kill(-p.Pid, s) // ESRCH: gone already
	}
}

func stopTimer(t *time.Timer) {
	if t != nil {
		t.Stop()
	}
}
