package config

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Ids of managed policies (F3.1, F3.2, F3.7).
const (
	CachingDisabled           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	CachingOptimized          = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	AllViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
)

const (
	// policyQuota is how many own policies of a kind an account may have, policyWarning from where on one stack
	// takes most of it (F3.30).
	policyQuota   = 20
	policyWarning = 10
	// sitePolicies are cache policies the site needs beside the routes'.
	sitePolicies = 1
)

// ManagedCachePolicy is the id of the managed cache policy that serves the route, or "" where it needs its own.
func (r Route) ManagedCachePolicy() string {
	switch {
	case r.Methods == MethodsAll, r.TTL.Max == 0:
		return CachingDisabled
	case r.Key.empty() && r.TTL == (TTL{Min: time.Second, Default: 24 * time.Hour, Max: 365 * 24 * time.Hour}):
		return CachingOptimized
	}
	return ""
}

// CachePolicyKey is the same for routes that can share their own cache policy, and "" for routes with a managed
// one. The order and the case of names make no difference.
func (r Route) CachePolicyKey() string {
	if r.ManagedCachePolicy() != "" {
		return ""
	}
	return canonical(r.TTL, r.Key.canonical())
}

// OriginRequestPolicyKey is the same for routes that can share their own origin request policy, and "" for routes
// with a managed one or none.
func (r Route) OriginRequestPolicyKey() string {
	if r.Forward == nil || r.Forward.empty() {
		return ""
	}
	return canonical(r.Forward.canonical())
}

func (p Parts) canonical() Parts {
	headers := make([]string, len(p.Headers))
	for i, name := range p.Headers {
		headers[i] = strings.ToLower(name)
	}
	return Parts{Query: slices.Sorted(slices.Values(p.Query)), Headers: slices.Sorted(slices.Values(headers)), Cookies: slices.Sorted(slices.Values(p.Cookies))}
}

func canonical(values ...any) string {
	text, _ := json.Marshal(values) // strings and numbers only: cannot fail
	return string(text)
}

// OwnPolicies counts the own cache and origin request policies after sharing.
func (c *Config) OwnPolicies() (cache, originRequest int) {
	caches, requests := map[string]bool{}, map[string]bool{}
	for _, route := range c.Routes {
		if key := route.CachePolicyKey(); key != "" {
			caches[key] = true
		}
		if key := route.OriginRequestPolicyKey(); key != "" {
			requests[key] = true
		}
	}
	cache = len(caches)
	if c.SiteDir != "" {
		cache += sitePolicies
	}
	return cache, len(requests)
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
			p.warn("routes", kind.count, "own %s policies; the account's quota of %d counts those of all stacks, and routes with the same %s share one", kind.name, policyQuota, kind.cause)
		}
	}
}
