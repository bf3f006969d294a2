package distribution

import (
	"strings"

	"github.com/onefront/onefront/graph"
)

// policies are what behaviors name by id: the program's own policies, and AWS's. Equal ids share a policy.
type policies struct {
	caches          policiesOf[CachePolicy]
	originRequests  policiesOf[originRequestPolicy]
	responseHeaders policiesOf[ResponseHeadersPolicy]
}

// readPolicies takes the program's policies, also those that no behavior names.
func readPolicies(g *graph.Reading) *policies {
	return &policies{
		caches:          own(g, CachePolicyType, newCachePolicy, managedCachePolicy),
		originRequests:  own(g, OriginRequestPolicyType, newOriginRequestPolicy, managedOriginRequestPolicy),
		responseHeaders: own(g, ResponseHeadersPolicyType, newResponseHeadersPolicy, managedResponseHeadersPolicy),
	}
}

type policiesOf[P any] struct {
	byID    map[string]*P
	managed func(id string) *P // nil for an id that is none of AWS's
}

func own[P any](g *graph.Reading, token string, read func(*graph.Taken) *P, managed func(string) *P) policiesOf[P] {
	p := policiesOf[P]{byID: map[string]*P{}, managed: managed}
	for _, r := range g.Take(token) {
		p.byID[r.Output("id")] = read(r)
	}
	return p
}

// named is the policy with an id, which stands at a path of a distribution.
func (p policiesOf[P]) named(r *graph.Taken, path, id string) *P {
	if known, ok := p.byID[id]; ok && id != "" {
		return known
	}
	id = strings.ToLower(id) // as AWS writes its own
	if known, ok := p.byID[id]; ok {
		return known
	}
	policy := p.managed(id)
	if policy == nil {
		r.Refuse(path, id, "want the id of a policy of the program or of a managed policy that local mode knows")
		policy = new(P)
	}
	p.byID[id] = policy
	return policy
}
