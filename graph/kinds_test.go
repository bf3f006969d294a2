package graph

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// one records a single resource in eu-west-1.
func one(t *testing.T, token string, props pulumi.Map) *Resource {
	t.Helper()
	g := recorded(t, func(ctx *pulumi.Context) error {
		register(ctx, token, "thing", props, pulumi.Provider(newProvider(ctx, "eu-west-1")))
		return nil
	})
	return g.ByType(token)[0]
}

func TestKinds_outputsAreShapedLikeAWSs(t *testing.T) {
	const region, account = "eu-west-1", "123456789012"
	cases := []struct {
		token string
		props pulumi.Map
		want  map[string]string // regular expressions of whole values; "id" is the resource's ID
	}{
		{functionType, nil, map[string]string{
			"id": `thing-[0-9a-f]{7}`, "arn": `arn:aws:lambda:eu-west-1:123456789012:function:thing-[0-9a-f]{7}`,
			"invokeArn":    `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:.*/invocations`,
			"qualifiedArn": `arn:aws:lambda:.*:\$LATEST`,
		}},
		{functionType, pulumi.Map{"name": pulumi.String("api")}, map[string]string{"id": `api`, "name": `api`, "arn": `.*:function:api`}},
		{"aws:apigatewayv2/api:Api", nil, map[string]string{
			"id": `[a-z0-9]{10}`, "apiEndpoint": `https://[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com`,
			"executionArn": `arn:aws:execute-api:eu-west-1:123456789012:[a-z0-9]{10}`,
		}},
		{"aws:apigatewayv2/stage:Stage", pulumi.Map{"name": pulumi.String("$default"), "apiId": pulumi.String("abc")}, map[string]string{
			"id": `\$default`, "executionArn": `arn:aws:execute-api:eu-west-1:123456789012:abc/\$default`,
		}},
		{"aws:cloudfront/distribution:Distribution", nil, map[string]string{
			"id": `E[A-Z0-9]{13}`, "arn": `arn:aws:cloudfront::123456789012:distribution/E[A-Z0-9]{13}`,
			"domainName": `d[a-z0-9]{13}\.cloudfront\.net`, "hostedZoneId": `Z2FDTNDATAQYW2`,
		}},
		{"aws:cloudfront/function:Function", nil, map[string]string{"arn": `arn:aws:cloudfront::123456789012:function/thing-[0-9a-f]{7}`}},
		{"aws:cloudfront/cachePolicy:CachePolicy", nil, map[string]string{"id": `[0-9a-f-]{36}`}},
		{"aws:cloudfront/keyValueStore:KeyValueStore", nil, map[string]string{"arn": `arn:aws:cloudfront::123456789012:key-value-store/[0-9a-f-]{36}`}},
		{"aws:cloudfront/originAccessControl:OriginAccessControl", nil, map[string]string{"id": `E[A-Z0-9]{13}`}},
		{"aws:s3/bucketV2:BucketV2", nil, map[string]string{
			"id": `thing-[0-9a-f]{7}`, "arn": `arn:aws:s3:::thing-[0-9a-f]{7}`, "region": region,
			"bucketRegionalDomainName": `thing-[0-9a-f]{7}\.s3\.eu-west-1\.amazonaws\.com`,
		}},
		{"aws:sqs/queue:Queue", nil, map[string]string{
			"id": `https://sqs\.eu-west-1\.amazonaws\.com/` + account + `/thing-.*`, "arn": `arn:aws:sqs:eu-west-1:123456789012:thing-.*`,
		}},
		{"aws:ssm/parameter:Parameter", pulumi.Map{"name": pulumi.String("/a/key")}, map[string]string{
			"id": `/a/key`, "arn": `arn:aws:ssm:eu-west-1:123456789012:parameter/a/key`,
		}},
		{"aws:iam/role:Role", nil, map[string]string{"arn": `arn:aws:iam::123456789012:role/thing-.*`, "uniqueId": `AROA.*`}},
		{
			"aws:route53/record:Record",
			pulumi.Map{"name": pulumi.String("a.example.com"), "type": pulumi.String("A"), "zoneId": pulumi.String("Z1")},
			map[string]string{"id": `Z1_a\.example\.com_A`, "fqdn": `a\.example\.com`},
		},
		{"aws:sns/topic:Topic", nil, map[string]string{"id": `arn:aws:sns:eu-west-1:123456789012:thing-.*`}},
		{"aws:athena/workgroup:Workgroup", nil, map[string]string{"arn": `arn:aws:athena:eu-west-1:123456789012:workgroup/.*`, "name": `thing-.*`}},
	}
	for _, c := range cases {
		t.Run(c.token, func(t *testing.T) {
			r := one(t, c.token, c.props)
			if r.ID == "" || r.Output("id") != r.ID {
				t.Errorf("got ID %q and output id %q", r.ID, r.Output("id"))
			}
			for property, pattern := range c.want {
				if got := r.Output(property); !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
					t.Errorf("%s: got %q, want %s", property, got, pattern)
				}
			}
		})
	}
}

