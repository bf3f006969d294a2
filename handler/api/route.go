package api

import (
	"context"
	"strings"
)

// route is one path with its methods.
type route struct {
	path    string
	methods []method
}

type method struct {
	name  string
	serve func(context.Context, *request) answer
}

func (h *Handler) find(path string) (route, bool) {
	for _, r := range h.routes {
		if r.path == path {
			return r, true
		}
	}
	return route{}, false
}

// serve answers by method: HEAD as GET, OPTIONS with what is
// allowed, 405 for the rest.
func (r route) serve(ctx context.Context, req *request) answer {
	for _, m := range r.methods {
		if m.name == req.method || m.name == "GET" && req.method == "HEAD" {
			return m.serve(ctx, req)
		}
	}
	if req.method == "OPTIONS" {
		return answer{status: 204, headers: headers{"allow": r.allow(), "cache-control": noStore}}
	}
	a := problem(405, "This path takes "+r.allow()+".")
	a.headers["allow"] = r.allow()
	return a
}

// allow lists the methods for the header Allow (RFC 9110, 10.2.1).
func (r route) allow() string {
	var names []string
	for _, m := range r.methods {
		names = append(names, m.name)
		if m.name == "GET" {
			names = append(names, "HEAD")
		}
	}
	return strings.Join(append(names, "OPTIONS"), ", ")
}
