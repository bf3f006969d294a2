package cloudfront

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// listen serves a handler on a loopback port and returns its URL.
func listen(b *testing.B, h http.Handler) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	b.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

// fetcher returns a function that gets a URL once, over a kept connection.
func fetcher(b *testing.B, url string) func() time.Duration {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(client.CloseIdleConnections)
	return func() time.Duration {
		start := time.Now()
		r, err := client.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Fatal(err)
		}
		_ = r.Body.Close()
		return time.Since(start)
	}
}

// BenchmarkHit compares a cached hit with a bare net/http handler that returns the same bytes, both over a loopback
// socket and in turns, so that a busy machine hurts both alike. The goal is a rate of at least 40 % of the bare
// handler's: medians, reported as percent-of-bare. "direct" is the edge alone, without a socket.
//
// headers-percent-of-bare is the most that an edge without any work of its own could reach: the headers of a hit, which
// the bare handler does not write, cost about 9 % of a request by themselves. The edge's own 3 microseconds are spread
// evenly over the steps, the record and ten allocations; no step has more than a sixth.
func BenchmarkHit(b *testing.B) {
	body := strings.Repeat("x", 1_000)
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
	w := newWorld(b)
	w.edge.onRequest = func(Request) {}
	w.serve("nearest", bare)
	b.Run("socket", func(b *testing.B) {
		first := fetcher(b, listen(b, bare)+"/api/topics?locale=de")
		second := fetcher(b, listen(b, w.edge)+"/api/topics?locale=de")
		// A handler that does nothing but write the headers of a hit tells what they alone cost on the way.
		headers := w.get("/api/topics?locale=de").Header()
		third := fetcher(b, listen(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			maps.Copy(w.Header(), headers)
			_, _ = io.WriteString(w, body)
		})))
		var bareTimes, edgeTimes, dressedTimes []time.Duration
		for b.Loop() {
			bareTimes = append(bareTimes, first())
			edgeTimes = append(edgeTimes, second())
			dressedTimes = append(dressedTimes, third())
		}
		slices.Sort(bareTimes)
		slices.Sort(edgeTimes)
		slices.Sort(dressedTimes)
		plain, hit, dressed := bareTimes[len(bareTimes)/2], edgeTimes[len(edgeTimes)/2], dressedTimes[len(dressedTimes)/2]
		b.ReportMetric(100*float64(plain)/float64(dressed), "headers-percent-of-bare")
		b.ReportMetric(float64(plain.Nanoseconds()), "bare-ns")
		b.ReportMetric(float64(hit.Nanoseconds()), "hit-ns")
		b.ReportMetric(100*float64(plain)/float64(hit), "percent-of-bare")
	})
	b.Run("direct", func(b *testing.B) {
		r := newRequest(b, "/api/topics?locale=de")
		for b.Loop() {
			w.edge.ServeHTTP(&discard{header: http.Header{}}, r)
		}
	})
}

// BenchmarkMiss is what the edge adds to an origin that answers at once.
func BenchmarkMiss(b *testing.B) {
	w := newWorld(b)
	w.edge.onRequest = func(Request) {}
	w.net.Add("nearest.origin.test", serverOf(say(200, "x")))
	r := newRequest(b, "/api/x")
	for b.Loop() {
		w.edge.ServeHTTP(&discard{header: http.Header{}}, r)
	}
}

// BenchmarkKeys keeps 1,000 distinct keys inside a limit of 10 MiB, objects of 20 kB each.
func BenchmarkKeys(b *testing.B) {
	w := setup{distribution: standard(), limit: 10 << 20}.start(b)
	w.edge.onRequest = func(Request) {}
	w.net.Add("nearest.origin.test", serverOf(say(200, strings.Repeat("x", 20_000))))
	requests := make([]*http.Request, 1_000)
	for i := range requests {
		requests[i] = newRequest(b, fmt.Sprintf("/api/topics?locale=%d", i))
	}
	for b.Loop() {
		for _, r := range requests {
			w.edge.ServeHTTP(&discard{header: http.Header{}}, r)
		}
		if n := w.edge.CacheBytes(); n > 10<<20 {
			b.Fatalf("%d bytes kept", n)
		}
	}
	b.ReportMetric(float64(w.edge.CacheBytes()), "cache-bytes")
}
