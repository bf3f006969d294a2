package config

import (
	"fmt"
	"slices"
	"strings"
)

// cspDirectives are those of CSP Level 3 and the specifications that extend it, as browsers know them.
// https://www.w3.org/TR/CSP3/#csp-directives
var cspDirectives = []string{
	"base-uri", "child-src", "connect-src", "default-src", "fenced-frame-src", "font-src", "form-action", "frame-ancestors", "frame-src",
	"img-src", "manifest-src", "media-src", "object-src", "report-to", "report-uri", "require-trusted-types-for", "sandbox", "script-src",
	"script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "trusted-types", "upgrade-insecure-requests",
	"worker-src",
}

// cspKeywords must stand in single quotes; without them a browser takes them for host names.
var cspKeywords = []string{
	"none", "self", "unsafe-inline", "unsafe-eval", "unsafe-hashes", "strict-dynamic", "report-sample", "wasm-unsafe-eval",
}

// cspProblem says what is wrong with a content security policy, or "". Browsers ignore what they do not
// understand, so that a typo silently opens or closes a page.
func cspProblem(policy string) string {
	if len(policy) > maxValue {
		return fmt.Sprintf("at most %d characters, not %d (F3.30)", maxValue, len(policy))
	}
	if !isFieldValue(policy) {
		return "printable ASCII characters on one line"
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		directive := words[0]
		switch {
		case !slices.Contains(cspDirectives, directive):
			return fmt.Sprintf("known directives such as script-src, not %q%s", directive, didYouMean(directive, cspDirectives))
		case seen[directive]:
			return fmt.Sprintf("the directive %s once: browsers ignore the second", directive)
		}
		seen[directive] = true
		if problem := cspSourcesProblem(directive, words[1:]); problem != "" {
			return problem
		}
	}
	return ""
}

func cspSourcesProblem(directive string, sources []string) string {
	if !strings.HasSuffix(directive, "-src") && !strings.HasPrefix(directive, "script-src-") && !strings.HasPrefix(directive, "style-src-") &&
		!slices.Contains([]string{"base-uri", "form-action", "frame-ancestors"}, directive) {
		return ""
	}
	for _, source := range sources {
		switch {
		case slices.Contains(cspKeywords, strings.ToLower(source)):
			return fmt.Sprintf("'%s' in single quotes under %s", source, directive)
		case strings.HasPrefix(source, "'") && !cspQuoted(source):
			return fmt.Sprintf("a known keyword, nonce or hash under %s, not %s", directive, source)
		case source == "'none'" && len(sources) > 1:
			return fmt.Sprintf("'none' alone under %s", directive)
		case strings.ContainsRune(source, ','):
			return fmt.Sprintf("sources separated by spaces under %s, not commas", directive)
		}
	}
	return ""
}

func cspQuoted(source string) bool {
	inner, closed := strings.CutSuffix(source[1:], "'")
	if !closed {
		return false
	}
	for _, prefix := range []string{"nonce-", "sha256-", "sha384-", "sha512-"} {
		if rest, ok := strings.CutPrefix(inner, prefix); ok {
			return rest != ""
		}
	}
	return slices.Contains(cspKeywords, inner)
}
