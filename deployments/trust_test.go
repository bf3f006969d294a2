package main

import (
	"encoding/json"
	"slices"
	"testing"
)

// token is what an issuer signs: who issued it, for whom, about whom.
type token struct{ issuer, audience, subject string }

// allows evaluates a role's trust policy as AWS STS does for AssumeRoleWithWebIdentity: one statement must name the
// issuer's provider and the action, and all its conditions must hold.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
func allows(t *testing.T, policy string, providers map[string]string, with token) bool {
	t.Helper()
	var document struct {
		Statement []struct {
			Effect    string
			Principal struct{ Federated string }
			Action    string
			Condition map[string]map[string]any
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	claims := map[string]string{with.issuer + ":aud": with.audience, with.issuer + ":sub": with.subject}
	for _, s := range document.Statement {
		if s.Effect != "Allow" || s.Action != "sts:AssumeRoleWithWebIdentity" {
			t.Fatalf("a statement of another kind: %+v", s)
		}
		holds := s.Principal.Federated == providers[with.issuer]
		for operator, keys := range s.Condition {
			if operator != "StringEquals" {
				t.Fatalf("a condition that is not exact: %s", operator)
			}
			for key, wanted := range keys {
				value, present := claims[key]
				holds = holds && present && slices.Contains(texts(wanted), value)
			}
		}
		// Without either key anybody with a token of the issuer would pass.
		if len(s.Condition["StringEquals"]) != 2 {
			t.Fatalf("conditions: %v", s.Condition)
		}
		if holds {
			return true
		}
	}
	return false
}

func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, item.(string))
		}
		return all
	}
	return nil
}

func TestTrust_whoMayDeployProd(t *testing.T) {
	t.Parallel()
	const (
		deployment  = "pulumi:deploy:org:Acme:project:onefront:stack:prod:operation:"
		environment = "pulumi:environments:pulumi.organization.login:Acme:currentEnvironment.name:onefront/aws-prod"
	)
	providers := map[string]string{
		pulumiHost: "arn:aws:iam::123456789012:oidc-provider/" + pulumiHost,
		githubHost: "arn:aws:iam::123456789012:oidc-provider/" + githubHost,
	}
	others := []token{
		{pulumiHost, "aws:Acme", "pulumi:environments:org:Acme:env:<yaml>"}, // what every environment of the organization has by default
		{pulumiHost, "aws:Acme", "pulumi:environments:org:Acme:env:onefront/aws-prod"},
		{pulumiHost, "aws:Acme", "pulumi:environments:pulumi.organization.login:Acme:currentEnvironment.name:onefront/aws-staging"},
		{pulumiHost, "aws:Acme", environment + "-2"},
		{pulumiHost, "aws:Acme", "pulumi:environments:pulumi.organization.login:Acme:currentEnvironment.name:other/aws-prod"},
		{pulumiHost, "aws:Evil", environment},
		{pulumiHost, "acme", deployment + "update:scope:read"},
		{pulumiHost, "acme", "pulumi:deploy:org:Acme:project:onefront:stack:prod2:operation:update:scope:write"},
		{pulumiHost, "acme", "pulumi:deploy:org:Acme:project:onefront-x:stack:prod:operation:update:scope:write"},
		{pulumiHost, "acme", "pulumi:deploy:org:Evil:project:onefront:stack:prod:operation:update:scope:write"},
		{pulumiHost, "Acme", deployment + "update:scope:write"}, // deployments' audience is lower case
		{githubHost, "sts.amazonaws.com", "repo:acme/web:pull_request"},
		{githubHost, "sts.amazonaws.com", "repo:acme/web:ref:refs/heads/main"},
		{githubHost, "sts.amazonaws.com", "repo:acme/web:environment:staging"},
		{githubHost, "sts.amazonaws.com", "repo:acme/website:environment:prod"},
		{githubHost, "sts.amazonaws.com", "repo:evil/web:environment:prod"},
		{githubHost, "https://github.com/acme", "repo:acme/web:environment:prod"},
		{pulumiHost, "sts.amazonaws.com", "repo:acme/web:environment:prod"}, // the right words from the wrong mouth
	}
	esc := []token{{pulumiHost, "aws:Acme", environment}}
	own := []token{
		{pulumiHost, "acme", deployment + "preview:scope:write"},
		{pulumiHost, "acme", deployment + "update:scope:write"},
		{pulumiHost, "acme", deployment + "refresh:scope:write"},
		{pulumiHost, "acme", deployment + "destroy:scope:write"},
	}
	actions := []token{{githubHost, "sts.amazonaws.com", "repo:acme/web:environment:prod"}}
	for name, c := range map[string]struct {
		replaced map[string]string
		may      []token
		mayNot   []token
	}{
		"esc":         {nil, esc, slices.Concat(others, own, actions)},
		"deployments": {map[string]string{"login": "deployments"}, own, slices.Concat(others, esc, actions)},
		"actions":     {map[string]string{"deployFrom": `["github-actions"]`}, actions, slices.Concat(others, esc, own)},
		"both":        {map[string]string{"deployFrom": `["github-actions", "pulumi-deployments"]`}, slices.Concat(esc, actions), slices.Concat(others, own)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replaced := map[string]string{
				"organization": "Acme", "pulumiOidcProviderArn": providers[pulumiHost], "githubOidcProviderArn": providers[githubHost],
			}
			for key, value := range c.replaced {
				replaced[key] = value
			}
			policy := named(t, record(t, replaced), roleToken, "prod").Inputs["assumeRolePolicy"].(string)
			for _, may := range c.may {
				if !allows(t, policy, providers, may) {
					t.Errorf("%+v must pass:\n%s", may, policy)
				}
			}
			for _, mayNot := range c.mayNot {
				if allows(t, policy, providers, mayNot) {
					t.Errorf("%+v must not pass:\n%s", mayNot, policy)
				}
			}
		})
	}
}

// Whoever may open a pull request gets the role that changes nothing, and no other.
func TestTrust_pullRequests(t *testing.T) {
	t.Parallel()
	providers := map[string]string{githubHost: "arn:aws:iam::123456789012:oidc-provider/" + githubHost}
	g := record(t, map[string]string{"deployFrom": `["github-actions"]`, "githubOidcProviderArn": providers[githubHost]})
	pullRequest := token{githubHost, "sts.amazonaws.com", "repo:acme/web:pull_request"}
	for _, role := range g.ByType(roleToken) {
		if got, want := allows(t, role.Inputs["assumeRolePolicy"].(string), providers, pullRequest), role.Name == "preview"; got != want {
			t.Errorf("a pull request may assume %s: %v", role.Name, got)
		}
	}
}
