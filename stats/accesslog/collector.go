package accesslog

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what a Collector counts. The zero value counts every report exactly for up to a million keys each.
type Options struct {
	// Reports are those to fill; none means all.
	Reports []*Report
	// Bots counts bots and health checks in rankings too.
	Bots bool
	// Since leaves out lines of earlier requests. Zero: none.
	Since time.Time
	// Limit is the number of distinct keys that a report counts exactly, default DefaultLimit.
	Limit int
	// Regions says which region answered the request of an x-edge-request-id, for the report Regions: CloudFront's log
	// does not (O-A20).
	Regions map[string]string
	// Parallel is the number of workers that will fill it at the same time, default 1.
	Parallel int
}

// DefaultLimit is the number of distinct keys up to which a report is exact.
const DefaultLimit = 1_000_000

// A Collector counts lines for reports. Its workers may run at the same time, and everything else beside them.
type Collector struct {
	options Options
	tables  []*table   // by report; of a timed one the tallies are by behavior
	timings []*timings // nil but for timed reports

	lines, skipped atomic.Int64

	mu    sync.Mutex
	first time.Time
	last  time.Time
	bad   badLines
}

// A BadLine is a line that could not be read. Its text is not kept: it may be somebody's address.
type BadLine struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// maxBadLines is how many bad lines are named; all are counted.
const maxBadLines = 10

// NewCollector returns a Collector that has seen nothing.
func NewCollector(o Options) *Collector {
	if len(o.Reports) == 0 {
		o.Reports = Reports()
	}
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	c := &Collector{options: o, tables: make([]*table, len(o.Reports)), timings: make([]*timings, len(o.Reports))}
	for i, r := range o.Reports {
		c.tables[i] = newTable(o.Limit, o.Parallel)
		if r.timed {
			c.timings[i] = newTimings(o.Limit)
		}
	}
	return c
}

// Merge adds what another Collector of the same reports has seen. The other one must not be filled meanwhile.
func (c *Collector) Merge(other *Collector) error {
	if len(c.options.Reports) != len(other.options.Reports) {
		return fmt.Errorf("merging %d reports into %d: want the same reports", len(other.options.Reports), len(c.options.Reports))
	}
	for i, r := range c.options.Reports {
		if r != other.options.Reports[i] {
			return fmt.Errorf("merging %s into %s: want the same reports", other.options.Reports[i].Name, r.Name)
		}
		c.tables[i].absorb(other.tables[i])
		if c.timings[i] != nil {
			if err := c.timings[i].absorb(other.timings[i]); err != nil {
				return fmt.Errorf("merging %s: %w", r.Name, err)
			}
		}
	}
	c.lines.Add(other.lines.Load())
	c.skipped.Add(other.skipped.Load())
	other.mu.Lock()
	first, last, bad := other.first, other.last, other.bad
	other.mu.Unlock()
	c.span(first, last)
	c.addBad(bad)
	return nil
}

// Lines is the number of lines that were counted so far.
func (c *Collector) Lines() int64 { return c.lines.Load() }

func (c *Collector) span(first, last time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !first.IsZero() && (c.first.IsZero() || first.Before(c.first)) {
		c.first = first
	}
	if last.After(c.last) {
		c.last = last
	}
}

// badLines counts bad lines and keeps the first.
type badLines struct {
	count int64
	first []BadLine
}

func (b *badLines) add(line BadLine) {
	b.count++
	if len(b.first) < maxBadLines {
		b.first = append(b.first, line)
	}
}

func (c *Collector) addBad(b badLines) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bad.count += b.count
	c.bad.first = append(c.bad.first, b.first[:min(len(b.first), maxBadLines-len(c.bad.first))]...)
}

// A Worker fills a Collector. It is for one goroutine.
type Worker struct {
	c      *Collector
	parser Parser
	agent  Agent // of the line at hand
	key    []byte
	path   []byte

	batches []batch // by report
	holds   bool    // whether they hold back more than a line

	agents    map[string]Agent
	referrers map[string]string
	// firstMS and lastMS are the times of the lines counted since the last flush
	firstMS, lastMS int64
	counted         int64
}

