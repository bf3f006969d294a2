package main

import (
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
)

// needs are what a stack asks of an account and of the DNS, taken from its recorded graph.
type needs struct {
	regions      []string // with resources in them, sorted
	records      []dnsRecord
	aliases      []string // of distributions
	comments     []string // of distributions
	certificates []string // all names, sorted
	stores       int
	// global and perRegion count resources that have quotas, by type.
	global    map[string]int
	perRegion map[string]map[string]int
	// reserved is the reserved concurrency of a region's functions.
	reserved map[string]int
}

type dnsRecord struct{ zoneID, name, kind string }

const (
	distributionType    = "aws:cloudfront/distribution:Distribution"
	recordType          = "aws:route53/record:Record"
	certificateType     = "aws:acm/certificate:Certificate"
	healthCheckType     = "aws:route53/healthCheck:HealthCheck"
	functionType        = "aws:lambda/function:Function"
	domainNameType      = "aws:apigatewayv2/domainName:DomainName"
	cachePolicyType     = "aws:cloudfront/cachePolicy:CachePolicy"
	originRequestType   = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
	responseHeadersType = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	edgeFunctionType    = "aws:cloudfront/function:Function"
	storeType           = "aws:cloudfront/keyValueStore:KeyValueStore"
)

func needsOf(g *graph.Graph) *needs {
	n := &needs{global: map[string]int{}, perRegion: map[string]map[string]int{}, reserved: map[string]int{}}
	for _, r := range g.Resources {
		if !r.Custom || strings.HasPrefix(r.Type, "pulumi:") {
			continue
		}
		if r.Region != "" {
			if n.perRegion[r.Region] == nil {
				n.perRegion[r.Region] = map[string]int{}
				n.regions = append(n.regions, r.Region)
			}
			n.perRegion[r.Region][r.Type]++
		}
		n.global[r.Type]++
		switch r.Type {
		case recordType:
			n.records = append(n.records, dnsRecord{text(r, "zoneId"), strings.TrimSuffix(text(r, "name"), "."), text(r, "type")})
		case distributionType:
			n.aliases, n.comments = append(n.aliases, texts(r, "aliases")...), append(n.comments, text(r, "comment"))
		case certificateType:
			n.certificates = append(n.certificates, append(texts(r, "subjectAlternativeNames"), text(r, "domainName"))...)
		case functionType:
			if count, ok := r.Inputs["reservedConcurrentExecutions"].(float64); ok && count > 0 {
				n.reserved[r.Region] += int(count)
			}
		}
	}
	n.stores = n.global[storeType]
	slices.Sort(n.regions)
	slices.Sort(n.certificates)
	n.certificates = slices.Compact(n.certificates)
	return n
}

func text(r *graph.Resource, key string) string {
	s, _ := r.Inputs[key].(string)
	return s
}

func texts(r *graph.Resource, key string) (all []string) {
	list, _ := r.Inputs[key].([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}
