package lambda

import (
	"context"
	"fmt"
	"strings"
	"time"
)

type traceKey struct{}

// WithTraceHeader hands on the X-Amzn-Trace-Id of the request that causes an invocation.
func WithTraceHeader(ctx context.Context, header string) context.Context {
	return context.WithValue(ctx, traceKey{}, header)
}

// NewTraceRoot makes the root part of a trace header, "Root=1-<seconds>-<random>"
// (X-Ray DG "Tracing header").
func NewTraceRoot(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%s", uint32(now.Unix()), randomHex(12)) // good until 2106
}

// traceHeader is what a function sees as Lambda-Runtime-Trace-Id. A caller's decision to sample stands; without
// one only Active tracing samples (F10.13), here always, where AWS takes the first request each second and 5 % more.
func traceHeader(ctx context.Context, active bool, now time.Time) string {
	var root, sampled string
	header, _ := ctx.Value(traceKey{}).(string)
	for part := range strings.SplitSeq(header, ";") {
		part = strings.TrimSpace(part)
		switch {
		case strings.HasPrefix(part, "Root=1-"):
			root = part
		case part == "Sampled=0", part == "Sampled=1":
			sampled = part
		}
	}
	if root == "" {
		root = NewTraceRoot(now)
	}
	if sampled == "" {
		sampled = "Sampled=0"
		if active {
			sampled = "Sampled=1"
		}
	}
	return root + ";Parent=" + randomHex(8) + ";" + sampled
}
