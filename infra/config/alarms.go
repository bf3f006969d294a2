package config

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Alarms says who hears of trouble, and from which limits on. The alarms exist also where nobody is told.
type Alarms struct {
	// Enabled makes the alarms. Default true.
	Enabled bool
	// Emails get a message per topic to confirm, one topic per region.
	Emails []string
	// URLs are https endpoints that confirm by themselves, such as PagerDuty's. They may hold a key.
	URLs []string
	// TopicARNs are SNS topics that exist already. Each hears the alarms of its own region (F10.22).
	TopicARNs []string
	// Thresholds has a value for every limit of the platform and of the application.
	Thresholds map[string]float64
	// OutsideIn asks the public name from outside. Default: true once somebody is told.
	OutsideIn bool
	// AdditionalMetrics turns CloudFront's additional metrics on, which cost a fixed price (O-C11). Default false.
	AdditionalMetrics bool
}

// Told says whether anybody hears of anything.
func (a *Alarms) Told() bool { return len(a.Emails)+len(a.URLs)+len(a.TopicARNs) > 0 }

// AlarmThreshold is one limit that onefront:alarms.thresholds may set.
type AlarmThreshold struct {
	Name string
	// Default applies where the stack sets none. Low and High bound what it may set.
	Default, Low, High float64
	Meaning            string
}

// AlarmThresholds are the platform's limits, in the order of the request path. A share is judged only in minutes with
// enough requests: a single failed one in a quiet night is no outage (O-C3). No limit in percent is 100: an alarm rings
// above its limit, and there is nothing above.
func AlarmThresholds() []AlarmThreshold {
	return []AlarmThreshold{
		{"edge5xxPercent", 5, 0, 99, "share of the distribution's answers with a 5xx status, in percent"},
		{"edgeRequests", 100, 1, 1e9, "requests in a minute from which on the distribution's share is judged"},
		{"edgeFunctionErrors", 1, 1, 1e9, "failed runs of a CloudFront function in a minute"},
		{"edgeFunctionThrottles", 1, 1, 1e9, "throttled runs of a CloudFront function in a minute"},
		{"originLatencyPercent", 80, 1, 99, "90th percentile of the origins' latency, in percent of CloudFront's read timeout"},
		{"api5xxPercent", 5, 0, 99, "share of a region's API answers with a 5xx status, in percent"},
		{"apiRequests", 20, 1, 1e9, "requests in a minute from which on a region's shares are judged"},
		{"apiLatencyPercent", 80, 1, 99, "99th percentile of the API's latency, in percent of the longest function timeout"},
		{"functionErrorPercent", 5, 0, 99, "share of failed invocations of a function that answers routes, in percent"},
		{"functionErrors", 1, 1, 1e9, "failed invocations in a minute of a function that answers no route"},
		{"functionThrottles", 1, 1, 1e9, "throttled invocations of a function in a minute"},
		{"durationPercent", 80, 1, 99, "99th percentile of a function's duration, in percent of its timeout"},
		{"certificateDays", 30, 1, 44, "days before a certificate expires; those of 198 days renew at 45 (F8.6)"},
	}
}

func (c *Config) readAlarms(n node) {
	o := n.object("enabled", "emails", "urls", "topicArns", "thresholds", "outsideIn", "additionalMetrics")
	a := Alarms{Enabled: o.at("enabled").bool(true), Thresholds: map[string]float64{}}
	a.Emails = texts(o.at("emails"), "e-mail addresses", "an address", isEmail,
		"an e-mail address such as ops@example.com, without a display name")
	a.URLs = readReceivers(o.at("urls"))
	a.TopicARNs = texts(o.at("topicArns"), "ARNs of SNS topics", "a topic", topicARN.MatchString,
		"the ARN of an SNS topic such as arn:aws:sns:us-east-1:123456789012:alarms")
	for i, arn := range a.TopicARNs {
		if region := TopicRegion(arn); region != "" && !slices.Contains(c.AlarmRegions(), region) {
			n.problems.refuse(fmt.Sprintf("%s.topicArns[%d]", n.key, i), arn,
				"a topic in one of %s: an alarm tells topics of its own region only", strings.Join(c.AlarmRegions(), ", "))
		}
	}
	a.OutsideIn = o.at("outsideIn").bool(a.Told())
	a.AdditionalMetrics = o.at("additionalMetrics").bool(false)
	if !a.Enabled && a.Told() {
		o.at("enabled").warn("there are no alarms, so nobody of those who are named is told: true makes them")
	}
	c.Alarms = a
	c.readThresholds(o.at("thresholds"))
}

// globalRegion is where the alarms of the distribution and of Route 53 are (F5.20, F7.14).
const globalRegion = "us-east-1"

// AlarmRegions are the regions with alarms.
func (c *Config) AlarmRegions() []string {
	if slices.Contains(c.Regions, globalRegion) {
		return c.Regions
	}
	return append([]string{globalRegion}, c.Regions...)
}

func (c *Config) readThresholds(n node) {
	limits := slices.Concat(AlarmThresholds(), c.Application.Thresholds)
	var names []string
	for _, t := range limits {
		names = append(names, t.Name)
	}
	thresholds := n.object(names...)
	for _, t := range limits {
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

// texts reads a list of distinct strings that all pass a check.
func texts(n node, of, one string, ok func(string) bool, right string) []string {
	for _, item := range n.items() {
		if text, isText := item.value.(string); isText && !ok(text) {
			item.refuse("%s", right)
		}
	}
	list := n.texts(of)
	distinct(n.problems, n.key, n.strings(), one)
	return list
}

// readReceivers never shows a URL whole: its path may be a key.
func readReceivers(n node) []string {
	var seen []string
	for _, item := range n.items() {
		text, isText := item.value.(string)
		if !isText {
			continue
		}
		item.value = raw(hostOnly(text))
		switch {
		case !isReceiver(text):
			item.refuse("an https URL that confirms subscriptions by itself, such as an integration's of PagerDuty")
		case slices.Contains(seen, text):
			item.refuse("a URL that is not in the list already")
		}
		seen = append(seen, text)
	}
	return n.texts("https URLs")
}

// hostOnly is a URL without what may be a key.
func hostOnly(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "[a URL]"
	}
	return u.Scheme + "://" + u.Host + "/..."
}

func isEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && strings.Contains(text[strings.LastIndexByte(text, '@'):], ".")
}

// isReceiver: SNS sends messages to https endpoints with a certificate it trusts.
// https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
func isReceiver(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}

var topicARN = regexp.MustCompile(`^arn:aws:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}$`)

// TopicRegion is the region of an SNS topic's ARN, or "".
func TopicRegion(arn string) string {
	if m := topicARN.FindStringSubmatch(arn); m != nil {
		return m[1]
	}
	return ""
}
