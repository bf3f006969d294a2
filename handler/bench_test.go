package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onefront/onefront/handler/api"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/queue"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
	"github.com/onefront/onefront/handler/upstream"
)

// The budget. Sizes are held by the benchmarks themselves; times, which a busy machine makes longer, by whoever reads
// `make bench` on a quiet one: BenchmarkStart ratio <= 2.2 and more-ms <= 15, BenchmarkPost p50-us <= 250. Being faster
// still is worth nothing to anybody.
const (
	maxZipMiB      = 3.5
	maxResidentMiB = 16 // after 1,000 requests
)

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// BenchmarkStart is the time from exec of the real binary to its first Runtime API poll, beside
// that of a handler that does nothing: the median of 30 of each, in turn.
func BenchmarkStart(b *testing.B) {
	real, noop := buildBinary(b, "", "."), buildBinary(b, "", "./testdata/noop")
	w := newWorld(b, "key", created)
	once := func(binary string) time.Duration {
		begin := time.Now()
		p := start(b, binary, w.environ("api"))
		took := (<-w.runtime.polled).Sub(begin)
		p.stop()
		return took
	}
	once(real)
	once(noop) // both binaries are in the page cache now
	for b.Loop() {
		var reals, noops []time.Duration
		for range 30 {
			reals, noops = append(reals, once(real)), append(noops, once(noop))
		}
		r, n := median(reals), median(noops)
		b.ReportMetric(ms(r), "ms")
		b.ReportMetric(ms(n), "noop-ms")
		b.ReportMetric(ms(r-n), "more-ms")
		b.ReportMetric(float64(r)/float64(n), "ratio")
	}
}

// instant is a SaaS that takes no time.
type instant struct{}

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	return &http.Response{StatusCode: 201, Header: http.Header{}, Body: http.NoBody, Request: r}, err
}

// BenchmarkPost is a warm POST /api/feedback from the event's bytes to the answer's, with a
// SaaS that takes no time and no sockets.
func BenchmarkPost(b *testing.B) {
	w := newWorld(b, "key", created)
	environ := w.environ("api")
	e, err := readEnvironment(func(name string) string { return environ[name] })
	if err != nil {
		b.Fatal(err)
	}
	client, err := upstream.New(e.upstream, instant{}, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	guard, err := origin.New(origin.Config{Region: e.region, Secrets: e.originSecrets})
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	h := lambda.NewHandler(api.New(api.Config{
		Region: e.region, Origin: guard, Upstream: client, Timeout: e.upstream.Timeout.Duration(),
		Queue: queue.New(newLazySQS(e), e.queueURL, e.deadLettersURL), Keys: secret.NewHolder(keyFetcher(e, slog.Default()), time.Now),
		Journal: telemetry.NewJournal(io.Discard, slog.LevelInfo, e.region, e.stack, time.Now),
		Now:     time.Now, Elapsed: func() time.Duration { return time.Since(begin) },
	}).Handle)
	event := request(b, "POST", "/api/feedback", feedbackBody)
	if out, err := h.Invoke(b.Context(), event); err != nil || response(b, out).StatusCode != 201 {
		b.Fatalf("%s, %v", out, err)
	}
	var times []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		one := time.Now()
		if _, err := h.Invoke(b.Context(), event); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(one))
	}
	b.ReportMetric(float64(median(times))/1e3, "p50-us")
}

// feedbackBody is what the demo site sends, more or less.
const feedbackBody = `{"message":"The page is slow on my phone, and the menu covers the text.","rating":3,"topic":"performance",` +
	`"email":"ada@example.com","pageUrl":"https://www.example.com/docs/start?from=home","locale":"en-GB","context":{"viewport":"390x844","theme":"dark"}}`

// BenchmarkProcess is the same through the real binary, the Runtime API and a SaaS on loopback
// sockets, without the time spent inside the SaaS.
func BenchmarkProcess(b *testing.B) {
	w := newWorld(b, "key", created)
	start(b, buildBinary(b, "", "."), w.environ("api"))
	event := request(b, "POST", "/api/feedback", feedbackBody)
	w.runtime.invoke(b, event)
	var times []time.Duration
	for b.Loop() {
		w.mu.Lock()
		inside := w.saasTime
		w.mu.Unlock()
		one := time.Now()
		w.runtime.invoke(b, event)
		took := time.Since(one)
		w.mu.Lock()
		times = append(times, took-(w.saasTime-inside))
		w.mu.Unlock()
	}
	b.ReportMetric(float64(median(times))/1e3, "p50-us")
}

// BenchmarkZip is the size of the deployed zip.
func BenchmarkZip(b *testing.B) {
	binary, err := os.ReadFile(buildBinary(b, "arm64", "."))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
		f, err := z.Create("bootstrap")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Write(binary); err != nil {
			b.Fatal(err)
		}
		if err := z.Close(); err != nil {
			b.Fatal(err)
		}
		size := float64(out.Len()) / (1 << 20)
		if size > maxZipMiB {
			b.Errorf("%.2f MiB, want at most %.2f", size, maxZipMiB)
		}
		b.ReportMetric(size, "MiB")
	}
}

// BenchmarkMemory is the resident memory of the real binary after 1,000 requests.
func BenchmarkMemory(b *testing.B) {
	binary := buildBinary(b, "", ".")
	for b.Loop() {
		w := newWorld(b, "key", created)
		p := start(b, binary, w.environ("api"))
		event := request(b, "POST", "/api/feedback", feedbackBody)
		for range 1000 {
			w.runtime.invoke(b, event)
		}
		resident := residentMiB(b, p.cmd.Process.Pid)
		if resident > maxResidentMiB {
			b.Errorf("%.2f MiB, want at most %d", resident, maxResidentMiB)
		}
		b.ReportMetric(resident, "MiB")
		p.stop()
	}
}

// residentMiB reads VmRSS, which proc(5) gives in KiB.
func residentMiB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kib); err == nil {
			return kib / 1024
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
