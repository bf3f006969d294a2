package feedback

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

// The metrics that the functions write into their log lines (embedded metric format).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const (
	metricsNamespace = "Onefront"
	stackDimension   = "stack"
)

// Why a period without data is good.
const (
	noFeedback = "there is no data where nobody sent feedback"
	idleQueue  = "SQS stops reporting a queue that is idle for hours"
)

// thresholds are the limits of the alarms below.
func thresholds() []infra.Threshold {
	return []infra.Threshold{
		{Name: "queueAgeSeconds", Default: 900, Low: 1, High: float64(queueRetention/time.Second) - 1, Meaning: "age of the oldest feedback that waits for redelivery, in seconds"},
		{Name: "deadLetters", Default: 1, Low: 1, High: 1e9, Meaning: "feedback in a dead-letter queue"},
		{Name: "refused", Default: 1, Low: 1, High: 1e9, Meaning: "feedback in a minute that the SaaS refused for good"},
		{Name: "denied", Default: 1, Low: 1, High: 1e9, Meaning: "tries in a minute whose key or address the SaaS turned away (401, 403 or a redirect)"},
		{Name: "lost", Default: 1, Low: 1, High: 1e9, Meaning: "feedback in a minute that neither SaaS nor queue took; the visitor was told"},
		{Name: "queuedPercent", Default: 20, Low: 0, High: 99, Meaning: "share of the tries that left feedback in the queue, in percent"},
	}
}

// addAlarms watches what becomes of feedback in a region.
func addAlarms(scope *infra.Scope, q *queues) {
	outcome := func(name string) infra.Metric {
		return infra.Metric{
			Namespace: metricsNamespace, Name: name, Statistic: "Sum",
			Dimensions: pulumi.StringMap{stackDimension: pulumi.String(scope.Stack)},
		}
	}
	queued, delivered := outcome("queued"), outcome("delivered")
	queued.ID, delivered.ID = "queued", "delivered"
	scope.Alarm(infra.Alarm{
		Name: "refused", Means: "The SaaS refuses feedback in {region} for good.",
		Do:      "Look at `reason` in the functions' log lines: its form changed, or a field or a limit. Then ops redrive {region} -stack {stack}.",
		Metrics: []infra.Metric{outcome("refused")}, Compare: infra.AtLeast, Threshold: scope.Threshold("refused"),
		M: 1, N: 1, Missing: infra.NotBreaching, Silence: noFeedback,
	})
	scope.Alarm(infra.Alarm{
		Name: "denied", Means: "The SaaS turns away the key or the address with which {region} comes; feedback waits in the queue.",
		Do:      "A key that was just rotated passes by itself. Else compare upstreamApiKey and upstream.url with the SaaS, mend them before the queue gives up, and pulumi up.",
		Metrics: []infra.Metric{outcome("denied")}, Compare: infra.AtLeast, Threshold: scope.Threshold("denied"),
		M: 1, N: 1, Missing: infra.NotBreaching, Silence: noFeedback,
	})
	scope.Alarm(infra.Alarm{
		Name: "lost", Means: "Neither the SaaS nor the queue took feedback in {region}; the visitors were told to try again.",
		Do:      "Look at SQS in {region}, and drain it: ops drain {region} -stack {stack}.",
		Metrics: []infra.Metric{outcome("lost")}, Compare: infra.AtLeast, Threshold: scope.Threshold("lost"),
		M: 1, N: 1, Missing: infra.NotBreaching, Silence: noFeedback,
	})
	scope.Alarm(infra.Alarm{
		Name: "queued", Means: "The SaaS does not take feedback from {region} at once: it waits in the queue.",
		Do:         "Nothing is lost and it is tried again by itself. Look at the SaaS's own status page; if it is well for the others: ops drain {region} -stack {stack}.",
		Expression: "IF(FILL(queued, 0) + FILL(delivered, 0) >= 10, 100 * FILL(queued, 0) / (FILL(queued, 0) + FILL(delivered, 0)), 0)",
		Metrics:    []infra.Metric{queued, delivered}, Threshold: scope.Threshold("queuedPercent"),
		M: 5, N: 5, Missing: infra.NotBreaching, Silence: noFeedback,
	})
	refused, lost := outcome("refused"), outcome("lost")
	refused.ID, lost.ID = "refused", "lost"
	scope.Chart(infra.Chart{Title: "Feedback a minute, by outcome", Metrics: []infra.Metric{delivered, queued, refused, lost}})
	queue := func(name pulumi.StringInput, metric string) []infra.Metric {
		return []infra.Metric{{Namespace: "AWS/SQS", Name: metric, Statistic: "Maximum", Dimensions: pulumi.StringMap{"QueueName": name}}}
	}
	scope.Alarm(infra.Alarm{
		Name: "queue-age", Means: "Feedback in {region} waits too long for its redelivery.",
		Do:      "Look at the log of the redelivery function and at the SaaS. It is kept for seven days.",
		Metrics: queue(q.main.Name, "ApproximateAgeOfOldestMessage"), Threshold: scope.Threshold("queueAgeSeconds"),
		M: 5, N: 5, Missing: infra.NotBreaching, Silence: idleQueue,
	})
	scope.Alarm(infra.Alarm{
		Name: "dead-letter", Means: "Feedback in {region} was given up on: it lies in the dead-letter queue, for 14 days.",
		Do:      "Look at its `reason`, mend the cause, then ops redrive {region} -stack {stack}.",
		Metrics: queue(q.dead.Name, "ApproximateNumberOfMessagesVisible"), Compare: infra.AtLeast, Threshold: scope.Threshold("deadLetters"),
		M: 1, N: 1, Missing: infra.NotBreaching, Silence: idleQueue,
	})
	age, dead := queue(q.main.Name, "ApproximateAgeOfOldestMessage"), queue(q.dead.Name, "ApproximateNumberOfMessagesVisible")
	age[0].ID, dead[0].ID = "oldest, s", "dead letters"
	scope.Chart(infra.Chart{Title: "Age of the oldest feedback in the queue, s", Metrics: age})
	scope.Chart(infra.Chart{Title: "Dead letters", Metrics: dead})
}
