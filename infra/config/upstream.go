package config

import (
	"fmt"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// readUpstream hands the object to the handler's own rules, so that both sides refuse the same.
func (c *Config) readUpstream(r *reader) {
	text, ok := r.lookup("upstream")
	if !ok {
		r.problems.refuse("upstream", raw("not set"), `required: the SaaS, such as {"preset": "webhook", "url": "https://example.com/feedback"}`)
		return
	}
	parsed, err := settings.Parse([]byte(text))
	if err == nil {
		_, err = parsed.Encode() // all of it must fit into the function's environment (F10.5)
	}
	for _, one := range split(err) {
		r.problems.errs = append(r.problems.errs, fmt.Errorf("%s:%w", Namespace, one))
	}
	if err == nil {
		c.Upstream = parsed
	}
}

// split takes a joined error apart.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // the very error, not one it wraps
		return joined.Unwrap()
	}
	return []error{err}
}

// KeyName is the full name under which a stack sets the SaaS key.
func KeyName(project string, isSet func(key string) bool) string {
	if own := project + ":" + keyUpstreamAPIKey; !isSet(Namespace+":"+keyUpstreamAPIKey) && isSet(own) {
		return own
	}
	return Namespace + ":" + keyUpstreamAPIKey
}

// KeyProblem says what is wrong with the SaaS key, or "". The key itself is in no message.
func KeyProblem(value string, set, secret bool) string {
	const how = "pulumi config set --secret onefront:upstreamApiKey"
	switch {
	case !set:
		return "onefront:upstreamApiKey: not set: required: the key of the SaaS, set with " + how
	case !secret:
		return "onefront:upstreamApiKey: [plain text]: a secret: replace the key at the SaaS, since this one stands readable in the stack's file, then set the new one with " + how
	case value == "":
		return "onefront:upstreamApiKey: \"\": the key of the SaaS, set with " + how
	}
	return ""
}
