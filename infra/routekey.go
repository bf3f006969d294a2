package infra

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// maxRoutes is API Gateway's quota of routes in one HTTP API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const maxRoutes = 300

// healthRoutes are the platform's own.
const healthRoutes = 3

// defaultRouteKey takes what no other route takes. Without it API Gateway answers 404 itself.
const defaultRouteKey = "$default"

var (
	routeMethods   = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	literalSegment = regexp.MustCompile(`^[A-Za-z0-9._~:$@!*'(),;=+&%-]+$`)
	pathVariable   = regexp.MustCompile(`^\{[A-Za-z0-9._-]+\+?\}$`)
)

// maxRoutePermissions is how many routes of a function get a permission each. A function's resource-based policy has
// 20 KB, which about 50 of them fill; beyond it the whole API may call the function.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxRoutePermissions = 40

// maxFunctionPolicy is that policy's size, and permissionBytes what one permission takes of it beside its route.
const (
	maxFunctionPolicy = 20 << 10
	permissionBytes   = 450
)

// crowded says whether a permission for each route would not fit into the function's policy.
func (fn *Function) crowded() bool {
	size := 0
	for _, key := range fn.Routes {
		size += permissionBytes + len(routeSource(key))
	}
	return len(fn.Routes) > maxRoutePermissions || size > maxFunctionPolicy
}

// routesOf are a function's routes under the names of their resources, and the permissions for them.
func routesOf(fn *Function) (routes []apiRoute, permissions []apiPermission) {
	for _, key := range fn.Routes {
		role := "route-" + hashOf(key)
		if key == defaultRouteKey {
			role = "default"
		}
		routes = append(routes, apiRoute{role: role, key: pulumi.String(key)})
		permissions = append(permissions, apiPermission{role: role, source: routeSource(key)})
	}
	if fn.crowded() {
		permissions = []apiPermission{{role: "all-" + fn.Name, source: "*"}}
	}
	return routes, permissions
}

// remarks are what a preview warns of.
func (f *Functions) remarks() (all []string) {
	for _, fn := range f.Functions {
		if fn.crowded() {
			all = append(all, fmt.Sprintf("function %q: its %d routes do not fit into its policy one by one, so every route of the API may call it: above %d, or with long paths, a route is no boundary", fn.Name, len(fn.Routes), maxRoutePermissions))
		}
	}
	return all
}

// routeSource is the end of a route's ARN in a permission: "*" stands for ANY and for a variable.
func routeSource(key string) string {
	method, path, found := strings.Cut(key, " ")
	if !found {
		return key
	}
	if method == "ANY" {
		method = "*"
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if pathVariable.MatchString(s) {
			segments[i] = "*"
		}
	}
	return method + strings.Join(segments, "/")
}

// routeShape is the same for route keys that API Gateway takes for one: the names of path variables do not count.
func routeShape(key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		if pathVariable.MatchString(s) {
			segments[i] = map[bool]string{true: "{+}", false: "{}"}[strings.HasSuffix(s, "+}")]
		}
	}
	return strings.Join(segments, "/")
}

// maxRank is that of a path without variables: more than twice as many as a path has segments.
const maxRank = 10_000

// routeOf is the route that API Gateway chooses among keys for a request, with the path's variables: the one with a
// path of words alone, else with a variable for one segment, else with {name+}; $default where none fits.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
func routeOf(keys []string, method, path string) (chosen string, variables map[string]string) {
	chosen = defaultRouteKey
	best := 0
	for _, key := range keys {
		keyMethod, pattern, _ := strings.Cut(key, " ")
		if keyMethod != method && keyMethod != "ANY" {
			continue
		}
		found, fits := pathVariables(pattern, path)
		rank := maxRank - 2*len(found)
		if strings.HasSuffix(pattern, "+}") {
			rank = 1
		}
		if keyMethod == method {
			rank++
		}
		if fits && rank > best {
			chosen, variables, best = key, found, rank
		}
	}
	return chosen, variables
}

// pathVariables are the values of a pattern's variables where a path fits it.
func pathVariables(pattern, path string) (values map[string]string, fits bool) {
	values = map[string]string{}
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, segment := range want {
		switch {
		case i >= len(got):
			return nil, false
		case !pathVariable.MatchString(segment):
			if segment != got[i] {
				return nil, false
			}
		case strings.HasSuffix(segment, "+}"):
			values[segment[1:len(segment)-2]] = strings.Join(got[i:], "/")
			return values, got[i] != ""
		case got[i] == "":
			return nil, false
		default:
			values[segment[1:len(segment)-1]] = got[i]
		}
	}
	return values, len(want) == len(got)
}

// routeKeyProblem says what API Gateway would refuse, or "".
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
func routeKeyProblem(key, health string) string {
	if key == defaultRouteKey {
		return ""
	}
	method, path, found := strings.Cut(key, " ")
	switch {
	case !found || !slices.Contains(routeMethods, method):
		return "$default, or one of " + strings.Join(routeMethods, ", ") + ", a space and a path, such as GET /api/orders/{id}"
	case !strings.HasPrefix(path, "/"):
		return "a path with a leading slash"
	case path == health || strings.HasPrefix(path, health+"/"):
		return "another path: the platform answers " + health + " and what is below it"
	case path == "/":
		return ""
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		switch {
		case pathVariable.MatchString(s):
			if strings.HasSuffix(s, "+}") && i < len(segments)-1 {
				return "a variable with + as the last segment only"
			}
		case !literalSegment.MatchString(s):
			return fmt.Sprintf("segments of letters, digits and punctuation, or whole ones in braces such as {id} or {proxy+}, not %q", s)
		}
	}
	return ""
}
