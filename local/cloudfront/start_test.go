package cloudfront

import (
	"strings"
	"testing"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/simtime"
)

// wantRefused starts a distribution that must be refused with a text that has all parts.
func wantRefused(t *testing.T, distribution object, more []*graph.Resource, parts ...string) {
	t.Helper()
	clock := simtime.New()
	defer clock.Close()
	_, err := newEdge(testGraph(distribution, more...), nil, Options{Clock: clock, Network: network.New(), CacheLimitBytes: testCacheLimit, DefaultEdge: "FRA"})
	if err == nil {
		t.Fatalf("was accepted; want an error with %q", parts)
	}
	for _, part := range append(parts, "urn:pulumi:test::onefront::aws:cloudfront/") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q: %v", part, err)
		}
	}
}

func TestConformance_fails_closed(t *testing.T) {
	behavior := func(change object) object {
		return merged(standard(), with(behaviorInput("/x/*", "nearest", "ttl", change)))
	}
	const first = "orderedCacheBehaviors[0]."
	for name, c := range map[string]struct {
		distribution object
		parts        []string
	}{
		"unknown property":        {merged(standard(), object{"continuousDeploymentPolicyId": "abc"}), []string{"continuousDeploymentPolicyId", `"abc"`}},
		"unknown nested property": {behavior(object{"minTtl": 1.0}), []string{first + "minTtl", "1"}},
		"legacy values":           {behavior(object{"forwardedValues": object{"queryString": true}}), []string{first + "forwardedValues"}},
		"Lambda@Edge":             {behavior(object{"lambdaFunctionAssociations": list{object{"eventType": "viewer-request"}}}), []string{first + "lambdaFunctionAssociations"}},
		"signed URLs":             {behavior(object{"trustedKeyGroups": strs("k")}), []string{first + "trustedKeyGroups"}},
		"gRPC":                    {behavior(object{"grpcConfig": object{"enabled": true}}), []string{first + "grpcConfig.enabled"}},
		"unknown cache policy":    {behavior(object{"cachePolicyId": "nope"}), []string{first + "cachePolicyId", `"nope"`}},
		"unknown origin policy":   {behavior(object{"originRequestPolicyId": "nope"}), []string{first + "originRequestPolicyId", `"nope"`}},
		"unknown headers policy":  {behavior(object{"responseHeadersPolicyId": "nope"}), []string{first + "responseHeadersPolicyId", `"nope"`}},
		"unknown target":          {behavior(object{"targetOriginId": "nope"}), []string{first + "targetOriginId", `"nope"`}},
		"unknown function":        {behavior(withFunction("viewer-request", "arn:nope")), []string{first + "functionAssociations[0].functionArn", "arn:nope"}},
		"protocol policy":         {behavior(object{"viewerProtocolPolicy": "http"}), []string{first + "viewerProtocolPolicy"}},
		"methods":                 {behavior(object{"allowedMethods": strs("GET", "POST")}), []string{first + "allowedMethods"}},
		"cached methods":          {behavior(object{"cachedMethods": strs("GET")}), []string{first + "cachedMethods"}},
		"disabled":                {merged(standard(), object{"enabled": false}), []string{"enabled"}},
		"staging":                 {merged(standard(), object{"staging": true}), []string{"staging"}},
		"upper-case alias":        {merged(standard(), object{"aliases": strs("WWW.example.com")}), []string{"aliases[0]"}},
		"root object":             {merged(standard(), object{"defaultRootObject": "/index.html"}), []string{"defaultRootObject"}},
		"error code":              {merged(standard(), object{"customErrorResponses": list{object{"errorCode": 401.0}}}), []string{"customErrorResponses[0].errorCode", "401"}},
		"error page alone":        {merged(standard(), object{"customErrorResponses": list{object{"errorCode": 404.0, "responsePagePath": "/x"}}}), []string{"customErrorResponses[0].responsePagePath"}},
		"VPC origin":              {merged(standard(), object{"origins": list{originInput("nearest", object{"vpcOriginConfig": object{"vpcOriginId": "v"}}), originInput("next"), bucketInput("site"), bucketInput("site2")}}), []string{"origins[0].vpcOriginConfig"}},
		"attempts":                {merged(standard(), object{"origins": list{originInput("nearest", object{"connectionAttempts": 4.0}), originInput("next"), bucketInput("site"), bucketInput("site2")}}), []string{"origins[0].connectionAttempts", "4"}},
		"access control":          {merged(standard(), object{"origins": list{originInput("nearest", object{"originAccessControlId": "nope"}), originInput("next"), bucketInput("site"), bucketInput("site2")}}), []string{"origins[0].originAccessControlId", "nope"}},
		"origin header":           {merged(standard(), object{"origins": list{originInput("nearest", object{"customHeaders": list{object{"name": "X-Amz-Foo", "value": "1"}}}), originInput("next"), bucketInput("site"), bucketInput("site2")}}), []string{"origins[0].customHeaders[0].name", "X-Amz-Foo"}},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, c.distribution, nil, c.parts...) })
	}
}

