package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// zones maps a zone's name to its id.
type zones map[string]pulumi.StringInput

// findZones takes the zone ids of the configuration and asks Route 53 for the others: the only question a
// preview asks AWS. With external DNS there is no zone to find.
func findZones(ctx *pulumi.Context, cfg *platform, providers *providers) (zones, error) {
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
