package infra

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
)

// SecretVariable is the environment variable that holds the name of a secret's SSM parameter: paymentKey's is
// ONEFRONT_PAYMENT_KEY_PARAMETER.
func SecretVariable(key string) string {
	return "ONEFRONT_" + contract.VariableName(key) + "_PARAMETER"
}

// secretParameters are the secrets of a region, each made once, whoever reads it.
type secretParameters struct {
	builder *regionBuilder
	made    map[string]*ssm.Parameter
}

// of keeps a secret as a SecureString under the account's own key for SSM: readable by whoever may read this one
// parameter, and never part of a function's configuration (F10.16).
func (s *secretParameters) of(key string) (*ssm.Parameter, error) {
	if p := s.made[key]; p != nil {
		return p, nil
	}
	b := s.builder
	if _, known := b.cfg.Secrets[key]; !known {
		return nil, b.cfg.unknownSecret(key)
	}
	p, err := ssm.NewParameter(b.ctx, b.named(strings.ToLower(slugOf(key))), &ssm.ParameterArgs{
		Description: pulumi.String("Secret " + key + " of the application " + b.cfg.Args.Application.Name),
		Type:        pulumi.String("SecureString"),
		Value:       b.cfg.secret(key),
	}, b.child()...)
	if err != nil {
		return nil, err
	}
	s.made[key] = p
	b.made(p)
	return p, nil
}
