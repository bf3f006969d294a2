package function

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/dop251/goja"
)

type eventType string

const (
	viewerRequest  eventType = "viewer-request"
	viewerResponse eventType = "viewer-response"
)

// maxCalls bounds the depth of calls, so that endless recursion is an error and not an exhausted machine.
const maxCalls = 2_000

// machine is one JavaScript runtime with the function loaded. It serves one run at a time.
type machine struct {
	vm   *goja.Runtime
	f    *Function
	load goja.Callable
	args []goja.Value
	// used says that a run has taken place.
	used bool
	// now is what Date shows: the time of the run's start, during all of it.
	now time.Time
	// The rest belongs to the current run.
	event      eventType
	in         *Event
	origin     *OriginChoice
	badOrigin  error
	loggedText int
	// given are the querystring, headers and cookies objects of the event.
	given []*fieldSet
}

func (f *Function) newMachine() (*machine, error) {
	m := &machine{vm: goja.New(), f: f, now: time.Now()}
	m.vm.SetMaxCallStackSize(maxCalls)
	m.vm.SetTimeSource(func() time.Time { return m.now })
	if err := m.restrict(); err != nil {
		return nil, fmt.Errorf("preparing the runtime: %w", err)
	}
	wrapper, err := m.vm.RunProgram(f.program)
	if err != nil {
		return nil, fmt.Errorf("loading the function: %w", err)
	}
	m.load, _ = goja.AssertFunction(wrapper)
	if m.load == nil {
		return nil, errors.New("loading the function: not callable")
	}
	freeze, _ := goja.AssertFunction(m.vm.Get("Object").ToObject(m.vm).Get("freeze"))
	for _, module := range []goja.Value{m.cloudfront(), m.crypto(), m.querystring()} {
		if _, err := freeze(goja.Undefined(), module); err != nil {
			return nil, fmt.Errorf("preparing the modules: %w", err)
		}
		m.args = append(m.args, module)
	}
	return m, nil
}

// run runs the function once. clean says that the machine may serve another run.
func (m *machine) run(t eventType, e Event) (result Result, clean bool, err error) {
	m.event, m.in, m.origin, m.badOrigin, m.loggedText, m.given = t, &e, nil, nil, 0, m.given[:0]
	m.used, m.now = true, time.Now()
	defer func() { m.in = nil }()

	alarm := newAlarm(m.vm)
	returned, err := m.call(t, &e)
	if err == nil {
		// Reading the result may run code of the function again: a getter is a function.
		if thrownNow := m.vm.Try(func() { result, err = m.result(returned) }); thrownNow != nil {
			err = executionError(thrownNow.Error())
		}
	}
	if rang := alarm.stop(); rang {
		return Result{}, false, executionError("ran longer than " + budget.String())
	}
	return result, true, err
}

// call runs the file and then its handler, and waits for the promise of an async one.
func (m *machine) call(t eventType, e *Event) (goja.Value, error) {
	handler, err := m.load(goja.Undefined(), m.args...)
	if err != nil {
		return nil, thrown(err)
	}
	handle, ok := goja.AssertFunction(handler)
	if !ok {
		return nil, executionError("handler is not a function any more")
	}
	returned, err := handle(goja.Undefined(), m.eventObject(t, e))
	if err != nil {
		return nil, thrown(err)
	}
	o, ok := returned.(*goja.Object)
	if !ok || o.ExportType() != promiseType {
		return returned, nil
	}
	promise, ok := o.Export().(*goja.Promise)
	if !ok {
		return returned, nil
	}
	switch promise.State() {
	case goja.PromiseStateFulfilled:
		return promise.Result(), nil
	case goja.PromiseStateRejected:
		return nil, executionError("the promise was rejected: " + promise.Result().String())
	default:
		return nil, executionError("the promise was never settled")
	}
}

var promiseType = reflect.TypeFor[*goja.Promise]()

func thrown(err error) error {
	if interrupted, ok := errors.AsType[*goja.InterruptedError](err); ok {
		return executionError(fmt.Sprint(interrupted.Value()))
	}
	if overflow, ok := errors.AsType[*goja.StackOverflowError](err); ok {
		return executionError(overflow.Error())
	}
	return executionError(err.Error())
}

// alarm interrupts a runtime when the budget is spent.
type alarm struct {
	timer *time.Timer
	mu    sync.Mutex
	over  bool
	rang  bool
}

func newAlarm(vm *goja.Runtime) *alarm {
	a := &alarm{}
	a.timer = time.AfterFunc(budget, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if !a.over {
			a.rang = true
			vm.Interrupt("ran longer than " + budget.String())
		}
	})
	return a
}

// stop ends the alarm and says whether it rang. Afterwards it never will.
func (a *alarm) stop() bool {
	a.timer.Stop()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return a.rang
}
