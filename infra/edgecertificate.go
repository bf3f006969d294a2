package infra

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// edgeCertificate is the viewers' certificate in us-east-1, the one region CloudFront takes it from (F5.11).
type edgeCertificate struct {
	// attachedARN is the certificate the distribution uses, or nil while nothing may be attached yet.
	attachedARN pulumi.StringPtrInput
	// arn is the certificate's ARN also before it is issued.
	arn pulumi.StringOutput
	// records are what the owner of an external DNS has to create for validation.
	records pulumi.ArrayOutput
}

// newEdgeCertificate makes one certificate for all aliases, or returns nil where there is none.
func newEdgeCertificate(ctx *pulumi.Context, cfg *platform, provider *aws.Provider, zones zones, validation *validationRecords) (*edgeCertificate, error) {
	if cfg.CertificateARN != "" && len(cfg.Aliases()) > 0 {
		return ownCertificate(ctx, cfg, provider)
	}
	names := edgeCertificateNames(cfg, zones)
	if len(names) == 0 {
		return nil, nil
	}
	if err := tellCertificatePlan(ctx, cfg, names); err != nil {
		return nil, err
	}
	opts := cfg.child(pulumi.Provider(provider))
	if cfg.ExternalDNS == config.ExternalDNSPending {
		requested, err := requestCertificate(ctx, cfg.name("edge"), names, opts...)
		if err != nil {
			return nil, fmt.Errorf("edge certificate: %w", err)
		}
		return &edgeCertificate{arn: requested.Arn, records: recordsToCreate(requested)}, nil
	}
	args := certificateArgs{names: names, validation: validation}
	if cfg.ExternalDNS == config.ExternalDNSIssued {
		args.validation = nil
	}
	made, err := newCertificate(ctx, cfg.name("edge"), args, opts...)
	if err != nil {
		return nil, fmt.Errorf("edge certificate: %w", err)
	}
	return &edgeCertificate{
		attachedARN: made.issuedARN.ToStringPtrOutput(), arn: made.issuedARN, records: recordsToCreate(made.resource),
	}, nil
}

// ownCertificate is one that exists already. ACM is asked what names it has, in a preview too: CloudFront refuses an
// alias that the certificate lacks only once the update is under way.
func ownCertificate(ctx *pulumi.Context, cfg *platform, provider *aws.Provider) (*edgeCertificate, error) {
	found, err := acm.GetCertificate(ctx, cfg.name("own"), pulumi.ID(cfg.CertificateARN), nil, cfg.child(pulumi.Provider(provider))...)
	if err != nil {
		return nil, fmt.Errorf("onefront:certificateArn: %s: %w", cfg.CertificateARN, err)
	}
	aliases, given := cfg.Aliases(), cfg.CertificateARN
	arn := pulumi.All(found.DomainName, found.SubjectAlternativeNames).ApplyT(func(known []any) (string, error) {
		name, _ := known[0].(string)
		more, _ := known[1].([]string)
		if missing := notOnCertificate(aliases, append(more, name)); name != "" && len(missing) > 0 {
			return "", fmt.Errorf("onefront:certificateArn: %s: a certificate that has %s too", given, strings.Join(missing, ", "))
		}
		return given, nil
	}).(pulumi.StringOutput)
	return &edgeCertificate{attachedARN: arn.ToStringPtrOutput(), arn: arn, records: pulumi.Array{}.ToArrayOutput()}, nil
}

// notOnCertificate are the aliases that none of a certificate's names covers; a wildcard covers one label (F5.9).
func notOnCertificate(aliases, names []string) (missing []string) {
	for _, alias := range aliases {
		_, parent, _ := strings.Cut(alias, ".")
		if !slices.Contains(names, alias) && !slices.Contains(names, "*."+parent) {
			missing = append(missing, alias)
		}
	}
	return missing
}

// edgeCertificateNames are the names on the certificate with the zone that proves each.
func edgeCertificateNames(cfg *platform, zones zones) []certificateName {
	entry := map[string]config.Domain{}
	for _, d := range cfg.Domains {
		for _, alias := range d.Aliases {
			entry[alias] = d
		}
	}
	var names []certificateName
	for _, name := range cfg.CertificateNames() {
		d := entry[name]
		names = append(names, certificateName{
			name: name, zone: d.Zone, zoneID: zones[d.Zone], ownedElsewhere: d.Validation == "existing",
		})
	}
	return names
}

// tellCertificatePlan says which name is on which certificate and where it is validated.
func tellCertificatePlan(ctx *pulumi.Context, cfg *platform, names []certificateName) error {
	lines := []string{fmt.Sprintf("certificate of the distribution (%s):", globalRegion)}
	for _, n := range names {
		how := "validated in zone " + n.zone
		switch {
		case cfg.ExternalDNS != "":
			how = "validated by a record that you create, see the output dnsRecords"
		case n.ownedElsewhere:
			how += " by a record that another stack owns"
		}
		lines = append(lines, fmt.Sprintf("  %s, %s", n.name, how))
	}
	if cfg.OriginDomain != "" {
		lines = append(lines, fmt.Sprintf("certificate of each region (%s):", strings.Join(cfg.Regions, ", ")),
			fmt.Sprintf("  *.%s, validated in zone %s", cfg.OriginDomain, cfg.Domains[0].Zone))
	}
	return info(ctx, lines...)
}

// recordsToCreate lists the validation CNAMEs once each, in a stable order.
func recordsToCreate(certificate *acm.Certificate) pulumi.ArrayOutput {
	return certificate.DomainValidationOptions.ApplyT(func(options []acm.CertificateDomainValidationOption) []any {
		return validationCNAMEs(options)
	}).(pulumi.ArrayOutput)
}

// validationCNAMEs drops the second option of "x" and "*.x", which share a record (F8.1), and sorts by name:
// the options come in API order (F8.4).
func validationCNAMEs(options []acm.CertificateDomainValidationOption) []any {
	byName := map[string]string{}
	for _, o := range options {
		if o.ResourceRecordName != nil && o.ResourceRecordValue != nil {
			byName[strings.TrimSuffix(*o.ResourceRecordName, ".")] = strings.TrimSuffix(*o.ResourceRecordValue, ".")
		}
	}
	records := make([]any, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		records = append(records, map[string]any{"name": name, "type": "CNAME", "value": byName[name]})
	}
	return records
}
