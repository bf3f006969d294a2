package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// providerNamespace is the AWS provider's own configuration, which explicit providers do not read by themselves.
const providerNamespace = "aws"

// Provider is what the explicit providers of all regions take over from the "aws:" configuration. Pointers are
// nil, and texts and lists empty, where a stack says nothing.
type Provider struct {
	Profile                   string
	AssumeRole                *AssumeRole
	AssumeRoleWithWebIdentity *AssumeRoleWithWebIdentity
	AllowedAccountIDs         []string
	ForbiddenAccountIDs       []string
	DefaultTags               map[string]string
	IgnoreTagKeys             []string
	IgnoreTagKeyPrefixes      []string
	// Endpoints maps the provider's names of services to URLs.
	Endpoints      map[string]string
	S3UsePathStyle *bool
	MaxRetries     *int
	RetryMode      string
	// STSRegion answers for credentials in place of each provider's own region (F15.5).
	STSRegion                 string
	SharedConfigFiles         []string
	SharedCredentialsFiles    []string
	SkipCredentialsValidation *bool
	SkipRequestingAccountID   *bool
	SkipMetadataAPICheck      *bool
	SkipRegionValidation      *bool
}

// AssumeRole is the role that the provider takes on. Empty fields are not sent.
type AssumeRole struct {
	RoleARN, SessionName, ExternalID, SourceIdentity, Policy string
	PolicyARNs, TransitiveTagKeys                            []string
	Tags                                                     map[string]string
	// Duration is written with units, such as "1h".
	Duration string
}

// AssumeRoleWithWebIdentity is the role taken on with a token of an identity provider.
type AssumeRoleWithWebIdentity struct {
	RoleARN, SessionName, Policy           string
	PolicyARNs                             []string
	WebIdentityToken, WebIdentityTokenFile string
	Duration                               string
}

// handedOn are the keys that Provider carries.
var handedOn = []string{
	"profile", "assumeRole", "assumeRoleWithWebIdentity", "allowedAccountIds", "forbiddenAccountIds", "defaultTags", "ignoreTags", "endpoints",
	"s3UsePathStyle", "stsRegion", "maxRetries", "retryMode", "sharedConfigFiles", "sharedCredentialsFiles", "skipCredentialsValidation",
	"skipRequestingAccountId", "skipMetadataApiCheck", "skipRegionValidation",
}

// notHandedOn are the provider's other keys, with what to do instead.
var notHandedOn = map[string]string{
	"accessKey":                      adviceCredentials,
	"secretKey":                      adviceCredentials,
	"token":                          adviceCredentials,
	"assumeRoles":                    "aws:assumeRole, one role",
	"customCaBundle":                 "the environment variable AWS_CA_BUNDLE",
	"ec2MetadataServiceEndpoint":     "the environment variable AWS_EC2_METADATA_SERVICE_ENDPOINT",
	"ec2MetadataServiceEndpointMode": "the environment variable AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	"httpProxy":                      "the environment variable HTTP_PROXY",
	"httpsProxy":                     "the environment variable HTTPS_PROXY",
	"noProxy":                        "the environment variable NO_PROXY",
	"insecure":                       "verified TLS; a private authority goes into the environment variable AWS_CA_BUNDLE",
	"s3UsEast1RegionalEndpoint":      "the environment variable AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
	"tokenBucketRateLimiterCapacity": "aws:maxRetries and aws:retryMode",
	"useDualstackEndpoint":           "the environment variable AWS_USE_DUALSTACK_ENDPOINT",
	"useFipsEndpoint":                "the environment variable AWS_USE_FIPS_ENDPOINT",
	"skipGetEc2Platforms":            "no such key: it has no effect any more",
}

const adviceCredentials = "aws:profile, aws:assumeRole or the environment: credentials do not belong into a stack's configuration"

// LoadProvider reads the "aws:" keys. services are the names that aws:endpoints may use. Its error joins all
// problems.
func LoadProvider(s Source, services []string) (Provider, error) {
	pr := &problems{}
	r := &providerReader{source: s, problems: pr}
	r.refuseOthers()
	p := Provider{
		Profile:                   r.scalar("profile").or(""),
		AllowedAccountIDs:         r.json("allowedAccountIds").accounts(),
		ForbiddenAccountIDs:       r.json("forbiddenAccountIds").accounts(),
		DefaultTags:               readDefaultTags(r.json("defaultTags")),
		S3UsePathStyle:            r.scalar("s3UsePathStyle").boolPointer(),
		MaxRetries:                r.scalar("maxRetries").wholePointer(0, 1000),
		STSRegion:                 r.scalar("stsRegion").oneOf(append([]string{""}, regionNames()...)...),
		RetryMode:                 r.scalar("retryMode").oneOf("", "standard", "adaptive"),
		SharedConfigFiles:         r.json("sharedConfigFiles").texts("paths"),
		SharedCredentialsFiles:    r.json("sharedCredentialsFiles").texts("paths"),
		SkipCredentialsValidation: r.scalar("skipCredentialsValidation").boolPointer(),
		SkipRequestingAccountID:   r.scalar("skipRequestingAccountId").boolPointer(),
		SkipMetadataAPICheck:      r.scalar("skipMetadataApiCheck").boolPointer(),
		SkipRegionValidation:      r.scalar("skipRegionValidation").boolPointer(),
	}
	ignore := r.json("ignoreTags").object("keys", "keyPrefixes")
	p.IgnoreTagKeys, p.IgnoreTagKeyPrefixes = ignore.at("keys").texts("tag keys"), ignore.at("keyPrefixes").texts("prefixes of tag keys")
	p.AssumeRole = readAssumeRole(r.json("assumeRole"))
	p.AssumeRoleWithWebIdentity = readWebIdentity(r.json("assumeRoleWithWebIdentity"))
	p.Endpoints = readEndpoints(r.json("endpoints"), services)
	if len(p.AllowedAccountIDs) > 0 && len(p.ForbiddenAccountIDs) > 0 {
		pr.refuse("aws:forbiddenAccountIds", p.ForbiddenAccountIDs, "either this or aws:allowedAccountIds, the provider takes one of them")
	}
	return p, errors.Join(pr.errs...)
}

