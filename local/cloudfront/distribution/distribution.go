// Package distribution reads what a graph says of a CloudFront distribution: its cache behaviors, origins and groups,
// and the policies they name, own ones and AWS's. [New] resolves everything once into typed structs that do not change,
// and refuses what local mode does not imitate. What a request meets is in local/cloudfront.
package distribution

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/httpcache"
)

// Distribution is everything a request needs, in typed form. It is not changed after [New].
type Distribution struct {
	ID, ARN, DomainName string
	Aliases             []string
	DefaultRootObject   string // without a leading slash
	// Behaviors stand in order of precedence; the last is the default behavior (F4.2).
	Behaviors []*Behavior
	Origins   map[string]*Origin
	Errors    map[int]CustomError
	Countries CountryRule
	// WebACL is the ARN of the web ACL, or "".
	WebACL string
}

// CustomError is what happens to one error status. F3.21, F4.13.
type CustomError struct {
	CachingMinTTL time.Duration
	// PagePath and ResponseCode are zero if only the caching time is set.
	PagePath     string
	ResponseCode int
}

// CountryRule is the geographic restriction of the distribution.
type CountryRule struct {
	Type      string // none, whitelist, blacklist
	Countries []string
}

// Allows says whether viewers in a country, by its ISO 3166-1 code of two letters, are served.
func (c CountryRule) Allows(country string) bool {
	switch c.Type {
	case "whitelist":
		return slices.Contains(c.Countries, country)
	case "blacklist":
		return !slices.Contains(c.Countries, country)
	}
	return true
}

// New reads the one distribution of the graph.
func New(g *graph.Reading, functions FunctionSet) (*Distribution, error) {
	all := g.Take(DistributionType)
	if len(all) != 1 {
		return nil, fmt.Errorf("the program has %d resources of type %s: local mode serves exactly 1", len(all), DistributionType)
	}
	r := all[0]
	var in distributionInputs
	if !r.Read(&in) {
		return nil, g.Err()
	}
	r.Require(!in.Staging, "staging", in.Staging, notImitated)
	if !in.Enabled {
		r.Refuse("enabled", false, "a disabled distribution answers nothing; set it to true")
	}
	dist := &Distribution{
		ID: r.ID, WebACL: in.WebACLID, ARN: r.Output("arn"), DomainName: strings.ToLower(r.Output("domainName")),
		DefaultRootObject: in.DefaultRootObject, Origins: map[string]*Origin{}, Errors: map[int]CustomError{},
	}
	if strings.HasPrefix(in.DefaultRootObject, "/") {
		r.Refuse("defaultRootObject", in.DefaultRootObject, "CloudFront wants no leading slash") // F4.12
	}
	dist.aliases(r, in.Aliases)
	dist.countries(r, in.Restrictions)
	dist.customErrors(r, in.CustomErrorResponses)
	dist.origins(r, in.Origins, accessControls(g))
	groups := dist.groups(r, in.OriginGroups)
	policies := readPolicies(g)
	for i, b := range in.OrderedBehaviors {
		dist.behavior(r, fmt.Sprintf("orderedCacheBehaviors[%d]", i), b, groups, policies, functions)
	}
	dist.behavior(r, "defaultCacheBehavior", in.DefaultCacheBehavior, groups, policies, functions)
	if err := g.Err(); err != nil {
		return nil, err
	}
	return dist, nil
}

// notImitated refuses a property of which local mode knows the zero value only.
const notImitated = "local mode does not imitate this; leave it out"

func (dist *Distribution) aliases(r *graph.Taken, aliases []string) {
	for i, a := range aliases {
		if a != strings.ToLower(a) || strings.Contains(strings.TrimPrefix(a, "*."), "*") || net.ParseIP(a) != nil {
			r.Refuse(fmt.Sprintf("aliases[%d]", i), a, "want a lower-case host name, perhaps with a leading *. label") // F5.8
		}
	}
	dist.Aliases = aliases
}

func (dist *Distribution) countries(r *graph.Taken, in restrictionsInputs) {
	dist.Countries = CountryRule{Type: in.Geo.Type, Countries: in.Geo.Locations}
	switch in.Geo.Type {
	case "none", "whitelist", "blacklist":
	default:
		r.Refuse("restrictions.geoRestriction.restrictionType", in.Geo.Type, "want none, whitelist or blacklist")
	}
}

func (dist *Distribution) customErrors(r *graph.Taken, all []customErrorInputs) {
	for i, c := range all {
		path := fmt.Sprintf("customErrorResponses[%d]", i)
		switch c.Code {
		case 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504: // F4.13
		default:
			r.Refuse(path+".errorCode", c.Code, "CloudFront takes 400, 403, 404, 405, 414, 416 and 500 to 504")
		}
		if (c.PagePath == "") != (c.ResponseCode == 0) { // F4.13
			r.Refuse(path+".responsePagePath", c.PagePath, "responseCode and responsePagePath go together")
		}
		if c.PagePath != "" && !strings.HasPrefix(c.PagePath, "/") {
			r.Refuse(path+".responsePagePath", c.PagePath, "want a path that starts with a slash")
		}
		dist.Errors[c.Code] = CustomError{
			CachingMinTTL: seconds(c.CachingMinTTL, int64(httpcache.ErrorCachingMinTTL/time.Second)),
			PagePath:      c.PagePath, ResponseCode: c.ResponseCode,
		}
	}
}

// HostName says whether the distribution answers under a name: its own or one of the aliases. A wildcard alias
// stands for one label (F5.9).
func (dist *Distribution) HostName(host string) bool {
	if host == dist.DomainName || slices.Contains(dist.Aliases, host) {
		return true
	}
	_, parent, found := strings.Cut(host, ".")
	return found && slices.Contains(dist.Aliases, "*."+parent)
}

// FirstName is the name that a loopback Host stands for.
func (dist *Distribution) FirstName() string {
	for _, a := range dist.Aliases {
		if !strings.HasPrefix(a, "*.") {
			return a
		}
	}
	return dist.DomainName
}

// Match is the cache behavior for a path, with its place in the list. F4.1-4.4.
func (dist *Distribution) Match(path string) *Behavior {
	normal := normalizePath(path)
	if normal == "/" && dist.DefaultRootObject != "" {
		normal += dist.DefaultRootObject // F4.12: the behavior that matches the object
	}
	last := len(dist.Behaviors) - 1
	for _, b := range dist.Behaviors[:last] {
		if b.pattern.matches(normal) {
			return b
		}
	}
	return dist.Behaviors[last]
}
