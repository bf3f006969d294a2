// Package redact takes out of texts for people what may be a secret: messages about a wrong address repeat it, and
// people put tokens into addresses.
package redact

import "regexp"

var (
	// user is what stands before the last @ of an address's authority, also where it is malformed.
	user = regexp.MustCompile(`://[^/"\s]*@`)
	// rest is an address's query and fragment.
	rest = regexp.MustCompile(`(://[^"\s?#]*[?#])[^"\s]+`)
)

// URLs replaces the user part, the query and the fragment of every address in a text by three dots. The path stays: a
// message that did not say which address is meant would help nobody.
func URLs(text string) string {
	return rest.ReplaceAllString(user.ReplaceAllString(text, "://...@"), "${1}...")
}
