// Package lambdaapi holds limits and names of AWS Lambda that the program checks and local mode imitates.
package lambdaapi

import "time"

// Limits of a function (F10.4, F6.13). An HTTP API waits for an answer as long as MaxAPITimeout.
const (
	MinMemoryMiB  = 128
	MaxMemoryMiB  = 10_240
	MaxTimeout    = 900 * time.Second
	MaxAPITimeout = 30 * time.Second
)

// The values of a function's architecture.
const (
	ARM64 = "arm64"
	X8664 = "x86_64"
)

// ReservedVariables are environment variables that a function may not set: CreateFunction refuses them. TZ and
// AWS_LAMBDA_LOG_LEVEL, for example, it may.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
func ReservedVariables() []string {
	return []string{
		"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
		"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
		"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
		"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
	}
}
