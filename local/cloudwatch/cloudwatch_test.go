package cloudwatch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/simtime"
)

type object = map[string]any

func resource(token, name string, inputs object) *graph.Resource {
	return &graph.Resource{URN: "urn:pulumi:s::p::" + token + "::" + name, Type: token, Name: name, Custom: true, Region: "eu-west-1", Inputs: inputs, Outputs: object{"name": name}}
}

// metricAlarm is one over the queue's age, with changes.
func metricAlarm(changes object) *graph.Resource {
	inputs := object{
		"name": "a", "alarmDescription": "d", "comparisonOperator": "GreaterThanThreshold", "threshold": 5.0,
		"datapointsToAlarm": 2.0, "evaluationPeriods": 3.0, "treatMissingData": "notBreaching", "alarmActions": []any{"topic"},
		"namespace": "N", "metricName": "m", "dimensions": object{"d": "v"}, "period": 60.0, "statistic": "Maximum",
	}
	for key, value := range changes {
		inputs[key] = value
		if value == nil {
			delete(inputs, key)
		}
	}
	return resource(metricAlarmType, inputs["name"].(string), inputs)
}

// world is a service whose minutes a test plays through.
type world struct {
	*Service
	clock *simtime.Clock
}

func newWorld(t *testing.T, resources ...*graph.Resource) *world {
	t.Helper()
	clock := simtime.NewStill(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))
	s, err := New(graph.New(resources...).Read(), Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clock.Close)
	s.Start()
	return &world{s, clock}
}

// play puts the values of each minute ("" is none, spaces part several) and returns the state of an alarm after each.
func (w *world) play(t *testing.T, name string, minutes ...string) string {
	t.Helper()
	var states []string
	for _, text := range minutes {
		for _, field := range strings.Fields(text) {
			metric, number, found := strings.Cut(field, "=")
			if !found {
				metric, number = "m", field
			}
			var value float64
			times := 1
			if _, err := fmt.Sscanf(strings.Replace(number, "x", " ", 1), "%g %d", &value, &times); err != nil && !strings.Contains(err.Error(), "unexpected") && !strings.Contains(err.Error(), "EOF") {
				t.Fatal(err)
			}
			for range times {
				w.put("eu-west-1", "N", metric, "Count", dims("d", "v"), value, true)
			}
		}
		if _, _, err := w.clock.Advance(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		states = append(states, string(w.find("eu-west-1", name).state))
	}
	return strings.NewReplacer("INSUFFICIENT_DATA", "?", "ALARM", "!", "OK", "-", " ", "").Replace(strings.Join(states, " "))
}

// M of N, the ways to treat missing data, comparisons and statistics.
func TestMetricAlarm(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes object
		minutes []string
		want    string
	}{
		{"two of three", nil, []string{"6", "1", "6", "1", "1"}, "--!--"},
		{"the limit itself is well", nil, []string{"5", "5", "5"}, "---"},
		{"at least", object{"comparisonOperator": "GreaterThanOrEqualToThreshold"}, []string{"5", "5"}, "-!"},
		{"below", object{"comparisonOperator": "LessThanThreshold"}, []string{"4", "4"}, "-!"},
		{"silence is good", nil, []string{"6", "", "", ""}, "----"},
		{"silence is bad", object{"treatMissingData": "breaching"}, []string{"1", "1", "1", "", ""}, "----!"},
		{"silence says nothing", object{"treatMissingData": "missing"}, []string{"", "6", "6", "", "", ""}, "?-!!-?"},
		{"silence changes nothing", object{"treatMissingData": "ignore"}, []string{"6", "6", "", "", ""}, "?!!!!"},
		{"sum", object{"statistic": "Sum"}, []string{"3 3", "3 3", "3"}, "-!!"},
		{"average", object{"statistic": "Average"}, []string{"1 20", "0 20", "0 0"}, "-!!"},
		{"samples", object{"statistic": "SampleCount"}, []string{"0x6", "0x6", "0"}, "-!!"},
		{"a percentile", object{"statistic": nil, "extendedStatistic": "p99"}, []string{"1x90 9x10", "1x90 9x10"}, "-!"},
		{"a percentile of few samples", object{"statistic": nil, "extendedStatistic": "p99", "evaluateLowSampleCountPercentiles": "ignore"}, []string{"1x900 9x99", "1x900 9x99"}, "??"},
		{"a percentile of enough", object{"statistic": nil, "extendedStatistic": "p99", "evaluateLowSampleCountPercentiles": "ignore"}, []string{"1x900 9x100", "1x900 9x100"}, "-!"},
		{"five minutes", object{"period": 300.0, "datapointsToAlarm": 1.0, "evaluationPeriods": 1.0}, []string{"6", "", "", "", "", ""}, "----!!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := newWorld(t, metricAlarm(c.changes)).play(t, "a", c.minutes...); got != c.want {
				t.Errorf("states %s, want %s", got, c.want)
			}
		})
	}
}

