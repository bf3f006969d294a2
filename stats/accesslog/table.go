package accesslog

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
)

// table holds a tally for each key, in little memory and for many goroutines at once: two hundred bytes for each of a
// million paths would be too much. Up to limit keys it is exact. Beyond, it keeps those that count.
//
// The sketch is Misra and Gries's as Agarwal and others' "Mergeable Summaries" has it: when a shard is full, of
// keys or of their text, the median of its weights is taken off every weight, and whoever has none left goes. So a
// key that is gone, or came back, was seen at most `dropped` times more often than its tally says, and dropped is at
// most twice the requests divided by limit, or by the keys that filled the text. No maintained Go module of such a
// sketch can be had that also keeps more than one count for each key.
type table struct {
	limit  int64
	chunks int          // of keys' text that a shard may hold, chunkBytes each
	held   atomic.Int64 // keys in all shards
	seed   maphash.Seed
	shards []shard
}

type shard struct {
	mu       sync.Mutex
	slots    []uint32 // a row's number plus 1; open addressing
	rows     [][]row  // of chunkRows each
	count    uint32
	keys     keys
	tallies  []Tally // of the rows that overflowed
	lost     []int64 // for each row what it may lack; nil as long as nothing was dropped
	dropped  int64
	requests int64
	_        [64]byte // locks of neighbours stay apart
}

const (
	chunkRows = 512
	// maxKeyText is how much text of keys a table holds: a million paths of 128 bytes. Whoever asks for a million
	// addresses of 8 KiB shall not decide how much memory a count takes.
	maxKeyText = 128 << 20
	maxKey     = 8192 // of a key's bytes the last ones count; CloudFront logs no URL beyond (O-A14)
)

// newTable makes a table for at least limit keys; parallel is the number of goroutines that will fill it at once.
func newTable(limit, parallel int) *table {
	shards := 1
	if parallel > 1 && limit >= 1<<10 {
		shards = 64
	}
	return &table{limit: int64(limit), chunks: maxKeyText / chunkBytes / shards, seed: maphash.MakeSeed(), shards: make([]shard, shards)}
}

func (t *table) find(key []byte) (*shard, uint64) {
	hash := maphash.Bytes(t.seed, key)
	return &t.shards[hash%uint64(len(t.shards))], hash / uint64(len(t.shards))
}

func lastOf(key []byte) []byte { return key[max(0, len(key)-maxKey):] }

// add counts one request.
func (t *table) add(key []byte, e event) {
	key = lastOf(key)
	s, hash := t.find(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	at := s.lookup(t, key, hash)
	r := s.row(at)
	switch {
	case r.overflowed():
		s.tallies[r.bytes].count(e)
	case r.fits(e):
		r.count(e)
	default:
		s.promote(r).count(e)
	}
}

// merge adds a tally of another table to a key's, but not to the requests; lacking is what it may lack.
func (t *table) merge(key []byte, other Tally, lacking int64) {
	s, hash := t.find(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.lookup(t, key, hash)
	s.promote(s.row(at)).merge(other)
	if lacking != 0 {
		s.lacks()
		s.lost[at] += lacking
	}
}

// absorb adds all of another table. A key that only one of them holds may have been dropped by the other.
func (t *table) absorb(other *table) {
	theirs, requests := other.dropped(), other.requests()
	for i := range t.shards {
		if theirs > 0 {
			t.shards[i].absorbDropped(theirs)
		}
	}
	first := &t.shards[0]
	first.mu.Lock()
	first.requests += requests // those of dropped keys included
	first.mu.Unlock()
	for key, held := range other.all() {
		// absorbDropped said that this key lacks as much as if the other had dropped it: it has not
		t.merge(key, held.Tally, held.lacking-theirs)
	}
}

// absorbDropped makes each row, and each key to come, lack what another table may have dropped of it.
func (s *shard) absorbDropped(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lacks()
	for i := range s.lost {
		s.lost[i] += n
	}
	s.dropped += n
}

// lacks makes room for what each row may lack.
func (s *shard) lacks() {
	if s.lost == nil {
		s.lost = make([]int64, s.count)
	}
}

// held is a key's tally; it may lack so many requests.
type held struct {
	Tally
	lacking int64
}

// all yields every key, which is valid until the next step.
func (t *table) all() iter.Seq2[[]byte, held] {
	return func(yield func([]byte, held) bool) {
		for i := range t.shards {
			if !t.shards[i].each(yield) {
				return
			}
		}
	}
}

func (s *shard) each(yield func([]byte, held) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var key []byte
	for at := range s.count {
		key = s.keys.append(key[:0], s.row(at).key)
		h := held{Tally: s.tally(at)}
		if s.lost != nil {
			h.lacking = s.lost[at]
		}
		if !yield(key, h) {
			return false
		}
	}
	return true
}

// dropped is what a key that is not held may have been seen, at most.
func (t *table) dropped() int64 {
	var most int64
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		most = max(most, s.dropped)
		s.mu.Unlock()
	}
	return most
}

// requests are all that were counted, those of dropped keys included.
func (t *table) requests() int64 {
	var sum int64
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		sum += s.requests
		s.mu.Unlock()
	}
	return sum
}

