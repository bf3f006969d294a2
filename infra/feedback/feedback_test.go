package feedback_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/infra/feedback"
)

// settings are keys of a stack without the name space; "-" takes a key out.
type settings map[string]string

func load(changes settings) error {
	_, err := loaded(changes)
	return err
}

func loaded(changes settings) (*config.Config, error) {
	values := settings{
		"regions": `["eu-west-1"]`, "siteDir": "", "upstreamApiKey": "canary",
		"upstream": `{"preset": "webhook", "url": "https://saas.example.net/feedback"}`,
	}
	maps.Copy(values, changes)
	return config.Load(config.Source{
		Project: "onefront", Stack: "prod", Configure: infra.Configure(feedback.Application{}),
		Lookup: func(key string) (string, bool) {
			value, ok := values[strings.TrimPrefix(key, "onefront:")]
			return value, ok && value != "-"
		},
		Secret: func(key string) bool { return key == "onefront:upstreamApiKey" },
	})
}

// TestConfigure_pastedKey: the newline that an editor or a pipe puts behind a key reaches no parameter.
func TestConfigure_pastedKey(t *testing.T) {
	for _, key := range []string{"canary", "canary\n", " canary\r\n"} {
		c, err := loaded(settings{"upstreamApiKey": key})
		if err != nil || c.Secrets["upstreamApiKey"] != "canary" {
			t.Errorf("%q: %q, %v", key, c.Secrets, err)
		}
	}
}

// TestConfigure_noTopics: nobody finds out by an empty form that the topics were forgotten.
func TestConfigure_noTopics(t *testing.T) {
	const said = "onefront:upstream.topics: null: GET /api/topics answers an empty list"
	for upstream, want := range map[string]bool{
		`{"preset": "webhook", "url": "https://saas.example.net"}`:                                                 true,
		`{"preset": "webhook", "url": "https://saas.example.net", "topics": []}`:                                   false,
		`{"preset": "webhook", "url": "https://saas.example.net", "topics": ["a"]}`:                                false,
		`{"preset": "webhook", "url": "https://saas.example.net", "topicsUrl": "https://saas.example.net/topics"}`: false,
		`{"preset": "zendesk", "url": "https://x.zendesk.com", "email": "agent@example.com"}`:                      true,
		`{"preset": "zendesk", "url": "https://x.zendesk.com", "email": "agent@example.com", "topicField": "1"}`:   false,
		`{"preset": "github", "repository": "octo/feedback", "topicLabelPrefix": "topic: "}`:                       false,
	} {
		c, err := loaded(settings{"upstream": upstream})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(c.Warnings, "\n"), said); got != want {
			t.Errorf("%s: remarked on: %t in %q", upstream, got, c.Warnings)
		}
	}
}

func names(format string, count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(list, ", ")
}

func TestConfigure_refusals(t *testing.T) {
	if err := load(nil); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		changes settings
		want    string // the start of a problem
	}{
		{"the SaaS outlives the function", settings{"lambda": `{"timeout": "4s"}`}, `onefront:upstream.timeout: 3s: want at most 2s, the function's timeout of 4s less 2s`},
		{"no upstream", settings{"upstream": "-"}, `onefront:upstream: not set: required`},
		{"upstream as text", settings{"upstream": "https://saas.example.net"}, `onefront:upstream: https://saas.example.net: want an object such as`},
		{"two problems of upstream", settings{"upstream": `{"preset": "jira", "url": "http://saas.example.net"}`}, `onefront:upstream.preset: "jira": want one of webhook`},
		{"the second of them", settings{"upstream": `{"preset": "jira", "url": "http://saas.example.net"}`}, `onefront:upstream.url: "http://saas.example.net": want https`},
		{"upstream too big for the environment", settings{"upstream": `{"preset": "webhook", "url": "https://saas.example.net", "topics": [` + names(`"`+strings.Repeat("t", 50)+`%d"`, 70) + `]}`}, `onefront:upstream: `},
		{"zendesk without its agent", settings{"upstream": `{"preset": "zendesk", "url": "https://example.zendesk.com"}`}, `onefront:upstream.email: "": want the e-mail address of the agent the API token belongs to; or scheme Bearer`},
		{"freshdesk without a requester", settings{"upstream": `{"preset": "freshdesk", "url": "https://example.freshdesk.com"}`}, `onefront:upstream.requesterEmail: "": want an e-mail address`},
		{"github without a repository", settings{"upstream": `{"preset": "github"}`}, `onefront:upstream.repository: "": want owner/name`},
		{"webhook without an address", settings{"upstream": `{"preset": "webhook"}`}, `onefront:upstream.url: "": want an absolute address`},
		{"a key with a blank", settings{"upstreamApiKey": "canary canary"}, `onefront:upstreamApiKey: [secret]: the key of the SaaS: it has blanks inside, control or non-ASCII characters: want the bare key; set it with pulumi config set --secret onefront:upstreamApiKey`},
		{"a key with a break", settings{"upstreamApiKey": "canary\ncanary"}, `onefront:upstreamApiKey: [secret]: the key of the SaaS: it has blanks inside`},
		{"a key with an umlaut", settings{"upstreamApiKey": "canarü"}, `onefront:upstreamApiKey: [secret]: the key of the SaaS: it has blanks inside, control or non-ASCII`},
		{"a key too long for its parameter", settings{"upstreamApiKey": strings.Repeat("canary", 683)}, `onefront:upstreamApiKey: [secret]: the key of the SaaS: it has 4098 characters, at most 4096 fit`},
		{"a key of nothing", settings{"upstreamApiKey": " \n"}, `onefront:upstreamApiKey: [secret]: the key of the SaaS: it is empty`},
		{"no key", settings{"upstreamApiKey": "-"}, `onefront:upstreamApiKey: not set: required: the key of the SaaS, set with pulumi config set --secret onefront:upstreamApiKey`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := load(tt.changes)
			if err == nil {
				t.Fatalf("no error, want %s", tt.want)
			}
			found := false
			for line := range strings.SplitSeq(err.Error(), "\n") {
				found = found || strings.HasPrefix(line, tt.want)
			}
			if !found {
				t.Errorf("got:\n%v\nwant:\n%s", err, tt.want)
			}
			if strings.Contains(err.Error(), "canar") {
				t.Errorf("the key is in:\n%v", err)
			}
		})
	}
}

// The application's problems stand beside the platform's, in one run.
func TestConfigure_problemsJoinThePlatforms(t *testing.T) {
	err := load(settings{"upstream": "-", "spa": "perhaps"})
	for _, want := range []string{"onefront:upstream: not set: required", `onefront:spa: "perhaps": want true or false`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
}

// The committed stacks name no key that neither the platform nor the application knows.
func TestConfigure_committedStacks(t *testing.T) {
	t.Chdir(project)
	for _, stack := range []string{"prod", "staging"} {
		values, _, err := stackfile.Load(".", stack)
		if err != nil {
			t.Fatal(err)
		}
		values["onefront:upstreamApiKey"] = "canary-key-9f3b7a"
		loaded, err := config.Load(config.Source{
			Project: "onefront", Stack: stack, Configure: infra.Configure(feedback.Application{}), Keys: slices.Sorted(maps.Keys(values)),
			Lookup: func(key string) (string, bool) { value, ok := values[key]; return value, ok },
			Secret: func(key string) bool { return key == "onefront:upstreamApiKey" },
		})
		if err != nil || len(loaded.Warnings) > 0 {
			t.Errorf("%s: %v, %+v", stack, err, loaded)
		}
	}
}
