package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onefront/onefront/graph"
)

// served are the resource types that a room of local mode reads, property by property.
var served = map[string]bool{
	"aws:apigatewayv2/api:Api":                                                                   true,
	"aws:apigatewayv2/apiMapping:ApiMapping":                                                     true,
	"aws:apigatewayv2/domainName:DomainName":                                                     true,
	"aws:apigatewayv2/integration:Integration":                                                   true,
	"aws:apigatewayv2/route:Route":                                                               true,
	"aws:apigatewayv2/stage:Stage":                                                               true,
	"aws:cloudfront/cachePolicy:CachePolicy":                                                     true,
	"aws:cloudfront/distribution:Distribution":                                                   true,
	"aws:cloudfront/function:Function":                                                           true,
	"aws:cloudfront/keyValueStore:KeyValueStore":                                                 true,
	"aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey":                                           true,
	"aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive":                       true,
	"aws:cloudfront/originAccessControl:OriginAccessControl":                                     true,
	"aws:cloudfront/originRequestPolicy:OriginRequestPolicy":                                     true,
	"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy":                                 true,
	"aws:lambda/eventSourceMapping:EventSourceMapping":                                           true,
	"aws:lambda/function:Function":                                                               true,
	"aws:lambda/permission:Permission":                                                           true,
	"aws:route53/healthCheck:HealthCheck":                                                        true,
	"aws:route53/record:Record":                                                                  true,
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":                       true,
	"aws:s3/bucketObjectv2:BucketObjectv2":                                                       true,
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":                                     true,
	"aws:s3/bucketPolicy:BucketPolicy":                                                           true,
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":                                     true,
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": true,
	"aws:s3/bucketV2:BucketV2":                                                                   true,
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                                               true,
	"aws:sqs/queue:Queue":                                                                        true,
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy":                                              true,
	"aws:ssm/parameter:Parameter":                                                                true,
}

// unserved are the types whose effect ends before a request or beside it, with the properties that say so. What
// they compute (a certificate's ARN, a password) is in the graph already.
var unserved = map[string]func() any{
	// Loopback has no TLS: every name is as good as validated.
	"aws:acm/certificate:Certificate": func() any {
		return &struct {
			DomainName              graph.NoLocalMeaning `json:"domainName"`
			SubjectAlternativeNames graph.NoLocalMeaning `json:"subjectAlternativeNames"`
			ValidationMethod        graph.NoLocalMeaning `json:"validationMethod"`
		}{}
	},
	"aws:acm/certificateValidation:CertificateValidation": func() any {
		return &struct {
			CertificateArn        graph.NoLocalMeaning `json:"certificateArn"`
			ValidationRecordFqdns graph.NoLocalMeaning `json:"validationRecordFqdns"`
		}{}
	},
	// Functions run as this user: what a role allows is for tests of the graph to hold.
	"aws:iam/role:Role": func() any {
		return &struct {
			AssumeRolePolicy    graph.NoLocalMeaning `json:"assumeRolePolicy"`
			PermissionsBoundary graph.NoLocalMeaning `json:"permissionsBoundary"`
		}{}
	},
	"aws:iam/rolePolicy:RolePolicy": func() any {
		return &struct {
			Policy graph.NoLocalMeaning `json:"policy"`
			Role   graph.NoLocalMeaning `json:"role"`
		}{}
	},
	// Log lines go to standard error, which keeps none.
	"aws:cloudwatch/logGroup:LogGroup": func() any {
		return &struct {
			RetentionInDays graph.NoLocalMeaning `json:"retentionInDays"`
		}{}
	},
	// The recording draws the password itself, anew at each start.
	"random:index/randomPassword:RandomPassword": func() any {
		return &struct {
			Length  graph.NoLocalMeaning `json:"length"`
			Special graph.NoLocalMeaning `json:"special"`
		}{}
	},
}

// checkTypes refuses every resource that no room imitates. Components only group others, and providers have
// done their part when the graph is recorded: they place each resource in its region.
func checkTypes(g *graph.Graph) error {
	var problems []error
	for _, r := range g.Resources {
		if !r.Custom || strings.HasPrefix(r.Type, "pulumi:providers:") || served[r.Type] {
			continue
		}
		properties := unserved[r.Type]
		if properties == nil {
			problems = append(problems, fmt.Errorf("%s: local mode does not imitate resources of type %s", r.URN, r.Type))
			continue
		}
		if err := r.Decode(properties()); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
