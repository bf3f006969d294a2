package infra

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// apiPath is where the API is below a site's name. Routes, health checks and the frontend agree on it.
const apiPath = "/api"

// export publishes the stack's outputs. Names and types are a contract with frontend builds.
func export(ctx *pulumi.Context, cfg *Config, regions []*Region, certificate *edgeCertificate, d *Distribution) error {
	host := d.resource.DomainName
	if name := mainAlias(cfg); name != "" && cfg.ExternalDNS != config.ExternalDNSPending {
		host = pulumi.String(name).ToStringOutput()
	}
	siteURL := pulumi.Sprintf("https://%s", host)
	apiURL := pulumi.Sprintf("https://%s%s", host, apiPath)

	list := make(pulumi.Array, len(regions))
	for i, r := range regions {
		region := pulumi.Map{
			"region": pulumi.String(r.Name), "endpoint": r.Endpoint, "functionName": r.FunctionName, "queueUrl": r.QueueURL,
		}
		if r.HealthCheckID != nil {
			region["healthCheckId"] = r.HealthCheckID
		}
		list[i] = region
	}
	ctx.Export("siteUrl", siteURL)
	ctx.Export("apiUrl", apiURL)
	ctx.Export("aliases", pulumi.ToStringArray(cfg.Aliases()))
	ctx.Export("distributionId", d.resource.ID())
	ctx.Export("distributionDomain", d.resource.DomainName)
	ctx.Export("regions", list)
	ctx.Export("frontendEnv", pulumi.StringMap{
		"VITE_API_URL":  apiURL,
		"VITE_SITE_URL": siteURL,
		"VITE_STACK":    pulumi.String(cfg.Stack),
		"VITE_REGIONS":  pulumi.String(strings.Join(cfg.Regions, ",")),
	})
	if certificate != nil {
		ctx.Export("certificateArn", certificate.arn)
		if cfg.ExternalDNS != "" {
			ctx.Export("dnsRecords", dnsRecords(cfg, certificate, d))
		}
	}
	return nil
}

// mainAlias is the first alias a browser can be sent to: no wildcard, and not one that only redirects.
func mainAlias(cfg *Config) string {
	for _, d := range cfg.Domains {
		if d.RedirectTo != "" {
			continue
		}
		for _, alias := range d.Aliases {
			if !strings.HasPrefix(alias, "*.") {
				return alias
			}
		}
	}
	return ""
}

// dnsRecords are what the owner of an external DNS creates: the validation CNAMEs, then one CNAME (at a zone's
// apex: an ALIAS or ANAME) per alias.
func dnsRecords(cfg *Config, certificate *edgeCertificate, d *Distribution) pulumi.ArrayOutput {
	aliases := cfg.Aliases()
	return pulumi.All(certificate.records, d.resource.DomainName).ApplyT(func(known []any) []any {
		records := append([]any(nil), known[0].([]any)...)
		for _, alias := range aliases {
			records = append(records, map[string]any{"name": alias, "type": "CNAME", "value": known[1].(string)})
		}
		return records
	}).(pulumi.ArrayOutput)
}
