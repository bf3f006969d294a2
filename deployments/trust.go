package main

import (
	"encoding/json"
	"strings"
)

// Issuers of tokens, without the scheme, as IAM's condition keys name them.
const (
	pulumiHost = "api.pulumi.com/oidc"
	githubHost = "token.actions.githubusercontent.com"
)

// trusted is one kind of token that a role takes: all subjects are exact, so that no name that begins alike passes.
type trusted struct {
	issuer, provider string // host of the issuer, ARN of its IAM OIDC provider
	audience         string
	subjects         []string
}

// trustPolicy is the document of a role that takes these tokens and nothing else.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
func trustPolicy(tokens []trusted) (string, error) {
	type object = map[string]any
	statements := make([]object, 0, len(tokens))
	for _, t := range tokens {
		statements = append(statements, object{
			"Effect":    "Allow",
			"Principal": object{"Federated": t.provider},
			"Action":    "sts:AssumeRoleWithWebIdentity",
			"Condition": object{"StringEquals": object{t.issuer + ":aud": t.audience, t.issuer + ":sub": t.subjects}},
		})
	}
	document, err := json.Marshal(object{"Version": "2012-10-17", "Statement": statements})
	return string(document), err
}

// environmentName is the ESC environment that logs a stack in. Stacks name it <project>/<this> in their file.
func environmentName(stack string) string { return "aws-" + stack }

// pulumiSubjects are the tokens by which Pulumi Deployments, or the stack's ESC environment, ask for the role.
func pulumiSubjects(s *settings, stack string) (audience string, subjects []string) {
	if s.esc {
		// The environment's default subject is the literal text "<yaml>" once a stack file imports it, the same for
		// all environments of the organization; so it asks for the name in its subject (newEnvironment).
		// https://www.pulumi.com/docs/esc/guides/configuring-oidc/aws/
		return "aws:" + s.organization, []string{
			"pulumi:environments:pulumi.organization.login:" + s.organization + ":currentEnvironment.name:" + s.project + "/" + environmentName(stack),
		}
	}
	// https://www.pulumi.com/docs/deployments/guides/oidc/aws/
	for _, operation := range []string{"preview", "update", "refresh", "destroy"} {
		subjects = append(subjects, "pulumi:deploy:org:"+s.organization+":project:"+s.project+":stack:"+stack+":operation:"+operation+":scope:write")
	}
	return strings.ToLower(s.organization), subjects
}

// Tokens of GitHub Actions for AWS.
// https://docs.github.com/en/actions/reference/security/oidc
const githubAudience = "sts.amazonaws.com"

// environmentSubject is a job that runs in a GitHub environment, which is called like the stack: its rules (who
// approves, from which branch) are thereby the role's.
func environmentSubject(s *settings, stack string) string {
	return "repo:" + s.repository + ":environment:" + stack
}

// pullRequestSubject is a job that a pull request of the repository itself started. Those of forks get no token.
func pullRequestSubject(s *settings) string { return "repo:" + s.repository + ":pull_request" }
