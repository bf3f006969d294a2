package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/wildcard"
)

const (
	// MaxBehaviors is CloudFront's quota per distribution, the default behavior included (F4.5).
	MaxBehaviors = 75
	// defaultMaxTTL caps what an origin may ask for where a route sets no maximum.
	defaultMaxTTL = 24 * time.Hour
	// longestTTL is what CloudFront takes at most, 100 years of 365 days.
	// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html
	longestTTL = 100 * 365 * 24 * time.Hour
)

// defaultRoutes are the application's, or one for each base path that is below no other. They stand what a stack's
// routes stand.
func (c *Config) defaultRoutes(p *problems) (routes []Route) {
	for i, r := range c.Application.Routes {
		n := node{problems: p, key: fmt.Sprintf("%s[%d]", p.routes, i), value: plainJSON(r.edgeValues())}
		routes = append(routes, readRoute(n, c.Routing))
	}
	if len(c.Application.Routes) > 0 {
		return routes
	}
	for _, base := range c.Application.BasePaths {
		if slices.ContainsFunc(c.Application.BasePaths, func(other string) bool { return strings.HasPrefix(base, other+"/") }) {
			continue
		}
		routes = append(routes, Route{Path: base + "/*", Methods: MethodsAll, ReadFailover: failsOver(MethodsAll, c.Routing)})
	}
	return routes
}

// routesOfApplication names the routes that an application brings along in messages: a stack's are "routes".
const routesOfApplication = "application:Edge"

func (c *Config) readRoutes(r *reader) {
	list := r.json("routes", `a list such as [{"path": "/api/*", "methods": "all"}]`)
	items := list.list("routes")
	r.problems.routes = "routes"
	for _, item := range items {
		c.Routes = append(c.Routes, readRoute(item, c.Routing))
	}
	if len(items) == 0 { // an empty list is how Pulumi.yaml says "not set"
		r.problems.routes = routesOfApplication
		c.Routes = c.defaultRoutes(r.problems)
	}
	if behaviors := len(c.Routes) + 1; behaviors > MaxBehaviors {
		r.problems.refuse(r.problems.routes, len(c.Routes), "at most %d routes: with the default behavior a distribution has up to %d", MaxBehaviors-1, MaxBehaviors)
		return
	}
	c.checkPaths(r.problems)
}

// failsOver says whether reads of a route fail over where it does not say so itself: a group costs an edge function
// nothing, while with dns an all-methods route needs a function of its own for it.
func failsOver(methods string, routing Routing) bool {
	return methods == MethodsRead || routing == RoutingEdge
}

func readRoute(item node, routing Routing) Route {
	o := item.object("path", "methods", "ttl", "key", "forward", "readFailover")
	if o.members == nil {
		if !item.given() {
			item.refuse("an object with at least a path and methods")
		}
		return Route{}
	}
	route := Route{Path: o.at("path").or("")}
	if problem := pathProblem(route.Path); problem != "" {
		o.at("path").refuse("%s", problem)
		route.Path = ""
	}
	methods := o.at("methods")
	if !methods.given() {
		methods.refuse(methodChoices)
	} else {
		route.Methods = readMethods(methods)
	}
	route.ReadFailover = o.at("readFailover").bool(failsOver(route.Methods, routing))
	if route.Methods == MethodsRead && !route.ReadFailover && routing == RoutingDNS {
		o.at("readFailover").refuse("nothing on a route with methods read: its reads always fail over with dns routing")
	}
	route.Key = readParts(o.at("key"), keyRules)
	route.readForward(o.at("forward"))
	if route.Methods == MethodsAll {
		refuseCaching(o)
	} else {
		route.TTL = readTTL(o.at("ttl"))
		checkCaching(o, route)
	}
	if route.ViewerHost {
		route.forwardHost(o.at("forward"))
	}
	return route
}

// refuseCaching keeps caching settings off routes that are never cached: a policy with a maximum of 0 may name
// nothing (F3.15), and an origin group takes no writes (F1.5).
func refuseCaching(o object) {
	if o.at("ttl").given() {
		o.at("ttl").refuse("nothing on a route with methods all, which is never cached; split reads off into a route with methods read before it")
	}
	if o.at("key").given() {
		o.at("key").refuse("nothing on a route with methods all, which is never cached: name it under forward")
	}
}

