package config_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/onefront/onefront/infra/config"
)

// settings are keys of a stack without the name space; "-" takes a key out.
type settings map[string]string

// valid is the smallest dns stack with two regions.
func valid() settings {
	return settings{
		"regions": `["eu-west-1", "us-east-1"]`,
		"domains": `[{"zone": "example.com", "zoneId": "Z0123456789EXAMPLE", "aliases": ["example.com", "www.example.com"]}]`,
		"service": `{"url": "https://service.example.net"}`,
		"siteDir": "",
	}
}

// edge is the smallest edge stack with two regions.
func edge() settings {
	s := valid()
	delete(s, "domains")
	return s
}

func (s settings) with(changes settings) settings {
	s = maps.Clone(s)
	maps.Copy(s, changes)
	maps.DeleteFunc(s, func(_, v string) bool { return v == "-" })
	return s
}

func (s settings) source(stack string) config.Source {
	return config.Source{
		Project: "onefront", Stack: stack, Configure: application,
		Lookup: func(key string) (string, bool) {
			if key == "onefront:serviceApiKey" {
				return "canary", true
			}
			value, ok := s[strings.TrimPrefix(key, "onefront:")]
			return value, ok && strings.HasPrefix(key, "onefront:")
		},
		Secret: func(key string) bool { return key == "onefront:serviceApiKey" },
	}
}

// application is one that has a plain key and a secret one.
func application(s *config.Settings) config.Application {
	s.Text("service")
	s.Secret("serviceApiKey", "the key of the service")
	return config.Application{
		BasePaths: []string{"/api"},
		Routes: []config.Route{
			{Path: "/api/topics*", Methods: config.MethodsRead, TTL: config.TTL{Default: 5 * time.Minute}, Key: config.Parts{Query: []string{"locale"}}},
			{Path: "/api/*", Methods: config.MethodsAll},
		},
		Requests:   []string{"GET /api/topics", "POST /api/notes"},
		Thresholds: []config.AlarmThreshold{{Name: "deadLetters", Default: 1, Low: 1, High: 100, Meaning: "messages in a dead-letter queue"}},
	}
}

func (s settings) load() (*config.Config, error) { return config.Load(s.source("prod")) }

func (s settings) mustLoad(t testing.TB) *config.Config {
	t.Helper()
	c, err := s.load()
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

// stackSource reads a stack of infra's tests as the engine does: project defaults, whole keys replaced by the stack's.
func stackSource(t *testing.T, stack string) config.Source {
	t.Helper()
	var project struct {
		Name   string
		Config map[string]struct{ Default any }
	}
	var own struct{ Config map[string]any }
	readYAML(t, "Pulumi.yaml", &project)
	readYAML(t, "infra/testdata/Pulumi."+stack+".yaml", &own)
	values := map[string]string{}
	for key, declared := range project.Config {
		values["onefront:"+key] = configText(t, declared.Default)
	}
	for key, value := range own.Config {
		values[key] = configText(t, value)
	}
	s := config.Source{Project: project.Name, Stack: stack, Dir: "../..", Keys: []string{"onefront:serviceApiKey"}, Configure: application}
	values["onefront:serviceApiKey"] = "canary"
	s.Secret = func(key string) bool { return key == "onefront:serviceApiKey" }
	s.Lookup = func(key string) (string, bool) { value, ok := values[key]; return value, ok }
	for key := range values {
		s.Keys = append(s.Keys, key)
	}
	return s
}

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// configText is how the engine hands a value to a program.
func configText(t *testing.T, value any) string {
	t.Helper()
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
