package lambda

import (
	"encoding/json"
	"fmt"
	"time"
)

// Payload limits of synchronous invocations, in bytes (F10.5; Lambda DG "Lambda quotas"). The answer may be 100
// bytes longer than the request: the Runtime API's own texts say 6291456 in and 6291556 out.
const (
	MaxRequestBytes  = 6 * 1024 * 1024
	MaxResponseBytes = 6*1024*1024 + 100
)

// Result is the outcome of an invocation that reached the function, like the answer of Lambda's Invoke.
type Result struct {
	// Payload is what the function answered, or an error object {"errorType", "errorMessage"}.
	Payload []byte
	// FunctionError is "" or "Unhandled", the value of X-Amz-Function-Error.
	FunctionError string
	// RequestID is the invocation's id, as in the function's log.
	RequestID string
	// Duration is the time from handing the event over to the answer. InitDuration is zero in a warm environment.
	Duration, InitDuration time.Duration
}

// ThrottledError says that the function's concurrency, or the region's, is used up (429 TooManyRequestsException).
type ThrottledError struct {
	FunctionARN string
	// Reason is ReservedFunctionConcurrentInvocationLimitExceeded or ConcurrentInvocationLimitExceeded.
	Reason string
	// Limit is the number of concurrent executions allowed.
	Limit int
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("invoking %s: rate exceeded: %s (%d concurrent executions)", e.FunctionARN, e.Reason, e.Limit)
}

// PayloadTooLargeError says that the event is longer than [MaxRequestBytes] (413 RequestTooLargeException).
type PayloadTooLargeError struct {
	FunctionARN string
	Bytes       int
}

func (e *PayloadTooLargeError) Error() string {
	return fmt.Sprintf("invoking %s: %d bytes: request must be smaller than %d bytes for the InvokeFunction operation",
		e.FunctionARN, e.Bytes, MaxRequestBytes)
}

// NotFoundError says that the graph has no such function (404 ResourceNotFoundException).
type NotFoundError struct{ FunctionARN string }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("invoking %s: function not found: want the ARN of a function of the graph", e.FunctionARN)
}

// functionError is an error object as Lambda writes it into the payload.
type functionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (e functionError) payload() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		return []byte(`{"errorType":"Runtime.Unknown"}`) // two strings always marshal
	}
	return b
}

// The error objects below follow the texts of the service as they show up in its logs and answers (Lambda DG,
// "Troubleshoot invocation issues"; aws/aws-lambda-runtime-interface-emulator for the error types).

func timedOut(requestID string, timeout time.Duration) functionError {
	return functionError{
		Type:    "Sandbox.Timedout",
		Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, timeout.Seconds()),
	}
}

// exited is for a process that ended while it owed an answer. cause is "" for status 0.
func exited(requestID, cause string) functionError {
	message := "Runtime exited without providing a reason"
	if cause != "" {
		message = "Runtime exited with error: " + cause
	}
	return functionError{Type: "Runtime.ExitError", Message: "RequestId: " + requestID + " Error: " + message}
}

func invalidEntrypoint(requestID, cause string) functionError {
	return functionError{Type: "Runtime.InvalidEntrypoint", Message: "RequestId: " + requestID + " Error: " + cause}
}

func responseTooLarge() functionError {
	return functionError{
		Type:    "Function.ResponseSizeTooLarge",
		Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", MaxResponseBytes),
	}
}