func (s *shard) row(at uint32) *row { return &s.rows[at/chunkRows][at%chunkRows] }

func (s *shard) tally(at uint32) Tally {
	if r := s.row(at); r.overflowed() {
		return s.tallies[r.bytes]
	}
	return s.row(at).tally()
}

// promote gives a row a whole Tally.
func (s *shard) promote(r *row) *Tally {
	if r.overflowed() {
		return &s.tallies[r.bytes]
	}
	s.tallies = append(s.tallies, r.tally())
	*r = row{key: r.key, bytes: uint32(len(s.tallies) - 1), missedBytes: overflow}
	return &s.tallies[len(s.tallies)-1]
}

// lookup finds a key's row, or makes one.
func (s *shard) lookup(t *table, key []byte, hash uint64) uint32 {
	if at, ok := s.search(key, hash); ok {
		return at
	}
	share := t.limit / int64(len(t.shards))
	if t.held.Load() >= t.limit && int64(s.count) >= max(share, 1) || len(s.keys.chunks) > t.chunks {
		s.purge(t)
	}
	if int(s.count)+1 > len(s.slots)*4/5 {
		s.grow(t)
	}
	t.held.Add(1)
	return s.insert(key, hash)
}

func (s *shard) search(key []byte, hash uint64) (uint32, bool) {
	if len(s.slots) == 0 {
		return 0, false
	}
	for slot := hash % uint64(len(s.slots)); s.slots[slot] != 0; slot = s.next(slot) {
		at := s.slots[slot] - 1
		if s.keys.equal(s.row(at).key, key) {
			return at, true
		}
	}
	return 0, false
}

func (s *shard) next(slot uint64) uint64 {
	if slot++; slot == uint64(len(s.slots)) {
		return 0
	}
	return slot
}

func (s *shard) insert(key []byte, hash uint64) uint32 {
	at := s.count
	if at%chunkRows == 0 {
		s.rows = append(s.rows, chunk[row](len(s.rows), chunkRows))
	}
	last := &s.rows[len(s.rows)-1]
	*last = append(*last, row{key: s.keys.store(key)})
	if s.lost != nil {
		s.lost = append(s.lost, s.dropped)
	}
	s.count++
	s.place(at, hash)
	return at
}

func (s *shard) place(at uint32, hash uint64) {
	slot := hash % uint64(len(s.slots))
	for s.slots[slot] != 0 {
		slot = s.next(slot)
	}
	s.slots[slot] = at + 1
}

// grow makes the slots half as many again.
func (s *shard) grow(t *table) {
	s.slots = make([]uint32, max(16, len(s.slots)*3/2))
	var key []byte
	for at := range s.count {
		key = s.keys.append(key[:0], s.row(at).key)
		_, hash := t.find(key)
		s.place(at, hash)
	}
}

// purge takes the median weight off all, and drops whom none is left. A row's weight is what was counted since it
// came, less what was taken off since.
func (s *shard) purge(t *table) {
	s.lacks()
	weight := func(at uint32) int64 { return s.tally(at).Requests - (s.dropped - s.lost[at]) }
	weights := make([]int64, s.count)
	for at := range s.count {
		weights[at] = weight(at)
	}
	slices.SortFunc(weights, cmp.Compare[int64])
	off := max(1, weights[len(weights)/2])

	kept := shard{slots: make([]uint32, len(s.slots)), lost: []int64{}, dropped: s.dropped + off, requests: s.requests}
	var key []byte
	for at := range s.count {
		if weight(at) <= off {
			continue
		}
		key = s.keys.append(key[:0], s.row(at).key)
		_, hash := t.find(key)
		to := kept.insert(key, hash)
		kept.lost[to] = s.lost[at]
		if r := s.row(at); r.overflowed() {
			*kept.promote(kept.row(to)) = s.tally(at)
		} else {
			text := kept.row(to).key
			*kept.row(to) = *r
			kept.row(to).key = text
		}
	}
	t.held.Add(int64(kept.count) - int64(s.count))
	s.slots, s.rows, s.count, s.keys, s.tallies, s.lost = kept.slots, kept.rows, kept.count, kept.keys, kept.tallies, kept.lost
	s.dropped = kept.dropped
}
