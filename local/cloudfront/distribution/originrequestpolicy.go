package distribution

import "github.com/onefront/onefront/graph"

// OriginRequestPolicyType is the type token of own origin request policies.
const OriginRequestPolicyType = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"

// originRequestPolicy says what reaches the origin beside the cache key (F3.10).
// CF DG "Control origin requests with a policy".
type originRequestPolicy struct {
	// Headers of the viewer. Names are canonical; CloudFront's own headers may be among them.
	Headers Selection
	// CloudFrontHeaders are CloudFront's own headers that are added to all of the viewer's.
	CloudFrontHeaders []string
	Cookies, Query    Selection
}

type originRequestPolicyInputs struct {
	Comment graph.NoLocalMeaning `json:"comment"` // text for people
	Name    graph.NoLocalMeaning `json:"name"`    // behaviors name policies by id
	Cookies struct {
		Behavior string `json:"cookieBehavior"`
		List     items  `json:"cookies"`
	} `json:"cookiesConfig"`
	Headers struct {
		Behavior string `json:"headerBehavior"`
		List     items  `json:"headers"`
	} `json:"headersConfig"`
	Query struct {
		Behavior string `json:"queryStringBehavior"`
		List     items  `json:"queryStrings"`
	} `json:"queryStringsConfig"`
}

func newOriginRequestPolicy(r *graph.Taken) *originRequestPolicy {
	var in originRequestPolicyInputs
	r.Read(&in)
	names := canonicalHeaders(in.Headers.List.Items)
	p := &originRequestPolicy{
		Headers: selection(r, "headersConfig.headerBehavior", in.Headers.Behavior, names, map[string]SelectionMode{
			"": selectNone, "none": selectNone, "whitelist": selectListed, "allExcept": selectAllExcept,
			"allViewer": SelectAll, "allViewerAndWhitelistCloudFront": SelectAll,
		}),
		Cookies: selection(r, "cookiesConfig.cookieBehavior", in.Cookies.Behavior, in.Cookies.List.Items, anySelection),
		Query:   selection(r, "queryStringsConfig.queryStringBehavior", in.Query.Behavior, in.Query.List.Items, anySelection),
	}
	if in.Headers.Behavior == "allViewerAndWhitelistCloudFront" {
		p.CloudFrontHeaders = names
	}
	if p.Headers.Mode == selectListed {
		for _, n := range names {
			if n == "Authorization" || n == "Accept-Encoding" { // F3.14
				r.Refuse("headersConfig.headers.items", n, "CloudFront refuses this header in an origin request policy")
			}
		}
	}
	return p
}
