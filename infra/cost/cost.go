package cost

import (
	"fmt"
	"strings"
	"time"
)

// Stack is what of a stack costs something.
type Stack struct {
	// AlarmMetrics are the metrics of all alarms, Composites the alarms over others.
	AlarmMetrics, Composites int
	// AdditionalMetrics are those of CloudFront, CustomMetrics those that log lines carry, over all regions.
	AdditionalMetrics, CustomMetrics int
	// Checks are the health checks of regions, asked by all checkers at Interval. OutsideIn is one from outside.
	Checks    int
	Interval  time.Duration
	OutsideIn bool
	// SiteFunctions and APIFunctions are the edge functions that run for one request, SiteReads and APIReads what
	// they read of key value stores.
	SiteFunctions, APIFunctions, SiteReads, APIReads int
	// MemoryMiB is the memory of the functions that answer routes.
	MemoryMiB int
	// LogDays is how long access logs are kept; 0 where there are none.
	LogDays int
	// WebACLRules are those of the stack's web ACL; 0 where it makes none.
	WebACLRules int
}

// What the reckoning takes for granted of a viewer's requests.
const (
	SiteShare   = 0.80  // of the requests are for the site's files
	ReadShare   = 0.18  // are reads of the API that may be cached
	WriteShare  = 0.02  // are writes
	SiteMisses  = 0.05  // of the site's requests go to the bucket
	ReadMisses  = 0.10  // of the API's reads go to a region
	SiteKB      = 20.0  // of a site's answer, on average
	APIKB       = 1.0   // of an API's
	AnswerMS    = 50.0  // that a function takes for an answer
	HealthMS    = 2.0   // that the health function takes
	HealthMiB   = 128   // that it has
	AccessLogKB = 0.45  // of the API's access log for a request
	LineKB      = 0.25  // of the function's
	LogKB       = 0.088 // of CloudFront's log, in gzip (O-A31)
)

// Checkers: about fifteen requests come in an interval from the eight regions of checkers (F7.13).
const (
	checkerRequests = 15.0
	checkerRegions  = 8
	// OutsideRegions are the regions that the check from outside is asked from (O-D3), OutsideInterval how often.
	OutsideRegions  = 3
	OutsideInterval = 30 * time.Second
)

// secondsOfMonth are those of a twelfth of a year.
const secondsOfMonth = 2_629_800

// Line is one part of a month's bill.
type Line struct {
	What string
	// Arithmetic says how USD comes about.
	Arithmetic string
	USD        float64
}

// line multiplies amounts, each with its name, and a price.
func line(what string, price Price, amounts ...any) Line {
	usd, factors := price.USD, []string{}
	for i := 0; i < len(amounts); i += 2 {
		amount := amounts[i].(float64)
		usd *= amount
		factors = append(factors, strings.TrimSpace(fmt.Sprintf("%s %s", number(amount), amounts[i+1])))
	}
	return Line{what, strings.Join(append(factors, "$"+number(price.USD)), " x "), usd}
}

// number is short: at most four digits that say something.
func number(x float64) string { return fmt.Sprintf("%.4g", x) }

// Sum is what the lines come to.
func Sum(lines []Line) (usd float64) {
	for _, l := range lines {
		usd += l.USD
	}
	return usd
}

// Idle is what the stack costs without a viewer's request.
func (s *Stack) Idle() (lines []Line) {
	add := func(l Line) {
		if l.USD > 0 {
			lines = append(lines, l)
		}
	}
	add(line("alarms", AlarmMetric, float64(s.AlarmMetrics), "metrics"))
	add(line("composite alarms", Composite, float64(s.Composites), ""))
	if s.AlarmMetrics > 0 {
		add(line("dashboard", Dashboard, 1.0, ""))
	}
	add(line("additional metrics", CustomMetric, float64(s.AdditionalMetrics), ""))
	each, options := HealthCheck, 1.0
	if s.Interval <= 10*time.Second {
		options++
	}
	each.USD += options * CheckOption.USD
	add(line("health checks", each, float64(s.Checks), "regions"))
	if s.Checks > 0 {
		add(asked("requests of their checkers", s.Checks, s.Interval, checkerRegions, 0))
	}
	if s.OutsideIn {
		outside := HealthCheck
		outside.USD += 2 * CheckOption.USD
		add(line("check from outside", outside, 1.0, ""))
		add(asked("requests of its checkers", 1, OutsideInterval, OutsideRegions, EdgeRequests.USD))
	}
	if s.WebACLRules > 0 {
		add(Line{"web ACL", fmt.Sprintf("$%s + %d rules x $%s", number(WebACL.USD), s.WebACLRules, number(WebACLRule.USD)), WebACL.USD + float64(s.WebACLRules)*WebACLRule.USD})
	}
	return lines
}

// CheckedMillions are the requests of a month, in millions, that checkers of so many regions put to one check.
func CheckedMillions(interval time.Duration, regions int) float64 {
	return checkerRequests * float64(regions) / checkerRegions / interval.Seconds() * secondsOfMonth / 1e6
}

// asked is what the requests of health checks cost; each pays edge on its way.
func asked(what string, checks int, interval time.Duration, regions int, edge float64) Line {
	each := Price{USD: edge + Sum(HealthLines(1))}
	return line(what, each, float64(checks), "", CheckedMillions(interval, regions), "million")
}

// HealthLines are the parts of what so many million answers about health cost in a region.
func HealthLines(millions float64) []Line {
	return []Line{
		line("API Gateway", APIRequests, millions, "million"),
		line("Lambda, requests", LambdaRequests, millions, "million"),
		line("Lambda, time", LambdaTime, millions, "million", HealthMS/1000, "s", HealthMiB/1024.0, "GB"),
		line("the API's access log", LogData, millions, "million", AccessLogKB, "KB"),
	}
}

// Requests is what a million requests of viewers cost. Those that no cache answers go to one region.
func (s *Stack) Requests() (lines []Line) {
	misses := ReadShare*ReadMisses + WriteShare
	api := ReadShare + WriteShare
	all := []Line{
		line("CloudFront, requests", EdgeRequests, 1.0, "million"),
		line("CloudFront, data", EdgeData, SiteShare*SiteKB+api*APIKB, "GB"),
		line("edge functions", EdgeFunctions, SiteShare*float64(s.SiteFunctions)+api*float64(s.APIFunctions), "million runs"),
		line("KeyValueStore", EdgeReads, SiteShare*float64(s.SiteReads)+api*float64(s.APIReads), "million reads"),
		line("API Gateway", APIRequests, misses, "million"),
		line("Lambda, requests", LambdaRequests, misses, "million"),
		line("Lambda, time", LambdaTime, misses, "million", AnswerMS/1000, "s", float64(s.MemoryMiB)/1024, "GB"),
		line("logs of API and functions", LogData, misses, "million", AccessLogKB+LineKB, "KB"),
		line("S3, reads", BucketReads, SiteShare*SiteMisses, "million"),
		line("access logs in S3", BucketData, LogKB, "GB", float64(s.LogDays)/30, "months"),
	}
	if s.WebACLRules > 0 {
		all = append(all, line("web ACL, requests", WebACLRequests, 1.0, "million"))
	}
	for _, l := range all {
		if l.USD > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

// Counted is what the metrics in the application's log lines cost, once somebody uses it.
func (s *Stack) Counted() []Line {
	return []Line{line("metrics of the log lines", CustomMetric, float64(s.CustomMetrics), "metrics")}
}
