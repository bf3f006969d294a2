package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// viewerDNSType is part of every child's URN; changing it needs an alias.
const viewerDNSType = "onefront:infra:ViewerDNS"

// viewerDNS are the records that lead viewers to the distribution.
type viewerDNS struct {
	pulumi.ResourceState
}

// newViewerDNS makes three records per alias: IPv4, IPv6 (F5.3), and HTTPS, by which clients learn of HTTP/2
// and HTTP/3 before they connect (F7.3). With external DNS somebody else makes them.
func newViewerDNS(ctx *pulumi.Context, cfg *platform, provider *aws.Provider, zones zones, distribution *cloudfront.Distribution) error {
	if len(cfg.Aliases()) == 0 || cfg.ExternalDNS != "" {
		return nil
	}
	v := &viewerDNS{}
	if err := ctx.RegisterComponentResourceV2(viewerDNSType, cfg.name("viewer-dns"), pulumi.Map{}, v, cfg.child()...); err != nil {
		return err
	}
	for _, d := range cfg.Domains {
		for _, alias := range d.Aliases {
			for _, recordType := range []string{"A", "AAAA", "HTTPS"} {
				if _, err := route53.NewRecord(ctx, cfg.name(logicalName(strings.ToLower(recordType), alias)), &route53.RecordArgs{
					ZoneId: zones[d.Zone], Name: pulumi.String(alias), Type: pulumi.String(recordType),
					Aliases: route53.RecordAliasArray{route53.RecordAliasArgs{
						Name: distribution.DomainName, ZoneId: distribution.HostedZoneId, EvaluateTargetHealth: pulumi.Bool(false),
					}},
				}, pulumi.Parent(v), pulumi.Provider(provider)); err != nil {
					return fmt.Errorf("%s record of %q: %w", recordType, alias, err)
				}
			}
		}
	}
	return ctx.RegisterResourceOutputs(v, pulumi.Map{})
}
