// Package api is the visitors' function: the HTTP contract over API Gateway's payload format 2.0.
//
//	event -> origin secret -> route -> method -> feedback | topics -> answer -> event
//
// The HTTP API sends every path and method here ($default), so that 404, 405, HEAD and OPTIONS are the handler's; but
// the platform answers for health. What is expected to go wrong is an answer with a nil
// error; an invocation never fails for what a visitor sent.
package api
