package accesslog_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/onefront/onefront/stats/accesslog"
)

// What DuckDB takes and Trino does not would pass stats/sqltest, so it is kept out here.
func TestQuery_isTrinos(t *testing.T) {
	t.Parallel()
	foreign := regexp.MustCompile("(?i)::|\\bQUALIFY\\b|GROUP BY ALL|ORDER BY ALL|\\bEXCLUDE\\b|`|\\bILIKE\\b|\\bstring_agg\\b|\\blist_|\\bstrftime\\b|approx_quantile|regexp_matches")
	for _, r := range accesslog.Reports() {
		query := r.Query("access_logs")
		if found := foreign.FindString(query); found != "" {
			t.Errorf("%s: %q is not Trino's", r.Name, found)
		}
		if strings.Contains(query, "FILTER") && strings.Contains(query, "approx_percentile(") && regexp.MustCompile(`approx_percentile\([^)]*\) FILTER`).MatchString(query) {
			t.Errorf("%s: a macro takes no FILTER", r.Name)
		}
		for _, column := range r.Columns() {
			if !strings.Contains(query, `AS "`+column+`"`) {
				t.Errorf("%s: no column %s", r.Name, column)
			}
		}
		if len(query) > 262_144 {
			t.Errorf("%s: %d bytes, Athena takes 262,144", r.Name, len(query))
		}
	}
}

// The names of the table's columns that a query reads are those of the one list of fields.
func TestQuery_readsColumnsOfTheList(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, d := range accesslog.Definitions(accesslog.QueryStrings, accesslog.ViewerAddresses) {
		known[d.Column] = true
	}
	query := accesslog.Reports()[0].Query("t")
	for _, column := range regexp.MustCompile(`\b(?:cs|sc|c|x|cache|origin|time)_[a-z_]+\b`).FindAllString(query, -1) {
		if !known[column] && column != "origin_first_byte" {
			t.Errorf("%s is no column of the table", column)
		}
	}
}
