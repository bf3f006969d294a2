package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
	"github.com/onefront/onefront/local/drill"
)

// What the dashboard shows of a drill is what the drill said, number by number.
func TestDashboard_replay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "drill.json")
	said := playForDashboard(t, file)
	r := startNotes(t)
	p := browser.Start(t).Open(t, browser.Desktop())
	p.Navigate(r.admin + "/")
	p.Do(chromedp.SetUploadFiles("#drill", []string{file}))
	p.Until(`document.querySelector("#back-live").checkVisibility() && document.querySelectorAll("#charts canvas").length === 1`)

	want := map[string]int{
		"Drill " + said.Name: said.Totals.Requests, "lost reads": said.Totals.LostReads, "lost writes": said.Totals.LostWrites, "slowed": said.Totals.SlowedReads,
	}
	for _, step := range said.Steps {
		for region, n := range step.Requests {
			want[region] += n
		}
	}
	if want["lost writes"] == 0 || len(want) < 6 {
		t.Fatalf("a drill that shows little: %v", want)
	}
	shown := browser.Evaluate[map[string]string](p, `Object.fromEntries([...document.querySelectorAll("#time-numbers [data-number]")].map((e) => [e.dataset.number, e.querySelector("strong").textContent]))`)
	for name, n := range want {
		if number, _, _ := strings.Cut(strings.ReplaceAll(shown[name], ",", ""), " "); number != strconv.Itoa(n) {
			t.Errorf("%s: the page shows %q, the drill said %d", name, shown[name], n)
		}
	}
	if shown["result"] != "failed" || said.Passed {
		t.Errorf("the page says %q, the drill %v", shown["result"], said.Passed)
	}

	browser.Evaluate[any](p, `document.querySelector("#marks-box").open = true`)
	marks := p.VisibleText("#marks")
	for _, band := range said.Bands {
		if !strings.Contains(marks, band.Name) {
			t.Errorf("the list of changes lacks %q:\n%s", band.Name, marks)
		}
	}
	browser.Evaluate[any](p, `document.querySelector("#by-outcomes").click()`)
	p.Until(`document.querySelector("#series").innerText.includes("lost writes")`)
	p.Axe("a drill")
	p.Screenshot("dashboard-drill-desk")
	browser.Evaluate[any](p, `document.querySelector("#back-live").click()`)
	p.Until(`document.querySelector("#charts").innerText.includes("No request yet") && document.activeElement.id === "time-title"`)
}

// playForDashboard writes what `local drill -json` prints.
func playForDashboard(t *testing.T, file string) (said drill.Timeline) {
	t.Helper()
	scenario := filepath.Join(t.TempDir(), "short.yaml")
	if err := os.WriteFile(scenario, []byte(shortDrill), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, complaint bytes.Buffer
	drillCommand(&out, &complaint).run(t.Context(), []string{"drill", "-json", scenario})
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		t.Fatalf("%v: %s", err, &complaint)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return said
}
