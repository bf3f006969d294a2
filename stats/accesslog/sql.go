package accesslog

import (
	"fmt"
	"slices"
	"strings"
)

// The SQL of the reports is Trino's, as Athena speaks it, kept to what DuckDB speaks too with the macros that
// stats/sqltest adds: there it is run over logs of known content.
// https://docs.aws.amazon.com/athena/latest/ug/ddl-sql-reference.html

// PartitionColumn is the table's partition key: the folder's yyyy/MM/dd/HH.
const PartitionColumn = "hour"

// sqlSpan is what a saved query looks back, as -since says of the command.
const sqlSpan = "date_format(current_timestamp - INTERVAL '24' HOUR, '%Y/%m/%d/%H')"

// sqlTop is the rows of a saved query, as -top.
const sqlTop = 50

// Query is the report as SQL over a table whose columns are those of Definitions, all of them text, and
// PartitionColumn: the last 24 hours, rankings without bots.
//
// A path whose own percent-encoding is broken stays encoded, where the command decodes the rest of it.
func (r *Report) Query(table string) string {
	names := make([]string, 0, len(r.keys)+len(r.columns))
	groups := make([]string, 0, len(r.keys))
	for i, k := range r.keys {
		names = append(names, k.sql+` AS "`+k.name+`"`)
		groups = append(groups, fmt.Sprint(i+1))
	}
	for _, c := range r.columns {
		names = append(names, c.sql+` AS "`+c.name+`"`)
	}
	var out strings.Builder
	out.WriteString(r.requestsView(table) + "SELECT\n  " + strings.Join(names, ",\n  ") + "\nFROM requests\n")
	switch {
	case r.where != "":
		out.WriteString("WHERE " + r.where + "\n")
	case r.Ranking:
		out.WriteString("WHERE NOT automatic\n")
	}
	if r.timed {
		fmt.Fprintf(&out, "GROUP BY GROUPING SETS ((behavior), (behavior, path))\nHAVING grouping(path) = 1 OR count(*) >= %d\n", SlowFloor)
		out.WriteString("ORDER BY grouping(path) DESC, CASE WHEN grouping(path) = 1 THEN CAST(count(*) AS double) ELSE approx_percentile(time_taken, 0.95) END DESC\n")
	} else {
		fmt.Fprintf(&out, "GROUP BY %s\nORDER BY %d DESC, %s\n", strings.Join(groups, ", "), len(r.keys)+1, strings.Join(groups, ", "))
	}
	fmt.Fprintf(&out, "LIMIT %d\n", sqlTop)
	return out.String()
}

// requestsView casts and decodes the table's texts.
func (r *Report) requestsView(table string) string {
	absent := func(column string) string { return "coalesce(" + column + ", '-')" }
	return `WITH parsed AS (
  SELECT
    ` + sqlDecoded(sqlDecoded(absent("cs_uri_stem"))) + ` AS path,
    lower(coalesce(` + sqlDecoded("nullif(cs_user_agent, '-')") + `, '')) AS agent,
    CASE WHEN nullif(cs_referer, '-') IS NULL THEN '-'
      ELSE coalesce(nullif(lower(regexp_extract(` + sqlDecoded("cs_referer") + `, '` + referrerHost + `', 1)), ''), '` + Unknown + `') END AS referrer,
    ` + absent("c_country") + ` AS country,
    ` + absent("sc_status") + ` AS status,
    ` + sqlDecoded(absent("cache_behavior_path_pattern")) + ` AS behavior,
    substr(` + absent("x_edge_location") + `, 1, 3) AS edge,
    ` + absent("x_edge_result_type") + ` AS result,
    ` + absent("x_edge_response_result_type") + ` AS response_result,
    ` + absent("x_edge_detailed_result_type") + ` AS detailed_result,
    coalesce(try_cast(sc_bytes AS bigint), 0) AS bytes,
    try_cast(time_taken AS double) AS time_taken,
    try_cast(origin_fbl AS double) AS origin_first_byte
  FROM ` + table + `
  WHERE ` + PartitionColumn + ` >= ` + sqlSpan + `
), classed AS (
  SELECT ` + strings.Join(append([]string{"*"}, r.agentColumns()...), ",\n    ") + `
  FROM parsed
), requests AS (
  SELECT *` + r.automatic() + ` FROM classed
)
`
}

// agentColumns are what the rules make of an agent, as far as the report needs it: each is long.
func (r *Report) agentColumns() (columns []string) {
	for _, class := range []struct{ name, sql string }{
		{"browser", BrowserCase("agent")}, {"os", SystemCase("agent")}, {"device", DeviceCase("agent")},
	} {
		if slices.ContainsFunc(r.keys, func(k keyColumn) bool { return k.sql == class.name }) || class.name == "device" && r.tellsAgents() {
			columns = append(columns, class.sql+" AS "+class.name)
		}
	}
	return columns
}

// tellsAgents says whether the report looks at who is a bot.
func (r *Report) tellsAgents() bool { return r.Ranking || r.where == "automatic" }

func (r *Report) automatic() string {
	if !r.tellsAgents() {
		return ""
	}
	return ", device IN ('" + Bot + "', '" + HealthCheck + "') AS automatic"
}

// sqlDecoded takes one percent-encoding off. A plus is no space in a path, and what is broken stays as it is.
func sqlDecoded(text string) string {
	return "coalesce(try(url_decode(replace(" + text + ", '+', '%2B'))), " + text + ")"
}
