package main

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/onefront/onefront/local/drill"
)

// busyHour is an hour with 50 requests a second, a tenth of them POST, over three edges.
const busyHour = `
name: A busy hour
stack: prod
seed: 11
duration: 1h
traffic:
  - {edge: FRA, rate: 20, mix: [{method: GET, path: "/api/topics?locale=de", weight: 6}, {method: GET, path: "/api/topics", weight: 3}, {method: POST, path: "/api/feedback", weight: 1}]}
  - {edge: IAD, rate: 15, mix: [{method: GET, path: "/api/topics?locale=de", weight: 6}, {method: GET, path: "/api/topics", weight: 3}, {method: POST, path: "/api/feedback", weight: 1}]}
  - {edge: SYD, rate: 15, mix: [{method: GET, path: "/api/topics?locale=de", weight: 6}, {method: GET, path: "/api/topics", weight: 3}, {method: POST, path: "/api/feedback", weight: 1}]}
expect:
  reads: {lost: 0}
  writes: {lost: 0}
  feedback: {lost: 0}
`

// BenchmarkDrill_hour plays a busy hour with the real functions. Aim: 90 s on two cores.
func BenchmarkDrill_hour(b *testing.B) { benchmarkDrill(b, nil) }

// BenchmarkDrill_engine plays it with a stub in the application's place: what is measured is edge, DNS, gateway,
// metrics and alarms. Aim: 5,000 requests a second.
func BenchmarkDrill_engine(b *testing.B) {
	benchmarkDrill(b, func(w *drillWorld) {
		for _, region := range w.Regions() {
			w.deployed.deploy(region, badDeployment{status: 200, hit: func() bool { return true }})
		}
	})
}

func benchmarkDrill(b *testing.B, prepare func(*drillWorld)) {
	s, err := drill.Parse([]byte(busyHour))
	if err != nil {
		b.Fatal(err)
	}
	var played, cpu time.Duration
	requests := 0
	for b.Loop() {
		c := drillCommand(&bytes.Buffer{}, &bytes.Buffer{})
		c.project = shipped
		w, end, err := c.newDrillWorld(b.Context(), s.Stack)
		if err != nil {
			b.Fatal(err)
		}
		if prepare != nil {
			prepare(w)
		}
		began, used := time.Now(), cpuTime(b)
		t, err := drill.Run(b.Context(), s, w, nil)
		if err != nil {
			b.Fatal(err)
		}
		played += time.Since(began)
		end() // the functions' time counts once they have ended
		cpu += cpuTime(b) - used
		if n := t.Totals; n.LostReads+n.LostWrites > 0 || n.Writes < n.Requests/12 || prepare == nil && n.Accepted != n.Writes {
			b.Fatalf("%+v", n)
		}
		requests += t.Totals.Requests
	}
	b.ReportMetric(played.Seconds()/float64(b.N), "s/hour")
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/hour")
	b.ReportMetric(float64(requests)/played.Seconds(), "req/s")
}

// cpuTime is what this process and those it waited for have used of the processors.
func cpuTime(b *testing.B) (sum time.Duration) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return sum
}
