package cloudfront

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestEdge_overASocket sends the shapes of answers that net/http treats specially through a real server.
func TestEdge_overASocket(t *testing.T) {
	w := newWorld(t)
	w.serve("site", say(200, "0123456789", "Content-Type", "text/plain", "Etag", `"v1"`))
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			rw.WriteHeader(204)
			return
		}
		body, _ := io.ReadAll(r.Body)
		say(201, "got "+string(body))(rw, r)
	})
	server := httptest.NewServer(w.edge)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).DisableCompression = true
	for _, c := range []struct {
		method, path, body string
		headers            []string
		want               string // status, declared length, body, type
	}{
		{"GET", "/x", "", nil, "200 10 0123456789 text/plain"},
		{"HEAD", "/x", "", nil, "200 10  text/plain"},
		{"GET", "/x", "", []string{"If-None-Match", `"v1"`}, "304 0  "},
		{"GET", "/x", "", []string{"Range", "bytes=3-5"}, "206 3 345 text/plain"},
		{"GET", "/x", "", []string{"Range", "bytes=30-"}, "416 10 0123456789 text/plain"},
		{"POST", "/api/x", "hello", nil, "201 9 got hello "},
		{"DELETE", "/api/x", "", nil, "204 0  "},
		{"HEAD", "/api/x", "", nil, "201 4  "},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.body == "" {
			r.Body, r.ContentLength = nil, 0
		}
		for i := 0; i < len(c.headers); i += 2 {
			r.Header.Set(c.headers[i], c.headers[i+1])
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		got := fmt.Sprint(answer.StatusCode, " ", max(answer.ContentLength, 0), " ", string(body), " ", answer.Header.Get("Content-Type"))
		if c.headers != nil && strings.HasPrefix(c.want, "416") {
			got, c.want = fmt.Sprint(answer.StatusCode), "416"
		}
		want(t, fmt.Sprint(c.method, " ", c.path, " ", c.headers), got, c.want)
	}
}

// TestEdge_underConcurrency is for the race detector: viewers at several edges, refreshes, evictions, invalidations
// and resets at once. Whatever happens, an answer is whole and belongs to its path.
func TestEdge_underConcurrency(t *testing.T) {
	w := setup{distribution: merged(standard(), with(behaviorInput("/c/*", "api", "topics"))), limit: 40_000}.start(t)
	echo := func(rw http.ResponseWriter, r *http.Request) {
		say(200, strings.Repeat(r.URL.Path, 300), "Content-Type", "text/plain", "Etag", `"v"`, "Cache-Control", "max-age=1, stale-while-revalidate=1")(rw, r)
	}
	w.serve("nearest", echo)
	w.serve("next", echo)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 200 {
				path := fmt.Sprintf("/c/%d", i%7)
				r := w.get(path, viewerHeader, []string{"FRA", "SYD"}[i%2], "Accept-Encoding", []string{"br", "gzip", ""}[worker%3])
				if r.Code != 200 || decoded(t, r) != strings.Repeat(path, 300) {
					t.Errorf("%s: %d %q", path, r.Code, r.body()[:min(20, r.Body.Len())])
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 20 {
			_, _ = w.edge.Invalidate([]string{"/c/1*"})
			setFault(w, "nearest", []string{"down", "none"}[i%2])
			w.advance(time.Second)
			if i%5 == 0 {
				w.edge.Reset()
			}
		}
	})
	wg.Wait()
	w.advance(0)
	if n := w.edge.CacheBytes(); n < 0 || n > 40_000 {
		t.Errorf("cache holds %d bytes", n)
	}
}
