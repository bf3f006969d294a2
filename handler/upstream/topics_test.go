package upstream_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

func TestTopics_ofTheSettings(t *testing.T) {
	t.Parallel()
	c := newClient(t, map[string]any{"preset": "webhook", "url": "https://example.com", "topics": []string{"a"}})
	got, err := c.Topics(t.Context(), secret.Secret{})
	if err != nil || c.HasTopics() {
		t.Fatalf("error %v, HasTopics %v", err, c.HasTopics())
	}
	if diff := cmp.Diff([]settings.Topic{{ID: "a", Label: "a"}}, got); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}

func TestTopics_webhook(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a list":    `["a",{"id":"b","label":"B","labels":{"de":"Bee"}}]`,
		"an object": `{"topics":["a",{"id":"b","label":"B","labels":{"de":"Bee"}}]}`,
		"with what no visitor may see": `["a",{"id":"b","label":"B","labels":{"de":"Bee","fr":"` + key + `"}},"a","","` + key + `",` +
			`{"id":"c","label":"Bearer ` + key + `"},"x\u0000","` + strings.Repeat("x", 65) + `"]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t, answers(200, nil, body))
			c := newClient(t, map[string]any{"preset": "webhook", "url": s.url + "/in", "topicsUrl": s.url + "/topics"})
			got, err := c.Topics(t.Context(), secret.New(key))
			if err != nil {
				t.Fatal(err)
			}
			want := []settings.Topic{{ID: "a", Label: "a", Labels: map[string]string{}}, {ID: "b", Label: "B", Labels: map[string]string{"de": "Bee"}}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("topics (-want +got):\n%s", diff)
			}
			s.exchanges()[0].want(t, "GET", "/topics", map[string]string{"Authorization": "Bearer " + key}, nil)
		})
	}
}

// TestTopics_elsewhere: a list on another host is asked for without the key.
func TestTopics_elsewhere(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, answers(200, nil, `["a"]`))
	c := newClient(t, map[string]any{"preset": "webhook", "url": "https://example.com/in", "topicsUrl": s.url + "/topics"})
	if _, err := c.Topics(t.Context(), secret.New(key)); err != nil {
		t.Fatal(err)
	}
	if got := s.exchanges()[0].header.Get("Authorization"); got != "" {
		t.Errorf("another host got Authorization %q", got)
	}
}

func TestTopics_failures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		want   upstream.TopicsError
	}{
		"503":         {503, key, upstream.TopicsError{Status: 503, Reason: "upstream answered 503"}},
		"401":         {401, key, upstream.TopicsError{Status: 401, Reason: "upstream answered 401"}},
		"no JSON":     {200, "<html>" + key, upstream.TopicsError{Status: 200, Reason: "upstream sent no list of topics"}},
		"another one": {200, `{"topics":{"a":1}}`, upstream.TopicsError{Status: 200, Reason: "upstream sent no list of topics"}},
	}
	presets := map[string]map[string]any{
		"webhook":   {"preset": "webhook"},
		"zendesk":   {"preset": "zendesk", "topicField": "1"},
		"freshdesk": {"preset": "freshdesk", "topicField": "type", "requesterEmail": "a@example.com"},
		"github":    {"preset": "github", "repository": "a/b", "topicLabelPrefix": "t:"},
	}
	for name, tt := range tests {
		for preset, object := range presets {
			t.Run(name+" "+preset, func(t *testing.T) {
				t.Parallel()
				s := newStandIn(t, answers(tt.status, nil, tt.body))
				o := map[string]any{"url": s.url}
				for k, v := range object {
					o[k] = v
				}
				if preset == "webhook" {
					o["topicsUrl"] = s.url
				}
				_, err := newClient(t, o).Topics(t.Context(), secret.New(key))
				got, ok := errors.AsType[*upstream.TopicsError](err)
				if !ok {
					t.Fatalf("error = %v", err)
				}
				if diff := cmp.Diff(tt.want, *got); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
			})
		}
	}
}
