package accesslog_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

// zipped is a log of so many lines over 64,635 paths, as CloudFront would deliver it. It is made once.
func zipped(b *testing.B, seed uint64, lines int) []byte {
	b.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	g := accesslogtest.New(seed, 64_635)
	for range lines {
		if _, err := w.Write(append(g.Next().Line(), '\n')); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// fiveReports are those that the comparison with other programs was made with.
func fiveReports(b *testing.B) []*accesslog.Report {
	b.Helper()
	reports, err := accesslog.FindReports("objects", "browsers", "referrers", "countries", "statuses")
	if err != nil {
		b.Fatal(err)
	}
	return reports
}

// BenchmarkRead measures lines per second of processor time, all reports of a kind at once and exact, from gzip.
func BenchmarkRead(b *testing.B) {
	const lines = 200_000
	log := zipped(b, 1, lines)
	for name, reports := range map[string][]*accesslog.Report{"five": fiveReports(b), "all": accesslog.Reports()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				readLog(b, accesslog.NewCollector(accesslog.Options{Reports: reports, Bots: true}), log)
			}
			b.ReportMetric(lines*float64(b.N)/(processorTime(b)-before).Seconds(), "lines/cpu-s")
		})
	}
}

// BenchmarkFiles measures what a second file and a second processor bring.
func BenchmarkFiles(b *testing.B) {
	const lines = 200_000
	logs := [][]byte{zipped(b, 1, lines), zipped(b, 2, lines)}
	reports := fiveReports(b)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			before := processorTime(b)
			for b.Loop() {
				c := accesslog.NewCollector(accesslog.Options{Reports: reports, Parallel: workers})
				files := make(chan []byte, len(logs))
				for _, log := range logs {
					files <- log
				}
				close(files)
				var wait sync.WaitGroup
				for range workers {
					wait.Go(func() {
						for log := range files {
							readLog(b, c, log)
						}
					})
				}
				wait.Wait()
			}
			b.ReportMetric(2*lines*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			b.ReportMetric(2*lines*float64(b.N)/(processorTime(b)-before).Seconds(), "lines/cpu-s")
		})
	}
}

func readLog(b *testing.B, c *accesslog.Collector, log []byte) {
	b.Helper()
	if err := c.Worker().Read(b.Context(), bytes.NewReader(log), "log"); err != nil {
		b.Error(err)
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
