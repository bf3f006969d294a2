package main

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
)

var update = flag.Bool("update", false, "write the golden graph")

// configOf is the committed stack's configuration with some keys replaced, and a policy that changes with nothing else.
func configOf(t *testing.T, replaced map[string]string) map[string]string {
	t.Helper()
	config, _, err := stackfile.Load(".", "company")
	if err != nil {
		t.Fatal(err)
	}
	config["onefront-deployments:policyFile"] = "testdata/deploy-policy.json"
	for key, value := range replaced {
		config["onefront-deployments:"+key] = value
	}
	return config
}

func record(t *testing.T, replaced map[string]string) *graph.Graph {
	t.Helper()
	g, err := graph.Record(deploy, graph.Options{Project: "onefront-deployments", Stack: "company", Config: configOf(t, replaced)})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGolden holds the whole graph of the committed stack; read a change line by line before accepting it with -update.
func TestGolden(t *testing.T) {
	t.Parallel()
	got, err := record(t, nil).Golden()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "graph.company.golden.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("graph differs (-golden +now):\n%s", diff)
	}
}

func named(t *testing.T, g *graph.Graph, token, name string) *graph.Resource {
	t.Helper()
	for _, r := range g.ByType(token) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no %s named %q", token, name)
	return nil
}

const (
	policyToken      = "aws:iam/policy:Policy"
	roleToken        = "aws:iam/role:Role"
	providerToken    = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
	settingsToken    = "pulumiservice:index:DeploymentSettings"
	driftToken       = "pulumiservice:index:DriftSchedule"
	environmentToken = "pulumiservice:index:Environment"
	issuerToken      = "pulumiservice:index:OidcIssuer"
)

// What pushes, pull requests and nights do to a stack.
func TestSettings(t *testing.T) {
	t.Parallel()
	g := record(t, map[string]string{"stacks": `[{"name": "prod", "branch": "release"}, {"name": "pr", "review": true}]`})
	for stack, want := range map[string]map[string]any{
		"prod": {"deployCommits": true, "previewPullRequests": true, "pullRequestTemplate": false},
		"pr":   {"deployCommits": false, "previewPullRequests": false, "pullRequestTemplate": true},
	} {
		vcs, _ := named(t, g, settingsToken, stack).Inputs["vcs"].(map[string]any)
		for key, value := range want {
			if vcs[key] != value {
				t.Errorf("%s: %s is %v, want %v", stack, key, vcs[key], value)
			}
		}
	}
	if git := text(t, named(t, g, settingsToken, "prod").Inputs["sourceContext"]); !strings.Contains(git, `"branch":"release"`) {
		t.Errorf("source of prod: %s", git)
	}
	drifts := g.ByType(driftToken)
	if len(drifts) != 1 || drifts[0].Name != "prod" || drifts[0].Inputs["autoRemediate"] != false {
		t.Errorf("drift schedules: %v", drifts)
	}
}

// An own branch of paths that no pattern leaves out deploys; documents and the like do not.
func TestSettings_pathsLeaveDocumentsOut(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"main.go": true, "handler/main.go": true, "site/index.html": true, "Pulumi.prod.yaml": true, "infra/site.go": true,
		"README.md": false, "docs/cost.md": false, "docs/outputs.schema.json": false, ".github/workflows/test.yml": false, "deployments/roles.go": false,
	} {
		if got := deploys(path); got != want {
			t.Errorf("%s deploys: %v, want %v", path, got, want)
		}
	}
}

// deploys follows Pulumi's rule: one pattern must match, and none with "!".
func deploys(path string) bool {
	matched := false
	for _, pattern := range deployedPaths {
		pattern, left := strings.CutPrefix(pattern, "!")
		folder, below := strings.CutSuffix(pattern, "**")
		one, _ := filepath.Match(pattern, path)
		if !one && !(below && strings.HasPrefix(path, folder)) {
			continue
		}
		if left {
			return false
		}
		matched = true
	}
	return matched
}

