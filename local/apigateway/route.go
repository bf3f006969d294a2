package apigateway

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// route is one route of an API with its integration. It is the same for every stage.
type route struct {
	key     string // as declared: "$default", "GET /items/{id}", "ANY /{proxy+}"
	method  string // upper case, or "ANY"; "" for $default
	pattern []segment
	// functionARN is the function that the integration calls, timeout how long it may take.
	functionARN string
	timeout     time.Duration
}

// segment is one part of a route's path between slashes.
type segment struct {
	literal  string
	variable string // name without braces, "" for a literal
	greedy   bool   // {name+}, the last segment only
}

const defaultRouteKey = "$default"

var routeMethods = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// parseRouteKey reads a route key (APIGW DG "Create routes for HTTP APIs in API Gateway", http-api-develop-routes).
func parseRouteKey(key string) (*route, error) {
	if key == defaultRouteKey {
		return &route{key: key}, nil
	}
	method, path, ok := strings.Cut(key, " ")
	if !ok || !slices.Contains(routeMethods, method) || !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf(`want "$default" or "METHOD /path" with one of %s`, strings.Join(routeMethods, ", "))
	}
	r := &route{key: key, method: method}
	parts := strings.Split(path[1:], "/")
	for n, part := range parts {
		s := segment{literal: part}
		if inner, braces := strings.CutPrefix(part, "{"); braces {
			name, closed := strings.CutSuffix(inner, "}")
			name, greedy := strings.CutSuffix(name, "+")
			if !closed || name == "" || strings.ContainsAny(name, "{}") || greedy && n != len(parts)-1 {
				return nil, fmt.Errorf(`path segment %q: want {name}, or {name+} as the last segment`, part)
			}
			s = segment{variable: name, greedy: greedy}
		} else if strings.ContainsAny(part, "{}") {
			return nil, fmt.Errorf("path segment %q: a variable takes the whole segment", part)
		}
		r.pattern = append(r.pattern, s)
	}
	return r, nil
}

// match compares a decoded path with the route's and returns the path's variables. A {name} takes one non-empty
// segment, a {name+} one or more; a slash at the end counts (guess: the guide does not say).
func (r *route) match(path string) (map[string]string, bool) {
	if r.key == defaultRouteKey {
		return nil, true
	}
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, false
	}
	var variables map[string]string
	bind := func(name, value string) {
		if variables == nil {
			variables = map[string]string{}
		}
		variables[name] = value
	}
	for n, s := range r.pattern {
		if s.greedy {
			if rest == "" {
				return nil, false
			}
			bind(s.variable, rest)
			return variables, true
		}
		part, after, more := strings.Cut(rest, "/")
		switch last := n == len(r.pattern)-1; {
		case last == more:
			return nil, false
		case s.variable == "" && part != s.literal:
			return nil, false
		case s.variable != "" && part == "":
			return nil, false
		case s.variable != "":
			bind(s.variable, part)
		}
		rest = after
	}
	return variables, true
}

// sortRoutes puts routes into the order in which they are tried (F6.17; APIGW DG http-api-develop-routes "Routing
// API requests"): full matches before greedy ones before $default, and on the same path a declared method before
// ANY. The guide is silent on a literal against a variable in the same place; the more literal route goes first
// (guess), segment by segment from the left, and a longer path before a shorter greedy one.
func sortRoutes(routes []*route) {
	slices.SortStableFunc(routes, func(a, b *route) int {
		if d := a.rank() - b.rank(); d != 0 {
			return d
		}
		for n := range min(len(a.pattern), len(b.pattern)) {
			if d := a.pattern[n].rank() - b.pattern[n].rank(); d != 0 {
				return d
			}
		}
		if d := len(b.pattern) - len(a.pattern); d != 0 {
			return d
		}
		return a.methodRank() - b.methodRank()
	})
}

func (r *route) rank() int {
	switch {
	case r.key == defaultRouteKey:
		return 2
	case r.pattern[len(r.pattern)-1].greedy:
		return 1
	}
	return 0
}

func (r *route) methodRank() int {
	if r.method == "ANY" {
		return 1
	}
	return 0
}

func (s segment) rank() int {
	switch {
	case s.greedy:
		return 2
	case s.variable != "":
		return 1
	}
	return 0
}

// chooseRoute returns the first of sorted routes that takes the request, or nil.
func chooseRoute(sorted []*route, method, path string) (*route, map[string]string) {
	for _, r := range sorted {
		if r.method != "" && r.method != "ANY" && r.method != method {
			continue
		}
		if variables, ok := r.match(path); ok {
			return r, variables
		}
	}
	return nil, nil
}
