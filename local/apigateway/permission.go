package apigateway

import (
	"strings"

	"github.com/onefront/onefront/aws/wildcard"
	"github.com/onefront/onefront/graph"
)

// permission is one statement of a function's resource policy (F10.8).
type permission struct {
	region, function         string // function: name or ARN, as given
	sourceARN, sourceAccount string // "" allows all
	invoke, fromGateway      bool
}

func newPermission(r *graph.Taken) permission {
	var in permissionInputs
	r.Read(&in)
	return permission{
		region: r.Region, function: in.Function, sourceARN: in.SourceARN, sourceAccount: in.SourceAccount,
		invoke:      in.Action == "lambda:InvokeFunction" || in.Action == "lambda:*",
		fromGateway: in.Principal == "apigateway.amazonaws.com" || in.Principal == "*",
	}
}

// allows says whether the statement lets an API's stage and route call a function. The source ARN names the route as
// <execution ARN>/<stage>/<METHOD><path>, for the route $default as <execution ARN>/<stage>/$default (F10.8).
func (p permission) allows(functionARN string, a *api, stageName string, r *route) bool {
	name := functionARN[strings.LastIndexByte(functionARN, ':')+1:]
	region := strings.SplitN(functionARN, ":", 5)
	switch {
	case !p.invoke || !p.fromGateway:
		return false
	case p.function != functionARN && (p.function != name || len(region) < 5 || p.region != region[3]):
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
