package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/onefront/onefront/aws/geography"
)

// resourceName is what a policy must know of a resource: its type and its names. Explicit is the name that the program
// gives, "" where Pulumi makes one that begins with the logical name.
type resourceName struct{ project, stack, token, logical, explicit string }

// grant allows actions on resources. In a resource {name} is the resource's own, with * for what Pulumi or the region
// adds; {project}, {stack}, {account} and {partition} stay for whoever makes the role.
type grant struct {
	actions   []string
	resource  string
	condition map[string]map[string]string
}

// deployGrants are what the provider calls to create, read, change and delete a resource of a type.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var deployGrants = map[string][]grant{
	"aws:acm/certificate:Certificate": {
		{actions("acm", "RequestCertificate ListTagsForCertificate"), "*", nil}, // a request has no ARN yet
		{actions("acm", "DescribeCertificate DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate UpdateCertificateOptions"), "arn:{partition}:acm:*:{account}:certificate/*", nil},
	},
	"aws:acm/certificateValidation:CertificateValidation": {{actions("acm", "DescribeCertificate"), "arn:{partition}:acm:*:{account}:certificate/*", nil}},
	"aws:apigatewayv2/api:Api":                            apiGrants("/apis", "/apis/*"),
	"aws:apigatewayv2/apiMapping:ApiMapping":              apiGrants("/domainnames/*"),
	"aws:apigatewayv2/domainName:DomainName": append(
		apiGrants("/domainnames", "/domainnames/*"),
		// The first custom domain of an account makes API Gateway's service-linked role.
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
		grant{actions("iam", "CreateServiceLinkedRole"), "arn:{partition}:iam::{account}:role/aws-service-role/ops.apigateway.amazonaws.com/*", map[string]map[string]string{"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}}},
	),
	"aws:apigatewayv2/integration:Integration": apiGrants("/apis/*"),
	"aws:apigatewayv2/route:Route":             apiGrants("/apis/*"),
	"aws:apigatewayv2/stage:Stage": append(
		apiGrants("/apis/*"),
		// A stage with an access log asks for these of whoever makes it.
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
		grant{actions("logs", "CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries DescribeResourcePolicies PutResourcePolicy DescribeLogGroups"), "*", nil},
	),
	"aws:cloudfront/cachePolicy:CachePolicy":                               cloudFrontGrants("CachePolicy", "cache-policy"),
	"aws:cloudfront/originRequestPolicy:OriginRequestPolicy":               cloudFrontGrants("OriginRequestPolicy", "origin-request-policy"),
	"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy":           cloudFrontGrants("ResponseHeadersPolicy", "response-headers-policy"),
	"aws:cloudfront/originAccessControl:OriginAccessControl":               cloudFrontGrants("OriginAccessControl", "origin-access-control"),
	"aws:cloudfront/monitoringSubscription:MonitoringSubscription":         {{actions("cloudfront", "CreateMonitoringSubscription GetMonitoringSubscription DeleteMonitoringSubscription"), "arn:{partition}:cloudfront::{account}:distribution/*", nil}},
	"aws:cloudfront/distribution:Distribution":                             {{actions("cloudfront", "CreateDistribution CreateDistributionWithTags GetDistribution GetDistributionConfig UpdateDistribution DeleteDistribution TagResource UntagResource ListTagsForResource"), "arn:{partition}:cloudfront::{account}:distribution/*", nil}},
	"aws:cloudfront/function:Function":                                     {{actions("cloudfront", "CreateFunction DescribeFunction GetFunction PublishFunction UpdateFunction DeleteFunction"), "arn:{partition}:cloudfront::{account}:function/{name}", nil}},
	"aws:cloudfront/keyValueStore:KeyValueStore":                           {{actions("cloudfront", "CreateKeyValueStore DescribeKeyValueStore UpdateKeyValueStore DeleteKeyValueStore"), "arn:{partition}:cloudfront::{account}:key-value-store/*", nil}},
	"aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey":                     storeGrants,
	"aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive": storeGrants,
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": {
		{actions("cloudwatch", "DeleteAlarms TagResource UntagResource ListTagsForResource EnableAlarmActions DisableAlarmActions"), "arn:{partition}:cloudwatch:*:{account}:alarm:{name}", nil},
		// CloudWatch refuses both for a composite where they have a narrower scope (O-C5).
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
		{actions("cloudwatch", "PutCompositeAlarm DescribeAlarms"), "*", nil},
	},
	"aws:cloudwatch/metricAlarm:MetricAlarm":                       {{actions("cloudwatch", "PutMetricAlarm DescribeAlarms DeleteAlarms TagResource UntagResource ListTagsForResource EnableAlarmActions DisableAlarmActions"), "arn:{partition}:cloudwatch:*:{account}:alarm:{name}", nil}},
	"aws:cloudwatch/dashboard:Dashboard":                           {{actions("cloudwatch", "PutDashboard GetDashboard DeleteDashboards"), "arn:{partition}:cloudwatch::{account}:dashboard/{name}", nil}},
	"aws:cloudwatch/queryDefinition:QueryDefinition":               {{actions("logs", "PutQueryDefinition DescribeQueryDefinitions DeleteQueryDefinition"), "*", nil}},
	"aws:cloudwatch/logDeliverySource:LogDeliverySource":           {{actions("logs", "PutDeliverySource GetDeliverySource DeleteDeliverySource TagResource UntagResource ListTagsForResource"), "arn:{partition}:logs:us-east-1:{account}:delivery-source:*", nil}, {actions("cloudfront", "AllowVendedLogDeliveryForResource"), "arn:{partition}:cloudfront::{account}:distribution/*", nil}},
	"aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {{actions("logs", "PutDeliveryDestination GetDeliveryDestination DeleteDeliveryDestination TagResource UntagResource ListTagsForResource"), "arn:{partition}:logs:us-east-1:{account}:delivery-destination:*", nil}},
	"aws:cloudwatch/logDelivery:LogDelivery":                       {{actions("logs", "CreateDelivery GetDelivery DescribeDeliveries DeleteDelivery UpdateDeliveryConfiguration TagResource UntagResource ListTagsForResource"), "arn:{partition}:logs:us-east-1:{account}:delivery*", nil}},
	"aws:cloudwatch/logGroup:LogGroup":                             {{actions("logs", "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy TagResource UntagResource ListTagsForResource ListTagsLogGroup"), "arn:{partition}:logs:*:{account}:log-group:{name}", nil}, {actions("logs", "DescribeLogGroups"), "*", nil}},
	"aws:athena/workgroup:Workgroup":                               {{actions("athena", "CreateWorkGroup GetWorkGroup UpdateWorkGroup DeleteWorkGroup TagResource UntagResource ListTagsForResource"), workgroupARN, nil}},
	"aws:athena/namedQuery:NamedQuery":                             {{actions("athena", "CreateNamedQuery GetNamedQuery DeleteNamedQuery"), workgroupARN, nil}},
	"aws:glue/catalogDatabase:CatalogDatabase": append(
		glueGrants("CreateDatabase GetDatabase UpdateDatabase DeleteDatabase GetTags TagResource UntagResource", "catalog", "database/*_logs"),
		glueGrants("DeleteDatabase", "table/*_logs/*", "userDefinedFunction/*_logs/*")...,
	),
	"aws:glue/catalogTable:CatalogTable": glueGrants(
		"CreateTable GetTable UpdateTable DeleteTable GetPartitionIndexes", "catalog", "database/*_logs", "table/*_logs/*",
	),
	// A table of an application's own. Who makes a replica must be able to fill it.
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html
	"aws:dynamodb/table:Table": {
		{actions("dynamodb", "CreateTable DescribeTable UpdateTable DeleteTable CreateTableReplica DeleteTableReplica Scan Query GetItem PutItem UpdateItem DeleteItem BatchWriteItem DescribeContinuousBackups UpdateContinuousBackups DescribeTimeToLive UpdateTimeToLive ListTagsOfResource TagResource UntagResource"), "arn:{partition}:dynamodb:*:{account}:table/{name}", nil},
		{actions("iam", "CreateServiceLinkedRole"), "arn:{partition}:iam::{account}:role/aws-service-role/replication.dynamodb.amazonaws.com/*", map[string]map[string]string{"StringEquals": {"iam:AWSServiceName": "replication.dynamodb.amazonaws.com"}}},
	},
	"aws:iam/role:Role":                                {{actions("iam", "CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole TagRole UntagRole ListRoleTags ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole PutRolePermissionsBoundary DeleteRolePermissionsBoundary"), rolesARN, nil}, {actions("iam", "PassRole"), rolesARN, map[string]map[string]string{"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}},
	"aws:iam/rolePolicy:RolePolicy":                    {{actions("iam", "PutRolePolicy GetRolePolicy DeleteRolePolicy"), rolesARN, nil}},
	"aws:lambda/eventSourceMapping:EventSourceMapping": {{actions("lambda", "CreateEventSourceMapping GetEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping ListEventSourceMappings ListTags TagResource UntagResource"), "*", nil}},
	"aws:lambda/function:Function":                     {{actions("lambda", "CreateFunction GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency DeleteFunctionConcurrency GetFunctionConcurrency GetFunctionRecursionConfig PutFunctionRecursionConfig GetRuntimeManagementConfig DeleteFunction ListVersionsByFunction PublishVersion AddPermission GetPolicy RemovePermission ListTags TagResource UntagResource"), functionARN, nil}},
	aliasType:                                          {{actions("lambda", "CreateAlias GetAlias UpdateAlias DeleteAlias"), functionARN, nil}},
	"aws:lambda/invocation:Invocation":                 {{actions("lambda", "InvokeFunction"), functionARN, nil}},
	// In a function's own rights: a permission's name does not say whose policy it is in.
	"aws:lambda/permission:Permission":                                                           {},
	"aws:route53/healthCheck:HealthCheck":                                                        {{actions("route53", "CreateHealthCheck"), "*", nil}, {actions("route53", "GetHealthCheck UpdateHealthCheck DeleteHealthCheck ChangeTagsForResource ListTagsForResource"), "arn:{partition}:route53:::healthcheck/*", nil}},
	"aws:route53/record:Record":                                                                  {{actions("route53", "GetHostedZone ChangeResourceRecordSets ListResourceRecordSets"), "arn:{partition}:route53:::hostedzone/*", nil}, {actions("route53", "GetChange"), "arn:{partition}:route53:::change/*", nil}, {actions("route53", "ListHostedZones ListHostedZonesByName ListTagsForResource"), "*", nil}},
	"aws:s3/bucketV2:BucketV2":                                                                   {{actions("s3", "CreateBucket DeleteBucket ListBucket ListBucketVersions GetBucketLocation GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketLogging GetBucketRequestPayment GetBucketTagging PutBucketTagging GetBucketPolicy GetBucketVersioning GetAccelerateConfiguration GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration GetBucketPublicAccessBlock GetBucketOwnershipControls"), bucketARN, nil}, {actions("s3", "DeleteObject DeleteObjectVersion"), bucketARN + "/*", nil}}, // one that is not protected is emptied
	"aws:s3/bucketObjectv2:BucketObjectv2":                                                       {{actions("s3", "PutObject GetObject GetObjectVersion GetObjectTagging GetObjectVersionTagging PutObjectTagging DeleteObject DeleteObjectVersion GetObjectAttributes"), bucketARN + "/*", nil}},
	"aws:s3/bucketPolicy:BucketPolicy":                                                           {{actions("s3", "PutBucketPolicy DeleteBucketPolicy"), bucketARN, nil}},
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":                                     {{actions("s3", "PutBucketOwnershipControls"), bucketARN, nil}},
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":                                     {{actions("s3", "PutBucketPublicAccessBlock"), bucketARN, nil}},
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                                               {{actions("s3", "PutBucketVersioning"), bucketARN, nil}},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":                       {{actions("s3", "PutLifecycleConfiguration"), bucketARN, nil}},
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {{actions("s3", "PutEncryptionConfiguration"), bucketARN, nil}},
	"aws:sns/topic:Topic":                                                                        {{actions("sns", "CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic TagResource UntagResource ListTagsForResource"), topicARN, nil}},
	"aws:sns/topicPolicy:TopicPolicy":                                                            {{actions("sns", "GetTopicAttributes SetTopicAttributes"), topicARN, nil}},
	"aws:sns/topicSubscription:TopicSubscription":                                                {{actions("sns", "Subscribe ListSubscriptionsByTopic"), "arn:{partition}:sns:*:{account}:alarms-*", nil}, {actions("sns", "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe"), "*", nil}},
	"aws:sqs/queue:Queue":                                                                        {{actions("sqs", "CreateQueue GetQueueUrl GetQueueAttributes SetQueueAttributes DeleteQueue ListQueueTags TagQueue UntagQueue"), queueARN, nil}},
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy":                                              {{actions("sqs", "GetQueueAttributes SetQueueAttributes"), queueARN, nil}},
	"aws:ssm/parameter:Parameter":                                                                {{actions("ssm", "PutParameter GetParameter GetParameters DeleteParameter AddTagsToResource RemoveTagsFromResource ListTagsForResource"), "arn:{partition}:ssm:*:{account}:parameter/{name}", nil}, {actions("ssm", "DescribeParameters"), "*", nil}},
	// An ACL is made with the rule groups that it names, and CloudFront reads what it is given.
	// https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_id-based-policy-examples.html
	"aws:wafv2/webAcl:WebAcl": {
		{actions("wafv2", "CreateWebACL GetWebACL UpdateWebACL DeleteWebACL TagResource UntagResource ListTagsForResource"), "arn:{partition}:wafv2:us-east-1:{account}:global/webacl/{name}/*", nil},
		{actions("wafv2", "CreateWebACL UpdateWebACL"), "arn:{partition}:wafv2:us-east-1:{account}:global/managedruleset/*/*", nil},
	},
}

const aliasType = "aws:lambda/alias:Alias"

const (
	rolesARN    = "arn:{partition}:iam::{account}:role/{project}/{stack}/*"
	functionARN = "arn:{partition}:lambda:*:{account}:function:{name}"
	bucketARN   = "arn:{partition}:s3:::{name}"
	topicARN    = "arn:{partition}:sns:*:{account}:{name}"
	queueARN    = "arn:{partition}:sqs:*:{account}:{name}"

	workgroupARN = "arn:{partition}:athena:*:{account}:workgroup/{project}-{stack}-*"
)

var storeGrants = []grant{{actions("cloudfront-keyvaluestore", "DescribeKeyValueStore GetKey ListKeys PutKey DeleteKey UpdateKeys"), "arn:{partition}:cloudfront::{account}:key-value-store/*", nil}}

func actions(service, names string) (all []string) {
	for _, n := range strings.Fields(names) {
		all = append(all, service+":"+n)
	}
	return all
}

func apiGrants(paths ...string) (all []grant) {
	for _, p := range append(paths, "/tags/*") {
		all = append(all, grant{actions("apigateway", "GET POST PUT PATCH DELETE"), "arn:{partition}:apigateway:*::" + p, nil})
	}
	return all
}

// glueGrants: Glue asks for the right on a thing and on all that it is in. A database's name has _ for the dashes of
// project and stack, which a placeholder cannot say, so it is known by its end.
// https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
func glueGrants(names string, resources ...string) (all []grant) {
	for _, r := range resources {
		all = append(all, grant{actions("glue", names), "arn:{partition}:glue:*:{account}:" + r, nil})
	}
	return all
}

func cloudFrontGrants(noun, resource string) []grant {
	return []grant{{
		[]string{"cloudfront:Create" + noun, "cloudfront:Get" + noun, "cloudfront:Get" + noun + "Config", "cloudfront:Update" + noun, "cloudfront:Delete" + noun},
		"arn:{partition}:cloudfront::{account}:" + resource + "/*", nil,
	}}
}

// deployPolicy is what a role needs to deploy these resources, as policy documents of at most maxPolicy characters.
// A type that it does not know is an error: somebody must say what it needs.
func deployPolicy(resources []resourceName) ([]json.RawMessage, error) {
	type key struct{ resource, condition string }
	allowed := map[key]map[string]bool{}
	var missing []string
	for _, r := range resources {
		grants, known := deployGrants[r.token]
		if !known {
			missing = append(missing, r.token)
			continue
		}
		for _, g := range grants {
			condition, _ := json.Marshal(g.condition)
			at := key{strings.ReplaceAll(g.resource, "{name}", r.pattern()), string(condition)}
			if allowed[at] == nil {
				allowed[at] = map[string]bool{}
			}
			for _, a := range g.actions {
				allowed[at][a] = true
			}
		}
	}
	if missing != nil {
		slices.Sort(missing)
		return nil, fmt.Errorf("no deploy actions are known for %s", strings.Join(slices.Compact(missing), ", "))
	}
	// Resources that are allowed the same stand in one statement.
	type same struct{ actions, condition string }
	statements := map[same][]string{}
	for at, set := range allowed {
		s := same{strings.Join(slices.Sorted(maps.Keys(set)), " "), at.condition}
		statements[s] = append(statements[s], at.resource)
	}
	var ordered []deployStatement
	for s, at := range statements {
		slices.Sort(at)
		st := deployStatement{Effect: "Allow", Action: strings.Fields(s.actions), Resource: withoutCovered(at)}
		if s.condition != "null" {
			st.Condition = json.RawMessage(s.condition)
		}
		ordered = append(ordered, st)
	}
	slices.SortFunc(ordered, func(a, b deployStatement) int {
		return strings.Compare(a.Action[0]+a.Resource[0]+string(a.Condition), b.Action[0]+b.Resource[0]+string(b.Condition))
	})
	return pack(ordered)
}

type deployStatement struct {
	Effect    string          `json:"Effect"`
	Action    []string        `json:"Action"`
	Resource  []string        `json:"Resource"`
	Condition json.RawMessage `json:"Condition,omitempty"`
}

// withoutCovered drops what a wildcard beside it covers.
func withoutCovered(resources []string) (kept []string) {
	for _, r := range resources {
		if !slices.ContainsFunc(resources, func(other string) bool {
			prefix, wild := strings.CutSuffix(other, "*")
			return wild && other != r && strings.HasPrefix(r, prefix)
		}) {
			kept = append(kept, r)
		}
	}
	return kept
}

// roomForNames is kept free in each document, for placeholders that become longer than they are.
const roomForNames = 1200

func pack(statements []deployStatement) (documents []json.RawMessage, err error) {
	var open []deployStatement
	size := 0
	flush := func() error {
		if len(open) == 0 {
			return nil
		}
		raw, err := json.Marshal(struct {
			Version   string            `json:"Version"`
			Statement []deployStatement `json:"Statement"`
		}{"2012-10-17", open})
		documents, open, size = append(documents, raw), nil, 0
		return err
	}
	for _, s := range statements {
		raw, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		if size+len(raw) > maxPolicy-roomForNames {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		open, size = append(open, s), size+len(raw)
	}
	return documents, flush()
}

var (
	regionInName = regexp.MustCompile(`-(` + strings.Join(regionNames(), "|") + `)\b`)
	hashInName   = regexp.MustCompile(`-[0-9a-f]{7,12}$`)
)

func regionNames() (names []string) {
	for _, r := range geography.Regions() {
		names = append(names, regexp.QuoteMeta(r.Name))
	}
	return names
}

// pattern is the resource's physical name as far as it does not depend on region, content or chance.
func (r resourceName) pattern() string {
	name := r.explicit
	if name == "" || r.token == aliasType { // an alias goes by its function, which has the same logical name
		name = r.logical + "-*"
	}
	slash := ""
	if rest, found := strings.CutPrefix(name, "/"); found {
		name = rest
		if r.token != "aws:ssm/parameter:Parameter" { // its ARN has the slash already
			slash = "/"
		}
	}
	// What bears project and stack is the stack's own: the rest of such names says nothing about rights.
	for _, separator := range []string{"-", "/"} {
		own := r.project + separator + r.stack + separator
		if before, _, found := strings.Cut(name, own); found && (before == "" || strings.HasSuffix(before, "/")) {
			return slash + before + "{project}" + separator + "{stack}" + separator + "*"
		}
	}
	name = hashInName.ReplaceAllString(name, "-*")
	name = regionInName.ReplaceAllString(name, "-*")
	for strings.Contains(name, "*-*") {
		name = strings.ReplaceAll(name, "*-*", "*")
	}
	return slash + name
}
