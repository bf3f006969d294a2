package infra

import (
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// healthFunction is the name of the platform's own function, which no function of an application may bear.
const healthFunction = "health"

// drainRole is the name of the drain parameter's resource, which no secret may bear.
const drainRole = "drain"

// healthPackage is the platform's health function. Its whole import path works in a project that requires this module
// as well as in this one.
const healthPackage = "github.com/onefront/onefront/handler/health"

// What the health function gets. It answers out of its memory and asks SSM for half a second at most; Route 53 waits
// two seconds for an answer (F7.10).
const (
	healthMemoryMiB = 128
	healthTimeout   = 3 * time.Second
)

// The throttle of the secret health path, so that a burst on the API never makes a region look dead. About 16
// checkers ask every 10 seconds (F7.13).
const (
	healthBurst = 100
	healthRate  = 50
)

// newHealthPath draws the secret path below the public one that Route 53 asks, the same in all regions: strangers who
// knew it could use up its throttle, which is not theirs.
func newHealthPath(ctx *pulumi.Context, p *platform) (pulumi.StringOutput, error) {
	secret, err := random.NewRandomPassword(ctx, p.name("health-path"), &random.RandomPasswordArgs{
		Length:  pulumi.Int(32),
		Special: pulumi.Bool(false),
	}, p.child()...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return pulumi.Sprintf("%s/%s", p.Config.Application.HealthPath(), secret.Result), nil
}

// drainParameter is the name of a region's drain parameter. An app with a name has one of its own.
func (p *platform) drainParameter() string {
	name := contract.DrainParameter(p.Project, p.Stack)
	slash := strings.LastIndexByte(name, '/') + 1
	return name[:slash] + p.prefix + name[slash:]
}

// makeHealth makes the region's health function, which asks nothing of the application, and the parameter by which
// somebody drains the region at once. What stands in the parameter is theirs: an update leaves it.
func (b *regionBuilder) makeHealth() error {
	parameter, err := ssm.NewParameter(b.ctx, b.named(drainRole), &ssm.ParameterArgs{
		Name:        pulumi.String(b.cfg.drainParameter()),
		Description: pulumi.String("Takes the region out of the traffic: " + contract.Drained + ", or " + contract.NotDrained),
		Type:        pulumi.String("String"),
		Value:       pulumi.String(contract.NotDrained),
	}, append(b.child(), pulumi.IgnoreChanges([]string{"value", "version"}))...)
	if err != nil {
		return err
	}
	made, err := newFunction(b.ctx, b.named(healthFunction), &functionArgs{
		Handler: healthFunction, Zip: b.cfg.healthZip, Architecture: "arm64", LogRetentionDays: b.cfg.Logs.RetentionDays,
		Lambda: config.Lambda{
			MemoryMiB: healthMemoryMiB, Timeout: healthTimeout, LogLevel: b.cfg.Lambda.LogLevel,
			ReservedConcurrency: b.cfg.Lambda.HealthReservedConcurrency,
		},
		Environment: pulumi.StringMap{
			contract.HealthPathVariable:     secretString(b.cfg.healthPath),
			contract.DrainParameterVariable: parameter.Name,
		},
		Boundary: optionalString(b.cfg.PermissionsBoundary),
		grants:   []grant{{actions: []string{"ssm:GetParameter"}, arn: parameter.Arn}},
		after:    b.args.after,
		rolePath: b.cfg.rolePath(), region: b.args.region,
		check: requestCheck(&Function{Check: "GET " + b.cfg.Config.Application.HealthPath()}, "", pulumi.String("")),
	}, b.child()...)
	if err != nil {
		return err
	}
	b.region.DrainParameter = parameter.Name
	b.made(parameter)
	public := b.cfg.Config.Application.HealthPath()
	b.whenLive(made, func() error {
		b.region.ready = append(b.region.ready, made.Function, made.Alias)
		b.answers = append(b.answers, httpAPIFunction{
			name: healthFunction, alias: made.Alias,
			routes: []apiRoute{
				{role: healthFunction, key: pulumi.String("GET " + public)},
				{role: "health-head", key: pulumi.String("HEAD " + public)},
				{role: "health-check", key: b.healthCheckKey()},
			},
			// One for all three: whoever may read the function's policy need not learn the secret path.
			permissions: []apiPermission{{role: healthFunction, source: "*" + public + "*"}},
		})
		return nil
	})
	return nil
}

// healthCheckKey is the key of the secret route.
func (b *regionBuilder) healthCheckKey() pulumi.StringInput {
	return secretString(pulumi.Sprintf("GET %s", b.cfg.healthPath))
}
