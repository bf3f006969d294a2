package accesslog

import "bytes"

// A batch holds back what a worker counts for one report. Workers that count line by line take a table's memory from
// each other's processor at every line, which cost two of them a sixth of their time (BenchmarkFiles).
type batch struct {
	keys   []byte // one after the other
	counts []batched
}

type batched struct {
	end           int // of the key in keys
	event         event
	taken, origin float64 // seconds, of a timed report; below 0 if the line lacks it
}

// maxBatchKeys bounds the keys that are held back, in bytes.
const maxBatchKeys = 1 << 18

func (b *batch) full() bool { return len(b.keys) >= maxBatchKeys }

func (b *batch) add(key []byte, e event, taken, origin float64) {
	b.keys = append(b.keys, key...)
	b.counts = append(b.counts, batched{len(b.keys), e, taken, origin})
}

// flush counts what was held back; times is nil but for a timed report.
func (b *batch) flush(t *table, times *timings) {
	if times != nil {
		times.mu.Lock()
		defer times.mu.Unlock()
	}
	from := 0
	for i := range b.counts {
		c := &b.counts[i]
		key := b.keys[from:c.end]
		from = c.end
		if times == nil {
			t.add(key, c.event)
			continue
		}
		// the behavior as a whole, whose tally stands in the table, and the path
		behavior := key[:bytes.IndexByte(key, keySeparator)]
		t.add(behavior, c.event)
		times.add(behavior, c.taken, c.origin)
		times.add(key, c.taken, c.origin)
	}
	b.keys, b.counts = b.keys[:0], b.counts[:0]
}