// One provider per URL and account: what exists is taken, not made.
func TestIssuers_existing(t *testing.T) {
	t.Parallel()
	const existing = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"
	g := record(t, map[string]string{"pulumiOidcProviderArn": existing})
	if made := g.ByType(providerToken); len(made) != 0 {
		t.Errorf("made %d providers", len(made))
	}
	if trust := named(t, g, roleToken, "prod").Inputs["assumeRolePolicy"].(string); !strings.Contains(trust, `"`+existing+`"`) {
		t.Errorf("trust: %s", trust)
	}
}

// GitHub Actions alone make nothing at Pulumi Cloud if so wanted.
func TestActions_alone(t *testing.T) {
	t.Parallel()
	g := record(t, map[string]string{"deployFrom": `["github-actions"]`, "githubTokenIssuer": "false"})
	for _, r := range g.Resources {
		if strings.HasPrefix(r.Type, "pulumiservice:") {
			t.Errorf("%s made", r.URN)
		}
	}
	if got := text(t, named(t, g, providerToken, "github").Inputs["clientIdLists"]); got != `["sts.amazonaws.com"]` {
		t.Errorf("audiences: %s", got)
	}
	policy := named(t, g, policyToken, "preview-1").Inputs["policy"].(string)
	for _, action := range actionsOf(t, policy) {
		if verb, _, _ := strings.Cut(strings.TrimPrefix(action, "route53:"), "Hosted"); verb != "Get" && verb != "List" && verb != "ListTagsForResource" {
			t.Errorf("pull requests may %s", action)
		}
	}
}

// A token of Pulumi Cloud is for jobs of pull requests and of the stacks' environments, by exact subject.
func TestActions_tokenIssuer(t *testing.T) {
	t.Parallel()
	g := record(t, map[string]string{"deployFrom": `["github-actions"]`})
	var subjects []string
	policies, _ := named(t, g, issuerToken, "github").Inputs["policies"].([]any)
	for _, policy := range policies {
		rules := policy.(map[string]any)["rules"].(map[string]any)
		subjects = append(subjects, rules["sub"].(string))
		if rules["aud"] != "urn:pulumi:org:acme" {
			t.Errorf("audience %v", rules["aud"])
		}
	}
	want := []string{"repo:acme/web:pull_request", "repo:acme/web:environment:staging", "repo:acme/web:environment:prod"}
	if diff := cmp.Diff(want, subjects); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
}

// The environment asks for the subject that the role trusts, and for the role.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	g := record(t, nil)
	environment := named(t, g, environmentToken, "aws-prod")
	yaml := environment.Inputs["yaml"].(graph.Asset).Text
	for _, want := range []string{
		"roleArn: arn:aws:iam::123456789012:role/onefront-prod-deploy\n", "subjectAttributes:\n            - currentEnvironment.name\n", "duration: 2h\n",
		"AWS_SESSION_TOKEN: ${aws.login.sessionToken}\n",
	} {
		if !strings.Contains(yaml, want) {
			t.Errorf("no %q in:\n%s", want, yaml)
		}
	}
	if environment.Inputs["project"] != "onefront" {
		t.Errorf("project %v", environment.Inputs["project"])
	}
}

