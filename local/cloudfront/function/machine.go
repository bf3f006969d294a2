package function

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
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
	// runJob runs job; see inside.
	runJob goja.Callable
	job    func()
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
	// given are the querystring, headers and cookies objects of the event's request, then headers and cookies of its
	// response.
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
	m.runJob, _ = goja.AssertFunction(m.vm.ToValue(func(goja.FunctionCall) goja.Value {
		m.job()
		return goja.Undefined()
	}))
	freeze, _ := goja.AssertFunction(m.vm.Get("Object").ToObject(m.vm).Get("freeze"))
	for _, module := range []goja.Value{m.cloudfront(), m.crypto(), m.querystring()} {
		if _, err := freeze(goja.Undefined(), module); err != nil {
			return nil, fmt.Errorf("preparing the modules: %w", err)
		}
		m.args = append(m.args, module)
	}
	m.args = append(m.args, m.vm.ToValue(m.require))
	return m, nil
}

// require gives a module by name. The survey refuses every other name and use.
func (m *machine) require(call goja.FunctionCall) goja.Value {
	name := call.Argument(0).String()
	if !slices.Contains(required, name) {
		panic(m.vm.NewTypeError("require(%q): local mode has %s", name, strings.Join(required, ", ")))
	}
	return m.args[slices.Index(modules, name)]
}

// run runs the function once. clean says that the machine may serve another run.
func (m *machine) run(t eventType, e Event) (result Result, clean bool, err error) {
	m.event, m.in, m.origin, m.badOrigin, m.loggedText, m.given = t, &e, nil, nil, 0, m.given[:0]
	m.used, m.now = true, time.Now()
	defer func() { m.in = nil }()

	alarm := newAlarm(m.vm, m.f.budget)
	returned, err := m.call(t, &e)
	if err == nil {
		// Reading the result may run code of the function again, such as getters.
		if failure := m.inside(func() { result, err = m.settled(returned) }); failure != nil {
			err = m.thrown(failure)
		}
	}
	if alarm.stop() {
		return Result{}, false, executionError("ran longer than " + m.f.budget.String())
	}
	return result, true, err
}

// call runs the file and then its handler.
func (m *machine) call(t eventType, e *Event) (goja.Value, error) {
	handler, err := m.load(goja.Undefined(), m.args...)
	if err != nil {
		return nil, m.thrown(err)
	}
	handle, ok := goja.AssertFunction(handler)
	if !ok {
		return nil, executionError("handler is not a function any more")
	}
	returned, err := handle(goja.Undefined(), m.eventObject(t, e))
	if err != nil {
		return nil, m.thrown(err)
	}
	return returned, nil
}

// settled reads what the handler returned, or what the promise of an async one became. Nothing is left that could
// settle a promise later.
func (m *machine) settled(returned goja.Value) (Result, error) {
	o, ok := returned.(*goja.Object)
	if !ok || o.ExportType() != promiseType {
		return m.result(returned)
	}
	promise, ok := o.Export().(*goja.Promise)
	if !ok {
		return m.result(returned)
	}
	switch promise.State() {
	case goja.PromiseStateFulfilled:
		return m.result(promise.Result())
	case goja.PromiseStateRejected:
		return Result{}, executionError("the promise was rejected: " + m.show(promise.Result()))
	default:
		return Result{}, executionError("the promise was never settled")
	}
}

// inside runs f as the runtime runs a function of its own: whatever the code of the function throws in it, or an
// alarm, comes back as an error.
func (m *machine) inside(f func()) error {
	m.job = f
	defer func() { m.job = nil }()
	_, err := m.runJob(goja.Undefined())
	return err
}

// thrown describes what the code threw. The text of a thrown object may be code as well.
func (m *machine) thrown(err error) error {
	if _, deep := errors.AsType[*goja.StackOverflowError](err); deep {
		return executionError(fmt.Sprintf("calls nested deeper than %d", maxCalls))
	}
	exception, ok := errors.AsType[*goja.Exception](err)
	if !ok {
		return executionError(err.Error())
	}
	text := "threw a value that has no text"
	_ = m.inside(func() {
		text = exception.String()
		if o, ok := exception.Value().(*goja.Object); ok && o.ClassName() != "Error" {
			text = m.show(o)
		}
	})
	return executionError(text)
}

var promiseType = reflect.TypeFor[*goja.Promise]()

// alarm interrupts a runtime when the budget is spent.
type alarm struct {
	timer *time.Timer
	mu    sync.Mutex
	over  bool
	rang  bool
}

func newAlarm(vm *goja.Runtime, budget time.Duration) *alarm {
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
