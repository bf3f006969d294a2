package cloudfront

import (
	"net/textproto"
	"slices"
	"strings"
)

// selection says which names of one kind (headers, cookies, query parameters) a policy takes.
// CF DG "Understand cache policies" and "Understand origin request policies".
type selection struct {
	Mode  selectionMode
	Names []string
}

type selectionMode int

const (
	selectNone selectionMode = iota
	selectListed
	selectAllExcept
	selectAll
)

// has says whether a name is taken. Query parameters and cookies count case (CF DG QueryStringParameters: "always
// use the same case"); headers are compared in canonical form.
func (s selection) has(name string) bool {
	switch s.Mode {
	case selectAll:
		return true
	case selectListed:
		return slices.Contains(s.Names, name)
	case selectAllExcept:
		return !slices.Contains(s.Names, name)
	}
	return false
}

func (s selection) none() bool {
	return s.Mode == selectNone || s.Mode == selectListed && len(s.Names) == 0
}

// canonicalHeaders puts header names in the form of [http.Header] keys.
func canonicalHeaders(names []string) []string {
	canonical := make([]string, len(names))
	for i, n := range names {
		canonical[i] = textproto.CanonicalMIMEHeaderKey(n)
	}
	return canonical
}

// appendQuery appends the parameters of a raw query that are taken, in their order and byte for byte: CloudFront
// sees other orders and other cases as other objects (CF DG QueryStringParameters).
func appendQuery(dst []byte, raw string, take func(name string) bool) []byte {
	start := len(dst)
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		name, _, _ := strings.Cut(part, "=")
		if !take(name) {
			continue
		}
		if len(dst) > start {
			dst = append(dst, '&')
		}
		dst = append(dst, part...)
	}
	return dst
}

// appendCookies appends the cookies of Cookie headers that are taken.
func appendCookies(dst []byte, headers []string, take func(name string) bool) []byte {
	start := len(dst)
	for _, h := range headers {
		for h != "" {
			var part string
			part, h, _ = strings.Cut(h, ";")
			part = strings.Trim(part, " \t")
			name, _, _ := strings.Cut(part, "=")
			if part == "" || !take(name) {
				continue
			}
			if len(dst) > start {
				dst = append(dst, "; "...)
			}
			dst = append(dst, part...)
		}
	}
	return dst
}
