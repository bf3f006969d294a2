package infra

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
)

// What begins the ids of the site's origins, and of the APIs' with edge routing; the region follows.
const (
	siteOriginPrefix = "site-"
	apiOriginPrefix  = "api-"
)

// moveHook stops an update of the distribution, at its preview already, that would refuse viewers for the minutes until
// every edge has it: such a move takes several updates.
func moveHook(ctx *pulumi.Context, cfg *platform) ([]pulumi.ResourceOption, error) {
	if !underEngine() {
		return nil, nil
	}
	hook, err := ctx.RegisterResourceHook(cfg.name("moves"), func(args *pulumi.ResourceHookArgs) error {
		return errors.Join(
			checkSiteMove(args.OldInputs, args.NewInputs), checkClosing(args.OldInputs, cfg.CloseExecuteAPI),
			checkGeneration(cfg.OriginSecretGeneration, cfg.newGeneration.Load()),
		)
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, err
	}
	return []pulumi.ResourceOption{pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}})}, nil
}

// generationHook notes that the secret which CloudFront is to send did not exist before.
func generationHook(ctx *pulumi.Context, cfg *platform) ([]pulumi.ResourceOption, error) {
	if !underEngine() {
		return nil, nil
	}
	hook, err := ctx.RegisterResourceHook(cfg.name("generation"), func(*pulumi.ResourceHookArgs) error {
		cfg.newGeneration.Store(true)
		return nil
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, err
	}
	return []pulumi.ResourceOption{pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeCreate: []*pulumi.ResourceHook{hook}})}, nil
}

// checkGeneration refuses a step of the generation by more than one, up or down. Each generation leaves the secrets
// beside its own; made says that the one to be sent was not among them, and so the functions of this generation do not
// know the one that CloudFront still sends (F6.29).
func checkGeneration(generation int, made bool) error {
	if !made {
		return nil
	}
	return fmt.Errorf("onefront:originSecretGeneration: %d: want one more than before, or one less to go back: for minutes CloudFront would send a secret that no function accepts", generation)
}

// checkClosing compares a distribution's inputs before with whether the execute-api hosts are to be closed now: they
// close at once, and edges ask them until they have the distribution with the names.
func checkClosing(before resource.PropertyMap, closes bool) error {
	if !closes || len(originsIn(before, apiOriginPrefix)) == 0 {
		return nil
	}
	return errors.New("onefront:closeExecuteApi: true: want false until the update from edge to dns routing is complete: CloudFront still asks the execute-api hosts")
}

// underEngine says whether Pulumi's engine runs the program: it tells the address of its monitor, as local mode does of
// its own. Tests tell none.
func underEngine() bool {
	monitor := os.Getenv(pulumi.EnvMonitor)
	return monitor != "" && monitor != os.Getenv(contract.LocalMonitorVariable)
}

// checkSiteMove compares a distribution's inputs before and after: some bucket must stay that CloudFront may read. A
// bucket's policy names the distribution, so a new bucket gets it only after the distribution names the bucket: for
// minutes the new bucket answers 403. The group of origins hides that as long as the other bucket is an old one.
func checkSiteMove(before, after resource.PropertyMap) error {
	old, now := originsIn(before, siteOriginPrefix), originsIn(after, siteOriginPrefix)
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

// originsIn are the ids with a prefix of the origins among a distribution's inputs.
func originsIn(inputs resource.PropertyMap, prefix string) (ids []string) {
	list := plainValue(inputs["origins"])
	if !list.IsArray() {
		return nil
	}
	for _, item := range list.ArrayValue() {
		if item = plainValue(item); !item.IsObject() {
			continue
		}
		if id := plainValue(item.ObjectValue()["originId"]); id.IsString() && strings.HasPrefix(id.StringValue(), prefix) {
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
