package distribution

import (
	"strings"

	"github.com/onefront/onefront/aws/wildcard"
)

// A pathPattern is the path pattern of a cache behavior. CF DG DownloadDistValuesCacheBehavior, F4.1: case counts,
// "*" is any run of characters including slashes and none at all, "?" is exactly one character, a leading slash is
// optional, query and cookies do not count.
type pathPattern struct {
	// text always starts with a slash.
	text string
}

// newPathPattern adds the leading slash where a pattern has none.
func newPathPattern(text string) pathPattern {
	if !strings.HasPrefix(text, "/") {
		text = "/" + text
	}
	return pathPattern{text: text}
}

// matches says whether a path, normalized by [normalizePath], fits the pattern.
func (p pathPattern) matches(path string) bool { return wildcard.Match(p.text, path) }

// normalizePath gives the form of a raw path that path patterns are matched against: RFC 3986, section 6.2.2,
// without changing the path that goes to the origin (F4.4). Percent-encodings of unreserved characters are
// decoded, hex digits are upper case, dot segments are removed.
func normalizePath(raw string) string {
	if !strings.ContainsAny(raw, "%.") {
		return raw
	}
	path := decodeUnreserved(raw)
	if strings.Contains(path, "/.") {
		path = removeDotSegments(path)
	}
	return path
}

func decodeUnreserved(raw string) string {
	if !strings.Contains(raw, "%") {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '%' || i+2 >= len(raw) || !isHex(raw[i+1]) || !isHex(raw[i+2]) {
			b.WriteByte(raw[i])
			continue
		}
		if c := unhex(raw[i+1])<<4 | unhex(raw[i+2]); isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(raw[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

// removeDotSegments is RFC 3986, section 5.2.4, for paths that start with a slash.
func removeDotSegments(path string) string {
	segments := strings.Split(path[1:], "/")
	kept := segments[:0]
	for i, s := range segments {
		last := i == len(segments)-1
		switch s {
		case ".", "..":
			if s == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	return "/" + strings.Join(kept, "/")
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
