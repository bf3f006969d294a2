package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-pulumiservice/sdk/go/pulumiservice"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	maxRoleName = 64
	// A first distribution takes 10 to 20 minutes, and an update that the credentials leave alone is half done.
	sessionHours = 2

	previewRole = "preview"
)

// roleName is explicit: workflows and people name the role.
func roleName(s *settings, role string) string { return s.project + "-" + role + "-deploy" }

// issuers are the ARNs of the account's OIDC providers; nil where nobody of that kind deploys.
type issuers struct{ pulumi, github pulumi.StringInput }

func newIssuers(ctx *pulumi.Context, s *settings) (*issuers, error) {
	made := &issuers{}
	var err error
	if s.deployments {
		audience, _ := pulumiSubjects(s, "")
		if made.pulumi, err = newIssuer(ctx, "pulumi", pulumiHost, audience, s.pulumiProvider); err != nil {
			return nil, err
		}
	}
	if !s.actions {
		return made, nil
	}
	if made.github, err = newIssuer(ctx, "github", githubHost, githubAudience, s.githubProvider); err != nil {
		return nil, err
	}
	if s.tokenIssuer {
		err = newTokenIssuer(ctx, s)
	}
	return made, err
}

// newIssuer makes an IAM OIDC provider, or takes the one that the account has: there is one per URL and account.
// One that exists must list the audience (aws iam add-client-id-to-open-id-connect-provider).
func newIssuer(ctx *pulumi.Context, name, host, audience, existing string) (pulumi.StringInput, error) {
	if existing != "" {
		return pulumi.String(existing), nil
	}
	provider, err := iam.NewOpenIdConnectProvider(ctx, name, &iam.OpenIdConnectProviderArgs{
		Url: pulumi.String("https://" + host), ClientIdLists: pulumi.StringArray{pulumi.String(audience)},
	})
	if err != nil {
		return nil, fmt.Errorf("OIDC provider %s: %w", name, err)
	}
	return provider.Arn, nil
}

// newTokenIssuer lets jobs of the repository exchange GitHub's token for one of Pulumi Cloud, so that no access token
// is kept at GitHub. Only jobs of pull requests and of the stacks' environments get one.
// https://www.pulumi.com/docs/administration/access-identity/oidc-client/
func newTokenIssuer(ctx *pulumi.Context, s *settings) error {
	subjects := []string{pullRequestSubject(s)}
	for _, stack := range s.stacks {
		subjects = append(subjects, environmentSubject(s, stack.name))
	}
	policies := pulumiservice.AuthPolicyDefinitionArray{}
	for _, subject := range subjects {
		policies = append(policies, pulumiservice.AuthPolicyDefinitionArgs{
			Decision:              pulumiservice.AuthPolicyDecisionAllow,
			TokenType:             pulumiservice.AuthPolicyTokenTypeOrganization,
			AuthorizedPermissions: pulumiservice.AuthPolicyPermissionLevelArray{pulumiservice.AuthPolicyPermissionLevelStandard},
			Rules: pulumi.StringMap{
				"aud": pulumi.String("urn:pulumi:org:" + s.organization), "sub": pulumi.String(subject),
			},
		})
	}
	_, err := pulumiservice.NewOidcIssuer(ctx, "github", &pulumiservice.OidcIssuerArgs{
		Organization: pulumi.String(s.organization), Name: pulumi.String("github-" + s.project),
		Url: pulumi.String("https://" + githubHost), Policies: policies,
	})
	return err
}

// newRole makes the role that deploys one stack.
func newRole(ctx *pulumi.Context, s *settings, stack stackSettings, by *issuers) (*iam.Role, error) {
	tokens := []any{}
	if s.deployments {
		tokens = append(tokens, by.pulumi)
	}
	if s.actions {
		tokens = append(tokens, by.github)
	}
	trust := pulumi.All(tokens...).ApplyT(func(providers []any) (string, error) {
		var all []trusted
		if s.deployments {
			audience, subjects := pulumiSubjects(s, stack.name)
			all = append(all, trusted{issuer: pulumiHost, provider: providers[0].(string), audience: audience, subjects: subjects})
		}
		if s.actions {
			all = append(all, trusted{
				issuer: githubHost, provider: providers[len(providers)-1].(string),
				audience: githubAudience, subjects: []string{environmentSubject(s, stack.name)},
			})
		}
		return trustPolicy(all)
	}).(pulumi.StringOutput)
	return makeRole(ctx, s, stack.name, "Deploys "+s.project+"/"+stack.name, trust, s.policies)
}

// previewPolicy is all that a preview asks AWS: it reads no resource, but finds the zones that the configuration names
// without an id.
const previewPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["route53:GetHostedZone","route53:ListHostedZones","route53:ListHostedZonesByName","route53:ListTagsForResource"],"Resource":"*"}]}`

// newPreviewRole makes the role of pull requests at GitHub. Whoever may open one may change the program, so the role
// may change nothing.
func newPreviewRole(ctx *pulumi.Context, s *settings, by *issuers) (*iam.Role, error) {
	trust := by.github.ToStringOutput().ApplyT(func(provider string) (string, error) {
		return trustPolicy([]trusted{{
			issuer: githubHost, provider: provider, audience: githubAudience, subjects: []string{pullRequestSubject(s)},
		}})
	}).(pulumi.StringOutput)
	return makeRole(ctx, s, previewRole, "Previews pull requests of "+s.project, trust, []string{previewPolicy})
}

func makeRole(ctx *pulumi.Context, s *settings, name, description string, trust pulumi.StringInput, policies []string) (*iam.Role, error) {
	args := &iam.RoleArgs{
		Name: pulumi.String(roleName(s, name)), Description: pulumi.String(description),
		AssumeRolePolicy: trust, MaxSessionDuration: pulumi.Int(sessionHours * 3600),
	}
	if s.boundary != "" {
		args.PermissionsBoundary = pulumi.String(s.boundary)
	}
	role, err := iam.NewRole(ctx, name, args)
	if err != nil {
		return nil, fmt.Errorf("role of %s: %w", name, err)
	}
	for i, document := range policies {
		if err := attach(ctx, s, role, name, fmt.Sprintf("%s-%d", name, i+1), document); err != nil {
			return nil, fmt.Errorf("policy %d of %s: %w", i+1, name, err)
		}
	}
	return role, nil
}

// attach gives a role what a policy document allows, with the names of its own stack.
func attach(ctx *pulumi.Context, s *settings, role *iam.Role, stack, name, document string) error {
	filled := role.Arn.ApplyT(func(arn string) (string, error) {
		const partition, account, parts = 1, 4, 6
		words := strings.SplitN(arn, ":", parts)
		if len(words) < parts {
			return "", fmt.Errorf("%q: not an ARN", arn)
		}
		return s.fill(document, stack, words[account], words[partition]), nil
	}).(pulumi.StringOutput)
	policy, err := iam.NewPolicy(ctx, name, &iam.PolicyArgs{
		Name: pulumi.String(s.project + "-" + name + "-deploy"), Policy: filled,
	}, pulumi.Parent(role))
	if err != nil {
		return err
	}
	_, err = iam.NewRolePolicyAttachment(ctx, name, &iam.RolePolicyAttachmentArgs{Role: role.Name, PolicyArn: policy.Arn}, pulumi.Parent(role))
	return err
}
