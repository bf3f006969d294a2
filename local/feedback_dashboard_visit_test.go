package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/onefront/onefront/browser"
)

// A visitor's page and the dashboard beside it, while regions die and are drained and the SaaS is gone.
func TestDashboard_visit(t *testing.T) {
	r := startFeedback(t, nil)
	chromium := browser.Start(t)
	board := chromium.Open(t, browser.Desktop())
	board.Navigate(r.admin + "/")
	board.Until(regionBox("eu-west-1") + ` !== null`)
	t.Run("a region dies", func(t *testing.T) { regionDies(t, r, chromium.Open(t, browser.Phone()), board) })
	t.Run("a region is drained", func(t *testing.T) { regionIsDrained(t, r, chromium.Open(t, browser.Phone()), board) })
	t.Run("the SaaS is down", func(t *testing.T) { saasIsDown(t, r, chromium.Open(t, browser.Phone()), board) })
	t.Run("by keyboard alone", func(t *testing.T) { keyboardAlone(t, r, chromium.Open(t, browser.Desktop())) })
}

// regionDies: the status page names who failed and who still answers, and the words are delivered once another region
// is in charge, once.
func regionDies(t *testing.T, r *running, site, board *browser.Tab) {
	site.Expect("status of 502")
	site.Navigate(r.viewer + "/status/")
	site.Until(`document.querySelectorAll("#answers tr").length === 2`)
	r.control("PUT", "/regions/eu-west-1", `{"fault":"down"}`)
	board.Until(regionBox("eu-west-1") + `.innerText.includes("has not noticed yet")`)
	site.Do(browser.Click("#check"))
	site.Until(`document.querySelectorAll("#answers tr").length === 5`)
	const want = "eu-west-1 does not answer (status 502). us-east-1 still answers what is only read"
	if got := site.VisibleText("#summary"); !strings.HasPrefix(got, want) {
		t.Errorf("the status page says %q, want %q", got, want)
	}
	site.Screenshot("status-region-down-390")

	site.Navigate(r.viewer + "/")
	site.Do(chromedp.SendKeys("#message", "Written while it died"), browser.Click("#send"))
	site.Until(`document.querySelector("#send").textContent === "Try again"`)
	site.Screenshot("region-down-390")
	r.control("POST", "/clock", `{"advanceSeconds":120}`)
	board.Until(regionBox("eu-west-1") + `.innerText.includes("unhealthy") && document.querySelector("#dns-gist").innerText.startsWith("nearest is us-east-1")`)
	site.Do(browser.Click("#send"))
	site.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
	if got := site.VisibleText("#outcome"); !strings.Contains(got, "us-east-1") {
		t.Errorf("the form says %q", got)
	}
	if tickets := r.tickets(); len(tickets) != 1 {
		t.Errorf("%d tickets, want 1", len(tickets))
	}
}

// regionIsDrained: the picture says drained, not broken, and what is still to come; viewers go elsewhere.
func regionIsDrained(t *testing.T, r *running, site, board *browser.Tab) {
	r.control("POST", "/reset", "{}")
	r.drainParameter("eu-west-1", "drained")
	board.Until(regionBox("eu-west-1") + `.innerText.includes("drained") && ` + regionBox("eu-west-1") + `.innerText.includes("has not noticed yet")`)
	r.control("POST", "/clock", `{"advanceSeconds":110}`)
	board.Until(regionBox("eu-west-1") + `.innerText.includes("viewers are kept away")`)
	if got := browser.Evaluate[string](board, regionBox("eu-west-1")+`.className`); got != "box region drained" {
		t.Errorf("the region's box is %q", got)
	}
	if got := browser.Evaluate[string](board, regionBox("eu-west-1")+`.innerText`); strings.Contains(got, "unhealthy") {
		t.Errorf("the region's box says %q", got)
	}
	board.Until(`document.querySelector("#marks .mark.drain") !== null`)
	board.Until(`[...document.querySelectorAll('[data-key="checks"] tr')].find((r) => r.cells[0].innerText === "eu-west-1")?.cells[1].innerText === "drained"`)
	board.Axe("drained")
	board.Screenshot("dashboard-drained-desk")
	site.Navigate(r.viewer + "/status/")
	site.Until(`document.querySelector("#summary").innerText.startsWith("us-east-1 answered")`)
}

