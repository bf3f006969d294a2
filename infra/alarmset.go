package infra

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The agreed set (O-C4): what every stack has, whatever application runs on it.

// Namespaces of the services' metrics.
const (
	nsCloudFront  = "AWS/CloudFront"
	nsAPI         = "AWS/ApiGateway"
	nsLambda      = "AWS/Lambda"
	nsHealth      = "AWS/Route53"
	nsCertificate = "AWS/CertificateManager"
)

// Why a period without data is good or bad (O-C7).
const (
	noTraffic     = "CloudWatch has no data where there was no traffic"
	noCheck       = "a check that reports nothing asks nothing"
	noCertificate = "ACM reports every certificate in use twice a day"
)

// drainRegion is what to do about a region's trouble, as long as others are well.
const drainRegion = "If the other regions are well: ops drain {region} -stack {stack}."

// edgeAlarms watch the distribution and its functions.
func edgeAlarms(p *platform, d *distributionComponent) []Alarm {
	limit := p.Alarms.Thresholds
	of := func(name, statistic string) Metric {
		return Metric{Namespace: nsCloudFront, Name: name, Statistic: statistic, Dimensions: edgeDimensions(d, nil)}
	}
	// The rate has no sample count of its own, so requests guard it (O-C4).
	rate, requests := of("5xxErrorRate", "Average"), of("Requests", "Sum")
	rate.ID, requests.ID = "rate", "n"
	list := []Alarm{{
		Name: "edge-5xx", Means: "Viewers get errors with a 5xx status from the distribution.",
		Do:         "ops status -stack {stack} says which region fails; no region-... alarm beside this one: the distribution itself or the site.",
		Expression: fmt.Sprintf("IF(n >= %g, rate, 0)", limit["edgeRequests"]), Metrics: []Metric{requests, rate},
		Threshold: limit["edge5xxPercent"], M: 3, N: 5, Missing: NotBreaching, Silence: noTraffic,
	}}
	for _, name := range slices.Sorted(maps.Keys(d.functions)) {
		list = append(list, edgeFunctionAlarms(limit, name, d, d.functions[name])...)
	}
	return list
}

// edgeFunctionAlarms watch one CloudFront function: where it fails, the viewer gets an error.
func edgeFunctionAlarms(limit map[string]float64, name string, d *distributionComponent, function *cloudfront.Function) []Alarm {
	of := func(metric string) Metric {
		return Metric{Namespace: nsCloudFront, Name: metric, Statistic: "Sum", Dimensions: edgeDimensions(d, function)}
	}
	failed, invalid := of("FunctionExecutionErrors"), of("FunctionValidationErrors")
	failed.ID, invalid.ID = "failed", "invalid"
	const after = "Undo the last change of routes, redirects or aliases, or of the program's version: pulumi stack history."
	return []Alarm{{
		Name: "edge-errors-" + name, Section: "edge-errors", Means: "The CloudFront function " + name + " fails or answers what CloudFront does not take.", Do: after,
		// A sum has no datapoint where one of the two has none, and CloudFront is not known to report zeros.
		Expression: "FILL(failed, 0) + FILL(invalid, 0)", Metrics: []Metric{failed, invalid},
		Compare: AtLeast, Threshold: limit["edgeFunctionErrors"], M: 2, N: 2, Missing: NotBreaching, Silence: noTraffic,
	}, {
		Name: "edge-throttles-" + name, Section: "edge-throttles", Means: "CloudFront throttles the function " + name + ": it computes too long.", Do: after,
		Metrics: []Metric{of("FunctionThrottles")},
		Compare: AtLeast, Threshold: limit["edgeFunctionThrottles"], M: 5, N: 5, Missing: NotBreaching, Silence: noTraffic,
	}}
}

// edgeDimensions: CloudFront's metrics need the distribution and the word Global (O-C1).
func edgeDimensions(d *distributionComponent, function *cloudfront.Function) pulumi.StringMap {
	dimensions := pulumi.StringMap{"DistributionId": d.resource.ID().ToStringOutput(), "Region": pulumi.String("Global")}
	if function != nil {
		dimensions["FunctionName"] = function.Name
	}
	return dimensions
}

// originLatencyAlarm needs CloudFront's additional metrics. slowest is the longest timeout of a function that a request
// may meet, which CloudFront's read timeout follows.
func originLatencyAlarm(p *platform, d *distributionComponent, slowest time.Duration) Alarm {
	timeout := slowest + readTimeoutMargin
	return Alarm{
		Name: "origin-latency", Means: "Origins answer so slowly that CloudFront will soon give up on them.",
		Do: "Compare the regions' api-latency on the dashboard. One alone is slow: ops drain REGION -stack {stack}.",
		Metrics: []Metric{{
			Namespace: nsCloudFront, Name: "OriginLatency", Statistic: "p90", Dimensions: edgeDimensions(d, nil),
		}},
		Threshold: milliseconds(timeout) * p.Alarms.Thresholds["originLatencyPercent"] / 100,
		M:         5, N: 5, Missing: NotBreaching, Silence: noTraffic,
	}
}

