package cloudfront

import (
	"errors"
	"net/http"

	"github.com/onefront/onefront/local/cloudfront/function"
)

// viewerRequest runs the behavior's viewer-request function, once per viewer request (F1.12). It may answer itself
// (F2.29), rewrite the request, and choose the origin.
func (e *Edge) viewerRequest(x *exchange) *answer {
	f := x.behavior.Request
	if f == nil {
		return nil
	}
	result, err := f.ViewerRequest(x.r.Context(), e.event(x))
	if err != nil {
		return e.functionError(x, err)
	}
	if result.Response != nil {
		a := functionAnswer(result.Response)
		x.explain("function", "%s: answered %d by itself", f.Name(), a.status)
		a.result, a.final = resultFunction, true
		if a.header.Get("Server") == "" {
			a.header.Set("Server", "CloudFront")
		}
		return a
	}
	uri, query, header := x.uri, x.query, x.header
	if r := result.Request; r != nil {
		x.uri, x.query = r.URI, r.Query.Query()
		h := make(http.Header, len(r.Headers)+1)
		for name, values := range r.Headers {
			if _, ours := x.cloudFrontHeader(name); name != "Host" && !ours {
				h[name] = values
			}
		}
		delete(h, "Cookie")
		if cookies := r.Cookies.CookieHeader(); cookies != "" {
			h["Cookie"] = []string{cookies}
		}
		x.header = h
	}
	x.choice = result.Origin
	if x.explained {
		x.explainFunction(f.Name(), uri, query, header)
	}
	return nil
}

// event is what the function gets to know: the viewer's request, and those of CloudFront's own headers that a policy
// of the behavior names (F2.26).
func (e *Edge) event(x *exchange) function.Event {
	h := make(http.Header, len(x.header)+1)
	for name, values := range x.header {
		if _, ours := x.cloudFrontHeader(name); name != "Cookie" && !ours {
			h[name] = values
		}
	}
	h["Host"] = []string{x.host}
	for _, name := range x.behavior.Forwards.Added {
		if v, _ := x.cloudFrontHeader(name); v != "" {
			h[name] = []string{v}
		}
	}
	return function.Event{
		DistributionDomainName: e.dist.DomainName, DistributionID: e.dist.ID, RequestID: x.id, ViewerIP: x.viewerIP,
		Edge: x.pop.Edge, EdgeServerIP: x.pop.ServerIP,
		Request: function.Request{
			Method: x.method, URI: x.uri, Query: function.ParseQuery(x.query), Headers: h,
			Cookies: function.ParseCookies(x.header["Cookie"]),
		},
	}
}

// viewerResponse runs the viewer-response function. It is not run for answers of 400 and above, redirects of
// CloudFront, custom error pages and answers of a viewer-request function (F2.17, CF DG edge-function-restrictions).
func (e *Edge) viewerResponse(x *exchange, a *answer) *answer {
	if a.final || a.status >= http.StatusBadRequest || x.behavior == nil || x.behavior.Response == nil {
		return a
	}
	event := e.event(x)
	h := a.header.Clone()
	delete(h, "Set-Cookie")
	event.Response = &function.Response{
		StatusCode: a.status, StatusDescription: http.StatusText(a.status), Headers: h,
		Cookies: function.ParseSetCookies(a.header["Set-Cookie"]),
	}
	result, err := x.behavior.Response.ViewerResponse(x.r.Context(), event)
	if err != nil {
		return e.functionError(x, err)
	}
	x.explain("function", "%s: saw the answer", x.behavior.Response.Name())
	if result.Response == nil {
		return a
	}
	changed := functionAnswer(result.Response)
	changed.result, changed.detailed, changed.age = a.result, a.detailed, a.age
	if result.Response.Body == nil {
		changed.body = a.body
	}
	return changed
}

func functionAnswer(r *function.Response) *answer {
	h := r.Headers.Clone()
	if h == nil {
		h = http.Header{}
	}
	for _, c := range r.Cookies {
		h.Add("Set-Cookie", c.SetCookie())
	}
	return &answer{status: r.StatusCode, header: h, body: r.Body, age: -1}
}

// functionError is a run that failed: 502 if CloudFront refuses what it returned, 503 if it threw.
// CF DG http-502-bad-gateway, http-503-service-unavailable.
func (e *Edge) functionError(x *exchange, err error) *answer {
	status, sentence, detailed := http.StatusServiceUnavailable, pageFunction, ""
	if failed, ok := errors.AsType[*function.Error](err); ok {
		detailed = failed.Type
		if failed.Status == http.StatusBadGateway {
			status, sentence = http.StatusBadGateway, pageInvalid
		}
	}
	x.explain("function", "failed: %v", err)
	e.log.Error("CloudFront function failed", "requestId", x.id, "behavior", x.behavior.Pattern, "path", x.rawPath, "err", err)
	return errorPage(x.id, status, sentence).because(detailed)
}
