package admin

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestLog_keepsTheLatest(t *testing.T) {
	l := NewRequestLog()
	for i := range requestsKept + 5 {
		l.Add(Request{ID: strconv.Itoa(i)})
	}
	got := l.Latest(requestsKept)
	if len(got) != requestsKept || got[0].ID != strconv.Itoa(requestsKept+4) || got[requestsKept-1].ID != "5" {
		t.Errorf("got %d requests from %s to %s", len(got), got[0].ID, got[len(got)-1].ID)
	}
	if got := l.Latest(2); len(got) != 2 || got[1].ID != strconv.Itoa(requestsKept+3) {
		t.Errorf("got %v", got)
	}
	if got := l.Stats().Requests; got != requestsKept+5 {
		t.Errorf("counted %d", got)
	}
}

func TestRequestLog_counts(t *testing.T) {
	l := NewRequestLog()
	l.Add(Request{Edge: "FRA", Path: "/a", Cache: "Miss", Region: "eu-west-1", Status: 200, Bytes: 10})
	l.Add(Request{Edge: "FRA", Path: "/b", Cache: "Hit", Status: 200, Bytes: 10})
	l.Add(Request{Edge: "SYD", Path: "/b", Cache: "Error", Status: 502, Bytes: 1})
	want := Stats{
		Requests: 3, Bytes: 21,
		ByStatus: map[string]int{"200": 2, "502": 1},
		ByCache:  map[string]int{"Miss": 1, "Hit": 1, "Error": 1},
		ByRegion: map[string]int{"eu-west-1": 1},
		ByEdge:   map[string]int{"FRA": 2, "SYD": 1},
		Paths:    []PathCount{{"/b", 2}, {"/a", 1}},
	}
	if diff := cmp.Diff(want, l.Stats()); diff != "" {
		t.Error(diff)
	}
}

// A scan of random paths must not grow the counters without end.
func TestRequestLog_boundsPaths(t *testing.T) {
	l := NewRequestLog()
	for i := range 3 * pathsCounted {
		l.Add(Request{Path: fmt.Sprintf("/%d", i)})
	}
	if len(l.paths) > pathsCounted+1 {
		t.Errorf("counting %d paths", len(l.paths))
	}
	if got := l.Stats().Paths[0]; got != (PathCount{otherPaths, 2 * pathsCounted}) {
		t.Errorf("got %v", got)
	}
}
