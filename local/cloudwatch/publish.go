package cloudwatch

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

// The metrics of the services, by the names, dimensions and units that they publish (O-C1 and the services' guides).

// global is where CloudFront, Route 53 and the distribution's certificate report (F5.20, F7.14).
const global = "us-east-1"

// stack is what the metrics are about: names that the graph knows.
type stack struct {
	distributionID string
	additional     bool
	// functions of a behavior by its path pattern, "*" for the default one.
	functions    map[string][]string
	certificates []certificate
}

type certificate struct{ region, arn string }

func readStack(g *graph.Reading) stack {
	st := stack{functions: map[string][]string{}}
	names := map[string]string{}
	for _, r := range g.See("aws:cloudfront/function:Function") {
		names[r.Output("arn")] = r.Output("name")
	}
	for _, r := range g.See("aws:cloudfront/distribution:Distribution") {
		st.distributionID = r.ID
		behaviors, _ := r.Inputs["orderedCacheBehaviors"].([]any)
		for _, b := range append(slices.Clone(behaviors), r.Inputs["defaultCacheBehavior"]) {
			behavior, _ := b.(map[string]any)
			pattern, _ := behavior["pathPattern"].(string)
			if pattern == "" {
				pattern = "*"
			}
			associations, _ := behavior["functionAssociations"].([]any)
			for _, a := range associations {
				association, _ := a.(map[string]any)
				arn, _ := association["functionArn"].(string)
				st.functions[pattern] = append(st.functions[pattern], names[arn])
			}
		}
	}
	for _, r := range g.Take("aws:cloudfront/monitoringSubscription:MonitoringSubscription") {
		var in struct {
			DistributionID string `json:"distributionId"`
			Subscription   struct {
				Config struct {
					Status string `json:"realtimeMetricsSubscriptionStatus"`
				} `json:"realtimeMetricsSubscriptionConfig"`
			} `json:"monitoringSubscription"`
		}
		r.Read(&in)
		st.additional = st.additional || in.Subscription.Config.Status == "Enabled"
	}
	for _, r := range g.See("aws:acm/certificate:Certificate") {
		st.certificates = append(st.certificates, certificate{r.Region, r.Output("arn")})
	}
	return st
}

// EdgeRequest is what CloudFront counts of a viewer's request.
type EdgeRequest struct {
	// Behavior is the path pattern, "*" for the default one.
	Behavior string
	Status   int
	// Cache and Detailed are the result types of the access log.
	Cache, Detailed string
	// Downloaded and Uploaded are bytes.
	Downloaded, Uploaded int
	// OriginLatency is the time of the last attempt at an origin, 0 without one.
	OriginLatency time.Duration
}

// Edge publishes a request of a viewer.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
func (s *Service) Edge(r EdgeRequest) {
	d := dims("DistributionId", s.stack.distributionID, "Region", "Global")
	put := func(name, unit string, value float64) {
		s.put(global, "AWS/CloudFront", name, unit, d, value, name == "OriginLatency")
	}
	put("Requests", "None", 1)
	put("BytesDownloaded", "None", float64(r.Downloaded))
	put("BytesUploaded", "None", float64(r.Uploaded))
	put("4xxErrorRate", "Percent", percentIf(r.Status/100 == 4))
	put("5xxErrorRate", "Percent", percentIf(r.Status/100 == 5))
	put("TotalErrorRate", "Percent", percentIf(r.Status >= 400))
	if s.stack.additional {
		put("CacheHitRate", "Percent", percentIf(strings.HasSuffix(r.Cache, "Hit")))
		for _, status := range []int{401, 403, 404, 502, 503, 504} {
			put(statusName(status), "Percent", percentIf(r.Status == status))
		}
		if r.OriginLatency > 0 {
			put("OriginLatency", "Milliseconds", milliseconds(r.OriginLatency))
		}
	}
	for _, name := range s.stack.functions[r.Behavior] {
		s.edgeFunction(name, r.Detailed)
	}
}

func statusName(status int) string {
	return map[int]string{401: "401", 403: "403", 404: "404", 502: "502", 503: "503", 504: "504"}[status] + "ErrorRate"
}

// edgeFunction publishes a run of a CloudFront function. A failed run names itself in the detailed result type (O-A19).
func (s *Service) edgeFunction(name, detailed string) {
	d := dims("DistributionId", s.stack.distributionID, "FunctionName", name, "Region", "Global")
	put := func(metric string, value float64) { s.put(global, "AWS/CloudFront", metric, "None", d, value, false) }
	put("FunctionInvocations", 1)
	put("FunctionExecutionErrors", oneIf(detailed == "FunctionExecutionError"))
	put("FunctionValidationErrors", oneIf(detailed == "FunctionValidationError"))
	put("FunctionThrottles", oneIf(detailed == "FunctionThrottledError"))
}