// providerReader reads keys of the provider's name space. Secret values are never shown.
type providerReader struct {
	source   Source
	problems *problems
}

func (r *providerReader) scalar(key string) node {
	n := node{problems: r.problems, key: providerNamespace + ":" + key}
	if value, ok := r.source.Lookup(n.key); ok {
		n.value = value
	}
	return n
}

func (r *providerReader) json(key string) node {
	n := node{problems: r.problems, key: providerNamespace + ":" + key}
	if text, ok := r.source.Lookup(n.key); ok {
		n.value, n.broken = decodeJSON(n, text, "JSON as the AWS provider documents it: https://www.pulumi.com/registry/packages/aws/installation-configuration/")
	}
	return n
}

func (r *providerReader) refuseOthers() {
	others := sortedKeys(notHandedOn)
	for _, full := range r.source.Keys {
		if namespace, key, _ := strings.Cut(full, ":"); namespace == providerNamespace && key != "region" && !slices.Contains(handedOn, key) && notHandedOn[key] == "" {
			others = append(others, key)
		}
	}
	for _, key := range others {
		full := providerNamespace + ":" + key
		if _, set := r.source.Lookup(full); !set {
			continue
		}
		instead, known := notHandedOn[key]
		if !known {
			instead = "one of region, " + strings.Join(handedOn, ", ") + didYouMean(key, handedOn)
		}
		r.problems.refuse(full, raw("set"), "not handed on to the regions' providers, so it would have no effect; use %s", instead)
	}
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// accounts returns account ids; `pulumi config set --path` writes them as numbers.
func (n node) accounts() []string {
	var ids []string
	for _, item := range n.list("account ids") {
		id := item.digits()
		if !accountID.MatchString(id) {
			item.refuse("an account id of 12 digits")
		}
		ids = append(ids, id)
	}
	return ids
}

func (n node) textMap() map[string]string {
	if !n.given() {
		return nil
	}
	members, ok := n.value.(map[string]any)
	if !ok {
		n.refuse("an object of strings")
		return nil
	}
	texts := make(map[string]string, len(members))
	for _, key := range sortedKeys(members) {
		switch v := members[key].(type) {
		case json.Number:
			texts[key] = v.String()
		default:
			texts[key], _ = n.at(key).mustText()
		}
	}
	return texts
}

func (n node) boolPointer() *bool {
	if !n.given() {
		return nil
	}
	value := n.bool(false)
	return &value
}

func (n node) wholePointer(low, high int) *int {
	if !n.given() {
		return nil
	}
	value := n.wholeBetween(low, low, high)
	return &value
}

func readAssumeRole(n node) *AssumeRole {
	o := n.object("roleArn", "sessionName", "externalId", "sourceIdentity", "policy", "policyArns", "tags", "transitiveTagKeys", "duration")
	if o.members == nil {
		return nil
	}
	role := &AssumeRole{
		RoleARN: o.at("roleArn").roleARN(), SessionName: o.at("sessionName").sessionWord(), ExternalID: o.at("externalId").within(2, 1224),
		SourceIdentity: o.at("sourceIdentity").sessionWord(), Policy: o.at("policy").within(1, 2048), PolicyARNs: o.at("policyArns").policyARNs(),
		TransitiveTagKeys: o.at("transitiveTagKeys").texts("tag keys"), Tags: o.at("tags").tags(maxTags), Duration: o.at("duration").sessionDuration(),
	}
	for i, key := range role.TransitiveTagKeys {
		if _, tagged := role.Tags[key]; !tagged {
			n.problems.refuse(fmt.Sprintf("%s.transitiveTagKeys[%d]", n.key, i), key, "a key of %s.tags", n.key)
		}
	}
	return role
}

func readWebIdentity(n node) *AssumeRoleWithWebIdentity {
	o := n.object("roleArn", "sessionName", "policy", "policyArns", "webIdentityToken", "webIdentityTokenFile", "duration")
	if o.members == nil {
		return nil
	}
	return &AssumeRoleWithWebIdentity{
		RoleARN: o.at("roleArn").roleARN(), SessionName: o.at("sessionName").sessionWord(), Policy: o.at("policy").within(1, 2048),
		PolicyARNs: o.at("policyArns").policyARNs(), WebIdentityToken: o.at("webIdentityToken").or(""),
		WebIdentityTokenFile: o.at("webIdentityTokenFile").or(""), Duration: o.at("duration").sessionDuration(),
	}
}

// roleARN must be there; that it is an ARN, the provider checks itself.
func (n node) roleARN() string {
	text := n.or("")
	if text == "" {
		n.refuse("the ARN of a role such as arn:aws:iam::123456789012:role/deploy")
	}
	return text
}

// sessionDuration is 15 minutes to 12 hours.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (n node) sessionDuration() string {
	if !n.given() {
		return ""
	}
	return n.duration(time.Hour, 15*time.Minute, 12*time.Hour).String()
}

// readEndpoints joins the list's objects: the provider takes [{"s3": "https://..."}].
func readEndpoints(n node, services []string) map[string]string {
	var all map[string]string
	for _, item := range n.list("objects of services and URLs") {
		o := item.object(services...)
		for _, service := range sortedKeys(o.members) {
			if all == nil {
				all = map[string]string{}
			}
			all[service] = o.at(service).or("")
		}
	}
	return all
}
