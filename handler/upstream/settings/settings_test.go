package settings_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/handler/upstream/settings"
)

func TestParse_defaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw  string
		want settings.Settings
	}{
		"webhook": {
			`{"preset":"webhook","url":"https://example.com/in","topics":["a",{"id":"b","label":"B","labels":{"de":"Bee"}}]}`,
			settings.Settings{
				Preset: "webhook", URL: "https://example.com/in", Timeout: settings.Duration(3 * time.Second), MaxReceives: 10,
				Method: "POST", Header: "Authorization", Scheme: "Bearer",
				Topics: []settings.Topic{{ID: "a", Label: "a"}, {ID: "b", Label: "B", Labels: map[string]string{"de": "Bee"}}},
			},
		},
		"webhook with another header has no scheme": {
			`{"preset":"webhook","url":"http://127.0.0.1:8080/in","header":"X-Api-Key"}`,
			settings.Settings{
				Preset: "webhook", URL: "http://127.0.0.1:8080/in", Timeout: settings.Duration(3 * time.Second), MaxReceives: 10,
				Method: "POST", Header: "X-Api-Key", Scheme: "none",
			},
		},
		"zendesk": {
			`{"preset":"zendesk","url":"https://example.zendesk.com","email":"agent@example.com","timeout":"1500ms","maxReceives":3}`,
			settings.Settings{
				Preset: "zendesk", URL: "https://example.zendesk.com", Timeout: settings.Duration(1500 * time.Millisecond), MaxReceives: 3,
				Email: "agent@example.com", Resource: "tickets",
			},
		},
		"freshdesk": {
			`{"preset":"freshdesk","url":"https://example.freshdesk.com","requesterEmail":"web@example.com","topicField":"type"}`,
			settings.Settings{
				Preset: "freshdesk", URL: "https://example.freshdesk.com", Timeout: settings.Duration(3 * time.Second), MaxReceives: 10,
				RequesterEmail: "web@example.com", TopicField: "type",
			},
		},
		"github": {
			`{"preset":"github","repository":"octo/feedback","labels":["web"]}`,
			settings.Settings{
				Preset: "github", URL: "https://api.github.com", Timeout: settings.Duration(3 * time.Second), MaxReceives: 10,
				Repository: "octo/feedback", Labels: []string{"web"},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := settings.Parse([]byte(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			encoded, err := got.Encode()
			if err != nil {
				t.Fatal(err)
			}
			again, err := settings.Parse([]byte(encoded))
			if err != nil {
				t.Fatalf("reading what Encode wrote: %v\n%s", err, encoded)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("after Encode and Parse (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	const webhook = `"preset":"webhook","url":"https://example.com/in"`
	tests := map[string]struct {
		raw  string
		want []string // each a whole line of the error
	}{
		"not an object": {`[]`, []string{`upstream: []: want an object such as {preset: webhook, url: https://example.com/feedback}`}},
		"null":          {`null`, []string{`upstream: null: want an object such as {preset: webhook, url: https://example.com/feedback}`}},
		"no preset": {`{"url":"https://example.com"}`, []string{
			`upstream.preset: "": want one of webhook, zendesk, freshdesk, github`,
		}},
		"no url": {`{"preset":"webhook"}`, []string{
			`upstream.url: "": want an absolute address such as https://example.com/feedback`,
		}},
		"http": {`{"preset":"webhook","url":"http://example.com"}`, []string{
			`upstream.url: "http://example.com": want https: the key would travel in the clear (http is for loopback hosts only)`,
		}},
		"password in the url": {`{"preset":"webhook","url":"https://me:hunter2@example.com"}`, []string{
			`upstream.url: "https://...@example.com": want an address without user name and password: the key is onefront:upstreamApiKey`,
		}},
		"another scheme": {`{"preset":"webhook","url":"ftp://example.com"}`, []string{
			`upstream.url: "ftp://example.com": want an address that starts with https://`,
		}},
		"query in a base address": {`{"preset":"github","repository":"a/b","url":"https://api.github.com/?x=1&y=2"}`, []string{
			`upstream.url: "https://api.github.com/?...": want the base address without a query`,
		}},
		"the key": {`{` + webhook + `,"apiKey":"hunter2"}`, []string{
			`upstream.apiKey: the SaaS key does not belong here: pulumi config set --secret onefront:upstreamApiKey`,
		}},
		"timeout without unit": {`{` + webhook + `,"timeout":3}`, []string{
			`upstream.timeout: 3: want a duration with its unit, such as "3s"`,
		}},
		"timeout out of range": {`{` + webhook + `,"timeout":"1m"}`, []string{
			`upstream.timeout: "1m0s": want from 100ms to 28s`,
		}},
		"header of its own": {`{` + webhook + `,"header":"Content-Type"}`, []string{
			`upstream.header: "Content-Type": want the name of a header for the key, such as Authorization or X-Api-Key`,
		}},
		"header with a line break": {`{` + webhook + `,"header":"X-A\r\nX-B"}`, []string{
			`upstream.header: "X-A\r\nX-B": want the name of a header for the key, such as Authorization or X-Api-Key`,
		}},
		"unknown placeholder": {`{` + webhook + `,"body":{"text":"{{massage}}"}}`, []string{
			`upstream.body: {"text":"{{massage}}"}: placeholder {{massage}}: want one of id, receivedAt, region, message, rating, topic, email, pageUrl, locale, context, or context.<name>`,
		}},
		"key of another preset": {`{` + webhook + `,"repository":"a/b"}`, []string{
			`upstream.repository: "a/b": leave it out, only the preset github uses it`,
		}},
		"topics": {`{` + webhook + `,"topics":["a","a",{"id":"b","colour":"red"}]}`, []string{
			`upstream.topics: {"id":"b","colour":"red"}: want a string or {id, label, labels}`,
		}},
		"the same topic twice": {`{` + webhook + `,"topics":["a","a",""]}`, []string{
			`upstream.topics[1]: "a": want an id that no other topic has`,
			`upstream.topics[2]: "": want an id that is not empty`,
		}},
		"wrong type": {`{` + webhook + `,"maxReceives":"many","topicsUrl":1,"topics":"a"}`, []string{
			`upstream.maxReceives: "many": want a whole number`,
			`upstream.topics: "a": want a list`,
			`upstream.topicsUrl: 1: want a string`,
		}},
		"zendesk": {`{"preset":"zendesk","url":"https://x.zendesk.com","email":"nobody","topicField":"topic","resource":"things","tags":["a b"]}`, []string{
			`upstream.resource: "things": want tickets or requests`,
			`upstream.email: "nobody": want the e-mail address of the agent the API token belongs to`,
			`upstream.topicField: "topic": want the numeric id of the ticket field, as a string`,
			`upstream.tags[0]: "a b": want one word of at most 32 bytes without spaces, commas or quotes`,
		}},
		"zendesk with no word on its key": {`{"preset":"zendesk","url":"https://x.zendesk.com","requester":"everybody"}`, []string{
			`upstream.email: "": want the e-mail address of the agent the API token belongs to; or scheme Bearer if the key is an OAuth access token`,
			`upstream.requester: "everybody": want none or visitor`,
		}},
		"zendesk with both": {`{"preset":"zendesk","url":"https://x.zendesk.com","scheme":"Bearer","email":"agent@example.com"}`, []string{
			`upstream.email: "agent@example.com": leave it out: with scheme Bearer the key is an OAuth access token`,
		}},
		"zendesk with another scheme": {`{"preset":"zendesk","url":"https://x.zendesk.com","scheme":"Basic"}`, []string{
			`upstream.scheme: "Basic": want Bearer if the key is an OAuth access token; leave it out for an API token`,
		}},
		"requester of a webhook": {`{` + webhook + `,"requester":"visitor"}`, []string{
			`upstream.requester: "visitor": leave it out, only the preset zendesk or freshdesk uses it`,
		}},
		"topics from two places": {`{` + webhook + `,"topics":["a"],"topicsUrl":"https://example.com/topics"}`, []string{
			`upstream.topics: 1: leave them out: they come by topicsUrl`,
		}},
		"freshdesk without requester": {`{"preset":"freshdesk","url":"https://x.freshdesk.com"}`, []string{
			`upstream.requesterEmail: "": want an e-mail address: Freshdesk demands a requester also for visitors who give none`,
		}},
		"github": {`{"preset":"github","repository":"../../etc","labels":[""]}`, []string{
			`upstream.repository: "../../etc": want owner/name`,
			`upstream.labels[0]: "": want a label of 1 to 50 characters`,
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := settings.Parse([]byte(tt.raw))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParse_unknownKey names what is known, so that a typo is found at once.
func TestParse_unknownKey(t *testing.T) {
	t.Parallel()
	_, err := settings.Parse([]byte(`{"preset":"webhook","url":"https://example.com","topicUrl":"https://example.com/t"}`))
	if err == nil || !strings.HasPrefix(err.Error(), `upstream.topicUrl: "https://example.com/t": not a setting; known are `) ||
		!strings.Contains(err.Error(), "topicsUrl") {
		t.Errorf("error = %v", err)
	}
}

func TestEncode_limit(t *testing.T) {
	t.Parallel()
	topics := make([]string, 100)
	for i := range topics {
		topics[i] = strings.Repeat("x", 40) + string(rune('A'+i/10)) + string(rune('a'+i%10))
	}
	raw, err := json.Marshal(map[string]any{"preset": "webhook", "url": "https://example.com", "topics": topics})
	if err != nil {
		t.Fatal(err)
	}
	s, err := settings.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Encode(); err == nil || !strings.Contains(err.Error(), "want at most 3000, so that it fits into the function's environment") {
		t.Errorf("error = %v", err)
	}
}

func TestCheckTimeout(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		upstream, function time.Duration
		want               string
	}{
		"defaults":         {3 * time.Second, 10 * time.Second, ""},
		"just enough":      {8 * time.Second, 10 * time.Second, ""},
		"no time to queue": {9 * time.Second, 10 * time.Second, "upstream.timeout: 9s: want at most 8s, the function's timeout of 10s less 2s to queue what the SaaS did not take"},
		"function too short": {
			3 * time.Second, 2 * time.Second,
			"lambda.timeout: 2s: want at least 2.1s, so that a try against the SaaS and the queue after it fit",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := settings.Settings{Timeout: settings.Duration(tt.upstream)}.CheckTimeout(tt.function)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("error = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestTopic_roundTrip: whatever a topic is, its JSON reads back as the same topic.
func TestTopic_roundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := settings.Topic{ID: rapid.StringN(1, 20, -1).Draw(t, "id")}
		want.Label = rapid.OneOf(rapid.Just(want.ID), rapid.StringN(1, 20, -1)).Draw(t, "label")
		if rapid.Bool().Draw(t, "localized") {
			want.Labels = map[string]string{"de": rapid.StringN(1, 20, -1).Draw(t, "de")}
		}
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got settings.Topic
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", raw, diff)
		}
	})
}
