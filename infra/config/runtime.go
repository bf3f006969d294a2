package config

import (
	"math"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

func (c *Config) readRuntime(r *reader) {
	c.readThrottle(r.json("throttle", `an object such as {"burst": 200, "rate": 100}`))
	c.readAlarms(r.json("alarms", `an object such as {"emails": ["ops@example.com"]}`))
	c.readLogs(r.json("logs", `an object such as {"enabled": true, "retentionDays": 30}`))
}

// readLambda: memory F10.4, timeout F6.13 (an HTTP API waits 30 s at most), reserved concurrency F10.6.
func (c *Config) readLambda(n node) {
	o := n.object("memoryMiB", "timeout", "reservedConcurrency", "logLevel")
	c.Lambda = Lambda{
		MemoryMiB:           o.at("memoryMiB").wholeBetween(256, 128, 10_240),
		Timeout:             o.at("timeout").duration(10*time.Second, time.Second, 30*time.Second),
		ReservedConcurrency: o.at("reservedConcurrency").wholeBetween(-1, 0, 100_000),
		LogLevel:            o.at("logLevel").oneOf("info", "debug", "warn", "error"),
	}
	if c.Lambda.ReservedConcurrency == 0 {
		o.at("reservedConcurrency").warn("stops every invocation: each region answers 503, health included")
	}
}

func (c *Config) readThrottle(n node) {
	o := n.object("burst", "rate")
	c.Throttle = Throttle{Burst: o.at("burst").wholeBetween(200, 1, math.MaxInt32), Rate: 100}
	rate := o.at("rate")
	if number, ok := rate.decimal(); ok {
		c.Throttle.Rate = number
		if number <= 0 || number > math.MaxInt32 {
			rate.refuse("more than 0: requests per second; 0 would block all traffic")
		}
	}
}

// AlarmThreshold is one limit that onefront:alarms.thresholds may set.
type AlarmThreshold struct {
	Name string
	// Default applies where the stack sets none. Low and High bound what it may set.
	Default, Low, High float64
	Meaning            string
}

// AlarmThresholds are all limits, in the order of the request path.
func AlarmThresholds() []AlarmThreshold {
	return []AlarmThreshold{
		{"edge5xxPercent", 1, 0, 100, "share of the distribution's answers with a 5xx status, in percent"},
		{"edge4xxPercent", 20, 0, 100, "share of the distribution's answers with a 4xx status, in percent"},
		{"originLatencyMs", 3000, 1, 120_000, "95th percentile of the origins' latency, in milliseconds"},
		{"api5xxPercent", 5, 0, 100, "share of a region's API answers with a 5xx status, in percent"},
		{"functionErrors", 5, 1, 1e9, "failed invocations of a function in five minutes"},
		{"functionThrottles", 5, 1, 1e9, "throttled invocations of a function in five minutes"},
		{"queueAgeSeconds", 900, 1, 1_209_600, "age of the oldest feedback that waits for redelivery, in seconds"},
		{"deadLetters", 1, 1, 1e9, "feedback in a dead-letter queue"},
		{"certificateDays", 20, 1, 44, "days before a certificate expires; renewal starts at 45 (F8.7)"},
	}
}

func (c *Config) readAlarms(n node) {
	o := n.object("emails", "thresholds")
	c.Alarms = Alarms{Emails: o.at("emails").texts("e-mail addresses"), Thresholds: map[string]float64{}}
	for _, item := range o.at("emails").list("e-mail addresses") {
		text, ok := item.value.(string)
		if !ok {
			continue
		}
		if a, err := mail.ParseAddress(text); err != nil || a.Address != text || !strings.Contains(text[strings.LastIndexByte(text, '@'):], ".") {
			item.refuse("an e-mail address such as ops@example.com, without a display name")
		}
	}
	distinct(n.problems, o.at("emails").key, o.at("emails").strings(), "an address")
	var names []string
	for _, t := range AlarmThresholds() {
		names = append(names, t.Name)
	}
	thresholds := o.at("thresholds").object(names...)
	for _, t := range AlarmThresholds() {
		c.Alarms.Thresholds[t.Name] = t.Default
		limit := thresholds.at(t.Name)
		number, ok := limit.decimal()
		if !ok {
			continue
		}
		c.Alarms.Thresholds[t.Name] = number
		if number < t.Low || number > t.High {
			limit.refuse("from %g to %g: %s", t.Low, t.High, t.Meaning)
		}
	}
}

// readLogs: the provider knows the periods that CloudWatch Logs takes, the longest of which is ten years.
func (c *Config) readLogs(n node) {
	o := n.object("enabled", "retentionDays")
	c.Logs = Logs{Enabled: o.at("enabled").bool(true), RetentionDays: o.at("retentionDays").wholeBetween(30, 1, 3653)}
}

// A WAFv2 web ACL of scope CLOUDFRONT lives in us-east-1 and has "global" in its ARN (F11.1).
var webACL = regexp.MustCompile(`^arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$`)

func readWebACL(n node) string {
	arn := n.or("")
	if arn != "" && !webACL.MatchString(arn) {
		n.refuse("the ARN of a WAFv2 web ACL of scope CLOUDFRONT: arn:aws:wafv2:us-east-1:<account>:global/webacl/<name>/<id>")
	}
	return arn
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
var managedPolicy = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}|aws):policy/[\x21-\x7e]{1,512}$`)

func readBoundary(n node) string {
	arn := n.or("")
	if arn != "" && !managedPolicy.MatchString(arn) {
		n.refuse("the ARN of an IAM policy such as arn:aws:iam::123456789012:policy/boundary")
	}
	return arn
}
