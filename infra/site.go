package infra

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/functions"
	"github.com/onefront/onefront/infra/sitefiles"
)

// siteType is part of every child's URN; changing it needs an alias.
const siteType = "onefront:infra:Site"

const (
	// oldVersionDays is how long a replaced or deleted object can be brought back.
	oldVersionDays = 30
	// configCacheControl of /config.json: as fresh as a page.
	configCacheControl = "public, max-age=0, s-maxage=60, must-revalidate"
)

// siteComponent is the static site: the same objects in two private buckets in two regions (one where there is one
// region), read by CloudFront alone.
type siteComponent struct {
	pulumi.ResourceState

	platform *platform
	provider *aws.Provider
	control  *cloudfront.OriginAccessControl
	buckets  []*siteBucket
	// addresses is the store with the table of addresses.
	addresses *cloudfront.KeyValueStore
	table     pulumi.Resource
	// notFoundPage says that the folder has a page for unknown addresses.
	notFoundPage bool
}

// siteBucket is one copy of the site.
type siteBucket struct {
	region   string
	provider *aws.Provider
	bucket   *s3.BucketV2
	block    *s3.BucketPublicAccessBlock
	objects  []pulumi.Resource
	// config is /config.json.
	config pulumi.Resource
}

// newSite reads the folder and makes the buckets and their objects. It returns nil where no folder is published.
func newSite(ctx *pulumi.Context, cfg *platform, providers *providers) (*siteComponent, error) {
	if cfg.SiteDir == "" {
		return nil, nil
	}
	folder, err := sitefiles.Read(cfg.SiteDir, cfg.SiteExclude)
	if err != nil {
		return nil, fmt.Errorf("onefront:siteDir: %w", err)
	}
	files := folder.Files
	table, err := sitefiles.Addresses(files, cfg.Redirects)
	if err != nil {
		return nil, fmt.Errorf("the site's addresses: %w", err)
	}
	if len(folder.LeftOut) > 0 {
		if err := info(ctx, leftOut(cfg.SiteDir, folder.LeftOut)); err != nil {
			return nil, err
		}
	}
	s := &siteComponent{platform: cfg, provider: providers.global, notFoundPage: sitefiles.Has(files, sitefiles.NotFoundKey)}
	if err := ctx.RegisterComponentResourceV2(siteType, cfg.name("site"), pulumi.Map{"folder": pulumi.String(cfg.SiteDir)}, s, cfg.child()...); err != nil {
		return nil, err
	}
	if s.control, err = cloudfront.NewOriginAccessControl(ctx, cfg.name("site"), &cloudfront.OriginAccessControlArgs{
		OriginAccessControlOriginType: pulumi.String("s3"),
		SigningBehavior:               pulumi.String("always"),
		SigningProtocol:               pulumi.String("sigv4"),
	}, pulumi.Parent(s), pulumi.Provider(s.provider)); err != nil {
		return nil, err
	}
	for _, region := range cfg.Regions[:min(2, len(cfg.Regions))] {
		b, err := s.newBucket(ctx, region, providers.in[region])
		if err != nil {
			return nil, fmt.Errorf("site bucket in %s: %w", region, err)
		}
		if err := s.upload(ctx, b, files, publicConfig(cfg)); err != nil {
			return nil, fmt.Errorf("site bucket in %s: %w", region, err)
		}
		s.buckets = append(s.buckets, b)
	}
	if err := s.publish(ctx, table); err != nil {
		return nil, err
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{})
}

// ready is what must exist before the distribution may serve the site.
func (s *siteComponent) ready() []pulumi.Resource {
	ready := []pulumi.Resource{s.table}
	for _, b := range s.buckets {
		ready = append(append(ready, b.config), b.objects...)
	}
	return ready
}

// newBucket makes a private, versioned, encrypted bucket. The logical name carries the region, so that another
// order of the regions replaces nothing. A bucket that is not protected is emptied when it is deleted: everything in it
// comes out of the repository.
func (s *siteComponent) newBucket(ctx *pulumi.Context, region string, provider *aws.Provider) (*siteBucket, error) {
	name := s.platform.name("site-" + region)
	b := &siteBucket{region: region, provider: provider}
	opts := []pulumi.ResourceOption{pulumi.Parent(s), pulumi.Provider(provider)}
	protected := s.platform.protects(region)
	var err error
	if b.bucket, err = s3.NewBucketV2(ctx, name, &s3.BucketV2Args{ForceDestroy: pulumi.Bool(!protected)}, append(opts, pulumi.Protect(protected))...); err != nil {
		return nil, err
	}
	if b.block, err = s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:          b.bucket.ID(),
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, opts...); err != nil {
		return nil, err
	}
	if _, err = s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: b.bucket.ID(),
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, opts...); err != nil {
		return nil, err
	}
	if _, err = s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: b.bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	}, opts...); err != nil {
		return nil, err
	}
	versioning, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  b.bucket.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, opts...)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: b.bucket.ID(),
		Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("forget-old-versions"), Status: pulumi.String("Enabled"),
			Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(oldVersionDays),
			},
		}},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{versioning}))...)
	return b, err
}

