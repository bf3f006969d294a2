package cloudfront

import (
	"net/http"
	"strings"
	"testing"
)

// told is the text of the steps of a kind, joined.
func told(r Request, kind string) string {
	var texts []string
	for _, s := range r.Steps() {
		if s.Kind == kind {
			texts = append(texts, s.Text)
		}
	}
	return strings.Join(texts, " | ")
}

// The explanation of a request says which behavior, why the cache had nothing, what each origin did and how long the
// answer is kept.
func TestExplain_failoverAndCache(t *testing.T) {
	w := setup{distribution: standard()}.start(t)
	w.serve("next", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Cache-Control", "public, max-age=300")
		rw.WriteHeader(http.StatusOK)
	})
	setFault(w, "nearest", "down")
	w.get("/api/topics?locale=de", "Authorization", "Bearer s3cret", "Cookie", "a=s3cret")
	first := w.record()
	for _, c := range []struct{ kind, want string }{
		{"behavior", "`/api/topics*`: 1st of 3, the first whose pattern matches the path"},
		{"cache", "miss, key /api/topics"},
		{"origin", "nearest -> eu-west-1: connect failed after 2 s, of which 2 s are charged and were not waited for (1 x 2 s to connect), a failover code: the origin `next` is asked | next -> us-east-1: 200"},
		{"sent", "removed: Authorization, Cookie"},
		{"stored", "fresh for 300 s by max-age; minimum 0 ms, default"},
		{"answer", "200 with"},
	} {
		if got := told(first, c.kind); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.kind, got, c.want)
		}
	}
	w.get("/api/topics?locale=de")
	if got := told(w.record(), "cache"); !strings.Contains(got, "hit, key /api/topics") || !strings.Contains(got, "fresh for another 300 s") {
		t.Errorf("the second request: %q", got)
	}
	for _, s := range first.Steps() {
		if strings.Contains(s.Text, "s3cret") {
			t.Errorf("a header's value is told: %+v", s)
		}
	}
}

// A refusal says why, and writes say why they go no further than one origin.
func TestExplain_refusals(t *testing.T) {
	w := setup{distribution: standard()}.start(t)
	for _, c := range []struct{ method, path, header, value, want string }{
		{"POST", "/index.html", "", "", "403: the behavior takes GET, HEAD, OPTIONS, not POST"},
		{"GET", "/", "X-Onefront-Viewer", "ZZZ", "400: local mode knows no edge of this name"},
		{"GET", "/", "X-Onefront-Viewer-Host", "other.example", "403: the distribution has no name other.example; its names are "},
	} {
		var headers []string
		if c.header != "" {
			headers = []string{c.header, c.value}
		}
		w.do(c.method, c.path, nil, headers...)
		if got := told(w.record(), "refused"); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s: got %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

// A body reaches the origin with its length.
func TestExplain_body(t *testing.T) {
	w := setup{distribution: standard()}.start(t)
	w.do("POST", "/api/feedback", strings.NewReader("{}"), "Content-Length", "2")
	if got := told(w.record(), "sent"); !strings.HasPrefix(got, "to ") || strings.Contains(got, "Content-Length") {
		t.Errorf("got %q", got)
	}
}

// Ten thousand explanations have a bound, whatever viewers send.
func TestExplain_bounded(t *testing.T) {
	x := &exchange{explained: true}
	for range 3 * maxSteps {
		x.explain("viewer", "%s", strings.Repeat("ä", maxStepBytes))
	}
	if len(x.told) != maxSteps || len(x.told[0].step().Text) > maxStepBytes+len("...") {
		t.Errorf("%d steps, the first of %d bytes", len(x.told), len(x.told[0].step().Text))
	}
}
