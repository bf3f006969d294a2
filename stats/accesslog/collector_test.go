package accesslog_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

func generate(seed uint64, paths, n int) []accesslogtest.Request {
	g := accesslogtest.New(seed, paths)
	requests := make([]accesslogtest.Request, n)
	for i := range requests {
		requests[i] = g.Next()
	}
	return requests
}

func file(requests []accesslogtest.Request, packed bool) []byte {
	var out bytes.Buffer
	for _, r := range requests {
		out.Write(append(r.Line(), '\n'))
	}
	if !packed {
		return out.Bytes()
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(out.Bytes())
	_ = w.Close()
	return zipped.Bytes()
}

func read(t *testing.T, c *accesslog.Collector, files ...[]byte) {
	t.Helper()
	for i, f := range files {
		if err := c.Worker().Read(t.Context(), bytes.NewReader(f), fmt.Sprint("file", i)); err != nil {
			t.Fatal(err)
		}
	}
}

// rows are a report's as maps, by accesslogtest.Key.
func rows(r *accesslog.ReportResult) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, row := range r.Rows {
		values := map[string]any{}
		for i, name := range row.Columns {
			values[name] = row.Values[i]
		}
		out[accesslogtest.Key(values)] = values
	}
	return out
}

func TestReports_areTheTruth(t *testing.T) {
	t.Parallel()
	requests := generate(1, 500, 20_000)
	for _, bots := range []bool{false, true} {
		c := accesslog.NewCollector(accesslog.Options{Bots: bots})
		read(t, c, file(requests, true))
		result := c.Result(0)
		if result.Lines != 20_000 || result.BadLines != 0 {
			t.Fatalf("%d lines, %d bad: %v", result.Lines, result.BadLines, result.BadLineSamples)
		}
		for _, report := range accesslog.Reports() {
			got := rows(result.Reports[report.Name])
			want := accesslogtest.Truth(report.Name, requests, bots)
			if len(got) != len(want) || len(want) == 0 {
				t.Errorf("%s, bots %v: %d rows, want %d", report.Name, bots, len(got), len(want))
			}
			for _, w := range want {
				compare(t, report.Name, got[accesslogtest.Key(w)], w)
			}
		}
	}
}

// compare holds counts to the letter and quantiles to the sketch's bound.
func compare(t *testing.T, report string, got, want map[string]any) {
	t.Helper()
	if report != "slow" {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-truth +counted):\n%s", report, diff)
		}
		return
	}
	for column, w := range want {
		truth, ok := w.(float64)
		if !ok {
			if got[column] != w {
				t.Errorf("%s %s: %v, want %v", accesslogtest.Key(want), column, got[column], w)
			}
			continue
		}
		g, _ := got[column].(float64)
		if math.Abs(g-truth) > truth*accesslog.QuantileError*1.0001 {
			t.Errorf("%s %s: %v, want %v within %v", accesslogtest.Key(want), column, got[column], truth, accesslog.QuantileError)
		}
	}
}

// Any order of the lines, any split into files and into collectors give the same answers.
func TestProperty_orderAndSplitDoNotCount(t *testing.T) {
	t.Parallel()
	requests := generate(2, 60, 600)
	whole := accesslog.NewCollector(accesslog.Options{})
	read(t, whole, file(requests, false))
	want := asJSON(t, whole)
	rapid.Check(t, func(rt *rapid.T) {
		shuffled := rapid.Permutation(requests).Draw(rt, "order")
		var files [][]byte
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(rt, "lines")
			files = append(files, file(shuffled[:n], rapid.Bool().Draw(rt, "gzip")))
			shuffled = shuffled[n:]
		}
		merged := accesslog.NewCollector(accesslog.Options{})
		for len(files) > 0 {
			n := rapid.IntRange(1, len(files)).Draw(rt, "files")
			part := accesslog.NewCollector(accesslog.Options{})
			read(t, part, files[:n]...)
			if err := merged.Merge(part); err != nil {
				rt.Fatal(err)
			}
			files = files[n:]
		}
		if got := asJSON(t, merged); got != want {
			rt.Fatalf("got %s\nwant %s", got, want)
		}
	})
}

