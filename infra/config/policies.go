package config

import "fmt"

const (
	// policyQuota is how many own policies of a kind an account may have, policyWarning from where on one stack
	// takes most of it (F3.30).
	policyQuota   = 20
	policyWarning = 10
)

// OwnCachePolicy is the same for routes that share their own cache policy, and "" for routes with a managed one.
// Names are sorted by then.
func (r Route) OwnCachePolicy() string {
	if r.Methods == MethodsAll || r.TTL.Max == 0 {
		return ""
	}
	return fmt.Sprintf("%v %q", r.TTL, r.Key)
}

// OwnOriginRequestPolicy is the same for routes that share their own origin request policy, and "" for routes with a
// managed one or none.
func (r Route) OwnOriginRequestPolicy() string {
	if r.Forward == nil {
		return ""
	}
	return fmt.Sprintf("%q", *r.Forward)
}

// OwnPolicies counts the own cache and origin request policies: routes with equal settings share one.
func (c *Config) OwnPolicies() (cache, originRequest int) {
	caches, requests := map[string]bool{}, map[string]bool{}
	for _, route := range c.Routes {
		caches[route.OwnCachePolicy()] = true
		requests[route.OwnOriginRequestPolicy()] = true
	}
	delete(caches, "")
	delete(requests, "")
	return len(caches), len(requests)
}

func (c *Config) checkPolicyCounts(p *problems) {
	cache, originRequest := c.OwnPolicies()
	for _, kind := range []struct {
		name, cause string
		count       int
	}{{"cache", "ttl and key", cache}, {"origin request", "forward", originRequest}} {
		switch {
		case kind.count > policyQuota:
			p.refuse("routes", kind.count, "at most %d own %s policies: give routes the same %s, equal ones share a policy (F3.30)", policyQuota, kind.name, kind.cause)
		case kind.count > policyWarning:
			p.warn("routes", kind.count, "own %s policies; the account's quota of %d counts those of all stacks, and routes with the same %s share one (F3.30)", kind.name, policyQuota, kind.cause)
		}
	}
}
