package cloudfront

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// step is one documented stage of a request. It returns an answer to end the request, or nil to go on.
type step func(e *Edge, x *exchange) *answer

// pipeline is the order in which CloudFront looks at a request. The last step always answers.
func pipeline() []step {
	return []step{
		(*Edge).place, (*Edge).limits, (*Edge).hostName, (*Edge).webACL, (*Edge).matchBehavior, (*Edge).restrictions,
		(*Edge).viewerProtocol, (*Edge).allowedMethod, (*Edge).getBody, (*Edge).viewerRequest, (*Edge).rootObject,
		(*Edge).serve,
	}
}

// The headers that local mode takes from viewers, and the one it sends to buckets. None reaches a cache key, a
// function or an origin.
const (
	viewerHeader            = "X-Onefront-Viewer"
	viewerProtocolHeader    = "X-Onefront-Viewer-Protocol"
	viewerHostHeader        = "X-Onefront-Viewer-Host"
	viewerAddressHeader     = "X-Onefront-Viewer-Address"
	localDistributionHeader = "X-Onefront-Local-Distribution"
)

// place takes local mode's headers off the request: where the viewer is, how it came, which name it asked for.
func (e *Edge) place(x *exchange) *answer {
	h := x.r.Header
	edge, protocol, host, address := h[viewerHeader], h[viewerProtocolHeader], h[viewerHostHeader], h[viewerAddressHeader]
	if _, forged := h[localDistributionHeader]; forged || edge != nil || protocol != nil || host != nil || address != nil {
		x.header = h.Clone()
		for _, name := range []string{viewerHeader, viewerProtocolHeader, viewerHostHeader, viewerAddressHeader, localDistributionHeader} {
			delete(x.header, name)
		}
	}
	x.host = strings.ToLower(hostOnly(x.r.Host))
	if host != nil {
		x.host = strings.ToLower(hostOnly(host[0]))
	} else if x.host == "" || x.host == "localhost" || net.ParseIP(strings.Trim(x.host, "[]")) != nil {
		x.host = e.dist.FirstName()
	}
	if edge != nil {
		if x.pop = e.pops[strings.ToUpper(strings.TrimSpace(edge[0]))]; x.pop == nil {
			return x.refuse(localError(fmt.Sprintf("%s: %q: want the IATA code of a CloudFront edge such as FRA, IAD or SYD", viewerHeader, edge[0])), "local mode knows no edge of this name")
		}
	}
	if address != nil {
		ip := net.ParseIP(strings.TrimSpace(address[0]))
		if ip == nil {
			return localError(fmt.Sprintf("%s: %q: want an IP address such as 192.0.2.1", viewerAddressHeader, address[0]))
		}
		x.viewerIP = ip.String()
	}
	if protocol != nil {
		switch protocol[0] {
		case "http", "https":
			x.https = protocol[0] == "https"
		default:
			return x.refuse(localError(fmt.Sprintf("%s: %q: want http or https", viewerProtocolHeader, protocol[0])), "local mode knows http and https")
		}
	}
	return nil
}

// hostOnly cuts the port and a final dot off a Host header.
func hostOnly(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(host, ".")
}

// localError is a refusal of local mode itself, not of CloudFront.
func localError(text string) *answer {
	return &answer{
		status: http.StatusBadRequest, result: resultError, age: -1, final: true, local: true, body: []byte(text + "\n"),
		header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
	}
}

// Limits of a request, F3.25.
const (
	maxURLBytes     = 8_192
	maxRequestBytes = 32_768
)

// limits refuses what is too long. CF DG RequestAndResponseBehaviorCustomOrigin, "Maximum length of a request and
// maximum length of a URL": both give 413. A path that is no URL path gives 400.
func (e *Edge) limits(x *exchange) *answer {
	target := len(x.rawPath) + len(x.rawQuery)
	total := len(x.method) + target + len(x.r.Host)
	for name, values := range x.header {
		for _, v := range values {
			total += len(name) + len(": \r\n") + len(v)
		}
	}
	x.received = total + len("  HTTP/1.1\r\nHost: \r\n\r\n")
	if total > maxRequestBytes || len("https://")+len(x.host)+target+1 > maxURLBytes {
		return x.refuse(errorPage(x.id, http.StatusRequestEntityTooLarge, pageBadRequest).because(detailedInvalidRequest),
			"too long: a URL has at most %d bytes, a request without its body at most %d", maxURLBytes, maxRequestBytes)
	}
	if _, err := url.PathUnescape(x.rawPath); err != nil || !strings.HasPrefix(x.rawPath, "/") {
		return x.refuse(errorPage(x.id, http.StatusBadRequest, pageBadRequest).because(detailedInvalidRequest), "the path is no URL path")
	}
	return nil
}

