package main

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"github.com/onefront/onefront/stats/accesslog"
)

// progressEvery is how often the progress line is drawn anew.
const progressEvery = 250 * time.Millisecond

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// showProgress draws a line on a terminal, and nothing elsewhere, until stop is called, which takes it away.
func (c command) showProgress(collector *accesslog.Collector, done *atomic.Int64, total int64) (stop func()) {
	if !c.terminal {
		return func() {}
	}
	started := time.Now()
	quit := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				fmt.Fprint(c.stderr, "\r\x1b[K")
				return
			case <-tick.C:
				fmt.Fprint(c.stderr, "\r"+progressLine(collector.Lines(), done.Load(), total, time.Since(started))+"\x1b[K")
			}
		}
	})
	return sync.OnceFunc(func() {
		close(quit)
		wait.Wait()
	})
}

// progressLine tells lines, rate and the time left, by the share of the bytes that are read.
func progressLine(lines, done, total int64, elapsed time.Duration) string {
	line := fmt.Sprintf("%d lines", lines)
	if s := elapsed.Seconds(); s > 0 {
		line += fmt.Sprintf(", %.0f a second", float64(lines)/s)
	}
	if done > 0 && total >= done {
		left := time.Duration(float64(elapsed) * float64(total-done) / float64(done))
		line += fmt.Sprintf(", %d %%, %s left", 100*done/total, left.Round(time.Second))
	}
	return line
}
