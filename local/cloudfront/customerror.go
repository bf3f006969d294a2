package cloudfront

import "net/http"

// customErrorPage puts the distribution's own page in place of an origin's error, or CloudFront's page about an
// origin. CF DG GeneratingCustomErrorResponses, F4.13, F1.11: after failover, on the final outcome. The page is
// fetched through the behavior that matches its path; if that fails, the viewer gets the status of that failure.
// guess: errors CloudFront finds before any origin is asked (methods, protocol) keep CloudFront's page.
func (e *Edge) customErrorPage(x *exchange, a *answer) *answer {
	c, ok := e.dist.Errors[a.status]
	if !ok || c.PagePath == "" || x.inner {
		return a
	}
	inner := *x
	inner.inner = true
	inner.method, inner.uri, inner.query, inner.choice = http.MethodGet, c.PagePath, "", nil
	inner.behavior = e.dist.Match(c.PagePath)
	inner.attempts = nil
	x.explain("error page", "%d is answered with the page %s", a.status, c.PagePath)
	inner.told = x.told
	page := e.serve(&inner)
	x.told = inner.told
	x.attempts = append(x.attempts, inner.attempts...)
	x.charged = inner.charged
	page = &answer{status: page.status, header: page.header, body: page.body, result: resultError, detailed: a.detailed, age: -1, final: true}
	if page.status < http.StatusBadRequest {
		page.status = c.ResponseCode
	}
	return page
}
