package browser

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds one tab's time, generously: a busy machine is no failure. A healthy run takes seconds.
const patience = 3 * time.Minute

// A Chromium is a running browser.
type Chromium struct{ ctx context.Context }

// Start starts a Chromium with a profile of its own and ends it with the test.
//
// More flags of Chromium, as name and value, go beside ours.
func Start(t testing.TB, flags ...string) *Chromium {
	t.Helper()
	path := find()
	switch {
	case path != "":
	case os.Getenv("CI") != "":
		t.Fatal("no Chromium: continuous integration runs the browser tests (Debian: apt-get install chromium)")
	default:
		t.Skip("no Chromium on this machine, so this browser test did not run (Debian: apt-get install chromium)")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)}
	for i := 0; i+1 < len(flags); i += 2 {
		options = append(options, chromedp.Flag(flags[i], flags[i+1]))
	}
	// Not the test's context: that one ends before the clean-up, which closes the browser in good order.
	allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), append(options,
		chromedp.Headless,
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("accept-lang", "en-GB"),
	)...)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil {
			t.Logf("closing Chromium: %v", err)
		}
		closeBrowser()
		cancel()
	})
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("starting Chromium (Debian: apt-get install chromium): %v", err)
	}
	return &Chromium{ctx: browser}
}

// find is the path of a Chromium or Chrome, or "".
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// A Tab is one page with a private session and everything the browser complained about in it.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	expected   []string // parts of complaints that belong to the test
}

// A Look is a way to see a page. Width and Height are in CSS pixels. Without Motion the page is told that movement is
// not wanted, so that pictures of it are always the same.
type Look struct {
	Width, Height        int64
	Mobile, Dark, Motion bool
}

// Desktop is a common screen.
func Desktop() Look { return Look{Width: 1280, Height: 900} }

// Phone is a phone held upright.
func Phone() Look { return Look{Width: 390, Height: 844, Mobile: true} }

// Open opens an empty tab. When the test ends, everything that the browser complained about and
// that Expect did not announce fails it: refused scripts and styles, errors, missing files.
func (c *Chromium) Open(t testing.TB, l Look) *Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	if err := chromedp.Do(ctx); err != nil { // opens the tab; its life must not end with the timeout's context
		t.Fatalf("opening a tab: %v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	p := &Tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatalf("listening to the tab: %v", err)
	}
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	motion := "reduce"
	if l.Motion {
		motion = "no-preference"
	}
	call(p, log.Enable, cdp.Empty{})
	call(p, runtime.Enable, cdp.Empty{})
	call(p, network.Enable, network.EnableParams{})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.Width, Height: l.Height, DeviceScaleFactor: 1, Mobile: l.Mobile,
	})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}})
	t.Cleanup(func() {
		cancel()
		closeTab()
		if rest := p.Complaints(); len(rest) > 0 {
			t.Errorf("the browser complained:\n%s", strings.Join(rest, "\n"))
		}
	})
	return p
}

func (p *Tab) listen(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.complain(string(e.Entry.Source) + ": " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" {
			p.complain("another host was asked: " + e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.complain("exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			for _, arg := range e.Args {
				p.complain("console: " + string(arg.Value) + arg.Description)
			}
		}
	}
}

func (p *Tab) complain(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, text)
}

// Expect announces complaints that contain the text, such as the status of an answer that is meant to fail.
func (p *Tab) Expect(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, text)
}

// Complaints are what the browser said beyond what [Tab.Expect] announced.
func (p *Tab) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.complaints), func(c string) bool {
		return slices.ContainsFunc(p.expected, func(e string) bool { return strings.Contains(c, e) })
	})
}

// Do drives the page like a visitor.
func (p *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("driving Chromium: %v; complaints: %q", err, p.Complaints())
	}
}

// Navigate loads a page and returns its status.
func (p *Tab) Navigate(url string) int64 {
	p.t.Helper()
	response, err := chromedp.Run(p.ctx, chromedp.NavigateResponse(url))
	if err != nil {
		p.t.Fatalf("loading %s: %v", url, err)
	}
	return response.Status
}

// call sends one command of the DevTools protocol.
func call[P, R any](p *Tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
}

// Offline takes the network from the page, or gives it back; the page is told of either.
func (p *Tab) Offline(offline bool) {
	p.t.Helper()
	kind := network.ConnectionTypeWifi
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1, ConnectionType: kind})
	conditions := []*network.Conditions{}
	if offline {
		conditions = append(conditions, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions})
}

// Until waits for a JavaScript expression to become true; the page is asked at every frame.
func (p *Tab) Until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(0))); err != nil {
		body, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		p.t.Fatalf("waiting for %s: %v; complaints %q; the page says:\n%s", expression, err, p.Complaints(), body)
	}
}

// Evaluate returns the value of a JavaScript expression.
func Evaluate[T any](p *Tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return value
}

// VisibleText is what a visitor sees of the element.
func (p *Tab) VisibleText(selector string) string {
	p.t.Helper()
	return Evaluate[string](p, `(e => e && e.checkVisibility() ? e.innerText.trim() : "")(document.querySelector("`+selector+`"))`)
}

// picturesFolder, where the variable names one, is where [Tab.Screenshot] writes too, for people to look at.
const picturesFolder = "ONEFRONT_SCREENSHOTS"

// Screenshot keeps a picture of the whole page among the test's artifacts.
func (p *Tab) Screenshot(name string) {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	if len(picture) < 5000 {
		p.t.Errorf("%s: a picture of %d bytes shows nothing", name, len(picture))
	}
	folders := []string{p.t.ArtifactDir()}
	if folder := os.Getenv(picturesFolder); folder != "" {
		folders = append(folders, folder)
	}
	for _, folder := range folders {
		if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
}
