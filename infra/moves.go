package infra

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
)

// siteOriginPrefix begins the ids of the site's origins; the region follows.
const siteOriginPrefix = "site-"

// siteMoveHook stops an update, at its preview already, that would leave the site without a bucket that CloudFront may
// read. A bucket's policy names the distribution, so a new bucket gets it only after the distribution names the bucket:
// for minutes the new bucket answers 403. The group of origins hides that as long as the other bucket is an old one.
func siteMoveHook(ctx *pulumi.Context, cfg *platform) ([]pulumi.ResourceOption, error) {
	if !underEngine() {
		return nil, nil
	}
	hook, err := ctx.RegisterResourceHook(cfg.name("site-moves"), func(args *pulumi.ResourceHookArgs) error {
		return checkSiteMove(args.OldInputs, args.NewInputs)
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, err
	}
	return []pulumi.ResourceOption{pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}})}, nil
}

// underEngine says whether Pulumi's engine runs the program: it tells the address of its monitor, as local mode does of
// its own. Tests tell none.
func underEngine() bool {
	monitor := os.Getenv(pulumi.EnvMonitor)
	return monitor != "" && monitor != os.Getenv(contract.LocalMonitorVariable)
}

// checkSiteMove compares a distribution's inputs before and after.
func checkSiteMove(before, after resource.PropertyMap) error {
	old, now := siteOrigins(before), siteOrigins(after)
	if len(old) == 0 || len(now) == 0 || slices.ContainsFunc(now, func(id string) bool { return slices.Contains(old, id) }) {
		return nil
	}
	return fmt.Errorf("onefront:regions: the site would move from %s to %s in one update, and CloudFront could read neither bucket for minutes: "+
		"move it one place at a time, keep one of the first two regions and change the other in the next update", places(old), places(now))
}

func places(ids []string) string {
	regions := make([]string, len(ids))
	for i, id := range ids {
		regions[i] = strings.TrimPrefix(id, siteOriginPrefix)
	}
	return strings.Join(regions, " and ")
}

// siteOrigins are the ids of the buckets' origins among a distribution's inputs.
func siteOrigins(inputs resource.PropertyMap) (ids []string) {
	list := plainValue(inputs["origins"])
	if !list.IsArray() {
		return nil
	}
	for _, item := range list.ArrayValue() {
		if item = plainValue(item); !item.IsObject() {
			continue
		}
		if id := plainValue(item.ObjectValue()["originId"]); id.IsString() && strings.HasPrefix(id.StringValue(), siteOriginPrefix) {
			ids = append(ids, id.StringValue())
		}
	}
	return ids
}

// plainValue unwraps secrets and outputs: the origins bear a secret header.
func plainValue(v resource.PropertyValue) resource.PropertyValue {
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput():
			v = v.OutputValue().Element
		default:
			return v
		}
	}
}
