// Package telemetry writes what the functions say about themselves: one JSON line per request
// or redelivered message, which at the same time is an embedded-metric-format document.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
//
// A line holds no message text, no e-mail address and no key.
package telemetry
