package config

import (
	"math"
	"regexp"
)

// WebACL is a WAFv2 web ACL in front of the distribution. At least one of its rules is set.
type WebACL struct {
	// RateLimit is how many requests an address may send in 300 seconds, at least 10 (F11.4); 0 is no limit.
	RateLimit int
	// WriteRateLimit is the same for all but GET, HEAD and OPTIONS.
	WriteRateLimit int
	// ManagedRules says what AWS's common rules do: off, count (default) or block.
	ManagedRules string
}

// The values of [WebACL].ManagedRules.
const (
	ManagedRulesOff   = "off"
	ManagedRulesCount = "count"
	ManagedRulesBlock = "block"
)

// Limits of a rate-based rule, WAF DG waf-rule-statement-type-rate-based-high-level-settings.
const (
	minRateLimit = 10
	maxRateLimit = 2_000_000_000
)

// A WAFv2 web ACL of scope CLOUDFRONT lives in us-east-1 and has "global" in its ARN (F11.1).
var webACL = regexp.MustCompile(`^arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$`)

func readWebACLARN(n node) string {
	arn := n.or("")
	if arn != "" && !webACL.MatchString(arn) {
		n.refuse("the ARN of a WAFv2 web ACL of scope CLOUDFRONT: arn:aws:wafv2:us-east-1:<account>:global/webacl/<name>/<id>")
	}
	return arn
}

func (c *Config) readWebACL(n node) {
	o := n.object("rateLimit", "writeRateLimit", "managedRules")
	if len(o.members) == 0 {
		return
	}
	acl := &WebACL{
		RateLimit:      o.at("rateLimit").wholeBetween(0, minRateLimit, min(maxRateLimit, math.MaxInt32)),
		WriteRateLimit: o.at("writeRateLimit").wholeBetween(0, minRateLimit, min(maxRateLimit, math.MaxInt32)),
		ManagedRules:   o.at("managedRules").oneOf(ManagedRulesCount, ManagedRulesOff, ManagedRulesBlock),
	}
	switch {
	case c.WebACLARN != "":
		n.refuse("either this or onefront:webAclArn: a distribution has one web ACL")
	case !o.at("rateLimit").given() && !o.at("writeRateLimit").given() && acl.ManagedRules == ManagedRulesOff:
		n.refuse("at least one rule: rateLimit, writeRateLimit, or managedRules count or block")
	case acl.RateLimit > 0 && acl.WriteRateLimit >= acl.RateLimit:
		o.at("writeRateLimit").refuse("less than rateLimit, which counts writes too")
	}
	c.WebACL = acl
}
