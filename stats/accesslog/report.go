package accesslog

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Report is one way to count requests. Names and columns are those of CloudFront's console where it has such a
// report (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/reports.html).
type Report struct {
	// Name is what the command, the JSON and the named query call it.
	Name string
	// About is one line for people.
	About string
	// Ranking says that agents whose answers nobody looks at (bots, health checks) are left out unless asked for.
	Ranking bool

	keys    []keyColumn
	columns []column
	// of appends the line's key, columns separated by NUL, to a buffer; ok is false if the line does not belong here.
	of    func(w *Worker, l *Line, to []byte) (key []byte, ok bool)
	where string // the same condition in SQL
	timed bool   // quantiles
}

// A keyColumn is a column of a report's key and the expression that makes it, over the view of sql.go.
type keyColumn struct{ name, sql string }

// A column is a number of a report and the expression that makes it.
type column struct {
	name  string
	value func(t Tally, all int64) any
	sql   string
}

const keySeparator = '\x00'

// Columns are the names of the report's columns, in order.
func (r *Report) Columns() []string {
	names := make([]string, 0, len(r.keys)+len(r.columns))
	for _, k := range r.keys {
		names = append(names, k.name)
	}
	for _, c := range r.columns {
		names = append(names, c.name)
	}
	return names
}

func percent(part, whole int64) any {
	if whole == 0 {
		return 0.0
	}
	return math.Round(1e4*float64(part)/float64(whole)) / 100
}

var (
	requestCount = column{"RequestCount", func(t Tally, _ int64) any { return t.Requests }, "count(*)"}
	requests     = column{"Requests", requestCount.value, requestCount.sql}
	requestsPct  = column{
		"RequestsPct", func(t Tally, all int64) any { return percent(t.Requests, all) },
		"round(1e2 * count(*) / sum(count(*)) OVER (), 2)",
	}
	hitCount   = column{"HitCount", func(t Tally, _ int64) any { return t.Hits }, countIf("response_result = 'Hit'")}
	missCount  = column{"MissCount", func(t Tally, _ int64) any { return t.Misses }, countIf("response_result = 'Miss'")}
	hitPct     = column{"HitCountPct", func(t Tally, _ int64) any { return percent(t.Hits, t.Requests) }, "round(1e2 * " + hitCount.sql + " / count(*), 2)"}
	refreshes  = column{"RefreshHitCount", func(t Tally, _ int64) any { return t.RefreshHits }, countIf("response_result = 'RefreshHit'")}
	errorCount = column{"ErrorCount", func(t Tally, _ int64) any { return t.Errors }, countIf("response_result IN ('Error', 'LimitExceeded', 'CapacityExceeded')")}
	missBytes  = column{"BytesFromMisses", func(t Tally, _ int64) any { return t.MissedBytes }, "CAST(coalesce(sum(bytes) FILTER (WHERE result = 'Miss'), 0) AS bigint)"}
	totalBytes = column{"TotalBytes", func(t Tally, _ int64) any { return t.Bytes }, "CAST(coalesce(sum(bytes), 0) AS bigint)"}
	incomplete = column{"IncompleteDownloadCount", func(t Tally, _ int64) any { return t.Incomplete }, countIf("status = '200' AND result = 'Error'")}
)

func countIf(condition string) string { return "count(*) FILTER (WHERE " + condition + ")" }

// classes are HTTP2xx to HTTP5xx.
func classes() []column {
	columns := make([]column, 0, 4)
	for class := 2; class <= 5; class++ {
		columns = append(columns, column{
			fmt.Sprintf("HTTP%dxx", class), func(t Tally, _ int64) any { return t.Classes[class] },
			countIf(fmt.Sprintf("length(status) = 3 AND substr(status, 1, 1) = '%d'", class)),
		})
	}
	return columns
}

// quantiles are the columns of the report that is timed; their values come from sketches.
func quantiles() []column {
	columns := []column{requestCount}
	for _, of := range []struct{ name, sql string }{{"TimeTaken", "time_taken"}, {"OriginFirstByte", "origin_first_byte"}} {
		for _, p := range []int{50, 95, 99} {
			columns = append(columns, column{name: fmt.Sprintf("%sP%d", of.name, p), sql: fmt.Sprintf("approx_percentile(%s, 0.%d)", of.sql, p)})
		}
	}
	return columns
}

