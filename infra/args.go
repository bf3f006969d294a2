package infra

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// Args is all that an [App] takes. [Load] reads it from a stack's configuration.
type Args struct {
	// Config is what a stack decides. [New] gives what is written by hand the checks, the defaults and the computed
	// fields that [Load] gives a stack's configuration.
	config.Config
	// Application is what runs on the platform.
	Application *Functions
	// Provider is what the explicit providers take over from the "aws:" configuration.
	Provider ProviderSettings
	// Build makes the zips of the application's packages. Default: [BuildHandler] for linux/arm64, or for what local
	// mode asks for in ONEFRONT_LOCAL.
	Build Builder

	// loaded is Config as Load left it.
	loaded string
}

// complete returns the arguments with a configuration that is valid as a whole: no component checks it again. Beside an
// error it returns them as they are, or nil where there is no application.
func (a *Args) complete(project, stack string) (*Args, error) {
	if a == nil || a.Application == nil {
		return nil, errors.New("the application: required: what runs on the platform")
	}
	if a.loaded != "" && a.loaded == fingerprint(&a.Config) {
		return a, nil
	}
	completed := *a
	completed.Project, completed.Stack = cmp.Or(a.Project, project), cmp.Or(a.Stack, stack)
	checked, err := completed.Config.Check(func(s *config.Settings) (outline config.Application) {
		_, outline = configure(a.Application, s)
		return outline
	})
	if err != nil {
		return &completed, err
	}
	completed.Config = *checked
	return &completed, nil
}

// fingerprint tells one configuration from another.
func fingerprint(c *config.Config) string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // plain data: it always marshals
	}
	return string(text)
}

// Load reads and checks the stack's configuration; nothing else reads it. All problems come back joined, each as
// "onefront:<key>: <value>: what would be right".
func Load(ctx *pulumi.Context, application Application) (*Args, error) {
	args, err := load(ctx, application)
	if err != nil {
		return nil, err
	}
	return args, nil
}

// load returns the application also beside an error.
func load(ctx *pulumi.Context, application Application) (*Args, error) {
	args := &Args{}
	source := config.Source{
		Project: ctx.Project(),
		Stack:   ctx.Stack(),
		Lookup:  ctx.GetConfig, // what the SDK's Try functions ask; theirs would let "0x10" pass as a number
		Secret:  ctx.IsConfigSecret,
		Keys:    configKeys(ctx),
		StandIn: standIn(),
		Configure: func(s *config.Settings) (outline config.Application) {
			args.Application, outline = configure(application, s)
			return outline
		},
	}
	plain, plainErr := config.Load(source)
	var providerErr error
	args.Provider, providerErr = loadProvider(source)
	if err := errors.Join(plainErr, providerErr); err != nil {
		return args, err
	}
	args.Config, args.loaded = *plain, fingerprint(plain)
	return args, nil
}

// standIn makes secrets for local mode: what its user gave in the environment, or something random. An engine sees none
// of it, whatever its environment holds: only local mode tells the program the address of its own monitor.
func standIn() func(key string) string {
	if own := os.Getenv(contract.LocalMonitorVariable); own == "" || own != os.Getenv(pulumi.EnvMonitor) {
		return nil
	}
	return func(key string) string {
		return cmp.Or(os.Getenv(contract.LocalSecretVariable(key)), rand.Text())
	}
}

// Configure is the application's part of [config.Source].
func Configure(application Application) func(*config.Settings) config.Application {
	return func(s *config.Settings) config.Application {
		_, outline := configure(application, s)
		return outline
	}
}

func configure(application Application, s *config.Settings) (*Functions, config.Application) {
	f := application.Configure(s)
	if f == nil {
		f = &Functions{}
	}
	for _, fn := range f.Functions {
		for _, key := range fn.Secrets {
			s.Secret(key, "a secret of the function "+fn.Name)
		}
	}
	outline := config.Application{BasePaths: f.BasePaths, Routes: f.Edge, Requests: f.Requests, Thresholds: f.Thresholds}
	for _, fn := range f.Functions {
		for _, key := range fn.Routes {
			outline.Answers = append(outline.Answers, config.Answer{Function: fn.Name, Key: key})
		}
	}
	s.Fail(f.check(outline.HealthPath()))
	return f, outline
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
