package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// The dashboard through a day of trouble: a region down, a queue at work, the explanation of a request; in every
// state axe-core finds nothing, and nothing sticks out.
func TestDashboard(t *testing.T) {
	r := startFeedback(t, nil)
	chromium := browser.Start(t)
	for name, look := range map[string]browser.Look{"desk": {Width: 1280, Height: 900}, "phone": {Width: 360, Height: 740, Mobile: true, Dark: true}} {
		t.Run(name, func(t *testing.T) {
			r.control("POST", "/reset", "{}")
			p := chromium.Open(t, look)
			check := func(state string) {
				t.Helper()
				p.Axe(state)
				p.Width(state)
				p.Screenshot("dashboard-" + strings.ReplaceAll(state, " ", "-") + "-" + name)
			}
			p.Navigate(r.admin + "/")
			p.Until(regionBox("ap-southeast-2") + ` !== null && document.querySelector("#link").textContent === "live"`)
			check("empty")
			if height := browser.Evaluate[int](p, `document.documentElement.scrollHeight`); look.Mobile && height > 3000 {
				t.Errorf("%d pixels of page on a phone", height)
			}
			if got := p.VisibleText(`#no-requests`); got != "No request yet." {
				t.Errorf("an empty list says %q", got)
			}

			for _, path := range []string{"/", "/api/topics?locale=de", "/api/topics?locale=de", "/about/"} {
				r.ask("GET", r.viewer+path, "", "User-Agent", firefox)
			}
			r.control("PUT", "/regions/eu-west-1", `{"fault":"down"}`)
			r.control("PUT", "/services/us-east-1/sqs", `{"fault":"error","statusCode":500}`)
			r.ask("GET", r.viewer+"/api/topics?locale=fr", "")
			r.ask("POST", r.viewer+"/api/feedback", `{"message":"x"}`, "Content-Type", "application/json")
			p.Until(regionBox("eu-west-1") + `.innerText.includes("has not noticed yet")`)
			p.Until(regionBox("us-east-1") + `.innerText.includes("sqs answers 500")`)
			p.Until(`document.querySelector("#requests").rows.length >= 6 && document.querySelectorAll("#charts canvas").length === 3`)
			flowing(p, `document.querySelector(".line.bad") !== null`, func() {
				r.ask("POST", r.viewer+"/api/feedback", `{"message":"x"}`, "Content-Type", "application/json")
			})
			check("region down")
			unfold(p)

			browser.Evaluate[any](p, `[...document.querySelectorAll("#requests button")].find((b) => b.textContent.includes("locale=fr")).click()`)
			p.Until(`document.querySelectorAll("#explained .step").length > 5`)
			steps := p.VisibleText("#explained")
			for _, part := range []string{"`/api/topics*`: 1st of", "miss, key /api/topics?locale=fr", "nearest -> eu-west-1: connect failed", "next -> us-east-1: 200", "fresh for 300 s by max-age"} {
				if !strings.Contains(steps, part) {
					t.Errorf("the explanation lacks %q:\n%s", part, steps)
				}
			}
			check("explained")

			p.Do(chromedp.SendKeys(`#filter input[name="path"]`, "locale=de"))
			p.Until(`document.querySelector("#requests").rows.length === 2`)
			browser.Evaluate[any](p, `document.querySelector("#clear-filter").click()`)
			p.Until(`document.querySelector("#requests").rows.length >= 6`)

			r.control("POST", "/clock", `{"advanceSeconds":120}`)
			p.Until(regionBox("eu-west-1") + `.innerText.includes("unhealthy")`)
			p.Until(`document.querySelector("#dns").innerText.includes("is us-east-1 since")`)
			p.Until(`["fault", "clock", "health", "dns"].every((kind) => document.querySelector("#marks .mark." + kind))`)
			if got := browser.Evaluate[string](p, `document.querySelector("#live").textContent`); got == "" {
				t.Error("nothing was announced")
			}

			browser.Evaluate[any](p, regionBox("eu-west-1")+`.focus()`)
			p.Do(chromedp.KeyEvent("\r"))
			p.Until(`document.querySelector("#switches").checkVisibility() && document.activeElement.textContent === "eu-west-1"`)
			browser.Evaluate[any](p, `document.querySelector('[data-key="/regions/eu-west-1 status"]').value = "507"`)
			browser.Evaluate[any](p, `document.querySelector('[data-key="/regions/eu-west-1 error"]').click()`)
			p.Until(regionBox("eu-west-1") + `.innerText.includes("answers 507")`)
			check("switches")

			unfold(p)
			p.Until(`document.querySelector('[data-key="ranking Popular objects"]')?.innerText.includes("/api/topics") ?? false`)
			if got := browser.Evaluate[string](p, `document.querySelector('[data-key="ranking Browsers"]').innerText`); !strings.Contains(got, "Firefox") || !strings.Contains(got, "4") {
				t.Errorf("the statistics' browsers: %q", got)
			}
			if width := browser.Evaluate[float64](p, `document.querySelector(".ranks .bar").getBoundingClientRect().width`); width < 50 {
				t.Errorf("the bar of the most popular object is %v pixels wide", width)
			}
			check("everything unfolded")
		})
	}
}
