package origin

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// IDs name one request at each of its stations; those that are unknown are empty.
type IDs struct {
	CloudFront string // cfRequestId
	Gateway    string // gatewayRequestId
}

type idsKey struct{}

// guardedKey marks a request that Guard let pass, so that Middleware behind it neither checks nor writes again.
type guardedKey struct{}

// WithIDs returns a context that bears the ids. CloudFront's is dropped unless it looks like one: it goes into logs and
// headers.
func WithIDs(ctx context.Context, ids IDs) context.Context {
	if !wellFormed(ids.CloudFront) {
		ids.CloudFront = ""
	}
	if !wellFormed(ids.Gateway) {
		ids.Gateway = ""
	}
	return context.WithValue(ctx, idsKey{}, ids)
}

// FromContext returns the ids of the request that ctx belongs to.
func FromContext(ctx context.Context) (IDs, bool) {
	ids, ok := ctx.Value(idsKey{}).(IDs)
	return ids, ok
}

// RequestID returns CloudFront's id of the request that ctx belongs to, or "" outside of one.
func RequestID(ctx context.Context) string {
	ids, _ := FromContext(ctx)
	return ids.CloudFront
}

// maxIDBytes is far above the 56 characters of CloudFront's ids.
const maxIDBytes = 128

// wellFormed accepts base64 in both alphabets, as CloudFront's and API Gateway's ids are written.
func wellFormed(id string) bool {
	if id == "" || len(id) > maxIDBytes {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_=+/", c) >= 0) {
			return false
		}
	}
	return true
}

// methods of HTTP that a line repeats; a visitor may send any token.
var methods = map[string]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true,
}

// write writes the request's line.
func (o *Origin) write(ctx context.Context, method string, status int, start time.Duration, err error) {
	if o.Log == nil {
		return
	}
	ids, _ := FromContext(ctx)
	if !methods[method] {
		method = "other"
	}
	attrs := make([]slog.Attr, 0, 8)
	text := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		text("requestId", lc.AwsRequestID)
	}
	text("cfRequestId", ids.CloudFront)
	text("gatewayRequestId", ids.Gateway)
	text("region", o.Region)
	text("method", method)
	attrs = append(attrs, slog.Int("status", status),
		slog.Float64("durationMs", float64((o.Elapsed()-start).Round(10*time.Microsecond))/float64(time.Millisecond)))
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelError
		text("err", err.Error())
	}
	o.Log.LogAttrs(ctx, level, "request", attrs...)
}
