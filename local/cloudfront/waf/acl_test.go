package waf_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/waf"
)

type object = map[string]any

const arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"

// acl has a rule of 20 requests and one of 10 writes in 300 seconds, with changes.
func acl(t *testing.T, change func(object)) (*waf.ACL, error) {
	t.Helper()
	method := func(name string) any {
		return object{"byteMatchStatement": object{
			"fieldToMatch": object{"method": object{}}, "positionalConstraint": "EXACTLY", "searchString": name,
			"textTransformations": []any{object{"priority": 0.0, "type": "NONE"}},
		}}
	}
	rule := func(name string, priority, limit float64) object {
		return object{
			"name": name, "priority": priority, "visibilityConfig": object{},
			"action": object{"block": object{"customResponse": object{
				"responseCode": 429.0, "customResponseBodyKey": "b", "responseHeaders": []any{object{"name": "Retry-After", "value": "60"}},
			}}},
			"statement": object{"rateBasedStatement": object{"limit": limit, "aggregateKeyType": "IP", "evaluationWindowSec": 300.0}},
		}
	}
	writes := rule("writes", 0, 10)
	writes["statement"].(object)["rateBasedStatement"].(object)["scopeDownStatement"] = object{"notStatement": object{"statements": []any{
		object{"orStatement": object{"statements": []any{method("GET"), method("HEAD")}}},
	}}}
	inputs := object{
		"scope": "CLOUDFRONT", "defaultAction": object{"allow": object{}}, "visibilityConfig": object{},
		"customResponseBodies": []any{object{"key": "b", "content": `{"status":429}`, "contentType": "APPLICATION_JSON"}},
		"rules": []any{rule("requests", 1, 20), writes, object{
			"name": "common", "priority": 2.0, "visibilityConfig": object{}, "overrideAction": object{"count": object{}},
			"statement": object{"managedRuleGroupStatement": object{"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}},
		}},
	}
	if change != nil {
		change(inputs)
	}
	g := graph.New(&graph.Resource{
		URN: "urn:acl", Type: waf.ACLType, Name: "acl", Custom: true, Inputs: inputs, Outputs: object{"arn": arn},
	}).Read()
	acls := waf.Load(g)
	return acls[arn], g.Err()
}

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// passed counts how many of n requests pass.
func passed(a *waf.ACL, address, method string, n int, now time.Time) (count int) {
	for range n {
		if a.Refuse(address, method, now) == nil {
			count++
		}
	}
	return count
}

func TestACL_F11_4_rates(t *testing.T) {
	t.Parallel()
	a, err := acl(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := passed(a, "192.0.2.1", "POST", 12, start); n != 10 {
		t.Errorf("%d writes pass, want 10", n)
	}
	// Reads are counted with writes: the two refused ones never came to the second rule.
	if n := passed(a, "192.0.2.1", "GET", 15, start); n != 10 {
		t.Errorf("%d reads pass beside 10 writes, want 10", n)
	}
	if n := passed(a, "192.0.2.2", "GET", 5, start); n != 5 {
		t.Errorf("another address: %d of 5 pass", n)
	}
	if n := passed(a, "192.0.2.1", "GET", 1, start.Add(4*time.Minute)); n != 0 {
		t.Error("passes while the window still holds its requests")
	}
	if n := passed(a, "192.0.2.1", "GET", 1, start.Add(10*time.Minute)); n != 1 {
		t.Error("is refused once the window is over")
	}
	refused := a.Refuse("192.0.2.1", "POST", start)
	if refused == nil || refused.Status != 429 || string(refused.Body) != `{"status":429}` || refused.Header.Get("Retry-After") != "60" ||
		refused.Header.Get("Content-Type") != "application/json" {
		t.Errorf("answer %+v", refused)
	}
	a.Reset()
	if n := passed(a, "192.0.2.1", "POST", 10, start); n != 10 {
		t.Errorf("after a reset %d of 10 pass", n)
	}
	if len(a.Managed) != 1 || a.Managed[0] != "AWSManagedRulesCommonRuleSet (count)" || a.String() != "writes, requests, AWSManagedRulesCommonRuleSet (count)" {
		t.Errorf("managed %v, all %s", a.Managed, a)
	}
	if (*waf.ACL)(nil).Refuse("192.0.2.1", "GET", start) != nil {
		t.Error("no ACL refuses")
	}
}

func TestLoad_refuses(t *testing.T) {
	t.Parallel()
	rule := func(in object) object { return in["rules"].([]any)[0].(object) }
	rate := func(in object) object { return rule(in)["statement"].(object)["rateBasedStatement"].(object) }
	for want, change := range map[string]func(object){
		"scope":               func(in object) { in["scope"] = "REGIONAL" },
		"defaultAction":       func(in object) { in["defaultAction"] = object{"block": object{}} },
		"aggregateKeyType":    func(in object) { rate(in)["aggregateKeyType"] = "FORWARDED_IP" },
		"evaluationWindowSec": func(in object) { rate(in)["evaluationWindowSec"] = 30.0 },
		"at least 10":         func(in object) { rate(in)["limit"] = 9.0 },
		"customResponseBodies": func(in object) {
			in["customResponseBodies"] = []any{}
		},
		"a rate-based rule that blocks": func(in object) { rule(in)["action"] = object{"count": object{}} },
		"methods that do not count": func(in object) {
			rate(in)["scopeDownStatement"] = object{"notStatement": object{"statements": []any{}}}
		},
		"captchaConfig": func(in object) { rule(in)["captchaConfig"] = object{} },
		"WAF sets this one": func(in object) {
			rule(in)["action"].(object)["block"].(object)["customResponse"].(object)["responseHeaders"] = []any{object{"name": "content-type", "value": "x"}}
		},
	} {
		if _, err := acl(t, change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
