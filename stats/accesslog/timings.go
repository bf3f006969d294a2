package accesslog

import (
	"slices"
	"strings"
	"sync"

	"github.com/DataDog/sketches-go/ddsketch"
)

// QuantileError is the relative error of every quantile: a p95 of 1 s may have been 0.99 s or 1.01 s.
const QuantileError = 0.01

const (
	maxBins    = 2048 // enough for a microsecond to a day
	maxTimings = 1000 // pairs of behavior and path that get quantiles of their own: each pair takes some 10 KiB
)

// timings are quantiles by key. Beyond limit keys those asked for most often are kept, by the sketch that table has.
type timings struct {
	limit   int
	mu      sync.Mutex
	keys    map[string]*timing
	dropped int64
	free    []*timing // of keys that were dropped: their sketches are used again
}

type timing struct {
	requests, lost int64
	taken, origin  *sketch
}

func newTimings(limit int) *timings {
	return &timings{limit: min(limit, maxTimings), keys: map[string]*timing{}}
}

func (t *timings) newTiming() *timing {
	last := len(t.free) - 1
	if last < 0 {
		return &timing{lost: t.dropped, taken: newSketch(), origin: newSketch()}
	}
	entry := t.free[last]
	t.free = t.free[:last]
	entry.taken.Clear()
	entry.origin.Clear()
	entry.requests, entry.lost = 0, t.dropped
	return entry
}

type sketch = ddsketch.DDSketch

func newSketch() *sketch {
	s, err := ddsketch.LogCollapsingLowestDenseDDSketch(QuantileError, maxBins)
	if err != nil {
		panic("accesslog: a sketch of constant accuracy: " + err.Error()) // only for an accuracy outside 0 to 1
	}
	return s
}

// add counts one request; a duration below 0 is one that the line lacks. The caller holds mu.
func (t *timings) add(key []byte, taken, origin float64) {
	entry := t.entry(key)
	entry.requests++
	if taken >= 0 {
		_ = entry.taken.Add(taken) // refuses only what Line.Seconds refused
	}
	if origin >= 0 {
		_ = entry.origin.Add(origin)
	}
}

func (t *timings) entry(key []byte) *timing {
	if entry := t.keys[string(key)]; entry != nil {
		return entry
	}
	if len(t.keys) >= t.limit {
		t.purge()
	}
	entry := t.newTiming()
	t.keys[string(key)] = entry
	return entry
}

// purge is table's; the few keys that are a behavior as a whole stay.
func (t *timings) purge() {
	weight := func(e *timing) int64 { return e.requests - (t.dropped - e.lost) }
	weights := make([]int64, 0, len(t.keys))
	for key, e := range t.keys {
		if !isBehavior(key) {
			weights = append(weights, weight(e))
		}
	}
	if len(weights) == 0 {
		return
	}
	slices.Sort(weights)
	off := max(1, weights[len(weights)/2])
	for key, e := range t.keys {
		if !isBehavior(key) && weight(e) <= off {
			delete(t.keys, key)
			t.free = append(t.free, e)
		}
	}
	t.dropped += off
}

// isBehavior says whether a key names no path. A distribution has at most some hundred behaviors.
func isBehavior(key string) bool { return strings.IndexByte(key, keySeparator) < 0 }

func (t *timings) absorb(other *timings) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	other.mu.Lock()
	defer other.mu.Unlock()
	for _, e := range t.keys {
		e.lost += other.dropped
	}
	t.dropped += other.dropped
	for key, theirs := range other.keys {
		ours := t.entry([]byte(key))
		ours.requests += theirs.requests
		ours.lost += theirs.lost - other.dropped
		if err := ours.taken.MergeWith(theirs.taken); err != nil {
			return err
		}
		if err := ours.origin.MergeWith(theirs.origin); err != nil {
			return err
		}
	}
	return nil
}

// quantile is nil where nothing was measured. DDSketch returns the value at rank q·(n-1).
func quantile(of *sketch, q float64) any {
	value, err := of.GetValueAtQuantile(q)
	if err != nil { // empty
		return nil
	}
	return value
}
