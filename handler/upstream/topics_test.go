package upstream_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
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
		"an error":    {200, `{"error":"maintenance"}`, upstream.TopicsError{Status: 200, Reason: "upstream sent no list of topics"}},
		"null":        {200, `null`, upstream.TopicsError{Status: 200, Reason: "upstream sent no list of topics"}},
		"another one": {200, `{"topics":{"a":1}}`, upstream.TopicsError{Status: 200, Reason: "upstream sent no list of topics"}},
	}
	presets := map[string]map[string]any{
		"webhook":   {"preset": "webhook"},
		"zendesk":   {"preset": "zendesk", "topicField": "1", "scheme": "Bearer"},
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

// TestTopics_keyInDisguise: a vendor's label that bears the key, however it travels or is printed, reaches no visitor.
func TestTopics_keyInDisguise(t *testing.T) {
	t.Parallel()
	const secretKey = "K3y/with+signs=and.length"
	basic := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	presets := map[string]struct {
		object      map[string]any
		credentials []string
	}{
		"webhook":          {map[string]any{"preset": "webhook"}, []string{"Bearer " + secretKey}},
		"webhook's header": {map[string]any{"preset": "webhook", "header": "X-Api-Key", "scheme": "Key"}, []string{"Key " + secretKey}},
		"zendesk": {
			map[string]any{"preset": "zendesk", "email": "agent@example.com", "topicField": "1"},
			[]string{"Basic " + basic("agent@example.com/token:"+secretKey), basic("agent@example.com/token:" + secretKey)},
		},
		"freshdesk": {
			map[string]any{"preset": "freshdesk", "requesterEmail": "a@example.com", "topicField": "type"},
			[]string{"Basic " + basic(secretKey+":X"), basic(secretKey + ":X")},
		},
	}
	for name, preset := range presets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var labels []string
			for _, text := range append(preset.credentials, secretKey) {
				labels = append(labels, text, basic(text), base64.URLEncoding.EncodeToString([]byte(text)), base64.RawStdEncoding.EncodeToString([]byte(text)),
					basic("a"+text), basic("ab"+text), hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))),
					url.QueryEscape(text), strings.ToLower(url.QueryEscape(text)), url.PathEscape(text))
			}
			for i, label := range labels {
				labels[i] = "in " + label + " it"
			}
			s := newStandIn(t, func(w http.ResponseWriter, r *http.Request) {
				answers(200, nil, listOf(r.URL.Path, append(labels, "Billing")))(w, r)
			})
			object := map[string]any{"url": s.url}
			for k, v := range preset.object {
				object[k] = v
			}
			if object["preset"] == "webhook" {
				object["topicsUrl"] = s.url + "/topics"
			}
			got, err := newClient(t, object).Topics(t.Context(), secret.New(secretKey))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Label != "Billing" {
				t.Errorf("kept %+v of %d labels that bear the key", got, len(labels))
			}
		})
	}
}

// listOf is a list of topics with these labels in the form of the vendor whose path it is.
func listOf(path string, labels []string) string {
	var list any
	type option struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	type topic struct {
		ID    string `json:"id"`
		Label string `json:"label"`
	}
	var options []option
	var topics []topic
	for i, label := range labels {
		options, topics = append(options, option{label, strconv.Itoa(i)}), append(topics, topic{strconv.Itoa(i), label})
	}
	switch {
	case strings.HasSuffix(path, "/topics"):
		list = topics
	case strings.HasSuffix(path, ".json"):
		list = map[string]any{"ticket_field": map[string]any{"custom_field_options": options}}
	default: // of Freshdesk, where ids are labels
		list = []map[string]any{{"name": "ticket_type", "choices": labels}}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return ""
	}
	return string(raw)
}

// TestTopics_shortKey: what is left of a short key, folded, does not hide every label.
func TestTopics_shortKey(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, answers(200, nil, `["Billing","a key","Other"]`))
	c := newClient(t, map[string]any{"preset": "webhook", "url": s.url, "topicsUrl": s.url})
	if got, err := c.Topics(t.Context(), secret.New("key")); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}
