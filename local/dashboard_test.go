package main

import (
	"strings"
	"testing"

	"github.com/onefront/onefront/browser"
)

// regionBox is a region's box in the dashboard's picture.
func regionBox(region string) string {
	return `document.querySelector('[data-node="region ` + region + `"]')`
}

// unfold opens what a phone folds.
func unfold(p *browser.Tab) {
	browser.Evaluate[any](p, `document.querySelectorAll("details[data-fold]").forEach((d) => { d.open = true; })`)
}

// flowing sends requests until the picture shows what they do: flows are those of the last ten seconds, and a slow
// machine may take longer to draw.
func flowing(p *browser.Tab, condition string, send func()) {
	for !browser.Evaluate[bool](p, condition) {
		send()
		browser.Evaluate[any](p, `globalThis.asked = performance.now()`)
		p.Until(condition + ` || performance.now() > asked + 2000`)
	}
}

// With edge routing nobody checks a region: the dashboard says so, and where each edge sends its viewers.
func TestDashboard_edgeRouting(t *testing.T) {
	r := startNotes(t, "-stack", "staging")
	chromium := browser.Start(t)
	p := chromium.Open(t, browser.Look{Width: 360, Height: 740, Mobile: true})
	p.Navigate(r.admin + "/")
	r.control("PUT", "/regions/eu-west-1", `{"fault":"down"}`)
	p.Until(regionBox("eu-west-1") + `?.innerText.includes("nobody checks it") ?? false`)
	p.Until(`document.querySelector("#dns-gist").innerText.includes("FRA to api-eu-west-1, then")`)
	unfold(p)
	p.Until(`document.querySelector("#dns").innerText.includes("The function sends viewers at FRA")`)
	if got := string(r.control("GET", "/regions", "").body); !strings.Contains(got, `"healthy":null`) {
		t.Errorf("GET /regions: %s", got)
	}
	p.Axe("edge routing")
	p.Width("edge routing")
	p.Screenshot("dashboard-edge-routing-phone")
}
