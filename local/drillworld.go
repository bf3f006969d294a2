package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/cloudwatch"
	"github.com/onefront/onefront/local/drill"
	"github.com/onefront/onefront/local/fault"
)

// drillStart is when every drill begins: what comes of it must not depend on the day.
var drillStart = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// drillWorld is a topology for a drill. Its requests follow one another, so it needs no lock.
type drillWorld struct {
	*topology
	project string
	prefix  string // of alarms' names
	last    cloudfront.Request
	changes []drill.Change
	out     []string // regions that are drained
	onHeard func(cloudfront.Request)
}

func (w *drillWorld) Routing() string   { return w.routing }
func (w *drillWorld) Regions() []string { return w.regions }

func (w *drillWorld) Alarms() []string {
	var names []string
	for _, a := range w.metrics.Alarms() {
		names = append(names, strings.TrimPrefix(a.Name, w.prefix))
	}
	slices.Sort(names)
	return names
}

func (w *drillWorld) Advance(ctx context.Context, d time.Duration) error {
	_, waited, err := w.clock.Advance(ctx, d)
	if err == nil && !waited {
		err = errors.New("what was due took too long: the machine is too busy for a drill")
	}
	return err
}

// Ask puts a viewer's request to the distribution, without a socket.
func (w *drillWorld) Ask(edge, method, path string, body []byte) drill.Answer {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Host = w.edge.DomainName()
	if names := w.edge.Aliases(); len(names) > 0 {
		r.Host = names[0]
	}
	r.Header.Set("X-Onefront-Viewer", edge)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	answer := httptest.NewRecorder()
	w.edge.ServeHTTP(answer, r)
	a := drill.Answer{Status: w.last.Status, Region: w.last.Region, Asked: len(w.last.Origins) > 0, Waited: w.last.Charged}
	if a.Asked {
		a.Tried = w.last.Origins[0].Region
	}
	return a
}

func (w *drillWorld) heard(r cloudfront.Request) {
	w.last = r
	if w.onHeard != nil {
		w.onHeard(r)
	}
}

func (w *drillWorld) rang(name string, c cloudwatch.Change) {
	if c.To != cloudwatch.InAlarm && c.From != cloudwatch.InAlarm {
		return
	}
	w.changes = append(w.changes, drill.Change{
		At: c.At.Sub(drillStart), Alarm: strings.TrimPrefix(name, w.prefix), Ringing: c.To == cloudwatch.InAlarm, Told: topicNames(c.Told),
	})
}

// topicNames are the names in ARNs.
func topicNames(arns []string) (names []string) {
	for _, arn := range arns {
		names = append(names, arn[strings.LastIndexByte(arn, ':')+1:])
	}
	return names
}

func (w *drillWorld) region(name string) error {
	if w.faults[name] == nil {
		return fmt.Errorf("region %q: want one of %s", name, strings.Join(w.Regions(), ", "))
	}
	return nil
}

func (w *drillWorld) Fault(f *drill.Fault) error {
	set := fault.Fault{Kind: fault.Kind(f.Kind), StatusCode: f.Status, LatencyMS: int(time.Duration(f.Latency) / time.Millisecond)}
	if f.SaaS {
		if w.saas == nil {
			return errors.New("saas: no function of the stack asks one that local mode plays")
		}
		w.saas.Fault().Set(set)
		for _, region := range w.Regions() {
			w.Kill(region) // the functions' memory of failures is in wall time
		}
		return nil
	}
	region, service, _ := strings.Cut(f.Region+f.Service, "/")
	if err := w.region(region); err != nil {
		return err
	}
	switch s := w.faults[region]; service {
	case "":
		s.region.Set(set)
	case "sqs":
		s.sqs.Set(set)
	case "ssm":
		s.ssm.Set(set)
	}
	return nil
}

// Drain takes a region out as ops does: by its parameter with dns routing, else by the key value store.
func (w *drillWorld) Drain(region string, drained bool) error {
	if err := w.region(region); err != nil {
		return err
	}
	w.out = slices.DeleteFunc(w.out, func(name string) bool { return name == region })
	if drained {
		w.out = append(w.out, region)
	}
	if w.Routing() == "edge" {
		return w.drainByStore()
	}
	value := contract.NotDrained
	if drained {
		value = contract.Drained
	}
	return w.putParameter(region, contract.DrainParameter(w.project, w.stack), value)
}

func (w *drillWorld) drainByStore() error {
	value := contract.NotDrained
	if len(w.out) > 0 {
		value = strings.Join(w.out, ",")
	}
	for _, store := range w.edge.KeyValueStores() {
		if _, found := store.Get(contract.DrainStoreKey); found {
			return store.Set(contract.DrainStoreKey, value)
		}
	}
	return errors.New("the stack has no key value store for drains")
}

func (w *drillWorld) Deploy(region string, status int, hit func() bool) error {
	if err := w.region(region); err != nil {
		return err
	}
	w.deployed.deploy(region, badDeployment{status, hit})
	return nil
}

func (w *drillWorld) Kill(region string) { w.lambda.Kill(region) }

func (w *drillWorld) Left() (tickets, queued, dead []string) {
	if w.saas != nil {
		tickets = append([]string{}, w.saas.Words()...)
	}
	for _, q := range w.sqs.Snapshot() {
		for _, m := range append(q.Waiting, q.InFlight...) {
			queued = append(queued, string(m.Body))
		}
		for _, m := range q.DeadLetters {
			dead = append(dead, string(m.Body))
		}
	}
	return tickets, queued, dead
}
