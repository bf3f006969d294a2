//go:build suites

package cloudfront

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var cacheTestsDir = flag.String("cache-tests", "", "checkout of github.com/http-tests/cache-tests, after npm install")

type cacheTestResult struct{ Kind, Result, Message string }

// TestSuite_cacheTests runs the public HTTP cache tests and compares the required ones with
// testdata/cachetests.json. Everything runs on loopback.
func TestSuite_cacheTests(t *testing.T) {
	if *cacheTestsDir == "" {
		t.Fatal("-cache-tests is missing: make cache-tests DIR=<checkout of http-tests/cache-tests, after npm install>")
	}
	results := runCacheTests(t)
	counts := map[string]map[string]int{}
	for _, r := range results {
		if counts[r.Kind] == nil {
			counts[r.Kind] = map[string]int{}
		}
		counts[r.Kind][r.Result]++
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%s: %v", kind, counts[kind])
	}
	expected := map[string]expectedDifference{}
	for _, d := range expectedDifferences(t) {
		expected[d.ID] = d
		if _, exists := results[d.ID]; !exists {
			t.Errorf("%s: in the list, but the suite has no such test", d.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(results)) {
		r, d := results[id], expected[id]
		switch {
		case r.Kind != "required":
		case r.Result == "pass" && d.ID != "":
			t.Errorf("%s: passes, the list expects %s: remove it from the list", id, d.Result)
		case r.Result != "pass" && r.Result != d.Result:
			t.Errorf("%s: %s, the list expects %q: %s", id, r.Result, d.Result, r.Message)
		}
	}
}

func runCacheTests(t *testing.T) map[string]cacheTestResult {
	origin, ready := new(url.URL), make(chan struct{})
	w := cacheTestsWorld(t)
	w.serve("nearest", func(rw http.ResponseWriter, r *http.Request) {
		<-ready
		forward(rw, r, origin.Host)
	})
	edge := httptest.NewServer(w.edge)
	defer edge.Close()
	dir, err := filepath.Abs(*cacheTestsDir)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "--no-warnings", "testdata/cachetests.mjs", dir, edge.URL)
	node.Env = append(os.Environ(), "npm_config_protocol=http", "npm_config_port=80", "npm_config_pidfile="+filepath.Join(t.TempDir(), "pid"))
	var problems bytes.Buffer
	node.Stderr = &problems
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	var results map[string]cacheTestResult
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if address, found := strings.CutPrefix(lines.Text(), "Listening on "); found && origin.Host == "" {
			parsed, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			*origin = *parsed
			close(ready)
		}
		if text, found := strings.CutPrefix(lines.Text(), "RESULTS "); found {
			if err := json.Unmarshal([]byte(text), &results); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := node.Wait(); err != nil || len(results) == 0 {
		t.Fatalf("node: %v, %d results\n%s", err, len(results), problems.String())
	}
	return results
}

// cacheTestsWorld caches what the suite tests by the headers of its origin alone, and passes on all that
// viewers send, for the suite's origin knows the request by its headers.
func cacheTestsWorld(t *testing.T) *world {
	all := object{"originRequestPolicyId": allViewerExceptHost}
	return setup{
		distribution: merged(standard(), with(
			behaviorInput("/test/*", "nearest", "suite", allowAll(), all),
			behaviorInput("/*", "nearest", cachingDisabled, allowAll(), all),
		)),
		more: standardMore(cachePolicyResource("suite", 0, 0, 31_536_000, object{
			"queryStringsConfig": object{"queryStringBehavior": "all"},
		})),
	}.start(t)
}

// forward is the way from the edge to the suite's origin.
func forward(rw http.ResponseWriter, r *http.Request, host string) {
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Scheme, out.URL.Host = "", "http", host
	res, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	maps.Copy(rw.Header(), res.Header)
	rw.WriteHeader(res.StatusCode)
	_, _ = io.Copy(rw, res.Body) // an origin that breaks off is part of the suite
}