// maxRemembered bounds what a worker remembers of agents and of referrers.
const maxRemembered = 4096

// Worker returns a new Worker.
func (c *Collector) Worker() *Worker {
	return &Worker{c: c, batches: make([]batch, len(c.options.Reports)), holds: c.options.Parallel > 1, agents: map[string]Agent{}, referrers: map[string]string{}}
}

// batchLines is how many lines a worker holds back at most; one that is alone holds none.
const batchLines = 512

// Add counts one line. It is in the Collector's Result after Flush at the latest.
func (w *Worker) Add(l *Line) {
	ms, timed := l.milliseconds()
	if !w.c.options.Since.IsZero() && (!timed || ms < w.c.options.Since.UnixMilli()) {
		w.c.skipped.Add(1)
		return
	}
	w.agent = w.classify(l[UserAgent])
	e := newEvent(l)
	for i, r := range w.c.options.Reports {
		if r.Ranking && !w.c.options.Bots && w.agent.Automatic() {
			continue
		}
		key, ok := r.of(w, l, w.key[:0])
		w.key = key
		if !ok {
			continue
		}
		taken, origin := -1.0, -1.0
		if r.timed {
			taken, origin = l.secondsOr(TimeTaken, -1), l.secondsOr(OriginFirst, -1)
		}
		b := &w.batches[i]
		if b.add(key, e, taken, origin); !w.holds || b.full() {
			b.flush(w.c.tables[i], w.c.timings[i])
		}
	}
	w.note(ms, timed)
}

func (w *Worker) note(ms int64, timed bool) {
	w.counted++
	if timed {
		if w.firstMS == 0 || ms < w.firstMS {
			w.firstMS = ms
		}
		w.lastMS = max(w.lastMS, ms)
	}
	if w.counted >= batchLines {
		w.Flush()
	}
}

// Flush gives the Collector what was held back. Read does so by itself.
func (w *Worker) Flush() {
	for i := range w.batches {
		w.batches[i].flush(w.c.tables[i], w.c.timings[i])
	}
	w.c.lines.Add(w.counted)
	if w.firstMS != 0 {
		w.c.span(time.UnixMilli(w.firstMS).UTC(), time.UnixMilli(w.lastMS).UTC())
	}
	w.counted, w.firstMS, w.lastMS = 0, 0, 0
}

func (w *Worker) classify(header []byte) Agent {
	if agent, ok := w.agents[string(header)]; ok {
		return agent
	}
	if len(w.agents) >= maxRemembered {
		clear(w.agents)
	}
	agent := Classify(decode(string(header)))
	w.agents[string(header)] = agent
	return agent
}

// referrerHost finds the host in an address. The SQL of sql.go has the same expression.
const referrerHost = `^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:@\[]+)`

var referrerPattern = regexp.MustCompile(referrerHost)

// referrer is the host of the page that led here, in lower case; "-" without one, Unknown if the header is no address.
func (w *Worker) referrer(l *Line) string {
	header := l[Referer]
	if len(header) == 0 {
		return "-"
	}
	if host, ok := w.referrers[string(header)]; ok {
		return host
	}
	if len(w.referrers) >= maxRemembered {
		clear(w.referrers)
	}
	host := Unknown
	if found := referrerPattern.FindStringSubmatch(l.Text(Referer)); found != nil {
		host = strings.ToLower(found[1])
	}
	w.referrers[string(header)] = host
	return host
}

// appendPath appends the path as a reader would write it, Line.Path, without making a string of it.
func (w *Worker) appendPath(to []byte, l *Line) []byte {
	stem := l[URIStem]
	if len(stem) == 0 {
		return append(to, '-')
	}
	if bytes.IndexByte(stem, '%') < 0 {
		return append(to, stem...)
	}
	w.path = appendDecoded(w.path[:0], stem)
	return appendDecoded(to, w.path)
}
