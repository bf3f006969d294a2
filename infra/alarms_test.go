package infra_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
)

const (
	alarmToken        = "aws:cloudwatch/metricAlarm:MetricAlarm"
	compositeToken    = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	topicToken        = "aws:sns/topic:Topic"
	subscriptionToken = "aws:sns/topicSubscription:TopicSubscription"
)

// alarmMetrics are the metrics of an alarm, whichever form it has.
func alarmMetrics(r *graph.Resource) (all []any) {
	if r.Inputs["metricName"] != nil {
		return []any{r.Inputs}
	}
	for _, q := range list(r.Inputs, "metricQueries") {
		if m := at(q, "metric"); m != nil {
			all = append(all, m)
		}
	}
	return all
}

func alarmsAreInPlace(g *graph.Graph) (wrong []string) {
	topics := map[string]string{}
	for _, t := range g.ByType(topicToken) {
		topics[t.Output("arn")] = t.Region
	}
	for _, r := range slices.Concat(g.ByType(alarmToken), g.ByType(compositeToken)) {
		for _, topic := range texts(r.Inputs, "alarmActions") {
			if region := strings.Split(topic, ":")[3]; region != r.Region {
				wrong = append(wrong, fmt.Sprintf("%s in %s tells a topic in %s", r.URN, r.Region, region))
			}
		}
		for _, m := range alarmMetrics(r) {
			global := slices.Contains([]string{"AWS/CloudFront", "AWS/Route53"}, text(m, "namespace"))
			if global && r.Region != "us-east-1" {
				wrong = append(wrong, fmt.Sprintf("%s in %s watches %s", r.URN, r.Region, text(m, "namespace")))
			}
		}
	}
	return wrong
}