func metricQuery(id string) object {
	return object{"id": id, "returnData": false, "metric": object{"namespace": "N", "metricName": id, "dimensions": object{"d": "v"}, "period": 60.0, "stat": "Sum"}}
}

// Metric math as the program's alarms use it: a guarded share, a sum, metrics that are silent by turns.
func TestMetricAlarm_math(t *testing.T) {
	for _, c := range []struct {
		name, expression string
		minutes          []string
		want             string
	}{
		{"a guarded share", "IF(n >= 20, 100 * bad / n, 0)", []string{"n=1x20 bad=2", "n=1x20 bad=2", "n=1x19 bad=19", "n=1x100 bad=5", ""}, "-!!--"},
		{"a share of nothing", "IF(n >= 0, 100 * bad / n, 0)", []string{"n=0 bad=5", "n=0 bad=5"}, "--"},
		{"a sum", "n + bad", []string{"n=3 bad=3", "n=3 bad=3", "n=9"}, "-!!"},
		{"what is silent is filled", "100 * FILL(bad, 0) / (FILL(n, 0) + FILL(bad, 0))", []string{"bad=1", "bad=1", "n=9", "n=9", ""}, "-!!--"},
	} {
		t.Run(c.name, func(t *testing.T) {
			alarm := metricAlarm(object{
				"namespace": nil, "metricName": nil, "dimensions": nil, "period": nil, "statistic": nil,
				"metricQueries": []any{metricQuery("n"), metricQuery("bad"), object{"id": "value", "expression": c.expression, "label": "a", "returnData": true}},
			})
			if got := newWorld(t, alarm).play(t, "a", c.minutes...); got != c.want {
				t.Errorf("states %s, want %s", got, c.want)
			}
		})
	}
}