var reports = []*Report{
	{
		Name: "objects", About: "what is asked for most", Ranking: true,
		keys:    []keyColumn{{"Object", "path"}},
		columns: append([]column{requestCount, hitCount, missCount, hitPct, missBytes, totalBytes, incomplete}, classes()...),
		of:      func(w *Worker, l *Line, to []byte) ([]byte, bool) { return w.appendPath(to, l), true },
	},
	{
		Name: "browsers", About: "browsers", Ranking: true,
		keys: []keyColumn{{"Browser", "browser"}}, columns: []column{requests, requestsPct},
		of: func(w *Worker, _ *Line, to []byte) ([]byte, bool) { return append(to, w.agent.Browser...), true },
	},
	{
		Name: "os", About: "operating systems", Ranking: true,
		keys: []keyColumn{{"OperatingSystem", "os"}}, columns: []column{requests, requestsPct},
		of: func(w *Worker, _ *Line, to []byte) ([]byte, bool) { return append(to, w.agent.OS...), true },
	},
	{
		Name: "devices", About: "kinds of device", Ranking: true,
		keys: []keyColumn{{"Device", "device"}}, columns: []column{requests, requestsPct},
		of: func(w *Worker, _ *Line, to []byte) ([]byte, bool) { return append(to, w.agent.Device...), true },
	},
	{
		Name: "referrers", About: "hosts whose pages led here", Ranking: true,
		keys: []keyColumn{{"Referrer", "referrer"}}, columns: []column{requestCount, requestsPct},
		of: func(w *Worker, l *Line, to []byte) ([]byte, bool) { return append(to, w.referrer(l)...), true },
	},
	{
		Name: "countries", About: "viewers' countries, ISO 3166", Ranking: true,
		keys: []keyColumn{{"LocationCode", "country"}}, columns: []column{requests, requestsPct, totalBytes},
		of: func(_ *Worker, l *Line, to []byte) ([]byte, bool) { return appendField(to, l, Country), true },
	},
	{
		Name: "statuses", About: "HTTP statuses by cache behavior; 000 is a viewer that hung up",
		keys: []keyColumn{{"Behavior", "behavior"}, {"Status", "status"}}, columns: []column{requestCount, requestsPct},
		of: func(_ *Worker, l *Line, to []byte) ([]byte, bool) {
			return appendField(append(appendField(to, l, Behavior), keySeparator), l, Status), true
		},
	},
	{
		Name: "cache", About: "the cache's work by cache behavior",
		keys:    []keyColumn{{"Behavior", "behavior"}},
		columns: []column{requestCount, hitCount, refreshes, missCount, errorCount, hitPct, incomplete, totalBytes, missBytes},
		of:      func(_ *Worker, l *Line, to []byte) ([]byte, bool) { return appendField(to, l, Behavior), true },
	},
	{
		Name: "slow", About: "seconds until the answer was out, and until the origin's first byte, by cache behavior (Object *) and object",
		keys: []keyColumn{{"Behavior", "behavior"}, {"Object", "coalesce(path, '*')"}}, columns: quantiles(), timed: true,
		of: func(w *Worker, l *Line, to []byte) ([]byte, bool) {
			return w.appendPath(append(appendField(to, l, Behavior), keySeparator), l), true
		},
	},
	{
		Name: "edges", About: "CloudFront's edge locations", Ranking: true,
		keys: []keyColumn{{"EdgeLocation", "edge"}}, columns: []column{requestCount, hitCount, missCount, hitPct, totalBytes},
		of: func(_ *Worker, l *Line, to []byte) ([]byte, bool) {
			place := l[EdgeLocation]
			return appendText(to, place[:min(3, len(place))]), true
		},
	},
	{
		Name: "errors", About: "how errors came about (x-edge-detailed-result-type), with what the viewer got",
		keys: []keyColumn{{"DetailedResult", "detailed_result"}, {"Status", "status"}}, columns: []column{requestCount, requestsPct},
		where: "result IN ('Error', 'LimitExceeded', 'CapacityExceeded')",
		of: func(_ *Worker, l *Line, to []byte) ([]byte, bool) {
			switch string(l[ResultType]) {
			case "Error", "LimitExceeded", "CapacityExceeded":
				return appendField(append(appendField(to, l, DetailedResult), keySeparator), l, Status), true
			}
			return to, false
		},
	},
	{
		Name: "bots", About: "bots, AI crawlers, scripts and health checks",
		keys: []keyColumn{{"Bot", "browser"}, {"Device", "device"}}, columns: []column{requestCount, requestsPct, totalBytes},
		where: "automatic",
		of: func(w *Worker, _ *Line, to []byte) ([]byte, bool) {
			return append(append(append(to, w.agent.Browser...), keySeparator), w.agent.Device...), w.agent.Automatic()
		},
	},
}

// Regions is the report that needs Options.Regions beside the log.
var Regions = &Report{
	Name: "regions", About: "regions that answered, by the functions' own lines; - is the cache, or a request without a line",
	keys: []keyColumn{{name: "Region"}}, columns: append([]column{requestCount, requestsPct, errorCount, totalBytes}, classes()...),
	of: func(w *Worker, l *Line, to []byte) ([]byte, bool) {
		if region := w.c.options.Regions[string(l[RequestID])]; region != "" {
			return append(to, region...), true
		}
		return append(to, '-'), true
	},
}

// Reports returns all reports, in the order in which they are shown.
func Reports() []*Report { return slices.Clone(reports) }

// FindReports returns the reports of these names, all of them for no name.
func FindReports(names ...string) ([]*Report, error) {
	if len(names) == 0 {
		return Reports(), nil
	}
	found := make([]*Report, 0, len(names))
	for _, name := range names {
		at := slices.IndexFunc(reports, func(r *Report) bool { return r.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("report %q: want one of %s", name, strings.Join(reportNames(), ", "))
		}
		if !slices.Contains(found, reports[at]) {
			found = append(found, reports[at])
		}
	}
	return found, nil
}

func reportNames() []string {
	names := make([]string, 0, len(reports))
	for _, r := range reports {
		names = append(names, r.Name)
	}
	return names
}

// appendField appends a field as CloudFront meant it, "-" where it is absent.
func appendField(to []byte, l *Line, f Field) []byte { return appendText(to, l[f]) }

// maxText is how much of a field counts as a key: CloudFront's own are far shorter, and two of them fit maxKey, which
// would cut off the first one otherwise.
const maxText = 1024

func appendText(to, text []byte) []byte {
	if len(text) == 0 {
		return append(to, '-')
	}
	return appendDecoded(to, text[:min(len(text), maxText)])
}
