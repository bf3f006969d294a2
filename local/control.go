package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/onefront/onefront/local/admin"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/sqs"
)

// admin is the control room of the topology. urls are the regions' own listeners.
func (t *topology) admin(viewer string, urls map[string]string, hosts []string) *admin.Server {
	o := admin.Options{
		Stack: t.stack, Routing: t.routing, Viewer: viewer,
		Queues:     func() any { return t.sqs.Snapshot() },
		DNS:        func() any { return t.dns.Snapshot() },
		Endpoints:  t.endpoints,
		Outputs:    t.outputs,
		Recent:     t.recent,
		Requests:   t.requests,
		LastHour:   func() any { return t.stats.result(t.clock.Now()) },
		Alarms:     func() any { return t.metrics.Alarms() },
		Metrics:    func(limit int) any { return t.metrics.Metrics(limit) },
		Invalidate: t.edge.Invalidate,
		Now:        t.clock.Now,
		Advance:    t.clock.Advance,
		Reset:      t.reset,
		Hosts:      hosts,
		DNSAt:      t.dnsAt,
		Picture:    t.picture,
		Redrive:    t.sqs.Redrive,
		Log:        t.log,
	}
	if t.saas != nil {
		o.SaaS = t.saas.Fault()
		o.Tickets = t.saas.Tickets
	}
	if choices := t.edge.Choices(context.Background()); choices != nil {
		o.Edges = func() any { return t.edge.Choices(context.Background()) }
	}
	for _, name := range t.regions {
		f := t.faults[name]
		var healthy func() bool
		if t.dns.Checked(name) {
			healthy = func() bool { return t.dns.Healthy(name) }
		}
		o.Regions = append(o.Regions, admin.Region{
			Name: name, URL: urls[name], Fault: &f.region,
			Services: map[string]admin.Switch{"sqs": &f.sqs, "ssm": &f.ssm},
			Healthy:  healthy,
			Drained:  func() bool { return t.drained(name) },
		})
	}
	return admin.New(o)
}

// recent is what a dashboard shows of queues and tickets, long bodies cut.
func (t *topology) recent(limit int) (queues, tickets any) {
	if t.saas != nil {
		tickets = t.saas.Recent(limit)
	}
	regions := t.sqs.Recent(limit)
	for _, r := range regions {
		for _, list := range [][]sqs.QueuedMessage{r.Waiting, r.InFlight, r.DeadLetters} {
			for i := range list {
				list[i].Body = cut(list[i].Body)
			}
		}
	}
	return regions, tickets
}

// cut is JSON as a dashboard shows it: the whole of it, or where it is long a string with its beginning.
func cut(body json.RawMessage) json.RawMessage {
	const most = 2000
	if len(body) <= most {
		return body
	}
	short, _ := json.Marshal(strings.ToValidUTF8(string(body[:most]), "") + " ... (cut)") // a string has no error
	return short
}

// onRequest notes a request that the edge answered.
func (t *topology) onRequest(r cloudfront.Request) {
	noted := admin.Request{
		ID: r.ID, Edge: r.Edge, Method: r.Method, Path: r.Path, Query: r.Query, Behavior: r.Behavior, Cache: r.Cache, Region: r.Region,
		Status: r.Status, Time: r.Time, MS: float64(r.Duration) / float64(time.Millisecond), Bytes: r.Bytes,
	}
	for _, a := range r.Origins {
		noted.Origins = append(noted.Origins, admin.Attempt{ID: a.ID, Region: a.Region, MS: a.MS, Outcome: a.Outcome})
	}
	noted.Reason = r.Reason()
	noted.Steps = func() (steps []admin.Step) {
		for _, step := range r.Steps() {
			steps = append(steps, admin.Step(step))
		}
		return steps
	}
	t.requests.Add(noted)
	t.stats.add(r)
	t.countRequest(r)
	t.tellRequest(r)
	if t.access != nil {
		if err := t.access.write(r); err != nil {
			t.log.Error("writing the access log", "err", err)
		}
	}
}
