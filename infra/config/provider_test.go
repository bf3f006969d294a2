package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/infra/config"
)

func loadProvider(keys map[string]string, listed bool) (config.Provider, error) {
	s := config.Source{Project: "onefront", Lookup: func(key string) (string, bool) { v, ok := keys[key]; return v, ok }}
	if listed {
		for key := range keys {
			s.Keys = append(s.Keys, key)
		}
	}
	return config.LoadProvider(s, []string{"s3", "sqs"})
}

func TestLoadProvider(t *testing.T) {
	yes, ten := true, 10
	got, err := loadProvider(map[string]string{
		"aws:region":                    "eu-west-1", // belongs to the default provider, which nothing uses (F12.21)
		"aws:profile":                   "team",
		"aws:assumeRole":                `{"roleArn": "arn:aws:iam::123456789012:role/deploy", "sessionName": "deploy", "duration": "1h", "tags": {"a": "b"}, "policyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}`,
		"aws:assumeRoleWithWebIdentity": `{"roleArn": "arn:aws:iam::123456789012:role/ci", "webIdentityTokenFile": "/run/token"}`,
		"aws:allowedAccountIds":         `["012345678901", 123456789012]`, // as `pulumi config set --path` writes them
		"aws:defaultTags":               `{"tags": {"team": "orders", "cost": 7}}`,
		"aws:ignoreTags":                `{"keys": ["a"], "keyPrefixes": ["b:"]}`,
		"aws:endpoints":                 `[{"s3": "http://localhost:1"}, {"sqs": "http://localhost:2"}]`,
		"aws:s3UsePathStyle":            "true",
		"aws:maxRetries":                "10",
		"aws:retryMode":                 "adaptive",
		"aws:stsRegion":                 "us-east-1",
		"aws:sharedConfigFiles":         `["a"]`,
		"aws:sharedCredentialsFiles":    `["b"]`,
		"aws:skipCredentialsValidation": "true", "aws:skipRequestingAccountId": "true", "aws:skipMetadataApiCheck": "true", "aws:skipRegionValidation": "true",
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Provider{
		Profile: "team",
		AssumeRole: &config.AssumeRole{
			RoleARN: "arn:aws:iam::123456789012:role/deploy", SessionName: "deploy", Duration: "1h0m0s", Tags: map[string]string{"a": "b"},
			PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
		},
		AssumeRoleWithWebIdentity: &config.AssumeRoleWithWebIdentity{RoleARN: "arn:aws:iam::123456789012:role/ci", WebIdentityTokenFile: "/run/token"},
		AllowedAccountIDs:         []string{"012345678901", "123456789012"},
		DefaultTags:               map[string]string{"team": "orders", "cost": "7"},
		IgnoreTagKeys:             []string{"a"}, IgnoreTagKeyPrefixes: []string{"b:"},
		Endpoints:      map[string]string{"s3": "http://localhost:1", "sqs": "http://localhost:2"},
		S3UsePathStyle: &yes, MaxRetries: &ten, RetryMode: "adaptive", STSRegion: "us-east-1",
		SharedConfigFiles: []string{"a"}, SharedCredentialsFiles: []string{"b"},
		SkipCredentialsValidation: &yes, SkipRequestingAccountID: &yes, SkipMetadataAPICheck: &yes, SkipRegionValidation: &yes,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// As many tags as a resource takes: with Name among them, health checks bear no other.
func TestLoadProvider_mostTags(t *testing.T) {
	for _, tags := range []string{names(`"k%d": "v"`, 49), `"Name": "n", ` + names(`"k%d": "v"`, 49)} {
		if _, err := loadProvider(map[string]string{"aws:defaultTags": `{"tags": {` + tags + `}}`}, true); err != nil {
			t.Error(err)
		}
	}
}

func TestLoadProvider_nothingSet(t *testing.T) {
	got, err := loadProvider(nil, false)
	if diff := cmp.Diff(config.Provider{}, got); err != nil || diff != "" {
		t.Errorf("error %v, %s", err, diff)
	}
}

func TestLoadProvider_refusals(t *testing.T) {
	tests := []struct{ key, value, want string }{
		{"aws:accessKey", "AKIACANARY", `aws:accessKey: set: not handed on to the regions' providers, so it would have no effect; use aws:profile`},
		{"aws:secretKey", "canary", `aws:secretKey: set: not handed on`},
		{"aws:token", "canary", `aws:token: set: not handed on`},
		{"aws:httpProxy", "http://p", `aws:httpProxy: set: not handed on to the regions' providers, so it would have no effect; use the environment variable HTTP_PROXY`},
		{"aws:useFipsEndpoint", "true", `aws:useFipsEndpoint: set: not handed on`},
		{"aws:assumeRoles", "[]", `aws:assumeRoles: set: not handed on to the regions' providers, so it would have no effect; use aws:assumeRole`},
		{"aws:profiel", "x", `aws:profiel: set: not handed on to the regions' providers, so it would have no effect; use one of region, profile`},
		{"aws:assumeRole", `{"role": "x"}`, `aws:assumeRole.role: "x": not a key; did you mean roleArn?`},
		{"aws:assumeRole", `{"sessionName": "x"}`, `aws:assumeRole.roleArn: not set: want the ARN of a role`},
		{"aws:assumeRole", `{"roleArn": "arn:aws:iam::123456789012:role/x", "duration": "24h"}`, `aws:assumeRole.duration: "24h": want from 15m to 12h`},
		{"aws:allowedAccountIds", `["1"]`, `aws:allowedAccountIds[0]: "1": want an account id of 12 digits`},
		{"aws:defaultTags", `{"team": "orders"}`, `aws:defaultTags.team: "orders": not a key; known are tags`},
		{"aws:defaultTags", `{"tags": {` + names(`"k%d": "v"`, 50) + `}}`, `aws:defaultTags.tags: 50: want at most 49 tags`},
		{"aws:defaultTags", `{"tags": {"AWS:team": "x"}}`, `aws:defaultTags.tags.AWS:team: "x": want a key that does not begin with aws:`},
		{"aws:defaultTags", `{"tags": {"": "x"}}`, `aws:defaultTags.tags.: "x": want a key of 1 to 128 characters`},
		{"aws:defaultTags", `{"tags": {"` + strings.Repeat("k", 129) + `": "x"}}`, `aws:defaultTags.tags.` + strings.Repeat("k", 129)},
		{"aws:defaultTags", `{"tags": {"k": "` + strings.Repeat("v", 257) + `"}}`, `aws:defaultTags.tags.k: "vvv`},
		{"aws:defaultTags", `{"tags": {"team;": "x"}}`, `aws:defaultTags.tags.team;: "x": want key and value of letters`},
		{"aws:defaultTags", `{"tags": {"Team": "x", "team": "y"}}`, `aws:defaultTags.tags.team: "y": want a key that differs from "Team"`},
		{"aws:assumeRole", `{"roleArn": "arn:aws:iam::123456789012:role/x", "sessionName": "a b"}`, `aws:assumeRole.sessionName: "a b": want 2 to 64 of letters`},
		{"aws:assumeRole", `{"roleArn": "arn:aws:iam::123456789012:role/x", "externalId": "x"}`, `aws:assumeRole.externalId: 1: want 2 to 1224 characters`},
		{"aws:assumeRole", `{"roleArn": "arn:aws:iam::123456789012:role/x", "transitiveTagKeys": ["a"]}`, `aws:assumeRole.transitiveTagKeys[0]: "a": want a key of aws:assumeRole.tags`},
		{"aws:assumeRole", `{"roleArn": "arn:aws:iam::123456789012:role/x", "policyArns": [` + names(`"arn:aws:iam::aws:policy/P%d"`, 11) + `]}`, `aws:assumeRole.policyArns: 11: want at most 10 policies`},
		{"aws:assumeRole", `{"roleArn": "arn:aws:iam::123456789012:role/x", "tags": {"aws:x": "y"}}`, `aws:assumeRole.tags.aws:x: "y": want a key that`},
		{"aws:endpoints", `[{"s4": "x"}]`, `aws:endpoints[0].s4: "x": not a key; did you mean s3?`},
		{"aws:maxRetries", "many", `aws:maxRetries: "many": want a whole number from 0`},
		{"aws:stsRegion", "us-esat-1", `aws:stsRegion: "us-esat-1": want one of `},
		{"aws:retryMode", "legacy", `aws:retryMode: "legacy": want one of standard, adaptive`},
		{"aws:skipRegionValidation", "1", `aws:skipRegionValidation: "1": want true or false`},
		{"aws:defaultTags", "team=orders", `aws:defaultTags: "team=orders": want JSON as the AWS provider documents it`},
	}
	for _, tt := range tests {
		_, err := loadProvider(map[string]string{tt.key: tt.value}, true)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("%s: got %v, want %s", tt.key, err, tt.want)
		}
	}
	// Where keys cannot be listed, the provider's own are still found.
	if _, err := loadProvider(map[string]string{"aws:secretKey": "canary"}, false); err == nil {
		t.Error("aws:secretKey passed unlisted")
	}
	if _, err := loadProvider(map[string]string{"aws:allowedAccountIds": `["123456789012"]`, "aws:forbiddenAccountIds": `["123456789013"]`}, true); err == nil {
		t.Error("allowed and forbidden accounts together passed")
	}
}
