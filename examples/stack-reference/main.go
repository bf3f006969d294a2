// Stack-reference is a Pulumi program that reads what a stack of Onefront exports: a team that does not own the stack,
// but builds on it. It watches the API from a second alarm channel, say, or hands the address to another system.
//
//	pulumi config set onefront acme/onefront/prod
package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() { pulumi.Run(program) }

func program(ctx *pulumi.Context) error {
	// <organization>/<project>/<stack>; with a backend of your own organization/<project>/<stack>.
	name, ok := ctx.GetConfig("reads-onefront:onefront")
	if !ok {
		return errors.New("onefront: which stack? pulumi config set onefront acme/onefront/prod")
	}
	stack, err := pulumi.NewStackReference(ctx, name, nil)
	if err != nil {
		return err
	}
	// A text. Outputs that the stack lacks are an error, unlike with GetOutput.
	api := stack.GetStringOutput(pulumi.String("apiUrl"))
	ctx.Export("checked", pulumi.Sprintf("%s/health", api))
	// A map: docs/outputs.schema.json says what is in it.
	ctx.Export("frontendEnv", stack.GetOutput(pulumi.String("frontendEnv")).AsStringMapOutput())
	// A list of maps.
	ctx.Export("home", stack.GetOutput(pulumi.String("regions")).ApplyT(func(value any) string {
		regions, _ := value.([]any)
		if len(regions) == 0 {
			return ""
		}
		home, _ := regions[0].(map[string]any)
		region, _ := home["region"].(string)
		return region
	}))
	return nil
}
