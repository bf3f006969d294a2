// Command bootstrap is the program inside both Lambda functions of a region. The function's
// handler string, which Lambda passes as _HANDLER, says which one it is:
//
//	api          answers visitors behind the HTTP API
//	redelivery   brings queued feedback to the SaaS
//
// It is built for provided.al2023 (F10.1) and runs unchanged in local mode.
package main
