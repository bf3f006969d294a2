package config

import (
	"slices"
	"strings"

	"github.com/onefront/onefront/handler/contract"
)

// maxNames is CloudFront's limit of query strings, headers or cookies in one policy (F3.30).
const maxNames = 10

// partRules says which headers a part may not name, with the reason.
type partRules struct {
	headers func(lower string) string
}

var (
	keyRules     = partRules{headers: keyHeaderProblem}
	forwardRules = partRules{headers: forwardHeaderProblem}
)

func readParts(n node, rules partRules) Parts {
	return partsOf(n.object("query", "headers", "cookies"), rules)
}

func partsOf(o object, rules partRules) Parts {
	p := Parts{
		Headers: readNames(o.at("headers"), "header names", true, rules.headers),
		Cookies: readNames(o.at("cookies"), "cookie names", false, cookieProblem),
	}
	p.Query, p.QueryExcept = readQuery(o.at("query"))
	return p
}

// readQuery takes a list of names, or {except: [names]} for all but these (F15.10).
func readQuery(n node) (names, except []string) {
	if _, isObject := n.value.(map[string]any); !isObject {
		return readNames(n, `query parameter names, ["*"] for all, or {"except": [names]}`, false, queryProblem), nil
	}
	list := n.object("except").at("except")
	except = readNames(list, "query parameter names", false, queryProblem)
	if len(except) == 0 || slices.Contains(except, "*") {
		list.refuse(`names of query parameters to leave out; all of them are ["*"]`)
	}
	return nil, except
}

// readNames reads up to ten distinct names and sorts them, so that routes with the same names in another order
// share a policy. Header names are the same in any case.
func readNames(n node, of string, foldCase bool, problem func(string) string) []string {
	var names, folded []string
	items := n.list(of)
	for _, item := range items {
		name, ok := item.mustText()
		if !ok {
			continue
		}
		compared := name
		if foldCase {
			compared = strings.ToLower(name)
		}
		if text := problem(compared); text != "" {
			item.refuse("%s", text)
		} else if slices.Contains(folded, compared) {
			item.refuse("a name that is not in the list already")
		}
		names, folded = append(names, name), append(folded, compared)
	}
	switch {
	case len(items) > maxNames:
		n.refuse("at most %d names, not %d: CloudFront takes no more in one policy", maxNames, len(items))
	case len(names) > 1 && slices.Contains(names, "*"):
		n.refuse(`"*" alone, which is all of them, or names without it`)
	}
	slices.Sort(names)
	return names
}

func queryProblem(name string) string {
	switch {
	case name == "*":
		return ""
	case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("*?&=#", r) }):
		return `the name of a query parameter, or "*" alone for all`
	}
	return ""
}

func cookieProblem(name string) string {
	if name == "*" {
		return ""
	}
	if !isToken(name) || strings.Contains(name, "*") {
		return `the name of a cookie, or "*" alone for all`
	}
	return ""
}

// isToken says whether text is a token, the form of header and cookie names (RFC 9110, 5.6.2).
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// requestHeaderProblem holds for both parts: names that would break the way to the API or that CloudFront
// keeps to itself.
func requestHeaderProblem(lower string) string {
	switch {
	case lower == "host":
		return "no Host: API Gateway answers 403 to a name it does not know (F3.11)"
	case lower == "accept-encoding":
		return "no Accept-Encoding: CloudFront normalizes it itself on cached routes (F4.11), and no policy may name it (F3.14)"
	case lower == "cookie":
		return "no Cookie header: name the cookies under cookies"
	case lower == strings.ToLower(contract.OriginSecretHeader):
		return "no " + contract.OriginSecretHeader + ": CloudFront sets it (F3.32)"
	case lower == "*":
		return "names: all headers would include Host, which API Gateway answers with 403 (F3.11)"
	case !isToken(lower) || strings.Contains(lower, "*"):
		return "the name of a header"
	case slices.Contains(hopHeaders, lower) || strings.HasPrefix(lower, "x-amz-cf-") || strings.HasPrefix(lower, "x-edge-"):
		return "another header: CloudFront sets or drops this one itself"
	}
	return ""
}

// hopHeaders belong to one connection. That CloudFront refuses them in policies is a guess for some; naming them
// has no meaning in any case.
var hopHeaders = []string{
	"connection", "content-length", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
	"te", "trailer", "transfer-encoding", "upgrade", "via", "x-real-ip",
}

func forwardHeaderProblem(lower string) string {
	if lower == "authorization" {
		return "no Authorization: no origin request policy may name it (F3.14); put it under key on a route with methods read and ttl.max of 1s or more, or leave forward out on a route with methods all"
	}
	return requestHeaderProblem(lower)
}

func keyHeaderProblem(lower string) string {
	switch {
	case lower == "origin":
		return "no Origin: it would keep a copy per calling site; onefront:corsOrigins answers them all from one"
	case slices.Contains(notInKey, lower):
		return "another header: cache policies do not take this one (F2.28), name it under forward"
	}
	return requestHeaderProblem(lower)
}

// notInKey are CloudFront's own headers that only origin request policies take (F2.28).
var notInKey = []string{
	"cloudfront-viewer-address", "cloudfront-viewer-asn", "cloudfront-viewer-header-order", "cloudfront-viewer-header-count",
	"cloudfront-viewer-tls", "cloudfront-viewer-ja3-fingerprint", "cloudfront-viewer-ja4-fingerprint",
}