// What is wrong is said in one go, with key, value and what would be right.
func TestLoad_refusals(t *testing.T) {
	t.Parallel()
	wrong := map[string]string{
		"organization": "", "repository": "web", "project": "default", "deployFrom": `["jenkins"]`, "login": "keys",
		"stacks":                `[{"name": "a:b"}, {"name": "staging"}, {"name": "staging", "drift": "daily"}, {"name": "pr", "review": true, "deploy": true}]`,
		"pulumiOidcProviderArn": "api.pulumi.com", "policyFile": "testdata/none.json", "permissionsBoundary": "boundary", "githubTokenIssuer": "perhaps",
		"preRunCommands": "make",
	}
	_, err := graph.Record(deploy, graph.Options{Project: "onefront-deployments", Stack: "company", Config: configOf(t, wrong)})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{
		`organization: "": the organization's name`, `repository: "web": owner/name`, `project: "default"`, `deployFrom: "jenkins": pulumi-deployments or github-actions`,
		`login: "keys": esc or deployments`, `stacks[0].name: "a:b"`, `stacks[2].name: "staging": a stack's name, each once`, `stacks[2].drift: "daily"`,
		`stacks[3]: "pr": a review stack`, `stacks[3].review`, `pulumiOidcProviderArn: "api.pulumi.com"`, `policyFile: "testdata/none.json"`,
		`permissionsBoundary: "boundary"`, `githubTokenIssuer: "perhaps"`, `preRunCommands: "make"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

func TestLoad_unknownKeyOfAStack(t *testing.T) {
	t.Parallel()
	_, err := graph.Record(deploy, graph.Options{
		Project: "onefront-deployments", Stack: "company", Config: configOf(t, map[string]string{"stacks": `[{"name": "prod", "brunch": "main"}]`}),
	})
	if err == nil || !strings.Contains(err.Error(), "stacks: ") {
		t.Errorf("got %v", err)
	}
}

// A policy that IAM would refuse is refused before anything is made.
func TestLoad_policyTooLong(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.json")
	long := `{"Statement": [{"Effect": "Allow", "Action": ["` + strings.Repeat("a", 6144) + `"], "Resource": "*"}]}`
	if err := os.WriteFile(file, []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := graph.Record(deploy, graph.Options{
		Project: "onefront-deployments", Stack: "company", Config: configOf(t, map[string]string{"policyFile": file}),
	})
	if err == nil || !strings.Contains(err.Error(), "IAM takes at most 6144") {
		t.Errorf("got %v", err)
	}
}

// A policy in several documents is several policies, each with the names of its own stack.
func TestRole_policies(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.json")
	list := `[{"Statement": [{"Resource": "arn:{partition}:lambda:*:{account}:function:{project}-{stack}-*"}]}, {"Statement": [{"Resource": "*"}]}]`
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	g := record(t, map[string]string{"policyFile": file})
	for stack, want := range map[string]string{
		"prod-1": "arn:aws:lambda:*:123456789012:function:onefront-prod-*", "staging-1": "arn:aws:lambda:*:123456789012:function:onefront-staging-*", "prod-2": `"*"`,
	} {
		if policy := named(t, g, policyToken, stack).Inputs["policy"].(string); !strings.Contains(policy, want) {
			t.Errorf("%s: no %s in %s", stack, want, policy)
		}
	}
	if attached := g.ByType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"); len(attached) != 4 {
		t.Errorf("%d policies attached, want 2 for each of 2 stacks", len(attached))
	}
}

// The policy that the program's graph needs is one that the roles can take, with no name left open.
func TestRole_theDeployPolicy(t *testing.T) {
	t.Parallel()
	g := record(t, map[string]string{"policyFile": "../docs/deploy-policy.json"})
	policies := g.ByType(policyToken)
	if len(policies) < 4 {
		t.Errorf("%d policies for two stacks", len(policies))
	}
	for _, resource := range policies {
		policy := resource.Inputs["policy"].(string)
		if open := regexp.MustCompile(`\{[a-z]+\}`).FindString(policy); open != "" {
			t.Errorf("%s: %s stands for nothing", resource.Name, open)
		}
		if len(policy) > maxPolicy {
			t.Errorf("%s: %d characters", resource.Name, len(policy))
		}
	}
}

// The stack for pull requests is one that the program takes: its keys are the platform's.
func TestReviewStack_keys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for from, to := range map[string]string{"../Pulumi.yaml": "Pulumi.yaml", "review/Pulumi.pr.yaml": "Pulumi.pr.yaml", "../Pulumi.staging.yaml": "Pulumi.staging.yaml"} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	review, _, err := stackfile.Load(dir, "pr")
	if err != nil {
		t.Fatal(err)
	}
	staging, _, err := stackfile.Load(dir, "staging")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(maps.Collect(maps.All(staging)), review); diff != "" {
		t.Errorf("the review stack is no longer staging's form (-staging +review):\n%s", diff)
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func actionsOf(t *testing.T, policy string) (actions []string) {
	t.Helper()
	var document struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	for _, statement := range document.Statement {
		actions = append(actions, statement.Action...)
	}
	if len(actions) == 0 {
		t.Fatal("no actions")
	}
	return actions
}
