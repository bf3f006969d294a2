package graph

import (
	"slices"
	"strings"

	"github.com/onefront/onefront/aws/cloudfrontapi"
)

// kinds are the resource types with IDs and outputs of their own. IDs are the provider's: a name, an ARN or a
// generated ID, whatever terraform-provider-aws uses as the resource's ID.
var kinds = map[string]func(*computing){
	"aws:acm/certificate:Certificate":                                      certificate,
	"aws:acm/certificateValidation:CertificateValidation":                  certificateValidation,
	"aws:apigatewayv2/api:Api":                                             httpAPI,
	"aws:apigatewayv2/apiMapping:ApiMapping":                               short(6),
	"aws:apigatewayv2/domainName:DomainName":                               domainName,
	"aws:apigatewayv2/integration:Integration":                             short(7),
	"aws:apigatewayv2/route:Route":                                         short(7),
	"aws:apigatewayv2/stage:Stage":                                         stage,
	"aws:cloudfront/cachePolicy:CachePolicy":                               policy("cache-policy"),
	"aws:cloudfront/distribution:Distribution":                             distribution,
	"aws:cloudfront/function:Function":                                     cloudfrontFunction,
	"aws:cloudfront/keyValueStore:KeyValueStore":                           keyValueStore,
	"aws:cloudfront/originAccessControl:OriginAccessControl":               originAccessControl,
	"aws:cloudfront/originRequestPolicy:OriginRequestPolicy":               policy("origin-request-policy"),
	"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy":           policy("response-headers-policy"),
	"aws:cloudwatch/logGroup:LogGroup":                                     logGroup,
	"aws:cloudwatch/metricAlarm:MetricAlarm":                               metricAlarm,
	"aws:cloudwatch/compositeAlarm:CompositeAlarm":                         compositeAlarm,
	"aws:cloudwatch/dashboard:Dashboard":                                   dashboard,
	"aws:iam/role:Role":                                                    role,
	"aws:iam/rolePolicy:RolePolicy":                                        rolePolicy,
	"aws:lambda/alias:Alias":                                               lambdaAlias,
	"aws:lambda/eventSourceMapping:EventSourceMapping":                     eventSourceMapping,
	"aws:lambda/function:Function":                                         lambdaFunction,
	"aws:lambda/invocation:Invocation":                                     lambdaInvocation,
	"aws:lambda/permission:Permission":                                     permission,
	"aws:route53/healthCheck:HealthCheck":                                  healthCheck,
	"aws:route53/record:Record":                                            record,
	"aws:route53/zone:Zone":                                                zone,
	"aws:s3/bucketObject:BucketObject":                                     bucketObject,
	"aws:s3/bucketObjectv2:BucketObjectv2":                                 bucketObject,
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":               ofBucket,
	"aws:s3/bucketPolicy:BucketPolicy":                                     ofBucket,
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":               ofBucket,
	"aws:s3/bucketV2:BucketV2":                                             bucket,
	"aws:sns/topic:Topic":                                                  topic,
	"aws:sqs/queue:Queue":                                                  queue,
	"aws:ssm/parameter:Parameter":                                          parameter,
	"random:index/randomPassword:RandomPassword":                           randomPassword,
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                         ofBucket,
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": ofBucket,
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": ofBucket,

	"aws:athena/namedQuery:NamedQuery":                             namedQuery,
	"aws:athena/workgroup:Workgroup":                               workgroup,
	"aws:cloudwatch/logDelivery:LogDelivery":                       logDelivery,
	"aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": deliveryEnd("delivery-destination"),
	"aws:cloudwatch/logDeliverySource:LogDeliverySource":           deliveryEnd("delivery-source"),
	"aws:cloudwatch/queryDefinition:QueryDefinition":               queryDefinition,
	"aws:glue/catalogDatabase:CatalogDatabase":                     catalogDatabase,
	"aws:glue/catalogTable:CatalogTable":                           catalogTable,
}

func unnamed(c *computing) { delete(c.outputs, "name") }

func lambdaFunction(c *computing) {
	arn := c.arn("lambda", "function:"+c.name())
	version := "$LATEST"
	if publish, _ := c.resource.Inputs["publish"].(bool); publish {
		version = "1"
	}
	c.set("version", version)
	c.set("invokeArn", invokeARN(c.region, arn))
	c.set("qualifiedArn", arn+":"+version)
	c.set("qualifiedInvokeArn", invokeARN(c.region, arn+":"+version))
}

func lambdaAlias(c *computing) {
	function := c.input("functionName")
	if !strings.HasPrefix(function, "arn:") {
		function = "arn:" + Partition + ":lambda:" + c.region + ":" + Account + ":function:" + function
	}
	arn := function + ":" + c.input("name")
	c.id = arn
	c.set("arn", arn)
	c.set("invokeArn", invokeARN(c.region, arn))
}

// lambdaInvocation answers as a function that has nothing to say: nothing runs while a program is recorded.
func lambdaInvocation(c *computing) {
	unnamed(c)
	c.set("result", `{"statusCode":204}`)
}

