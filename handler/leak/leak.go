// Package leak finds a planted secret in what a program puts out, in every form in which it
// could have slipped out. It is for tests.
package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
)

// Canary is a key that looks different in every form: it has characters that JSON, HTML, URLs
// and base64 each write in their own way. It is printable ASCII, as a key must be.
const Canary = `can4ry/+"<&=%5e\~key?31aa`

// Find returns the form of canary that out holds, or "".
func Find(out []byte, canary string) string {
	for name, form := range forms(canary) {
		if bytes.Contains(out, []byte(form)) {
			return name
		}
	}
	return ""
}

func forms(canary string) map[string]string {
	quoted, err := json.Marshal(canary)
	if err != nil {
		quoted = nil
	}
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(canary)
	inner := func(text string) string { return strings.Trim(strings.TrimSpace(text), `"`) }
	all := map[string]string{
		"plain":                          canary,
		"JSON":                           inner(string(quoted)),
		"JSON without HTML":              inner(plain.String()),
		"JSON inside JSON, HTML escaped": inner(strconv.Quote(inner(string(quoted)))),
		"JSON inside JSON":               inner(strconv.Quote(inner(plain.String()))),
		"Go":                             inner(strconv.Quote(canary)),
		"URL query":                      url.QueryEscape(canary),
		"URL path":                       url.PathEscape(canary),
		"HTML":                           html.EscapeString(canary),
		"hexadecimal":                    hex.EncodeToString([]byte(canary)),
		"upper hexadecimal":              strings.ToUpper(hex.EncodeToString([]byte(canary))),
		"without its ends":               canary[4 : len(canary)-4],
		"URL query, lower case":          strings.ToLower(url.QueryEscape(canary)),
	}
	// Inside a longer text base64 has three alignments; the ends depend on the neighbours.
	for offset := range 3 {
		padded := strings.Repeat("x", offset) + canary
		whole := len(padded) / 3 * 3
		std := base64.StdEncoding.EncodeToString([]byte(padded[:whole]))[4:]
		all["base64 at "+strconv.Itoa(offset)] = std
		all["URL base64 at "+strconv.Itoa(offset)] = strings.NewReplacer("+", "-", "/", "_").Replace(std)
	}
	return all
}
