package accesslog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A Result is what a Collector has seen. Its JSON is the form that `stats -json` and local mode's GET /stats share;
// docs/statistics.schema.json describes it.
type Result struct {
	// Format is that of the JSON: it goes up when a name changes or goes.
	Format int `json:"format"`
	// Lines were counted, SkippedLines were older than asked for, BadLines could not be read.
	Lines        int64 `json:"lines"`
	SkippedLines int64 `json:"skippedLines"`
	BadLines     int64 `json:"badLines"`
	// BadLineSamples are the first of the bad lines.
	BadLineSamples []BadLine `json:"badLineSamples"`
	// First and Last are the times of the first and the last request, nil without lines.
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
	// Bots says whether rankings count bots and health checks.
	Bots bool `json:"bots"`
	// QuantileError is the relative error of quantiles.
	QuantileError float64                  `json:"quantileError"`
	Reports       map[string]*ReportResult `json:"reports"`
}

const format = 1

// A ReportResult is the rows of one report.
type ReportResult struct {
	// Requests are all that the report counted, rows that are not shown included.
	Requests int64 `json:"requests"`
	// Keys is the number of distinct keys that are held. It is exact if CountError is 0.
	Keys int64 `json:"keys"`
	// CountError is how many requests any row may lack, and how many a key that has no row may have had, at most. 0:
	// exact.
	CountError int64 `json:"countError"`
	// Columns are the names of the columns in the order of Row.Values.
	Columns []string `json:"columns"`
	Rows    []Row    `json:"rows"`
}

// A Row is one key and its numbers. Its JSON is an object by column.
type Row struct {
	Columns []string
	// Values are a string for each column of the key, then int64 or float64, or nil for a quantile of nothing.
	Values []any
}

// MarshalJSON writes the columns in their order.
func (r Row) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, name := range r.Columns {
		value, err := json.Marshal(r.Values[i])
		if err != nil {
			return nil, err
		}
		out.WriteString(map[bool]string{true: "{", false: ","}[i == 0] + `"` + name + `":`)
		out.Write(printable(value))
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// printable escapes what JSON may hold as it is and a terminal obeys or hides: C1 controls, and marks that turn the
// direction of what follows. Paths are whatever a visitor sent.
func printable(value []byte) []byte {
	out := make([]byte, 0, len(value))
	for _, r := range string(value) {
		switch {
		case r < 0x7f || unicode.IsPrint(r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// Result returns the first rows of each report, top at most; top 0 or below means all.
func (c *Collector) Result(top int) *Result {
	out := &Result{
		Format: format, Lines: c.lines.Load(), SkippedLines: c.skipped.Load(), Bots: c.options.Bots,
		QuantileError: QuantileError, Reports: map[string]*ReportResult{}, BadLineSamples: []BadLine{},
	}
	c.mu.Lock()
	out.BadLineSamples = append(out.BadLineSamples, c.bad.first...)
	out.BadLines = c.bad.count
	if first, last := c.first, c.last; !first.IsZero() {
		out.First, out.Last = &first, &last
	}
	c.mu.Unlock()
	for i, r := range c.options.Reports {
		if r.timed {
			out.Reports[r.Name] = timedResult(r, c.tables[i], c.timings[i], top)
		} else {
			out.Reports[r.Name] = countedResult(r, c.tables[i], top)
		}
	}
	return out
}

// ranked is a key that may come into the result.
type ranked struct {
	key string
	Tally
}

func byRequests(a, b ranked) int {
	return cmp.Or(cmp.Compare(b.Requests, a.Requests), strings.Compare(a.key, b.key))
}

func countedResult(r *Report, t *table, top int) *ReportResult {
	best, keys, most := topOf(t, top)
	all := t.requests()
	out := &ReportResult{Requests: all, Keys: keys, CountError: most, Columns: r.Columns(), Rows: make([]Row, 0, len(best))}
	for _, b := range best {
		values := keyValues(r, b.key)
		for _, c := range r.columns {
			values = append(values, c.value(b.Tally, all))
		}
		out.Rows = append(out.Rows, Row{out.Columns, values})
	}
	return out
}

// topOf picks the keys with the most requests and says how many keys there are and what any may lack. It holds at most
// some more keys than it returns, not the million that there may be.
func topOf(t *table, top int) (best []ranked, keys, most int64) {
	most = t.dropped()
	least := int64(0)
	for key, h := range t.all() {
		keys++
		if h.Requests < least {
			continue
		}
		best = append(best, ranked{string(key), h.Tally})
		if top > 0 && len(best) >= 4*top+64 {
			slices.SortFunc(best, byRequests)
			best = best[:top]
			least = best[top-1].Requests
		}
	}
	slices.SortFunc(best, byRequests)
	if top > 0 && len(best) > top {
		best = best[:top]
	}
	return best, keys, most
}

func keyValues(r *Report, key string) []any {
	values := make([]any, 0, len(r.keys)+len(r.columns))
	for part := range strings.SplitSeq(key, string(keySeparator)) {
		if len(values) == len(r.keys) {
			values[len(values)-1] = values[len(values)-1].(string) + string(keySeparator) + part
			continue
		}
		values = append(values, strings.ToValidUTF8(part, "\uFFFD"))
	}
	return values
}

// SlowFloor is how often an object must have been asked for before it is called slow.
const SlowFloor = 10

// timedResult lists the behaviors as wholes by requests, then the slowest objects by the 95th percentile.
func timedResult(r *Report, t *table, times *timings, top int) *ReportResult {
	behaviors, _, _ := topOf(t, 0)
	times.mu.Lock()
	defer times.mu.Unlock()
	out := &ReportResult{Requests: t.requests(), CountError: times.dropped, Columns: r.Columns(), Rows: []Row{}}
	for _, b := range behaviors {
		if entry := times.keys[b.key]; entry != nil {
			out.Rows = append(out.Rows, timedRow(r, b.key+string(keySeparator)+"*", b.Requests, entry))
		}
	}
	objects := make([]Row, 0, len(times.keys))
	for key, entry := range times.keys {
		if isBehavior(key) {
			continue
		}
		out.Keys++
		if entry.requests >= SlowFloor {
			objects = append(objects, timedRow(r, key, entry.requests, entry))
		}
	}
	slices.SortFunc(objects, func(a, b Row) int {
		// the 95th percentile of TimeTaken, then the key
		return cmp.Or(cmp.Compare(orZero(b.Values[4]), orZero(a.Values[4])),
			strings.Compare(a.Values[0].(string), b.Values[0].(string)), strings.Compare(a.Values[1].(string), b.Values[1].(string)))
	})
	if top > 0 && len(objects) > top {
		objects = objects[:top]
	}
	out.Rows = append(out.Rows, objects...)
	return out
}

func timedRow(r *Report, key string, requests int64, e *timing) Row {
	values := append(keyValues(r, key), requests)
	for _, sketch := range []*sketch{e.taken, e.origin} {
		for _, q := range []float64{0.50, 0.95, 0.99} {
			values = append(values, quantile(sketch, q))
		}
	}
	return Row{r.Columns(), values}
}

func orZero(v any) float64 {
	f, _ := v.(float64)
	return f
}
