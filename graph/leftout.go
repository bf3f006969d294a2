package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// RefuseUnknown refuses the inputs that were computed from an output which nobody knows, naming the resource that it is
// of: one of the types in without. Types that are listed or left out themselves are not read, and may have such inputs.
func (g *Reading) RefuseUnknown(listed []Unserved, without ...string) error {
	before := len(g.problems)
	for _, r := range g.graph.Resources {
		unread := slices.ContainsFunc(listed, func(u Unserved) bool { return u.Type == r.Type }) || slices.Contains(without, r.Type)
		if !r.Custom || isProvider(r) || unread {
			continue
		}
		for _, path := range r.Unknown {
			g.problems = append(g.problems, fmt.Errorf("%s: %s: computed from an output of %s that local mode does not know: of a resource that -without leaves out it knows the inputs, id, name and arn",
				r.URN, path, strings.Join(r.leftOutBehind(path, without), " or ")))
		}
	}
	return errors.Join(g.problems[before:]...)
}

// leftOutBehind are the resources of left-out types that an input was computed from.
func (r *Resource) leftOutBehind(path string, without []string) []string {
	property := path
	if end := strings.IndexAny(path[1:], ".["); end >= 0 { // a path begins with its property
		property = path[:end+1]
	}
	return slices.DeleteFunc(slices.Clone(r.PropertyDependencies[property]), func(urn string) bool {
		u := resource.URN(urn)
		return !u.IsValid() || !slices.Contains(without, string(u.Type()))
	})
}
