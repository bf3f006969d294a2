package browser_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/browser"
)

const (
	delivered = `{"id":"0197a1b2-0000-7000-8000-000000000001","status":"delivered"}`
	queued    = `{"id":"0197a1b2-0000-7000-8000-000000000002","status":"queued"}`
	refused   = `{"title":"Bad Request","status":400,"detail":"the feedback is not valid","errors":[{"field":"email","detail":"no such domain"}]}`
	nobody    = `{"title":"Service Unavailable","status":503,"detail":"nothing could take it"}`
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// open starts an edge with scripted answers and shows its form.
func open(t *testing.T, chromium *browser.Chromium, answers ...answer) (*fakeEdge, *browser.Tab) {
	t.Helper()
	edge := startEdge(t, answers...)
	p := chromium.Open(t, browser.Desktop())
	p.Do(chromedp.Navigate(edge.URL + "/"))
	p.Until(`document.querySelectorAll("#topic option").length === 3`)
	return edge, p
}

func TestForm(t *testing.T) {
	chromium := browser.Start(t)

	t.Run("201: thanks, everything that was typed is sent once", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 201, body: delivered})
		p.Do(
			chromedp.SendKeys("#message", "  It works — mostly. <script>alert(1)</script>  "),
			browser.Click(`input[name="rating"][value="4"]`),
			chromedp.SetValue("#topic", "bug"),
			chromedp.SendKeys("#email", "ada@example.com"),
			browser.Click("#send"),
		)
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if got := p.VisibleText("#outcome"); !strings.Contains(got, "has been delivered") || !strings.Contains(got, "eu-west-1 · FRA56-P1") {
			t.Errorf("the page says %q", got)
		}
		if p.VisibleText("#feedback") != "" {
			t.Error("the form is still there")
		}
		if focus := browser.Evaluate[string](p, `document.activeElement.id`); focus != "outcome" {
			t.Errorf("focus is on %q, want the outcome, for screen readers", focus)
		}
		posts := edge.sent()
		if len(posts) != 1 || !uuid.MatchString(posts[0].Key) || posts[0].Type != "application/json" {
			t.Fatalf("posts: %+v", posts)
		}
		want := map[string]any{
			"message": "It works — mostly. <script>alert(1)</script>", "rating": 4.0, "topic": "bug",
			"email": "ada@example.com", "pageUrl": edge.URL + "/", "locale": "en-GB",
		}
		if diff := cmp.Diff(want, posts[0].Body); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}

		p.Do(browser.Click("#again"), chromedp.SendKeys("#message", "One more."), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").checkVisibility()`)
		posts = edge.sent()
		if len(posts) != 2 || posts[0].Key == posts[1].Key {
			t.Errorf("other words with the same key: %+v", posts)
		}
	})

	t.Run("202: queued is as good as delivered", func(t *testing.T) {
		_, p := open(t, chromium, answer{status: 202, body: queued})
		p.Do(chromedp.SendKeys("#message", "Hello"), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if got := p.VisibleText("#outcome"); !strings.Contains(got, "wait in a queue") {
			t.Errorf("the page says %q", got)
		}
	})

	t.Run("400: the field at fault is marked and has the focus", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 400, body: refused}, answer{status: 201, body: delivered})
		p.Expect("status of 400")
		p.Do(chromedp.SendKeys("#message", "Hello"), chromedp.SendKeys("#email", "ada@nowhere.invalid"), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "bad"`)
		if got := p.VisibleText("#email-error"); got != "no such domain" {
			t.Errorf("the field says %q", got)
		}
		marked := browser.Evaluate[string](p, `[...document.querySelectorAll("[aria-invalid]")].map(e => e.id).join()`)
		focus := browser.Evaluate[string](p, `document.activeElement.id`)
		if marked != "email" || focus != "email" {
			t.Errorf("marked %q, focus on %q; want email for both", marked, focus)
		}
		p.Do(chromedp.SetValue("#email", "ada@example.com"), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if posts := edge.sent(); len(posts) != 2 || posts[0].Key == posts[1].Key {
			t.Errorf("changed words keep their key: %+v", posts)
		}
	})

	t.Run("503: tried again with the same key, by itself and by the visitor", func(t *testing.T) {
		unavailable := answer{status: 503, retryAfter: "1", body: nobody}
		edge, p := open(t, chromium, unavailable, answer{status: 502}, unavailable, answer{status: 201, body: delivered})
		p.Expect("status of 503")
		p.Expect("status of 502")
		p.Do(chromedp.SendKeys("#message", "Do not lose me"), browser.Click("#send"))
		p.Until(`document.querySelector("#send").textContent === "Try again"`)
		if got := p.VisibleText("#outcome"); !strings.Contains(got, "Not delivered yet") {
			t.Errorf("the page says %q", got)
		}
		if got := browser.Evaluate[string](p, `document.querySelector("#message").value`); got != "Do not lose me" {
			t.Errorf("the words are gone: %q", got)
		}
		if n := len(edge.sent()); n != 3 {
			t.Errorf("%d tries before the visitor was asked, want 3", n)
		}
		p.Do(browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		posts := edge.sent()
		for _, post := range posts {
			if post.Key != posts[0].Key {
				t.Errorf("keys differ: %+v", posts)
			}
		}
		if len(posts) != 4 {
			t.Errorf("%d tries, want 4", len(posts))
		}
	})

	t.Run("503 with a long Retry-After is the visitor's turn at once", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 503, retryAfter: "30", body: nobody})
		p.Expect("status of 503")
		p.Do(chromedp.SendKeys("#message", "Hello"), browser.Click("#send"))
		p.Until(`document.querySelector("#send").textContent === "Try again"`)
		if n := len(edge.sent()); n != 1 {
			t.Errorf("%d tries, want 1", n)
		}
	})

	t.Run("nothing is sent without a message or with a broken address", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 201, body: delivered})
		p.Do(chromedp.SendKeys("#message", "   "), chromedp.SendKeys("#email", "ada"), browser.Click("#send"))
		if p.VisibleText("#message-error") == "" || p.VisibleText("#email-error") == "" {
			t.Error("the fields say nothing")
		}
		p.Do(chromedp.SetValue("#message", strings.Repeat("😀", 5001)), chromedp.SetValue("#email", "ada@example.com"), browser.Click("#send"))
		if got := p.VisibleText("#message-error"); got != "Please shorten the message by 1 characters." {
			t.Errorf("the field says %q", got)
		}
		if posts := edge.sent(); len(posts) != 0 {
			t.Errorf("sent %+v", posts)
		}
	})

	t.Run("a robot fills the honeypot, a visitor cannot", func(t *testing.T) {
		edge, p := open(t, chromium, answer{status: 201, body: delivered})
		box := browser.Evaluate[map[string]any](p, `(r => ({right: r.right, tab: document.querySelector("#website").tabIndex}))(document.querySelector("#website").getBoundingClientRect())`)
		if box["right"].(float64) > 0 || box["tab"].(float64) != -1 {
			t.Errorf("the honeypot can be seen or reached: %v", box)
		}
		p.Do(chromedp.SendKeys("#message", "Buy"), chromedp.SetValue("#website", "https://spam.example"), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if posts := edge.sent(); len(posts) != 1 || posts[0].Body["website"] != "https://spam.example" {
			t.Errorf("posts: %+v", posts)
		}
	})

	t.Run("without topics the form still works", func(t *testing.T) {
		edge := startEdge(t, answer{status: 201, body: delivered})
		edge.topicsDown = true
		p := chromium.Open(t, browser.Desktop())
		p.Expect("status of 424")
		p.Do(chromedp.Navigate(edge.URL + "/"))
		p.Until(`document.querySelector("#topic-hint").textContent !== ""`)
		p.Do(chromedp.SendKeys("#message", "Hello"), browser.Click("#send"))
		p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
	})
}

func TestStatusPage(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t)
	p := chromium.Open(t, browser.Desktop())
	p.Do(chromedp.Navigate(edge.URL + "/status/"))
	p.Until(`document.querySelectorAll("#answers tr").length === 2`)
	rows := browser.Evaluate[[][]string](p, `[...document.querySelectorAll("#answers tr")].map(r => [...r.cells].slice(1, 6).map(c => c.textContent))`)
	want := [][]string{
		{"GET health", "200", "eu-west-1", "Miss", "FRA56-P1"},
		{"GET topics", "200", "eu-west-1", "Hit, 7 s old", "FRA56-P1"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	regions := browser.Evaluate[string](p, `[...document.querySelectorAll("#regions li")].map(e => e.textContent + (e.hasAttribute("data-answered") ? "*" : "")).join()`)
	if regions != "eu-west-1*,us-east-1,ap-southeast-2" {
		t.Errorf("regions: %s", regions)
	}
	p.Do(browser.Click("#check"))
	p.Until(`document.querySelectorAll("#answers tr").length === 4`)
}

func TestNotFoundPage(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t)
	p := chromium.Open(t, browser.Desktop())
	p.Expect("status of 404")
	status := p.Navigate(edge.URL + "/no/such/page")
	if status != http.StatusNotFound || p.VisibleText("h1") != "There is no such page" {
		t.Errorf("status %d, %q", status, p.VisibleText("h1"))
	}
}

// The browser does complain about what the policy forbids, so the silence of the other tests means something.
func TestPolicyIsInForce(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t)
	p := chromium.Open(t, browser.Desktop())
	p.Do(chromedp.Navigate(edge.URL + "/inline"))
	if title := browser.Evaluate[string](p, `document.title`); title != "x" {
		t.Errorf("the inline script ran: title %q", title)
	}
	complaints := strings.Join(p.Complaints(), "\n")
	for _, directive := range []string{"script-src 'self'", "style-src 'self'"} {
		if !strings.Contains(complaints, directive) {
			t.Errorf("no complaint about %s: %q", directive, complaints)
		}
	}
	p.Expect("Content Security Policy")
}

// Every control has a name, every page one first heading and a language, and no page is wider than a phone.
func TestAccessibility(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t, answer{status: 201, body: delivered})
	p := chromium.Open(t, browser.Look{Width: 360, Height: 740, Mobile: true})
	p.Expect("status of 404")
	for _, path := range []string{"/", "/status/", "/about/", "/missing"} {
		p.Do(chromedp.Navigate(edge.URL + path))
		if got := browser.Evaluate[string](p, `[...document.querySelectorAll("input, select, textarea")].filter(e => !e.labels.length).map(e => e.id).join()`); got != "" {
			t.Errorf("%s: without a label: %s", path, got)
		}
		if got := browser.Evaluate[string](p, `[...document.querySelectorAll("[aria-describedby], [aria-labelledby]")].flatMap(e => ((e.getAttribute("aria-describedby") ?? "") + " " + (e.getAttribute("aria-labelledby") ?? "")).trim().split(" ")).filter(id => !document.getElementById(id)).join()`); got != "" {
			t.Errorf("%s: described by what is not there: %s", path, got)
		}
		if n := browser.Evaluate[int](p, `document.querySelectorAll("h1").length`); n != 1 {
			t.Errorf("%s: %d first headings", path, n)
		}
		if lang := browser.Evaluate[string](p, `document.documentElement.lang`); lang != "en" {
			t.Errorf("%s: language %q", path, lang)
		}
		if width := browser.Evaluate[int](p, `document.documentElement.scrollWidth`); width > 360 {
			t.Errorf("%s: %d pixels wide on a phone of 360", path, width)
		}
		if got := browser.Evaluate[string](p, `[...document.querySelectorAll("button, .top nav a")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 32).map(e => e.textContent).join()`); got != "" {
			t.Errorf("%s: too small for a finger: %s", path, got)
		}
	}
}

// TestContrast holds the colours to WCAG 2.2: 4.5 to 1 for text against what is behind it.
func TestContrast(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t, answer{status: 400, body: refused})
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			p := chromium.Open(t, browser.Look{Width: 1280, Height: 900, Dark: dark})
			p.Expect("status of 4")
			for _, path := range []string{"/", "/status/", "/about/", "/missing"} {
				p.Do(chromedp.Navigate(edge.URL + path))
				if path == "/" {
					p.Do(chromedp.SendKeys("#message", "x"), browser.Click(`input[name="rating"][value="2"]`), browser.Click("#send"))
					p.Until(`document.querySelector("#outcome").dataset.kind === "bad"`)
				}
				if low := browser.Evaluate[[]string](p, lowContrast); len(low) > 0 {
					t.Errorf("%s: %s", path, strings.Join(low, "; "))
				}
			}
		})
	}
}

// lowContrast lists texts whose contrast ratio is under 4.5 (https://www.w3.org/TR/WCAG22/#contrast-minimum).
const lowContrast = `(() => {
	const parse = (c) => c.match(/[\d.]+/g).map(Number);
	const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
	const low = [];
	for (const e of document.body.querySelectorAll("*")) {
		const text = [...e.childNodes].filter((n) => n.nodeType === 3 && n.data.trim()).map((n) => n.data.trim()).join(" ");
		if (!text || !e.checkVisibility() || e.closest("noscript, .offscreen, .skip")) continue;
		const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) low.push(ratio.toFixed(2) + " " + text.slice(0, 30));
	}
	return low;
})()`

// Pictures for people: make screenshots.
func TestScreenshots(t *testing.T) {
	chromium := browser.Start(t)
	edge := startEdge(t, answer{status: 400, body: refused}, answer{status: 202, body: queued})
	for _, l := range []browser.Look{browser.Desktop(), {Width: 1280, Height: 900, Dark: true}, browser.Phone(), {Width: 390, Height: 844, Mobile: true, Dark: true}} {
		name := fmt.Sprintf("%d", l.Width)
		if l.Dark {
			name += "-dark"
		}
		t.Run(name, func(t *testing.T) {
			p := chromium.Open(t, l)
			p.Expect("status of 4")
			edge.mu.Lock()
			edge.answers = []answer{{status: 400, body: refused}, {status: 202, body: queued}}
			edge.mu.Unlock()
			p.Do(chromedp.Navigate(edge.URL + "/"))
			p.Until(`document.querySelectorAll("#topic option").length === 3`)
			p.Screenshot("form-" + name)
			p.Do(chromedp.SendKeys("#message", "The export takes a minute where it took a second."), browser.Click(`input[name="rating"][value="2"]`), chromedp.SendKeys("#email", "ada@example.invalid"), browser.Click("#send"))
			p.Until(`document.querySelector("#outcome").dataset.kind === "bad"`)
			p.Screenshot("refused-" + name)
			p.Do(chromedp.SetValue("#email", "ada@example.com"), browser.Click("#send"))
			p.Until(`document.querySelector("#outcome").dataset.kind === "good"`)
			p.Screenshot("queued-" + name)
			p.Do(chromedp.Navigate(edge.URL + "/status/"))
			p.Until(`document.querySelectorAll("#answers tr").length === 2`)
			p.Screenshot("status-" + name)
			for _, page := range []string{"about/", "missing"} {
				p.Do(chromedp.Navigate(edge.URL + "/" + page))
				p.Screenshot(strings.TrimSuffix(page, "/") + "-" + name)
			}
		})
	}
}
