package graph

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
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
	// Logger hears at debug level what is recorded. Default: nobody.
	Logger *slog.Logger
}

// Record runs a program under mocks and returns what it registered. It fails where an engine would: when the
// program fails or logs an error, registers a URN twice, or invokes a function this package has no answer for.
func Record(program pulumi.RunFunc, o Options) (*Graph, error) {
	m := &monitor{
		project: o.Project, stack: o.Stack, region: o.Config["aws:region"], log: o.Logger,
		regions: map[string]string{}, byURN: map[string]*Resource{},
	}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	err := pulumi.RunErr(m.wrap(program), func(info *pulumi.RunInfo) {
		// Every field is set, so that a PULUMI_* variable of the environment changes nothing.
		*info = pulumi.RunInfo{
			Project: o.Project, Stack: o.Stack, RootDirectory: o.Root, Organization: "organization",
			Config: maps.Clone(o.Config), ConfigSecretKeys: slices.Clone(o.SecretKeys), Mocks: m,
		}
	})
	if err != nil {
		return nil, flatten(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, line := range m.messages {
		if line.Severity == "error" {
			return nil, fmt.Errorf("the program logged an error: %s", line.Text)
		}
	}
	g := &Graph{
		Project: o.Project, Stack: o.Stack, Resources: slices.Collect(maps.Values(m.byURN)),
		Outputs: m.outputs, OutputSecrets: m.outputSecrets, Messages: m.messages,
	}
	return g.index(), nil
}

// outputsType is a component that exists only while recording: its inputs are the stack's outputs. The mocks drop
// what is registered as outputs, and this way they are marshalled, awaited and marked secret like everything else.
const outputsType = "onefront:graph:Outputs"

// monitor answers registrations. The SDK calls it from several goroutines at once.
type monitor struct {
	project, stack string
	region         string // of the default provider
	log            *slog.Logger

	mu            sync.Mutex
	regions       map[string]string // region by provider URN
	byURN         map[string]*Resource
	outputs       map[string]any
	outputSecrets []string
	messages      []Message
}

func (m *monitor) wrap(program pulumi.RunFunc) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		ctx.Log = &messageLog{monitor: m}
		if err := program(ctx); err != nil {
			return err
		}
		exports := pulumi.Map{}
		maps.Copy(exports, ctx.GetCurrentExportMap())
		var outputs pulumi.ResourceState
		return ctx.RegisterComponentResourceV2(outputsType, "outputs", exports, &outputs)
	}
}

// NewResource implements pulumi.MockResourceMonitor.
func (m *monitor) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r := &Resource{Type: args.TypeToken, Name: args.Name, Custom: args.Custom || args.ReadRPC != nil}
	r.Inputs, r.Secrets = plainMap(args.Inputs)
	if args.TypeToken == outputsType {
		m.mu.Lock()
		m.outputs, m.outputSecrets = r.Inputs, r.Secrets
		m.mu.Unlock()
		return "", resource.PropertyMap{}, nil
	}
	parent, secretOutputs := m.describe(r, args)
	r.URN = m.urn(parent, r.Type, r.Name)

	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byURN[r.URN] != nil {
		return "", nil, fmt.Errorf("duplicate resource URN %q: give one of the two another name", r.URN)
	}
	r.Region = m.region
	if region, ok := m.regions[r.Provider]; ok {
		r.Region = region
	}
	computed := compute(r, args.ID)
	if strings.HasPrefix(r.Type, "pulumi:providers:") {
		region, _ := r.Inputs["region"].(string)
		m.regions[r.URN], r.Region = region, region
	}
	state := args.Inputs.Copy()
	r.Outputs = maps.Clone(r.Inputs)
	for key, value := range computed {
		r.Outputs[key] = value
		state[resource.PropertyKey(key)] = resource.NewPropertyValue(value)
	}
	if r.Custom {
		r.Outputs["id"] = r.ID
	}
	r.Secrets = append(r.Secrets, hide(state, secretOutputs)...)
	slices.Sort(r.Secrets)
	r.Secrets = slices.Compact(r.Secrets)
	m.byURN[r.URN] = r
	m.log.Debug("recorded", "urn", r.URN, "id", r.ID, "region", r.Region)
	return r.ID, state, nil
}

// describe fills in what only the request itself tells, and returns the parent as the request names it.
func (m *monitor) describe(r *Resource, args pulumi.MockResourceArgs) (parent string, secretOutputs []string) {
	// A provider is referred to as "<URN>::<ID>".
	providerURN := func(reference string) string {
		if i := strings.LastIndex(reference, "::"); i >= 0 {
			return reference[:i]
		}
		return reference
	}
	switch {
	case args.RegisterRPC != nil:
		in := args.RegisterRPC
		parent, secretOutputs = in.GetParent(), in.GetAdditionalSecretOutputs()
		r.Provider = providerURN(in.GetProvider())
		r.DependsOn = sorted(in.GetDependencies())
		r.PropertyDependencies = make(map[string][]string, len(in.GetPropertyDependencies()))
		for key, on := range in.GetPropertyDependencies() {
			if len(on.GetUrns()) > 0 {
				r.PropertyDependencies[key] = sorted(on.GetUrns())
			}
		}
	case args.ReadRPC != nil:
		in := args.ReadRPC
		parent, secretOutputs = in.GetParent(), in.GetAdditionalSecretOutputs()
		r.Provider = providerURN(in.GetProvider())
		r.DependsOn = sorted(in.GetDependencies())
	}
	if resource.URN(parent).IsValid() && resource.URN(parent).QualifiedType() != resource.RootStackType {
		r.Parent = parent
	}
	return parent, secretOutputs
}

// urn is the URN the mock monitor of the SDK is going to make.
func (m *monitor) urn(parent, typ, name string) string {
	parentType := tokens.Type("")
	if p := resource.URN(parent); p != "" && p.QualifiedType() != resource.RootStackType {
		parentType = p.QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(m.stack), tokens.PackageName(m.project), parentType, tokens.Type(typ), name))
}

// hide marks the named outputs secret and returns their names.
func hide(state resource.PropertyMap, names []string) []string {
	var hidden []string
	for _, name := range names {
		key := resource.PropertyKey(name)
		if v, ok := state[key]; ok && !v.IsNull() {
			if !v.IsSecret() {
				state[key] = resource.MakeSecret(v)
			}
			hidden = append(hidden, name)
		}
	}
	return hidden
}

func sorted(urns []string) []string {
	urns = slices.Clone(urns)
	slices.Sort(urns)
	return slices.Compact(urns)
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
