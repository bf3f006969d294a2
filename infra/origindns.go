package infra

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/aws/geography"
)

// originDNSType is part of every child's URN; changing it needs an alias.
const originDNSType = "onefront:infra:OriginDNS"

// The two names that latency records answer for, and the ids of the origins behind them.
const (
	originNearest = "nearest"
	originNext    = "next"
	// originWrites is another origin on the host of nearest, with more patience to connect.
	originWrites = "writes"
)

// originDNS are the latency records that lead CloudFront to the nearest healthy region, and to the one after
// it. Both names have one record per region R: "nearest" leads to R, "next" to the region that is nearest to R. Asked
// from one place, both pick the same R, so the two differ while all regions are healthy (F7.23-7.29).
type originDNS struct {
	pulumi.ResourceState

	records []pulumi.Resource
}

// newOriginDNS makes the records, after all regions. It returns nil without an origin domain.
func newOriginDNS(ctx *pulumi.Context, cfg *platform, provider *aws.Provider, zones zones, regions []*regionComponent) (*originDNS, error) {
	if cfg.OriginDomain == "" {
		return nil, nil
	}
	d := &originDNS{}
	if err := ctx.RegisterComponentResourceV2(originDNSType, cfg.name("origin-dns"), pulumi.Map{}, d, cfg.child()...); err != nil {
		return nil, err
	}
	if !cfg.CloseExecuteAPI {
		if err := info(ctx, "the APIs' execute-api hosts stay open (they refuse whoever goes round CloudFront). "+
			"Once this update is complete nobody asks them any more: set onefront:closeExecuteApi to true to close them in the next one"); err != nil {
			return nil, err
		}
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
				target = regions[nextRegion(i, regions)]
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
				// A region enters DNS once it can answer, and leaves it first.
			}, pulumi.Parent(d), pulumi.Provider(provider), pulumi.DependsOn(target.ready))
			if err != nil {
				return nil, fmt.Errorf("latency record %s of %s: %w", name, region.Name, err)
			}
			d.records = append(d.records, record)
		}
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{})
}

// nextRegion is the index of the region nearest to another one, never itself: no fixed point is what is asked for, a
// permutation is not (F7.29).
func nextRegion(i int, regions []*regionComponent) int {
	place, _ := geography.LookupRegion(regions[i].Name) // the configuration knows no other regions
	var others []string
	for j, r := range regions {
		if j != i {
			others = append(others, r.Name)
		}
	}
	nearest := geography.Nearest(place.Place, others)[0]
	return slices.IndexFunc(regions, func(r *regionComponent) bool { return r.Name == nearest })
}
