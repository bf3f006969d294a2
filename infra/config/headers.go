package config

import (
	"strings"

	"github.com/onefront/onefront/aws/cloudfrontapi"
)

const (
	// maxCustomHeaders is CloudFront's limit per response headers policy (F3.30), maxValue that of one value: the
	// published one for a CSP is taken for the others too.
	maxCustomHeaders = 10
	maxValue         = 1783
)

func (c *Config) readHeaders(r *reader) {
	c.readCORS(r.json("corsOrigins", `a list of origins, such as ["https://app.example.org"]`))
	c.SecurityHeaders = readSecurityHeaders(r.json("securityHeaders", `an object, such as {"frameOptions": "SAMEORIGIN"}`))
	c.readResponseHeaders(r.json("responseHeaders", `an object, such as {"remove": ["X-Powered-By"], "add": {"X-Team": "orders"}}`))
}

func (c *Config) readResponseHeaders(n node) {
	o := n.object("remove", "add")
	c.ResponseHeaders.Remove = readNames(o.at("remove"), "header names", true, removeProblem)
	for _, name := range c.ResponseHeaders.Remove {
		if strings.EqualFold(name, "date") {
			n.problems.warn(o.at("remove").key, name, "comes back with CloudFront's own value (F3.28)")
		}
	}
	add := o.at("add")
	if !add.given() {
		return
	}
	members, ok := add.value.(map[string]any)
	if !ok {
		add.refuse("an object of header names and values")
		return
	}
	c.ResponseHeaders.Add = map[string]string{}
	seen := map[string]bool{}
	for _, name := range sortedKeys(members) {
		item := add.at(name)
		lower := strings.ToLower(name)
		if text := addProblem(lower); text != "" {
			item.refuse("%s", text)
		} else if seen[lower] {
			item.refuse("one value per header, whatever the case of its name")
		}
		seen[lower] = true
		value, ok := item.mustText()
		if ok && !isFieldValue(value) {
			item.refuse("1 to %d printable ASCII characters", maxValue)
		}
		c.ResponseHeaders.Add[name] = value
	}
	own := 0
	if c.SecurityHeaders.PermissionsPolicy != "" {
		own = 1 // CloudFront has no field of its own for it
	}
	if len(members)+own > maxCustomHeaders {
		n.problems.refuse(add.key, len(members), "at most %d headers: CloudFront adds up to %d, Permissions-Policy included", maxCustomHeaders-own, maxCustomHeaders)
	}
}

func removeProblem(lower string) string {
	switch {
	case !isToken(lower) || strings.Contains(lower, "*"):
		return "the name of a header; a wildcard is not possible"
	case !cloudfrontapi.Removable(lower):
		return "another header: CloudFront refuses to remove this one (F3.28)"
	}
	return ""
}

// ownSettings are headers that a response headers policy sets in fields of their own.
var ownSettings = map[string]string{
	"strict-transport-security": "securityHeaders.hstsMaxAge",
	"content-security-policy":   "securityHeaders.contentSecurityPolicy",
	"x-frame-options":           "securityHeaders.frameOptions",
	"referrer-policy":           "securityHeaders.referrerPolicy",
	"permissions-policy":        "securityHeaders.permissionsPolicy",
	"vary":                      "",
	"set-cookie":                "",
	"x-content-type-options":    "",
	"x-xss-protection":          "",
}

func addProblem(lower string) string {
	key, own := ownSettings[lower]
	switch {
	case !isToken(lower) || strings.Contains(lower, "*"):
		return "the name of a header"
	case strings.HasPrefix(lower, "access-control-"):
		return "another header: onefront:corsOrigins sets those of CORS"
	case own && key != "":
		return "another header: onefront:" + key + " sets this one"
	case own:
		return "another header: this one is set by the origin or by CloudFront"
	case !cloudfrontapi.Removable(lower):
		return "another header: CloudFront keeps this one to itself (F3.28)"
	}
	return ""
}

// isFieldValue says whether text can be a header's value without any escaping.
func isFieldValue(text string) bool {
	return text != "" && len(text) <= maxValue && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
