package config

import (
	"fmt"
	"slices"
	"strings"
)

// Answer is a route key of API Gateway with the function that answers it.
type Answer struct{ Function, Key string }

// defaultKey answers every path.
const defaultKey = "$default"

// checkAnswers holds the routes of CloudFront and the route keys of API Gateway against each other: a route for a path
// that no function answers is refused, and a key that no route leads to is remarked on.
func (c *Config) checkAnswers(p *problems) {
	answers := c.Application.Answers
	if len(answers) == 0 || slices.ContainsFunc(answers, func(a Answer) bool { return a.Key == defaultKey }) {
		return
	}
	health := c.Application.HealthPath()
	answers = append(slices.Clone(answers), Answer{Key: "GET " + health}, Answer{Key: "GET " + health + "/{secret}"})
	for i, route := range c.Routes {
		if route.Path == "" || slices.ContainsFunc(answers, func(a Answer) bool { return route.leadsTo(a.Key) }) {
			continue
		}
		methods := ""
		if route.Methods == MethodsRead && slices.ContainsFunc(answers, func(a Answer) bool { return meets(route.Path, pathOf(a.Key)) }) {
			methods = "GET, HEAD or OPTIONS of "
		}
		p.refuse(p.routeKey(i, "path"), route.Path, "a path of which a function answers %sat least one request; there are %s", methods, keysOf(c.Application.Answers))
	}
	c.remarkUnreached(p)
}

// remarkUnreached says which keys CloudFront never asks.
func (c *Config) remarkUnreached(p *problems) {
	if c.SiteDir == "" {
		return // what no route takes goes to the API
	}
	for _, a := range c.Application.Answers {
		path := pathOf(a.Key)
		if path == "" {
			continue
		}
		if !slices.ContainsFunc(c.Routes, func(r Route) bool { return r.Path != "" && meets(r.Path, path) }) {
			p.warn("routes", a.Key, "no route leads there, so the site answers: the function %s is never asked for it", a.Function)
		} else if !slices.ContainsFunc(c.Routes, func(r Route) bool { return r.leadsTo(a.Key) }) {
			p.warn("routes", a.Key, "the routes that lead there are for methods read, so CloudFront refuses it with 403 (F4.6): a route with methods all before them")
		}
	}
}

// keysOf lists the first route keys.
func keysOf(answers []Answer) string {
	const most = 8
	var keys []string
	for i, a := range answers {
		if i == most {
			keys = append(keys, "...")
			break
		}
		keys = append(keys, fmt.Sprintf("%s (%s)", a.Key, a.Function))
	}
	return strings.Join(keys, ", ")
}

func pathOf(key string) string {
	_, path, _ := strings.Cut(key, " ")
	return path
}

// leadsTo says whether a request that takes the route may meet the route key.
func (r Route) leadsTo(key string) bool {
	method, path, _ := strings.Cut(key, " ")
	if r.Methods == MethodsRead && !slices.Contains([]string{"ANY", "GET", "HEAD", "OPTIONS"}, method) {
		return false
	}
	return meets(r.Path, path)
}

// step is one element of a route key's path, as a pattern over characters.
type step struct {
	literal  byte // 0: any character, but for a slash where whole is false
	whole    bool
	repeated bool // none, one or more
}

// steps of a key's path: {name} is one or more characters without a slash, {name+} one or more of any.
func steps(path string) (all []step) {
	for i, segment := range strings.Split(path, "/") {
		if i > 0 {
			all = append(all, step{literal: '/'})
		}
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
			greedy := strings.HasSuffix(segment, "+}")
			all = append(all, step{whole: greedy}, step{whole: greedy, repeated: true})
			continue
		}
		for j := range len(segment) {
			all = append(all, step{literal: segment[j]})
		}
	}
	return all
}

// meets says whether some path matches both a path pattern of CloudFront and the path of a route key.
func meets(pattern, path string) bool {
	key := steps(path)
	seen := map[[2]int]bool{}
	var reach func(i, j int) bool
	reach = func(i, j int) bool {
		if i == len(pattern) && j == len(key) {
			return true
		}
		if at := [2]int{i, j}; seen[at] {
			return false
		} else {
			seen[at] = true
		}
		star := i < len(pattern) && pattern[i] == '*'
		repeated := j < len(key) && key[j].repeated
		if star && reach(i+1, j) || repeated && reach(i, j+1) {
			return true
		}
		if i == len(pattern) || j == len(key) || !common(pattern[i], key[j]) {
			return false
		}
		nextI, nextJ := i+1, j+1
		if star {
			nextI = i
		}
		if repeated {
			nextJ = j
		}
		return reach(nextI, nextJ)
	}
	return reach(0, 0)
}

// common says whether a character of a pattern and a step may be the same one.
func common(c byte, s step) bool {
	switch {
	case s.literal != 0:
		return c == '*' || c == '?' || c == s.literal
	case s.whole || c == '*' || c == '?':
		return true // a wildcard may stand for something else than a slash
	}
	return c != '/'
}
