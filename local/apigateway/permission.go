package apigateway

import (
	"strings"

	"github.com/onefront/onefront/aws/wildcard"
	"github.com/onefront/onefront/graph"
)

// permission is one statement of a function's resource policy (F10.8).
type permission struct {
	region, function         string // function: name or ARN, as given
	qualifier                string // of a version or an alias, "" for the unqualified function
	sourceARN, sourceAccount string // "" allows all
	invoke, fromGateway      bool
}

func newPermission(r *graph.Taken) permission {
	var in permissionInputs
	r.Read(&in)
	return permission{
		region: r.Region, function: in.Function, qualifier: in.Qualifier, sourceARN: in.SourceARN, sourceAccount: in.SourceAccount,
		invoke:      in.Action == "lambda:InvokeFunction" || in.Action == "lambda:*",
		fromGateway: in.Principal == "apigateway.amazonaws.com" || in.Principal == "*",
	}
}

// allows says whether the statement lets an API's stage and route call a function. The source ARN names the route as
// <execution ARN>/<stage>/<METHOD><path>, for the route $default as <execution ARN>/<stage>/$default (F10.8).
func (p permission) allows(functionARN string, a *api, stageName string, r *route) bool {
	// arn:aws:lambda:<region>:<account>:function:<name>, and behind it the qualifier: a statement counts for exactly
	// what it names. https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html#versioning-permissions-alias
	parts := strings.Split(functionARN, ":")
	if len(parts) < 7 {
		return false
	}
	unqualified, name, qualifier := strings.Join(parts[:7], ":"), parts[6], strings.Join(parts[7:], ":")
	switch {
	case !p.invoke || !p.fromGateway || p.qualifier != qualifier:
		return false
	case p.function != unqualified && (p.function != name || p.region != parts[3]):
		return false
	case p.sourceAccount != "" && p.sourceAccount != a.account:
		return false
	}
	return p.sourceARN == "" || wildcard.Match(p.sourceARN, a.executionARN+"/"+stageName+"/"+r.sourcePath())
}

// sourcePath is the end of a route's source ARN.
func (r *route) sourcePath() string {
	if r.key == defaultRouteKey {
		return r.key
	}
	method, path, _ := strings.Cut(r.key, " ")
	if method == "ANY" {
		method = "*"
	}
	return method + path
}
