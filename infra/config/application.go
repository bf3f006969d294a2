package config

import (
	"fmt"
	"strings"

	"github.com/onefront/onefront/handler/contract"
)

// Application is what the configuration has to know of the application that runs on the platform.
type Application struct {
	// BasePaths are the paths below which the API is, such as "/api"; the first is the one that the outputs name.
	BasePaths []string
	// Routes apply where the stack sets none. ReadFailover follows the routing.
	Routes []Route
	// Answers are the route keys of all functions.
	Answers []Answer
	// Requests must reach the application, such as "POST /api/orders": a stack's routes that cut one off are
	// remarked on.
	Requests []string
	// Thresholds are limits of the application's own alarms, beside the platform's.
	Thresholds []AlarmThreshold
}

// BasePath is the first of the base paths, or "" for an API at the root.
func (a Application) BasePath() string {
	if len(a.BasePaths) == 0 {
		return ""
	}
	return a.BasePaths[0]
}

// HealthPath is the path that people and checks ask, below the first base path.
func (a Application) HealthPath() string { return contract.HealthPath(a.BasePath()) }

// Settings is an application's view of the stack's configuration. Whatever it asks for is a key from then on, and
// what it refuses stands beside the platform's own problems.
type Settings struct {
	Project, Stack string
	// Lambda are the stack's defaults for functions.
	Lambda Lambda

	reader  *reader
	keys    []string
	secrets map[string]string
}

// Text returns the value of one of the application's keys: JSON for a list or an object. ok is false where the
// stack does not set it.
func (s *Settings) Text(key string) (value string, ok bool) {
	s.keys = append(s.keys, key)
	return s.reader.lookup(key)
}

// Secret notes a key that must be set with --secret; of says in a message what it is, such as "the key of the
// payment service". Each rule returns the value as it is to be kept, or what is wrong with it. The value is in no
// message, and must be in no error of a rule.
func (s *Settings) Secret(key, of string, rules ...func(string) (string, error)) {
	if _, asked := s.secrets[key]; asked {
		return
	}
	value, set := s.reader.lookup(key)
	if !set && s.reader.source.StandIn != nil {
		s.secrets[key] = s.reader.source.StandIn(key)
		return
	}
	s.secrets[key] = value
	how := "pulumi config set --secret " + Namespace + ":" + key
	switch {
	case !set:
		s.Refuse(key, raw("not set"), "required: %s, set with %s", of, how)
	case !s.reader.secret(key):
		s.Refuse(key, raw("[plain text]"), "a secret: replace %s, since this one stands readable in the stack's file, then set the new one with %s", of, how)
	case value == "":
		s.Refuse(key, "", "%s, set with %s", of, how)
	default:
		for _, rule := range rules {
			kept, err := rule(value)
			if err != nil {
				s.reader.problems.wrong(key, raw("[secret]"), "%s: %v; set it with %s", of, err, how)
				return
			}
			value = kept
		}
		s.secrets[key] = value
	}
}

// Missing refuses a key that is not set; right says what it should be.
func (s *Settings) Missing(key, right string) { s.Refuse(key, raw("not set"), "%s", right) }

// Refuse records "onefront:<key>: <value>: want <what would be right>".
func (s *Settings) Refuse(key string, value any, right string, args ...any) {
	s.reader.problems.refuse(key, value, right, args...)
}

// Remark records "onefront:<key>: <value>: <what is odd>", which stops no update.
func (s *Settings) Remark(key string, value any, what string, args ...any) {
	s.reader.problems.warn(key, value, what, args...)
}

// Fail records an error as it is; each of a joined one by itself.
func (s *Settings) Fail(err error) {
	s.reader.problems.errs = append(s.reader.problems.errs, split(err)...)
}

// FailKey records errors that begin with a key without the name space.
func (s *Settings) FailKey(err error) {
	for _, one := range split(err) {
		s.Fail(fmt.Errorf("%s:%w", Namespace, one))
	}
}

// split takes a joined error apart.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // the very error, not one it wraps
		return joined.Unwrap()
	}
	return []error{err}
}

// checkRequests looks at what must reach the application and the platform's health, which the routes may cut off.
func (c *Config) checkRequests(p *problems) {
	health := c.Application.HealthPath()
	if route, i := c.routeOf(health); i >= 0 && route.Methods == MethodsRead && route.TTL.Min > 0 {
		p.refuse(p.routeKey(i, "ttl.min"), shortDuration(route.TTL.Min), "0s, or a route for %s before this one: health must not come from a cache", health)
	}
	for _, request := range append([]string{"GET " + health}, c.Application.Requests...) {
		method, path, _ := strings.Cut(request, " ")
		route, i := c.routeOf(path)
		switch {
		case i < 0 && c.SiteDir == "": // what no route takes goes to the API
		case i < 0:
			p.warn("routes", path, "no route matches this path of the handler: CloudFront serves the site there")
		case method != "GET" && route.Methods == MethodsRead:
			p.warn(p.routeKey(i, "methods"), route.Methods, "CloudFront refuses %s with 403 here (F4.6); put a route with methods all before it", request)
		}
	}
}

// FullName is the full name under which a stack sets a key: in the project's own name space, or in Namespace.
func FullName(project, key string, isSet func(full string) bool) string {
	if own := project + ":" + key; !isSet(Namespace+":"+key) && isSet(own) {
		return own
	}
	return Namespace + ":" + key
}
