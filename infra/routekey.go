package infra

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxRoutes is API Gateway's quota of routes in one HTTP API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const maxRoutes = 300

var (
	functionName   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,19}$`)
	routeMethods   = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	literalSegment = regexp.MustCompile(`^[A-Za-z0-9._~:$@!*'(),;=+&%-]+$`)
	pathVariable   = regexp.MustCompile(`^\{[A-Za-z0-9._-]+\+?\}$`)
)

// check says everything that is wrong with an application as a whole.
func (f *Functions) check(health string) error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	names, owners, answering := map[string]bool{}, map[string]string{}, 0
	for _, fn := range f.Functions {
		switch {
		case !functionName.MatchString(fn.Name):
			refuse("function %q: a name of at most 20 of a-z, 0-9 and hyphens", fn.Name)
		case names[fn.Name]:
			refuse("function %q: a name that no other function has", fn.Name)
		}
		names[fn.Name] = true
		if (fn.Package == "") == (fn.Zip == "") {
			refuse("function %q: either a Go package such as ./orders or the path of a zip, not %q and %q", fn.Name, fn.Package, fn.Zip)
		}
		if len(fn.Routes) > 0 {
			answering++
		}
		for _, key := range fn.Routes {
			shape := routeShape(key)
			switch owner, taken := owners[shape]; {
			case routeKeyProblem(key, health) != "":
				refuse("function %q: route %q: %s", fn.Name, key, routeKeyProblem(key, health))
			case taken:
				refuse("function %q: route %q: a route key that no other has; %s answers it already", fn.Name, key, owner)
			default:
				owners[shape] = fn.Name
			}
		}
	}
	switch {
	case len(f.Functions) == 0:
		refuse("application %q: at least one function", f.Name)
	case answering == 0:
		refuse("application %q: at least one function with a route key such as $default", f.Name)
	case len(owners) > maxRoutes:
		refuse("application %q: at most %d routes of one API, not %d", f.Name, maxRoutes, len(owners))
	}
	return errors.Join(errs...)
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

// routeKeyProblem says what API Gateway would refuse, or "".
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
func routeKeyProblem(key, health string) string {
	if key == "$default" {
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
