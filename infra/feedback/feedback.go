// Package feedback is the application that ships with the platform: a thin adapter over a third-party SaaS, whose key
// never reaches a browser. In every region it has the key as an SSM parameter, a queue where feedback waits while the
// SaaS is down, and a second function that brings it there later.
package feedback

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/upstream/settings"
	"github.com/onefront/onefront/infra"
)

// The application's keys: the SaaS, and its key, which is a secret.
const (
	KeyUpstream = "upstream"
	KeyAPIKey   = "upstreamApiKey"
)

// Keys are all configuration keys that the application brings along.
func Keys() []string { return []string{KeyUpstream, KeyAPIKey} }

// Application reads its configuration when the program starts.
type Application struct{}

// Configure reads the SaaS's settings by the handler's own rules, so that both sides refuse the same.
func (Application) Configure(s *infra.Settings) *infra.Functions {
	upstream := readUpstream(s)
	s.Secret(KeyAPIKey, "the key of the SaaS", contract.Credential)
	secrets := []string{KeyAPIKey}
	return &infra.Functions{
		Name:      "feedback",
		BasePaths: []string{"/api"},
		Functions: []infra.Function{
			{Name: settings.HandlerAPI, Package: "./handler", Routes: []string{"$default"}, Secrets: secrets},
			{Name: settings.HandlerRedelivery, Package: "./handler", Secrets: secrets},
		},
		// Topics are the same for every visitor of a language, everything else goes through.
		Edge: []infra.Route{
			{Path: "/api/topics*", Methods: infra.Read, TTL: infra.TTL{Default: 5 * time.Minute}, Key: infra.Key{Query: []string{"locale"}}},
			{Path: "/api/*", Methods: infra.All},
		},
		Requests:   []string{"GET /api/topics", "POST /api/feedback"},
		Thresholds: thresholds(),
		Region:     func(scope *infra.Scope) error { return makeRegion(scope, upstream) },
	}
}

func readUpstream(s *infra.Settings) settings.Settings {
	text, ok := s.Text(KeyUpstream)
	if !ok {
		s.Missing(KeyUpstream, `required: the SaaS, such as {"preset": "webhook", "url": "https://example.com/feedback"}`)
		return settings.Settings{}
	}
	parsed, err := settings.Parse([]byte(text))
	if err == nil {
		_, err = parsed.Encode() // all of it must fit into the function's environment (F10.5)
	}
	if err == nil {
		err = parsed.CheckTimeout(s.Lambda.Timeout)
	}
	s.FailKey(err)
	if err == nil && parsed.NoTopics() {
		s.Remark(KeyUpstream+".topics", nil, "GET /api/topics answers an empty list: name the topics, or write [] where none is meant")
	}
	return parsed
}

// makeRegion makes the queues of a region and hands them to its functions.
func makeRegion(scope *infra.Scope, upstream settings.Settings) error {
	encoded, err := upstream.Encode()
	if err != nil {
		return err
	}
	queues, err := newQueues(scope, queuesArgs{functionTimeout: scope.Lambda.Timeout, maxReceives: upstream.MaxReceives})
	if err != nil {
		return fmt.Errorf("queues: %w", err)
	}
	scope.Made(queues.main, queues.dead, queues.redriveAllow)
	addAlarms(scope, queues)
	scope.Output("queueUrl", queues.main.Url)

	send := func(arn pulumi.StringInput) infra.Statement {
		return infra.Statement{Actions: []string{"sqs:SendMessage"}, ARN: arn}
	}
	api, redelivery := scope.Function(settings.HandlerAPI), scope.Function(settings.HandlerRedelivery)
	api.Allow = []infra.Statement{send(queues.main.Arn), send(queues.dead.Arn)}
	redelivery.Allow = []infra.Statement{queues.consume(), send(queues.dead.Arn)}
	redelivery.Attach = queues.deliverTo
	for _, f := range []*infra.Function{api, redelivery} {
		f.Environment[settings.Variable] = pulumi.String(encoded)
		f.Environment[settings.QueueURLVariable] = queues.main.Url
		f.Environment[settings.DeadLettersURLVariable] = queues.dead.Url
	}
	return nil
}
