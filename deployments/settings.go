package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// settings are what a stack of this program decides, checked as a whole.
type settings struct {
	organization, repository, project, repoDir string
	// deployments and actions say who deploys; both may.
	deployments, actions bool
	// esc: Pulumi Deployments log in by an ESC environment per stack; otherwise by their own OIDC.
	esc bool
	// ARNs of what the account has already, or "".
	pulumiProvider, githubProvider string
	tokenIssuer                    bool
	// policies are what the roles may do; {project}, {stack}, {account} and {partition} stand in them.
	policies       []string
	boundary       string
	preRunCommands []string
	stacks         []stackSettings
}

// stackSettings are what one stack of the project wants.
type stackSettings struct {
	name, branch string
	// driftCron is when drift is looked for, in UTC; "" for never.
	driftCron string
	// deploy on push, preview on pull requests.
	deploy, preview bool
	// review: the stack is the template of a stack for each pull request.
	review bool
}

// stackKey is an element of the key stacks.
type stackKey struct {
	Name    string  `json:"name"`
	Branch  string  `json:"branch"`
	Drift   *string `json:"drift"`
	Deploy  *bool   `json:"deploy"`
	Preview *bool   `json:"preview"`
	Review  bool    `json:"review"`
}

const (
	fromDeployments = "pulumi-deployments"
	fromActions     = "github-actions"
	loginESC        = "esc"
	loginOIDC       = "deployments"

	defaultDrift = "17 4 * * *" // once a day, not at the full hour that everybody takes
)

