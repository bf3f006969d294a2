// Package functions composes the CloudFront Functions of the program from JavaScript parts. CloudFront runs at most
// one function per event and cache behavior (F2.18), so what a behavior needs is joined into one: in viewer-request
// redirect alias, preflight, path rewrite and origin choice, in this order; in viewer-response the 404 page's status.
//
//	redirect.js -> preflight.js -> site.js, published.js -> edge.js or readfailover.js    viewer-request
//	notfound.js                                                                           viewer-response
//
// The parts are written for runtime cloudfront-js-2.0 and read their data from constants that are written before
// them as JSON. The package is pure: it knows neither Pulumi nor a stack's configuration.
package functions
