package distribution

import (
	"fmt"
	"slices"

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
	pattern pathPattern
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
	allMethods     = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
)

func (dist *Distribution) behavior(r *graph.Taken, path string, in behaviorInputs, groups map[string]Target, policies *policies, functions FunctionSet) {
	b := &Behavior{
		Pattern: in.PathPattern, Index: byte(len(dist.Behaviors)), Compress: in.Compress,
		Allowed: sorted(in.AllowedMethods), Cached: sorted(in.CachedMethods), ProtocolPolicy: in.ViewerProtocolPolicy,
	}
	if b.Pattern == "" {
		b.Pattern = "*"
	}
	b.pattern = newPathPattern(b.Pattern)
	if len(b.pattern.text) > len("/")+cloudfrontapi.MaxPathPattern {
		r.Refuse(path+".pathPattern", in.PathPattern, fmt.Sprintf("want at most %d characters", cloudfrontapi.MaxPathPattern))
	}
	switch in.ViewerProtocolPolicy {
	case "allow-all", "https-only", "redirect-to-https":
	default:
		r.Refuse(path+".viewerProtocolPolicy", in.ViewerProtocolPolicy, "want allow-all, https-only or redirect-to-https")
	}
	if !slices.ContainsFunc([][]string{readMethods, optionsMethods, allMethods}, func(m []string) bool { return slices.Equal(m, b.Allowed) }) {
		r.Refuse(path+".allowedMethods", in.AllowedMethods, "want GET and HEAD, with OPTIONS, or all seven") // F4.6
	}
	if !slices.Equal(b.Cached, readMethods) && !slices.Equal(b.Cached, optionsMethods) {
		r.Refuse(path+".cachedMethods", in.CachedMethods, "want GET and HEAD, perhaps with OPTIONS") // F4.6
	}
	r.Require(!in.GRPC.Enabled, path+".grpcConfig.enabled", in.GRPC.Enabled, notImitated)
	b.Cache = policies.caches.named(r, path+".cachePolicyId", in.CachePolicyID)
	b.OriginRequest = &originRequestPolicy{}
	if in.OriginRequestPolicyID != "" {
		b.OriginRequest = policies.originRequests.named(r, path+".originRequestPolicyId", in.OriginRequestPolicyID)
	}
	if in.ResponseHeadersPolicyID != "" {
		b.ResponseHeaders = policies.responseHeaders.named(r, path+".responseHeadersPolicyId", in.ResponseHeadersPolicyID)
	}
	b.functions(r, path+".functionAssociations", in.Functions, functions)
	b.target(r, path+".targetOriginId", in.TargetOriginID, dist.Origins, groups)
	b.Forwards = newForwarding(b.Cache, b.OriginRequest)
	dist.Behaviors = append(dist.Behaviors, b)
}

func (b *Behavior) target(r *graph.Taken, path, id string, origins map[string]*Origin, groups map[string]Target) {
	if group, ok := groups[id]; ok {
		b.Target = group
		if slices.Contains(b.Allowed, "POST") { // F1.5, the service's own words
			r.Refuse(path, id, "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group")
		}
		return
	}
	if o, ok := origins[id]; ok {
		b.Target = Target{Members: []Member{{Origin: o}}}
		return
	}
	r.Refuse(path, id, "no origin and no origin group of the distribution has this id")
}

func (b *Behavior) functions(r *graph.Taken, path string, in []functionInputs, functions FunctionSet) {
	for i, f := range in {
		at := fmt.Sprintf("%s[%d]", path, i)
		fn, ok := functions[f.FunctionARN]
		if !ok {
			r.Refuse(at+".functionArn", f.FunctionARN, "no CloudFront function of the program has this ARN")
		}
		slot := &b.Request
		switch f.EventType {
		case "viewer-request":
		case "viewer-response":
			slot = &b.Response
		default:
			r.Refuse(at+".eventType", f.EventType, "want viewer-request or viewer-response")
		}
		if *slot != nil { // F2.18
			r.Refuse(at+".eventType", f.EventType, "one function per event type and behavior")
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
