package graph

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// registration is one resource as a program asks for it, whatever carried the request.
type registration struct {
	typ, name string
	custom    bool
	existing  bool // read, not registered
	inputs    resource.PropertyMap
	// importID is the ID of a resource that is read or imported, or "".
	importID string
	// parent is the parent's URN, the stack's among them. provider is a reference "<URN>::<ID>", or "".
	parent, provider     string
	dependencies         []string
	propertyDependencies map[string][]string
	protect              bool
	deleteBeforeReplace  bool
	ignoreChanges        []string
	// secretOutputs are the outputs the program wants secret (additionalSecretOutputs).
	secretOutputs []string
}

// recorder keeps what is registered, in one recording of one stack. It answers as an engine and the providers
// would, and is safe for concurrent use.
type recorder struct {
	project, stack string
	region         string // of the default provider
	log            *slog.Logger
	without        []string
	hear           func(Message)
	answers        func(*Resource) map[string]any

	mu            sync.Mutex
	regions       map[string]string // region by provider URN
	byURN         map[string]*Resource
	outputs       map[string]any
	outputSecrets []string
	messages      []Message
	asked         bool // for the stack
}

func newRecorder(o Options) *recorder {
	r := &recorder{
		project: o.Project, stack: o.Stack, region: o.Config["aws:region"], log: o.Logger,
		without: o.Without, hear: o.Say, answers: o.Outputs,
		regions: map[string]string{}, byURN: map[string]*Resource{},
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	return r
}

// register records a resource and returns its ID and its state: the inputs and what AWS would add to them, secrets
// marked. A URN that is taken is an error, and nothing is recorded.
func (r *recorder) register(in registration) (id string, state resource.PropertyMap, err error) {
	res := r.resource(in)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byURN[res.URN] != nil {
		return "", nil, fmt.Errorf("duplicate resource URN %q: give one of the two another name", res.URN)
	}
	r.place(res)
	computed := compute(res, in.importID)
	if r.answers != nil {
		maps.Copy(computed, r.answers(res))
	}
	if isProvider(res) {
		region, _ := res.Inputs["region"].(string)
		r.regions[res.URN], res.Region = region, region
	}
	state = in.inputs.Copy()
	res.Outputs = maps.Clone(res.Inputs)
	for key, value := range computed {
		res.Outputs[key] = value
		state[resource.PropertyKey(key)] = resource.NewPropertyValue(value)
	}
	if res.Custom {
		res.Outputs["id"] = res.ID
	}
	res.Secrets = sorted(append(res.Secrets, hide(state, in.secretOutputs)...))
	r.byURN[res.URN] = res
	r.log.Debug("recorded", "urn", res.URN, "id", res.ID, "region", res.Region)
	return res.ID, state, nil
}

// resource is what the registration alone says of a resource: no region, ID or outputs yet.
func (r *recorder) resource(in registration) *Resource {
	res := &Resource{
		URN: r.urn(in.parent, in.typ, in.name), Type: in.typ, Name: in.name, Custom: in.custom, Existing: in.existing,
		Provider: providerURN(in.provider), DependsOn: sorted(in.dependencies),
		Protect: in.protect, DeleteBeforeReplace: in.deleteBeforeReplace, IgnoreChanges: sorted(in.ignoreChanges),
	}
	res.Inputs, res.Secrets = plainMap(in.inputs)
	res.Unknown = unknownPaths(in.inputs)
	if p := resource.URN(in.parent); p.IsValid() && p.QualifiedType() != resource.RootStackType {
		res.Parent = in.parent
	}
	if in.propertyDependencies != nil {
		res.PropertyDependencies = make(map[string][]string, len(in.propertyDependencies))
	}
	for key, on := range in.propertyDependencies {
		if len(on) > 0 {
			res.PropertyDependencies[key] = sorted(on)
		}
	}
	return res
}

// place gives a resource the region of its provider.
func (r *recorder) place(res *Resource) {
	res.Region = r.region
	if region, ok := r.regions[res.Provider]; ok {
		res.Region = region
	}
}

// urn is the URN an engine, and the SDK's mock monitor, make for a resource.
func (r *recorder) urn(parent, typ, name string) string {
	parentType := tokens.Type("")
	if p := resource.URN(parent); p != "" && p.QualifiedType() != resource.RootStackType {
		parentType = p.QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(r.stack), tokens.PackageName(r.project), parentType, tokens.Type(typ), name))
}

// setOutputs keeps the stack's outputs.
func (r *recorder) setOutputs(outputs resource.PropertyMap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outputs, r.outputSecrets = plainMap(outputs)
}

// begin notes that the program asked for the stack, which is the first thing it does.
func (r *recorder) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = true
}

func (r *recorder) begun() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// leavesOut says whether a type is one of those nobody reads.
func (r *recorder) leavesOut(typ string) bool { return slices.Contains(r.without, typ) }

// say keeps a line the program logged.
func (r *recorder) say(line Message) {
	if r.hear != nil {
		r.hear(line)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, line)
}

// graph is everything recorded. It fails, as an engine does, when the program logged an error.
func (r *recorder) graph() (*Graph, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.messages {
		if line.Severity == "error" {
			return nil, fmt.Errorf("the program logged an error: %s", line.Text)
		}
	}
	g := New(slices.Collect(maps.Values(r.byURN))...)
	g.Project, g.Stack = r.project, r.stack
	g.Outputs, g.OutputSecrets, g.Messages = r.outputs, r.outputSecrets, r.messages
	return g, nil
}

func isProvider(r *Resource) bool { return strings.HasPrefix(r.Type, "pulumi:providers:") }

// providerURN is the URN in a reference "<URN>::<ID>" to a provider.
func providerURN(reference string) string {
	if i := strings.LastIndex(reference, "::"); i >= 0 {
		return reference[:i]
	}
	return reference
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

// sorted returns a sorted copy in which each text stands once, nil for none.
func sorted(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return slices.Compact(texts)
}
