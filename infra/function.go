package infra

import (
	"maps"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// functionType is part of every child's URN; changing it needs an alias.
const functionType = "onefront:infra:Function"

// functionArgs configures one Lambda function with a role of its own.
type functionArgs struct {
	// Handler is what the bootstrap reads as _HANDLER.
	Handler string
	Zip     HandlerZip
	Lambda  config.Lambda
	// Architecture is arm64 or x86_64.
	Architecture string
	// LogRetentionDays is one of the periods that CloudWatch Logs knows.
	LogRetentionDays int
	Environment      pulumi.StringMap
	// Boundary of the role; nil for none.
	Boundary pulumi.StringPtrInput

	// rolePath is the IAM path of the role, which binds what may be handed to Lambda to the stack.
	rolePath string
	// region is for messages; check is what a new version must stand.
	region string
	check  versionCheck

	// grants are what the role may do beside writing its own log.
	grants []grant
	after  []pulumi.Resource
}

// regionalFunction is a Lambda function on provided.al2023, with its execution role and its log group.
type regionalFunction struct {
	pulumi.ResourceState

	Function   *lambda.Function
	Alias      *lambda.Alias
	RolePolicy *iam.RolePolicy
	role       *iam.Role
	logGroup   *cloudwatch.LogGroup
	invocation *lambda.Invocation

	name string
	// verified is the new version, or the error that its check made.
	verified pulumi.StringOutput
}

// newFunction makes a function with a version that has stood its check, without an alias, which live makes. The log
// group comes first, so that Lambda never creates one that keeps logs for ever (F10.12).
func newFunction(ctx *pulumi.Context, name string, args *functionArgs, opts ...pulumi.ResourceOption) (*regionalFunction, error) {
	f := &regionalFunction{name: name}
	if err := ctx.RegisterComponentResourceV2(functionType, name, pulumi.Map{"handler": pulumi.String(args.Handler)}, f, opts...); err != nil {
		return nil, err
	}
	after := pulumi.DependsOn(args.after)
	parent := pulumi.Parent(f)
	var err error
	if f.logGroup, err = cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		RetentionInDays: pulumi.Int(args.LogRetentionDays),
	}, parent, after); err != nil {
		return nil, err
	}
	if f.role, err = iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: pulumi.String(lambdaTrustPolicy()), PermissionsBoundary: args.Boundary, Path: pulumi.String(args.rolePath),
	}, parent, after); err != nil {
		return nil, err
	}
	fillGrants(args.grants, f.logGroup.Arn)
	// Streams are below the group's ARN.
	writeLog := grant{actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, arn: f.logGroup.Arn, suffix: ":*"}
	if f.RolePolicy, err = iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Role: f.role.Name, Policy: grantsJSON(append([]grant{writeLog}, args.grants...)),
	}, parent, after); err != nil {
		return nil, err
	}
	environment := pulumi.StringMap{contract.LogLevelVariable: pulumi.String(args.Lambda.LogLevel)}
	maps.Copy(environment, args.Environment)
	properties := &lambda.FunctionArgs{
		Runtime:       pulumi.String("provided.al2023"),
		Architectures: pulumi.StringArray{pulumi.String(args.Architecture)},
		Handler:       pulumi.String(args.Handler),
		Code:          pulumi.NewFileArchive(args.Zip.Path),
		Role:          f.role.Arn,
		Publish:       pulumi.Bool(true),
		MemorySize:    pulumi.Int(args.Lambda.MemoryMiB),
		Timeout:       pulumi.Int(int(args.Lambda.Timeout / time.Second)),
		Environment:   &lambda.FunctionEnvironmentArgs{Variables: environment},
		// Levels need the JSON format (F10.9). The program filters its own lines; Lambda's filter would drop those that
		// are metrics with the rest (F10.11). Its own start and report lines, two for every health check, are
		// nothing that CloudWatch's metrics do not say.
		LoggingConfig: &lambda.FunctionLoggingConfigArgs{
			LogFormat:           pulumi.String("JSON"),
			LogGroup:            f.logGroup.Name,
			ApplicationLogLevel: pulumi.String("TRACE"),
			SystemLogLevel:      pulumi.String("WARN"),
		},
	}
	if n := args.Lambda.ReservedConcurrency; n != nil {
		properties.ReservedConcurrentExecutions = pulumi.Int(*n)
	}
	// A function that runs before its role may read the key would fail its first requests.
	needed := append([]pulumi.Resource{f.RolePolicy}, args.after...)
	if f.Function, err = lambda.NewFunction(ctx, name, properties, parent, pulumi.DependsOn(needed)); err != nil {
		return nil, err
	}
	return f, f.verify(ctx, args.check, args.region, parent, after)
}

func (f *regionalFunction) resources() []pulumi.Resource {
	return []pulumi.Resource{f.logGroup, f.role, f.RolePolicy, f.Function, f.invocation, f.Alias}
}
