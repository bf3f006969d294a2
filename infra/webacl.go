package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// The web ACL is registered by its token and a map: the SDK's package for WAF has its rules' statements nested out to
// millions of lines, and takes longer to compile than all the rest together.
const (
	webACLToken = "aws:wafv2/webAcl:WebAcl"
	// awsSDKVersion is the version of pulumi-aws whose schema the map follows, the one in go.mod.
	awsSDKVersion = "6.83.2"
)

// rateWindowSeconds is how far back requests of an address count (F11.4).
const rateWindowSeconds = 300

// Refused requests get a problem of RFC 9457, though not under its type: WAF sends application/json and lets nobody set
// Content-Type.
// https://docs.aws.amazon.com/waf/latest/APIReference/API_CustomResponse.html
const (
	tooManyKey  = "too-many"
	tooManyBody = `{"title":"Too Many Requests","status":429,"detail":"Too many requests from this address. Try again in a few minutes."}`
)

// commonRules are AWS's rules against what most sites never want.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
const commonRules = "AWSManagedRulesCommonRuleSet"

// tooLongBody is the one of the common rules that even in block mode only counts: it refuses bodies over 8 KB (F11.5),
// and the handler takes 64 KiB.
const tooLongBody = "SizeRestrictions_BODY"

// webACL is what the program reads of a web ACL.
type webACL struct {
	pulumi.CustomResourceState

	ARN pulumi.StringOutput `pulumi:"arn"`
}

// webACLOf is the ARN of the distribution's web ACL: made here, an own one, or nil.
func webACLOf(ctx *pulumi.Context, cfg *platform, provider *aws.Provider, opts ...pulumi.ResourceOption) (pulumi.StringPtrInput, error) {
	if cfg.WebACL == nil {
		return optionalString(cfg.WebACLARN), nil
	}
	var acl webACL
	opts = append(opts[:len(opts):len(opts)], pulumi.Provider(provider), pulumi.Version(awsSDKVersion))
	if err := ctx.RegisterResource(webACLToken, cfg.name("web-acl"), webACLProperties(cfg.WebACL), &acl, opts...); err != nil {
		return nil, fmt.Errorf("web ACL: %w", err)
	}
	return acl.ARN.ToStringPtrOutput(), nil
}

// webACLProperties lets in whatever no rule refuses. Writes come first: their limit is the lower one.
func webACLProperties(acl *config.WebACL) pulumi.Map {
	var rules pulumi.Array
	add := func(name string, sampled bool, rule pulumi.Map) {
		rule["name"], rule["priority"] = pulumi.String(name), pulumi.Int(len(rules))
		rule["visibilityConfig"] = visibility(name, sampled)
		rules = append(rules, rule)
	}
	if acl.WriteRateLimit > 0 {
		statement := rateStatement(acl.WriteRateLimit)
		statement["scopeDownStatement"] = pulumi.Map{"notStatement": pulumi.Map{"statements": pulumi.Array{reads()}}}
		add("writes", false, refusing(statement))
	}
	if acl.RateLimit > 0 {
		add("requests", false, refusing(rateStatement(acl.RateLimit)))
	}
	if acl.ManagedRules != config.ManagedRulesOff {
		add("common", true, managed(acl.ManagedRules))
	}
	return pulumi.Map{
		"scope": pulumi.String("CLOUDFRONT"), "defaultAction": pulumi.Map{"allow": pulumi.Map{}},
		"rules": rules, "visibilityConfig": visibility("web-acl", false),
		"customResponseBodies": pulumi.Array{pulumi.Map{
			"key": pulumi.String(tooManyKey), "content": pulumi.String(tooManyBody), "contentType": pulumi.String("APPLICATION_JSON"),
		}},
	}
}

// visibility gives every rule a metric. Samples keep requests with their headers and addresses for three hours, so only
// the rules whose hits have to be judged have them.
func visibility(name string, sampled bool) pulumi.Map {
	return pulumi.Map{
		"cloudwatchMetricsEnabled": pulumi.Bool(true), "metricName": pulumi.String(name), "sampledRequestsEnabled": pulumi.Bool(sampled),
	}
}

func rateStatement(limit int) pulumi.Map {
	return pulumi.Map{
		"limit": pulumi.Int(limit), "aggregateKeyType": pulumi.String("IP"), "evaluationWindowSec": pulumi.Int(rateWindowSeconds),
	}
}

// refusing answers with 429 while the statement matches.
func refusing(rate pulumi.Map) pulumi.Map {
	header := func(name, value string) pulumi.Map {
		return pulumi.Map{"name": pulumi.String(name), "value": pulumi.String(value)}
	}
	return pulumi.Map{
		"statement": pulumi.Map{"rateBasedStatement": rate},
		"action": pulumi.Map{"block": pulumi.Map{"customResponse": pulumi.Map{
			"responseCode": pulumi.Int(429), "customResponseBodyKey": pulumi.String(tooManyKey),
			"responseHeaders": pulumi.Array{header("Cache-Control", "no-store"), header("Retry-After", "60")},
		}}},
	}
}

// reads matches GET, HEAD and OPTIONS.
func reads() pulumi.Map {
	var methods pulumi.Array
	for _, method := range readMethods {
		methods = append(methods, pulumi.Map{"byteMatchStatement": pulumi.Map{
			"fieldToMatch": pulumi.Map{"method": pulumi.Map{}}, "positionalConstraint": pulumi.String("EXACTLY"),
			"searchString":        pulumi.String(method),
			"textTransformations": pulumi.Array{pulumi.Map{"priority": pulumi.Int(0), "type": pulumi.String("NONE")}},
		}})
	}
	return pulumi.Map{"orStatement": pulumi.Map{"statements": methods}}
}

// managed are AWS's common rules, counting or blocking.
func managed(mode string) pulumi.Map {
	group := pulumi.Map{"vendorName": pulumi.String("AWS"), "name": pulumi.String(commonRules)}
	override := "count"
	if mode == config.ManagedRulesBlock {
		override = "none"
		group["ruleActionOverrides"] = pulumi.Array{pulumi.Map{
			"name": pulumi.String(tooLongBody), "actionToUse": pulumi.Map{"count": pulumi.Map{}},
		}}
	}
	return pulumi.Map{
		"statement": pulumi.Map{"managedRuleGroupStatement": group}, "overrideAction": pulumi.Map{override: pulumi.Map{}},
	}
}