func readTTL(n node) TTL {
	o := n.object("min", "default", "max")
	low := o.at("min").duration(0, 0, longestTTL)
	usual := o.at("default").duration(low, 0, longestTTL)
	high := o.at("max").duration(max(defaultMaxTTL, low, usual), 0, longestTTL)
	if !o.at("default").given() {
		usual = min(usual, high)
	}
	switch {
	case low > high:
		o.at("min").refuse("at most max, %s", shortDuration(high))
	case usual > high:
		o.at("default").refuse("at most max, %s", shortDuration(high))
	case usual < low:
		o.at("default").refuse("at least min, %s", shortDuration(low))
	case low > 0:
		o.at("min").warn("answers are cached that long even if the handler marks them private or no-store (F3.17); 0s obeys the handler")
	}
	return TTL{Min: low, Default: usual, Max: high}
}

func checkCaching(o object, route Route) {
	if route.TTL.Max == 0 && !route.Key.empty() {
		o.at("key").refuse("nothing where ttl.max is 0s, since CloudFront takes no key for what it never caches: raise ttl.max to 1s or more, or name it under forward")
	}
	if route.TTL.Max > 0 && route.Forward != nil && len(route.Forward.Cookies) > 0 {
		o.at("forward").at("cookies").warn("an answer made for one visitor's cookie may be cached for all: put what changes answers under key")
	}
	if slices.Equal(route.Key.Cookies, []string{"*"}) {
		o.at("key").at("cookies").warn("every visitor gets a copy of his own: name the cookies that change answers")
	}
}

func (p Parts) empty() bool {
	return len(p.Query)+len(p.QueryExcept)+len(p.Headers)+len(p.Cookies) == 0
}

// methodChoices says what the two words mean.
const methodChoices = "read (GET, HEAD and OPTIONS, cached) or all (all seven, never cached)"

// readMethods takes one of the two words. A list of methods is what other tools want there.
func readMethods(n node) string {
	if text, isText := n.value.(string); isText && (text == MethodsRead || text == MethodsAll) {
		return text
	}
	n.refuse(methodChoices)
	return MethodsRead
}

// readForward reads what the origin sees beside the key. viewerHost alone leaves the rest as it is by default.
func (r *Route) readForward(n node) {
	if !n.given() {
		return
	}
	o := n.object("query", "headers", "cookies", "viewerHost")
	r.ViewerHost = o.at("viewerHost").bool(false)
	if o.members == nil || !r.ViewerHost || len(o.members) > 1 {
		parts := partsOf(o, forwardRules)
		r.Forward = &parts
	}
}

// forwardHost names X-Forwarded-Host where a policy must: in the key of a cached route, since answers may differ by
// it and what is in the key reaches the origin (F3.10), else among the headers that are forwarded.
func (r *Route) forwardHost(forward node) {
	headers := &r.Key.Headers
	switch {
	case r.Methods == MethodsRead && r.TTL.Max > 0:
	case r.Methods == MethodsAll && r.Forward == nil:
		return // everything but Host
	default:
		if r.Forward == nil {
			r.Forward = &Parts{}
		}
		headers = &r.Forward.Headers
	}
	if len(*headers) >= maxNames {
		forward.at("viewerHost").refuse("at most %d header names beside it: X-Forwarded-Host is one more", maxNames-1)
	}
	*headers = append(*headers, viewerHostHeader)
	slices.Sort(*headers)
}

// viewerHostHeader is what the function at the edge sets (F2.16).
const viewerHostHeader = "X-Forwarded-Host"

// checkPaths refuses routes that never see a request or that take what is not theirs.
func (c *Config) checkPaths(p *problems) {
	var earlier []string
	for i, route := range c.Routes {
		key := p.routeKey(i, "path")
		if route.Path == "" {
			continue
		}
		c.checkShadow(p, key, route.Path, earlier)
		c.checkSwallow(p, key, route)
		earlier = append(earlier, route.Path)
	}
}

func (c *Config) checkShadow(p *problems, key, path string, earlier []string) {
	for _, before := range earlier {
		if before == path {
			p.refuse(key, path, "a path that no other route has: the first match wins")
			return
		}
		if Covers(before, path) {
			p.refuse(key, path, "a place before %s, which matches all of it and comes first", before)
			return
		}
	}
	if len(earlier) > 1 && coversTogether(earlier, path) {
		p.refuse(key, path, "a place before the routes that together match all of it")
	}
}

// sitePaths are what the site itself answers. A route that matches one of them takes over the site.
var sitePaths = []string{"/", "/index.html", "/404.html", "/config.json"}

func (c *Config) checkSwallow(p *problems, key string, route Route) {
	for _, path := range sitePaths {
		if wildcard.Match(route.Path, path) {
			p.refuse(key, route.Path, "a path that leaves %s to the site, such as /api/*", path)
			return
		}
	}
}

// routeOf is the route that a path takes and its place, or -1 where the site answers.
func (c *Config) routeOf(path string) (Route, int) {
	for i, route := range c.Routes {
		if route.Path != "" && wildcard.Match(route.Path, path) {
			return route, i
		}
	}
	return Route{}, -1
}
