package main

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/handler/upstream/settings"
)

func TestMoveAddresses(t *testing.T) {
	cases := []struct {
		name, encoded, target string
		wantURL, wantTopics   string
	}{
		{"path stays", `{"preset":"webhook","url":"https://saas.example/v1/feedback?x=1"}`, "http://127.0.0.1:9", "http://127.0.0.1:9/v1/feedback?x=1", ""},
		{"topics too", `{"preset":"webhook","url":"https://saas.example/f","topicsUrl":"https://other.example/t"}`, "http://127.0.0.1:9", "http://127.0.0.1:9/f", "http://127.0.0.1:9/t"},
		{"a default address", `{"preset":"github","repository":"octo/cat"}`, "http://127.0.0.1:9", "http://127.0.0.1:9", ""},
		{"a target with a path", `{"preset":"webhook","url":"https://saas.example/f","topicsUrl":"https://saas.example/t"}`, "http://127.0.0.1:9/mine", "http://127.0.0.1:9/mine", "http://127.0.0.1:9/t"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			target, err := url.Parse(c.target)
			if err != nil {
				t.Fatal(err)
			}
			moved, err := moveAddresses(c.encoded, target)
			if err != nil {
				t.Fatal(err)
			}
			var got, before map[string]any
			if err := json.Unmarshal([]byte(moved), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(c.encoded), &before); err != nil {
				t.Fatal(err)
			}
			topics, _ := got["topicsUrl"].(string)
			if got["url"] != c.wantURL || topics != c.wantTopics || got["preset"] != before["preset"] {
				t.Errorf("got %s, want %s and %q", moved, c.wantURL, c.wantTopics)
			}
		})
	}
	if _, err := moveAddresses(cases[0].encoded, &url.URL{Scheme: "http", Host: "saas.example.net"}); err == nil || !strings.Contains(err.Error(), `-upstream "http://saas.example.net": `) {
		t.Errorf("a key in the clear: %v", err)
	}
}

// The graph itself keeps its addresses: it is what a reload is compared with, and what a second start shares.
func TestMoveSaaS(t *testing.T) {
	g := recordedStack(t, shipped, "prod")
	known, key, ok, err := saasOf(g)
	if err != nil || !ok || key != "key-of-all-tests" {
		t.Fatalf("got key %q, %t, %v", key, ok, err)
	}
	moved, err := moveSaaS(g, &url.URL{Scheme: "http", Host: "127.0.0.1:9"})
	if err != nil {
		t.Fatal(err)
	}
	after, _, _, err := saasOf(moved)
	if err != nil || !strings.HasPrefix(after.URL, "http://127.0.0.1:9/") {
		t.Errorf("got %s, %v", after.URL, err)
	}
	if again, _, _, err := saasOf(g); err != nil || again.URL != known.URL {
		t.Errorf("the graph says %s now, %v", again.URL, err)
	}
	if moved.Stack != g.Stack || len(moved.Resources) != len(g.Resources) || len(moved.Outputs) != len(g.Outputs) {
		t.Errorf("got stack %q with %d resources and %d outputs", moved.Stack, len(moved.Resources), len(moved.Outputs))
	}
	bare := graph.New(&graph.Resource{URN: "urn:f", Type: "aws:lambda/function:Function", Inputs: map[string]any{"environment": map[string]any{"variables": map[string]any{settings.Variable: `{"preset":"webhook","url":"https://saas.example"}`}}}})
	if _, _, _, err := saasOf(bare); err == nil || !strings.HasPrefix(err.Error(), "urn:f: environment.variables.ONEFRONT_UPSTREAM_API_KEY_PARAMETER: ") {
		t.Errorf("without a parameter: %v", err)
	}
}
