package graph

import (
	"slices"
	"strings"
)

// Account and Partition are the AWS account and partition of every recorded ARN.
const (
	Account   = "123456789012"
	Partition = "aws"
)

// Graph is a recorded program, made by [Run], [Record] or [New]. It is not changed afterwards and is safe for
// concurrent use.
type Graph struct {
	// Project and Stack are the names the program ran under.
	Project, Stack string
	// Resources are sorted by URN. The stack itself is not among them.
	Resources []*Resource
	// Outputs are the stack's outputs, secrets unwrapped; OutputSecrets are the paths of secrets among them.
	Outputs       map[string]any
	OutputSecrets []string
	// Messages are what the program said through ctx.Log, in that order.
	Messages []Message

	byURN  map[string]*Resource
	byType map[string][]*Resource
}

// Message is one line that the program logged.
type Message struct {
	// Severity is debug, info, warning or error.
	Severity string
	Text     string
	// URN is the resource the line is about, or "".
	URN string
}

// Resource is one registration.
type Resource struct {
	// URN, Type and Name are Pulumi's: the unique name, the type token such as
	// "aws:cloudfront/distribution:Distribution", and the logical name.
	URN, Type, Name string
	// ID is the physical ID as the provider would give it; "" for components.
	ID string
	// Parent and Provider are URNs; "" without a parent other than the stack, or without an explicit provider.
	Parent, Provider string
	// Region is the region of the explicit provider, or the stack's aws:region, or "".
	Region string
	// Custom is false for components.
	Custom bool
	// Inputs and Outputs hold string, float64, bool, nil, []any, map[string]any, [Asset] and [Archive]. Secrets
	// are unwrapped. Outputs include the inputs.
	Inputs, Outputs map[string]any
	// Existing says that the resource was read, not registered: its outputs are AWS's, and what is not computed here is
	// empty to the program.
	Existing bool
	// Protect says that an engine refuses to delete the resource.
	Protect bool
	// DeleteBeforeReplace says that a replacement is made after the old resource is gone.
	DeleteBeforeReplace bool
	// IgnoreChanges are the paths of inputs whose changes an engine leaves out of updates.
	IgnoreChanges []string
	// Secrets are the sorted paths of secret values, such as `environment.variables.TOKEN` or `origins[0].value`.
	Secrets []string
	// Unknown are the sorted paths of inputs that were computed from an output which nobody knows: one of a resource of a
	// type in [Options].Without. They are nil in Inputs.
	Unknown []string
	// DependsOn are the sorted URNs of every dependency, explicit or by property.
	DependsOn []string
	// PropertyDependencies are the sorted URNs each input was computed from.
	PropertyDependencies map[string][]string
}

// Asset is a file or a text to upload. One of the two is set; Path is as the program gave it.
type Asset struct{ Path, Text string }

// Archive is a zip or a folder to upload. Path is as the program gave it.
type Archive struct{ Path string }

// New returns a graph of the given resources, which it keeps: sorted, and to be found by URN, type and output. A
// URN must not stand twice.
func New(resources ...*Resource) *Graph {
	g := &Graph{
		Resources: slices.Clone(resources),
		byURN:     make(map[string]*Resource, len(resources)),
		byType:    map[string][]*Resource{},
	}
	slices.SortStableFunc(g.Resources, func(a, b *Resource) int { return strings.Compare(a.URN, b.URN) })
	for _, r := range g.Resources {
		g.byURN[r.URN] = r
		g.byType[r.Type] = append(g.byType[r.Type], r)
	}
	return g
}

// ByType returns all resources of a type token, sorted by URN.
func (g *Graph) ByType(token string) []*Resource { return slices.Clone(g.byType[token]) }

// ByURN returns a resource, or nil.
func (g *Graph) ByURN(urn string) *Resource { return g.byURN[urn] }

// ByOutput returns the first resource of a type, by URN, that has the value as a top-level output ("id" and "arn"
// among them), or nil. It is how one resource's input is followed to another: ByOutput(functionType, "arn", v).
func (g *Graph) ByOutput(token, property, value string) *Resource {
	for _, r := range g.byType[token] {
		if v, ok := r.Outputs[property].(string); ok && v == value {
			return r
		}
	}
	return nil
}

// Output returns a top-level output that is a string, or "".
func (r *Resource) Output(property string) string {
	v, _ := r.Outputs[property].(string)
	return v
}
