// Package cloudfront serves a recorded CloudFront distribution on localhost.
//
// [New] takes the distribution and everything it names (policies, functions, origin access controls) as package
// distribution reads it from the resource graph. The result is one [http.Handler] that stands for all edges: each
// request says, or the options say, at which edge its viewer is.
//
//	viewer -> place -> limits -> host -> behavior -> protocol -> method -> body -> viewer-request function
//	       -> cache (per edge) -> origin or origin group -> custom error page -> compression -> cache
//	       -> viewer-response function -> response headers policy -> viewer
//
// Each step is one small function that cites the page of the CloudFront Developer Guide ("CF DG") or the fact
// (F-number) it follows. "guess" marks what no page says.
//
// Not imitated: TLS, HTTP/2 and HTTP/3 framing (the local listener speaks HTTP/1.1), regional edge caches and
// Origin Shield as cache layers of their own, WebSocket, gRPC, signed URLs, field-level encryption, Lambda@Edge,
// continuous deployment and web ACLs.
package cloudfront
