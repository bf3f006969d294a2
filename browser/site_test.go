package browser

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

const (
	delivered = `{"id":"0197a1b2-0000-7000-8000-000000000001","status":"delivered"}`
	queued    = `{"id":"0197a1b2-0000-7000-8000-000000000002","status":"queued"}`
	refused   = `{"title":"Bad Request","status":400,"detail":"the feedback is not valid","errors":[{"field":"email","detail":"no such domain"}]}`
	nobody    = `{"title":"Service Unavailable","status":503,"detail":"nothing could take it"}`
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// open starts an edge with scripted answers and shows its form.
func (c *chromium) open(t *testing.T, answers ...answer) (*fakeEdge, *tab) {
	t.Helper()
	edge := startEdge(t, answers...)
	p := c.openTab(t, desktop)
	p.do(chromedp.Navigate(edge.URL + "/"))
	p.until(`document.querySelectorAll("#topic option").length === 3`)
	return edge, p
}

func TestForm(t *testing.T) {
	browser := startBrowser(t)

	t.Run("201: thanks, everything that was typed is sent once", func(t *testing.T) {
		edge, p := browser.open(t, answer{status: 201, body: delivered})
		p.do(
			chromedp.SendKeys("#message", "  It works — mostly. <script>alert(1)</script>  "),
			chromedp.Click(`input[name="rating"][value="4"]`),
			chromedp.SetValue("#topic", "bug"),
			chromedp.SendKeys("#email", "ada@example.com"),
			chromedp.Click("#send"),
		)
		p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if got := p.visibleText("#outcome"); !strings.Contains(got, "has been delivered") || !strings.Contains(got, "eu-west-1 · FRA56-P1") {
			t.Errorf("the page says %q", got)
		}
		if p.visibleText("#feedback") != "" {
			t.Error("the form is still there")
		}
		if focus := evaluate[string](p, `document.activeElement.id`); focus != "outcome" {
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

		p.do(chromedp.Click("#again"), chromedp.SendKeys("#message", "One more."), chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").checkVisibility()`)
		posts = edge.sent()
		if len(posts) != 2 || posts[0].Key == posts[1].Key {
			t.Errorf("other words with the same key: %+v", posts)
		}
	})

	t.Run("202: queued is as good as delivered", func(t *testing.T) {
		_, p := browser.open(t, answer{status: 202, body: queued})
		p.do(chromedp.SendKeys("#message", "Hello"), chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if got := p.visibleText("#outcome"); !strings.Contains(got, "wait in a queue") {
			t.Errorf("the page says %q", got)
		}
	})

	t.Run("400: the field at fault is marked and has the focus", func(t *testing.T) {
		edge, p := browser.open(t, answer{status: 400, body: refused}, answer{status: 201, body: delivered})
		p.expect("status of 400")
		p.do(chromedp.SendKeys("#message", "Hello"), chromedp.SendKeys("#email", "ada@nowhere.invalid"), chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").dataset.kind === "bad"`)
		if got := p.visibleText("#email-error"); got != "no such domain" {
			t.Errorf("the field says %q", got)
		}
		marked := evaluate[string](p, `[...document.querySelectorAll("[aria-invalid]")].map(e => e.id).join()`)
		focus := evaluate[string](p, `document.activeElement.id`)
		if marked != "email" || focus != "email" {
			t.Errorf("marked %q, focus on %q; want email for both", marked, focus)
		}
		p.do(chromedp.SetValue("#email", "ada@example.com"), chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if posts := edge.sent(); len(posts) != 2 || posts[0].Key == posts[1].Key {
			t.Errorf("changed words keep their key: %+v", posts)
		}
	})

	t.Run("503: tried again with the same key, by itself and by the visitor", func(t *testing.T) {
		unavailable := answer{status: 503, retryAfter: "1", body: nobody}
		edge, p := browser.open(t, unavailable, answer{status: 502}, unavailable, answer{status: 201, body: delivered})
		p.expect("status of 503")
		p.expect("status of 502")
		p.do(chromedp.SendKeys("#message", "Do not lose me"), chromedp.Click("#send"))
		p.until(`document.querySelector("#send").textContent === "Try again"`)
		if got := p.visibleText("#outcome"); !strings.Contains(got, "Not delivered yet") {
			t.Errorf("the page says %q", got)
		}
		if got := evaluate[string](p, `document.querySelector("#message").value`); got != "Do not lose me" {
			t.Errorf("the words are gone: %q", got)
		}
		if n := len(edge.sent()); n != 3 {
			t.Errorf("%d tries before the visitor was asked, want 3", n)
		}
		p.do(chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
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
		edge, p := browser.open(t, answer{status: 503, retryAfter: "30", body: nobody})
		p.expect("status of 503")
		p.do(chromedp.SendKeys("#message", "Hello"), chromedp.Click("#send"))
		p.until(`document.querySelector("#send").textContent === "Try again"`)
		if n := len(edge.sent()); n != 1 {
			t.Errorf("%d tries, want 1", n)
		}
	})

	t.Run("nothing is sent without a message or with a broken address", func(t *testing.T) {
		edge, p := browser.open(t, answer{status: 201, body: delivered})
		p.do(chromedp.SendKeys("#message", "   "), chromedp.SendKeys("#email", "ada"), chromedp.Click("#send"))
		if p.visibleText("#message-error") == "" || p.visibleText("#email-error") == "" {
			t.Error("the fields say nothing")
		}
		p.do(chromedp.SetValue("#message", strings.Repeat("😀", 5001)), chromedp.SetValue("#email", "ada@example.com"), chromedp.Click("#send"))
		if got := p.visibleText("#message-error"); got != "Please shorten the message by 1 characters." {
			t.Errorf("the field says %q", got)
		}
		if posts := edge.sent(); len(posts) != 0 {
			t.Errorf("sent %+v", posts)
		}
	})

	t.Run("a robot fills the honeypot, a visitor cannot", func(t *testing.T) {
		edge, p := browser.open(t, answer{status: 201, body: delivered})
		box := evaluate[map[string]any](p, `(r => ({right: r.right, tab: document.querySelector("#website").tabIndex}))(document.querySelector("#website").getBoundingClientRect())`)
		if box["right"].(float64) > 0 || box["tab"].(float64) != -1 {
			t.Errorf("the honeypot can be seen or reached: %v", box)
		}
		p.do(chromedp.SendKeys("#message", "Buy"), chromedp.SetValue("#website", "https://spam.example"), chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
		if posts := edge.sent(); len(posts) != 1 || posts[0].Body["website"] != "https://spam.example" {
			t.Errorf("posts: %+v", posts)
		}
	})

	t.Run("without topics the form still works", func(t *testing.T) {
		edge := startEdge(t, answer{status: 201, body: delivered})
		edge.topicsDown = true
		p := browser.openTab(t, desktop)
		p.expect("status of 424")
		p.do(chromedp.Navigate(edge.URL + "/"))
		p.until(`document.querySelector("#topic-hint").textContent !== ""`)
		p.do(chromedp.SendKeys("#message", "Hello"), chromedp.Click("#send"))
		p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
	})
}

func TestStatusPage(t *testing.T) {
	browser := startBrowser(t)
	edge := startEdge(t)
	p := browser.openTab(t, desktop)
	p.do(chromedp.Navigate(edge.URL + "/status/"))
	p.until(`document.querySelectorAll("#answers tr").length === 2`)
	rows := evaluate[[][]string](p, `[...document.querySelectorAll("#answers tr")].map(r => [...r.cells].slice(1, 6).map(c => c.textContent))`)
	want := [][]string{
		{"GET health", "200", "eu-west-1", "Miss", "FRA56-P1"},
		{"GET topics", "200", "eu-west-1", "Hit, 7 s old", "FRA56-P1"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	regions := evaluate[string](p, `[...document.querySelectorAll("#regions li")].map(e => e.textContent + (e.hasAttribute("data-answered") ? "*" : "")).join()`)
	if regions != "eu-west-1*,us-east-1,ap-southeast-2" {
		t.Errorf("regions: %s", regions)
	}
	p.do(chromedp.Click("#check"))
	p.until(`document.querySelectorAll("#answers tr").length === 4`)
}

func TestNotFoundPage(t *testing.T) {
	browser := startBrowser(t)
	edge := startEdge(t)
	p := browser.openTab(t, desktop)
	p.expect("status of 404")
	response, err := chromedp.Run(p.ctx, chromedp.NavigateResponse(edge.URL+"/no/such/page"))
	if err != nil {
		t.Fatal(err)
	}
	if response.Status != http.StatusNotFound || p.visibleText("h1") != "There is no such page" {
		t.Errorf("status %d, %q", response.Status, p.visibleText("h1"))
	}
}

// The browser does complain about what the policy forbids, so the silence of the other tests means something.
func TestPolicyIsInForce(t *testing.T) {
	browser := startBrowser(t)
	edge := startEdge(t)
	p := browser.openTab(t, desktop)
	p.do(chromedp.Navigate(edge.URL + "/inline"))
	if title := evaluate[string](p, `document.title`); title != "x" {
		t.Errorf("the inline script ran: title %q", title)
	}
	complaints := strings.Join(p.unexpected(), "\n")
	for _, directive := range []string{"script-src 'self'", "style-src 'self'"} {
		if !strings.Contains(complaints, directive) {
			t.Errorf("no complaint about %s: %q", directive, complaints)
		}
	}
	p.expect("Content Security Policy")
}

// Every control has a name, every page one first heading and a language, and no page is wider than a phone.
func TestAccessibility(t *testing.T) {
	browser := startBrowser(t)
	edge := startEdge(t, answer{status: 201, body: delivered})
	p := browser.openTab(t, look{width: 360, height: 740, mobile: true})
	p.expect("status of 404")
	for _, path := range []string{"/", "/status/", "/about/", "/missing"} {
		p.do(chromedp.Navigate(edge.URL + path))
		if got := evaluate[string](p, `[...document.querySelectorAll("input, select, textarea")].filter(e => !e.labels.length).map(e => e.id).join()`); got != "" {
			t.Errorf("%s: without a label: %s", path, got)
		}
		if got := evaluate[string](p, `[...document.querySelectorAll("[aria-describedby], [aria-labelledby]")].flatMap(e => ((e.getAttribute("aria-describedby") ?? "") + " " + (e.getAttribute("aria-labelledby") ?? "")).trim().split(" ")).filter(id => !document.getElementById(id)).join()`); got != "" {
			t.Errorf("%s: described by what is not there: %s", path, got)
		}
		if n := evaluate[int](p, `document.querySelectorAll("h1").length`); n != 1 {
			t.Errorf("%s: %d first headings", path, n)
		}
		if lang := evaluate[string](p, `document.documentElement.lang`); lang != "en" {
			t.Errorf("%s: language %q", path, lang)
		}
		if width := evaluate[int](p, `document.documentElement.scrollWidth`); width > 360 {
			t.Errorf("%s: %d pixels wide on a phone of 360", path, width)
		}
		if got := evaluate[string](p, `[...document.querySelectorAll("button, .top nav a")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 32).map(e => e.textContent).join()`); got != "" {
			t.Errorf("%s: too small for a finger: %s", path, got)
		}
	}
}

// TestContrast holds the colours to WCAG 2.2: 4.5 to 1 for text against what is behind it.
func TestContrast(t *testing.T) {
	browser := startBrowser(t)
	edge := startEdge(t, answer{status: 400, body: refused})
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			p := browser.openTab(t, look{width: 1280, height: 900, dark: dark})
			p.expect("status of 4")
			for _, path := range []string{"/", "/status/", "/about/", "/missing"} {
				p.do(chromedp.Navigate(edge.URL + path))
				if path == "/" {
					p.do(chromedp.SendKeys("#message", "x"), chromedp.Click(`input[name="rating"][value="2"]`), chromedp.Click("#send"))
					p.until(`document.querySelector("#outcome").dataset.kind === "bad"`)
				}
				if low := evaluate[[]string](p, lowContrast); len(low) > 0 {
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

// Pictures for people: go test -artifacts ./browser -run TestScreenshots.
func TestScreenshots(t *testing.T) {
	browser := startBrowser(t)
	edge := startEdge(t, answer{status: 400, body: refused}, answer{status: 202, body: queued})
	for _, l := range []look{desktop, {width: 1280, height: 900, dark: true}, {width: 390, height: 844, mobile: true}, {width: 390, height: 844, mobile: true, dark: true}} {
		name := fmt.Sprintf("%d", l.width)
		if l.dark {
			name += "-dark"
		}
		t.Run(name, func(t *testing.T) {
			p := browser.openTab(t, l)
			p.expect("status of 4")
			edge.mu.Lock()
			edge.answers = []answer{{status: 400, body: refused}, {status: 202, body: queued}}
			edge.mu.Unlock()
			p.do(chromedp.Navigate(edge.URL + "/"))
			p.until(`document.querySelectorAll("#topic option").length === 3`)
			p.screenshot("form-" + name)
			p.do(chromedp.SendKeys("#message", "The export takes a minute where it took a second."), chromedp.Click(`input[name="rating"][value="2"]`), chromedp.SendKeys("#email", "ada@example.invalid"), chromedp.Click("#send"))
			p.until(`document.querySelector("#outcome").dataset.kind === "bad"`)
			p.screenshot("refused-" + name)
			p.do(chromedp.SetValue("#email", "ada@example.com"), chromedp.Click("#send"))
			p.until(`document.querySelector("#outcome").dataset.kind === "good"`)
			p.screenshot("queued-" + name)
			p.do(chromedp.Navigate(edge.URL + "/status/"))
			p.until(`document.querySelectorAll("#answers tr").length === 2`)
			p.screenshot("status-" + name)
			for _, page := range []string{"about/", "missing"} {
				p.do(chromedp.Navigate(edge.URL + "/" + page))
				p.screenshot(strings.TrimSuffix(page, "/") + "-" + name)
			}
		})
	}
}
