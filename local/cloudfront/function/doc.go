// Package function runs CloudFront Functions (runtime cloudfront-js-2.0) as they are written, in a JavaScript
// engine inside this process.
//
//	viewer request -> ViewerRequest -> request goes on (perhaps to a chosen origin), or an answer of the function's own
//	answer of the cache or origin, below 400 -> ViewerResponse -> what the viewer gets
//
// The event and everything a function may and may not do follow the CloudFront Developer Guide, pages
// "CloudFront Functions event structure", "JavaScript runtime 2.0 features for CloudFront Functions", "Helper
// methods for origin modification", "Helper methods for key value stores" and "Restrictions on edge functions".
// What the guide forbids, and what no list of it names, is refused here too: by [Load] when the code shows it, by a
// 502 or 503 page when a run does. What runtime 2.0 has and this package has not is refused by [Load] as "not
// imitated by local mode".
//
// Not imitated: compute utilization and throttling (their limits are not published), the 2 MB memory limit, the
// delay with which a published function or a changed key reaches the edges, and connection functions.
package function
