package feedback_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/infra/feedback"
)

// settings are keys of a stack without the name space; "-" takes a key out.
type settings map[string]string

func load(changes settings) error {
	values := settings{
		"regions": `["eu-west-1"]`, "siteDir": "", "upstreamApiKey": "canary",
		"upstream": `{"preset": "webhook", "url": "https://saas.example.net/feedback"}`,
	}
	maps.Copy(values, changes)
	_, err := config.Load(config.Source{
		Project: "onefront", Stack: "prod", Configure: infra.Configure(feedback.Application{}),
		Lookup: func(key string) (string, bool) {
			value, ok := values[strings.TrimPrefix(key, "onefront:")]
			return value, ok && value != "-"
		},
		Secret: func(key string) bool { return key == "onefront:upstreamApiKey" },
	})
	return err
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
		{"the SaaS outlives the function", settings{"lambda": `{"timeout": "4s"}`}, `onefront:upstream.timeout: 3s: at most 2s, the function's timeout of 4s less 2s`},
		{"no upstream", settings{"upstream": "-"}, `onefront:upstream: not set: required`},
		{"upstream as text", settings{"upstream": "https://saas.example.net"}, `onefront:upstream: https://saas.example.net: an object such as`},
		{"two problems of upstream", settings{"upstream": `{"preset": "jira", "url": "http://saas.example.net"}`}, `onefront:upstream.preset: "jira": one of webhook`},
		{"the second of them", settings{"upstream": `{"preset": "jira", "url": "http://saas.example.net"}`}, `onefront:upstream.url: "http://saas.example.net": https`},
		{"upstream too big for the environment", settings{"upstream": `{"preset": "webhook", "url": "https://saas.example.net", "topics": [` + names(`"`+strings.Repeat("t", 50)+`%d"`, 70) + `]}`}, `onefront:upstream: `},
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
		})
	}
}

// The application's problems stand beside the platform's, in one run.
func TestConfigure_problemsJoinThePlatforms(t *testing.T) {
	err := load(settings{"upstream": "-", "spa": "perhaps"})
	for _, want := range []string{"onefront:upstream: not set: required", `onefront:spa: "perhaps": true or false`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
}
