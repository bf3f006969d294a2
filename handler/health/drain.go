package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/onefront/onefront/handler/contract"
)

const (
	// readEvery is how long a value, or a failure, is believed.
	readEvery = 10 * time.Second
	// readTimeout bounds one reading; Route 53 waits 2 s for an answer (F7.10).
	readTimeout = 500 * time.Millisecond
)

// drain knows whether the region is drained. It reads inside an invocation and waits for the reading: Lambda freezes
// a function between invocations, so a reading left to the background would find its deadline over when it thaws, and
// fail every time. An environment has one invocation at a time, so nobody waits for another's reading.
//
// A parameter that is missing means not drained. A reading that fails changes nothing: SSM's trouble neither drains a
// region nor brings a drained one back. A new environment that cannot read believes it is not drained.
type drain struct {
	read func(context.Context) (string, error)
	log  *slog.Logger

	mu    sync.Mutex
	tried time.Time
	value bool
}

// drained is asked at the time that API Gateway gave the request: a function's own clocks may stand still or jump while
// Lambda freezes it.
func (d *drain) drained(ctx context.Context, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if age := now.Sub(d.tried); age >= 0 && age < readEvery {
		return d.value
	}
	d.tried = now
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	value, err := d.read(ctx)
	switch {
	case errors.Is(err, errMissing):
		d.value = false
	case err != nil:
		d.log.LogAttrs(ctx, slog.LevelError, "reading drain parameter", slog.Bool("drained", d.value), slog.String("err", err.Error()))
	default:
		d.value = value == contract.Drained
	}
	return d.value
}
