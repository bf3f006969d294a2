package cloudwatch

import (
	"fmt"
	"slices"
	"time"

	"github.com/onefront/onefront/graph"
)

const metricAlarmType = "aws:cloudwatch/metricAlarm:MetricAlarm"

type metricAlarmInputs struct {
	Name              string            `json:"name"`
	Description       string            `json:"alarmDescription"`
	Comparison        string            `json:"comparisonOperator"`
	Threshold         float64           `json:"threshold"`
	DatapointsToAlarm int               `json:"datapointsToAlarm"`
	EvaluationPeriods int               `json:"evaluationPeriods"`
	Missing           string            `json:"treatMissingData"`
	Actions           []string          `json:"alarmActions"`
	ActionsEnabled    *bool             `json:"actionsEnabled"`
	Namespace         string            `json:"namespace"`
	MetricName        string            `json:"metricName"`
	Dimensions        map[string]string `json:"dimensions"`
	Period            int               `json:"period"`
	Statistic         string            `json:"statistic"`
	ExtendedStatistic string            `json:"extendedStatistic"`
	LowSamples        string            `json:"evaluateLowSampleCountPercentiles"`
	Queries           []queryInputs     `json:"metricQueries"`
}

type queryInputs struct {
	ID         string `json:"id"`
	Expression string `json:"expression"`
	Label      string `json:"label"`
	ReturnData bool   `json:"returnData"`
	Metric     *struct {
		Namespace  string            `json:"namespace"`
		MetricName string            `json:"metricName"`
		Dimensions map[string]string `json:"dimensions"`
		Period     int               `json:"period"`
		Stat       string            `json:"stat"`
	} `json:"metric"`
}

// watched is a metric that an alarm looks at.
type watched struct {
	key       string // of the query
	id        id
	statistic string
}

func newMetricAlarm(r *graph.Taken) *alarm {
	in := metricAlarmInputs{Missing: "missing"}
	r.Read(&in)
	a := &alarm{
		name: in.Name, region: r.Region, description: in.Description, actions: in.Actions,
		actionsEnabled: in.ActionsEnabled == nil || *in.ActionsEnabled, comparison: in.Comparison, threshold: in.Threshold,
		m: in.DatapointsToAlarm, n: in.EvaluationPeriods, missing: in.Missing, ignoreLow: in.LowSamples == "ignore",
	}
	if a.name == "" {
		a.name = r.Output("name")
	}
	if a.m == 0 {
		a.m = a.n
	}
	r.Require(comparisons[in.Comparison] != nil, "comparisonOperator", in.Comparison, "want a comparison with a fixed threshold")
	r.Require(a.n >= 1 && a.m >= 1 && a.m <= a.n, "datapointsToAlarm", a.m, fmt.Sprintf("want 1 to evaluationPeriods, which is %d", a.n))
	r.Require(slices.Contains([]string{"missing", "notBreaching", "breaching", "ignore"}, a.missing), "treatMissingData", a.missing, "want missing, notBreaching, breaching or ignore")
	if len(in.Queries) > 0 {
		a.readQueries(r, &in)
	} else {
		a.watch(r, "value", in.Namespace, in.MetricName, in.Dimensions, in.Period, in.Statistic+in.ExtendedStatistic, "")
		a.value = func(v values) (float64, bool) { x, ok := v["value"]; return x, ok }
	}
	r.Require(a.period > 0 && a.period%resolution == 0, "period", a.period.Seconds(), "want a multiple of 60 seconds")
	return a
}

// readQueries: exactly one item is returned, and what it computes is over metrics of one period.
func (a *alarm) readQueries(r *graph.Taken, in *metricAlarmInputs) {
	known := map[string]bool{}
	for i, q := range in.Queries {
		if q.Metric != nil {
			known[q.ID] = true
			a.watch(r, q.ID, q.Metric.Namespace, q.Metric.MetricName, q.Metric.Dimensions, q.Metric.Period, q.Metric.Stat, fmt.Sprintf("metricQueries[%d].metric.", i))
		}
	}
	returned := 0
	for i, q := range in.Queries {
		if !q.ReturnData {
			continue
		}
		returned++
		text := q.Expression
		if q.Metric != nil {
			text = q.ID
		}
		var err error
		if a.value, err = parseExpression(text, known); err != nil {
			r.Fail(fmt.Sprintf("metricQueries[%d].expression", i), err)
		}
	}
	r.Require(returned == 1, "metricQueries", returned, "want exactly one with returnData")
}

func (a *alarm) watch(r *graph.Taken, key, namespace, name string, dimensions map[string]string, period int, statistic, path string) {
	var pairs []string
	for k, v := range dimensions {
		pairs = append(pairs, k, v)
	}
	p := time.Duration(period) * time.Second
	r.Require(a.period == 0 || a.period == p, path+"period", period, "local mode evaluates metrics of one period together")
	a.period = p
	_, isPercentile := percentile(statistic)
	r.Require(isPercentile || slices.Contains([]string{"Sum", "Average", "Minimum", "Maximum", "SampleCount"}, statistic), path+"statistic", statistic, "want Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99")
	r.Require(namespace != "" && name != "", path+"metricName", name, "want a metric with its namespace")
	a.watched = append(a.watched, watched{key, id{a.region, namespace, name, keyOf(dims(pairs...))}, statistic})
}

// comparisons by CloudWatch's words.
var comparisons = map[string]func(value, threshold float64) bool{
	"GreaterThanThreshold":          func(v, t float64) bool { return v > t },
	"GreaterThanOrEqualToThreshold": func(v, t float64) bool { return v >= t },
	"LessThanThreshold":             func(v, t float64) bool { return v < t },
	"LessThanOrEqualToThreshold":    func(v, t float64) bool { return v <= t },
}
