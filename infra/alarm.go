package infra

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Alarm watches one metric, or an expression over several, in one AWS region. It rings when M of the last N periods
// break its limit, and its region's composite alarm tells people.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
type Alarm struct {
	// Name is at most 48 of [a-z0-9-], such as "queue-age". The region follows it in the alarm's own name.
	Name string
	// Section is the runbook's section. Default: Name.
	Section string
	// Means says in a sentence what has happened, Do what to look at or to do.
	Means, Do string
	// Metrics is the one metric that is compared, or the ones of Expression, each with an ID.
	Metrics []Metric
	// Expression is metric math over the IDs, such as "IF(n >= 20, 100 * failed / n, 0)". Optional.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
	Expression string
	// Compare is the operator between value and Threshold. Default: [Above].
	Compare   Comparison
	Threshold float64
	// M of the last N periods must break the limit.
	M, N int
	// Missing is what a period without data counts as, and Silence the reason in words.
	Missing Missing
	Silence string
	// Direct tells people by itself and stands outside the region's composite, which a long alarm would keep busy.
	Direct bool

	// muted alarms tell nobody: of a region that is drained on purpose.
	muted bool
}

// Metric is a metric of CloudWatch with its statistic.
type Metric struct {
	// ID begins with a lower-case letter and is needed beside an Expression only.
	ID              string
	Namespace, Name string
	Dimensions      pulumi.StringMap
	// Statistic is Sum, Average, Minimum, Maximum, SampleCount, or a percentile such as "p99".
	Statistic string
	// Period is a multiple of a minute. Default: one minute.
	Period time.Duration
}

// Comparison is how a value and the threshold are compared.
type Comparison string

// The comparisons in use.
const (
	Above   Comparison = "GreaterThanThreshold"
	AtLeast Comparison = "GreaterThanOrEqualToThreshold"
	Below   Comparison = "LessThanThreshold"
	AtMost  Comparison = "LessThanOrEqualToThreshold"
)

// Missing is what a period without data counts as.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
type Missing string

// The ways to treat missing data that are in use: silence is good news, or bad.
const (
	NotBreaching Missing = "notBreaching"
	Breaching    Missing = "breaching"
)

// Share is the guarded share of a bad count among all, in percent: 0 in periods with less than min, where a single
// failure would already be many percent (O-C3).
func Share(minimum float64, bad, all Metric) (expression string, metrics []Metric) {
	bad.ID, all.ID = "bad", "n"
	return fmt.Sprintf("IF(n >= %g, 100 * bad / n, 0)", minimum), []Metric{all, bad}
}

// maxDescription is CloudWatch's limit.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const maxDescription = 1024

// runbook is where every alarm has a section of its own.
const runbook = "docs/operations.md"

// description is the text of the message that people get.
func (a *Alarm) description(do string) string {
	missing := map[Missing]string{NotBreaching: "is good", Breaching: "is bad"}[a.Missing]
	return fmt.Sprintf("%s %s Runbook: %s, section %s. A period without data %s: %s.", a.Means, do, runbook, cmp.Or(a.Section, a.Name), missing, a.Silence)
}