// APIRequest is what API Gateway counts of a request to an HTTP API.
type APIRequest struct {
	Region, APIID, Stage        string
	Status, Bytes               int
	Latency, IntegrationLatency time.Duration
}

// API publishes a request to an HTTP API. 4xx and 5xx are 0 or 1 for each request, so that their average is a share and
// their sample count all requests (O-C4; the latter is a guess).
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
func (s *Service) API(r APIRequest) {
	for _, d := range [][]dimension{dims("ApiId", r.APIID), dims("ApiId", r.APIID, "Stage", r.Stage)} {
		put := func(name, unit string, value float64, distribution bool) {
			s.put(r.Region, "AWS/ApiGateway", name, unit, d, value, distribution)
		}
		put("Count", "Count", 1, false)
		put("4xx", "Count", oneIf(r.Status/100 == 4), false)
		put("5xx", "Count", oneIf(r.Status/100 == 5), false)
		put("DataProcessed", "Bytes", float64(r.Bytes), false)
		put("Latency", "Milliseconds", milliseconds(r.Latency), true)
		if r.IntegrationLatency > 0 {
			put("IntegrationLatency", "Milliseconds", milliseconds(r.IntegrationLatency), true)
		}
	}
}

// Invocation is what Lambda counts of a call of a function.
type Invocation struct {
	Region, Function  string
	Failed, Throttled bool
	Duration          time.Duration
	// Concurrent are the executions under way, this one included.
	Concurrent int
}

// Invocation publishes a call of a function. A throttled one is no invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
func (s *Service) Invocation(i Invocation) {
	d := dims("FunctionName", i.Function)
	put := func(name, unit string, value float64, distribution bool) {
		s.put(i.Region, "AWS/Lambda", name, unit, d, value, distribution)
	}
	put("Throttles", "Count", oneIf(i.Throttled), false)
	if i.Throttled {
		return
	}
	put("Invocations", "Count", 1, false)
	put("Errors", "Count", oneIf(i.Failed), false)
	put("Duration", "Milliseconds", milliseconds(i.Duration), true)
	put("ConcurrentExecutions", "Count", float64(i.Concurrent), false)
}

// Queue publishes the state of a queue, which SQS does once a minute.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
func (s *Service) Queue(region, name string, visible, inFlight, delayed int, oldest time.Duration) {
	d := dims("QueueName", name)
	s.report(region, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Count", d, float64(visible))
	s.report(region, "AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "Count", d, float64(inFlight))
	s.report(region, "AWS/SQS", "ApproximateNumberOfMessagesDelayed", "Count", d, float64(delayed))
	s.report(region, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Seconds", d, oldest.Seconds())
}

// HealthCheck publishes the state of a health check, which Route 53 does once a minute.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
func (s *Service) HealthCheck(checkID string, healthy bool, percent float64) {
	d := dims("HealthCheckId", checkID)
	s.report(global, "AWS/Route53", "HealthCheckStatus", "None", d, oneIf(healthy))
	s.report(global, "AWS/Route53", "HealthCheckPercentageHealthy", "Percent", d, percent)
}

// certificateLife and renewedAt are how long ACM's certificates last and how many days ahead they renew (F8.6). Local
// mode's were all issued when it started.
const (
	certificateLife = 198
	renewedAt       = 45
)

// Certificates publishes the days that certificates have left after some time; they renew by themselves.
// https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
func (s *Service) Certificates(age time.Duration) {
	s.DaysToExpiry(certificateLife - int(age/(24*time.Hour))%(certificateLife-renewedAt))
}

// DaysToExpiry publishes the days that every certificate has left.
func (s *Service) DaysToExpiry(days int) {
	for _, c := range s.stack.certificates {
		s.report(c.region, "AWS/CertificateManager", "DaysToExpiry", "None", dims("CertificateArn", c.arn), float64(days))
	}
}

// Line publishes the metrics in a log line of the embedded metric format; any other line has none.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func (s *Service) Line(region, line string) {
	if !strings.Contains(line, `"_aws"`) {
		return
	}
	var document struct {
		AWS struct {
			Directives []struct {
				Namespace  string     `json:"Namespace"`
				Dimensions [][]string `json:"Dimensions"`
				Metrics    []struct{ Name, Unit string }
			} `json:"CloudWatchMetrics"`
		} `json:"_aws"`
	}
	var root map[string]any
	if json.Unmarshal([]byte(line), &document) != nil || json.Unmarshal([]byte(line), &root) != nil {
		return
	}
	for _, directive := range document.AWS.Directives {
		for _, names := range directive.Dimensions {
			var pairs []string
			for _, name := range names {
				value, _ := root[name].(string)
				pairs = append(pairs, name, value)
			}
			for _, m := range directive.Metrics {
				if value, ok := root[m.Name].(float64); ok {
					s.put(region, directive.Namespace, m.Name, m.Unit, dims(pairs...), value, m.Unit == "Milliseconds")
				}
			}
		}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func percentIf(b bool) float64 { return 100 * oneIf(b) }
