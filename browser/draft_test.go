package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
)

// Words survive a closed tab until they are accepted, and are dropped at once where the visitor says so.
func TestForm_draft(t *testing.T) {
	chromium := browser.Start(t)

	t.Run("kept until accepted", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 503, retryAfter: "30", body: nobody}, answer{status: 201, body: delivered})
		p.Expect("status of 503")
		p.Do(chromedp.SendKeys("#message", "Do not lose me"), chromedp.SetValue("#topic", "bug"), browser.Click(`input[name="rating"][value="4"]`), browser.Click("#send"))
		p.Until(`document.querySelector("#send").textContent === "Try again"`)
		p.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(edge.URL+"/"))
		p.Until(`document.querySelector("#topic").value === "bug"`)
		if got := browser.Evaluate[string](p, `document.querySelector("#message").value + document.querySelector("#feedback").elements.rating.value`); got != "Do not lose me4" {
			t.Errorf("the page brings back %q", got)
		}
		if p.VisibleText("#discard") != "Discard draft" {
			t.Error("there is no way to discard the draft")
		}
		p.Axe("a draft")
		p.Do(browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if posts := edge.sent(); len(posts) != 2 || posts[0].Key != posts[1].Key {
			t.Errorf("the same words went under other keys: %+v", posts)
		}
		if got := browser.Evaluate[int](p, `localStorage.length`); got != 0 {
			t.Errorf("%d entries are kept after 201", got)
		}
	})

	t.Run("discarded, and gone after a day", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 201, body: delivered})
		p.Do(chromedp.SendKeys("#message", "Not this"))
		p.Until(`localStorage.length === 1`)
		p.Do(browser.Click("#discard"))
		if got := browser.Evaluate[string](p, `localStorage.length + document.querySelector("#message").value`); got != "0" {
			t.Errorf("after discarding: %q", got)
		}
		p.Do(chromedp.SendKeys("#message", "Old"))
		browser.Evaluate[any](p, `localStorage.setItem("feedback-draft", JSON.stringify({...JSON.parse(localStorage.getItem("feedback-draft")), at: Date.now() - 24 * 3600 * 1000 - 1}))`)
		p.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(edge.URL+"/"))
		p.Until(`document.querySelectorAll("#topic option").length === 3`)
		if got := browser.Evaluate[string](p, `localStorage.length + document.querySelector("#message").value`); got != "0" {
			t.Errorf("after a day: %q", got)
		}
	})

	t.Run("nothing on a shared page", func(t *testing.T) {
		_, p := open(t, chromium, answer{status: 201, body: delivered})
		browser.Evaluate[any](p, `document.querySelector("#feedback").setAttribute("data-shared", "")`)
		p.Do(chromedp.SendKeys("#message", "Secret"))
		if got := browser.Evaluate[int](p, `localStorage.length`); got != 0 {
			t.Errorf("%d entries are kept", got)
		}
	})
}

// What the network took away is sent when it is back, under the same key.
func TestForm_offlineThenOnline(t *testing.T) {
	chromium := browser.Start(t)
	edge, p := open(t, chromium, answer{status: 201, body: delivered})
	p.Expect("ERR_INTERNET_DISCONNECTED")
	p.Offline(true)
	p.Do(chromedp.SendKeys("#message", "From a train"), browser.Click("#send"))
	p.Until(`document.querySelector("#outcome-title").textContent === "You are offline"`)
	p.Axe("offline")
	key := browser.Evaluate[string](p, `JSON.parse(localStorage.getItem("feedback-draft")).attempt.key`)
	p.Offline(false)
	p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
	if posts := edge.sent(); len(posts) != 1 || posts[0].Key != key {
		t.Errorf("sent %+v, want one with key %s", posts, key)
	}
}

// With a region down the status page says which one failed and which still answers; its footer claims nothing.
func TestStatusPage_regionDown(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t)
	p := chromium.Open(t, browser.Look{Width: 360, Height: 740, Mobile: true})
	p.Expect("status of 502")
	p.Expect("status of 424")
	p.Do(chromedp.Navigate(edge.URL + "/status/"))
	p.Until(`document.querySelectorAll("#answers tr").length === 2`)
	edge.down("502", "us-east-1")
	p.Do(browser.Click("#check"))
	p.Until(`document.querySelectorAll("#answers tr").length === 5`)
	want := "eu-west-1 does not answer (status 502). us-east-1 still answers what is only read, such as topics; sending works again once us-east-1 is in charge."
	if got := p.VisibleText("#summary"); got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	if got := browser.Evaluate[string](p, `document.querySelector("[data-failed]").textContent + " " + document.querySelector("[data-answered]").textContent`); got != "eu-west-1 us-east-1" {
		t.Errorf("failed and answered: %s", got)
	}
	if got := browser.Evaluate[int](p, `document.querySelector("#history").children.length`); got != 2 {
		t.Errorf("%d lines of history", got)
	}
	if got := browser.Evaluate[string](p, `[...document.querySelector("#answers tr").cells].filter((c) => !c.checkVisibility()).map((c) => c.cellIndex).join()`); got != "" {
		t.Errorf("columns that a phone does not show: %s", got)
	}
	if got := browser.Evaluate[bool](p, `(({left, right}, m) => left >= m.left && right <= m.right)(document.querySelector("nav [aria-current]").getBoundingClientRect(), document.querySelector("main").getBoundingClientRect())`); !got {
		t.Error("the menu's active pill sticks out of the column")
	}
	p.Axe("a region down")
	p.Width("a region down")
	edge.mu.Lock()
	edge.dry = true
	edge.mu.Unlock()
	p.Do(browser.Click("#check"))
	p.Until(`document.querySelector("#summary").textContent.endsWith("us-east-1 answers what is only read, but has no topics to show (status 424).")`)
	edge.down("502", "")
	p.Do(browser.Click("#check"))
	p.Until(`document.querySelector("#summary").textContent.includes("No other one answers")`)
	if got := p.VisibleText("footer"); got != "One address, several regions." {
		t.Errorf("the footer claims %q", got)
	}
}

// Every page of the site, light and dark, on a phone and on a desk, under axe-core's rules.
func TestAxe(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t, answer{status: 400, body: refused}, answer{status: 202, body: queued})
	for _, l := range []browser.Look{browser.Desktop(), {Width: 360, Height: 740, Mobile: true, Dark: true}} {
		p := chromium.Open(t, l)
		p.Expect("status of 4")
		for _, path := range []string{"/status/", "/about/", "/missing", "/"} {
			p.Do(chromedp.Navigate(edge.URL + path))
			if path == "/status/" {
				p.Until(`document.querySelectorAll("#answers tr").length === 2`)
			}
			p.Axe(path)
			p.Width(path)
		}
		edge.mu.Lock()
		edge.answers = []answer{{status: 400, body: refused}, {status: 202, body: queued}}
		edge.mu.Unlock()
		p.Do(chromedp.SendKeys("#message", "x"), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "bad"`)
		p.Axe("refused")
		p.Do(browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		p.Axe("queued")
	}
}
