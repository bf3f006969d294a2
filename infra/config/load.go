package config

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Namespace is the configuration's name space: a stack file says "onefront:regions". It stays when a project
// made by `pulumi new` bears another name; such a project may leave it out, since the program then looks
// under the project's own name too.
const Namespace = "onefront"

// Source is where the settings of one stack come from.
type Source struct {
	Project, Stack string
	// Lookup returns the value of a full key such as "onefront:regions": text for scalars, JSON for lists and
	// objects, as Pulumi hands it to programs.
	Lookup func(key string) (value string, ok bool)
	// Secret says whether the value of a full key is marked as a secret. nil: none is.
	Secret func(key string) bool
	// StandIn makes a value for a secret that the stack does not set, by its key without the name space; local mode
	// serves a stack without its secrets. nil: a secret must be set.
	StandIn func(key string) string
	// Keys are all full keys of the stack, or nil where they cannot be listed.
	Keys []string
	// Dir is the project's folder, for [Config].SiteDir. "" is the working directory.
	Dir string
	// Configure lets the application read its own keys and say what it is. nil: an API at the root.
	Configure func(*Settings) Application
}

// keys are all keys under Namespace. The value says whether it is required.
var keys = map[string]bool{
	"regions": true, "domains": false, "originSubdomain": false, "routing": false, "externalDns": false, "routes": false,
	"siteDir": false, "siteExclude": false, "spa": false, "redirects": false, "corsOrigins": false,
	"securityHeaders": false, "responseHeaders": false, "priceClass": false, "minimumTlsVersion": false,
	"webAclArn": false, "webAcl": false, "certificateArn": false, "permissionsBoundary": false, "drainedRegions": false, "healthInterval": false, "closeExecuteApi": false, "protect": false, "rollout": false, "originSecretGeneration": false,
	"lambda": false, "throttle": false, "alarms": false, "logs": false,
}

// Load reads and checks everything. Its error joins all problems, each as
// "onefront:<key>: <value>: want <what would be right>".
func Load(s Source) (*Config, error) {
	p := &problems{}
	r := &reader{source: s, problems: p}
	c := &Config{Project: s.Project, Stack: s.Stack}
	// The application is asked before all else, and its problems come after the platform's.
	later := &reader{source: s, problems: &problems{}}
	c.readLambda(later.json("lambda", `an object such as {"memoryMiB": 256, "timeout": "10s"}`))
	own := &Settings{Project: s.Project, Stack: s.Stack, Lambda: c.Lambda, reader: later, secrets: map[string]string{}}
	if s.Configure != nil {
		c.Application = s.Configure(own)
	}
	c.Secrets = own.secrets
	checkKeys(s, p, slices.Concat(Keys(), own.keys, sortedKeys(own.secrets)))
	c.readRegions(r)
	c.readDomains(r)
	c.readRoutes(r)
	c.readSite(r)
	c.readHeaders(r)
	c.readDistribution(r)
	c.readRuntime(r)
	p.errs, p.warnings = append(p.errs, later.problems.errs...), append(p.warnings, later.problems.warnings...)
	c.checkPolicyCounts(p)
	c.checkRequests(p)
	c.checkAnswers(p)
	c.warnSecrets(r, own.keys)
	if region, ok := s.Lookup("aws:region"); ok {
		p.warn("aws:region", region, "has no effect here: each of onefront:regions has a provider of its own")
	}
	c.Warnings = p.warnings
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return c, nil
}

// readDistribution reads what concerns the distribution as a whole.
func (c *Config) readDistribution(r *reader) {
	c.PriceClass = r.text("priceClass").oneOf("PriceClass_All", "PriceClass_100", "PriceClass_200")
	c.readTLS(r.text("minimumTlsVersion"))
	c.WebACLARN = readWebACLARN(r.text("webAclArn"))
	c.readWebACL(r.json("webAcl", `an object such as {"rateLimit": 2000, "writeRateLimit": 100, "managedRules": "count"}`))
	c.PermissionsBoundary = readBoundary(r.text("permissionsBoundary"))
	c.Sequential = r.text("rollout").oneOf("parallel", "sequential") == "sequential"
	c.HealthInterval = 10 * time.Second
	if r.text("healthInterval").oneOf("10s", "30s") == "30s" { // the two that Route 53 knows (F7.12)
		c.HealthInterval = 30 * time.Second
	}
	c.readCloseExecuteAPI(r.flag("closeExecuteApi"))
	c.Protect = r.flag("protect").bool(false)
	generation := r.whole("originSecretGeneration")
	c.OriginSecretGeneration = generation.wholeBetween(1, 1, 1_000_000)
}

// readCloseExecuteAPI closes the hosts that edge routing asks; with dns routing nobody asks them any more, once the
// update that came from edge is complete.
func (c *Config) readCloseExecuteAPI(n node) {
	if c.CloseExecuteAPI = n.bool(false); c.CloseExecuteAPI && c.Routing == RoutingEdge {
		n.refuse("false: with edge routing CloudFront asks the execute-api hosts")
	}
}

// readTLS knows the security policies that the provider accepts; those from 2025 it does not (F5.5). SSLv3
// needs a dedicated IP address.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
func (c *Config) readTLS(n node) {
	const newest = "TLSv1.2_2021"
	current := []string{newest, "TLSv1.2_2019", "TLSv1.2_2018"}
	all := append(slices.Clone(current), "TLSv1.1_2016", "TLSv1_2016", "TLSv1")
	if c.MinimumTLSVersion = n.or(newest); !slices.Contains(all, c.MinimumTLSVersion) {
		// The nearest name of all may be a weaker one, which nobody should be led to.
		n.refuse("one of %s%s", strings.Join(all, ", "), didYouMean(c.MinimumTLSVersion, current))
		c.MinimumTLSVersion = newest
	}
	switch {
	case c.MinimumTLSVersion == newest:
	case len(c.Aliases()) == 0:
		n.warn("has no effect without aliases: the distribution's own certificate fixes the policy at TLSv1")
	case !slices.Contains(current, c.MinimumTLSVersion):
		n.warn("lets viewers use TLS versions that are long deprecated; %s is the default", newest)
	}
}

// warnSecrets names values that are marked as secret but cannot stay so: they shape the graph.
func (c *Config) warnSecrets(r *reader, own []string) {
	for _, key := range slices.Concat(Keys(), own) {
		if r.secret(key) {
			r.problems.warn(key, "[secret]", "is not kept secret: it shapes resources and ends in the state in plain text; secrets are %s", strings.Join(sortedKeys(c.Secrets), ", "))
		}
	}
}

// Keys are all keys of the platform without the name space, sorted.
func Keys() []string { return sortedKeys(keys) }