func asJSON(t *testing.T, c *accesslog.Collector) string {
	t.Helper()
	raw, err := json.Marshal(c.Result(0))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Beyond the limit a row's truth lies between its number and its number plus the error, the error is in proportion to
// the limit, and whoever was asked for more often than the error has a row. So it is for collectors that were merged.
func TestProperty_sketchStaysWithinItsBound(t *testing.T) {
	t.Parallel()
	objects, err := accesslog.FindReports("objects")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 200).Draw(rt, "limit")
		parts := rapid.IntRange(1, 3).Draw(rt, "parts")
		options := accesslog.Options{Reports: objects, Bots: true, Limit: limit}
		merged := accesslog.NewCollector(options)
		truth := map[string]int64{}
		n := int64(0)
		for part := range parts {
			requests := generate(rapid.Uint64().Draw(rt, "seed"), 1000, rapid.IntRange(1, 1500).Draw(rt, "requests"))
			c := accesslog.NewCollector(options)
			w := c.Worker()
			for _, r := range requests {
				truth[r.Path]++
				n++
				var l accesslog.Line
				var p accesslog.Parser
				if err := p.Parse(r.Line(), &l); err != nil {
					rt.Fatal(err)
				}
				w.Add(&l)
			}
			if part == 0 && parts == 1 {
				merged = c
			} else if err := merged.Merge(c); err != nil {
				rt.Fatal(err)
			}
		}
		got := merged.Result(0).Reports["objects"]
		if bound := int64(parts+1) * 2 * n / int64(limit); got.CountError > bound {
			rt.Fatalf("error %d of %d requests with limit %d: want at most %d", got.CountError, n, limit, bound)
		}
		if got.Requests != n || got.Keys > int64(limit) {
			rt.Fatalf("%d requests, %d keys: want %d and at most %d", got.Requests, got.Keys, n, limit)
		}
		if int64(len(truth)) <= int64(limit) && got.CountError != 0 {
			rt.Fatalf("error %d with %d keys and limit %d", got.CountError, len(truth), limit)
		}
		for _, row := range got.Rows {
			path, count := row.Values[0].(string), row.Values[1].(int64)
			if truth[path] < count || truth[path] > count+got.CountError {
				rt.Fatalf("%s: %d, error %d, in truth %d", path, count, got.CountError, truth[path])
			}
			delete(truth, path)
		}
		for path, count := range truth {
			if count > got.CountError {
				rt.Fatalf("%s: %d requests and no row, error %d", path, count, got.CountError)
			}
		}
	})
}

// Many workers at once count what one counts, also beyond what a row holds.
func TestCollector_parallelWorkers(t *testing.T) {
	t.Parallel()
	requests := generate(3, 20, 8000)
	options := accesslog.Options{Parallel: 8}
	one, many := accesslog.NewCollector(options), accesslog.NewCollector(options)
	read(t, one, file(requests, false))
	var wait sync.WaitGroup
	for i := range 8 {
		part := file(requests[i*1000:(i+1)*1000], true)
		wait.Go(func() { read(t, many, part) })
	}
	wait.Wait()
	if got, want := asJSON(t, many), asJSON(t, one); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestCollector_bytesBeyondThirtyTwoBits(t *testing.T) {
	t.Parallel()
	c := accesslog.NewCollector(accesslog.Options{})
	line := `{"cs-uri-stem":"/film","sc-status":"200","sc-bytes":"4000000000","x-edge-result-type":"Miss"}` + "\n"
	read(t, c, []byte(strings.Repeat(line, 3)))
	row := rows(c.Result(0).Reports["objects"])["Object=/film "]
	if row["TotalBytes"] != int64(12_000_000_000) || row["BytesFromMisses"] != int64(12_000_000_000) || row["RequestCount"] != int64(3) {
		t.Errorf("got %v", row)
	}
}

func TestResult_top(t *testing.T) {
	t.Parallel()
	requests := generate(4, 3000, 20_000)
	c := accesslog.NewCollector(accesslog.Options{})
	read(t, c, file(requests, false))
	all, some := c.Result(0).Reports["objects"], c.Result(7).Reports["objects"]
	if diff := cmp.Diff(all.Rows[:7], some.Rows); diff != "" || some.Keys != int64(len(all.Rows)) || some.Requests != all.Requests {
		t.Errorf("keys %d of %d, rows (-first of all +top):\n%s", some.Keys, len(all.Rows), diff)
	}
}

// The sketches of keys that were dropped are used again, and hold nothing of them.
func TestCollector_usesSketchesAgain(t *testing.T) {
	t.Parallel()
	slow, err := accesslog.FindReports("slow")
	if err != nil {
		t.Fatal(err)
	}
	c := accesslog.NewCollector(accesslog.Options{Reports: slow, Limit: 20})
	var log strings.Builder
	for path := range 60 {
		taken := map[bool]string{false: "0.001", true: "3.000"}[path == 59]
		for range 30 {
			fmt.Fprintf(&log, `{"cs-uri-stem":"/%d","cache-behavior-path-pattern":"*","time-taken":"%s"}`+"\n", path, taken)
		}
	}
	read(t, c, []byte(log.String()))
	row := rows(c.Result(0).Reports["slow"])["Object=/59 Behavior=* "]
	for _, column := range []string{"TimeTakenP50", "TimeTakenP99"} {
		if got, _ := row[column].(float64); math.Abs(got-3) > 3*accesslog.QuantileError {
			t.Errorf("%s is %v, want 3", column, row[column])
		}
	}
	if row["OriginFirstByteP50"] != nil {
		t.Errorf("no origin was asked, and its first byte took %v", row["OriginFirstByteP50"])
	}
}