func TestConformance_F3_15_max_ttl_0_may_name_nothing(t *testing.T) {
	d := merged(standard(), with(behaviorInput("/x/*", "nearest", "bad")))
	bad := cachePolicyResource("bad", 0, 0, 0, object{"queryStringsConfig": object{"queryStringBehavior": "all"}})
	wantRefused(t, d, standardMore(bad), "CachePolicy::bad", "maxTtl")
}

func TestConformance_F3_14_authorization_in_an_origin_request_policy_is_refused(t *testing.T) {
	d := merged(standard(), with(behaviorInput("/x/*", "nearest", "ttl", object{"originRequestPolicyId": "bad"})))
	bad := resource(distribution.OriginRequestPolicyType, "bad", object{
		"cookiesConfig": object{"cookieBehavior": "none"}, "queryStringsConfig": object{"queryStringBehavior": "none"},
		"headersConfig": object{"headerBehavior": "whitelist", "headers": object{"items": strs("Authorization")}},
	}, object{"id": "bad"})
	wantRefused(t, d, standardMore(bad), "OriginRequestPolicy::bad", "Authorization")
}

func TestNew_reportsAllProblemsAtOnce(t *testing.T) {
	d := merged(standard(), object{"staging": true}, with(behaviorInput("/x/*", "nope", "ttl", object{"viewerProtocolPolicy": "http"})))
	wantRefused(t, d, nil, "staging", "targetOriginId", "viewerProtocolPolicy")
}

// A policy that no behavior names is served by nobody, and still is a mistake when AWS would refuse it.
func TestNew_readsPoliciesThatNoBehaviorNames(t *testing.T) {
	bad := cachePolicyResource("idle", 9, 1, 2, object{})
	wantRefused(t, standard(), standardMore(bad), "CachePolicy::idle", "minTtl")
}

func TestNew_hidesSecrets(t *testing.T) {
	d := merged(standard(), object{"origins": list{
		originInput("nearest", object{"customHeaders": list{object{"name": "X-Amz-hunter2", "value": "1"}}}),
		originInput("next"), bucketInput("site"), bucketInput("site2"),
	}})
	g := testGraph(d)
	for _, r := range g.See(distribution.DistributionType) {
		r.Secrets = []string{"origins[0].customHeaders"}
	}
	clock := simtime.New()
	defer clock.Close()
	_, err := newEdge(g, nil, Options{Clock: clock, Network: network.New(), CacheLimitBytes: testCacheLimit, DefaultEdge: "FRA"})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "[secret]") {
		t.Errorf("want the header refused and its name hidden, got %v", err)
	}
}

func TestNew_wantsAKnownDefaultEdge(t *testing.T) {
	clock := simtime.New()
	defer clock.Close()
	_, err := newEdge(testGraph(standard()), nil, Options{Clock: clock, Network: network.New(), CacheLimitBytes: testCacheLimit, DefaultEdge: "XXX"})
	if err == nil || !strings.Contains(err.Error(), `"XXX"`) {
		t.Errorf("error: %v", err)
	}
}

func TestCountries_coverEveryEdge(t *testing.T) {
	byEdge := countriesByEdge()
	for _, e := range geography.Edges() {
		if byEdge[e.Code].Code == "" {
			t.Errorf("edge %s (%s) has no country", e.Code, e.City)
		}
		delete(byEdge, e.Code)
	}
	for code := range byEdge {
		t.Errorf("%s is no edge", code)
	}
}

func TestEdge_namesAndAliases(t *testing.T) {
	w := newWorld(t)
	want(t, "domain name", w.edge.DomainName(), "d111.cloudfront.net")
	want(t, "aliases", strings.Join(w.edge.Aliases(), " "), "www.example.com *.wild.example.com")
}