func invokeARN(region, function string) string {
	return "arn:" + Partition + ":apigateway:" + region + ":lambda:path/2015-03-31/functions/" + function + "/invocations"
}

func permission(c *computing) {
	unnamed(c)
	c.set("statementId", c.resource.Name+"-"+c.hex(7))
	c.id = c.resource.Name + "-" + c.hex(7)
}

func eventSourceMapping(c *computing) {
	unnamed(c)
	c.id = c.uuid()
	c.set("uuid", c.id)
	if name := c.input("functionName"); strings.HasPrefix(name, "arn:") {
		c.set("functionArn", name)
	} else if name != "" {
		c.set("functionArn", "arn:"+Partition+":lambda:"+c.region+":"+Account+":function:"+name)
	}
	c.arn("lambda", "event-source-mapping:"+c.id)
}

func httpAPI(c *computing) {
	c.id = c.letters(10, lower, "api")
	c.rawARN("apigateway", c.region, "", "/apis/"+c.id)
	c.set("apiEndpoint", "https://"+c.id+".execute-api."+c.region+".amazonaws.com")
	c.set("executionArn", "arn:"+Partition+":execute-api:"+c.region+":"+Account+":"+c.id)
}

func stage(c *computing) {
	c.id = c.name()
	api := c.input("apiId")
	c.rawARN("apigateway", c.region, "", "/apis/"+api+"/stages/"+c.id)
	c.set("executionArn", "arn:"+Partition+":execute-api:"+c.region+":"+Account+":"+api+"/"+c.id)
	path := "/" + c.id
	if c.id == "$default" {
		path = "/"
	}
	c.set("invokeUrl", "https://"+api+".execute-api."+c.region+".amazonaws.com"+path)
}

// short is a type whose ID is a few letters and digits and which has neither name nor ARN.
func short(n int) func(*computing) {
	return func(c *computing) {
		unnamed(c)
		c.id = c.letters(n, lower, "short")
	}
}

func domainName(c *computing) {
	unnamed(c)
	c.id = c.input("domainName")
	c.rawARN("apigateway", c.region, "", "/domainnames/"+c.id)
	configuration := map[string]any{
		// The target's zone is a constant of the region at AWS; any stable value does, since nothing looks it up.
		"targetDomainName": "d-" + c.letters(10, lower, "target") + ".execute-api." + c.region + ".amazonaws.com",
		"hostedZoneId":     "Z2" + letters(12, upper, c.region),
	}
	if given, ok := c.resource.Inputs["domainNameConfiguration"].(map[string]any); ok {
		for key, value := range given {
			configuration[key] = value
		}
	}
	c.outputs["domainNameConfiguration"] = configuration
	c.set("apiMappingSelectionExpression", "$request.basepath")
}

