package function

import "strings"

// ParseQuery splits a raw query without changing a byte of it: nothing is decoded, names keep their case. For
// every raw query, ParseQuery(raw).Query() is raw again.
func ParseQuery(raw string) Params {
	if raw == "" {
		return nil
	}
	return parse(raw, "&", false)
}

// Query writes the parameters as a raw query.
func (p Params) Query() string { return p.join("&") }

// ParseCookies splits the values of a request's Cookie headers.
func ParseCookies(headers []string) Params {
	var all Params
	for _, h := range headers {
		all = append(all, parse(h, ";", true)...)
	}
	return all
}

// CookieHeader writes the parameters as one Cookie header's value, "" if there are none.
func (p Params) CookieHeader() string { return p.join("; ") }

func parse(s, separator string, trim bool) Params {
	var all Params
	for part := range strings.SplitSeq(s, separator) {
		if trim {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
		}
		name, value, found := strings.Cut(part, "=")
		all = append(all, Param{Name: name, Value: value, Bare: !found})
	}
	return all
}

func (p Params) join(separator string) string {
	var b strings.Builder
	for i, param := range p {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(param.Name)
		if !param.Bare {
			b.WriteByte('=')
			b.WriteString(param.Value)
		}
	}
	return b.String()
}

// ParseSetCookies splits Set-Cookie headers into name, value and attributes.
func ParseSetCookies(headers []string) []Cookie {
	var all []Cookie
	for _, h := range headers {
		pair, attributes, _ := strings.Cut(h, ";")
		name, value, _ := strings.Cut(pair, "=")
		all = append(all, Cookie{
			Name: strings.TrimSpace(name), Value: strings.TrimSpace(value), Attributes: strings.TrimSpace(attributes),
		})
	}
	return all
}

// SetCookie writes the cookie as the value of one Set-Cookie header.
func (c Cookie) SetCookie() string {
	s := c.Name + "=" + c.Value
	if c.Attributes != "" {
		s += "; " + c.Attributes
	}
	return s
}