var (
	organizationName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,39}$`)
	repositoryName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)
	// Project and stack are part of the subjects that roles trust, so neither may hold a wildcard or a colon.
	// https://www.pulumi.com/docs/iac/concepts/stacks/
	projectOrStackName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
	fiveFields         = regexp.MustCompile(`^\S+( \S+){4}$`)
)

// load reads and checks the stack's configuration. All problems come back joined, each as "<key>: <value>: what
// would be right".
func load(ctx *pulumi.Context) (*settings, error) {
	cfg := config.New(ctx, "")
	s := &settings{
		organization: cfg.Get("organization"), repository: cfg.Get("repository"),
		project: cfg.Get("project"), repoDir: cfg.Get("repoDir"),
		pulumiProvider: cfg.Get("pulumiOidcProviderArn"), githubProvider: cfg.Get("githubOidcProviderArn"),
		boundary: cfg.Get("permissionsBoundary"),
	}
	p := &problems{}
	s.checkNames(p)
	s.readSwitches(cfg, p)
	s.readStacks(cfg, p)
	s.readPolicy(cfg.Get("policyFile"), p)
	if err := cfg.TryObject("preRunCommands", &s.preRunCommands); err != nil && !errors.Is(err, config.ErrMissingVar) {
		p.add("preRunCommands", cfg.Get("preRunCommands"), "a list of commands")
	}
	return s, errors.Join(p.all...)
}

type problems struct{ all []error }

func (p *problems) add(key, value, right string) {
	p.all = append(p.all, fmt.Errorf("%s: %q: %s", key, value, right))
}

func (s *settings) checkNames(p *problems) {
	if !organizationName.MatchString(s.organization) {
		p.add("organization", s.organization, "the organization's name at Pulumi Cloud")
	}
	if !repositoryName.MatchString(s.repository) {
		p.add("repository", s.repository, "owner/name of the repository at GitHub")
	}
	// An ESC project "default" has another audience than all others.
	if !projectOrStackName.MatchString(s.project) || s.project == "default" {
		p.add("project", s.project, "the name in the project's Pulumi.yaml, not default")
	}
	for key, arn := range map[string]string{"pulumiOidcProviderArn": s.pulumiProvider, "githubOidcProviderArn": s.githubProvider} {
		if arn != "" && !strings.Contains(arn, ":oidc-provider/") {
			p.add(key, arn, "the ARN of an IAM OIDC provider, such as arn:aws:iam::123456789012:oidc-provider/"+pulumiHost)
		}
	}
	if s.boundary != "" && !strings.Contains(s.boundary, ":policy/") {
		p.add("permissionsBoundary", s.boundary, "the ARN of an IAM policy")
	}
}

func (s *settings) readSwitches(cfg *config.Config, p *problems) {
	var from []string
	if err := cfg.TryObject("deployFrom", &from); err != nil || len(from) == 0 {
		p.add("deployFrom", cfg.Get("deployFrom"), "a list of "+fromDeployments+", "+fromActions+", or both")
	}
	for _, name := range from {
		switch name {
		case fromDeployments:
			s.deployments = true
		case fromActions:
			s.actions = true
		default:
			p.add("deployFrom", name, fromDeployments+" or "+fromActions)
		}
	}
	switch login := cfg.Get("login"); login {
	case loginESC, loginOIDC:
		s.esc = login == loginESC
	default:
		p.add("login", login, loginESC+" or "+loginOIDC)
	}
	issuer, err := cfg.TryBool("githubTokenIssuer")
	if err != nil {
		p.add("githubTokenIssuer", cfg.Get("githubTokenIssuer"), "true or false")
	}
	s.tokenIssuer = issuer
}

func (s *settings) readStacks(cfg *config.Config, p *problems) {
	var keys []stackKey
	text := cfg.Get("stacks")
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&keys); err != nil || len(keys) == 0 {
		p.add("stacks", text, "a list of {name, branch, deploy, preview, drift, review}, at least one")
		return
	}
	seen := map[string]bool{}
	for i, key := range keys {
		at := fmt.Sprintf("stacks[%d]", i)
		if !projectOrStackName.MatchString(key.Name) || seen[key.Name] {
			p.add(at+".name", key.Name, "a stack's name, each once")
		}
		seen[key.Name] = true
		if key.Name == previewRole && s.actions {
			p.add(at+".name", key.Name, "another name: this is the role of previews")
		}
		if role := roleName(s, key.Name); len(role) > maxRoleName {
			p.add(at+".name", key.Name, fmt.Sprintf("shorter: the role %s has more than %d characters", role, maxRoleName))
		}
		s.stacks = append(s.stacks, s.stack(key, at, p))
	}
}

func (s *settings) stack(key stackKey, at string, p *problems) stackSettings {
	stack := stackSettings{
		name: key.Name, branch: key.Branch, review: key.Review,
		deploy: !key.Review, preview: !key.Review, driftCron: defaultDrift,
	}
	if stack.branch == "" {
		stack.branch = "main"
	}
	if key.Drift != nil {
		stack.driftCron = *key.Drift
	}
	if stack.driftCron != "" && !fiveFields.MatchString(stack.driftCron) {
		p.add(at+".drift", stack.driftCron, `five fields of cron, such as "`+defaultDrift+`", or "" for never`)
	}
	if key.Review {
		stack.driftCron = ""
		if key.Deploy != nil || key.Preview != nil || key.Drift != nil {
			p.add(at, key.Name, "a review stack is deployed for pull requests alone: without deploy, preview and drift")
		}
		// Deployments' own subjects name the stack, and those of review stacks are not known beforehand: a role that
		// trusts them would trust a pattern. An ESC environment has a subject of its own.
		if !s.esc || !s.deployments {
			p.add(at+".review", "true", "review stacks are made by "+fromDeployments+" with login "+loginESC)
		}
		return stack
	}
	if key.Deploy != nil {
		stack.deploy = *key.Deploy
	}
	if key.Preview != nil {
		stack.preview = *key.Preview
	}
	return stack
}

// IAM's limits of a policy of its own: characters, white space aside, and policies on a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxPolicy   = 6144
	maxPolicies = 10
)

// readPolicy reads what the roles may do: an IAM policy document, or a list of them where one would be too long.
func (s *settings) readPolicy(file string, p *problems) {
	content, err := os.ReadFile(file)
	if err != nil {
		p.add("policyFile", file, "a file with an IAM policy document, or a list of them, relative to deployments/")
		return
	}
	documents := []json.RawMessage{content}
	if text := bytes.TrimSpace(content); len(text) > 0 && text[0] == '[' {
		documents = nil
		if err := json.Unmarshal(content, &documents); err != nil {
			p.add("policyFile", file, "JSON")
			return
		}
	}
	if len(documents) == 0 || len(documents) > maxPolicies {
		p.add("policyFile", file, fmt.Sprintf("1 to %d documents, not %d: IAM takes no more on a role", maxPolicies, len(documents)))
	}
	for i, document := range documents {
		var parsed struct {
			Statement []json.RawMessage
		}
		var compact bytes.Buffer
		if err := json.Unmarshal(document, &parsed); err != nil || len(parsed.Statement) == 0 || json.Compact(&compact, document) != nil {
			p.add("policyFile", file, fmt.Sprintf("document %d is no IAM policy document with at least one statement", i+1))
			continue
		}
		s.policies = append(s.policies, compact.String())
		if long := s.longest(compact.String()); long > maxPolicy {
			p.add("policyFile", file, fmt.Sprintf("document %d has %d characters: IAM takes at most %d", i+1, long, maxPolicy))
		}
	}
}

// longest is how many characters a policy has with the names of the stack that makes it longest.
func (s *settings) longest(policy string) (most int) {
	const account, partition = "123456789012", "aws"
	for _, stack := range s.stacks {
		most = max(most, len(s.fill(policy, stack.name, account, partition)))
	}
	return most
}

// fill puts a stack's names into a policy, so that one document serves all stacks and opens none to another's role.
func (s *settings) fill(policy, stack, account, partition string) string {
	return strings.NewReplacer("{project}", s.project, "{stack}", stack, "{account}", account, "{partition}", partition).Replace(policy)
}