func TestKinds_idsDiffer(t *testing.T) {
	g := recorded(t, func(ctx *pulumi.Context) error {
		for token := range kinds {
			for i := range 3 {
				register(ctx, token, fmt.Sprintf("thing-%d", i), pulumi.Map{
					"name": pulumi.Sprintf("name-%d", i), "bucket": pulumi.Sprintf("bucket-%d", i), "key": pulumi.String("k"),
					"domainName": pulumi.Sprintf("%d.example.com", i),
				})
			}
		}
		return nil
	})
	seen := map[string]string{}
	for _, r := range g.Resources {
		if r.Type == passwordType {
			continue // random:RandomPassword's ID is always "none"
		}
		key := r.Type + " " + r.ID
		if other, twice := seen[key]; twice {
			t.Errorf("%s and %s share ID %q", other, r.URN, r.ID)
		}
		seen[key] = r.URN
	}
}

// F8.1: the record of a name is that of its wildcard, and of every region. F8.4: no order to rely on.
func TestKinds_certificateValidationOptions(t *testing.T) {
	options := func(name string, names ...string) map[string]any {
		r := one(t, "aws:acm/certificate:Certificate", pulumi.Map{
			"domainName": pulumi.String(name), "subjectAlternativeNames": pulumi.ToStringArray(names),
		})
		byBase := map[string]any{}
		for _, o := range r.Outputs["domainValidationOptions"].([]any) {
			option := o.(map[string]any)
			base := strings.TrimPrefix(option["domainName"].(string), "*.")
			if byBase[base] != nil {
				t.Errorf("two options for %s", base)
			}
			byBase[base] = option["resourceRecordName"]
		}
		return byBase
	}
	many := options("example.com", "*.example.com", "www.example.com")
	if len(many) != 2 {
		t.Errorf("got options for %v, want example.com and www.example.com", many)
	}
	if alone := options("*.example.com"); alone["example.com"] != many["example.com"] {
		t.Errorf("got record %v, want that of the name itself %v", alone, many["example.com"])
	}
	if record := fmt.Sprint(many["www.example.com"]); !regexp.MustCompile(`^_[0-9a-f]{32}\.www\.example\.com\.$`).MatchString(record) {
		t.Errorf("got record %q", record)
	}
}

func TestKinds_domainNameKeepsWhatItWasGiven(t *testing.T) {
	r := one(t, "aws:apigatewayv2/domainName:DomainName", pulumi.Map{
		"domainName":              pulumi.String("*.origin.example.com"),
		"domainNameConfiguration": pulumi.Map{"certificateArn": pulumi.String("arn:aws:acm:x"), "securityPolicy": pulumi.String("TLS_1_2")},
	})
	configuration := r.Outputs["domainNameConfiguration"].(map[string]any)
	target, _ := configuration["targetDomainName"].(string)
	if r.ID != "*.origin.example.com" || configuration["certificateArn"] != "arn:aws:acm:x" ||
		!regexp.MustCompile(`^d-[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com$`).MatchString(target) {
		t.Errorf("got %q, %v", r.ID, configuration)
	}
	if given := r.Inputs["domainNameConfiguration"].(map[string]any); given["targetDomainName"] != nil {
		t.Errorf("the inputs were changed: %v", given)
	}
}