// alarmsAreTaken are the rules of PutMetricAlarm (O-C1, O-C2), and that nobody is told by nothing.
func alarmsAreTaken(g *graph.Graph) (wrong []string) {
	for _, r := range g.ByType(alarmToken) {
		fail := func(format string, args ...any) {
			wrong = append(wrong, r.URN+": "+fmt.Sprintf(format, args...))
		}
		returned := 0
		for _, q := range list(r.Inputs, "metricQueries") {
			if at(q, "returnData") == true {
				returned++
			}
			if !regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`).MatchString(text(q, "id")) {
				fail("id %q", text(q, "id"))
			}
		}
		switch metrics := r.Inputs["metricName"] != nil; {
		case metrics == (returned == 1), returned > 1:
			fail("metric %v, %d queries returned", r.Inputs["metricName"], returned)
		case !metrics && at(r.Inputs, "evaluateLowSampleCountPercentiles") != nil:
			fail("low samples are for percentiles alone")
		case (text(r.Inputs, "extendedStatistic") != "") != (text(r.Inputs, "evaluateLowSampleCountPercentiles") == "ignore"):
			fail("a percentile must ignore low samples")
		}
		if d := text(r.Inputs, "alarmDescription"); len(d) > 1024 || !strings.Contains(d, "Runbook: docs/operations.md, section ") ||
			!strings.Contains(d, "A period without data is ") || strings.Contains(d, "{") {
			fail("description %q", d)
		}
		if len(text(r.Inputs, "name")) > 255 {
			fail("name %q", text(r.Inputs, "name"))
		}
	}
	return wrong
}

var childAlarm = regexp.MustCompile(`ALARM\("([^"]+)"\)`)

func compositesAreLocal(g *graph.Graph) (wrong []string) {
	regions := map[string]string{}
	for _, r := range g.ByType(alarmToken) {
		regions[text(r.Inputs, "name")] = r.Region
	}
	for _, r := range g.ByType(compositeToken) {
		children := childAlarm.FindAllStringSubmatch(text(r.Inputs, "alarmRule"), -1)
		if len(children) == 0 || len(children) > 100 {
			wrong = append(wrong, fmt.Sprintf("%s has %d children", r.URN, len(children)))
		}
		for _, child := range children {
			if regions[child[1]] != r.Region {
				wrong = append(wrong, fmt.Sprintf("%s in %s knows %s in %q", r.URN, r.Region, child[1], regions[child[1]]))
			}
		}
	}
	return wrong
}

// alarmTable is each alarm's name with region, what it compares, and whether it tells people itself.
func alarmTable(g *graph.Graph) (rows []string) {
	for _, r := range slices.Concat(g.ByType(alarmToken), g.ByType(compositeToken)) {
		compared := text(r.Inputs, "alarmRule")
		if compared == "" {
			compared = fmt.Sprintf("%s %g, %g of %g, %s", text(r.Inputs, "comparisonOperator"), at(r.Inputs, "threshold"), at(r.Inputs, "datapointsToAlarm"), at(r.Inputs, "evaluationPeriods"), text(r.Inputs, "treatMissingData"))
		} else {
			compared = fmt.Sprintf("over %d", len(childAlarm.FindAllString(compared, -1)))
		}
		row := r.Name + ": " + compared
		if len(list(r.Inputs, "alarmActions")) > 0 {
			row += ", tells"
		}
		rows = append(rows, row)
	}
	slices.Sort(rows)
	return rows
}

// The agreed set (O-C4) with its limits, of one region and of the distribution.
func TestAlarms_agreedSet(t *testing.T) {
	projectFiles(t)
	for stack, want := range map[string][]string{
		"prod": {
			"all-regions-down: over 1, tells",
			"api-5xx-eu-west-1: GreaterThanThreshold 5, 3 of 3, notBreaching",
			"api-latency-eu-west-1: GreaterThanThreshold 8000, 5 of 5, notBreaching",
			"backlog-eu-west-1: GreaterThanOrEqualToThreshold 1, 1 of 1, notBreaching",
			"certificate-edge: LessThanOrEqualToThreshold 30, 1 of 1, breaching, tells",
			"certificate-eu-west-1: LessThanOrEqualToThreshold 30, 1 of 1, breaching, tells",
			"duration-api-eu-west-1: GreaterThanThreshold 8000, 5 of 5, notBreaching",
			"duration-worker-eu-west-1: GreaterThanThreshold 8000, 5 of 5, notBreaching",
			"edge-5xx: GreaterThanThreshold 5, 3 of 5, notBreaching, tells",
			"edge-errors-site-request: GreaterThanOrEqualToThreshold 1, 2 of 2, notBreaching, tells",
			"edge-errors-site-response: GreaterThanOrEqualToThreshold 1, 2 of 2, notBreaching, tells",
			"edge-throttles-site-request: GreaterThanOrEqualToThreshold 1, 5 of 5, notBreaching, tells",
			"edge-throttles-site-response: GreaterThanOrEqualToThreshold 1, 5 of 5, notBreaching, tells",
			"errors-api-eu-west-1: GreaterThanThreshold 5, 3 of 3, notBreaching",
			"errors-worker-eu-west-1: GreaterThanOrEqualToThreshold 1, 3 of 5, notBreaching",
			"health-eu-west-1: LessThanThreshold 1, 3 of 3, breaching, tells",
			"outside-in: LessThanThreshold 1, 3 of 3, breaching, tells",
			"region-eu-west-1: over 9, tells",
			"throttled-api-eu-west-1: GreaterThanOrEqualToThreshold 1, 3 of 5, notBreaching",
			"throttled-worker-eu-west-1: GreaterThanOrEqualToThreshold 1, 3 of 5, notBreaching",
		},
	} {
		got := alarmTable(record(t, stack, map[string]string{"onefront:regions": `["eu-west-1"]`}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stack, diff)
		}
	}
}

// Every region has the same alarms, with edge routing too: only health checks and certificates are missing there.
func TestAlarms_perRegion(t *testing.T) {
	projectFiles(t)
	for _, stack := range []string{"prod", "staging"} {
		g := record(t, stack, nil)
		counts := map[string]int{}
		for _, r := range g.ByType(alarmToken) {
			if strings.Contains(r.URN, "onefront:infra:Region$") {
				counts[r.Region]++
			}
		}
		want := map[string]int{"eu-west-1": 10, "us-east-1": 10, "ap-southeast-2": 10}
		if stack == "staging" {
			want = map[string]int{"eu-west-1": 9, "us-east-1": 9}
		}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stack, diff)
		}
		if stack == "staging" && len(g.ByType(compositeToken)) != 2 {
			t.Errorf("edge routing has no health checks, but a composite over them")
		}
	}
}

