package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Deploy is the whole program: it reads the stack's configuration, registers every resource and exports the
// outputs. All configuration problems come back as one error.
func Deploy(ctx *pulumi.Context) error {
	return DeployWith(BuildHandler("linux", "arm64"))(ctx)
}

// DeployWith is [Deploy] with another way to make the handler's zip: for another architecture, or none at all.
func DeployWith(build HandlerBuilder) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		cfg, err := LoadConfig(ctx)
		if err != nil {
			return err
		}
		for _, warning := range cfg.Warnings {
			if err := ctx.Log.Warn(warning, nil); err != nil {
				return err
			}
		}
		zip, err := build(ctx.Context())
		if err != nil {
			return err
		}
		return deploy(ctx, cfg, zip)
	}
}

func deploy(ctx *pulumi.Context, cfg *Config, zip HandlerZip) error {
	providers, err := newProviders(ctx, cfg)
	if err != nil {
		return err
	}
	zones, err := findZones(ctx, cfg, providers)
	if err != nil {
		return err
	}
	secret, err := newOriginSecret(ctx, cfg.OriginSecretGeneration)
	if err != nil {
		return err
	}
	validation, err := newValidationRecords(ctx, providers.global)
	if err != nil {
		return err
	}
	regions, err := newRegions(ctx, cfg, zip, providers, zones, secret, validation)
	if err != nil {
		return err
	}
	dns, err := newOriginDNS(ctx, cfg, providers.global, zones, regions)
	if err != nil {
		return err
	}
	certificate, err := newEdgeCertificate(ctx, cfg, providers.global, zones, validation)
	if err != nil {
		return err
	}
	site, err := newSite(ctx, cfg, providers)
	if err != nil {
		return err
	}
	distribution, err := newDistribution(ctx, distributionArgs{
		config: cfg, provider: providers.global, secret: secret.current,
		regions: regions, originDNS: dns, site: site, certificate: certificate,
	})
	if err != nil {
		return err
	}
	if err := site.allow(ctx, distribution.resource.Arn); err != nil {
		return err
	}
	if err := newViewerDNS(ctx, cfg, providers.global, zones, distribution.resource); err != nil {
		return err
	}
	if err := validation.done(ctx); err != nil {
		return err
	}
	return export(ctx, cfg, regions, certificate, distribution)
}

// newRegions makes the regions in configuration order. With a sequential rollout each waits for the one before.
func newRegions(ctx *pulumi.Context, cfg *Config, zip HandlerZip, providers *providers, zones zones,
	secret *originSecret, validation *validationRecords,
) ([]*Region, error) {
	regions := make([]*Region, 0, len(cfg.Regions))
	for _, name := range cfg.Regions {
		args := &RegionArgs{
			Region: name, Config: cfg, Zip: zip,
			OriginSecret: secret.current, PreviousOriginSecret: secret.previous,
			validation: validation,
		}
		if cfg.OriginDomain != "" {
			args.OriginZoneID = zones[cfg.Domains[0].Zone]
		}
		if cfg.Sequential && len(regions) > 0 {
			args.After = regions[len(regions)-1].resources
		}
		region, err := NewRegion(ctx, "region-"+name, args, pulumi.Provider(providers.in[name]))
		if err != nil {
			return nil, fmt.Errorf("region %s: %w", name, err)
		}
		regions = append(regions, region)
	}
	return regions, nil
}

// info tells the plan in the preview's diagnostics.
func info(ctx *pulumi.Context, lines ...string) error {
	return ctx.Log.Info(strings.Join(lines, "\n"), nil)
}
