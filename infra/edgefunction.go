package infra

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/functions"
)

// functionRuntime is the one that knows origin helpers (F2.1).
const functionRuntime = "cloudfront-js-2.0"

// A function's name is its role and a digest. CloudFront accepts 64 characters:
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateFunction.html
const (
	maxFunctionRole = 30
	digestDigits    = 12
)

// functionLogs is where CloudFront writes what functions log, in us-east-1 whatever the edge, and where it makes a
// group that keeps everything for ever unless there is one.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html
const functionLogs = "/aws/cloudfront/function/"

// functionMaker makes CloudFront functions that never change: another content is another function. A published function
// acts within seconds, a distribution within minutes, so one that changed under its name would choose among origins
// that the distribution does not have yet. This way one update makes the new function, moves the distribution to it and
// to its origins at once, and deletes the old one; whoever goes back after a failed update finds that one still there.
type functionMaker struct {
	ctx      *pulumi.Context
	platform *platform
	options  []pulumi.ResourceOption
}

// request composes and makes a viewer-request function, or returns nil where it would do nothing. store is the one it
// reads, or nil.
func (m functionMaker) request(role string, parts functions.Request, store *cloudfront.KeyValueStore) (*cloudfront.Function, error) {
	code, err := functions.ComposeRequest(parts)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", role, err)
	}
	return m.of(role, code, store)
}

// of makes the function with this code; nil for none.
func (m functionMaker) of(role, code string, store *cloudfront.KeyValueStore) (*cloudfront.Function, error) {
	if code == "" {
		return nil, nil
	}
	name, err := m.name(role, code, store != nil)
	if err != nil {
		return nil, err
	}
	logs, err := cloudwatch.NewLogGroup(m.ctx, name, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(functionLogs + name), RetentionInDays: pulumi.Int(m.platform.Logs.RetentionDays),
	}, m.options...)
	if err != nil {
		return nil, fmt.Errorf("log group of function %s: %w", name, err)
	}
	args := &cloudfront.FunctionArgs{
		Name: pulumi.String(name), Code: pulumi.String(code), Runtime: pulumi.String(functionRuntime), Publish: pulumi.Bool(true),
	}
	if store != nil {
		args.KeyValueStoreAssociations = pulumi.StringArray{store.Arn}
	}
	return cloudfront.NewFunction(m.ctx, name, args, append(m.options[:len(m.options):len(m.options)], pulumi.DependsOn([]pulumi.Resource{logs}))...)
}

// name is logical and physical name at once. Project and stack are part of the digest: two stacks of an account may
// have equal code.
func (m functionMaker) name(role, code string, hasStore bool) (string, error) {
	if len(role) > maxFunctionRole {
		return "", fmt.Errorf("function %s: a role of %d characters, must be at most %d", role, len(role), maxFunctionRole)
	}
	p := m.platform
	identity := mustJSON([]any{p.Project, p.Stack, strings.TrimSuffix(p.prefix, "-"), functionRuntime, code, hasStore})
	sum := sha256.Sum256([]byte(identity))
	return p.name(role + "-" + hex.EncodeToString(sum[:])[:digestDigits]), nil
}
