package browser

import (
	_ "embed"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed axe/axe.min.js
var axe string

// Axe holds the page, as it is now, to the rules of axe-core: every violation fails the test. state names the page's
// state for the message.
func (p *Tab) Axe(state string) {
	p.t.Helper()
	if !Evaluate[bool](p, `typeof axe === "object"`) {
		if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[any](axe+"\n;true")); err != nil {
			p.t.Fatalf("loading axe-core: %v", err)
		}
	}
	Evaluate[bool](p, `(globalThis.axeSays = undefined, axe.run(document, {resultTypes: ["violations"]}).then(
		(r) => { globalThis.axeSays = r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.target.join(" ") + " (" + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? "") + ")").slice(0, 4).join(", ")); },
		(e) => { globalThis.axeSays = ["axe-core failed: " + e]; }), true)`)
	p.Until(`globalThis.axeSays !== undefined`)
	if violations := Evaluate[[]string](p, `globalThis.axeSays`); len(violations) > 0 {
		p.t.Errorf("%s: axe-core: %s", state, strings.Join(violations, "\n\t"))
	}
}

// Width holds the page to its window: nothing sticks out sideways.
func (p *Tab) Width(state string) {
	p.t.Helper()
	if out := Evaluate[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); out > 0 {
		wide := Evaluate[string](p, `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll, .tall")).slice(0, 5).map((e) => e.tagName + "." + e.className).join(", ")`)
		p.t.Errorf("%s: %d pixels stick out sideways: %s", state, out, wide)
	}
}
