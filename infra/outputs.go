package infra

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// ownOutputs are what the output regions says of each region whatever the application.
var ownOutputs = []string{"region", "endpoint", "functionName", "drainParameter", "healthCheckId"}

// fill sets the app's outputs.
func (p *platform) fill(regions []*regionComponent, certificate *edgeCertificate, d *distributionComponent) {
	app := p.app
	host := d.resource.DomainName
	if name := mainAlias(p); name != "" && p.ExternalDNS != config.ExternalDNSPending {
		host = pulumi.String(name).ToStringOutput()
	}
	app.SiteURL = pulumi.Sprintf("https://%s", host)
	app.APIURL = pulumi.Sprintf("https://%s%s", host, p.Config.Application.BasePath())
	app.Aliases = p.Aliases()
	app.DistributionID, app.DistributionDomain = d.resource.ID(), d.resource.DomainName
	if d.drains != nil {
		app.DrainStore = d.drains.Arn
	}
	for _, r := range regions {
		region := pulumi.Map{
			"region": pulumi.String(r.Name), "endpoint": r.Endpoint, "functionName": r.FunctionName,
			"drainParameter": r.DrainParameter,
		}
		if len(r.FunctionNames) > 1 {
			region["functionNames"] = r.FunctionNames
		}
		if p.Drained(r.Name) {
			region["drained"] = pulumi.Bool(true)
		}
		if r.HealthCheckID != nil {
			region["healthCheckId"] = r.HealthCheckID
		}
		for name, value := range r.outputs {
			region[name] = value
		}
		app.Regions = append(app.Regions, region)
	}
	app.FrontendEnv = pulumi.StringMap{
		"VITE_API_URL":  app.APIURL,
		"VITE_SITE_URL": app.SiteURL,
		"VITE_STACK":    pulumi.String(p.Stack),
		"VITE_REGIONS":  pulumi.String(strings.Join(p.Regions, ",")),
	}
	if certificate != nil {
		app.CertificateARN = certificate.arn
		if p.ExternalDNS != "" {
			app.DNSRecords = dnsRecords(p, certificate, d)
		}
	}
}

// outputs are the app's outputs by the names that the stack exports: a contract with frontend builds.
func (a *App) outputs() pulumi.Map {
	all := pulumi.Map{
		"siteUrl": a.SiteURL, "apiUrl": a.APIURL, "aliases": pulumi.ToStringArray(a.Aliases),
		"distributionId": a.DistributionID, "distributionDomain": a.DistributionDomain,
		"regions": a.Regions, "frontendEnv": a.FrontendEnv,
	}
	if a.CertificateARN != nil {
		all["certificateArn"] = a.CertificateARN
	}
	if a.LogsBucket != nil {
		all["logsBucket"] = a.LogsBucket
	}
	if a.DNSRecords != nil {
		all["dnsRecords"] = a.DNSRecords
	}
	if a.DashboardURL != nil {
		all["dashboardUrl"] = a.DashboardURL
	}
	if a.DrainStore != nil {
		all["drainStore"] = a.DrainStore
	}
	return all
}

// export publishes the outputs of an app as the stack's.
func (a *App) export(ctx *pulumi.Context) {
	for name, value := range a.outputs() {
		ctx.Export(name, value)
	}
}

// mainAlias is the first alias a browser can be sent to: no wildcard, and not one that only redirects.
func mainAlias(cfg *platform) string {
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
func dnsRecords(cfg *platform, certificate *edgeCertificate, d *distributionComponent) pulumi.ArrayOutput {
	aliases := cfg.Aliases()
	return pulumi.All(certificate.records, d.resource.DomainName).ApplyT(func(known []any) []any {
		records := append([]any(nil), known[0].([]any)...)
		for _, alias := range aliases {
			records = append(records, map[string]any{"name": alias, "type": "CNAME", "value": known[1].(string)})
		}
		return records
	}).(pulumi.ArrayOutput)
}
