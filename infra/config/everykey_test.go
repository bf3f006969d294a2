package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/infra/config"
)

// wrong is a value that a key does not take, and what the message says would be right.
type wrong struct{ value, right string }

// wrongTypes are values of another type than the key's, as a stack file may hold them.
var wrongTypes = map[string]wrong{
	"regions": {`{"first": "eu-west-1"}`, "want a list of AWS region names"}, "domains": {`"example.com"`, "want a list of "}, "originSubdomain": {"[]", "want one DNS label"},
	"routing": {`["dns"]`, "want one of "}, "externalDns": {"true", "want one of "}, "routes": {`{"path": "/api/*"}`, "want a list of routes"},
	"siteDir": {"[1]", "there is no such folder"}, "siteExclude": {`"**/*.map"`, "want a list of patterns"}, "spa": {"maybe", "want true or false"},
	"redirects": {`{"from": "/a"}`, "want a list of redirects"}, "corsOrigins": {`"https://app.example.org"`, "want a list of "},
	"securityHeaders": {"[]", "want an object with the keys contentSecurityPolicy"}, "responseHeaders": {`["Via"]`, "want an object with the keys remove, add"},
	"priceClass": {"100", "want one of PriceClass_All"}, "minimumTlsVersion": {"1.2", "want one of TLSv1.2_2021"},
	"webAclArn": {"true", "want the ARN of a WAFv2 web ACL"}, "webAcl": {"2000", "want an object with the keys rateLimit"},
	"certificateArn": {"true", "want the ARN of an ACM certificate"}, "permissionsBoundary": {"true", "want the ARN of an IAM policy"},
	"drainedRegions": {`"eu-west-1"`, "want a list of names from onefront:regions"}, "healthInterval": {"10", "want one of 10s, 30s"}, "closeExecuteApi": {"1", "want true or false"},
	"protect": {"yes", "want true or false"}, "rollout": {"true", "want one of parallel, sequential"}, "originSecretGeneration": {"two", "want a whole number from 1"},
	"lambda": {`"256"`, "want an object with the keys memoryMiB"}, "throttle": {"100", "want an object with the keys burst"},
	"alarms": {`["ops@example.com"]`, "want an object with the keys enabled"}, "logs": {"true", "want an object with the keys enabled"},
}

// wrongValue is a value, its place below the key, and what the message shows of it and says would be right.
type wrongValue struct{ below, value, shown, right string }

// wrongValues are of the right type and still wrong; shown is where the message finds the fault below the key.
var wrongValues = map[string]wrongValue{
	"regions": {"[0]", `["eu-west-9"]`, `"eu-west-9"`, "want the name of an AWS region"}, "domains": {"[0].zone", `[{"zone": "Example.com"}]`, `"Example.com"`, "want the name of a public hosted zone"},
	"originSubdomain": {"", "a.b", `"a.b"`, "want one DNS label"}, "routing": {"", "round-robin", `"round-robin"`, "want one of "},
	"externalDns": {"", "perhaps", `"perhaps"`, "want one of pending, issued"}, "routes": {"[0].path", `[{"path": "api", "methods": "all"}]`, `"api"`, "want a leading slash: /api"},
	"siteDir": {"", "not-there", `"not-there"`, "there is no such folder"}, "siteExclude": {"[0]", `["[a"]`, `"[a"`, "want a pattern"},
	"spa": {"", "1", `"1"`, "want true or false"}, "redirects": {"[0]", `[{"from": "old", "to": "/new"}]`, `"old"`, "from: want a path"},
	"corsOrigins": {"[0]", `["*"]`, `"*"`, "want each origin by name"}, "securityHeaders": {".frameOptions", `{"frameOptions": "NEVER"}`, `"NEVER"`, "want DENY, SAMEORIGIN"},
	"responseHeaders": {".remove[0]", `{"remove": ["Via"]}`, `"Via"`, "want another header"}, "priceClass": {"", "PriceClass_300", `"PriceClass_300"`, "want one of PriceClass_All"},
	"minimumTlsVersion": {"", "TLSv1.1", `"TLSv1.1"`, "want one of TLSv1.2_2021"}, "webAclArn": {"", "arn:aws:wafv2", `"arn:aws:wafv2"`, "want the ARN of a WAFv2 web ACL"},
	"webAcl": {".managedRules", `{"managedRules": "deny"}`, `"deny"`, "want one of "}, "certificateArn": {"", "arn:aws:acm:eu-west-1:1:certificate/x", `"arn:aws:acm:eu-west-1:1:certificate/x"`, "want the ARN of an ACM certificate in us-east-1"},
	"permissionsBoundary": {"", "boundary", `"boundary"`, "want the ARN of an IAM policy"}, "drainedRegions": {"[0]", `["sa-east-1"]`, `"sa-east-1"`, "want one of onefront:regions"},
	"healthInterval": {"", "60s", `"60s"`, "want one of 10s, 30s"}, "closeExecuteApi": {"", "yes", `"yes"`, "want true or false"}, "protect": {"", "on", `"on"`, "want true or false"},
	"rollout": {"", "canary", `"canary"`, "want one of parallel, sequential"}, "originSecretGeneration": {"", "0", `"0"`, "want a whole number from 1"},
	"lambda": {".timeout", `{"timeout": "45s"}`, `"45s"`, "want from 1s to 30s"}, "throttle": {".burst", `{"burst": 0}`, "0", "want a whole number from 1"},
	"alarms": {".emails[0]", `{"emails": ["ops"]}`, `"ops"`, "want an e-mail address"}, "logs": {".retentionDays", `{"retentionDays": 0}`, "0", "want a whole number from 1"},
}

