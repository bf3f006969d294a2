package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-pulumiservice/sdk/go/pulumiservice"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// deployedPaths are the changes that deploy: all but documents, this program, workflows, examples and drills. What
// begins with "!" is left out, whatever else matches.
var deployedPaths = []string{"**", "!*.md", "!docs/**", "!deployments/**", "!.github/**", "!examples/**", "!template/**", "!drills/**"}

// newSettings tells Pulumi Deployments what to do for a stack, with which AWS role.
func newSettings(ctx *pulumi.Context, s *settings, stack stackSettings, role *iam.Role) error {
	operation := &pulumiservice.DeploymentSettingsOperationContextArgs{
		PreRunCommands: pulumi.ToStringArray(s.preRunCommands),
		Options: &pulumiservice.OperationContextOptionsArgs{
			// Several pushes while one is being deployed are one deployment.
			SkipIntermediateDeployments: pulumi.Bool(true),
			DeleteAfterDestroy:          pulumi.Bool(stack.review),
		},
	}
	if s.esc {
		if err := newEnvironment(ctx, s, stack, role); err != nil {
			return err
		}
	} else {
		operation.Oidc = &pulumiservice.OperationContextOIDCArgs{Aws: &pulumiservice.AWSOIDCConfigurationArgs{
			RoleARN: role.Arn, Duration: pulumi.Sprintf("%dh0m0s", sessionHours),
			SessionName: pulumi.String("${stack.name}-${deployment.version}"), // 64 characters, which Pulumi sees to
		}}
	}
	source := &pulumiservice.DeploymentSettingsGitSourceArgs{Branch: pulumi.String(stack.branch)}
	if s.repoDir != "" {
		source.RepoDir = pulumi.String(s.repoDir)
	}
	made, err := pulumiservice.NewDeploymentSettings(ctx, stack.name, &pulumiservice.DeploymentSettingsArgs{
		Organization: pulumi.String(s.organization), Project: pulumi.String(s.project), Stack: pulumi.String(stack.name),
		SourceContext: &pulumiservice.DeploymentSettingsSourceContextArgs{Git: source},
		Vcs: &pulumiservice.DeploymentSettingsVcsArgs{
			Provider: pulumi.String("github"), Repository: pulumi.String(s.repository),
			DeployCommits: pulumi.Bool(stack.deploy), PreviewPullRequests: pulumi.Bool(stack.preview),
			PullRequestTemplate: pulumi.Bool(stack.review), Paths: pulumi.ToStringArray(deployedPaths),
		},
		OperationContext: operation,
		CacheOptions:     &pulumiservice.DeploymentSettingsCacheOptionsArgs{Enable: pulumi.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("deployment settings of %s: %w", stack.name, err)
	}
	if stack.driftCron == "" {
		return nil
	}
	// Drift is told, not undone: what somebody changed by hand in an outage must not be taken back at night.
	_, err = pulumiservice.NewDriftSchedule(ctx, stack.name, &pulumiservice.DriftScheduleArgs{
		Organization: pulumi.String(s.organization), Project: pulumi.String(s.project), Stack: pulumi.String(stack.name),
		ScheduleCron: pulumi.String(stack.driftCron), AutoRemediate: pulumi.Bool(false),
	}, pulumi.DependsOn([]pulumi.Resource{made}))
	return err
}

// newEnvironment makes the ESC environment that a stack imports to log in to AWS. It holds nothing else, since this
// program owns it whole: keys are in an environment of the team's own.
func newEnvironment(ctx *pulumi.Context, s *settings, stack stackSettings, role *iam.Role) error {
	definition := role.Arn.ApplyT(func(arn string) pulumi.AssetOrArchive {
		return pulumi.NewStringAsset(environmentYAML(arn, s.project+"-"+stack.name))
	}).(pulumi.AssetOrArchiveOutput)
	_, err := pulumiservice.NewEnvironment(ctx, environmentName(stack.name), &pulumiservice.EnvironmentArgs{
		Organization: pulumi.String(s.organization), Project: pulumi.String(s.project),
		Name: pulumi.String(environmentName(stack.name)), Yaml: definition,
	})
	if err != nil {
		return fmt.Errorf("ESC environment of %s: %w", stack.name, err)
	}
	return nil
}

// environmentYAML opens an AWS session by OIDC, with the environment's name in the token's subject (pulumiSubjects).
func environmentYAML(role, session string) string {
	const maxSession = 64
	if len(session) > maxSession {
		session = session[:maxSession]
	}
	return fmt.Sprintf(`values:
  aws:
    login:
      fn::open::aws-login:
        oidc:
          roleArn: %s
          sessionName: %s
          duration: %dh
          subjectAttributes:
            - currentEnvironment.name
  environmentVariables:
    AWS_ACCESS_KEY_ID: ${aws.login.accessKeyId}
    AWS_SECRET_ACCESS_KEY: ${aws.login.secretAccessKey}
    AWS_SESSION_TOKEN: ${aws.login.sessionToken}
`, role, session, sessionHours)
}