// A planned drain sends nothing, and the other regions' alarms stay as they are.
func TestAlarms_plannedDrainSendsNothing(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:drainedRegions": `["us-east-1"]`})
	muted := map[string]bool{}
	for _, r := range slices.Concat(g.ByType(alarmToken), g.ByType(compositeToken)) {
		if r.Inputs["actionsEnabled"] == false && len(list(r.Inputs, "alarmActions")) > 0 {
			muted[r.Name] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"health-us-east-1": true, "region-us-east-1": true}, muted); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	rule := text(named(t, g, compositeToken, "all-regions-down").Inputs, "alarmRule")
	if strings.Contains(rule, "us-east-1") || strings.Count(rule, " AND ") != 1 {
		t.Errorf("all-regions-down waits for a region that is drained: %s", rule)
	}
}

// What a drain of now sends says where to look, and what rings in a region says how to take it out.
func TestAlarms_textsNameTheCommand(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	const drain = "ops drain us-east-1 -stack prod"
	for name, want := range map[string]string{
		"health-us-east-1": "ops status -stack prod", "api-5xx-us-east-1": drain, "api-latency-us-east-1": drain, "errors-api-us-east-1": drain,
		"throttled-api-us-east-1": drain, "duration-api-us-east-1": drain,
	} {
		if d := text(named(t, g, alarmToken, name).Inputs, "alarmDescription"); !strings.Contains(d, want) {
			t.Errorf("%s: %q does not name %q", name, d, want)
		}
	}
	if d := text(named(t, g, compositeToken, "region-us-east-1").Inputs, "alarmDescription"); !strings.Contains(d, "ops drain us-east-1 -stack prod") {
		t.Errorf("region-us-east-1: %q", d)
	}
}

func TestAlarms_receivers(t *testing.T) {
	projectFiles(t)
	const own = "arn:aws:sns:eu-west-1:123456789012:pager"
	g := record(t, "staging", map[string]string{"onefront:alarms": `{"emails": ["a@example.com", "b@example.com"], "urls": ["https://events.example.com/key"], "topicArns": ["` + own + `"]}`})
	if got := len(g.ByType(subscriptionToken)); got != 6 {
		t.Errorf("%d subscriptions, want three for each of two topics", got)
	}
	for _, s := range g.ByType(subscriptionToken) {
		if isURL := text(s.Inputs, "protocol") == "https"; isURL != slices.Contains(s.Secrets, "endpoint") {
			t.Errorf("%s: %v is secret: %v", s.Name, s.Inputs["endpoint"], s.Secrets)
		}
	}
	for region, want := range map[string]bool{"eu-west-1": true, "us-east-1": false} {
		actions := texts(named(t, g, compositeToken, "region-"+region).Inputs, "alarmActions")
		if slices.Contains(actions, own) != want || len(actions) != 1+map[bool]int{true: 1}[want] {
			t.Errorf("%s tells %v", region, actions)
		}
	}
	messages := fmt.Sprint(g.Messages)
	for _, want := range []string{"told: a@example.com, b@example.com, https://events.example.com/..., " + own, "confirmations by e-mail once after the first update: 4"} {
		if !strings.Contains(messages, want) {
			t.Errorf("want %q in %s", want, messages)
		}
	}
	if strings.Contains(messages, "https://events.example.com/key") {
		t.Error("the preview shows a receiver's key")
	}
}

