package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// globalRegion is where CloudFront reads its certificate and keeps its functions and policies (D9, F5.11).
const globalRegion = "us-east-1"

// providers are the explicit AWS providers: pulumi-aws v6 has no region per resource (D9).
type providers struct {
	in     map[string]*aws.Provider
	global *aws.Provider
}

// newProviders makes one provider per region and one for us-east-1, which may be the same.
func newProviders(ctx *pulumi.Context, cfg *Config) (*providers, error) {
	p := &providers{in: make(map[string]*aws.Provider, len(cfg.Regions)+1)}
	for _, region := range append([]string{globalRegion}, cfg.Regions...) {
		if p.in[region] != nil {
			continue
		}
		provider, err := aws.NewProvider(ctx, "aws-"+region, cfg.Provider.Args(region))
		if err != nil {
			return nil, fmt.Errorf("provider for %s: %w", region, err)
		}
		p.in[region] = provider
	}
	p.global = p.in[globalRegion]
	return p, nil
}

// zones maps a zone's name to its id.
type zones map[string]pulumi.StringInput

// findZones takes the zone ids of the configuration and asks Route 53 for the others: the only question a
// preview asks AWS. With external DNS there is no zone to find.
func findZones(ctx *pulumi.Context, cfg *Config, providers *providers) (zones, error) {
	found := zones{}
	if cfg.ExternalDNS != "" {
		return found, nil
	}
	for _, d := range cfg.Domains {
		if d.ZoneID != "" {
			found[d.Zone] = pulumi.String(d.ZoneID)
		}
	}
	for _, d := range cfg.Domains {
		if found[d.Zone] != nil {
			continue
		}
		private := false
		zone, err := route53.LookupZone(ctx, &route53.LookupZoneArgs{Name: &d.Zone, PrivateZone: &private}, pulumi.Provider(providers.global))
		if err != nil {
			return nil, fmt.Errorf("looking up the public hosted zone %q (or set zoneId in onefront:domains): %w", d.Zone, err)
		}
		found[d.Zone] = pulumi.String(zone.ZoneId)
	}
	return found, nil
}
