package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// originSecret is the secret of this generation, sent by CloudFront, and of the one before, still accepted
// while the distribution's update is under way (F6.29). previous is nil in the first generation.
type originSecret struct {
	current, previous pulumi.StringInput
}

func newOriginSecret(ctx *pulumi.Context, cfg *platform) (*originSecret, error) {
	password := func(n int) (pulumi.StringInput, error) {
		made, err := random.NewRandomPassword(ctx, cfg.name(fmt.Sprintf("origin-secret-%d", n)), &random.RandomPasswordArgs{
			Length:  pulumi.Int(40),
			Special: pulumi.Bool(false),
		}, cfg.child()...)
		if err != nil {
			return nil, err
		}
		return made.Result, nil
	}
	s, generation := &originSecret{}, cfg.OriginSecretGeneration
	var err error
	if s.current, err = password(generation); err != nil {
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
