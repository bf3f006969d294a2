package main

import (
	"time"

	"github.com/onefront/onefront/local/apigateway"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/cloudwatch"
	"github.com/onefront/onefront/local/lambda"
)

// What the rooms tell CloudWatch.

func (t *topology) countRequest(r cloudfront.Request) {
	latency := time.Duration(0)
	if n := len(r.Origins); n > 0 {
		latency = time.Duration(r.Origins[n-1].MS * float64(time.Millisecond))
	}
	t.metrics.Edge(cloudwatch.EdgeRequest{
		Behavior: r.Behavior, Status: r.Status, Cache: r.Cache, Detailed: r.Detailed,
		Downloaded: r.Bytes, Uploaded: r.ReceivedBytes, OriginLatency: latency,
	})
	if t.flags.onRequest != nil {
		t.flags.onRequest(r)
	}
}

func (t *topology) onAPIRequest(s apigateway.Served) { t.metrics.API(cloudwatch.APIRequest(s)) }

func (t *topology) onInvocation(i lambda.Invoked) { t.metrics.Invocation(cloudwatch.Invocation(i)) }

func (t *topology) onAlarm(name string, c cloudwatch.Change) {
	if t.flags.onAlarm != nil {
		t.flags.onAlarm(name, c)
	}
}

// sample publishes what services report once a minute by themselves.
func (t *topology) sample() {
	for _, d := range t.sqs.Depths() {
		t.metrics.Queue(d.Region, d.Queue, d.Visible, d.InFlight, d.Delayed, d.Oldest)
	}
	for _, s := range t.dns.Statuses() {
		t.metrics.HealthCheck(s.ID, s.Healthy, s.Percent)
	}
	t.metrics.Certificates(t.clock.Now().Sub(t.began))
}