// upload publishes every file and /config.json. Pages come after all they may name. A file with a content hash
// in its name stays in the bucket when it leaves the folder, since edges may still hold pages that name it.
func (s *siteComponent) upload(ctx *pulumi.Context, b *siteBucket, files []sitefiles.File, config string) error {
	put := func(key string, args *s3.BucketObjectv2Args, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
		args.Bucket, args.Key = b.bucket.ID(), pulumi.String(key)
		if len(s.platform.Provider.DefaultTags) > 0 {
			// An object takes ten tags, fewer than other resources (F15.7), and nobody looks at them: it bears none.
			args.OverrideProvider = &s3.BucketObjectv2OverrideProviderArgs{
				DefaultTags: s3.BucketObjectv2OverrideProviderDefaultTagsArgs{Tags: pulumi.StringMap{}},
			}
			// Without this the first preview after a creation takes back what was never there, once (seen with v6.83.2).
			opts = append(opts, pulumi.IgnoreChanges([]string{"tagsAll"}))
		}
		opts = append(opts, pulumi.Parent(s), pulumi.Provider(b.provider))
		return s3.NewBucketObjectv2(ctx, s.platform.name(logicalName(b.region, key)), args, opts...)
	}
	object, err := put(sitefiles.ConfigKey, &s3.BucketObjectv2Args{
		Content: pulumi.String(config), ContentType: pulumi.String("application/json"), CacheControl: pulumi.String(configCacheControl),
	})
	if err != nil {
		return err
	}
	b.config = object
	before := []pulumi.Resource{object}
	for _, f := range files {
		args := &s3.BucketObjectv2Args{
			Source: pulumi.NewFileAsset(f.Path), ContentType: pulumi.String(f.ContentType), CacheControl: pulumi.String(f.CacheControl),
		}
		if f.Key == sitefiles.NotFoundKey {
			args.Metadata = pulumi.StringMap{functions.StatusMetadata: pulumi.String("404")}
		}
		var opts []pulumi.ResourceOption
		if f.HTML {
			opts = append(opts, pulumi.DependsOn(before))
		} else if strings.Contains(f.CacheControl, "immutable") {
			opts = append(opts, pulumi.RetainOnDelete(true))
		}
		object, err := put(f.Key, args, opts...)
		if err != nil {
			return fmt.Errorf("file %q: %w", path.Clean(f.Path), err)
		}
		b.objects = append(b.objects, object)
		if !f.HTML {
			before = append(before, object)
		}
	}
	return nil
}

// publish tells the edge the site's addresses, once what they lead to is there. The table is written in batches of 50
// keys and so not at once: while it is new, a path may be unknown that is published already, never the other way.
func (s *siteComponent) publish(ctx *pulumi.Context, table map[string]string) error {
	opts := []pulumi.ResourceOption{pulumi.Parent(s), pulumi.Provider(s.provider)}
	var err error
	if s.addresses, err = cloudfront.NewKeyValueStore(ctx, s.platform.name("addresses"), &cloudfront.KeyValueStoreArgs{
		Comment: pulumi.String("Addresses of the site: path to object or redirect"),
	}, opts...); err != nil {
		return err
	}
	var pairs cloudfront.KeyvaluestoreKeysExclusiveResourceKeyValuePairArray
	for _, address := range slices.Sorted(maps.Keys(table)) {
		pairs = append(pairs, cloudfront.KeyvaluestoreKeysExclusiveResourceKeyValuePairArgs{
			Key: pulumi.String(address), Value: pulumi.String(table[address]),
		})
	}
	var objects []pulumi.Resource
	for _, b := range s.buckets {
		objects = append(objects, b.objects...)
	}
	s.table, err = cloudfront.NewKeyvaluestoreKeysExclusive(ctx, s.platform.name("addresses"), &cloudfront.KeyvaluestoreKeysExclusiveArgs{
		KeyValueStoreArn: s.addresses.Arn, ResourceKeyValuePairs: pairs,
	}, append(opts, pulumi.DependsOn(objects))...)
	return err
}

// leftOut is the preview's line about files that are not published.
func leftOut(dir string, names []string) string {
	const most = 20
	shown := names[:min(most, len(names))]
	line := fmt.Sprintf("%s: not published: %s", dir, strings.Join(shown, ", "))
	if more := len(names) - len(shown); more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	return line + " (names that begin with a dot, links that leave the folder, onefront:siteExclude)"
}

// allow binds the bucket policies to the distribution, which exists by now (F9.3). The block comes first: both
// at once on one bucket may conflict (F9.10).
func (s *siteComponent) allow(ctx *pulumi.Context, distributionARN pulumi.StringOutput) error {
	if s == nil {
		return nil
	}
	for _, b := range s.buckets {
		policy := pulumi.All(b.bucket.Arn, distributionARN).ApplyT(func(arns []any) string {
			return siteBucketPolicy(arns[0].(string), arns[1].(string))
		}).(pulumi.StringOutput)
		if _, err := s3.NewBucketPolicy(ctx, s.platform.name("site-"+b.region), &s3.BucketPolicyArgs{
			Bucket: b.bucket.ID(), Policy: policy,
		}, pulumi.Parent(s), pulumi.Provider(b.provider), pulumi.DependsOn([]pulumi.Resource{b.block})); err != nil {
			return fmt.Errorf("policy of the site bucket in %s: %w", b.region, err)
		}
	}
	return nil
}

// publicConfig is /config.json: what a browser may know. The API is named by a relative path, so that the
// same site works under every alias.
func publicConfig(cfg *platform) string {
	return mustJSON(map[string]any{
		"apiUrl": cfg.Config.Application.BasePath(), "stack": cfg.Stack, "routing": cfg.Routing, "regions": cfg.Regions,
	})
}
