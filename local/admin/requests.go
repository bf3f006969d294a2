package admin

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// requestsKept is how many requests the log remembers.
	requestsKept = 1000
	// pathsCounted bounds the paths counted; requests to more are counted under otherPaths.
	pathsCounted = 1000
	otherPaths   = "(other)"
	// popularPaths is how many paths the statistics list.
	popularPaths = 20
)

// Request is one request as the edge handled it. The JSON form is that of GET /requests.
type Request struct {
	ID       string    `json:"id"`
	Edge     string    `json:"edge"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Behavior string    `json:"behavior"`
	Cache    string    `json:"cache"`
	Origins  []Attempt `json:"origins"`
	Region   string    `json:"region"`
	Status   int       `json:"status"`
	Time     time.Time `json:"time"`
	// MS is how long the viewer waited, in milliseconds, simulated waiting included.
	MS    float64 `json:"ms"`
	Bytes int     `json:"bytes"`
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
	stats    Stats
	paths    map[string]int
	listener func(Request)
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
	l.mu.Lock()
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
	path := r.Path
	if _, known := l.paths[path]; !known && len(l.paths) >= pathsCounted {
		path = otherPaths
	}
	l.paths[path]++
	listener := l.listener
	l.mu.Unlock()
	if listener != nil {
		listener(r)
	}
}

// Latest returns up to n requests, the newest first.
func (l *RequestLog) Latest(n int) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, len(l.latest))
	list := make([]Request, 0, n)
	for i := range n {
		list = append(list, l.latest[(l.next-1-i+2*requestsKept)%requestsKept])
	}
	return list
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
	l.stats = Stats{ByStatus: map[string]int{}, ByCache: map[string]int{}, ByRegion: map[string]int{}, ByEdge: map[string]int{}}
}

func (l *RequestLog) onAdd(f func(Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listener = f
}
