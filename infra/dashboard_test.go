package infra_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

const dashboardToken = "aws:cloudwatch/dashboard:Dashboard"

// dashboardsAreTaken are the documented rules of a dashboard's body (O-C10).
func dashboardsAreTaken(g *graph.Graph) (wrong []string) {
	for _, r := range g.ByType(dashboardToken) {
		if name := text(r.Inputs, "dashboardName"); !regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`).MatchString(name) {
			wrong = append(wrong, "name "+name)
		}
		wrong = append(wrong, checkDashboard(text(r.Inputs, "dashboardBody"))...)
	}
	return wrong
}

func checkDashboard(body string) (wrong []string) {
	var document map[string]any
	if err := json.Unmarshal([]byte(body), &document); err != nil {
		return []string{err.Error()}
	}
	if strings.Contains(body, "${") {
		wrong = append(wrong, "a reference is left")
	}
	widgets := list(document, "widgets")
	if len(widgets) == 0 || len(widgets) > 500 {
		wrong = append(wrong, fmt.Sprintf("%d widgets", len(widgets)))
	}
	if p := text(document, "periodOverride"); p != "auto" && p != "inherit" {
		wrong = append(wrong, "periodOverride "+p)
	}
	for i, w := range widgets {
		number := func(key string) float64 { n, _ := at(w, key).(float64); return n }
		x, y, width, height := number("x"), number("y"), number("width"), number("height")
		if x < 0 || x+width > 24 || y < 0 || width < 1 || height < 1 || height > 1000 {
			wrong = append(wrong, fmt.Sprintf("widget %d at %g,%g of %gx%g", i, x, y, width, height))
		}
		for j, other := range widgets[:i] {
			ox, oy, ow, oh := at(other, "x").(float64), at(other, "y").(float64), at(other, "width").(float64), at(other, "height").(float64)
			if x < ox+ow && ox < x+width && y < oy+oh && oy < y+height {
				wrong = append(wrong, fmt.Sprintf("widget %d lies over %d", i, j))
			}
		}
		for _, what := range checkWidget(w) {
			wrong = append(wrong, fmt.Sprintf("widget %d: %s", i, what))
		}
	}
	return wrong
}

func checkWidget(w any) (wrong []string) {
	p := at(w, "properties")
	switch kind := text(w, "type"); kind {
	case "text":
		if text(p, "markdown") == "" {
			wrong = append(wrong, "no markdown")
		}
	case "alarm":
		if n := len(list(p, "alarms")); n < 1 || n > 100 {
			wrong = append(wrong, fmt.Sprintf("%d alarms", n))
		}
	case "metric":
		period, _ := at(p, "period").(float64)
		if text(p, "region") == "" || period < 60 || int(period)%60 != 0 || text(p, "view") != "timeSeries" {
			wrong = append(wrong, fmt.Sprintf("region %q, period %g, view %q", text(p, "region"), period, text(p, "view")))
		}
		if n := len(list(p, "metrics")); n < 1 || n > 500 {
			wrong = append(wrong, fmt.Sprintf("%d metrics", n))
		}
		for _, row := range list(p, "metrics") {
			cells := row.([]any)
			options, _ := cells[len(cells)-1].(map[string]any)
			if len(cells)%2 == 0 || len(cells) < 5 || text(options, "stat") == "" || text(options, "region") == "" {
				wrong = append(wrong, fmt.Sprintf("metric %v", row))
			}
		}
	default:
		wrong = append(wrong, "type "+kind)
	}
	return wrong
}

func TestDashboard_rulesCanFail(t *testing.T) {
	widget := func(w string) string { return `{"periodOverride": "inherit", "widgets": [` + w + `]}` }
	const good = `{"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "a"}}`
	if wrong := checkDashboard(widget(good)); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for _, bad := range []string{
		widget(""), widget(good + "," + good), widget(strings.Replace(good, `"x": 0`, `"x": 1`, 1)), widget(strings.Replace(good, "text", "log", 1)),
		widget(strings.Replace(good, `"a"`, `""`, 1)), widget(strings.Replace(good, `"a"`, `"${1}"`, 1)),
		widget(`{"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"view": "timeSeries", "period": 60, "metrics": [["AWS/Lambda", "Errors"]]}}`),
	} {
		if len(checkDashboard(bad)) == 0 {
			t.Errorf("taken: %s", bad)
		}
	}
}

// Rows: the distribution, each region, the application, with all alarms and links.
func TestDashboard(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	dashboard := one(t, g, dashboardToken)
	var body map[string]any
	if err := json.Unmarshal([]byte(text(dashboard.Inputs, "dashboardBody")), &body); err != nil {
		t.Fatal(err)
	}
	var titles []string
	alarms := 0
	for _, w := range list(body, "widgets") {
		alarms += len(list(w, "properties", "alarms"))
		if title := text(w, "properties", "markdown"); strings.HasPrefix(title, "## ") {
			titles = append(titles, title)
		}
	}
	if want := []string{"## Distribution", "## eu-west-1", "## us-east-1", "## ap-southeast-2", "## Application notes"}; !slices.Equal(titles, want) {
		t.Errorf("rows %q, want %q", titles, want)
	}
	if want := len(g.ByType(alarmToken)) + len(g.ByType(compositeToken)); alarms != want {
		t.Errorf("%d alarms shown, want all %d", alarms, want)
	}
	first := text(body, "widgets", 0, "properties", "markdown")
	for _, want := range []string{"https://example.com", "docs/operations.md", "ops status -stack prod"} {
		if !strings.Contains(first, want) {
			t.Errorf("%q does not name %q", first, want)
		}
	}
	if got, want := g.Outputs["dashboardUrl"], "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/onefront-prod-overview"; got != want {
		t.Errorf("dashboardUrl %v, want %s", got, want)
	}
}

// A planned drain shows in the region's title.
func TestDashboard_drained(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:drainedRegions": `["us-east-1"]`})
	if body := text(one(t, g, dashboardToken).Inputs, "dashboardBody"); !strings.Contains(body, "## us-east-1 (drained)") {
		t.Error("the drained region is not marked")
	}
}
