package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// originDNSType is part of every child's URN; changing it needs an alias.
const originDNSType = "onefront:infra:OriginDNS"

// The two names that latency records answer for, and the ids of the origins behind them.
const (
	originNearest = "nearest"
	originNext    = "next"
)

// originDNS are the latency records that lead CloudFront to the nearest healthy region, and to the one after
// it. Both names have one record per region R: "nearest" leads to R, "next" to the region after R in the ring
// of regions. Asked from one place, both pick the same R, so the two differ while all regions are healthy
// (F7.23-7.29).
type originDNS struct {
	pulumi.ResourceState

	records []pulumi.Resource
}

// newOriginDNS makes the records, after all regions. It returns nil without an origin domain.
func newOriginDNS(ctx *pulumi.Context, cfg *platform, provider *aws.Provider, zones zones, regions []*Region) (*originDNS, error) {
	if cfg.OriginDomain == "" {
		return nil, nil
	}
	d := &originDNS{}
	if err := ctx.RegisterComponentResourceV2(originDNSType, cfg.name("origin-dns"), pulumi.Map{}, d, cfg.child()...); err != nil {
		return nil, err
	}
	zone := zones[cfg.Domains[0].Zone]
	names := []string{originNearest}
	if len(regions) > 1 {
		names = append(names, originNext)
	}
	for _, name := range names {
		for i, region := range regions {
			target := region
			if name == originNext {
				target = regions[nextInRing(i, len(regions))]
			}
			// The record's health check is the target's, whoever's place the record answers for (F7.25).
			record, err := route53.NewRecord(ctx, cfg.name(name+"-"+region.Name), &route53.RecordArgs{
				ZoneId: zone, Name: pulumi.String(name + "." + cfg.OriginDomain), Type: pulumi.String("A"),
				SetIdentifier: pulumi.String(region.Name),
				LatencyRoutingPolicies: route53.RecordLatencyRoutingPolicyArray{
					route53.RecordLatencyRoutingPolicyArgs{Region: pulumi.String(region.Name)},
				},
				HealthCheckId: target.HealthCheckID,
				Aliases:       regionAlias(*target.target),
			}, pulumi.Parent(d), pulumi.Provider(provider))
			if err != nil {
				return nil, fmt.Errorf("latency record %s of %s: %w", name, region.Name, err)
			}
			d.records = append(d.records, record)
		}
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{})
}

// nextInRing is a permutation without fixed points for n > 1 (F7.29).
func nextInRing(i, n int) int { return (i + 1) % n }
