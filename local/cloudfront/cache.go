package cloudfront

import (
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/onefront/onefront/local/httpcache"
)

// entry is one object, or one error, at one edge. It is never changed: a refresh stores another.
type entry struct {
	// key is where the entry is kept; path is uri and query as cached: what an invalidation path is compared with.
	key, path string
	status    int
	header    http.Header
	body      []byte
	// result is what X-Cache says of hits: Hit, or Error for errors.
	result string

	stored, expires time.Time
	// arrivedAged is the age that the origin stated.
	arrivedAged time.Duration
	life        httpcache.Lifetime
	// askAgain, if set, is when an origin that failed is asked again; until then the stale object is served.
	askAgain time.Time
	// unconditional objects are revalidated without validators: Vary: *, CF DG "Content negotiation".
	unconditional bool
	bytes         int64
}

// entryOverhead stands for the structures around an entry.
const entryOverhead = 512

func (e *entry) measure() int64 {
	n := int64(entryOverhead + len(e.key) + len(e.body))
	for name, values := range e.header {
		n += int64(len(name)) + 48
		for _, v := range values {
			n += int64(len(v)) + 16
		}
	}
	return n
}

func (e *entry) fresh(now time.Time) bool { return now.Before(e.expires) }

// mayStandIn says whether the object may be served for an error. F3.18.
func (e *entry) mayStandIn(now time.Time) bool {
	switch {
	case e.status >= 400 || e.life.StaleIfError == 0:
		return false
	case e.life.StaleIfError < 0:
		return true
	}
	return now.Before(e.expires.Add(e.life.StaleIfError))
}

// cache holds the objects of all edges; the edge is part of the key. The least recently used go first when the
// limit is reached, as CloudFront evicts what is seldom asked for.
type cache struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[string, *entry]
	bytes int64
	limit int64
	// epoch grows with every clear and invalidation: answers asked for before are not stored after.
	epoch uint64
}

func newCache(limit int64) *cache {
	c := &cache{limit: limit}
	c.lru, _ = simplelru.NewLRU(math.MaxInt, func(_ string, e *entry) { c.bytes -= e.bytes }) // fails for sizes below 1 only
	return c
}

func (c *cache) get(key string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, _ := c.lru.Get(key)
	return e
}

// now returns the epoch to store with.
func (c *cache) now() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// put keeps an entry and evicts others until all fit. What is larger than the limit is not kept.
func (c *cache) put(e *entry, epoch uint64) {
	e.bytes = e.measure()
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	c.lru.Remove(e.key)
	if e.bytes > c.limit {
		return
	}
	c.bytes += e.bytes
	c.lru.Add(e.key, e)
	for c.bytes > c.limit {
		c.lru.RemoveOldest()
	}
}

func (c *cache) remove(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Remove(key)
}

// invalidate removes what matches and returns how many.
func (c *cache) invalidate(matches func(path string) bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	n := 0
	for _, key := range c.lru.Keys() {
		if e, ok := c.lru.Peek(key); ok && matches(e.path) {
			c.lru.Remove(key)
			n++
		}
	}
	return n
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	c.lru.Purge()
	c.bytes = 0
}

func (c *cache) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// ageAt is what Age says of a hit: the time here, and the time before.
func (e *entry) ageAt(now time.Time) time.Duration {
	return e.arrivedAged + now.Sub(e.stored)
}