func TestAlarms_previewTellsThePlan(t *testing.T) {
	projectFiles(t)
	for _, c := range []struct {
		name     string
		replaced map[string]string
		want     string
		absent   string
	}{
		{"nobody, and the stack does not matter", map[string]string{"onefront:alarms": "{}"}, "told: nobody", "this stack matters"},
		{"nobody", map[string]string{"onefront:alarms": "{}"}, "told: nobody", "confirmations"},
		{"nobody, though the stack matters", map[string]string{"onefront:alarms": "{}", "onefront:protect": "true"}, "{warning onefront:alarms: nobody is told", "confirmations"},
		{"somebody, and the stack matters", map[string]string{"onefront:alarms": `{"emails": ["a@example.com"]}`, "onefront:protect": "true"}, "told: a@example.com", "nobody is told"},
		{"a web ACL", map[string]string{"onefront:webAcl": `{"rateLimit": 1000, "managedRules": "count"}`}, "web ACL 7.00", "confirmations"},
		{"a topic elsewhere", map[string]string{"onefront:alarms": `{"topicArns": ["arn:aws:sns:us-east-1:123456789012:x"]}`}, "{warning onefront:alarms.topicArns: no topic in eu-west-1: the alarms there tell nobody", "confirmations"},
		{"all of it", map[string]string{"onefront:alarms": `{"emails": ["a@example.com"], "additionalMetrics": true}`}, "additional metrics 2.40", "nobody"},
		{"the sum", map[string]string{"onefront:alarms": `{"emails": ["a@example.com"]}`}, "without a viewer's request the stack costs about 11.10 USD a month: alarms 3.40, composite alarms 1.00, dashboard 3.00, check from outside 2.50, requests of its checkers 1.20", "nobody"},
	} {
		messages := fmt.Sprint(record(t, "staging", c.replaced).Messages)
		if !strings.Contains(messages, c.want) || strings.Contains(messages, c.absent) {
			t.Errorf("%s: want %q and no %q in %s", c.name, c.want, c.absent, messages)
		}
	}
}

func TestAlarms_off(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:alarms": `{"enabled": false, "emails": ["a@example.com"]}`})
	for _, token := range []string{alarmToken, compositeToken, topicToken, subscriptionToken} {
		if all := g.ByType(token); len(all) > 0 {
			t.Errorf("%d of %s", len(all), token)
		}
	}
	if got := len(g.ByType(healthCheckToken)); got != 3 {
		t.Errorf("%d health checks, want those of the regions", got)
	}
}

// Thresholds of the stack reach platform and application.
func TestAlarms_thresholds(t *testing.T) {
	projectFiles(t)
	g := record(t, "staging", map[string]string{"onefront:alarms": `{"thresholds": {"api5xxPercent": 2.5, "apiRequests": 7, "backlog": 3}}`})
	if got := at(named(t, g, alarmToken, "backlog-us-east-1").Inputs, "threshold"); got != 3.0 {
		t.Errorf("backlog: %v", got)
	}
	alarm := named(t, g, alarmToken, "api-5xx-us-east-1")
	if at(alarm.Inputs, "threshold") != 2.5 || text(alarm.Inputs, "metricQueries", 2, "expression") != "IF(n >= 7, 100 * share, 0)" {
		t.Errorf("api-5xx: %v", alarm.Inputs)
	}
}

// A sum of two metrics rings also where only one of them has data: each has a value in its stead.
func TestAlarms_sumsNeedNotBoth(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	sums := 0
	for _, r := range g.ByType(alarmToken) {
		for _, q := range list(r.Inputs, "metricQueries") {
			expression := text(q, "expression")
			if left, right, isSum := strings.Cut(expression, " + "); isSum {
				sums++
				for _, side := range []string{left, right} {
					if !strings.Contains(side, "FILL(") {
						t.Errorf("%s: %s has no datapoint where one of the two has none", r.Name, expression)
					}
				}
			}
		}
	}
	if sums == 0 {
		t.Error("no alarm over a sum")
	}
}

