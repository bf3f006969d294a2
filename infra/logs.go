package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/stats/accesslog"
)

// logsType is part of every child's URN; changing it needs an alias.
const logsType = "onefront:infra:Logs"

const (
	// logPrefix stands in the destination's ARN, since AWS puts a prefix of its own where there is none, and the next
	// preview shows a difference (O-A9).
	logPrefix = "cf"
	// logSuffix has the variables in lower case, which Glue needs, and no key=, which the API refuses (O-A10, O-A11).
	logSuffix = "{distributionid}/{yyyy}/{MM}/{dd}/{HH}"
	// maxDeliveryName is the API's limit for delivery sources and destinations.
	maxDeliveryName = 60
)

// logsComponent are CloudFront's access logs: standard logs (v2) as JSON lines, in a private bucket in the home
// region. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
type logsComponent struct {
	pulumi.ResourceState

	platform *platform
	// home is the provider of the bucket, global that of the delivery: its API is in us-east-1 only (O-A1).
	home, global *aws.Provider
	bucket       *s3.BucketV2
	// policy is the bucket's whole policy.
	policy *s3.BucketPolicy
}

// newLogs returns nil where logs.enabled is false.
func newLogs(ctx *pulumi.Context, p *platform, providers *providers, d *cloudfront.Distribution, regions []*regionComponent) (*logsComponent, error) {
	if !p.Logs.Enabled {
		return nil, nil
	}
	l := &logsComponent{platform: p, home: providers.in[p.Regions[0]], global: providers.global}
	if err := ctx.RegisterComponentResourceV2(logsType, p.name("logs"), pulumi.Map{}, l, p.child()...); err != nil {
		return nil, err
	}
	if err := l.newBucket(ctx); err != nil {
		return nil, fmt.Errorf("the bucket: %w", err)
	}
	source := deliveryName(p, "logs")
	if err := l.allow(ctx, d.Arn, source); err != nil {
		return nil, fmt.Errorf("the bucket's policy: %w", err)
	}
	if err := l.deliver(ctx, d.Arn, source); err != nil {
		return nil, fmt.Errorf("the delivery: %w", err)
	}
	if err := l.saveQueries(ctx, providers, regions); err != nil {
		return nil, fmt.Errorf("the saved queries: %w", err)
	}
	if p.Logs.Athena {
		if err := l.queryable(ctx, d); err != nil {
			return nil, fmt.Errorf("athena: %w", err)
		}
	}
	return l, ctx.RegisterResourceOutputs(l, pulumi.Map{"bucket": l.bucket.Bucket})
}

func (l *logsComponent) options(provider *aws.Provider, more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(l), pulumi.Provider(provider)}, more...)
}

// bucketName carries the region, as those of all buckets, so that no bucket is replaced under its name.
func (l *logsComponent) bucketName() string { return l.platform.name("logs-" + l.platform.Regions[0]) }

// newBucket makes a private bucket that forgets. Its name has no dots, which the delivery refuses (O-A8), and it is
// encrypted by S3: with a key of KMS a missing right stops the delivery without a sign (O-A25). It keeps no versions:
// what has expired is gone. Where the bucket is not protected it is emptied when it is deleted.
func (l *logsComponent) newBucket(ctx *pulumi.Context) error {
	name, opts := l.bucketName(), l.options(l.home)
	protected := l.platform.protects(l.platform.Regions[0])
	var err error
	if l.bucket, err = s3.NewBucketV2(ctx, name, &s3.BucketV2Args{ForceDestroy: pulumi.Bool(!protected)}, l.options(l.home, pulumi.Protect(protected))...); err != nil {
		return err
	}
	if _, err = s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: l.bucket.ID(),
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, opts...); err != nil {
		return err
	}
	if _, err = s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: l.bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	}, opts...); err != nil {
		return err
	}
	return l.expire(ctx, name, opts...)
}

// expire lets no log stay longer than logs.retentionDays. The files are small, so no cheaper storage class pays.
func (l *logsComponent) expire(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) error {
	_, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: l.bucket.ID(),
		Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("forget"), Status: pulumi.String("Enabled"),
			Filter:     s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(l.platform.Logs.RetentionDays)},
			AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
				DaysAfterInitiation: pulumi.Int(1),
			},
		}},
	}, opts...)
	return err
}

// allow writes the bucket's policy whole. AWS adds its statement to a policy that lacks it, and the next update would
// take it out again, after which no logs arrive and nothing says so (O-A22).
func (l *logsComponent) allow(ctx *pulumi.Context, distributionARN pulumi.StringOutput, source string) error {
	name, opts := l.bucketName(), l.options(l.home)
	block, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:          l.bucket.ID(),
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, opts...)
	if err != nil {
		return err
	}
	policy := pulumi.All(l.bucket.Arn, distributionARN).ApplyT(func(arns []any) string {
		return logBucketPolicy(arns[0].(string), arns[1].(string), source)
	}).(pulumi.StringOutput)
	l.policy, err = s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{Bucket: l.bucket.ID(), Policy: policy},
		append(opts, pulumi.DependsOn([]pulumi.Resource{block}))...)
	return err
}

