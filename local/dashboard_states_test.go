package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onefront/onefront/browser"
	"github.com/onefront/onefront/local/dashboard"
)

const twelveRegions = `["eu-west-1","us-east-1","ap-southeast-2","eu-central-1","us-west-2","ap-northeast-1","sa-east-1","ca-central-1","ap-south-1","eu-north-1","us-east-2","eu-west-3"]`

// Twelve regions stand in the picture, then local mode ends and the page says so.
func TestDashboard_manyRegionsThenDisconnected(t *testing.T) {
	r := startCommand(t, command{getenv: noEnvironment, config: map[string]string{"onefront:regions": twelveRegions}})
	chromium := browser.Start(t)
	desk := chromium.Open(t, browser.Desktop())
	phone := chromium.Open(t, browser.Look{Width: 360, Height: 740, Mobile: true, Dark: true})
	tabs := map[string]*browser.Tab{"desk": desk, "phone": phone}
	for _, p := range tabs {
		p.Navigate(r.admin + "/")
	}
	r.control("PUT", "/regions/sa-east-1", `{"fault":"down"}`)
	asked := 0
	for name, p := range tabs {
		p.Until(`document.querySelectorAll(".box.region").length === 12`)
		flowing(p, `document.querySelectorAll(".line.ok").length >= 8`, func() {
			asked++
			for _, edge := range []string{"FRA", "IAD", "SYD", "NRT", "GRU", "BOM"} {
				r.ask("GET", r.viewer+fmt.Sprintf("/api/topics?locale=x%d", asked), "", "X-Onefront-Viewer", edge) // which none has cached
			}
		})
		p.Until(regionBox("sa-east-1") + `.innerText.includes("has not noticed yet")`)
		p.Axe("many regions")
		p.Width("many regions")
		p.Screenshot("dashboard-many-regions-" + name)
		p.Expect("ERR_CONNECTION_REFUSED")
		p.Expect("ERR_INCOMPLETE_CHUNKED_ENCODING")
	}
	r.cancel()
	for name, p := range tabs {
		p.Until(`document.querySelector("#link").textContent === "not connected" && document.querySelector("#offline").checkVisibility()`)
		p.Axe("disconnected")
		p.Width("disconnected")
		p.Screenshot("dashboard-disconnected-" + name)
	}
	if got := desk.VisibleText("#offline"); !strings.HasPrefix(got, "Local mode does not answer.") {
		t.Errorf("the page says %q", got)
	}
}

// Before anything is known the page says what it waits for.
func TestDashboard_loading(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/dashboard/{file}", dashboard.File)
	mux.HandleFunc("/{$}", dashboard.Page("index.html"))
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }) // until the tab is closed
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := browser.Start(t).Open(t, browser.Look{Width: 360, Height: 740, Mobile: true})
	p.Navigate(server.URL + "/")
	p.Until(`document.querySelector("#link").textContent === "connecting"`)
	if got := p.VisibleText("#picture"); got != "Waiting for the topology." {
		t.Errorf("the picture says %q", got)
	}
	p.Axe("loading")
	p.Width("loading")
	p.Screenshot("dashboard-loading-phone")
}

// One region and no alarms: nothing is promised that needs a second one, and nothing is green that nobody looks at.
func TestDashboard_oneRegionWithoutAlarms(t *testing.T) {
	r := startCommand(t, command{getenv: noEnvironment, config: map[string]string{
		"onefront:regions": `["sa-east-1"]`, "onefront:routing": "edge", "onefront:alarms": `{"enabled": false}`,
	}})
	p := browser.Start(t).Open(t, browser.Desktop())
	p.Navigate(r.admin + "/")
	p.Until(`document.querySelector("#dns").innerText.includes("there is no other one, so a failure stays until it ends")`)
	p.Until(`document.querySelector("#alarms").innerText === "The stack has no alarms." && document.querySelector("#alarms-gist").innerText === ""`)
}
