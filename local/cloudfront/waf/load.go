package waf

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/onefront/onefront/graph"
)

// ACLType is the type token of web ACLs.
const ACLType = "aws:wafv2/webAcl:WebAcl"

const notImitated = "local mode does not imitate it"

type aclInputs struct {
	Scope           string               `json:"scope"`
	DefaultAction   actionInputs         `json:"defaultAction"`
	Rules           []ruleInputs         `json:"rules"`
	Bodies          []bodyInputs         `json:"customResponseBodies"`
	Name            graph.NoLocalMeaning `json:"name"`             // for people
	Description     graph.NoLocalMeaning `json:"description"`      // likewise
	Tags            graph.NoLocalMeaning `json:"tags"`             // bookkeeping
	VisibilityConig graph.NoLocalMeaning `json:"visibilityConfig"` // metrics and samples
}

type ruleInputs struct {
	Name             string               `json:"name"`
	Priority         int                  `json:"priority"`
	Action           *actionInputs        `json:"action"`
	OverrideAction   *overrideInputs      `json:"overrideAction"`
	Statement        statementInputs      `json:"statement"`
	VisibilityConfig graph.NoLocalMeaning `json:"visibilityConfig"` // as above
}

type empty struct{}

type actionInputs struct {
	Allow *empty       `json:"allow"`
	Count *empty       `json:"count"`
	Block *blockInputs `json:"block"`
}

type overrideInputs struct {
	Count *empty `json:"count"`
	None  *empty `json:"none"`
}

type blockInputs struct {
	Response *struct {
		BodyKey string        `json:"customResponseBodyKey"`
		Code    int           `json:"responseCode"`
		Headers []headerInput `json:"responseHeaders"`
	} `json:"customResponse"`
}

type headerInput struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type bodyInputs struct {
	Key         string `json:"key"`
	Content     string `json:"content"`
	ContentType string `json:"contentType"`
}

type statementInputs struct {
	Rate    *rateInputs    `json:"rateBasedStatement"`
	Managed *managedInputs `json:"managedRuleGroupStatement"`
}

type rateInputs struct {
	Limit     int    `json:"limit"`
	Aggregate string `json:"aggregateKeyType"`
	Window    int    `json:"evaluationWindowSec"`
	ScopeDown *struct {
		Not *struct {
			Statements []struct {
				Or *struct {
					Statements []struct {
						Match byteMatchInputs `json:"byteMatchStatement"`
					} `json:"statements"`
				} `json:"orStatement"`
			} `json:"statements"`
		} `json:"notStatement"`
	} `json:"scopeDownStatement"`
}

type byteMatchInputs struct {
	Field struct {
		Method *empty `json:"method"`
	} `json:"fieldToMatch"`
	Constraint      string               `json:"positionalConstraint"`
	Search          string               `json:"searchString"`
	Transformations graph.NoLocalMeaning `json:"textTransformations"` // methods come in capitals
}

type managedInputs struct {
	Vendor    string               `json:"vendorName"`
	Name      string               `json:"name"`
	Version   graph.NoLocalMeaning `json:"version"`
	Overrides graph.NoLocalMeaning `json:"ruleActionOverrides"`
	ScopeDown graph.NoLocalMeaning `json:"scopeDownStatement"`
}

// Load reads the web ACLs of the graph by ARN. What it refuses is among the reading's problems.
func Load(g *graph.Reading) map[string]*ACL {
	acls := map[string]*ACL{}
	for _, r := range g.Take(ACLType) {
		var in aclInputs
		if !r.Read(&in) {
			continue
		}
		r.Require(in.Scope == "CLOUDFRONT", "scope", in.Scope, "CLOUDFRONT: API Gateway's HTTP APIs take none (F11.3)")
		r.Require(in.DefaultAction.Allow != nil, "defaultAction", "block", notImitated)
		acls[r.Output("arn")] = load(r, in)
	}
	return acls
}

func load(r *graph.Taken, in aclInputs) *ACL {
	acl := &ACL{}
	bodies := map[string]bodyInputs{}
	for _, b := range in.Bodies {
		bodies[b.Key] = b
	}
	slices.SortStableFunc(in.Rules, func(a, b ruleInputs) int { return a.Priority - b.Priority })
	for _, rule := range in.Rules {
		path := "rules." + rule.Name
		switch s := rule.Statement; {
		case s.Managed != nil && rule.OverrideAction != nil:
			mode := "block"
			if rule.OverrideAction.Count != nil {
				mode = "count"
			}
			acl.Managed = append(acl.Managed, fmt.Sprintf("%s (%s)", s.Managed.Name, mode))
		case s.Rate != nil && rule.Action != nil && rule.Action.Block != nil:
			acl.rules = append(acl.rules, loadRate(r, path, rule, bodies))
		default:
			r.Refuse(path, rule.Name, "a rate-based rule that blocks, or a managed rule group: "+notImitated)
		}
	}
	return acl
}

// windows are those that WAF knows (F11.4).
var windows = []int{60, 120, 300, 600}

func loadRate(r *graph.Taken, path string, in ruleInputs, bodies map[string]bodyInputs) rule {
	rate := in.Statement.Rate
	r.Require(rate.Limit >= 10, path+".limit", rate.Limit, "at least 10 (F11.4)")
	r.Require(rate.Aggregate == "IP", path+".aggregateKeyType", rate.Aggregate, "IP: "+notImitated)
	r.Require(slices.Contains(windows, rate.Window), path+".evaluationWindowSec", rate.Window, "60, 120, 300 or 600 (F11.4)")
	loaded := rule{
		name: in.Name, limit: rate.Limit, window: time.Duration(rate.Window) * time.Second,
		counts: &counts{addresses: map[string]map[int64]int{}}, answer: loadAnswer(r, path, in.Action.Block, bodies),
	}
	if rate.ScopeDown == nil {
		return loaded
	}
	if not := rate.ScopeDown.Not; not != nil && len(not.Statements) == 1 && not.Statements[0].Or != nil {
		for _, s := range not.Statements[0].Or.Statements {
			if s.Match.Field.Method == nil || s.Match.Constraint != "EXACTLY" {
				r.Refuse(path+".scopeDownStatement", s.Match.Search, "methods that do not count: "+notImitated)
			}
			loaded.except = append(loaded.except, s.Match.Search)
		}
	} else {
		r.Refuse(path+".scopeDownStatement", "other statements", "methods that do not count: "+notImitated)
	}
	return loaded
}

// contentTypes of custom bodies, WAF API CustomResponseBody.
var contentTypes = map[string]string{"APPLICATION_JSON": "application/json", "TEXT_PLAIN": "text/plain", "TEXT_HTML": "text/html"}

func loadAnswer(r *graph.Taken, path string, block *blockInputs, bodies map[string]bodyInputs) Answer {
	if block.Response == nil {
		return Answer{Status: http.StatusForbidden, Header: http.Header{}}
	}
	a := Answer{Status: block.Response.Code, Header: http.Header{}}
	for _, h := range block.Response.Headers {
		r.Require(http.CanonicalHeaderKey(h.Name) != "Content-Type", path+".responseHeaders", h.Name, "another header: WAF sets this one")
		a.Header.Set(h.Name, h.Value)
	}
	if key := block.Response.BodyKey; key != "" {
		body, found := bodies[key]
		r.Require(found, path+".customResponseBodyKey", key, "a key of customResponseBodies")
		a.Body = []byte(body.Content)
		a.Header.Set("Content-Type", contentTypes[body.ContentType])
	}
	return a
}
