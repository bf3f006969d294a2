package infra_test

import (
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

// secretKeys are the application's keys that are secret.
var secretKeys = []string{"onefront:appKey"}

// notes is a small application with a bit of everything: cached reads beside writes, a function that answers and one
// that does not, a secret, a queue and an alarm in every region, and an output.
func notes() *infra.Functions {
	secrets := []string{"appKey"}
	return &infra.Functions{
		Name: "notes", BasePaths: []string{"/api"},
		Functions: []infra.Function{
			{Name: "api", Package: "./api", Routes: []string{"$default"}, Secrets: secrets},
			{Name: "worker", Package: "./worker", Secrets: secrets},
		},
		Edge: []infra.Route{
			{Path: "/api/topics*", Methods: infra.Read, TTL: infra.TTL{Default: 5 * time.Minute}, Key: infra.Key{Query: []string{"locale"}}},
			{Path: "/api/*", Methods: infra.All},
		},
		Requests:   []string{"GET /api/topics", "POST /api/notes"},
		Thresholds: []infra.Threshold{{Name: "backlog", Default: 1, Low: 1, High: 100, Meaning: "notes that wait"}},
		Region:     notesRegion,
	}
}

func notesRegion(s *infra.Scope) error {
	queue, err := sqs.NewQueue(s.Context, s.Name("backlog"), &sqs.QueueArgs{}, append(s.Options(), s.Protected())...)
	if err != nil {
		return err
	}
	s.Made(queue)
	s.Output("queueUrl", queue.Url)
	s.Function("worker").Allow = []infra.Statement{{Actions: []string{"sqs:ReceiveMessage"}, ARN: queue.Arn}}
	waiting := []infra.Metric{{
		Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Dimensions: pulumi.StringMap{"QueueName": queue.Name},
	}}
	s.Chart(infra.Chart{Title: "Notes that wait", Metrics: waiting})
	s.Alarm(infra.Alarm{
		Name: "backlog", Means: "Notes wait in {region}.", Do: "Look at the worker's log.",
		Metrics: waiting,
		Compare: infra.AtLeast, Threshold: s.Threshold("backlog"), M: 1, N: 1, Missing: infra.NotBreaching, Silence: "an idle queue reports nothing",
	})
	return nil
}
