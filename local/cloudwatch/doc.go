// Package cloudwatch imitates CloudWatch's metrics and alarms for one stack. Rooms tell it what happened; it makes the
// datapoints that the real services would publish, and evaluates the graph's alarms over them on simulated time.
//
//	cloudfront, apigateway, lambda, log lines -> Service (publish.go) -> series (metric.go)
//	sqs, route53, acm, once a minute          ->                           |
//	MetricAlarm (metricalarm.go), metric math (expression.go)     <--------+ at every whole minute
//	CompositeAlarm (composite.go)             <- states -> actions: who would have been told
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
package cloudwatch
