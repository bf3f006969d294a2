package accesslogtest

import (
	"math"
	"slices"
	"strings"
)

// Truth counts a report from requests, in the plainest way: a row for each key, by column. The
// report slow has the exact quantiles in milliseconds, as lowest-rank values (see Quantile).
func Truth(report string, requests []Request, bots bool) []map[string]any {
	groups := map[string][]Request{}
	all := int64(0)
	for _, r := range requests {
		if rankings[report] && !bots && r.Agent.Automatic() {
			continue
		}
		for _, key := range keys(report, r) {
			groups[key] = append(groups[key], r)
		}
		if len(keys(report, r)) > 0 {
			all++
		}
	}
	rows := make([]map[string]any, 0, len(groups))
	for key, group := range groups {
		parts := strings.Split(key, "\x00")
		if report == "slow" && parts[1] != "*" && len(group) < 10 {
			continue
		}
		rows = append(rows, row(report, parts, group, all))
	}
	slices.SortFunc(rows, func(a, b map[string]any) int { return strings.Compare(Key(a), Key(b)) })
	return rows
}

var rankings = map[string]bool{"objects": true, "browsers": true, "os": true, "devices": true, "referrers": true, "countries": true, "edges": true}

// Key is what tells a row of one report from another.
func Key(row map[string]any) string {
	var key strings.Builder
	for _, column := range []string{
		"Object", "Browser", "OperatingSystem", "Device", "Referrer", "LocationCode", "Behavior", "Status", "EdgeLocation", "DetailedResult", "Bot",
	} {
		if text, ok := row[column].(string); ok {
			key.WriteString(column + "=" + text + " ")
		}
	}
	return key.String()
}

// keys are those of the groups that a request belongs to.
func keys(report string, r Request) []string {
	switch report {
	case "objects":
		return []string{r.Path}
	case "browsers":
		return []string{r.Agent.Browser}
	case "os":
		return []string{r.Agent.OS}
	case "devices":
		return []string{r.Agent.Device}
	case "referrers":
		return []string{r.ReferrerHost}
	case "countries":
		return []string{r.Country}
	case "statuses":
		return []string{r.Behavior + "\x00" + r.Status}
	case "cache":
		return []string{r.Behavior}
	case "slow":
		return []string{r.Behavior + "\x00*", r.Behavior + "\x00" + r.Path}
	case "edges":
		return []string{r.Edge[:3]}
	case "errors":
		if r.Result == "Error" {
			return []string{r.Detailed + "\x00" + r.Status}
		}
	case "bots":
		if r.Agent.Automatic() {
			return []string{r.Agent.Browser + "\x00" + r.Agent.Device}
		}
	}
	return nil
}

func row(report string, key []string, group []Request, all int64) map[string]any {
	n := int64(len(group))
	pct := hundredths(n, all)
	of := func(condition func(Request) bool) int64 { return count(group, condition) }
	result := func(want string) int64 { return of(func(r Request) bool { return r.ResponseResult == want }) }
	class := func(first string) int64 {
		return of(func(r Request) bool { return strings.HasPrefix(r.Status, first) })
	}
	missBytes := bytes(group, func(r Request) bool { return r.Result == "Miss" })
	total := bytes(group, func(Request) bool { return true })
	incomplete := of(func(r Request) bool { return r.Status == "200" && r.Result == "Error" })
	switch report {
	case "objects":
		return map[string]any{
			"Object": key[0], "RequestCount": n, "HitCount": result("Hit"), "MissCount": result("Miss"), "HitCountPct": hundredths(result("Hit"), n),
			"BytesFromMisses": missBytes, "TotalBytes": total, "IncompleteDownloadCount": incomplete,
			"HTTP2xx": class("2"), "HTTP3xx": class("3"), "HTTP4xx": class("4"), "HTTP5xx": class("5"),
		}
	case "browsers":
		return map[string]any{"Browser": key[0], "Requests": n, "RequestsPct": pct}
	case "os":
		return map[string]any{"OperatingSystem": key[0], "Requests": n, "RequestsPct": pct}
	case "devices":
		return map[string]any{"Device": key[0], "Requests": n, "RequestsPct": pct}
	case "referrers":
		return map[string]any{"Referrer": key[0], "RequestCount": n, "RequestsPct": pct}
	case "countries":
		return map[string]any{"LocationCode": key[0], "Requests": n, "RequestsPct": pct, "TotalBytes": total}
	case "statuses":
		return map[string]any{"Behavior": key[0], "Status": key[1], "RequestCount": n, "RequestsPct": pct}
	case "cache":
		return map[string]any{
			"Behavior": key[0], "RequestCount": n, "HitCount": result("Hit"), "RefreshHitCount": result("RefreshHit"), "MissCount": result("Miss"),
			"ErrorCount": result("Error"), "HitCountPct": hundredths(result("Hit"), n), "IncompleteDownloadCount": incomplete,
			"TotalBytes": total, "BytesFromMisses": missBytes,
		}
	case "edges":
		return map[string]any{
			"EdgeLocation": key[0], "RequestCount": n, "HitCount": result("Hit"), "MissCount": result("Miss"),
			"HitCountPct": hundredths(result("Hit"), n), "TotalBytes": total,
		}
	case "errors":
		return map[string]any{"DetailedResult": key[0], "Status": key[1], "RequestCount": n, "RequestsPct": pct}
	case "bots":
		return map[string]any{"Bot": key[0], "Device": key[1], "RequestCount": n, "RequestsPct": pct, "TotalBytes": total}
	}
	return slowRow(key, group)
}

func slowRow(key []string, group []Request) map[string]any {
	out := map[string]any{"Behavior": key[0], "Object": key[1], "RequestCount": int64(len(group))}
	var taken, origin []int
	for _, r := range group {
		taken = append(taken, r.Taken)
		if r.OriginFirst >= 0 {
			origin = append(origin, r.OriginFirst)
		}
	}
	for suffix, q := range map[string]float64{"P50": 0.50, "P95": 0.95, "P99": 0.99} {
		out["TimeTaken"+suffix] = Quantile(taken, q)
		out["OriginFirstByte"+suffix] = Quantile(origin, q)
	}
	return out
}

// Quantile is the value, of milliseconds and in seconds, at rank q·(n-1), rounded down; nil for no values.
func Quantile(ms []int, q float64) any {
	if len(ms) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(ms))
	return float64(sorted[int(q*float64(len(ms)-1))]) / 1000
}

// Ranks are the values one rank below and one above that of Quantile. Programs differ in which of two neighbours a
// quantile is: DDSketch takes the value at rank q·(n-1) rounded down, DuckDB's quantile_disc the first that has q·n
// values up to it, and Trino's approx_percentile is itself a sketch that knows no rank exactly.
func Ranks(ms []int, q float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(ms))
	rank := int(q * float64(len(ms)-1))
	return float64(sorted[max(rank-1, 0)]) / 1000, float64(sorted[min(rank+1, len(ms)-1)]) / 1000
}

func hundredths(part, whole int64) float64 { return math.Round(1e4*float64(part)/float64(whole)) / 100 }

func count(group []Request, condition func(Request) bool) int64 {
	n := int64(0)
	for _, r := range group {
		if condition(r) {
			n++
		}
	}
	return n
}

func bytes(group []Request, condition func(Request) bool) int64 {
	n := int64(0)
	for _, r := range group {
		if condition(r) {
			n += r.Bytes
		}
	}
	return n
}
