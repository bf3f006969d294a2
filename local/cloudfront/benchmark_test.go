package cloudfront

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
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

func fetchAll(b *testing.B, url string) {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for b.Loop() {
		r, err := client.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Fatal(err)
		}
		_ = r.Body.Close()
	}
}

// BenchmarkHit compares a cached hit with a bare net/http handler that returns the same bytes, both over a loopback
// socket: the goal is at least 40 % of its rate. "direct" is the same without a socket.
func BenchmarkHit(b *testing.B) {
	body := strings.Repeat("x", 1_000)
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
	w := newWorld(b)
	w.edge.onRequest = func(Request) {}
	w.serve("nearest", bare)
	b.Run("bare", func(b *testing.B) { fetchAll(b, listen(b, bare)+"/api/topics?locale=de") })
	b.Run("edge", func(b *testing.B) { fetchAll(b, listen(b, w.edge)+"/api/topics?locale=de") })
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
