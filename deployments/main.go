// Deployments says how the stacks of a project are deployed: on push by Pulumi Deployments, by GitHub Actions, or
// both; with which AWS role, and who may assume it. It is a program of its own, since a stack that changed its own
// settings would need two deployments for each change. README.md has the set-up, step by step.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() { pulumi.Run(deploy) }

// deploy reads as the order of construction.
func deploy(ctx *pulumi.Context) error {
	s, err := load(ctx)
	if err != nil {
		return err
	}
	issuers, err := newIssuers(ctx, s)
	if err != nil {
		return err
	}
	roles := pulumi.StringMap{}
	for _, stack := range s.stacks {
		role, err := newRole(ctx, s, stack, issuers)
		if err != nil {
			return err
		}
		roles[stack.name] = role.Arn
		if s.deployments {
			if err := newSettings(ctx, s, stack, role); err != nil {
				return err
			}
		}
	}
	ctx.Export("roles", roles)
	if !s.actions {
		return nil
	}
	preview, err := newPreviewRole(ctx, s, issuers)
	if err != nil {
		return err
	}
	ctx.Export("previewRole", preview.Arn)
	return nil
}
