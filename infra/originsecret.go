package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// originSecret is the secret of this generation, which CloudFront sends, and those of the one before and the one to
// come, which functions accept too: while the distribution moves from one to the next, and back if the update is rolled
// back, no request meets a function that does not know its secret (F6.29). previous is nil in the first generation.
// After a leak the generation is raised in three completed updates; then none of the secrets that were known before is
// accepted.
type originSecret struct {
	current, previous, next pulumi.StringInput
}

func newOriginSecret(ctx *pulumi.Context, cfg *platform) (*originSecret, error) {
	password := func(n int, hooks ...pulumi.ResourceOption) (pulumi.StringInput, error) {
		made, err := random.NewRandomPassword(ctx, cfg.name(fmt.Sprintf("origin-secret-%d", n)), &random.RandomPasswordArgs{
			Length:  pulumi.Int(40),
			Special: pulumi.Bool(false),
		}, cfg.child(hooks...)...)
		if err != nil {
			return nil, err
		}
		return made.Result, nil
	}
	s, generation := &originSecret{}, cfg.OriginSecretGeneration
	hooks, err := generationHook(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if s.current, err = password(generation, hooks...); err != nil {
		return nil, err
	}
	if s.next, err = password(generation + 1); err != nil {
		return nil, err
	}
	if generation > 1 {
		s.previous, err = password(generation - 1)
	}
	return s, err
}

// secretString keeps a value secret also inside a map.
func secretString(s pulumi.StringInput) pulumi.StringInput {
	return pulumi.ToSecret(s).(pulumi.StringOutput)
}