// logBucketPolicy is AWS's statement to the letter (O-A21), beside one that keeps out whoever speaks no TLS. The
// distribution's ARN tells partition and account.
func logBucketPolicy(bucketARN, distributionARN, source string) string {
	parts := strings.SplitN(distributionARN, ":", 6)
	if len(parts) < 6 {
		parts = make([]string, 6)
	}
	partition, account := parts[1], parts[4]
	return policyJSON(policyStatement{
		Sid: "AWSLogDeliveryWrite", Effect: "Allow", Principal: map[string]string{"Service": "delivery.logs.amazonaws.com"},
		Action: []string{"s3:PutObject"}, Resource: []string{bucketARN + "/" + logPrefix + "/*"},
		Condition: map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
			"ArnLike":      {"aws:SourceArn": "arn:" + partition + ":logs:" + globalRegion + ":" + account + ":delivery-source:" + source},
		},
	}, policyStatement{
		Sid: "TLSOnly", Effect: "Deny", Principal: "*", Action: []string{"s3:*"}, Resource: []string{bucketARN, bucketARN + "/*"},
		Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
	})
}

// deliver orders the logs. A distribution has one source, whose resource cannot change, so whatever replaces one of
// the three must delete first and not meet its own name (O-A2).
func (l *logsComponent) deliver(ctx *pulumi.Context, distributionARN pulumi.StringOutput, source string) error {
	name, opts := l.platform.name("logs"), l.options(l.global, pulumi.DeleteBeforeReplace(true))
	from, err := cloudwatch.NewLogDeliverySource(ctx, name, &cloudwatch.LogDeliverySourceArgs{
		Name: pulumi.String(source), LogType: pulumi.String("ACCESS_LOGS"), ResourceArn: distributionARN,
	}, opts...)
	if err != nil {
		return err
	}
	to, err := cloudwatch.NewLogDeliveryDestination(ctx, name, &cloudwatch.LogDeliveryDestinationArgs{
		Name: pulumi.String(source), OutputFormat: pulumi.String("json"),
		DeliveryDestinationConfiguration: cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs{
			DestinationResourceArn: pulumi.Sprintf("%s/%s", l.bucket.Arn, logPrefix),
		},
	}, opts...)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewLogDelivery(ctx, name, &cloudwatch.LogDeliveryArgs{
		DeliverySourceName: from.Name, DeliveryDestinationArn: to.Arn, RecordFields: pulumi.ToStringArray(recordFields(l.platform.Logs)),
		S3DeliveryConfigurations: cloudwatch.LogDeliveryS3DeliveryConfigurationArray{cloudwatch.LogDeliveryS3DeliveryConfigurationArgs{
			SuffixPath: pulumi.String(logSuffix), EnableHiveCompatiblePath: pulumi.Bool(false),
		}},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{l.policy}))...)
	return err
}

// logFields are the fields of the log, in order.
func logFields(l config.Logs) []accesslog.Definition {
	var options []string
	if l.QueryStrings {
		options = append(options, accesslog.QueryStrings)
	}
	if l.ViewerAddresses {
		options = append(options, accesslog.ViewerAddresses)
	}
	return accesslog.Definitions(options...)
}

func recordFields(l config.Logs) []string {
	var names []string
	for _, d := range logFields(l) {
		names = append(names, d.Name)
	}
	return names
}

// deliveryName is unique in the account and explicit: see deliver.
func deliveryName(p *platform, role string) string {
	owner := strings.ReplaceAll(slugOf(p.Project+"-"+p.Stack+"-"+p.name(role)), ".", "-")
	if len(owner) <= maxDeliveryName {
		return owner
	}
	suffix := "-" + hashOf(p.Project+"/"+p.Stack+"/"+p.name(role))
	return strings.TrimRight(owner[:maxDeliveryName-len(suffix)], "-") + suffix
}

// regionsQuery finds which region answered which request, which CloudFront's log does not say (O-A20): `go run ./stats
// -regions` joins its export with the log by CloudFront's request id.
const regionsQuery = `fields @timestamp, cfRequestId, region, method, status, durationMs
| filter ispresent(cfRequestId)
| sort @timestamp desc
| limit 10000`

// sharesQuery needs no join: what a region's functions answered, and how fast.
const sharesQuery = `filter ispresent(cfRequestId)
| stats count(*) as requests, pct(durationMs, 50) as p50Ms, pct(durationMs, 95) as p95Ms by region, status
| sort requests desc`

// saveQueries saves two queries in each region, for Logs Insights, which asks one region at a time.
func (l *logsComponent) saveQueries(ctx *pulumi.Context, providers *providers, regions []*regionComponent) error {
	p := l.platform
	for _, r := range regions {
		for _, query := range []struct{ role, text string }{{"requests", regionsQuery}, {"shares", sharesQuery}} {
			if _, err := cloudwatch.NewQueryDefinition(ctx, p.name(query.role+"-"+r.Name), &cloudwatch.QueryDefinitionArgs{
				Name: pulumi.String(accountName(p, p.name(query.role+"-"+r.Name))), QueryString: pulumi.String(query.text), LogGroupNames: r.logGroups,
			}, l.options(providers.in[r.Name])...); err != nil {
				return fmt.Errorf("%s in %s: %w", query.role, r.Name, err)
			}
		}
	}
	return nil
}