// One run names every key that has a value of another type, with the value and what would be right.
func TestLoad_everyKeyWithAWrongType(t *testing.T) {
	t.Parallel()
	values := map[string]wrongValue{}
	for key, w := range wrongTypes {
		values[key] = wrongValue{value: w.value, shown: w.value, right: w.right}
	}
	oneRunNames(t, values)
}

// One run names every key that has a value out of its range, at its place below the key.
func TestLoad_everyKeyWithAWrongValue(t *testing.T) {
	t.Parallel()
	oneRunNames(t, wrongValues)
}

// oneRunNames sets every key to a value that is wrong, and looks for each of them in what one run says.
func oneRunNames(t *testing.T, values map[string]wrongValue) {
	t.Helper()
	changes := settings{}
	for key, w := range values {
		changes[key] = w.value
	}
	problems := problemsOf(t, changes)
	for _, key := range config.Keys() {
		w, known := values[key]
		if !known {
			t.Errorf("%s: which value is wrong?", key)
			continue
		}
		if !named(problems, "onefront:"+key+w.below+": ", w.shown, w.right) {
			t.Errorf("%s: %s is not named with %q", key, w.value, w.right)
		}
	}
}

// problemsOf are what one run says, with the smallest stack and its changes, the application's own key included.
func problemsOf(t *testing.T, changes settings) []string {
	t.Helper()
	_, err := valid().with(changes).load()
	if err == nil {
		t.Fatal("no error")
	}
	problems := strings.Split(err.Error(), "\n")
	t.Logf("problems:\n%v", err)
	for i, problem := range problems {
		if slices.Contains(problems[:i], problem) {
			t.Errorf("said twice: %s", problem)
		}
	}
	return problems
}

// named says whether a problem begins with the key, and has the value and what would be right.
func named(problems []string, key, value, right string) bool {
	for _, problem := range problems {
		rest, about := strings.CutPrefix(problem, key)
		shown := strings.NewReplacer(`\"`, `"`, " ", "").Replace(rest)
		if about && strings.Contains(shown, strings.ReplaceAll(value, " ", "")) && strings.Contains(rest, right) {
			return true
		}
	}
	return false
}

// A region for all of AWS has no effect where each region has a provider of its own.
func TestLoad_awsRegionHasNoEffect(t *testing.T) {
	t.Parallel()
	source := edge().source("prod")
	lookup := source.Lookup
	source.Lookup = func(key string) (string, bool) {
		if key == "aws:region" {
			return "eu-central-1", true
		}
		return lookup(key)
	}
	c, err := config.Load(source)
	if err != nil || len(c.Warnings) != 1 || !strings.HasPrefix(c.Warnings[0], `aws:region: "eu-central-1": has no effect here: `) {
		t.Errorf("%v, %v", c, err)
	}
}