// healthAlarm watches a region's health check. A drain of now turns the check too, and sends this one message.
func healthAlarm(check pulumi.StringInput) Alarm {
	return Alarm{
		Name: "health", Means: "Route 53 finds {region} unhealthy: it is down, or it was drained, and gets no new traffic.",
		Do:      "ops status -stack {stack} says which. Nothing to do for reads; writes move within the DNS TTL.",
		Metrics: []Metric{{Namespace: nsHealth, Name: "HealthCheckStatus", Statistic: "Minimum", Dimensions: pulumi.StringMap{"HealthCheckId": check}}},
		Compare: Below, Threshold: 1, M: 3, N: 3, Missing: Breaching, Silence: noCheck,
	}
}

// certificateAlarm: ACM renews by itself while the validation records stand (F8.6).
func certificateAlarm(p *platform, name string, arn pulumi.StringInput) Alarm {
	return Alarm{
		Name: name, Means: "A certificate expires soon and was not renewed.",
		Do: "Look for its validation records in DNS: aws acm describe-certificate names them; pulumi up -s {stack} makes those that are missing.",
		Metrics: []Metric{{
			Namespace: nsCertificate, Name: "DaysToExpiry", Statistic: "Minimum", Period: 24 * time.Hour,
			Dimensions: pulumi.StringMap{"CertificateArn": arn},
		}},
		Compare: AtMost, Threshold: p.Alarms.Thresholds["certificateDays"], M: 1, N: 1, Missing: Breaching, Silence: noCertificate,
		Direct: true,
	}
}

// apiAlarms watch a region's HTTP API. The average of 5xx is the share, and its sample count are the requests (O-C4).
func apiAlarms(p *platform, api, stage pulumi.StringInput, slowest time.Duration) []Alarm {
	limit := p.Alarms.Thresholds
	of := func(name, statistic string) Metric {
		return Metric{Namespace: nsAPI, Name: name, Statistic: statistic, Dimensions: pulumi.StringMap{"ApiId": api, "Stage": stage}}
	}
	share, requests := of("5xx", "Average"), of("5xx", "SampleCount")
	share.ID, requests.ID = "share", "n"
	return []Alarm{{
		Name: "api-5xx", Means: "The API in {region} answers with a 5xx status.",
		Do:         "Look at the functions' log lines of level ERROR there. " + drainRegion,
		Expression: fmt.Sprintf("IF(n >= %g, 100 * share, 0)", limit["apiRequests"]), Metrics: []Metric{requests, share},
		Threshold: limit["api5xxPercent"], M: 3, N: 3, Missing: NotBreaching, Silence: noTraffic,
	}, {
		Name: "api-latency", Means: "The API in {region} answers slowly: every hundredth request is close to the functions' timeout.",
		Do:        "Look at the durations of the functions and at what they ask. " + drainRegion,
		Metrics:   []Metric{of("Latency", "p99")},
		Threshold: milliseconds(slowest) * limit["apiLatencyPercent"] / 100, M: 5, N: 5, Missing: NotBreaching, Silence: noTraffic,
	}}
}

// functionAlarms watch one function of the application. The shares of one that answers routes are guarded; one that has
// only its own events is so seldom called that each failure counts.
func functionAlarms(p *platform, fn *Function, name pulumi.StringInput) []Alarm {
	limit := p.Alarms.Thresholds
	of := func(metric, statistic string) Metric {
		return Metric{Namespace: nsLambda, Name: metric, Statistic: statistic, Dimensions: pulumi.StringMap{"FunctionName": name}}
	}
	timeout := cmp.Or(fn.Timeout, p.Lambda.Timeout)
	failures := Alarm{
		Name: "errors-" + fn.Name, Section: "errors", Means: "Invocations of " + fn.Name + " in {region} end with an error.",
		Do: "Look at its log for panics and timeouts; undo the last deployment. " + drainRegion, Missing: NotBreaching, Silence: noTraffic,
	}
	if len(fn.Routes) > 0 {
		failures.Expression, failures.Metrics = Share(limit["apiRequests"], of("Errors", "Sum"), of("Invocations", "Sum"))
		failures.Threshold, failures.M, failures.N = limit["functionErrorPercent"], 3, 3
	} else {
		failures.Metrics, failures.Compare = []Metric{of("Errors", "Sum")}, AtLeast
		failures.Threshold, failures.M, failures.N = limit["functionErrors"], 3, 5
	}
	return []Alarm{failures, {
		Name: "throttled-" + fn.Name, Section: "throttled", Means: "Lambda throttles " + fn.Name + " in {region}: no execution is free.",
		Do:      "Raise lambda.reservedConcurrency, or the account's quota of concurrent executions. " + drainRegion,
		Metrics: []Metric{of("Throttles", "Sum")}, Compare: AtLeast, Threshold: limit["functionThrottles"],
		M: 3, N: 5, Missing: NotBreaching, Silence: noTraffic,
	}, {
		Name: "duration-" + fn.Name, Section: "duration", Means: "Every hundredth invocation of " + fn.Name + " in {region} comes close to its timeout.",
		Do:      "Look at what it asks, and at its memory: lambda.memoryMiB buys processor time too. " + drainRegion,
		Metrics: []Metric{of("Duration", "p99")}, Threshold: milliseconds(timeout) * limit["durationPercent"] / 100,
		M: 5, N: 5, Missing: NotBreaching, Silence: noTraffic,
	}}
}

func milliseconds(d time.Duration) float64 { return float64(d / time.Millisecond) }