// CloudFront's additional metrics cost a fixed price: they are there for the asking, and with them the alarm that needs
// them.
func TestAlarms_additionalMetrics(t *testing.T) {
	projectFiles(t)
	const token = "aws:cloudfront/monitoringSubscription:MonitoringSubscription"
	g := record(t, "staging", map[string]string{"onefront:alarms": `{"additionalMetrics": true}`})
	if diff := cmp.Diff(map[string]any{
		"distributionId":         one(t, g, distributionToken).ID,
		"monitoringSubscription": map[string]any{"realtimeMetricsSubscriptionConfig": map[string]any{"realtimeMetricsSubscriptionStatus": "Enabled"}},
	}, one(t, g, token).Inputs); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	alarm := named(t, g, alarmToken, "origin-latency").Inputs
	if text(alarm, "extendedStatistic") != "p90" || at(alarm, "threshold") != 9600.0 || text(alarm, "metricName") != "OriginLatency" {
		t.Errorf("%v", alarm)
	}
	app := orders() // CloudFront's read timeout follows the longest of the functions, and so does the limit
	app.Functions[1].Timeout = 20 * time.Second
	slow, err := recordApplication(app, map[string]string{"onefront:alarms": `{"additionalMetrics": true}`})
	if err != nil {
		t.Fatal(err)
	}
	if got := at(named(t, slow, alarmToken, "origin-latency").Inputs, "threshold"); got != 17600.0 {
		t.Errorf("with a function of 20 s: threshold %v, want 80 percent of 22 s", got)
	}
	g = record(t, "staging", nil)
	if all := g.ByType(token); len(all) > 0 {
		t.Errorf("%d subscriptions without the asking", len(all))
	}
	for _, r := range g.ByType(alarmToken) {
		if text(r.Inputs, "metricName") == "OriginLatency" {
			t.Errorf("%s would never have data", r.Name)
		}
	}
}

// The check from outside asks the public name, and guards no record.
func TestOutsideIn(t *testing.T) {
	projectFiles(t)
	for stack, want := range map[string]string{"prod": "example.com", "staging": ""} {
		g := record(t, stack, map[string]string{"onefront:alarms": `{"emails": ["a@example.com"]}`})
		if want == "" {
			want = one(t, g, distributionToken).Output("domainName")
		}
		check := named(t, g, healthCheckToken, "outside-in")
		if diff := cmp.Diff(map[string]any{
			"type": "HTTPS_STR_MATCH", "fqdn": want, "port": 443.0, "resourcePath": "/api/health", "searchString": `"status":"ok"`,
			"regions": []any{"us-east-1", "eu-west-1", "ap-southeast-1"}, "requestInterval": 30.0, "failureThreshold": 3.0, "enableSni": true,
			"tags": map[string]any{"Name": "outside-in"},
		}, check.Inputs); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stack, diff)
		}
		for _, r := range g.ByType(recordToken) {
			if text(r.Inputs, "healthCheckId") == check.ID {
				t.Errorf("%s is guarded by it", r.URN)
			}
		}
	}
	// Until somebody else's DNS leads to the distribution, its own name is asked.
	g := record(t, "staging", map[string]string{
		"onefront:alarms": `{"emails": ["a@example.com"]}`, "onefront:externalDns": "pending", "onefront:domains": externalDomains,
	})
	if got, want := text(named(t, g, healthCheckToken, "outside-in").Inputs, "fqdn"), one(t, g, distributionToken).Output("domainName"); got != want {
		t.Errorf("pending names: %q is asked, want %q", got, want)
	}
	if all := record(t, "staging", nil).ByType(healthCheckToken); len(all) != 0 {
		t.Errorf("nobody is told, but %d ask", len(all))
	}
}
