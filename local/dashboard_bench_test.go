package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
)

// unthrottled is a stack whose own throttle of 100 requests per second is not what is measured.
var unthrottled = map[string]string{"onefront:throttle": `{"burst": 5000, "rate": 10000}`}

// BenchmarkDashboard is what an open dashboard costs the edge: hits a second of four clients, with the dashboard open
// in Chromium and without, in turns of two seconds, so that a busy machine hurts both alike. Median of the turns; the
// goal is at most 10 % less. Clients, edge and browser share the machine's cores; browser-% is the browser's part of
// them, which other work on the machine changes less.
func BenchmarkDashboard(b *testing.B) {
	r := startCommand(b, command{getenv: noEnvironment, config: unthrottled}, "-quiet")
	p := browser.Start(b).Open(b, browser.Look{Width: 1280, Height: 900, Motion: true})
	p.Do(chromedp.Navigate("about:blank"))
	const turns, turn = 5, 2 * time.Second
	r.hits(b, turn) // warm
	var alone, watched, browsers []float64
	for b.Loop() {
		for range turns {
			alone = append(alone, r.hits(b, turn))
			p.Navigate(r.admin + "/")
			p.Until(regionBox("eu-west-1") + ` !== null`)
			before := browserTime(b)
			watched = append(watched, r.hits(b, turn))
			browsers = append(browsers, 100*(browserTime(b)-before)/turn.Seconds()/float64(runtime.NumCPU()))
			p.Do(chromedp.Navigate("about:blank"))
		}
	}
	b.ReportMetric(median(alone), "alone-req/s")
	b.ReportMetric(median(watched), "watched-req/s")
	costs := make([]float64, len(alone))
	for i := range alone {
		costs[i] = 100 * (1 - watched[i]/alone[i])
	}
	b.ReportMetric(median(costs), "cost-%")
	b.ReportMetric(median(browsers), "browser-%")
}

func median[T cmp.Ordered](values []T) T { return slices.Sorted(slices.Values(values))[len(values)/2] }

// browserTime is the seconds of a core that the Chromiums of this process took so far; 0 where /proc does not tell.
func browserTime(tb testing.TB) (seconds float64) {
	tb.Helper()
	const ticks = 100 // a second: USER_HZ
	for pids := children(tb, os.Getpid()); len(pids) > 0; pids = pids[1:] {
		pids = append(pids, children(tb, pids[0])...)
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pids[0]))
		name, rest, ok := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		if err != nil || !ok || !strings.Contains(name, "chrom") || len(fields) < 13 {
			continue
		}
		for _, field := range fields[11:13] { // of users' and the system's instructions
			n, _ := strconv.ParseFloat(field, 64)
			seconds += n / ticks
		}
	}
	return seconds
}

// hits has four clients ask for what is cached, as fast as they are answered, and returns their requests a second.
func (r *running) hits(b *testing.B, d time.Duration) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), d)
	defer cancel()
	var answered atomic.Int64
	var clients sync.WaitGroup
	began := time.Now()
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				if r.get("/api/topics?locale=de", "FRA") == http.StatusOK {
					answered.Add(1)
				}
			}
		})
	}
	clients.Wait()
	return float64(answered.Load()) / time.Since(began).Seconds()
}

// get asks as a viewer at an edge; 0 means no answer.
func (r *running) get(path, edge string) int {
	request, err := http.NewRequest(http.MethodGet, r.viewer+path, nil)
	if err != nil {
		return 0
	}
	request.Header.Set("X-Onefront-Viewer", edge)
	response, err := r.load.Do(request)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}
