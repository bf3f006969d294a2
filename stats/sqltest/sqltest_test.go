// Package sqltest runs the reports' SQL, which is written for Athena, with DuckDB over logs of known content. It is a
// module of its own, so that nobody else downloads an engine: make sqltest.
package sqltest

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

// macros are Trino's functions that DuckDB calls otherwise. date_format has the letters that the queries use, %Y %m %d
// and %H, in common; quantiles are exact here, so that the test shows which rank they are of.
var macros = []string{
	"CREATE MACRO approx_percentile(x, q) AS quantile_disc(x, q)",
	"CREATE MACRO date_format(t, f) AS strftime(CAST(t AS TIMESTAMP), f)",
}

// database has a table as Athena's would be: a column of text for each field a log may have, and the partition key.
func database(t *testing.T, log string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var fields, columns []string
	for _, d := range accesslog.Definitions(accesslog.QueryStrings, accesslog.ViewerAddresses) {
		fields = append(fields, fmt.Sprintf("'%s': 'VARCHAR'", d.Name))
		columns = append(columns, fmt.Sprintf(`"%s" AS "%s"`, d.Name, d.Column))
	}
	// the hour is after any that a query asks for, since the logs are as old as they are
	table := fmt.Sprintf("CREATE TABLE access_logs AS SELECT %s, '9999/12/31/23' AS %s FROM read_json('%s', format = 'newline_delimited', columns = {%s})",
		strings.Join(columns, ", "), accesslog.PartitionColumn, log, strings.Join(fields, ", "))
	for _, statement := range append(macros, table) {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in\n%s", err, statement)
		}
	}
	return db
}

func query(ctx context.Context, db *sql.DB, text string, values ...any) (rows []map[string]any, err error) {
	found, err := db.QueryContext(ctx, text, values...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, name := range names {
			row[name] = values[i]
		}
		rows = append(rows, row)
	}
	return rows, found.Err()
}

// generated is a log of so many requests, gzip, on disk.
func generated(t *testing.T, lines, paths int) (string, []accesslogtest.Request) {
	t.Helper()
	g := accesslogtest.New(11, paths)
	requests := make([]accesslogtest.Request, lines)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	for i := range requests {
		requests[i] = g.Next()
		if _, err := w.Write(append(requests[i].Line(), '\n')); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "log.json.gz")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, requests
}

// Each report's SQL answers the truth, which is what the Go program prints.
func TestQueries_areTheTruth(t *testing.T) {
	t.Parallel()
	log, requests := generated(t, 6_000, 40)
	db := database(t, log)
	printed := printed(t, log)
	for _, report := range accesslog.Reports() {
		got, err := query(t.Context(), db, report.Query("access_logs"))
		if err != nil {
			t.Errorf("%s: %v", report.Name, err)
			continue
		}
		byKey := map[string]map[string]any{}
		for _, row := range got {
			byKey[accesslogtest.Key(row)] = row
		}
		want := accesslogtest.Truth(report.Name, requests, false)
		if len(want) == 0 || len(got) != min(len(want), 50) {
			t.Errorf("%s: %d rows, want %d", report.Name, len(got), min(len(want), 50))
		}
		for _, w := range want {
			key := accesslogtest.Key(w)
			if byKey[key] == nil && len(want) > 50 {
				continue // beyond the limit
			}
			same(t, report.Name+" "+key+"(truth)", byKey[key], w)
			same(t, report.Name+" "+key+"(stats)", byKey[key], printed[report.Name][key])
			within(t, report.Name+" "+key+"(SQL)", byKey[key], requests, 0)
			within(t, report.Name+" "+key+"(stats)", printed[report.Name][key], requests, accesslog.QuantileError)
		}
	}
}

// printed are the rows of the Go program.
func printed(t *testing.T, log string) map[string]map[string]map[string]any {
	t.Helper()
	file, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	c := accesslog.NewCollector(accesslog.Options{})
	if err := c.Worker().Read(t.Context(), file, log); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]map[string]any{}
	for name, r := range c.Result(0).Reports {
		out[name] = map[string]map[string]any{}
		for _, row := range r.Rows {
			values := map[string]any{}
			for i, column := range row.Columns {
				values[column] = row.Values[i]
			}
			out[name][accesslogtest.Key(values)] = values
		}
	}
	return out
}

// same holds counts and names to the letter and percentages to the hundredth, where engines round a half differently.
func same(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	if got == nil || want == nil {
		t.Errorf("%s: the SQL has %v, want %v", what, got, want)
	}
	for column, w := range want {
		g := got[column]
		wanted, number := w.(float64)
		switch {
		case quantileColumn.MatchString(column): // see within
		case !number && g != w:
			t.Errorf("%s: %s is %v (%T), want %v (%T)", what, column, g, g, w, w)
		case number:
			if actual, ok := g.(float64); !ok || math.Abs(actual-wanted) > 0.0101 {
				t.Errorf("%s: %s is %v, want %v", what, column, g, w)
			}
		}
	}
}

var quantileColumn = regexp.MustCompile(`^(TimeTaken|OriginFirstByte)P(50|95|99)$`)

// within holds a row's quantiles to the true value of the rank or of a neighbour (accesslogtest.Ranks says why), those
// of the Go program to its sketch's relative error besides. Quantiles of nothing are NULL.
func within(t *testing.T, what string, row map[string]any, requests []accesslogtest.Request, slack float64) {
	t.Helper()
	for column, value := range row {
		found := quantileColumn.FindStringSubmatch(column)
		if found == nil {
			continue
		}
		times := timesOf(requests, row, found[1])
		if len(times) == 0 {
			if value != nil {
				t.Errorf("%s: %s is %v, want NULL", what, column, value)
			}
			continue
		}
		percent, _ := strconv.ParseFloat(found[2], 64)
		low, high := accesslogtest.Ranks(times, percent/100)
		if got, ok := value.(float64); !ok || got < low*(1-slack) || got > high*(1+slack) {
			t.Errorf("%s: %s is %v, want %v to %v", what, column, value, low, high)
		}
	}
}

// timesOf are the milliseconds of the requests that a row of the report slow counts.
func timesOf(requests []accesslogtest.Request, row map[string]any, of string) (times []int) {
	for _, r := range requests {
		if r.Behavior != row["Behavior"] || row["Object"] != "*" && r.Path != row["Object"] {
			continue
		}
		if ms := map[string]int{"TimeTaken": r.Taken, "OriginFirstByte": r.OriginFirst}[of]; ms >= 0 {
			times = append(times, ms)
		}
	}
	return times
}

// Every rule of the table of agents, and agents as they are, are told by the SQL as by Go.
func TestAgents_areClassedAlike(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../accesslog/testdata/agents.txt")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	agents, err := json.Marshal(strings.Split(strings.TrimSpace(string(raw)), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := query(t.Context(), db, `WITH agents AS (SELECT unnest(from_json(?, '["VARCHAR"]')) AS header), lowered AS (SELECT header, lower(header) AS agent FROM agents)
SELECT header, `+accesslog.BrowserCase("agent")+` AS browser, `+accesslog.SystemCase("agent")+` AS os, `+accesslog.DeviceCase("agent")+` AS device FROM lowered`, string(agents))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 300 {
		t.Fatalf("%d agents", len(rows))
	}
	for _, row := range rows {
		got := accesslog.Agent{Browser: row["browser"].(string), OS: row["os"].(string), Device: row["device"].(string)}
		want := accesslog.Classify(row["header"].(string))
		if got != want {
			t.Errorf("%s: %+v, want %+v", row["header"], got, want)
		}
	}
}
