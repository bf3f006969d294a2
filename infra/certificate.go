package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// validationRecordsType is part of every child's URN; changing it needs an alias.
const validationRecordsType = "onefront:infra:ValidationRecords"

// validationTTLSeconds of the CNAMEs. They never change, so only the first look-up matters.
const validationTTLSeconds = 300

// validationRecords owns the CNAMEs that prove to ACM whose names these are. Such a record depends on the base
// domain and the account only: it is the same in every region, and for "x" and "*.x" (F8.1). So each is made
// once, out of whichever certificate names it first, and every other certificate waits for it (F8.2).
type validationRecords struct {
	pulumi.ResourceState

	ctx      *pulumi.Context
	platform *platform
	provider *aws.Provider
	byBase   map[string]*route53.Record
}

func newValidationRecords(ctx *pulumi.Context, cfg *platform, provider *aws.Provider) (*validationRecords, error) {
	v := &validationRecords{ctx: ctx, platform: cfg, provider: provider, byBase: map[string]*route53.Record{}}
	return v, ctx.RegisterComponentResourceV2(validationRecordsType, cfg.name("validation"), pulumi.Map{}, v, cfg.child()...)
}

// record is the CNAME of name's base domain, made on the first call.
func (v *validationRecords) record(name certificateName, certificate *acm.Certificate) (*route53.Record, error) {
	base := baseDomain(name.name)
	if made := v.byBase[base]; made != nil {
		return made, nil
	}
	// The options come in API order, so they are found by name (F8.4).
	option := certificate.DomainValidationOptions.ApplyT(func(options []acm.CertificateDomainValidationOption) (map[string]string, error) {
		for _, o := range options {
			if o.DomainName != nil && baseDomain(*o.DomainName) == base && o.ResourceRecordName != nil && o.ResourceRecordValue != nil {
				return map[string]string{"name": *o.ResourceRecordName, "value": *o.ResourceRecordValue}, nil
			}
		}
		return nil, fmt.Errorf("ACM gave no validation record for %q", base)
	}).(pulumi.StringMapOutput)
	record, err := route53.NewRecord(v.ctx, v.platform.name(logicalName("validation", base)), &route53.RecordArgs{
		ZoneId: name.zoneID, Type: pulumi.String("CNAME"), Ttl: pulumi.Int(validationTTLSeconds),
		Name:    option.MapIndex(pulumi.String("name")),
		Records: pulumi.StringArray{option.MapIndex(pulumi.String("value"))},
	}, pulumi.Parent(v), pulumi.Provider(v.provider))
	if err != nil {
		return nil, err
	}
	v.byBase[base] = record
	return record, nil
}

// done closes the component once every certificate has asked for its records.
func (v *validationRecords) done(ctx *pulumi.Context) error {
	return ctx.RegisterResourceOutputs(v, pulumi.Map{})
}

// baseDomain is what a certificate's name is validated by: the name without a leading "*.".
func baseDomain(name string) string { return strings.TrimPrefix(name, "*.") }

// certificateName is one name on a certificate.
type certificateName struct {
	// name may be a wildcard; zone is the hosted zone it lies in, and zoneID that zone's id.
	name, zone string
	zoneID     pulumi.StringInput
	// ownedElsewhere: another stack of this account owns the validation record (F8.3).
	ownedElsewhere bool
}

type certificateArgs struct {
	// names: the first becomes the certificate's domain name, the others its alternative names.
	names []certificateName
	// validation makes the records; nil means somebody outside this program does.
	validation *validationRecords
}

// certificate is an ACM certificate and the wait for its validation.
type certificate struct {
	resource   *acm.Certificate
	validation *acm.CertificateValidation
	// issuedARN is known once the certificate is ISSUED, so that whoever uses it waits (F8.12).
	issuedARN pulumi.StringOutput
}

func newCertificate(ctx *pulumi.Context, name string, args certificateArgs, opts ...pulumi.ResourceOption) (*certificate, error) {
	requested, err := requestCertificate(ctx, name, args.names, opts...)
	if err != nil {
		return nil, err
	}
	waitArgs := &acm.CertificateValidationArgs{CertificateArn: requested.Arn}
	if args.validation != nil {
		fqdns := pulumi.StringArray{}
		complete := true
		seen := map[string]bool{}
		for _, n := range args.names {
			if n.ownedElsewhere {
				complete = false
				continue
			}
			record, err := args.validation.record(n, requested)
			if err != nil {
				return nil, err
			}
			if !seen[baseDomain(n.name)] {
				seen[baseDomain(n.name)] = true
				fqdns = append(fqdns, record.Fqdn)
				opts = append(opts, pulumi.DependsOn([]pulumi.Resource{record}))
			}
		}
		// With a list the provider insists that it is complete.
		if complete {
			waitArgs.ValidationRecordFqdns = fqdns
		}
	}
	wait, err := acm.NewCertificateValidation(ctx, name, waitArgs, opts...)
	if err != nil {
		return nil, err
	}
	return &certificate{resource: requested, validation: wait, issuedARN: wait.CertificateArn}, nil
}

// requestCertificate asks ACM for a certificate and waits for nothing.
func requestCertificate(ctx *pulumi.Context, name string, names []certificateName, opts ...pulumi.ResourceOption) (*acm.Certificate, error) {
	args := &acm.CertificateArgs{DomainName: pulumi.String(names[0].name), ValidationMethod: pulumi.String("DNS")}
	if len(names) > 1 {
		alternatives := make(pulumi.StringArray, len(names)-1)
		for i, n := range names[1:] {
			alternatives[i] = pulumi.String(n.name)
		}
		args.SubjectAlternativeNames = alternatives
	}
	return acm.NewCertificate(ctx, name, args, opts...)
}

func (c *certificate) resources() []pulumi.Resource {
	return []pulumi.Resource{c.resource, c.validation}
}
