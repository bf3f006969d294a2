package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
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
	o := n.object("memoryMiB", "timeout", "reservedConcurrency", "healthReservedConcurrency", "logLevel")
	c.Lambda = Lambda{
		MemoryMiB:                 o.at("memoryMiB").wholeBetween(256, 128, 10_240),
		Timeout:                   o.at("timeout").duration(10*time.Second, time.Second, 30*time.Second),
		ReservedConcurrency:       o.at("reservedConcurrency").wholePointer(0, 100_000),
		HealthReservedConcurrency: o.at("healthReservedConcurrency").wholePointer(1, 100_000),
		LogLevel:                  o.at("logLevel").oneOf("info", "debug", "warn", "error"),
	}
	if n := c.Lambda.ReservedConcurrency; n != nil && *n == 0 {
		o.at("reservedConcurrency").warn("stops every invocation of the application: each region answers 503 there")
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

// retentionDays are the periods that CloudWatch Logs takes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentionDays = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func (c *Config) readLogs(n node) {
	o := n.object("enabled", "retentionDays", "viewerAddresses", "queryStrings", "athena")
	c.Logs = Logs{
		Enabled: o.at("enabled").bool(true), RetentionDays: o.at("retentionDays").wholeBetween(30, 1, 3653),
		ViewerAddresses: o.at("viewerAddresses").bool(false), QueryStrings: o.at("queryStrings").bool(false), Athena: o.at("athena").bool(false),
	}
	if days := c.Logs.RetentionDays; !slices.Contains(retentionDays, days) {
		o.at("retentionDays").refuse("one of the periods that CloudWatch Logs takes: %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(retentionDays), " ", ", "), "[]"))
	}
	if !c.Logs.Enabled {
		for _, key := range []string{"viewerAddresses", "queryStrings", "athena"} {
			if o.at(key).bool(false) {
				o.at(key).refuse("false, or enabled: true, since there are no access logs")
			}
		}
	}
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
