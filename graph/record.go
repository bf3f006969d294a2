package graph

import (
	"errors"
	"log/slog"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Options says as what stack a program runs.
type Options struct {
	// Project and Stack are required.
	Project, Stack string
	// Root is the project's folder as the program sees it (ctx.RootDirectory()). Default: unknown to the program.
	Root string
	// Config maps full keys ("onefront:regions") to values: objects and lists as JSON.
	Config map[string]string
	// SecretKeys are the keys of Config that are secrets.
	SecretKeys []string
	// Without are the types that nobody reads afterwards, a team's own. Of their outputs a program gets the inputs, id,
	// name and arn; every other stays unknown to it and ends up in [Resource.Unknown]. Under mocks it has no effect.
	Without []string
	// Outputs answers for AWS where its own answer is the subject: what it returns for a resource replaces what is
	// computed. Optional.
	Outputs func(*Resource) map[string]any
	// Say hears every line that the program logs, as it comes. Default: nobody.
	Say func(Message)
	// Logger hears at debug level what is recorded. Default: nobody.
	Logger *slog.Logger
}

// Record runs a program under mocks and returns what it registered. It fails where an engine would: when the
// program fails or logs an error, registers a URN twice, or invokes a function this package has no answer for.
func Record(program pulumi.RunFunc, o Options) (*Graph, error) {
	m := &mocks{recorder: newRecorder(o)}
	err := pulumi.RunErr(m.wrap(program), func(info *pulumi.RunInfo) {
		// Every field is set, so that a PULUMI_* variable of the environment changes nothing.
		*info = pulumi.RunInfo{
			Project: o.Project, Stack: o.Stack, RootDirectory: o.Root, Organization: organization,
			Config: maps.Clone(o.Config), ConfigSecretKeys: slices.Clone(o.SecretKeys), Mocks: m,
		}
	})
	if err != nil {
		return nil, flatten(err)
	}
	return m.recorder.graph()
}

// flatten turns the SDK's multi-line error lists into joined errors.
func flatten(err error) error {
	var list interface{ WrappedErrors() []error }
	if !errors.As(err, &list) {
		return err
	}
	var all []error
	for _, e := range list.WrappedErrors() {
		all = append(all, flatten(e))
	}
	return errors.Join(all...)
}
