package infra_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/config"
)

// loadConfig runs LoadConfig alone, and then the rest of a program if there is one.
func loadConfig(stack string, config map[string]string, secrets []string, rest func(*pulumi.Context, *infra.Args) error) (*infra.Args, *graph.Graph, error) {
	var loaded *infra.Args
	g, err := graph.Record(func(ctx *pulumi.Context) error {
		cfg, err := infra.Load(ctx, notes())
		if err != nil || rest == nil {
			loaded = cfg
			return err
		}
		return rest(ctx, cfg)
	}, graph.Options{Project: "onefront", Stack: stack, Config: config, SecretKeys: secrets})
	return loaded, g, err
}

func TestLoadConfig_committedStacks(t *testing.T) {
	projectFiles(t)
	for stack, routing := range map[string]config.Routing{"prod": config.RoutingDNS, "staging": config.RoutingEdge} {
		config, secrets := stackConfig(t, stack, nil)
		cfg, _, err := loadConfig(stack, config, secrets, nil)
		if err != nil {
			t.Errorf("%s: %v", stack, err)
			continue
		}
		if cfg.Stack != stack || cfg.Project != "onefront" || cfg.Routing != routing || len(cfg.Warnings) > 0 {
			t.Errorf("%s: project %q, stack %q, routing %q, warnings %q", stack, cfg.Project, cfg.Stack, cfg.Routing, cfg.Warnings)
		}
	}
}

// One run shows what is wrong with plain keys, with the secret and with the provider's keys.
func TestLoadConfig_allProblemsAtOnce(t *testing.T) {
	projectFiles(t)
	config, _ := stackConfig(t, "prod", map[string]string{"onefront:regions": `["eu-west-9"]`, "onefront:spa": "1", "aws:secretKey": "canary"})
	_, _, err := loadConfig("prod", config, nil, nil) // no key is marked as a secret
	for _, want := range []string{`onefront:regions[0]: "eu-west-9": `, `onefront:spa: "1": want true or false`, "onefront:appKey: [plain text]: ", "aws:secretKey: set: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in:\n%v", want, err)
		}
	}
	if err != nil && (strings.Contains(err.Error(), canaryKey) || strings.Contains(err.Error(), "canary\"")) {
		t.Errorf("a secret in:\n%v", err)
	}
}

func TestLoadConfig_missingKey(t *testing.T) {
	projectFiles(t)
	config, secrets := stackConfig(t, "prod", map[string]string{"onefront:appKey": "-"})
	_, _, err := loadConfig("prod", config, secrets, nil)
	if err == nil || !strings.Contains(err.Error(), "onefront:appKey: not set: required: a secret of the function api, set with pulumi config set --secret") {
		t.Errorf("got %v", err)
	}
}

// The engine lists a stack's keys in the environment; a list of another run is no list of this one.
func TestLoadConfig_unknownKeys(t *testing.T) {
	projectFiles(t)
	config, secrets := stackConfig(t, "staging", map[string]string{"onefront:quiteUnknown": "x"})
	t.Setenv(pulumi.EnvConfig, configText(config))
	_, _, err := loadConfig("staging", config, secrets, nil)
	if err == nil || !strings.Contains(err.Error(), `onefront:quiteUnknown: "x": not a key; known are `) {
		t.Errorf("got %v", err)
	}
	t.Setenv(pulumi.EnvConfig, `{"onefront:quiteUnknown": "of another run"}`)
	if _, _, err := loadConfig("staging", config, secrets, nil); err != nil {
		t.Errorf("with the environment of another run: %v", err)
	}
}

// What the stack says for the default provider reaches the explicit ones, and secrets stay secret.
func TestProviderSettings_Args(t *testing.T) {
	projectFiles(t)
	config, secrets := stackConfig(t, "staging", map[string]string{
		"aws:region": "eu-central-1", "aws:profile": "team", "aws:skipCredentialsValidation": "true", "aws:maxRetries": "5",
		"aws:assumeRole":        `{"roleArn": "arn:aws:iam::123456789012:role/deploy", "externalId": "canary"}`,
		"aws:defaultTags":       `{"tags": {"team": "notes"}}`,
		"aws:allowedAccountIds": `["123456789012"]`,
		"aws:endpoints":         `[{"s3": "http://localhost:4566"}]`,
	})
	_, g, err := loadConfig("staging", config, append(secrets, "aws:assumeRole"), func(ctx *pulumi.Context, cfg *infra.Args) error {
		_, err := aws.NewProvider(ctx, "aws-us-east-1", cfg.Provider.Args("us-east-1"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := g.ByType("pulumi:providers:aws")
	if len(found) != 1 {
		t.Fatalf("%d providers", len(found))
	}
	inputs := found[0].Inputs
	want := map[string]any{"region": "us-east-1", "profile": "team"}
	for key, value := range want {
		if diff := cmp.Diff(value, inputs[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	for _, key := range []string{"assumeRole", "defaultTags", "allowedAccountIds", "endpoints", "skipCredentialsValidation", "maxRetries"} {
		if inputs[key] == nil {
			t.Errorf("no %s among %v", key, inputs)
		}
	}
	if !slices.ContainsFunc(found[0].Secrets, func(path string) bool { return strings.HasPrefix(path, "assumeRole") }) {
		t.Errorf("secrets %v, want assumeRole's", found[0].Secrets)
	}
}

// A stack that says nothing about the provider sends nothing but the region.
func TestProviderSettings_ArgsOfNothing(t *testing.T) {
	got := infra.ProviderSettings{}.Args("eu-west-1")
	want := &aws.ProviderArgs{Region: pulumi.String("eu-west-1")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidConfig_property(t *testing.T) {
	projectFiles(t)
	rapid.Check(t, func(t *rapid.T) {
		config := validConfig(t)
		if _, _, err := loadConfig(validStack(t), config, secretKeys, nil); err != nil {
			t.Fatalf("%v\n%v", err, config)
		}
	})
}
