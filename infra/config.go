package infra

import (
	"encoding/json"
	"errors"
	"os"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// Config is everything a stack decides, read once by [LoadConfig] and valid as a whole: no component checks
// it again. The fields of [config.Config] are its plain part.
type Config struct {
	config.Config
	// UpstreamAPIKey is the SaaS key, a secret output.
	UpstreamAPIKey pulumi.StringOutput
	// Provider is what the explicit providers take over from the "aws:" configuration.
	Provider ProviderSettings
}

// LoadConfig reads and checks the stack's configuration; nothing else reads it. All problems come back joined,
// each as "onefront:<key>: <value>: what would be right".
func LoadConfig(ctx *pulumi.Context) (*Config, error) {
	source := config.Source{
		Project: ctx.Project(),
		Stack:   ctx.Stack(),
		Lookup:  ctx.GetConfig, // what the SDK's Try functions ask; theirs would let "0x10" pass as a number
		Secret:  ctx.IsConfigSecret,
		Keys:    configKeys(ctx),
	}
	plain, plainErr := config.Load(source)
	key, keyErr := loadKey(ctx)
	provider, providerErr := loadProvider(source)
	if err := errors.Join(plainErr, keyErr, providerErr); err != nil {
		return nil, err
	}
	return &Config{Config: *plain, UpstreamAPIKey: key, Provider: provider}, nil
}

// loadKey reads the SaaS key, which stays an output to the end.
func loadKey(ctx *pulumi.Context) (pulumi.StringOutput, error) {
	name := config.KeyName(ctx.Project(), func(key string) bool { _, ok := ctx.GetConfig(key); return ok })
	value, set := ctx.GetConfig(name)
	if problem := config.KeyProblem(value, set, ctx.IsConfigSecret(name)); problem != "" {
		return pulumi.StringOutput{}, errors.New(problem)
	}
	return pulumi.ToSecret(pulumi.String(value)).(pulumi.StringOutput), nil
}

// configKeys lists the stack's keys, or returns nil where they cannot be listed: the SDK only looks keys up, but
// the engine hands them over in an environment variable. Under mocks there is none, or one of somebody else, so
// it counts only if it agrees with what the context says.
func configKeys(ctx *pulumi.Context) []string {
	var values map[string]string
	if json.Unmarshal([]byte(os.Getenv(pulumi.EnvConfig)), &values) != nil {
		return nil
	}
	keys := make([]string, 0, len(values))
	for key, value := range values {
		if known, ok := ctx.GetConfig(key); !ok || known != value {
			return nil
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
