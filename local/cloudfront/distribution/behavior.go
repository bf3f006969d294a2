package distribution

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/function"
)

// FunctionSet are the CloudFront Functions of the program by ARN.
type FunctionSet map[string]*function.Function

// Behavior is one cache behavior with all it names resolved.
type Behavior struct {
	// Pattern is the path pattern as the program wrote it, "*" for the default behavior.
	Pattern string
	pattern PathPattern
	// Index tells behaviors apart in cache keys.
	Index             byte
	Allowed, Cached   []string
	ProtocolPolicy    string
	Compress          bool
	Cache             *CachePolicy
	OriginRequest     *originRequestPolicy
	ResponseHeaders   *ResponseHeadersPolicy // nil: none
	Request, Response *function.Function     // nil: none
	Target            Target
	Forwards          Forwarding
}

// The sets of methods CloudFront takes, F4.6.
var (
	readMethods    = []string{"GET", "HEAD"}
	optionsMethods = []string{"GET", "HEAD", "OPTIONS"}
	AllMethods     = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
)

func (dist *Distribution) behavior(d *decoding, path string, in behaviorInputs, groups map[string]Target, policies *policySet, functions FunctionSet) {
	b := &Behavior{
		Pattern: in.PathPattern, Index: byte(len(dist.Behaviors)), Compress: in.Compress,
		Allowed: sorted(in.AllowedMethods), Cached: sorted(in.CachedMethods), ProtocolPolicy: in.ViewerProtocolPolicy,
	}
	if b.Pattern == "" {
		b.Pattern = "*"
	}
	b.pattern = NewPathPattern(b.Pattern)
	if len(b.pattern.text) > len("/")+cloudfrontapi.MaxPathPattern {
		d.refuse(path+".pathPattern", in.PathPattern, fmt.Sprintf("want at most %d characters", cloudfrontapi.MaxPathPattern))
	}
	switch in.ViewerProtocolPolicy {
	case "allow-all", "https-only", "redirect-to-https":
	default:
		d.refuse(path+".viewerProtocolPolicy", in.ViewerProtocolPolicy, "want allow-all, https-only or redirect-to-https")
	}
	if !slices.ContainsFunc([][]string{readMethods, optionsMethods, AllMethods}, func(m []string) bool { return slices.Equal(m, b.Allowed) }) {
		d.refuse(path+".allowedMethods", in.AllowedMethods, "want GET and HEAD, with OPTIONS, or all seven") // F4.6
	}
	if !slices.Equal(b.Cached, readMethods) && !slices.Equal(b.Cached, optionsMethods) {
		d.refuse(path+".cachedMethods", in.CachedMethods, "want GET and HEAD, perhaps with OPTIONS") // F4.6
	}
	d.unless(!in.GRPC.Enabled, path+".grpcConfig.enabled", in.GRPC.Enabled)
	b.Cache = policies.cache(d, path+".cachePolicyId", in.CachePolicyID)
	b.OriginRequest = policies.originRequest(d, path+".originRequestPolicyId", in.OriginRequestPolicyID)
	b.ResponseHeaders = policies.responseHeaders(d, path+".responseHeadersPolicyId", in.ResponseHeadersPolicyID)
	b.functions(d, path+".functionAssociations", in.Functions, functions)
	b.target(d, path+".targetOriginId", in.TargetOriginID, dist.Origins, groups)
	b.Forwards = newForwarding(b.Cache, b.OriginRequest)
	dist.Behaviors = append(dist.Behaviors, b)
}

func (b *Behavior) target(d *decoding, path, id string, origins map[string]*Origin, groups map[string]Target) {
	if group, ok := groups[id]; ok {
		b.Target = group
		if slices.Contains(b.Allowed, "POST") { // F1.5, the service's own words
			d.refuse(path, id, "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group")
		}
		return
	}
	if o, ok := origins[id]; ok {
		b.Target = Target{Members: []Member{{Origin: o}}}
		return
	}
	d.refuse(path, id, "no origin and no origin group of the distribution has this id")
}

