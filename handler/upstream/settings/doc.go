// Package settings holds what the feedback adapter must know about the SaaS behind it: the
// config object onefront:upstream, checked once when the program runs, and the same object as
// JSON in the function's environment variable ONEFRONT_UPSTREAM.
//
// The package is pure: no network, no Pulumi, no logging. The SaaS key is never part of it.
//
//	onefront:upstream --Parse--> Settings --Encode--> ONEFRONT_UPSTREAM --Parse--> Settings
package settings
