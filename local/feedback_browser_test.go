package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
)

// A visitor's browser, from the form to the SaaS, and the pages around it.
func TestBrowser(t *testing.T) {
	r := startFeedback(t, nil)
	viewer, admin := r.viewer, r.admin
	chromium := browser.Start(t)

	t.Run("the form reaches the SaaS", func(t *testing.T) {
		p := chromium.Open(t, browser.Desktop())
		p.Navigate(viewer + "/")
		p.Until(`document.querySelectorAll("#topic option").length > 1`)
		p.Do(chromedp.SendKeys("#message", "From a browser"), browser.Click(`input[name="rating"][value="5"]`), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if got := p.VisibleText("#outcome"); !strings.Contains(got, "has been delivered") || !strings.Contains(got, "eu-west-1") {
			t.Errorf("the page says %q", got)
		}
		p.Screenshot("delivered")
		var tickets []struct {
			Authenticated bool
			Feedback      struct {
				Message string
				Rating  int
			}
		}
		r.control("GET", "/saas/tickets", "").into(t, &tickets)
		if len(tickets) != 1 || !tickets[0].Authenticated || tickets[0].Feedback.Message != "From a browser" || tickets[0].Feedback.Rating != 5 {
			t.Errorf("tickets: %+v", tickets)
		}
	})

	t.Run("a field at fault is marked", func(t *testing.T) {
		p := chromium.Open(t, browser.Desktop())
		p.Expect("status of 400")
		p.Navigate(viewer + "/")
		p.Until(`document.querySelectorAll("#topic option").length > 1`)
		// what the form's own check lets pass and the handler does not
		p.Do(chromedp.SendKeys("#message", "Hello"), chromedp.SendKeys("#email", "ada@"+strings.Repeat("a", 60)+"."+strings.Repeat("b", 60)+"."+strings.Repeat("c", 60)+"."+strings.Repeat("d", 60)+"."+strings.Repeat("e", 60)), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "bad"`)
		if got := p.VisibleText("#email-error"); got == "" {
			t.Errorf("no field is marked; the page says %q", p.VisibleText("#outcome"))
		}
	})

	t.Run("the status page names region, edge and cache", func(t *testing.T) {
		p := chromium.Open(t, browser.Desktop())
		p.Navigate(viewer + "/status/")
		p.Until(`document.querySelectorAll("#answers tr").length === 2`)
		p.Do(browser.Click("#check"))
		p.Until(`document.querySelectorAll("#answers tr").length === 4`)
		if got := p.VisibleText("#summary"); !strings.HasPrefix(got, "eu-west-1 answered through FRA") {
			t.Errorf("the page says %q", got)
		}
		topics := browser.Evaluate[string](p, `[...document.querySelectorAll("#answers tr")].filter(r => r.cells[1].textContent === "GET topics")[0].cells[4].textContent`)
		if !strings.HasPrefix(topics, "Hit") {
			t.Errorf("the second request for topics: %q", topics)
		}
		if got := browser.Evaluate[int](p, `document.querySelectorAll("#regions li").length`); got != 3 {
			t.Errorf("%d regions", got)
		}
		p.Screenshot("status")
	})

	t.Run("an unknown address has the 404 page", func(t *testing.T) {
		p := chromium.Open(t, browser.Desktop())
		p.Expect("status of 404")
		if status := p.Navigate(viewer + "/no/such/page"); status != http.StatusNotFound || p.VisibleText("h1") != "There is no such page" {
			t.Errorf("status %d, %q", status, p.VisibleText("h1"))
		}
		if status := p.Navigate(viewer + "/about"); status != http.StatusOK || p.VisibleText("h1") != "One front for many regions" {
			t.Errorf("/about: status %d, %q", status, p.VisibleText("h1"))
		}
	})

	t.Run("the dashboard", func(t *testing.T) {
		p := chromium.Open(t, browser.Look{Width: 1280, Height: 1600})
		p.Navigate(admin + "/")
		p.Until(`document.body.innerText.includes("ap-southeast-2")`)
		p.Screenshot("dashboard")
		p.Until(`document.querySelector('[data-node="region eu-west-1"]') !== null`)
		p.Do(browser.Click(`[data-node="region eu-west-1"]`))
		press := `document.querySelector('[data-key="/regions/eu-west-1 down"]')`
		browser.Evaluate[any](p, press+`.click()`)
		p.Until(press + `.getAttribute("aria-pressed") === "true"`)
		var regions []struct{ Region, Fault string }
		r.control("GET", "/regions", "").into(t, &regions)
		if len(regions) != 3 || regions[0].Region != "eu-west-1" || regions[0].Fault != "down" || regions[1].Fault != "none" {
			t.Errorf("regions: %+v", regions)
		}
	})
}
