package infra

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Deploy is a whole program: it reads the stack's configuration, makes one [App] of the application and exports the
// outputs. All configuration problems come back as one error.
func Deploy(application Application) pulumi.RunFunc { return DeployWith(application, nil) }

// DeployWith is [Deploy] with another way to make the zips, such as none at all; nil is the default of [Args].Build.
func DeployWith(application Application, build Builder) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args, err := load(ctx, application)
		args.Build = build
		if err != nil { // and what does not compile, in the same run
			_, notBuilt := (&platform{Args: args}).buildFunctions(ctx.Context())
			return errors.Join(err, notBuilt)
		}
		if err := warnOfPlaceholders(ctx); err != nil {
			return err
		}
		app, err := newApp(ctx, "app", "", args)
		if err != nil {
			return err
		}
		app.export(ctx)
		return nil
	}
}
