package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/infra/config"
)

func TestLoad_committedStacks(t *testing.T) {
	tests := []struct {
		stack   string
		regions []string
		routing config.Routing
		origin  string
		aliases []string
	}{
		{"prod", []string{"eu-west-1", "us-east-1", "ap-southeast-2"}, config.RoutingDNS, "onefront-prod-origin.example.com", []string{"example.com", "www.example.com"}},
		{"staging", []string{"eu-west-1", "us-east-1"}, config.RoutingEdge, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.stack, func(t *testing.T) {
			c, err := config.Load(stackSource(t, tt.stack))
			if err != nil {
				t.Fatal(err)
			}
			got := []any{c.Stack, c.Regions, c.Routing, c.OriginDomain, c.Aliases(), c.SiteDir, c.Warnings}
			want := []any{tt.stack, tt.regions, tt.routing, tt.origin, tt.aliases, "site", []string(nil)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Every optional key is declared with the default that the program applies by itself: local mode and tests of
// parts have no project file.
func TestLoad_projectDefaultsAreTheProgramsDefaults(t *testing.T) {
	for _, stack := range []string{"prod", "staging"} {
		declared, err := config.Load(stackSource(t, stack))
		if err != nil {
			t.Fatal(err)
		}
		var own struct{ Config map[string]any }
		readYAML(t, "infra/testdata/Pulumi."+stack+".yaml", &own)
		s := stackSource(t, stack)
		s.Keys = nil
		s.Lookup = func(key string) (string, bool) {
			value, ok := own.Config[key]
			if key == "onefront:serviceApiKey" {
				return "canary", true
			}
			if !ok {
				return "", false
			}
			return configText(t, value), true
		}
		bare, err := config.Load(s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(bare, declared); diff != "" {
			t.Errorf("%s: Pulumi.yaml's defaults change the configuration (-without +with):\n%s", stack, diff)
		}
	}
}

// A key that is declared without a default, or with a type, lets the engine stop before the program can explain
// (F12.17).
func TestProjectFile_everyOptionalKeyHasDescriptionAndDefault(t *testing.T) {
	var project struct {
		Name   string
		Config map[string]map[string]any
	}
	readYAML(t, "Pulumi.yaml", &project)
	for key, declared := range project.Config {
		for _, field := range []string{"description", "default"} {
			if _, ok := declared[field]; !ok {
				t.Errorf("%s: no %s", key, field)
			}
		}
		if len(declared) > 2 {
			t.Errorf("%s: more than description and default", key)
		}
	}
	for _, key := range config.Keys() {
		_, declared := project.Config[key]
		if required := key == "regions"; declared == required {
			t.Errorf("%s: declared %v, required %v", key, declared, required)
		}
	}
	if project.Name != config.Namespace { // its keys are the project's own only then (F12.16)
		t.Errorf("project %q, want %q", project.Name, config.Namespace)
	}
}

func TestStackFiles_noSecret(t *testing.T) {
	for _, stack := range []string{"prod", "staging"} {
		var file map[string]any
		readYAML(t, "Pulumi."+stack+".yaml", &file)
		if len(file) != 1 {
			t.Errorf("%s: keys beside config: %v", stack, file)
		}
		keys := file["config"].(map[string]any)
		if keys["onefront:serviceApiKey"] != nil {
			t.Errorf("%s: holds the secret", stack)
		}
		if diff := cmp.Diff([]any{"aws"}, keys["pulumi:disable-default-providers"]); diff != "" {
			t.Errorf("%s: pulumi:disable-default-providers: %s", stack, diff)
		}
	}
}

func TestLoad_defaults(t *testing.T) {
	got := edge().mustLoad(t)
	want := &config.Config{
		Project: "onefront", Stack: "prod", Regions: []string{"eu-west-1", "us-east-1"}, OriginSubdomain: "onefront-prod-origin", Routing: config.RoutingEdge,
		Routes: []config.Route{
			{Path: "/api/topics*", Methods: "read", TTL: config.TTL{Default: 5 * time.Minute, Max: 24 * time.Hour}, Key: config.Parts{Query: []string{"locale"}}, ReadFailover: true},
			{Path: "/api/*", Methods: "all", ReadFailover: true},
		},
		Application: got.Application, Secrets: map[string]string{"serviceApiKey": "canary"},
		SecurityHeaders: config.SecurityHeaders{
			ContentSecurityPolicy: config.DefaultContentSecurityPolicy, FrameOptions: "DENY", ReferrerPolicy: "strict-origin-when-cross-origin",
			PermissionsPolicy: config.DefaultPermissionsPolicy, HSTSMaxAge: 8760 * time.Hour,
		},
		PriceClass: "PriceClass_All", MinimumTLSVersion: "TLSv1.2_2021", HealthInterval: 10 * time.Second, OriginSecretGeneration: 1,
		Lambda:   config.Lambda{MemoryMiB: 256, Timeout: 10 * time.Second, LogLevel: "info"},
		Throttle: config.Throttle{Burst: 200, Rate: 100},
		Alarms:   got.Alarms,
		Logs:     config.Logs{Enabled: true, RetentionDays: 30},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, limit := range config.AlarmThresholds() {
		if got.Alarms.Thresholds[limit.Name] != limit.Default {
			t.Errorf("threshold %s = %v, want %v", limit.Name, got.Alarms.Thresholds[limit.Name], limit.Default)
		}
	}
}

// The strict policy must not forbid what the demo page needs, nor allow what the issue excludes.
func TestLoad_defaultSecurityHeadersPassTheirOwnChecks(t *testing.T) {
	c := edge().with(settings{"securityHeaders": `{"contentSecurityPolicy": "` + config.DefaultContentSecurityPolicy + `", "permissionsPolicy": "` + config.DefaultPermissionsPolicy + `"}`}).mustLoad(t)
	if len(c.Warnings) > 0 || strings.Contains(c.SecurityHeaders.ContentSecurityPolicy, "unsafe") {
		t.Errorf("warnings %v, policy %s", c.Warnings, c.SecurityHeaders.ContentSecurityPolicy)
	}
}

func TestLoad_everyProblemInOneRun(t *testing.T) {
	_, err := settings{"regions": `["mars-1"]`, "routing": "dsn", "spa": "yes", "lambda": `{"timeout": "45s", "memory": 5}`}.load()
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{"regions[0]", "routing", "spa", "lambda.timeout", "lambda.memory", "siteDir"} {
		if !strings.Contains(err.Error(), "onefront:"+key+": ") {
			t.Errorf("no problem for %s in:\n%v", key, err)
		}
	}
}

// A project that `pulumi new` has given another name finds its keys under either.
func TestLoad_keysUnderTheProjectsOwnName(t *testing.T) {
	s := edge()
	source := config.Source{Project: "shop", Stack: "prod", Secret: s.source("prod").Secret, Configure: func(own *config.Settings) config.Application {
		own.Text("service")
		return config.Application{BasePaths: []string{"/api"}}
	}, Lookup: func(key string) (string, bool) {
		if key == "onefront:priceClass" {
			return "PriceClass_100", true
		}
		value, ok := s[strings.TrimPrefix(key, "shop:")]
		return value, ok
	}}
	c, err := config.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	if c.PriceClass != "PriceClass_100" || len(c.Regions) != 2 {
		t.Errorf("price class %s, regions %v", c.PriceClass, c.Regions)
	}
}

func TestLoad_unknownKeys(t *testing.T) {
	s := edge().with(settings{"serviceApiKeys": "canary", "priceclass": "PriceClass_100", "originSubDomain": "x"})
	listed := s.source("prod")
	listed.Keys = []string{"onefront:serviceApiKeys", "onefront:priceclass", "onefront:originSubDomain", "other:thing", "onefront:regions"}
	_, err := config.Load(listed)
	for _, want := range []string{
		`onefront:serviceApiKeys: "[secret]": not a key; did you mean serviceApiKey?`,
		`onefront:priceclass: "PriceClass_100": not a key; did you mean priceClass?`,
		`onefront:originSubDomain: "x": not a key; did you mean originSubdomain?`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
	if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "other:")) {
		t.Errorf("too much in:\n%v", err)
	}
}

func TestLoad_secretThatCannotStaySecret(t *testing.T) {
	source := edge().source("prod")
	source.Secret = func(key string) bool { return key == "onefront:service" || key == "onefront:serviceApiKey" }
	c, err := config.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.HasPrefix(c.Warnings[0], "onefront:service: \"[secret]\": is not kept secret") {
		t.Errorf("warnings %q", c.Warnings)
	}
}

// A secret is required, set as one, and in no message.
func TestSettings_Secret(t *testing.T) {
	tests := []struct {
		value       string
		set, secret bool
		want        string
	}{
		{"", false, false, "onefront:paymentKey: not set: required: the key of the bank"},
		{"canary", true, false, "onefront:paymentKey: [plain text]: want a secret: replace the key of the bank"},
		{"", true, true, `onefront:paymentKey: "": want the key of the bank`},
		{"canary", true, true, ""},
	}
	for _, tt := range tests {
		source := edge().source("prod")
		lookup := source.Lookup
		source.Lookup = func(key string) (string, bool) {
			if key == "onefront:paymentKey" {
				return tt.value, tt.set
			}
			return lookup(key)
		}
		source.Secret = func(key string) bool { return key == "onefront:paymentKey" && tt.secret }
		source.Configure = func(s *config.Settings) config.Application {
			s.Text("service")
			s.Secret("paymentKey", "the key of the bank")
			return config.Application{BasePaths: []string{"/api"}}
		}
		c, err := config.Load(source)
		switch {
		case tt.want == "" && (err != nil || c.Secrets["paymentKey"] != tt.value):
			t.Errorf("%+v: %v", tt, err)
		case tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "canary")):
			t.Errorf("%+v: got %v", tt, err)
		case tt.want != "" && !strings.Contains(err.Error(), "pulumi config set --secret onefront:paymentKey"):
			t.Errorf("no command in %v", err)
		}
	}
}

// A zone id and another stack's validation may stay set while the names are in another DNS.
func TestLoad_externalDNSIgnoresZones(t *testing.T) {
	c := edge().with(settings{
		"externalDns": "issued",
		"domains":     `[{"zone": "example.com", "zoneId": "Z1", "aliases": ["example.com"], "validation": "existing"}]`,
	}).mustLoad(t)
	if len(c.Warnings) != 2 || !strings.HasPrefix(c.Warnings[0], "onefront:domains[0].zoneId: ") || !strings.HasPrefix(c.Warnings[1], "onefront:domains[0].validation: ") {
		t.Errorf("warnings %q, want one for zoneId and one for validation", c.Warnings)
	}
}
