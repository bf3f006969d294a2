package main

import "github.com/onefront/onefront/graph"

// unserved are the types whose effect ends before a request or beside it, with the properties that say so. What
// they compute (a certificate's ARN, a password) is in the graph already.
var unserved = []graph.Unserved{
	{
		Type: "aws:acm/certificate:Certificate", Reason: "loopback has no TLS: every name is as good as validated",
		Properties: []string{"domainName", "subjectAlternativeNames", "validationMethod"},
	},
	{
		Type: "aws:acm/certificateValidation:CertificateValidation", Reason: "loopback has no TLS",
		Properties: []string{"certificateArn", "validationRecordFqdns"},
	},
	{
		Type: "aws:lambda/invocation:Invocation", Reason: "the check of a new version: its handler was built a moment ago, and the first request shows it",
		Properties: []string{"functionName", "input", "qualifier", "triggers"},
	},
	{
		Type: "aws:iam/role:Role", Reason: "functions run as this user: what a role allows is for tests of the graph to hold",
		Properties: []string{"assumeRolePolicy", "path", "permissionsBoundary"},
	},
	{
		Type: "aws:iam/rolePolicy:RolePolicy", Reason: "as roles",
		Properties: []string{"policy", "role"},
	},
	{
		Type: "aws:cloudwatch/logGroup:LogGroup", Reason: "log lines go to standard error, which keeps none",
		Properties: []string{"kmsKeyId", "name", "retentionInDays"},
	},
	{
		Type: "aws:cloudwatch/dashboard:Dashboard", Reason: "local mode has a dashboard of its own",
		Properties: []string{"dashboardBody", "dashboardName"},
	},
	{
		Type: "aws:sns/topic:Topic", Reason: "nothing is sent from here",
		Properties: []string{"name"},
	},
	{
		Type: "aws:sns/topicSubscription:TopicSubscription", Reason: "as topics",
		Properties: []string{"topic", "protocol", "endpoint", "endpointAutoConfirms"},
	},
	{
		Type: "aws:cloudwatch/queryDefinition:QueryDefinition", Reason: "Logs Insights is AWS's; go run ./stats -regions reads local mode's log itself",
		Properties: []string{"name", "queryString", "logGroupNames"},
	},
	{
		Type: "aws:glue/catalogDatabase:CatalogDatabase", Reason: "as tables",
		Properties: []string{"name"},
	},
	{
		Type: "aws:glue/catalogTable:CatalogTable", Reason: "Athena is AWS's; go run ./stats has the same reports, and make sqltest runs the queries",
		Properties: []string{"name", "databaseName", "tableType", "parameters", "partitionKeys", "storageDescriptor"},
	},
	{
		Type: "aws:athena/workgroup:Workgroup", Reason: "as tables",
		Properties: []string{"name", "description", "forceDestroy", "configuration", "tags"},
	},
	{
		Type: "aws:athena/namedQuery:NamedQuery", Reason: "as tables",
		Properties: []string{"name", "description", "database", "workgroup", "query"},
	},
	{
		Type: "random:index/randomPassword:RandomPassword", Reason: "the recording draws the password itself, anew at each start",
		Properties: []string{"length", "special"},
	},
}
