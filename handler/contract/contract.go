// Package contract holds what the program (infra), the functions (handler) and local mode must agree on to the letter:
// names of environment variables, headers, paths and parameters. It is a leaf, so that each of them may import it: it
// knows the standard library only.
//
// What only the feedback application uses stands in handler/upstream/settings.
package contract

import (
	"strings"
	"unicode"
)

// Environment variables that the program sets on functions.
const (
	// StackVariable holds the name of the Pulumi stack.
	StackVariable = "ONEFRONT_STACK"
	// VersionVariable holds 12 hex digits that tell one build from another.
	VersionVariable = "ONEFRONT_VERSION"
	// OriginSecretVariable holds what CloudFront sends in OriginSecretHeader. Functions that answer routes have it.
	OriginSecretVariable = "ONEFRONT_ORIGIN_SECRET"
	// PreviousOriginSecretVariable holds the secret of the generation before, still accepted; the first has none.
	PreviousOriginSecretVariable = "ONEFRONT_ORIGIN_SECRET_PREVIOUS"
	// NextOriginSecretVariable holds the secret of the generation to come, accepted already, so that a rotation
	// refuses no request.
	NextOriginSecretVariable = "ONEFRONT_ORIGIN_SECRET_NEXT"
	// HealthPathVariable holds the secret path of the health function, below HealthPath.
	HealthPathVariable = "ONEFRONT_HEALTH_PATH"
	// DrainParameterVariable holds the name of the region's drain parameter.
	DrainParameterVariable = "ONEFRONT_DRAIN_PARAMETER"
	// LogLevelVariable holds the least level that a function logs: debug, info, warn or error. Lambda's own filter stays
	// open, since it would drop lines that are metrics with the rest (F10.11).
	LogLevelVariable = "ONEFRONT_LOG_LEVEL"
)

// Environment variables that local mode sets for the program.
const (
	// LocalVariable holds <goos>/<goarch> of this machine, for which the program then builds its handlers. Under an engine
	// the program refuses it.
	LocalVariable = "ONEFRONT_LOCAL"
	// LocalMonitorVariable holds the address of local mode's resource monitor. Where it is the monitor that the
	// program talks to, and only there, secrets that the stack does not set are stood in for: LocalVariable alone may
	// have been left behind in a shell that deploys.
	LocalMonitorVariable = "ONEFRONT_LOCAL_MONITOR"
)

// LocalSecretVariable gives local mode a secret of the stack: paymentKey's is ONEFRONT_SECRET_PAYMENT_KEY. A name space
// other than the project's stays in front.
func LocalSecretVariable(key string) string { return "ONEFRONT_SECRET_" + VariableName(key) }

// VariableName writes a configuration key as environment variables are written: paymentKey is PAYMENT_KEY, and
// other:paymentKey is OTHER_PAYMENT_KEY.
func VariableName(key string) string {
	var b strings.Builder
	for i, r := range key {
		switch {
		case r >= 'A' && r <= 'Z' && i > 0 && key[i-1] != ':':
			b.WriteByte('_')
		case r == ':' || r == '-' || r == '.':
			r = '_'
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// Environment variables that Lambda sets.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const (
	HandlerVariable = "_HANDLER" // the function's handler string
	RegionVariable  = "AWS_REGION"
	TaskRoot        = "LAMBDA_TASK_ROOT" // the folder of the unpacked zip
)

// Headers between CloudFront, functions and what stands behind them.
const (
	// OriginSecretHeader is what CloudFront adds to every request to an API origin and functions check. A viewer
	// cannot forge it: an origin custom header replaces the viewer's of the same name (F3.32).
	OriginSecretHeader = "X-Onefront-Origin-Secret"
	// RegionHeader is the region that answered, on every answer of a function.
	RegionHeader = "X-Onefront-Region"
	// RequestIDHeader bears CloudFront's id of a request to what a function asks in turn.
	RequestIDHeader = "X-Onefront-Request-Id"
	// CloudFrontIDHeader is CloudFront's id of a request as origin and viewer see it: x-edge-request-id in its
	// access log (O-A20).
	CloudFrontIDHeader = "X-Amz-Cf-Id"
)

// VersionFile stands beside bootstrap in the health function's zip: 12 hex digits over all zips of the region.
const VersionFile = "version"

// HealthPath is where people ask for a region's health, below the API's first base path ("" at the root).
func HealthPath(basePath string) string { return basePath + "/health" }

// DrainParameter is the name of the SSM parameter that takes a region out at once.
func DrainParameter(project, stack string) string { return "/" + project + "/" + stack + "/drain" }

// Drained is the drain parameter's value that takes the region out; NotDrained is its value as made.
const (
	Drained    = "drained"
	NotDrained = "-"
)

// DrainStoreKey is the key of the KeyValueStore drains. Its value is NotDrained, or the drained regions with a comma
// between them.
const DrainStoreKey = "now"