// certificate lists one validation option per base domain: the provider keeps them as a set in which a name and
// its wildcard are one element, since they share a record (F8.1). A set has no order (F8.4), so this one is
// shuffled by hash to catch programs that rely on one.
func certificate(c *computing) {
	unnamed(c)
	c.id = c.arn("acm", "certificate/"+c.uuid())
	names := []string{c.input("domainName")}
	if more, ok := c.resource.Inputs["subjectAlternativeNames"].([]any); ok {
		for _, name := range more {
			if s, ok := name.(string); ok {
				names = append(names, s)
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return strings.Compare(letters(16, lower, c.resource.URN+a), letters(16, lower, c.resource.URN+b))
	})
	options := []any{}
	seen := map[string]bool{}
	for _, name := range names {
		base := strings.TrimPrefix(name, "*.")
		if base == "" || seen[base] {
			continue
		}
		seen[base] = true
		options = append(options, map[string]any{
			"domainName":          name,
			"resourceRecordName":  "_" + letters(32, "0123456789abcdef", "name "+base) + "." + base + ".",
			"resourceRecordType":  "CNAME",
			"resourceRecordValue": "_" + letters(32, "0123456789abcdef", "value "+base) + ".validations.aws.",
		})
	}
	c.set("domainValidationOptions", options)
	c.set("status", "PENDING_VALIDATION")
}

func certificateValidation(c *computing) {
	unnamed(c)
	c.id = c.uuid()
}

func distribution(c *computing) {
	unnamed(c)
	c.id = "E" + c.letters(13, upper, "distribution")
	c.rawARN("cloudfront", "", Account, "distribution/"+c.id)
	c.set("domainName", "d"+c.letters(13, lower, "domain")+".cloudfront.net")
	c.set("hostedZoneId", cloudfrontapi.HostedZoneID)
	c.set("etag", "E"+c.letters(13, upper, "etag"))
	c.set("status", "Deployed")
}

func cloudfrontFunction(c *computing) {
	c.id = c.name()
	c.rawARN("cloudfront", "", Account, "function/"+c.id)
	c.set("etag", "ETVPDK"+c.letters(7, upper, "etag"))
	c.set("liveStageEtag", "ETVPDK"+c.letters(7, upper, "live"))
	c.set("status", "UNASSOCIATED")
}

func keyValueStore(c *computing) {
	c.id = c.uuid()
	c.rawARN("cloudfront", "", Account, "key-value-store/"+c.id)
	c.set("etag", "ETVPDK"+c.letters(7, upper, "etag"))
}

func originAccessControl(c *computing) {
	c.id = "E" + c.letters(13, upper, "oac")
	c.rawARN("cloudfront", "", Account, "origin-access-control/"+c.id)
	c.set("etag", "ETVPDK"+c.letters(7, upper, "etag"))
}

func policy(kind string) func(*computing) {
	return func(c *computing) {
		c.id = c.uuid()
		c.rawARN("cloudfront", "", Account, kind+"/"+c.id)
		c.set("etag", "ETVPDK"+c.letters(7, upper, "etag"))
	}
}

func logGroup(c *computing) {
	c.id = c.name()
	c.arn("logs", "log-group:"+c.id)
}

// deliveryEnd is a source or a destination of vended logs.
func deliveryEnd(kind string) func(*computing) {
	return func(c *computing) {
		c.id = c.name()
		c.arn("logs", kind+":"+c.id)
	}
}

func logDelivery(c *computing) {
	unnamed(c)
	c.id = c.letters(16, lower, "delivery")
	c.arn("logs", "delivery:"+c.id)
}

func queryDefinition(c *computing) {
	c.id = c.uuid()
	c.set("queryDefinitionId", c.id)
}

func catalogDatabase(c *computing) {
	c.id = Account + ":" + c.name()
	c.arn("glue", "database/"+c.name())
}

func catalogTable(c *computing) {
	c.id = Account + ":" + c.input("databaseName") + ":" + c.name()
	c.arn("glue", "table/"+c.input("databaseName")+"/"+c.name())
}

func workgroup(c *computing) {
	c.id = c.name()
	c.arn("athena", "workgroup/"+c.id)
}

func namedQuery(c *computing) { c.id = c.uuid() }

func metricAlarm(c *computing) {
	c.id = c.name()
	c.arn("cloudwatch", "alarm:"+c.id)
}

func compositeAlarm(c *computing) {
	unnamed(c)
	c.id = c.named("alarmName")
	c.arn("cloudwatch", "alarm:"+c.id)
}

// dashboard is global: its ARN names no region.
func dashboard(c *computing) {
	unnamed(c)
	c.id = c.named("dashboardName")
	delete(c.outputs, "arn")
	c.set("dashboardArn", "arn:"+Partition+":cloudwatch::"+Account+":dashboard/"+c.id)
}

func role(c *computing) {
	c.id = c.name()
	path := c.input("path")
	if path == "" {
		path = "/"
	}
	c.rawARN("iam", "", Account, "role"+path+c.id)
	c.set("uniqueId", "AROA"+c.letters(17, upper, "unique"))
}

func rolePolicy(c *computing) { c.id = c.input("role") + ":" + c.name() }

func healthCheck(c *computing) {
	unnamed(c)
	c.id = c.uuid()
	c.rawARN("route53", "", "", "healthcheck/"+c.id)
}

func record(c *computing) {
	c.id = c.input("zoneId") + "_" + c.input("name") + "_" + c.input("type")
	if set := c.input("setIdentifier"); set != "" {
		c.id += "_" + set
	}
	c.set("fqdn", strings.TrimSuffix(c.input("name"), "."))
}

func zone(c *computing) {
	c.id = "Z" + letters(13, upper, c.name())
	c.rawARN("route53", "", "", "hostedzone/"+c.id)
	c.set("zoneId", c.id)
}

func bucket(c *computing) {
	unnamed(c)
	c.id = c.named("bucket")
	c.rawARN("s3", "", "", c.id)
	c.set("bucket", c.id)
	c.set("bucketDomainName", c.id+".s3.amazonaws.com")
	c.set("bucketRegionalDomainName", c.id+".s3."+c.region+".amazonaws.com")
	c.set("region", c.region)
}

func ofBucket(c *computing) {
	unnamed(c)
	c.id = c.input("bucket")
}

func bucketObject(c *computing) {
	unnamed(c)
	c.id = c.input("bucket") + "/" + c.input("key")
	c.rawARN("s3", "", "", c.id)
	c.set("etag", c.hex(32))
	c.set("versionId", c.letters(32, lower, "version"))
}

func queue(c *computing) {
	name := c.name()
	c.id = "https://sqs." + c.region + ".amazonaws.com/" + Account + "/" + name
	c.set("url", c.id)
	c.arn("sqs", name)
}

func parameter(c *computing) {
	c.id = c.name()
	c.arn("ssm", "parameter/"+strings.TrimPrefix(c.id, "/"))
	c.outputs["version"] = float64(1)
}

func topic(c *computing) { c.id = c.arn("sns", c.name()) }

// randomPassword differs in every recording: it is the secret between CloudFront and the functions, and local
// mode must not run with one that can be read from the source.
func randomPassword(c *computing) {
	unnamed(c)
	c.id = "none"
	length := 32
	if v, ok := c.resource.Inputs["length"].(float64); ok && int(v) > length {
		length = int(v)
	}
	c.set("result", randomText(length))
}
