package infra_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

const webACLToken = "aws:wafv2/webAcl:WebAcl"

// webACLsAreWhole: WAF refuses an ACL whose rules share a priority or answer with a body that is not there, and
// CloudFront one that is elsewhere (F11.1).
func webACLsAreWhole(g *graph.Graph) (wrong []string) {
	for _, acl := range g.ByType(webACLToken) {
		if acl.Region != "us-east-1" || text(acl.Inputs, "scope") != "CLOUDFRONT" {
			wrong = append(wrong, acl.URN+" is no ACL of CloudFront in us-east-1")
		}
		for _, d := range distributions(g) {
			if text(d.Inputs, "webAclId") != acl.Output("arn") {
				wrong = append(wrong, acl.URN+" guards nothing")
			}
		}
		bodies := map[string]string{}
		for _, b := range list(acl.Inputs, "customResponseBodies") {
			bodies[text(b, "key")] = text(b, "content")
		}
		for i, rule := range list(acl.Inputs, "rules") {
			if at(rule, "priority") != float64(i) || (at(rule, "action") == nil) == (at(rule, "overrideAction") == nil) {
				wrong = append(wrong, acl.URN+": rule "+text(rule, "name")+" has no place or no action of its own")
			}
			response := at(rule, "action", "block", "customResponse")
			if response == nil {
				continue
			}
			var problem struct{ Status float64 }
			if err := json.Unmarshal([]byte(bodies[text(response, "customResponseBodyKey")]), &problem); err != nil || problem.Status != at(response, "responseCode") {
				wrong = append(wrong, acl.URN+": rule "+text(rule, "name")+" answers with no problem of its status")
			}
			for _, h := range list(response, "responseHeaders") {
				if strings.EqualFold(text(h, "name"), "Content-Type") {
					wrong = append(wrong, acl.URN+": WAF lets nobody set Content-Type")
				}
			}
		}
	}
	return wrong
}

func TestWebACL(t *testing.T) {
	projectFiles(t)
	g := record(t, "staging", map[string]string{"onefront:webAcl": `{"rateLimit": 2000, "writeRateLimit": 100, "managedRules": "block"}`})
	rules := list(one(t, g, webACLToken).Inputs, "rules")
	if len(rules) != 3 || text(rules[0], "name") != "writes" || text(rules[2], "name") != "common" {
		t.Fatalf("rules %v", rules)
	}
	rate := at(rules[0], "statement", "rateBasedStatement")
	if at(rate, "limit") != 100.0 || at(rate, "evaluationWindowSec") != 300.0 || text(rate, "aggregateKeyType") != "IP" {
		t.Errorf("writes: %v", rate)
	}
	var methods []string
	for _, s := range list(rate, "scopeDownStatement", "notStatement", "statements", 0, "orStatement", "statements") {
		methods = append(methods, text(s, "byteMatchStatement", "searchString"))
	}
	if !slices.Equal(methods, []string{"GET", "HEAD", "OPTIONS"}) {
		t.Errorf("all but %v count as writes", methods)
	}
	// The form's largest body is longer than the 8 KB of the common rules.
	overrides := list(rules[2], "statement", "managedRuleGroupStatement", "ruleActionOverrides")
	if at(rules[2], "overrideAction", "none") == nil || len(overrides) != 1 || text(overrides[0], "name") != "SizeRestrictions_BODY" ||
		at(overrides[0], "actionToUse", "count") == nil {
		t.Errorf("common: %v", rules[2])
	}
	counting := record(t, "staging", map[string]string{"onefront:webAcl": `{"rateLimit": 2000}`})
	if rule := list(one(t, counting, webACLToken).Inputs, "rules")[1]; at(rule, "overrideAction", "count") == nil {
		t.Errorf("the common rules do more than count by default: %v", rule)
	}
	if acls := record(t, "staging", nil).ByType(webACLToken); len(acls) > 0 {
		t.Errorf("an ACL that nobody asked for: %v", acls)
	}
}

// The map follows the schema of the SDK in go.mod.
func TestWebACL_version(t *testing.T) {
	projectFiles(t)
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("infra/webacl.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(module), "github.com/pulumi/pulumi-aws/sdk/v6 v")
	version, _, _ := strings.Cut(rest, "\n")
	if version == "" || !strings.Contains(string(source), `awsSDKVersion = "`+version+`"`) {
		t.Errorf("go.mod has pulumi-aws %s, awsSDKVersion is another", version)
	}
}

// An own certificate takes the place of one made here, and nothing is validated.
func TestCertificateARN(t *testing.T) {
	projectFiles(t)
	const arn = "arn:aws:acm:us-east-1:123456789012:certificate/473e64fd-f30b-4765-81a0-62ad96dd167a"
	g := record(t, "staging", map[string]string{
		"onefront:domains": `[{"zone":"example.com","zoneId":"Z1","aliases":["example.com"]}]`, "onefront:certificateArn": arn,
	})
	if got := text(one(t, g, distributionToken).Inputs, "viewerCertificate", "acmCertificateArn"); got != arn || g.Outputs["certificateArn"] != arn {
		t.Errorf("certificate %q, output %v", got, g.Outputs["certificateArn"])
	}
	for _, r := range g.ByType(recordToken) {
		if text(r.Inputs, "type") == "CNAME" {
			t.Errorf("%s validates", r.URN)
		}
	}
	if waits := g.ByType("aws:acm/certificateValidation:CertificateValidation"); len(waits) > 0 {
		t.Errorf("%s waits", waits[0].URN)
	}
}
