package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
)

// The dashboard through a day of trouble: a region down, a queue at work, the explanation of a request, one drill
// replayed; in every state axe-core finds nothing, and nothing sticks out.
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
			if got := p.VisibleText(`#no-requests`); got != "No request yet." {
				t.Errorf("an empty list says %q", got)
			}

			for _, path := range []string{"/", "/api/topics?locale=de", "/api/topics?locale=de", "/about/"} {
				r.ask("GET", r.viewer+path, "")
			}
			r.control("PUT", "/regions/eu-west-1", `{"fault":"down"}`)
			r.control("PUT", "/services/us-east-1/sqs", `{"fault":"error","statusCode":500}`)
			r.ask("GET", r.viewer+"/api/topics?locale=fr", "")
			r.ask("POST", r.viewer+"/api/feedback", `{"message":"x"}`, "Content-Type", "application/json")
			p.Until(regionBox("eu-west-1") + `.innerText.includes("has not noticed yet")`)
			p.Until(regionBox("us-east-1") + `.innerText.includes("sqs answers 500")`)
			p.Until(`document.querySelector("#requests").rows.length >= 6 && document.querySelectorAll("#charts canvas").length === 3`)
			p.Until(`document.querySelector(".line.bad") !== null`)
			check("region down")

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

			replay(t, p)
			check("drill")
			browser.Evaluate[any](p, `document.querySelector("#back-live").click()`)
		})
	}
}

// replay opens a drill's JSON and holds the numbers shown to the drill's own.
func replay(t *testing.T, p *browser.Tab) {
	t.Helper()
	const drill = `{"version":1,"name":"a region dies","stack":"prod","routing":"dns","seed":1,"durationSeconds":40,"stepSeconds":10,"regions":["eu-west-1","us-east-1"],
		"steps":[{"at":0,"requests":{"eu-west-1":90,"cache":10},"lostReads":0,"lostWrites":0,"slowed":0},
			{"at":10,"requests":{"us-east-1":60,"cache":10,"none":30},"lostReads":1,"lostWrites":29,"slowed":50},
			{"at":20,"requests":{"us-east-1":95,"cache":5},"lostReads":0,"lostWrites":2,"slowed":0},{"at":30,"requests":{"us-east-1":100},"lostReads":0,"lostWrites":0,"slowed":0}],
		"bands":[{"kind":"fault","name":"eu-west-1 down","from":10,"to":40},{"kind":"alarm","name":"edge-5xx","from":15,"to":30}],
		"messages":[{"at":16,"alarm":"edge-5xx","topics":["pages"]}],
		"totals":{"requests":400,"reads":300,"writes":100,"lostReads":1,"lostWrites":31,"slowedReads":50,"accepted":69,"tickets":69,"queued":0,"deadLetters":0,"lostFeedback":0},
		"expectations":[],"passed":true}`
	var said struct {
		Totals struct{ Requests, LostReads, LostWrites, SlowedReads int }
	}
	if err := json.Unmarshal([]byte(drill), &said); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "drill.json")
	if err := os.WriteFile(file, []byte(drill), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Do(chromedp.SetUploadFiles("#drill", []string{file}))
	p.Until(`document.querySelector("#back-live").checkVisibility() && document.querySelector("#time-numbers").innerText.includes("a region dies")`)
	for name, want := range map[string]int{
		"Drill a region dies": said.Totals.Requests, "lost reads": said.Totals.LostReads, "lost writes": said.Totals.LostWrites, "slowed": said.Totals.SlowedReads,
	} {
		got := browser.Evaluate[string](p, `document.querySelector('[data-number="`+name+`"] strong').textContent`)
		if number, _, _ := strings.Cut(got, " "); number != strconv.Itoa(want) {
			t.Errorf("%s: the page shows %q, the drill said %d", name, got, want)
		}
	}
}