var alarmName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,47}$`)

// check refuses what CloudWatch would.
func (a *Alarm) check() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("alarm %q: %s", a.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case !alarmName.MatchString(a.Name):
		return fail("a name of at most 48 of a-z, 0-9 and hyphens")
	case len(a.Metrics) == 0:
		return fail("a metric")
	case a.Expression == "" && len(a.Metrics) > 1:
		return fail("one metric, or an expression over the %d", len(a.Metrics))
	case a.Means == "" || a.Do == "" || a.Silence == "":
		return fail("words for what it means, what to do, and what silence says")
	case a.Missing != NotBreaching && a.Missing != Breaching:
		return fail("missing data is %q: want %s or %s", a.Missing, NotBreaching, Breaching)
	case a.M < 1 || a.N < a.M:
		return fail("%d of %d periods: want 1 <= M <= N", a.M, a.N)
	}
	seen := map[string]bool{}
	for _, m := range a.Metrics {
		// A day at most is looked at (O-C1), and longer periods than an hour for seven.
		window := m.period() * time.Duration(a.N)
		longest := 24 * time.Hour
		if m.period() >= time.Hour {
			longest *= 7
		}
		switch {
		case m.Namespace == "" || m.Name == "":
			return fail("metric %q of namespace %q: want both", m.Name, m.Namespace)
		case !statistic.MatchString(m.Statistic):
			return fail("statistic %q: want Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99", m.Statistic)
		case m.period() < time.Minute || m.period()%time.Minute != 0:
			return fail("a period of %s: want a multiple of a minute", m.period())
		case window > longest:
			return fail("%d periods of %s: want at most %s in all", a.N, m.period(), longest)
		case a.Expression != "" && (!metricID.MatchString(m.ID) || seen[m.ID]):
			return fail("metric id %q: a distinct one that begins with a lower-case letter", m.ID)
		}
		seen[m.ID] = true
	}
	return nil
}

var statistic = regexp.MustCompile(`^(Sum|Average|Minimum|Maximum|SampleCount|p(100|[0-9]{1,2}(\.[0-9]{1,10})?))$`)

var metricID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

func (m *Metric) period() time.Duration {
	if m.Period == 0 {
		return time.Minute
	}
	return m.Period
}

func (m *Metric) seconds() int { return int(m.period() / time.Second) }

// percentile says whether the statistic is one of those that few samples make meaningless (O-C2).
func (m *Metric) percentile() bool { return strings.HasPrefix(m.Statistic, "p") }

// make registers the alarm. place is "" or the region, as the end of the name.
func (a *Alarm) make(ctx *pulumi.Context, p *platform, place, do string, actions pulumi.ArrayInput, opts ...pulumi.ResourceOption) (*cloudwatch.MetricAlarm, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	role := a.Name
	if place != "" {
		role += "-" + place
	}
	description := a.description(do)
	if len(description) > maxDescription {
		return nil, fmt.Errorf("alarm %q: a description of %d characters: want at most %d", a.Name, len(description), maxDescription)
	}
	args := &cloudwatch.MetricAlarmArgs{
		Name: pulumi.String(accountName(p, p.name(role))), AlarmDescription: pulumi.String(description),
		ComparisonOperator: pulumi.String(a.compare()), Threshold: pulumi.Float64(a.Threshold),
		DatapointsToAlarm: pulumi.Int(a.M), EvaluationPeriods: pulumi.Int(a.N),
		TreatMissingData: pulumi.String(a.Missing), AlarmActions: actions, ActionsEnabled: pulumi.Bool(!a.muted),
	}
	if a.Expression != "" {
		args.MetricQueries = a.queries()
	} else {
		a.watch(args)
	}
	return cloudwatch.NewMetricAlarm(ctx, p.name(alarmLogicalName(a.Name, place)), args, opts...)
}

// alarmLogicalName is within Pulumi's limits also for long roles.
func alarmLogicalName(role, place string) string {
	if place == "" && len(role) <= maxLogicalName {
		return role
	}
	if place == "" {
		return logicalName("alarm", role)
	}
	return logicalName(role, place)
}

func (a *Alarm) compare() Comparison {
	if a.Compare == "" {
		return Above
	}
	return a.Compare
}

// watch compares the one metric.
func (a *Alarm) watch(args *cloudwatch.MetricAlarmArgs) {
	m := &a.Metrics[0]
	args.Namespace, args.MetricName, args.Dimensions = pulumi.String(m.Namespace), pulumi.String(m.Name), m.Dimensions
	args.Period = pulumi.Int(m.seconds())
	if m.percentile() {
		args.ExtendedStatistic = pulumi.String(m.Statistic)
		args.EvaluateLowSampleCountPercentiles = pulumi.String("ignore")
	} else {
		args.Statistic = pulumi.String(m.Statistic)
	}
}

// queries are the metrics and the expression over them, the only one that is returned (O-C1).
func (a *Alarm) queries() cloudwatch.MetricAlarmMetricQueryArray {
	queries := cloudwatch.MetricAlarmMetricQueryArray{}
	for i := range a.Metrics {
		m := &a.Metrics[i]
		queries = append(queries, cloudwatch.MetricAlarmMetricQueryArgs{
			Id: pulumi.String(m.ID), ReturnData: pulumi.Bool(false),
			Metric: cloudwatch.MetricAlarmMetricQueryMetricArgs{
				Namespace: pulumi.String(m.Namespace), MetricName: pulumi.String(m.Name), Dimensions: m.Dimensions,
				Period: pulumi.Int(m.seconds()), Stat: pulumi.String(m.Statistic),
			},
		})
	}
	return append(queries, cloudwatch.MetricAlarmMetricQueryArgs{
		Id: pulumi.String("value"), Expression: pulumi.String(a.Expression), Label: pulumi.String(a.Name), ReturnData: pulumi.Bool(true),
	})
}