func (b *Behavior) functions(d *decoding, path string, in []functionInputs, functions FunctionSet) {
	for i, f := range in {
		at := fmt.Sprintf("%s[%d]", path, i)
		fn, ok := functions[f.FunctionARN]
		if !ok {
			d.refuse(at+".functionArn", f.FunctionARN, "no CloudFront function of the program has this ARN")
		}
		slot := &b.Request
		switch f.EventType {
		case "viewer-request":
		case "viewer-response":
			slot = &b.Response
		default:
			d.refuse(at+".eventType", f.EventType, "want viewer-request or viewer-response")
		}
		if *slot != nil { // F2.18
			d.refuse(at+".eventType", f.EventType, "one function per event type and behavior")
		}
		*slot = fn
	}
}

// Allows says whether the behavior takes a method (F4.6).
func (b *Behavior) Allows(method string) bool { return slices.Contains(b.Allowed, method) }

// Caches says whether answers to a method are kept (F4.7).
func (b *Behavior) Caches(method string) bool {
	return !b.Cache.cachingDisabled() && slices.Contains(b.Cached, method)
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

// policySet resolves the ids behaviors name to policies: own ones first, then AWS's. Equal ids share a policy.
type policySet struct {
	own      map[string][]*graph.Taken // by type
	caches   map[string]*CachePolicy
	origins  map[string]*originRequestPolicy
	headers  map[string]*ResponseHeadersPolicy
	problems []error
}

// newPolicySet takes the policies of a graph, also those that no behavior names.
func newPolicySet(g *graph.Reading) *policySet {
	s := &policySet{own: map[string][]*graph.Taken{}}
	for _, token := range []string{CachePolicyType, OriginRequestPolicyType, ResponseHeadersPolicyType} {
		s.own[token] = g.Take(token)
	}
	return s
}

func (s *policySet) err() error { return errors.Join(s.problems...) }

func (s *policySet) cache(d *decoding, path, id string) *CachePolicy {
	if s.caches == nil {
		s.caches = map[string]*CachePolicy{}
	}
	p := resolve(s, s.caches, d, path, id, CachePolicyType, newCachePolicy, managedCachePolicy)
	if p == nil {
		p = &CachePolicy{}
	}
	return p
}

func (s *policySet) originRequest(d *decoding, path, id string) *originRequestPolicy {
	if id == "" {
		return &originRequestPolicy{}
	}
	if s.origins == nil {
		s.origins = map[string]*originRequestPolicy{}
	}
	p := resolve(s, s.origins, d, path, id, OriginRequestPolicyType, newOriginRequestPolicy, managedOriginRequestPolicy)
	if p == nil {
		p = &originRequestPolicy{}
	}
	return p
}

func (s *policySet) responseHeaders(d *decoding, path, id string) *ResponseHeadersPolicy {
	if id == "" {
		return nil
	}
	if s.headers == nil {
		s.headers = map[string]*ResponseHeadersPolicy{}
	}
	return resolve(s, s.headers, d, path, id, ResponseHeadersPolicyType, newResponseHeadersPolicy, managedResponseHeadersPolicy)
}

func resolve[P any](
	s *policySet, known map[string]*P, d *decoding, path, id, token string,
	own func(*graph.Resource) (*P, error), managed func(string) *P,
) *P {
	if p, ok := known[id]; ok {
		return p
	}
	for _, r := range s.own[token] {
		if id == "" || r.Output("id") != id {
			continue
		}
		p, err := own(r.Resource)
		if err != nil {
			s.problems = append(s.problems, err)
		}
		known[id] = p
		return p
	}
	p := managed(strings.ToLower(id))
	if p == nil {
		d.refuse(path, id, "want the id of a policy of the program or of a managed policy that local mode knows")
	}
	known[id] = p
	return p
}
