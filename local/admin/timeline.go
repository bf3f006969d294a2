package admin

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	// bucketsKept are the seconds with requests that the timeline remembers, marksKept the events.
	bucketsKept, marksKept = 3600, 500
	// latenciesKept bounds the samples of one second; later ones replace older ones in turn.
	latenciesKept = 512
	// flowsKept bounds the ways of one second.
	flowsKept = 256
)

// Bucket is one second of simulated time with requests.
type Bucket struct {
	// At is the second, in Unix time.
	At       int64 `json:"at"`
	Requests int   `json:"requests"`
	// Cached counts requests that the cache could have answered, Hits those that it did.
	Cached int `json:"cached"`
	Hits   int `json:"hits"`
	// P50 and P99 are of what viewers waited, in milliseconds.
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	// Regions counts requests by the region that answered: "cache" for hits, "edge" where no origin was reached.
	Regions map[string]int `json:"regions"`
	// Outcomes counts requests by status class: "2xx" and so on.
	Outcomes map[string]int `json:"outcomes"`
	// Flows are the ways that requests took.
	Flows []Flow `json:"flows"`

	latencies []float64
	flows     map[flowKey]int // index into Flows
	version   uint64
}

// Flow is how many requests went from an edge over a behavior to a region. Region is "" for the cache and the edge's
// own answers, OK is false for attempts and answers that failed.
type Flow struct {
	Edge     string `json:"edge"`
	Behavior string `json:"behavior"`
	Region   string `json:"region"`
	OK       bool   `json:"ok"`
	// First is true for the first origin tried, and where none was: counted so, every request counts once.
	First bool `json:"first"`
	Count int  `json:"count"`
}

type flowKey struct {
	edge, behavior, region string
	ok, first              bool
}

// Mark is something that happened at a moment: a fault, a drain, health, an answer of DNS, an alarm, a jump of the
// clock.
type Mark struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
	// Region is the one concerned, "" if none is.
	Region string `json:"region,omitempty"`
}

// Timeline is the body of GET /timeline: the latest seconds with requests and the latest marks, the oldest first.
type Timeline struct {
	Buckets []Bucket `json:"buckets"`
	Marks   []Mark   `json:"marks"`
}

// timeline keeps both. The request log's mutex guards it.
type timeline struct {
	buckets []*Bucket
	marks   []Mark
	version uint64
}

// add counts a request. A request that was slow belongs to the second it came in.
func (t *timeline) add(r *Request) {
	b := t.bucket(r.Time.Unix())
	t.version++
	b.version = t.version
	b.Requests++
	if r.Cache == "Hit" || r.Cache == "Miss" || r.Cache == "RefreshHit" {
		b.Cached++
	}
	region := r.Region
	switch {
	case r.Cache == "Hit":
		b.Hits++
		region = "cache"
	case region == "":
		region = "edge"
	}
	b.Regions[region]++
	b.Outcomes[strconv.Itoa(r.Status/100)+"xx"]++
	if len(b.latencies) < latenciesKept {
		b.latencies = append(b.latencies, r.MS)
	} else {
		b.latencies[b.Requests%latenciesKept] = r.MS
	}
	for i, a := range r.Origins {
		last := i == len(r.Origins)-1
		b.flow(flowKey{r.Edge, r.Behavior, a.Region, last && r.Status < 500, i == 0})
	}
	if len(r.Origins) == 0 {
		b.flow(flowKey{r.Edge, r.Behavior, "", r.Status < 500, true})
	}
}

func (b *Bucket) flow(k flowKey) {
	i, known := b.flows[k]
	if !known {
		if len(b.Flows) == flowsKept {
			return
		}
		i = len(b.Flows)
		b.flows[k] = i
		b.Flows = append(b.Flows, Flow{Edge: k.edge, Behavior: k.behavior, Region: k.region, OK: k.ok, First: k.first})
	}
	b.Flows[i].Count++
}

// bucket finds a second, nearly always the last one, or makes it in its place.
func (t *timeline) bucket(at int64) *Bucket {
	i := len(t.buckets)
	for i > 0 && t.buckets[i-1].At > at {
		i--
	}
	if i > 0 && t.buckets[i-1].At == at {
		return t.buckets[i-1]
	}
	b := &Bucket{At: at, Regions: map[string]int{}, Outcomes: map[string]int{}, flows: map[flowKey]int{}}
	t.buckets = slices.Insert(t.buckets, i, b)
	if i > 0 {
		t.buckets[i-1].shrink()
	}
	if len(t.buckets) > bucketsKept {
		t.buckets = slices.Delete(t.buckets, 0, len(t.buckets)-bucketsKept)
	}
	return b
}

// shrink settles the percentiles of a second that is over. Few requests still come to it.
func (b *Bucket) shrink() {
	b.settle()
	b.latencies = slices.Clip(b.latencies[:min(len(b.latencies), 64)])
}

func (b *Bucket) settle() {
	if len(b.latencies) == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(b.latencies))
	rank := func(percent int) float64 { return sorted[(len(sorted)*percent+99)/100-1] } // the nearest rank
	b.P50, b.P99 = rank(50), rank(99)
}

// shown is a copy that nobody changes any more.
func (b *Bucket) shown(last bool) Bucket {
	if last {
		b.settle()
	}
	c := *b
	c.Regions, c.Outcomes, c.Flows = cloneCounts(b.Regions), cloneCounts(b.Outcomes), slices.Clone(b.Flows)
	c.latencies, c.flows = nil, nil
	return c
}

func cloneCounts(m map[string]int) map[string]int {
	c := make(map[string]int, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// since are the seconds that changed after a version.
func (t *timeline) since(version uint64) []Bucket {
	list := []Bucket{}
	for i, b := range t.buckets {
		if b.version > version {
			list = append(list, b.shown(i == len(t.buckets)-1))
		}
	}
	return list
}

func (t *timeline) mark(m Mark) {
	if len(t.marks) == marksKept {
		t.marks = slices.Delete(t.marks, 0, 1)
	}
	t.marks = append(t.marks, m)
}

// Mark notes an event. At is simulated time.
func (l *RequestLog) Mark(m Mark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.time.mark(m)
	l.marked++
}

// Timeline returns all that is kept.
func (l *RequestLog) Timeline() Timeline {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Timeline{Buckets: l.time.since(0), Marks: append([]Mark{}, l.time.marks...)}
}

func (s *Server) getTimeline(w http.ResponseWriter, _ *http.Request) {
	answer(w, s.o.Requests.Timeline())
}

// mark notes an event now.
func (s *Server) mark(kind, region, format string, args ...any) {
	s.o.Requests.Mark(Mark{At: s.o.Now().UTC(), Kind: kind, Region: region, Text: fmt.Sprintf(format, args...)})
}
