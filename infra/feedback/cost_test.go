package feedback_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra/cost"
)

// costDocument has a table under each of these headings.
const (
	costDocument = "docs/cost.md"
	headMonth    = "A month of "
	headMix      = "What the requests are taken to be"
	headHealth   = "Health checks, in numbers"
	headPrices   = "Prices"
)

// The document's tables are what prices and the recorded stacks come to: `go test ./infra/feedback -run Cost -update`
// writes them.
func TestCost_document(t *testing.T) {
	for heading, table := range costTables(t) {
		text, err := os.ReadFile(costDocument)
		if err != nil {
			t.Fatal(err)
		}
		before, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
		if !found {
			t.Errorf("%s: no section %q", costDocument, heading)
			continue
		}
		place := regexp.MustCompile(`(?m)(^\|.*\n)+`).FindStringIndex(section)
		if place == nil {
			t.Errorf("%s: no table in section %q", costDocument, heading)
			continue
		}
		if *update {
			changed := before + "\n## " + heading + "\n" + section[:place[0]] + table + section[place[1]:]
			if err := os.WriteFile(filepath.Clean(costDocument), []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(table, section[place[0]:place[1]]); diff != "" {
			t.Errorf("%s, section %q (-reckoned +written):\n%s", costDocument, heading, diff)
		}
	}
}

// The document says when the prices were looked up.
func TestCost_day(t *testing.T) {
	t.Chdir(project)
	text, err := os.ReadFile(costDocument)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Looked up on " + cost.Day + "."; !strings.Contains(string(text), want) {
		t.Errorf("%s does not say %q", costDocument, want)
	}
}

func costTables(t *testing.T) map[string]string {
	t.Helper()
	tables := map[string]string{headPrices: pricesTable(), headMix: mixTable(), headHealth: healthTable()}
	for _, stack := range []string{"prod", "staging"} {
		without := costStack(t, record(t, stack, nil))
		with := costStack(t, record(t, stack, map[string]string{"onefront:webAcl": `{"rateLimit": 2000, "writeRateLimit": 100}`}))
		tables[headMonth+stack] = monthTable(without, with)
	}
	return tables
}

// costStack counts in a recorded stack what costs something.
func costStack(t *testing.T, g *graph.Graph) *cost.Stack {
	t.Helper()
	s := &cost.Stack{Composites: len(g.ByType("aws:cloudwatch/compositeAlarm:CompositeAlarm"))}
	custom := map[string]bool{}
	for _, r := range g.ByType("aws:cloudwatch/metricAlarm:MetricAlarm") {
		metrics := []any{r.Inputs}
		if r.Inputs["metricName"] == nil {
			metrics = nil
			for _, query := range r.Inputs["metricQueries"].([]any) {
				if m := query.(map[string]any)["metric"]; m != nil {
					metrics = append(metrics, m)
				}
			}
		}
		for _, m := range metrics {
			s.AlarmMetrics++
			metric := m.(map[string]any)
			if namespace := fmt.Sprint(metric["namespace"]); !strings.HasPrefix(namespace, "AWS/") {
				custom[fmt.Sprint(r.Region, namespace, metric["metricName"])] = true
			}
		}
	}
	s.CustomMetrics = len(custom)
	countChecks(s, g)
	countEdge(s, g)
	countOrigins(t, s, g)
	return s
}

func countChecks(s *cost.Stack, g *graph.Graph) {
	for _, r := range g.ByType("aws:route53/healthCheck:HealthCheck") {
		if r.Inputs["type"] == "HTTPS_STR_MATCH" {
			s.OutsideIn = true
			continue
		}
		s.Checks++
		s.Interval = time.Duration(r.Inputs["requestInterval"].(float64)) * time.Second
	}
	for _, r := range g.ByType("aws:wafv2/webAcl:WebAcl") {
		s.WebACLRules = len(r.Inputs["rules"].([]any))
	}
}

// countEdge counts for a request of the site and one of the API the functions that run and what they read.
func countEdge(s *cost.Stack, g *graph.Graph) {
	reads := map[string]int{}
	for _, f := range g.ByType("aws:cloudfront/function:Function") {
		stores, _ := f.Inputs["keyValueStoreAssociations"].([]any)
		reads[f.Output("arn")] = len(stores)
	}
	behavior := func(value any, functions, read *int) {
		associations, _ := value.(map[string]any)["functionAssociations"].([]any)
		for _, a := range associations {
			*functions++
			*read += reads[fmt.Sprint(a.(map[string]any)["functionArn"])]
		}
	}
	for _, d := range g.ByType("aws:cloudfront/distribution:Distribution") {
		behavior(d.Inputs["defaultCacheBehavior"], &s.SiteFunctions, &s.SiteReads)
		ordered := d.Inputs["orderedCacheBehaviors"].([]any)
		behavior(ordered[len(ordered)-1], &s.APIFunctions, &s.APIReads)
	}
}

func countOrigins(t *testing.T, s *cost.Stack, g *graph.Graph) {
	t.Helper()
	for _, f := range g.ByType("aws:lambda/function:Function") {
		memory := int(f.Inputs["memorySize"].(float64))
		switch role, _, _ := strings.Cut(f.Name, "-"); role {
		case "api":
			s.MemoryMiB = memory
		case "health":
			if memory != cost.HealthMiB {
				t.Errorf("%s has %d MiB, and the reckoning is with %d", f.Name, memory, cost.HealthMiB)
			}
		}
	}
	for _, r := range g.ByType("aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2") {
		if strings.HasPrefix(r.Name, "logs-") {
			expiration := r.Inputs["rules"].([]any)[0].(map[string]any)["expiration"].(map[string]any)
			s.LogDays = int(expiration["days"].(float64))
		}
	}
}

// monthTable has what a month with 1, 10 and 100 million requests costs.
func monthTable(without, with *cost.Stack) string {
	var b strings.Builder
	b.WriteString("| part | arithmetic: a month, or a million requests | 1 million | 10 million | 100 million |\n| --- | --- | --- | --- | --- |\n")
	months := []float64{1, 10, 100}
	sums := make([]float64, len(months))
	row := func(l cost.Line, grows bool) {
		fmt.Fprintf(&b, "| %s | %s |", l.What, l.Arithmetic)
		for i, millions := range months {
			usd := l.USD
			if grows {
				usd *= millions
			}
			sums[i] += usd
			fmt.Fprintf(&b, " $%.2f |", usd)
		}
		b.WriteString("\n")
	}
	sum := func(what string, of []float64) {
		fmt.Fprintf(&b, "| **%s** | |", what)
		for _, usd := range of {
			fmt.Fprintf(&b, " **$%.2f** |", usd)
		}
		b.WriteString("\n")
	}
	for _, l := range without.Idle() {
		row(l, false)
	}
	sum("without a request", sums)
	for _, l := range without.Counted() {
		row(l, false)
	}
	for _, l := range without.Requests() {
		row(l, true)
	}
	sum("sum", sums)
	onceMore, eachMore := cost.Sum(with.Idle())-cost.Sum(without.Idle()), cost.Sum(with.Requests())-cost.Sum(without.Requests())
	row(cost.Line{What: "`webAcl`", Arithmetic: fmt.Sprintf("$%.2f a month with its %d rules", onceMore, with.WebACLRules), USD: onceMore}, false)
	row(cost.Line{What: "`webAcl`, requests", Arithmetic: fmt.Sprintf("1 million x $%.2f", eachMore), USD: eachMore}, true)
	sum("sum with `webAcl`", sums)
	return b.String()
}

func pricesTable() string {
	var b strings.Builder
	b.WriteString("| what | price | page |\n| --- | --- | --- |\n")
	for _, p := range cost.Prices() {
		fmt.Fprintf(&b, "| %s | $%g per %s | <%s> |\n", p.What, p.USD, p.Per, p.Page)
	}
	return b.String()
}

func mixTable() string {
	percent := func(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
	var b strings.Builder
	b.WriteString("| of the viewers' requests | |\n| --- | --- |\n")
	for _, row := range [][2]string{
		{"are for the site's files", percent(cost.SiteShare)},
		{"are reads of the API that may be cached", percent(cost.ReadShare)},
		{"are writes", percent(cost.WriteShare)},
		{"site's requests that go to a bucket", percent(cost.SiteMisses)},
		{"API's reads that go to a region", percent(cost.ReadMisses)},
		{"an answer of the site, of the API", fmt.Sprintf("%g KB, %g KB", cost.SiteKB, cost.APIKB)},
		{"a function takes for an answer, health for one", fmt.Sprintf("%g ms, %g ms", cost.AnswerMS, cost.HealthMS)},
		{"lines: API's access log, function's, CloudFront's in gzip (O-A31)", fmt.Sprintf("%g KB, %g KB, %g KB", cost.AccessLogKB, cost.LineKB, cost.LogKB)},
	} {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	return b.String()
}

func healthTable() string {
	millions := cost.CheckedMillions(10*time.Second, 8)
	lines := cost.HealthLines(millions)
	var b strings.Builder
	fmt.Fprintf(&b, "| for %.2f million requests | arithmetic | a month |\n| --- | --- | --- |\n", millions)
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s | %s | $%.2f |\n", l.What, l.Arithmetic, l.USD)
	}
	fmt.Fprintf(&b, "| **sum** | | **$%.2f** |\n", cost.Sum(lines))
	return b.String()
}

// The preview tells the same sum as the document.
func TestCost_previewTellsTheSame(t *testing.T) {
	for _, stack := range []string{"prod", "staging"} {
		g := record(t, stack, nil)
		want := fmt.Sprintf("without a viewer's request the stack costs about %.2f USD a month", cost.Sum(costStack(t, g).Idle()))
		if messages := fmt.Sprint(g.Messages); !strings.Contains(messages, want) {
			t.Errorf("%s: no %q in %s", stack, want, messages)
		}
	}
}
