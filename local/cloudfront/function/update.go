package function

import (
	"net/netip"
	"strings"

	"github.com/dop251/goja"
)

// updateOrigin is cf.updateRequestOrigin(object) (F2.2, F2.3):
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
func (m *machine) updateOrigin(call goja.FunctionCall) goja.Value {
	choice, err := m.readUpdate(call)
	return m.choose("updateRequestOrigin", choice, err)
}

func (m *machine) readUpdate(call goja.FunctionCall) (*OriginChoice, error) {
	u := &Update{}
	r := newReader(call.Argument(0), "")
	if r.o == nil {
		r.fail("argument: must be an object")
	}
	r.text("domainName", func(v string) {
		if _, err := netip.ParseAddr(v); err == nil || strings.Contains(v, ":") || len(v) > 253 {
			r.fail("domainName %q: must be a DNS name of at most 253 characters", v)
		}
		u.DomainName = &v
	})
	r.text("hostHeader", func(v string) { u.HostHeader = &v })
	if v := r.get("originPath"); v != nil && v.String() == "" {
		empty := ""
		u.OriginPath = &empty
	} else {
		r.text("originPath", func(v string) {
			if !strings.HasPrefix(v, "/") || strings.HasSuffix(v, "/") {
				r.fail("originPath %q: must begin with / and not end with it", v)
			}
			u.OriginPath = &v
		})
	}
	r.object("customHeaders", func(headers *reader) { u.CustomHeaders = m.customHeaders(headers) })
	r.number("connectionAttempts", 3, func(n int) { u.ConnectionAttempts = &n })
	r.object("timeouts", func(t *reader) {
		t.number("connectionTimeout", 10, func(n int) { u.ConnectionTimeout = &n })
		t.number("readTimeout", 120, func(n int) { u.ReadTimeout = &n })
		t.number("keepAliveTimeout", 120, func(n int) { u.KeepAliveTimeout = &n })
		t.number("responseCompletionTimeout", 3600, func(n int) { u.ResponseCompletionTimeout = &n })
		if u.ReadTimeout != nil && u.ResponseCompletionTimeout != nil && *u.ResponseCompletionTimeout < *u.ReadTimeout {
			t.fail("responseCompletionTimeout %d: must not be less than readTimeout %d", *u.ResponseCompletionTimeout, *u.ReadTimeout)
		}
	})
	r.object("customOriginConfig", func(c *reader) {
		c.require("port", "protocol", "sslProtocols")
		c.number("port", 65_535, func(n int) { u.Port = &n })
		c.text("protocol", func(v string) {
			if v != "http" && v != "https" {
				c.fail("protocol %q: must be http or https", v)
			}
			u.Protocol = &v
		})
		c.ignore("sslProtocols", "ipAddressType") // no TLS and no addresses locally
	})
	r.object("originAccessControlConfig", func(c *reader) {
		c.require("enabled")
		c.boolean("enabled", func(b bool) { u.AccessControl = &b })
		c.ignore("signingBehavior", "signingProtocol", "originType", "region") // requests are not signed locally
	})
	// No shield, no TLS locally.
	r.ignore("originShield", "sni", "allowedCertificateNames", "mTLSConfig")
	return &OriginChoice{Update: u}, r.done()
}

// customHeaders wants lower-case names that the request does not bear already.
func (m *machine) customHeaders(r *reader) map[string]string {
	headers := map[string]string{}
	if r.o == nil {
		return headers
	}
	for _, name := range r.o.Keys() {
		r.text(name, func(v string) {
			if !validHeaderName(name) || !validHeaderValue(v) {
				r.fail("%s: must be a header name in lower case with a valid value", name)
			}
			headers[name] = v
		})
		if m.in != nil && m.in.Request.Headers.Get(name) != "" {
			r.fail("%q: must not be the name of a header of the request", name)
		}
	}
	return headers
}
