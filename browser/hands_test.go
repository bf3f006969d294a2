package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/onefront/onefront/browser"
)

// A page that moves under the finger, once: the press is done again, and lands on nothing else.
func TestClick_movingPage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><title>moves</title><div id="above"></div>
<button id="other" style="position: absolute; top: 8px">Other</button><p style="margin: 0; height: 60px"></p>
<button id="wanted">Wanted</button><script>
const pressed = [];
for (const b of document.querySelectorAll("button")) b.addEventListener("click", () => pressed.push(b.id));
addEventListener("mousedown", () => { above.style.height = "200px"; other.style.top = "68px"; }, { once: true });
</script>`)
	}))
	defer server.Close()
	p := browser.Start(t).Open(t, browser.Desktop())
	p.Navigate(server.URL)
	p.Do(browser.Click("#wanted"))
	if pressed := browser.Evaluate[string](p, `pressed.join()`); pressed != "wanted" {
		t.Errorf("pressed %q, want the wanted button alone", pressed)
	}
}