// drainParameter writes a region's parameter as ops does.
func (r *running) drainParameter(region, value string) {
	r.t.Helper()
	var endpoints struct {
		SSM         map[string]string
		AccessKeyID string
	}
	r.control("GET", "/endpoints", "").into(r.t, &endpoints)
	a := r.ask("POST", endpoints.SSM[region]+"/", `{"Name":"/onefront/prod/drain","Value":"`+value+`","Overwrite":true}`,
		"X-Amz-Target", "AmazonSSM.PutParameter", "Content-Type", "application/x-amz-json-1.1", "Authorization", "AWS4-HMAC-SHA256 Credential="+endpoints.AccessKeyID+"/x")
	if a.status != http.StatusOK {
		r.t.Fatalf("draining %s: %d %s", region, a.status, a.body)
	}
}

// saasIsDown: the words wait in a queue that the dashboard shows, become a dead letter, and a ticket by its button.
func saasIsDown(t *testing.T, r *running, site, board *browser.Tab) {
	r.control("POST", "/reset", "{}")
	r.control("PUT", "/saas", `{"fault":"down"}`)
	site.Navigate(r.viewer + "/")
	site.Do(chromedp.SendKeys("#message", "Wait for me"), browser.Click("#send"))
	site.Until(`document.querySelector("#outcome").innerText.includes("wait in a queue")`)
	board.Until(`document.querySelector("#queues").innerText.includes("Wait for me") && ` + regionBox("eu-west-1") + `.innerText.includes("queue: 1")`)
	r.control("PUT", "/saas", `{"fault":"error","statusCode":422}`)
	r.control("POST", "/clock", `{"advanceSeconds":900}`)
	board.Until(`document.querySelector('[data-key="redrive eu-west-1"]')?.textContent === "Redrive 1 dead letter"`)
	board.Until(`document.querySelector("#queues").innerText.includes("422")`)
	board.Axe("a dead letter")
	board.Screenshot("dashboard-dead-letter-desk")
	r.control("PUT", "/saas", `{"fault":"none"}`)
	board.Do(browser.Click(`[data-key="redrive eu-west-1"]`))
	board.Until(`document.querySelector("#marks .mark.redrive") !== null`)
	r.control("POST", "/clock", `{"advanceSeconds":60}`)
	board.Until(`document.querySelector("#tickets").innerText.includes("Wait for me") && document.querySelector("#queues-gist").innerText === "empty"`)
	if tickets := r.tickets(); len(tickets) != 1 {
		t.Errorf("%d tickets, want 1", len(tickets))
	}
}

// keyboardAlone: from the first Tab to a region that is down.
func keyboardAlone(t *testing.T, r *running, p *browser.Tab) {
	r.control("POST", "/reset", "{}")
	p.Navigate(r.admin + "/")
	p.Until(regionBox("eu-west-1") + ` !== null`)
	p.Press(kb.Tab)
	if got := browser.Evaluate[string](p, `document.activeElement.className`); got != "skip" {
		t.Errorf("the first Tab reaches %q, want the link that skips", got)
	}
	p.Press(kb.Enter)
	tabTo(p, `e.dataset.node === "region eu-west-1"`)
	p.Press(kb.Enter)
	p.Until(`document.activeElement.textContent === "eu-west-1"`)
	tabTo(p, `e.dataset.key === "/regions/eu-west-1 down"`)
	p.Press(kb.Enter)
	p.Until(regionBox("eu-west-1") + `.innerText.includes("has not noticed yet")`)
	if key := browser.Evaluate[string](p, `document.activeElement.dataset.key`); key != "/regions/eu-west-1 down" {
		t.Errorf("pressing it takes the focus to %q", key)
	}
}

// tabTo presses Tab until the element e that has the focus is the one, and holds every one before it to being visible.
func tabTo(p *browser.Tab, condition string) {
	for range 100 {
		p.Press(kb.Tab)
		if browser.Evaluate[bool](p, `((e) => `+condition+`)(document.activeElement)`) {
			return
		}
	}
	p.Until(`false && "Tab never reaches: ` + strings.ReplaceAll(condition, `"`, `'`) + `"`)
}
