package main

import (
	"time"

	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/stats/accesslog"
)

const (
	// statsSpan is how far GET /stats looks back, in simulated time, and statsStep how exactly.
	statsSpan = time.Hour
	statsStep = time.Minute
	// statsKeys are counted exactly in each report and minute.
	statsKeys = 1000
	statsTop  = 20
)

// liveStats are the reports of `go run ./stats` over the requests of the last hour, without the way over a file.
type liveStats struct {
	window   *accesslog.Window
	delivery *delivery
}

func newLiveStats() *liveStats {
	return &liveStats{window: accesslog.NewWindow(accesslog.Options{Limit: statsKeys}, statsSpan, statsStep), delivery: &delivery{}}
}

// add counts a request by the fields that a log has by default: addresses and queries are none of them.
func (s *liveStats) add(r cloudfront.Request) {
	var line accesslog.Line
	request := logged{r, s.delivery}
	for _, d := range accesslog.Definitions() {
		line.Set(d.Name, logFields[d.Name](request))
	}
	s.window.Add(&line, r.Time)
}

// result is what the last hour of simulated time held.
func (s *liveStats) result(now time.Time) *accesslog.Result { return s.window.Result(now, statsTop) }
