package function

import (
	"context"
	"errors"
	"log/slog"
)

// MaxCodeBytes is the largest function CloudFront accepts (F2.19).
const MaxCodeBytes = 10_240

// Function is one published function. It is safe for concurrent use.
type Function struct {
	log *slog.Logger
}

// New checks and compiles code. kvs holds the keys of the associated key value store; nil means that none is
// associated, so cf.kvs() throws. log receives what the code prints with console.log.
func New(code string, kvs map[string]string, log *slog.Logger) (*Function, error) {
	return nil, errors.New("not built yet")
}

// ViewerRequest runs the function before the cache is asked. A failed run returns an [*Error].
func (f *Function) ViewerRequest(ctx context.Context, e Event) (Result, error) {
	return Result{}, &Error{Status: 503, Reason: "not built yet"}
}

// ViewerResponse runs the function before the viewer is answered. e.Response must be set and below 400: for
// others CloudFront runs no function (F2.17). A failed run returns an [*Error].
func (f *Function) ViewerResponse(ctx context.Context, e Event) (Result, error) {
	return Result{}, &Error{Status: 503, Reason: "not built yet"}
}
