package functions

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/geography"
)

// EdgeTable gives, for every commercial AWS region as the place of a regional edge cache, the regions that are not
// drained, the nearest first. Without any it is empty.
func EdgeTable(regions, drained []string) map[string][]string {
	table := map[string][]string{}
	var open []string
	for _, region := range regions {
		if !slices.Contains(drained, region) {
			open = append(open, region)
		}
	}
	if len(open) == 0 {
		return table
	}
	for _, place := range geography.Regions() {
		table[place.Name] = geography.Nearest(place.Place, open)
	}
	return table
}

// originTable is an EdgeChoice in its short form: origin ids once, and a digit of base 36 for each in a row.
type originTable struct {
	origins  []string
	fallback string
	// rows is "\nplace row\nplace row\n".
	rows  string
	count int
}

func newOriginTable(e *EdgeChoice) originTable {
	t := originTable{rows: "\n"}
	t.fallback = t.row(e.Default)
	for _, place := range slices.Sorted(maps.Keys(e.Table)) {
		t.rows += place + " " + t.row(e.Table[place]) + "\n"
		t.count++
	}
	return t
}

func (t *originTable) row(ids []string) string {
	var row strings.Builder
	for _, id := range ids {
		at := slices.Index(t.origins, id)
		if at < 0 {
			at = len(t.origins)
			t.origins = append(t.origins, id)
		}
		row.WriteString(strconv.FormatInt(int64(at), 36))
	}
	return row.String()
}

// redirectTable is "\nparent label:index label:index \n..." with the indexes of targets: "*.example.org" has the
// parent "example.org" and the label "*". Parents and targets are mostly few. The index "-" is that of a name that
// does not redirect though a wildcard covers it: a target or a served name.
func redirectTable(redirects map[string]string, served []string) (table string, targets []string) {
	labels := map[string][]string{}
	add := func(name, index string) {
		label, parent, _ := strings.Cut(name, ".")
		if entry := label + ":" + index; !slices.Contains(labels[parent], entry) {
			labels[parent] = append(labels[parent], entry)
		}
	}
	for _, alias := range slices.Sorted(maps.Keys(redirects)) {
		at := slices.Index(targets, redirects[alias])
		if at < 0 {
			at = len(targets)
			targets = append(targets, redirects[alias])
		}
		add(alias, strconv.Itoa(at))
	}
	for _, name := range slices.Concat(targets, served) {
		_, parent, _ := strings.Cut(name, ".")
		_, wildcard := redirects["*."+parent]
		if _, exact := redirects[name]; wildcard && !exact {
			add(name, "-")
		}
	}
	table = "\n"
	for _, parent := range slices.Sorted(maps.Keys(labels)) {
		table += parent + " " + strings.Join(labels[parent], " ") + " \n"
	}
	return table, targets
}

// PreflightMaxAge is how long a browser may keep a preflight's answer. Chromium keeps none for longer than two hours.
const PreflightMaxAge = 2 * time.Hour

// PreflightMethods are the methods that preflights allow.
func PreflightMethods() []string {
	return []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
}

// PreflightHeaders are the request headers that preflights allow, of those that were asked for.
func PreflightHeaders() []string {
	return []string{"Accept", "Accept-Language", "Authorization", "Content-Type", "Idempotency-Key"}
}

func lower(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.ToLower(name)
	}
	return out
}
