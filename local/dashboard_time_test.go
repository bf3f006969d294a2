package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/onefront/onefront/browser"
)

// The timeline says what happened, and a part of it chosen by mouse or by keyboard alone lists the requests of those
// seconds and no others.
func TestDashboard_timeline(t *testing.T) {
	r := startNotes(t)
	p := browser.Start(t).Open(t, browser.Desktop())
	p.Navigate(r.admin + "/")
	for _, name := range []string{"early", "middle", "late"} {
		r.ask("GET", r.viewer+"/api/topics?locale="+name, "")
		r.control("POST", "/clock", `{"advanceSeconds":40}`)
	}
	p.Until(`document.querySelector("#requests").innerText.includes("locale=late") && document.querySelectorAll("#charts canvas").length === 3`)
	t.Run("contents", func(t *testing.T) { timelineContents(t, p) })
	t.Run("by mouse", func(t *testing.T) {
		p.Until(`document.querySelector("#charts .u-over").getBoundingClientRect().width > 500`)
		browser.Evaluate[any](p, `document.querySelector("#time-title").scrollIntoView()`)
		x, y := r.drawnAt(p, "middle")
		p.Drag(x-10, y, x+10, y)
		p.Until(listed("middle", "early", "late"))
		if got := browser.Evaluate[string](p, `document.querySelector("#filter").elements.span.value`); got != "brush" {
			t.Errorf("the filter's time says %q", got)
		}
		p.Screenshot("dashboard-brushed-desk")
		p.Do(browser.Click("#clear-filter"))
		p.Until(listed("early") + ` && ` + listed("late"))
	})
	t.Run("by keyboard", func(t *testing.T) {
		p.MoveAway()
		browser.Evaluate[any](p, `document.querySelector("#drill").focus()`)
		p.Press(kb.Tab)
		if got := browser.Evaluate[string](p, `document.activeElement.id`); got != "charts" {
			t.Fatalf("Tab goes to %q, want the charts", got)
		}
		p.Press(kb.Home)
		for range r.second("middle") {
			p.Press(kb.ArrowRight)
		}
		p.Until(`document.querySelector("#second").textContent.includes("eu-west-1 1")`)
		p.Press(kb.Enter)
		p.Until(listed("middle", "early", "late"))
		for range r.second("late") - r.second("middle") {
			p.Press(kb.ArrowRight, chromedp.ModifierShift)
		}
		p.Until(listed("middle", "early") + ` && ` + listed("late", "early"))
		p.Press(kb.Escape)
		p.Until(listed("early"))
	})
}

func timelineContents(t *testing.T, p *browser.Tab) {
	browser.Evaluate[any](p, `document.querySelector("#marks-box").open = true`)
	for selector, want := range map[string]string{"#series": "eu-west-1", "#time-numbers": "hit rate 0 %", "#marks": "the clock moves on by 40s"} {
		p.Until(`document.querySelector("` + selector + `").innerText.includes("` + want + `")`)
	}
	if browser.Evaluate[bool](p, `document.querySelector('[data-node="saas"]') !== null || document.querySelector("#tickets-title").checkVisibility()`) {
		t.Error("an application without a SaaS is shown one")
	}
	p.Do(browser.Click("#by-outcomes"))
	p.Until(`document.querySelector("#series").innerText.trim() === "2xx"`)
	drawn := browser.Evaluate[int](p, `((c) => new Set(c.getContext("2d").getImageData(0, 0, c.width, c.height).data).size)(document.querySelector("#charts canvas"))`)
	if drawn < 10 {
		t.Errorf("the chart has %d values of colour: nothing is drawn", drawn)
	}
}

// listed is whether the list has a request of that locale and none of the others.
func listed(name string, others ...string) string {
	condition := `((text) => text.includes("locale=` + name + `")`
	for _, other := range others {
		condition += ` && !text.includes("locale=` + other + `")`
	}
	return condition + `)(document.querySelector("#requests").innerText)`
}

// timelineSeconds are the seconds with requests.
func (r *running) timelineSeconds() (seconds []int64) {
	var timeline struct{ Buckets []struct{ At int64 } }
	r.control("GET", "/timeline", "").into(r.t, &timeline)
	for _, b := range timeline.Buckets {
		seconds = append(seconds, b.At)
	}
	return seconds
}

// second is the place of the only request of a locale among the seconds with requests.
func (r *running) second(name string) int {
	r.t.Helper()
	var requests []struct{ Time time.Time }
	r.control("GET", "/requests?path=locale="+name, "").into(r.t, &requests)
	if len(requests) != 1 {
		r.t.Fatalf("%d requests of %s", len(requests), name)
	}
	return slices.Index(r.timelineSeconds(), requests[0].Time.Unix())
}

// drawnAt is the middle of a second's bar in the window: gaps of more than four seconds are drawn as four, and at least
// 30 seconds are shown.
func (r *running) drawnAt(p *browser.Tab, name string) (x, y float64) {
	r.t.Helper()
	seconds, place, drawn := r.timelineSeconds(), 0.0, 0.0
	for i, at := range seconds {
		if i > 0 {
			place += float64(min(at-seconds[i-1], 4))
		}
		if i == r.second(name) {
			drawn = place + 0.45
		}
	}
	over := browser.Evaluate[[]float64](p, `((b) => [b.left, b.top + b.height / 2, b.width])(document.querySelector("#charts .u-over").getBoundingClientRect())`)
	if strings.TrimSpace(name) == "" || len(over) != 3 {
		r.t.Fatalf("no chart for %q: %v", name, over)
	}
	width := max(place+1, 30) + 0.5
	return over[0] + over[2]*(drawn+0.5)/width, over[1]
}
