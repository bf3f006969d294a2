package infra_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/stats/accesslog"
)

const (
	tableToken      = "aws:glue/catalogTable:CatalogTable"
	databaseToken   = "aws:glue/catalogDatabase:CatalogDatabase"
	workgroupToken  = "aws:athena/workgroup:Workgroup"
	namedQueryToken = "aws:athena/namedQuery:NamedQuery"
)

// everythingLogged orders every field there is, and the table.
var everythingLogged = map[string]string{"onefront:logs": `{"viewerAddresses": true, "queryStrings": true, "athena": true}`}

// A field that one of them calls otherwise is no error on AWS: it answers NULL (O-A28). So delivery, table, queries and
// parser must know the same ones.
func TestAthena_oneListOfFields(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", everythingLogged)
	delivered := texts(one(t, g, deliveryToken).Inputs, "recordFields")
	table := one(t, g, tableToken)
	columns := map[string]string{} // by the field's name
	for _, c := range list(table.Inputs, "storageDescriptor", "columns") {
		name := text(c, "name")
		if text(c, "type") != "string" {
			t.Errorf("column %s is %v, want string: CloudFront writes nothing else (O-A15)", name, at(c, "type"))
		}
		columns[text(table.Inputs, "storageDescriptor", "serDeInfo", "parameters", "mapping."+name)] = name
	}
	line, parsed := map[string]string{}, accesslog.Line{}
	for _, field := range delivered {
		line[field] = "value of " + field
		if columns[field] == "" {
			t.Errorf("the table has no column mapped to %s", field)
		}
	}
	if len(columns) != len(delivered) {
		t.Errorf("%d columns, %d fields delivered", len(columns), len(delivered))
	}
	raw, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	var parser accesslog.Parser
	if err := parser.Parse(raw, &parsed); err != nil {
		t.Fatal(err)
	}
	for field, value := range parsed {
		if name := accesslog.Field(field).Definition().Name; string(value) != line[name] || len(value) == 0 {
			t.Errorf("the parser reads %q as %s", value, name)
		}
	}
	queriesReadColumns(t, g, columns)
}

// queriesReadColumns: what a saved query reads, up to the first FROM, are columns of the table.
func queriesReadColumns(t *testing.T, g *graph.Graph, columns map[string]string) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range columns {
		known[name] = true
	}
	used := map[string]bool{}
	for _, q := range g.ByType(namedQueryToken) {
		parsed, _, _ := strings.Cut(text(q.Inputs, "query"), "FROM ")
		parsed = regexp.MustCompile(`'[^']*'|\bAS \w+`).ReplaceAllString(parsed, "")
		for _, word := range regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`).FindAllString(parsed, -1) {
			used[word] = true
			if !known[word] && !slices.Contains([]string{"url_decode", "try_cast", "regexp_extract"}, word) {
				t.Errorf("%s reads %s, which is no column", q.Name, word)
			}
		}
	}
	if len(used) < 10 {
		t.Errorf("only %v are read", used)
	}
}

// The table's partitions are the folders that the delivery writes.
func TestAthena_partitionsAreTheFolders(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", everythingLogged)
	table, d := one(t, g, tableToken), one(t, g, distributionToken)
	_, target, _ := strings.Cut(text(one(t, g, deliveryDestinationToken).Inputs, "deliveryDestinationConfiguration", "destinationResourceArn"), ":::")
	suffix := text(list(one(t, g, deliveryToken).Inputs, "s3DeliveryConfigurations")[0], "suffixPath")
	folder, hour, _ := strings.Cut(suffix, "{yyyy}")
	hour = strings.NewReplacer("{", "", "}", "").Replace("{yyyy}" + hour)
	folder = "s3://" + target + "/" + strings.ReplaceAll(folder, "{distributionid}", d.ID)
	want := map[string]any{
		"EXTERNAL": "TRUE", "projection.enabled": "true", "projection.hour.type": "date", "projection.hour.format": hour,
		"projection.hour.interval": "1", "projection.hour.interval.unit": "HOURS", "projection.hour.range": "2026/01/01/00,NOW",
		"storage.location.template": folder + "${hour}",
	}
	if diff := cmp.Diff(want, at(table.Inputs, "parameters")); diff != "" {
		t.Errorf("the table's parameters (-want +got):\n%s", diff)
	}
	if got := text(table.Inputs, "storageDescriptor", "location"); got != folder {
		t.Errorf("the table is at %s, want %s", got, folder)
	}
	if keys := list(table.Inputs, "partitionKeys"); len(keys) != 1 || text(keys[0], "name") != "hour" || text(keys[0], "type") != "string" {
		t.Errorf("partition keys %v", keys)
	}
	serDe := at(table.Inputs, "storageDescriptor", "serDeInfo")
	if text(serDe, "serializationLibrary") != "org.openx.data.jsonserde.JsonSerDe" || text(serDe, "parameters", "case.insensitive") != "FALSE" {
		t.Errorf("%v does not tell names as CloudFront writes them (O-A27)", serDe)
	}
}

// Every query is of one report, runs where there is a limit, and leaves its results in the logs' bucket, at home.
func TestAthena_queries(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", everythingLogged)
	group, database := one(t, g, workgroupToken), one(t, g, databaseToken)
	limit := fmt.Sprint(at(group.Inputs, "configuration", "bytesScannedCutoffPerQuery"))
	if limit != "10737418240" && limit != "1.073741824e+10" || at(group.Inputs, "configuration", "enforceWorkgroupConfiguration") != true {
		t.Errorf("the workgroup's limit is %s, or a query may go round it", limit)
	}
	results := text(group.Inputs, "configuration", "resultConfiguration", "outputLocation")
	if want := "s3://" + named(t, g, bucketToken, "logs-eu-west-1").ID + "/athena/"; results != want {
		t.Errorf("results go to %s, want %s", results, want)
	}
	if name := text(database.Inputs, "name"); !regexp.MustCompile(`^[a-z0-9_]{1,255}$`).MatchString(name) {
		t.Errorf("the database is called %q, which a query must quote", name)
	}
	var got, want []string
	for _, q := range g.ByType(namedQueryToken) {
		got = append(got, text(q.Inputs, "name"))
		if text(q.Inputs, "workgroup") != group.ID || text(q.Inputs, "database") != text(database.Inputs, "name") {
			t.Errorf("%s is in workgroup %v and asks database %v", q.Name, q.Inputs["workgroup"], q.Inputs["database"])
		}
		if size := len(text(q.Inputs, "query")); size == 0 || size > 262_144 {
			t.Errorf("%s has %d characters", q.Name, size)
		}
	}
	for _, r := range accesslog.Reports() {
		want = append(want, r.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	for _, r := range append(g.ByType(namedQueryToken), group, database, one(t, g, tableToken)) {
		if r.Region != "eu-west-1" {
			t.Errorf("%s is in %s, the bucket in eu-west-1", r.URN, r.Region)
		}
	}
}

// Without the key there is nothing of it.
func TestAthena_off(t *testing.T) {
	projectFiles(t)
	for _, r := range record(t, "prod", nil).Resources {
		if strings.HasPrefix(r.Type, "aws:glue/") || strings.HasPrefix(r.Type, "aws:athena/") {
			t.Errorf("Athena is off, and %s", r.URN)
		}
	}
}
