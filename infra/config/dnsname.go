package config

import (
	"fmt"
	"strings"
)

// MaxLabel is the longest label of a domain name, MaxName the longest name (RFC 1035, 2.3.4).
const (
	MaxLabel = 63
	MaxName  = 253
)

// nameProblem says what is wrong with a domain name, or "". CloudFront wants aliases in lower case (F5.8).
func nameProblem(name string, wildcard bool) string {
	switch {
	case name == "":
		return "a domain name such as www.example.com"
	case name != strings.ToLower(name):
		return "lower case: " + strings.ToLower(name)
	case strings.HasSuffix(name, "."):
		return "no dot at the end: " + strings.TrimRight(name, ".")
	case len(name) > MaxName:
		return fmt.Sprintf("at most %d characters", MaxName)
	}
	rest, isWildcard := strings.CutPrefix(name, "*.")
	switch {
	case isWildcard && !wildcard:
		return "a name without a wildcard"
	case strings.Contains(rest, "*"):
		return `"*" only as the whole first label, such as *.example.com`
	case !strings.Contains(rest, "."):
		return "a full domain name such as www.example.com"
	}
	for label := range strings.SplitSeq(rest, ".") {
		if problem := labelProblem(label); problem != "" {
			return fmt.Sprintf("a domain name: its label %q needs %s", label, problem)
		}
	}
	return ""
}

// labelProblem says what is wrong with one label of a host name (RFC 1123, 2.1), or "".
func labelProblem(label string) string {
	switch {
	case len(label) < 1 || len(label) > MaxLabel:
		return fmt.Sprintf("1 to %d characters", MaxLabel)
	case strings.ContainsFunc(label, notInLabel):
		return "lower-case letters, digits and hyphens only (other scripts in their xn-- form)"
	case label[0] == '-' || label[len(label)-1] == '-':
		return "no hyphen at its ends"
	}
	return ""
}

func notInLabel(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
}

// within says whether a name, wildcard or not, is the zone's own or inside it.
func within(name, zone string) bool {
	name = strings.TrimPrefix(name, "*.")
	return name == zone || strings.HasSuffix(name, "."+zone)
}

// isWildcard says whether a name stands for all names one label below.
func isWildcard(name string) bool { return strings.HasPrefix(name, "*.") }

// baseDomain is what ACM validates: the name without its wildcard label (F8.1, F8.2).
func baseDomain(name string) string { return strings.TrimPrefix(name, "*.") }

// covers says whether a wildcard stands for a name. It covers one label only (F5.9).
func covers(wildcard, name string) bool {
	label, parent, found := strings.Cut(name, ".")
	return found && label != "*" && wildcard == "*."+parent
}