func TestExpression_refuses(t *testing.T) {
	for _, text := range []string{"", "x", "n +", "IF(n, 1)", "FILL(n)", "(n", "n n", "METRICS()", "n >= ", "1..2"} {
		if _, err := parseExpression(text, map[string]bool{"n": true}); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestRule(t *testing.T) {
	states := map[string]State{"a": InAlarm, "b": OK, "c": InsufficientData}
	of := func(name string) State { return states[name] }
	for text, want := range map[string]bool{
		`ALARM("a")`: true, `ALARM("b")`: false, `ALARM(a)`: true, `OK("b") AND ALARM("a")`: true, `ALARM("b") OR ALARM("a")`: true,
		`NOT ALARM("a")`: false, `NOT (ALARM("b") OR OK("a"))`: true, `INSUFFICIENT_DATA("c")`: true, "TRUE AND FALSE": false,
		`ALARM("b") AND ALARM("b") OR ALARM("a")`:                    true,
		`ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a")`: true,
	} {
		r, _, err := parseRule(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if r(of) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	for _, text := range []string{"", "ALARM", `ALARM("a"`, `ALARM("a") ALARM("b")`, "MAYBE(a)", "(TRUE"} {
		if _, _, err := parseRule(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// A composite follows its child in the same minute, and only what rings and may act tells its topics.
func TestComposite(t *testing.T) {
	composite := func(more object) *graph.Resource {
		inputs := object{"alarmName": "c", "alarmDescription": "d", "alarmRule": `ALARM("a")`, "alarmActions": []any{"topic"}}
		for k, v := range more {
			inputs[k] = v
		}
		return resource(compositeType, "c", inputs)
	}
	w := newWorld(t, metricAlarm(object{"alarmActions": []any{}}), composite(nil))
	if got := w.play(t, "c", "6", "6", "1", "1"); got != "-!!-" {
		t.Errorf("states %s", got)
	}
	history := w.find("eu-west-1", "c").history
	if len(history) != 3 || len(history[1].Told) != 1 || len(history[0].Told)+len(history[2].Told) != 0 || len(w.find("eu-west-1", "a").history[1].Told) != 0 {
		t.Errorf("history %+v", history)
	}
	quiet := newWorld(t, metricAlarm(nil), composite(object{"actionsEnabled": false}))
	quiet.play(t, "c", "6", "6")
	if c := quiet.find("eu-west-1", "c"); c.state != InAlarm || len(c.history[1].Told) != 0 {
		t.Errorf("muted: %+v", c.history)
	}
}

func TestNew_refuses(t *testing.T) {
	for name, r := range map[string]*graph.Resource{
		"comparisonOperator": metricAlarm(object{"comparisonOperator": "GreaterThanUpperThreshold"}),
		"datapointsToAlarm":  metricAlarm(object{"datapointsToAlarm": 4.0}),
		"treatMissingData":   metricAlarm(object{"treatMissingData": "perhaps"}),
		"statistic":          metricAlarm(object{"statistic": "IQM"}),
		"period":             metricAlarm(object{"period": 30.0}),
		"metricQueries":      metricAlarm(object{"metricQueries": []any{metricQuery("n")}}),
		"okActions":          metricAlarm(object{"okActions": []any{"topic"}}),
		"no alarm":           resource(compositeType, "c", object{"alarmName": "c", "alarmRule": `ALARM("b")`}),
		"alarmRule":          resource(compositeType, "c", object{"alarmName": "c", "alarmRule": `b`}),
	} {
		clock := simtime.NewStill(time.Now())
		defer clock.Close()
		if _, err := New(graph.New(r).Read(), Options{Clock: clock}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the services publish, by name, dimensions and unit.
func TestPublish(t *testing.T) {
	edge := resource("aws:cloudfront/distribution:Distribution", "d", object{
		"orderedCacheBehaviors": []any{object{"pathPattern": "/api/*"}},
		"defaultCacheBehavior":  object{"functionAssociations": []any{object{"eventType": "viewer-request", "functionArn": "arn-f"}}},
	})
	edge.ID = "EDIST"
	function := resource("aws:cloudfront/function:Function", "f", object{})
	function.Outputs["arn"] = "arn-f"
	certificate := resource("aws:acm/certificate:Certificate", "c", object{})
	certificate.Outputs["arn"] = "arn-c"
	additional := resource("aws:cloudfront/monitoringSubscription:MonitoringSubscription", "m", object{
		"distributionId": "EDIST", "monitoringSubscription": object{"realtimeMetricsSubscriptionConfig": object{"realtimeMetricsSubscriptionStatus": "Enabled"}},
	})
	w := newWorld(t, edge, function, certificate, additional)
	w.Edge(EdgeRequest{Behavior: "*", Status: 503, Cache: "Error", Detailed: "FunctionExecutionError", Downloaded: 10, OriginLatency: time.Second})
	w.API(APIRequest{Region: "eu-west-1", APIID: "api", Stage: "$default", Status: 500, Latency: 20 * time.Millisecond})
	w.Invocation(Invocation{Region: "eu-west-1", Function: "fn", Failed: true, Duration: time.Millisecond, Concurrent: 3})
	w.Invocation(Invocation{Region: "eu-west-1", Function: "fn", Throttled: true})
	w.Queue("eu-west-1", "q", 2, 1, 0, time.Minute)
	w.HealthCheck("check", false, 12.5)
	w.Certificates(10 * 24 * time.Hour)
	w.Line("eu-west-1", `{"stack":"prod","lost":1,"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Onefront","Dimensions":[["stack"]],"Metrics":[{"Name":"lost","Unit":"Count"}]}]}}`)
	w.Line("eu-west-1", `{"lost":1}`)
	got := map[string]float64{}
	for _, m := range w.Metrics(10) {
		var names []string
		for _, d := range m.Dimensions {
			names = append(names, d.Name+"="+d.Value)
		}
		got[fmt.Sprintf("%s %s %s [%s] %s", m.Region, m.Namespace, m.Name, strings.Join(names, " "), m.Unit)] = m.Datapoints[0].Sum
	}
	const cf, dist = "us-east-1 AWS/CloudFront ", " [DistributionId=EDIST Region=Global] "
	const run = " [DistributionId=EDIST FunctionName=f Region=Global] None"
	want := map[string]float64{
		cf + "Requests" + dist + "None": 1, cf + "BytesDownloaded" + dist + "None": 10, cf + "BytesUploaded" + dist + "None": 0,
		cf + "4xxErrorRate" + dist + "Percent": 0, cf + "5xxErrorRate" + dist + "Percent": 100, cf + "TotalErrorRate" + dist + "Percent": 100,
		cf + "CacheHitRate" + dist + "Percent": 0, cf + "OriginLatency" + dist + "Milliseconds": 1000,
		cf + "401ErrorRate" + dist + "Percent": 0, cf + "403ErrorRate" + dist + "Percent": 0, cf + "404ErrorRate" + dist + "Percent": 0,
		cf + "502ErrorRate" + dist + "Percent": 0, cf + "503ErrorRate" + dist + "Percent": 100, cf + "504ErrorRate" + dist + "Percent": 0,
		cf + "FunctionInvocations" + run: 1, cf + "FunctionExecutionErrors" + run: 1, cf + "FunctionValidationErrors" + run: 0, cf + "FunctionThrottles" + run: 0,
		"us-east-1 AWS/Route53 HealthCheckStatus [HealthCheckId=check] None":               0,
		"us-east-1 AWS/Route53 HealthCheckPercentageHealthy [HealthCheckId=check] Percent": 12.5,
		"eu-west-1 AWS/CertificateManager DaysToExpiry [CertificateArn=arn-c] None":        188,
		"eu-west-1 AWS/Lambda Invocations [FunctionName=fn] Count":                         1,
		"eu-west-1 AWS/Lambda Errors [FunctionName=fn] Count":                              1,
		"eu-west-1 AWS/Lambda Throttles [FunctionName=fn] Count":                           1,
		"eu-west-1 AWS/Lambda Duration [FunctionName=fn] Milliseconds":                     1,
		"eu-west-1 AWS/Lambda ConcurrentExecutions [FunctionName=fn] Count":                3,
		"eu-west-1 AWS/SQS ApproximateNumberOfMessagesVisible [QueueName=q] Count":         2,
		"eu-west-1 AWS/SQS ApproximateNumberOfMessagesNotVisible [QueueName=q] Count":      1,
		"eu-west-1 AWS/SQS ApproximateNumberOfMessagesDelayed [QueueName=q] Count":         0,
		"eu-west-1 AWS/SQS ApproximateAgeOfOldestMessage [QueueName=q] Seconds":            60,
		"eu-west-1 Onefront lost [stack=prod] Count":                                       1,
	}
	for _, d := range []string{" [ApiId=api] ", " [ApiId=api Stage=$default] "} {
		for name, value := range map[string]float64{"Count" + d + "Count": 1, "4xx" + d + "Count": 0, "5xx" + d + "Count": 1, "DataProcessed" + d + "Bytes": 0, "Latency" + d + "Milliseconds": 20} {
			want["eu-west-1 AWS/ApiGateway "+name] = value
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Without a subscription CloudFront publishes its plain metrics alone.
func TestPublish_withoutAdditionalMetrics(t *testing.T) {
	edge := resource("aws:cloudfront/distribution:Distribution", "d", object{"defaultCacheBehavior": object{}})
	edge.ID = "EDIST"
	w := newWorld(t, edge)
	w.Edge(EdgeRequest{Behavior: "*", Status: 503, Cache: "Error", OriginLatency: time.Second})
	var names []string
	for _, m := range w.Metrics(10) {
		names = append(names, m.Name)
	}
	want := []string{"4xxErrorRate", "5xxErrorRate", "BytesDownloaded", "BytesUploaded", "Requests", "TotalErrorRate"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
