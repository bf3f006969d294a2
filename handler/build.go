package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/onefront/onefront/handler/api"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/queue"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// queueTime is what the redelivery function keeps to put a message back after a try.
const queueTime = time.Second

// build joins the parts of one function. The SaaS key is fetched beside the first Runtime API
// poll; the first request that needs it waits for it.
func build(e environment, journal *telemetry.Journal, start time.Time) (any, error) {
	client, err := upstream.New(e.upstream, nil, time.Now)
	if err != nil {
		return nil, err
	}
	keys := secret.NewHolder(keyFetcher(e, journal.Log()), time.Now)
	keys.Start()
	messages := queue.New(newLazySQS(e), e.queueURL, e.deadLettersURL)
	switch e.handler {
	case settings.HandlerAPI:
		guard, err := origin.New(origin.Config{Region: e.region, Secrets: e.originSecrets})
		if err != nil {
			return nil, err
		}
		return api.New(api.Config{
			Region:   e.region,
			Origin:   guard,
			Upstream: client, Timeout: e.upstream.Timeout.Duration(), Queue: messages, Keys: keys, Journal: journal,
			Now: time.Now, Elapsed: func() time.Duration { return time.Since(start) },
		}).Handle, nil
	case settings.HandlerRedelivery:
		redelivery := &queue.Redelivery{
			Upstream: client, Keys: keys, Queue: messages, MaxReceives: e.upstream.MaxReceives,
			Timeout: e.upstream.Timeout.Duration(), QueueTime: queueTime,
			Journal: journal, Now: time.Now, Random: rand.Float64,
		}
		return redelivery.Handle, nil
	}
	return nil, fmt.Errorf("handler %q: not built", e.handler)
}
