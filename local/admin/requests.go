package admin

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// requestsKept is how many requests the log remembers.
	requestsKept = 10_000
	// pathKept bounds the path and the query of a remembered request, each, in bytes.
	pathKept = 1000
	// pathsCounted bounds the paths counted; requests to more are counted under otherPaths.
	pathsCounted = 1000
	otherPaths   = "(other)"
	// popularPaths is how many paths the statistics list.
	popularPaths = 20
)

// Request is one request as the edge handled it. The JSON form is that of GET /requests.
type Request struct {
	ID     string `json:"id"`
	Edge   string `json:"edge"`
	Method string `json:"method"`
	Path   string `json:"path"`
	// Query is the raw query without "?": of what GET /requests lists, the cache key may hold it.
	Query    string    `json:"query,omitempty"`
	Behavior string    `json:"behavior"`
	Cache    string    `json:"cache"`
	Origins  []Attempt `json:"origins"`
	Region   string    `json:"region"`
	Status   int       `json:"status"`
	Time     time.Time `json:"time"`
	// MS is how long the viewer waited, in milliseconds, simulated waiting included.
	MS    float64 `json:"ms"`
	Bytes int     `json:"bytes"`
	// Reason is why the edge refused or no origin answered, "" otherwise.
	Reason string `json:"reason,omitempty"`
	// Steps explain the answer, in words that are made when GET /requests/{id} shows them. Nil: there are none.
	Steps func() []Step `json:"-"`

	sequence uint64
}

// Attempt is one origin tried.
type Attempt struct {
	ID      string  `json:"id"`
	Region  string  `json:"region"`
	MS      float64 `json:"ms"`
	Outcome string  `json:"outcome"`
}

// Stats are counts since the start or the last reset.
type Stats struct {
	Requests int            `json:"requests"`
	Bytes    int            `json:"bytes"`
	ByStatus map[string]int `json:"byStatus"`
	ByCache  map[string]int `json:"byCache"`
	ByRegion map[string]int `json:"byRegion"`
	ByEdge   map[string]int `json:"byEdge"`
	// Paths are the most popular ones, the most requested first.
	Paths []PathCount `json:"paths"`
}

// PathCount is one path's share.
type PathCount struct {
	Path     string `json:"path"`
	Requests int    `json:"requests"`
}

// RequestLog remembers the latest requests and counts all of them. It is safe for concurrent use; NewRequestLog
// makes one.
type RequestLog struct {
	mu       sync.Mutex
	latest   []Request // a ring; next is where the next one goes
	next     int
	sequence uint64 // of the latest request
	marked   uint64 // how many marks there were
	stats    Stats
	paths    map[string]int
	time     timeline
}

// NewRequestLog returns an empty log.
func NewRequestLog() *RequestLog {
	l := &RequestLog{}
	l.Reset()
	return l
}

// Add records a request. A request that no origin answered counts under region "".
func (l *RequestLog) Add(r Request) {
	if r.Origins == nil {
		r.Origins = []Attempt{}
	}
	path := r.Path
	r.Path, r.Query = cutTo(r.Path), cutTo(r.Query)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sequence++
	r.sequence = l.sequence
	l.time.add(&r)
	if len(l.latest) < requestsKept {
		l.latest = append(l.latest, r)
	} else {
		l.latest[l.next] = r
	}
	l.next = (l.next + 1) % requestsKept
	l.stats.Requests++
	l.stats.Bytes += r.Bytes
	l.stats.ByStatus[strconv.Itoa(r.Status)]++
	l.stats.ByCache[r.Cache]++
	l.stats.ByEdge[r.Edge]++
	if r.Region != "" {
		l.stats.ByRegion[r.Region]++
	}
	if _, known := l.paths[path]; !known && len(l.paths) >= pathsCounted {
		path = otherPaths
	}
	l.paths[path]++
}

func cutTo(s string) string {
	if len(s) <= pathKept {
		return s
	}
	return strings.ToValidUTF8(s[:pathKept], "") + "..."
}

// Latest returns up to n requests, the newest first.
func (l *RequestLog) Latest(n int) []Request { return l.Select(n, Filter{}) }

// Select returns up to n requests that a filter takes, the newest first.
func (l *RequestLog) Select(n int, f Filter) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Request, 0, min(n, len(l.latest)))
	for i := 0; i < len(l.latest) && len(list) < n; i++ {
		if r := l.back(i); f.Takes(r) {
			list = append(list, *r)
		}
	}
	return list
}

// back is the request i places before the newest.
func (l *RequestLog) back(i int) *Request { return &l.latest[(l.next-1-i+2*requestsKept)%requestsKept] }

// Find returns the request with an id, the newest should there be several.
func (l *RequestLog) Find(id string) (Request, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.latest {
		if r := l.back(i); r.ID == id {
			return *r, true
		}
	}
	return Request{}, false
}

// position is how much of the log somebody has seen.
type position struct{ sequence, version, marked uint64 }

// now is the position at the end of the log.
func (l *RequestLog) now() position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return position{l.sequence, l.time.version, l.marked}
}

// news is what came after a position: at most limit requests, the newest first, the seconds that changed, and all marks
// if there are new ones.
func (l *RequestLog) news(p *position, limit int) (requests []Request, changed *Timeline) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := 0; i < len(l.latest) && len(requests) < limit; i++ {
		r := l.back(i)
		if r.sequence <= p.sequence {
			break
		}
		requests = append(requests, *r)
	}
	if l.time.version > p.version || l.marked > p.marked {
		changed = &Timeline{Buckets: l.time.since(p.version)}
		if l.marked > p.marked {
			changed.Marks = append([]Mark{}, l.time.marks...)
		}
	}
	*p = position{l.sequence, l.time.version, l.marked}
	return requests, changed
}

// Count is how many requests there were since the start or the last reset.
func (l *RequestLog) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats.Requests
}

// Stats returns the counts.
func (l *RequestLog) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	s.ByStatus, s.ByCache = maps.Clone(s.ByStatus), maps.Clone(s.ByCache)
	s.ByRegion, s.ByEdge = maps.Clone(s.ByRegion), maps.Clone(s.ByEdge)
	s.Paths = make([]PathCount, 0, len(l.paths))
	for path, n := range l.paths {
		s.Paths = append(s.Paths, PathCount{Path: path, Requests: n})
	}
	slices.SortFunc(s.Paths, func(a, b PathCount) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Path, b.Path))
	})
	s.Paths = s.Paths[:min(popularPaths, len(s.Paths))]
	return s
}

// Reset forgets everything.
func (l *RequestLog) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latest, l.next, l.paths = nil, 0, map[string]int{}
	l.time = timeline{version: l.time.version}
	l.stats = Stats{ByStatus: map[string]int{}, ByCache: map[string]int{}, ByRegion: map[string]int{}, ByEdge: map[string]int{}}
}
