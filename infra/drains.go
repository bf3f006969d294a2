package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// hasDrains says whether a function chooses between regions, and so reads which of them are drained now.
func hasDrains(cfg *platform) bool { return cfg.Routing == config.RoutingEdge && len(cfg.Regions) > 1 }

// newDrains makes the key value store by which a region is taken out within seconds, without a deployment and without
// the control plane of us-east-1 (F15.6, F2.24). Its one key is somebody else's once it exists: no update of the stack
// puts it back. The store is its own, since the site's is owned whole by the table of addresses, and a function may
// read one only (F2.22). It returns nil where no function chooses.
func newDrains(ctx *pulumi.Context, cfg *platform, opts ...pulumi.ResourceOption) (*cloudfront.KeyValueStore, error) {
	if !hasDrains(cfg) {
		return nil, nil
	}
	store, err := cloudfront.NewKeyValueStore(ctx, cfg.name("drains"), &cloudfront.KeyValueStoreArgs{
		Comment: pulumi.String("Regions that are drained now"),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("store of drained regions: %w", err)
	}
	_, err = cloudfront.NewKeyvaluestoreKey(ctx, cfg.name("drains"), &cloudfront.KeyvaluestoreKeyArgs{
		KeyValueStoreArn: store.Arn, Key: pulumi.String(contract.DrainStoreKey), Value: pulumi.String(contract.NotDrained),
	}, append(opts[:len(opts):len(opts)], pulumi.IgnoreChanges([]string{"value"}))...)
	if err != nil {
		return nil, fmt.Errorf("key of drained regions: %w", err)
	}
	return store, nil
}