// hostName refuses names that no distribution has: 403. CF DG CNAMEs.
func (e *Edge) hostName(x *exchange) *answer {
	x.explainViewer()
	if !e.dist.HostName(x.host) {
		return x.refuse(errorPage(x.id, http.StatusForbidden, pageBadRequest).because(detailedInvalidRequest),
			"the distribution has no name %s; its names are %s", x.host, strings.Join(append([]string{e.dist.DomainName}, e.dist.Aliases...), ", "))
	}
	return nil
}

// webACL lets the web ACL look at the request before anything else of the distribution does. What WAF refuses reaches
// no cache, function or origin. https://docs.aws.amazon.com/waf/latest/developerguide/cloudfront-features.html
func (e *Edge) webACL(x *exchange) *answer {
	refused := e.acl.Refuse(x.viewerIP, x.method, x.now)
	if refused == nil {
		return nil
	}
	return &answer{status: refused.Status, header: refused.Header, body: refused.Body, result: resultError, age: -1, final: true}
}

// matchBehavior finds the cache behavior, F4.1-4.4. Functions do not change it any more (F2.14).
func (e *Edge) matchBehavior(x *exchange) *answer {
	x.behavior = e.dist.Match(x.rawPath)
	e.explainBehavior(x)
	return nil
}

// restrictions applies the geographic restriction by the country of the viewer's edge. CF DG georestrictions.
func (e *Edge) restrictions(x *exchange) *answer {
	if !e.dist.Countries.Allows(x.pop.Country.Code) {
		return x.refuse(errorPage(x.id, http.StatusForbidden, pageCountry).because(detailedGeoBlocked),
			"the geographic restriction keeps viewers in %s out", x.pop.Country.Code)
	}
	return nil
}

// viewerProtocol is F4.18.
func (e *Edge) viewerProtocol(x *exchange) *answer {
	if x.https || x.behavior.ProtocolPolicy == "allow-all" {
		return nil
	}
	if x.behavior.ProtocolPolicy == "https-only" || !x.r.ProtoAtLeast(1, 1) {
		return x.refuse(errorPage(x.id, http.StatusForbidden, pageBadRequest).because(detailedInvalidRequest),
			"the behavior takes HTTPS only, and this came over HTTP")
	}
	location := "https://" + x.host + x.rawPath
	if x.rawQuery != "" {
		location += "?" + x.rawQuery
	}
	x.explain("redirect", "the behavior sends HTTP to HTTPS")
	switch x.method {
	case http.MethodGet, http.MethodHead:
		return redirectPage(http.StatusMovedPermanently, location)
	}
	return redirectPage(http.StatusTemporaryRedirect, location)
}

// allowedMethod is F4.6.
func (e *Edge) allowedMethod(x *exchange) *answer {
	if !x.behavior.Allows(x.method) {
		return x.refuse(errorPage(x.id, http.StatusForbidden, pageMethod).because(detailedInvalidMethod),
			"the behavior takes %s, not %s", strings.Join(x.behavior.Allowed, ", "), x.method)
	}
	return nil
}

// getBody is F3.24: a GET with a body gets 403.
func (e *Edge) getBody(x *exchange) *answer {
	if x.method == http.MethodGet && x.r.ContentLength != 0 {
		return x.refuse(errorPage(x.id, http.StatusForbidden, pageBadRequest).because(detailedInvalidRequest), "a GET may have no body")
	}
	return nil
}

// rootObject is F4.12. It stands after the function: a viewer-request function sees "/" (guess; AWS's own samples of
// functions that append index.html rely on it).
func (e *Edge) rootObject(x *exchange) *answer {
	if x.uri == "/" && e.dist.DefaultRootObject != "" {
		x.uri += e.dist.DefaultRootObject
		x.explain("root", "/ is %s, the default root object", x.uri)
	}
	return nil
}
