package config

import (
	"fmt"
	"strings"
	"time"
)

// Defaults of the security headers: everything from the site itself and nothing inline. They say nothing about
// other hosts of the domain, since those may not be ready for HTTPS alone.
const (
	DefaultContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	DefaultPermissionsPolicy = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
	DefaultHSTSMaxAge        = 365 * 24 * time.Hour
)

func readSecurityHeaders(n node) SecurityHeaders {
	o := n.object("contentSecurityPolicy", "frameOptions", "referrerPolicy", "permissionsPolicy", "hstsMaxAge", "hstsIncludeSubdomains", "hstsPreload")
	h := SecurityHeaders{
		ContentSecurityPolicy: o.at("contentSecurityPolicy").optional(DefaultContentSecurityPolicy),
		FrameOptions:          o.at("frameOptions").optional("DENY"),
		ReferrerPolicy:        o.at("referrerPolicy").optional("strict-origin-when-cross-origin"),
		PermissionsPolicy:     o.at("permissionsPolicy").optional(DefaultPermissionsPolicy),
		HSTSMaxAge:            o.at("hstsMaxAge").duration(DefaultHSTSMaxAge, 0, 10*DefaultHSTSMaxAge),
		HSTSIncludeSubdomains: o.at("hstsIncludeSubdomains").bool(false),
		HSTSPreload:           o.at("hstsPreload").bool(false),
	}
	for _, check := range []struct {
		key, value string
		problem    func(string) string
	}{
		{"contentSecurityPolicy", h.ContentSecurityPolicy, cspProblem},
		{"frameOptions", h.FrameOptions, frameProblem},
		{"permissionsPolicy", h.PermissionsPolicy, permissionsProblem},
	} {
		if check.value == "" {
			continue
		}
		if problem := check.problem(check.value); problem != "" {
			n.problems.refuse(o.at(check.key).key, check.value, "%s", problem)
		}
	}
	if strings.Contains(h.ContentSecurityPolicy, "'unsafe-") {
		o.at("contentSecurityPolicy").warn("'unsafe-...' gives up most of what the policy is for")
	}
	h.checkHSTS(o)
	return h
}

// optional returns a string that may be set to "" on purpose.
func (n node) optional(fallback string) string {
	if !n.given() {
		return fallback
	}
	text, _ := n.mustText()
	return text
}

// checkHSTS refuses what the preload list refuses: https://hstspreload.org/#submission-requirements
func (h SecurityHeaders) checkHSTS(o object) {
	switch {
	case h.HSTSPreload && !h.HSTSIncludeSubdomains:
		o.at("hstsPreload").refuse("false, or hstsIncludeSubdomains true: the preload list takes whole domains only")
	case h.HSTSPreload && h.HSTSMaxAge < DefaultHSTSMaxAge:
		o.at("hstsMaxAge").refuse("at least %s with hstsPreload", shortDuration(DefaultHSTSMaxAge))
	case h.HSTSMaxAge == 0 && h.HSTSIncludeSubdomains:
		o.at("hstsIncludeSubdomains").refuse("false where hstsMaxAge is 0s, which leaves the header out")
	}
}

func frameProblem(value string) string {
	if value != "DENY" && value != "SAMEORIGIN" {
		return `DENY, SAMEORIGIN or "" (no header)`
	}
	return ""
}

// permissionsProblem knows the form feature=(allowlist), separated by commas; the features themselves change
// with every browser. https://www.w3.org/TR/permissions-policy/#structured-header-serialization
func permissionsProblem(value string) string {
	if !isFieldValue(value) {
		return fmt.Sprintf("1 to %d printable ASCII characters", maxValue)
	}
	seen := map[string]bool{}
	for item := range strings.SplitSeq(value, ",") {
		feature, list, found := strings.Cut(strings.TrimSpace(item), "=")
		switch {
		case !found || feature == "" || strings.ContainsFunc(feature, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }):
			return fmt.Sprintf("features like camera=() or geolocation=(self), separated by commas, not %q", strings.TrimSpace(item))
		case seen[feature]:
			return fmt.Sprintf("the feature %s once", feature)
		case !isAllowlist(list):
			return fmt.Sprintf(`for %s one of (), *, self or (self "https://example.com"), not %s`, feature, list)
		}
		seen[feature] = true
	}
	return ""
}

func isAllowlist(list string) bool {
	if list == "*" || list == "self" {
		return true
	}
	inner, open := strings.CutPrefix(list, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !open || !closed {
		return false
	}
	for entry := range strings.FieldsSeq(inner) {
		quoted := len(entry) > 2 && entry[0] == '"' && entry[len(entry)-1] == '"' && strings.HasPrefix(entry[1:], "https://")
		if entry != "self" && entry != "src" && entry != "*" && !quoted {
			return false
		}
	}
	return true
}
