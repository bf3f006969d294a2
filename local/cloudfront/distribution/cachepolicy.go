package distribution

import (
	"fmt"
	"slices"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/httpcache"
)

// CachePolicyType is the type token of own cache policies.
const CachePolicyType = "aws:cloudfront/cachePolicy:CachePolicy"

// CachePolicy says what makes up the cache key, and how long objects are kept.
// CF DG "Control the cache key with a policy".
type CachePolicy struct {
	TTL                   httpcache.TTLs
	Headers, Cookies      Selection
	Query                 Selection
	Gzip, Brotli          bool
	HeadersBesidesEncoded []string
}

// cachingDisabled is F3.1 for managed and own policies alike.
func (p *CachePolicy) cachingDisabled() bool { return p.TTL.Max <= 0 }

// Compresses says whether Accept-Encoding is in the key, normalized (F4.11).
func (p *CachePolicy) Compresses() bool { return p.Gzip || p.Brotli }

// cachePolicyInputs are the properties of the resource.
type cachePolicyInputs struct {
	Comment    graph.NoLocalMeaning `json:"comment"` // text for people
	Name       graph.NoLocalMeaning `json:"name"`    // behaviors name policies by id
	DefaultTTL *int64               `json:"defaultTtl"`
	MaxTTL     *int64               `json:"maxTtl"`
	MinTTL     *int64               `json:"minTtl"`
	Key        struct {
		Brotli  bool `json:"enableAcceptEncodingBrotli"`
		Gzip    bool `json:"enableAcceptEncodingGzip"`
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
	} `json:"parametersInCacheKeyAndForwardedToOrigin"`
}

type items struct {
	Items []string `json:"items"`
}

func newCachePolicy(r *graph.Taken) *CachePolicy {
	var in cachePolicyInputs
	r.Read(&in)
	const key = "parametersInCacheKeyAndForwardedToOrigin."
	p := &CachePolicy{
		// The provider's defaults are the service's: 1 day, 1 year, 0. sdk 6.83.2 CachePolicy.
		TTL: httpcache.TTLs{
			Min: seconds(in.MinTTL, 0), Default: seconds(in.DefaultTTL, 86_400), Max: seconds(in.MaxTTL, 31_536_000),
		},
		Headers: selection(r, key+"headersConfig.headerBehavior", in.Key.Headers.Behavior, canonicalHeaders(in.Key.Headers.List.Items),
			map[string]SelectionMode{"": selectNone, "none": selectNone, "whitelist": selectListed}),
		Cookies: selection(r, key+"cookiesConfig.cookieBehavior", in.Key.Cookies.Behavior, in.Key.Cookies.List.Items, anySelection),
		Query:   selection(r, key+"queryStringsConfig.queryStringBehavior", in.Key.Query.Behavior, in.Key.Query.List.Items, anySelection),
		Gzip:    in.Key.Gzip,
		Brotli:  in.Key.Brotli,
	}
	if t := p.TTL; t.Min < 0 || t.Min > t.Default || t.Default > t.Max {
		r.Refuse("minTtl", fmt.Sprintf("%v, defaultTtl %v, maxTtl %v", t.Min, t.Default, t.Max), "want 0 <= minTtl <= defaultTtl <= maxTtl")
	}
	if p.cachingDisabled() && (!p.Headers.None() || !p.Cookies.None() || !p.Query.None() || p.Compresses()) {
		r.Refuse("maxTtl", 0, "with a maximum TTL of 0 the policy may name nothing and both Accept-Encoding flags must be off") // F3.15
	}
	p.prepare()
	return p
}

// prepare fixes the order in which headers stand in the key.
func (p *CachePolicy) prepare() {
	p.HeadersBesidesEncoded = slices.DeleteFunc(slices.Clone(p.Headers.Names), func(n string) bool {
		return n == "Accept-Encoding" && p.Compresses() // normalized elsewhere, F4.11
	})
	slices.Sort(p.HeadersBesidesEncoded)
}

func seconds(n *int64, otherwise int64) time.Duration {
	if n == nil {
		n = &otherwise
	}
	return time.Duration(*n) * time.Second
}
