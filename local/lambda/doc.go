// Package lambda runs the functions of a recorded graph as AWS Lambda would: the real bootstrap out of the
// function's zip, as a process of this machine, spoken to over the Lambda Runtime API.
//
//	Invoke -> concurrency -> environment (warm, or a new process) -> Runtime API on loopback -> bootstrap
//	                                                              <- /response, /error, exit, timeout
//	queue  -> event source mapping -> Invoke -> batch item failures
//
// Imitated, each rule with its source next to the code: one request at a time per environment, environments kept
// warm and made on demand, reserved concurrency, timeouts, crashes, failed inits, payload limits, environment
// variables, log lines (START, END, REPORT), SIGTERM and SIGKILL, and SQS event source mappings.
//
// Not imitated: memory and CPU limits, a private /tmp and file system, credentials and IAM (the execution role is
// not looked at), the processor architecture (the zip holds a binary for this machine), freezing between requests,
// recycling of idle environments, layers, versions and aliases, VPCs, asynchronous invocation, response streaming
// to the caller. A property or resource type that this package does not know stops [New].
package lambda
