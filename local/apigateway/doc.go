// Package apigateway serves the HTTP APIs of a recorded graph as Amazon API Gateway would, one handler per region.
//
//	Host -> custom domain and API mapping, or execute-api endpoint -> stage -> route -> throttle -> permission
//	     -> event (payload format 2.0) -> Lambda -> response, or the gateway's own {"message": ...}
//	every request -> one access log line in the stage's format
//
// Imitated, each rule with its source next to the code: the dispatch by Host with wildcard domains and mapping
// keys, disabled execute-api endpoints, route choice, throttling per stage and route, size and time limits, invoke
// permissions, payload format 2.0 both ways, access logs.
//
// Not imitated, and refused by [New] if a graph has it: REST and WebSocket APIs, payload format 1.0, authorizers,
// CORS configuration, HTTP proxy and service integrations, parameter mapping, mutual TLS, VPC links, manual
// deployments. Metrics and TLS are left out.
package apigateway
