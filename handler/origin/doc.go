// Package origin is what every function behind CloudFront begins with, whatever it does then: the check of the origin
// secret, the region header, one log line a request and the ids by which a request is followed.
//
//	lambda.Start(origin.Guard(handle))                                // payload format 2.0
//	lambda.Start(origin.Guard(adapter.ProxyWithContext))              // chi, gin, echo behind aws-lambda-go-api-proxy
//	http.ListenAndServe("127.0.0.1:8080", origin.Middleware(mux))     // behind the Lambda Web Adapter
//
// Who goes round CloudFront, straight to an API's own address, lacks the secret and gets 403 for every path and method,
// so that nobody learns which paths exist (F6.28). Compared is in constant time, always with every accepted secret: the
// current one, the one before and the one to come, so that a rotation refuses no request (F6.29).
//
// A function without its secret would answer everybody. It ends at its start instead, with one line that names the
// variable, everywhere: local mode sets the variable as Lambda does, and a test makes its Origin with New.
//
// The line has cfRequestId (X-Amz-Cf-Id as CloudFront sends it along: x-edge-request-id in its access log, O-A20),
// gatewayRequestId (API Gateway's), requestId (the invocation's), region, method, status and durationMs. RequestID
// gives cfRequestId to whatever the function asks in turn. No line has the path, the query, an address or a header's
// value other than these: they may hold what a visitor typed.
package origin
