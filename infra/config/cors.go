package config

import (
	"net"
	"net/url"
	"strings"
)

// maxCORSOrigins keeps the origins well inside the 10 KB of the viewer-request function (F2.19), which answers
// preflights and holds them all.
const maxCORSOrigins = 50

func (c *Config) readCORS(n node) {
	c.CORSOrigins = n.texts("origins")
	for _, item := range n.items() {
		if text, ok := item.value.(string); ok {
			if problem := originProblem(text); problem != "" {
				item.refuse("%s", problem)
			}
		}
	}
	distinct(n.problems, n.key, n.strings(), "an origin")
	if len(c.CORSOrigins) > maxCORSOrigins {
		n.problems.refuse(n.key, len(c.CORSOrigins), "at most %d origins", maxCORSOrigins)
	}
}

// originProblem says what is wrong with a web origin as browsers send it (RFC 6454, 6.1), or "".
func originProblem(text string) string {
	const example = "an origin as browsers send it, such as https://app.example.org"
	u, err := url.Parse(text)
	switch {
	case strings.Contains(text, "*"):
		return "each origin by name: a wildcard would let any site call the API"
	case text == "null":
		return "a real origin: null is sent by sandboxed pages of any site"
	case err != nil || u.Host == "" || u.Opaque != "" || u.User != nil:
		return example
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#"):
		return "scheme and host only: " + u.Scheme + "://" + u.Host
	case text != strings.ToLower(text):
		return "lower case: " + strings.ToLower(text)
	case u.Scheme == "http" && !isLocal(u.Hostname()):
		return "https: http is for localhost only"
	case u.Scheme != "https" && u.Scheme != "http":
		return example
	case u.Scheme == "https" && u.Port() == "443", u.Scheme == "http" && u.Port() == "80":
		return "no port: browsers leave the default port out"
	case strings.HasSuffix(u.Host, ":"):
		return example
	case !isLocal(u.Hostname()) && net.ParseIP(u.Hostname()) == nil && nameProblem(u.Hostname(), false) != "":
		return example + ", with " + nameProblem(u.Hostname(), false)
	}
	return ""
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
