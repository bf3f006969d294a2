package main

import (
	"net/url"
	"testing"

	"github.com/onefront/onefront/handler/upstream/settings"
)

func TestStack_redirectUpstream(t *testing.T) {
	cases := []struct {
		name, config, url, topicsURL, target string
		wantURL, wantTopics                  string
	}{
		{"path stays", `{"preset":"webhook"}`, "https://saas.example/v1/feedback?x=1", "", "http://127.0.0.1:9", "http://127.0.0.1:9/v1/feedback?x=1", ""},
		{"topics too", `{"preset":"webhook"}`, "https://saas.example/f", "https://other.example/t", "http://127.0.0.1:9", "http://127.0.0.1:9/f", "http://127.0.0.1:9/t"},
		{"a default address", `{"preset":"github"}`, "https://api.github.com", "", "http://127.0.0.1:9", "http://127.0.0.1:9", ""},
		{"a target with a path", `{"preset":"webhook"}`, "https://saas.example/f", "https://saas.example/t", "http://127.0.0.1:9/mine", "http://127.0.0.1:9/mine", "http://127.0.0.1:9/t"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			target, err := url.Parse(c.target)
			if err != nil {
				t.Fatal(err)
			}
			s := &stack{
				project: "onefront", config: map[string]string{"onefront:upstream": c.config},
				upstream: settings.Settings{URL: c.url, TopicsURL: c.topicsURL},
			}
			if err := s.redirectUpstream(target); err != nil {
				t.Fatal(err)
			}
			got := s.config["onefront:upstream"]
			want := `"url":"` + c.wantURL + `"`
			if c.wantTopics != "" {
				want = `"topicsUrl":"` + c.wantTopics + `",` + want
			}
			if got != c.config[:len(c.config)-1]+","+want+"}" {
				t.Errorf("got %s, want %s in it", got, want)
			}
		})
	}
}

// A project made from this one bears its own name, and may use it as its configuration's name space.
func TestStack_ownNameSpace(t *testing.T) {
	s := &stack{
		project: "mine", config: map[string]string{"mine:upstream": `{}`},
		upstream: settings.Settings{URL: "https://saas.example/f"},
	}
	if err := s.redirectUpstream(&url.URL{Scheme: "http", Host: "127.0.0.1:9"}); err != nil {
		t.Fatal(err)
	}
	if got := s.config["mine:upstream"]; got != `{"url":"http://127.0.0.1:9/f"}` {
		t.Errorf("got %s", got)
	}
}
