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
		Type: "aws:iam/role:Role", Reason: "functions run as this user: what a role allows is for tests of the graph to hold",
		Properties: []string{"assumeRolePolicy", "permissionsBoundary"},
	},
	{
		Type: "aws:iam/rolePolicy:RolePolicy", Reason: "as roles",
		Properties: []string{"policy", "role"},
	},
	{
		Type: "aws:cloudwatch/logGroup:LogGroup", Reason: "log lines go to standard error, which keeps none",
		Properties: []string{"name", "retentionInDays"},
	},
	{
		Type: "random:index/randomPassword:RandomPassword", Reason: "the recording draws the password itself, anew at each start",
		Properties: []string{"length", "special"},
	},
}
