package accesslog

// A Tally counts the requests that share a key.
type Tally struct {
	Requests    int64
	Hits        int64 // by x-edge-response-result-type, as in the console's reports
	RefreshHits int64
	Misses      int64
	Errors      int64    // Error, LimitExceeded and CapacityExceeded
	Incomplete  int64    // downloads that broke off: 200 to the viewer's eyes, Error in the end (O-A18)
	Classes     [6]int64 // by the status's first digit, 2 to 5
	Bytes       int64
	MissedBytes int64 // bytes of requests whose x-edge-result-type is Miss
}

// resultOther is the index of results that no counter of their own has.
const (
	resultOther = iota
	resultHit
	resultRefreshHit
	resultMiss
	resultError
)

// An event is what one line adds to a tally.
type event struct {
	result      uint8
	class       uint8 // the status's first digit, 2 to 5, else 0: 000 where the viewer hung up, 101 for a WebSocket
	incomplete  bool
	bytes       int64
	missedBytes int64
}

func newEvent(l *Line) event {
	var e event
	switch string(l[ResponseResult]) {
	case "Hit":
		e.result = resultHit
	case "RefreshHit":
		e.result = resultRefreshHit
	case "Miss":
		e.result = resultMiss
	case "Error", "LimitExceeded", "CapacityExceeded":
		e.result = resultError
	}
	if status := l[Status]; len(status) == 3 && status[0] >= '2' && status[0] <= '5' {
		e.class = status[0] - '0'
	}
	e.incomplete = string(l[Status]) == "200" && string(l[ResultType]) == "Error"
	e.bytes = max(0, l.whole(SentBytes))
	if string(l[ResultType]) == "Miss" {
		e.missedBytes = e.bytes
	}
	return e
}

func (t *Tally) count(e event) {
	t.Requests++
	switch e.result {
	case resultHit:
		t.Hits++
	case resultRefreshHit:
		t.RefreshHits++
	case resultMiss:
		t.Misses++
	case resultError:
		t.Errors++
	}
	if e.incomplete {
		t.Incomplete++
	}
	if e.class != 0 {
		t.Classes[e.class]++
	}
	t.Bytes += e.bytes
	t.MissedBytes += e.missedBytes
}

func (t *Tally) merge(other Tally) {
	t.Requests += other.Requests
	t.Hits += other.Hits
	t.RefreshHits += other.RefreshHits
	t.Misses += other.Misses
	t.Errors += other.Errors
	t.Incomplete += other.Incomplete
	for class, n := range other.Classes {
		t.Classes[class] += n
	}
	t.Bytes += other.Bytes
	t.MissedBytes += other.MissedBytes
}

// row is a tally in 20 bytes, for the keys that are asked for rarely: nearly all of a million. A row that would
// overflow gets a whole Tally elsewhere: then its requests are 0, missedBytes is overflow and bytes is the Tally's
// index.
type row struct {
	key         uint32 // where in the shard's keys
	bytes       uint32
	missedBytes uint32
	counts      [2]uint32 // ten counters of six bits
}

const overflow = 1

// The counters of a row; results and classes 2 to 5 follow in their order.
const (
	countRequests   = 0
	countResult     = countRequests // plus resultHit to resultError
	countIncomplete = countResult + resultError + 1
	countClass      = countIncomplete + 1 - 2 // plus 2 to 5
	mostCounted     = 1<<6 - 1
)

func (r *row) get(counter int) int64 {
	return int64(r.counts[counter/5] >> (counter % 5 * 6) & mostCounted)
}

func (r *row) up(counter int) { r.counts[counter/5] += 1 << (counter % 5 * 6) }

func (r *row) overflowed() bool { return r.get(countRequests) == 0 && r.missedBytes == overflow }

// fits says whether one more event leaves every counter in range; all but the bytes are at most the requests.
func (r *row) fits(e event) bool {
	const top = 1<<32 - 1
	return r.get(countRequests) < mostCounted && e.bytes <= top-int64(r.bytes)
}

func (r *row) count(e event) {
	r.up(countRequests)
	if e.result != resultOther {
		r.up(countResult + int(e.result))
	}
	if e.incomplete {
		r.up(countIncomplete)
	}
	if e.class != 0 {
		r.up(countClass + int(e.class))
	}
	r.bytes += uint32(e.bytes)
	r.missedBytes += uint32(e.missedBytes)
}

func (r *row) tally() Tally {
	t := Tally{
		Requests: r.get(countRequests), Hits: r.get(countResult + resultHit), RefreshHits: r.get(countResult + resultRefreshHit),
		Misses: r.get(countResult + resultMiss), Errors: r.get(countResult + resultError), Incomplete: r.get(countIncomplete),
		Bytes: int64(r.bytes), MissedBytes: int64(r.missedBytes),
	}
	for class := 2; class <= 5; class++ {
		t.Classes[class] = r.get(countClass + class)
	}
	return t
}
