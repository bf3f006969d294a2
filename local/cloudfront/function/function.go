package function

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dop251/goja"

	"github.com/onefront/onefront/local/cloudfront/keyvaluestore"
)

// MaxCodeBytes is the largest function CloudFront accepts (F2.19).
const MaxCodeBytes = 10_240

// defaultBudget is how long one run may take. CloudFront publishes no time (F2.20); this one only keeps an endless
// loop from hanging a request, far above what any function needs even on a machine that is busy otherwise.
const defaultBudget = 5 * time.Second

// maxIdle is how many runtimes a function keeps, of about 100 KiB each; more requests at once make more for a while.
const maxIdle = 16

// Function is one published function. It is safe for concurrent use.
type Function struct {
	name    string
	program *goja.Program
	// reusable says that nothing in the code can leave a trace in a runtime, so it may serve many runs.
	reusable bool
	// names are the names the code uses.
	names  []string
	kvs    *keyvaluestore.Store
	budget time.Duration
	log    *slog.Logger
	idle   chan *machine
}

// Name is the function's name in the program, "" where it was made from code alone.
func (f *Function) Name() string { return f.name }

// New checks and compiles code. kvs holds the keys of the associated key value store; nil means that none is
// associated, so cf.kvs() throws. log receives what the code prints with console.log.
func New(code string, kvs map[string]string, log *slog.Logger) (*Function, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c, err := compile(code)
	if err != nil {
		return nil, err
	}
	f := &Function{
		program: c.program, reusable: c.reusable, names: c.names, log: log, budget: defaultBudget,
		idle: make(chan *machine, maxIdle),
	}
	if kvs != nil {
		f.kvs = keyvaluestore.New("", kvs)
	}
	m, err := f.newMachine()
	if err != nil {
		return nil, err
	}
	f.release(m)
	return f, nil
}

// ViewerRequest runs the function before the cache is asked. A failed run returns an [*Error].
func (f *Function) ViewerRequest(ctx context.Context, e Event) (Result, error) {
	return f.run(ctx, viewerRequest, e)
}

// ViewerResponse runs the function before the viewer is answered. e.Response must be set and below 400: for
// others CloudFront runs no function (F2.17). A failed run returns an [*Error].
func (f *Function) ViewerResponse(ctx context.Context, e Event) (Result, error) {
	if e.Response == nil {
		return Result{}, errors.New("a viewer-response event without a response")
	}
	if e.Response.StatusCode >= 400 {
		return Result{}, fmt.Errorf("a viewer-response event with status %d: CloudFront runs no function from 400 on",
			e.Response.StatusCode)
	}
	return f.run(ctx, viewerResponse, e)
}

func (f *Function) run(ctx context.Context, t eventType, e Event) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	m, err := f.acquire()
	if err != nil {
		return Result{}, err
	}
	result, clean, err := m.run(t, e)
	if clean {
		f.release(m)
	}
	return result, err
}

// acquire takes an idle machine or makes one. A machine serves one run at a time.
func (f *Function) acquire() (*machine, error) {
	select {
	case m := <-f.idle:
		return m, nil
	default:
		return f.newMachine()
	}
}

// release keeps the machine for the next run, unless enough are idle or a run may have left something behind: on
// CloudFront no run sees anything of another.
func (f *Function) release(m *machine) {
	if !f.reusable && m.used {
		return
	}
	select {
	case f.idle <- m:
	default:
	}
}
