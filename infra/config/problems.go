package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onefront/onefront/redact"
)

// problems collects what is wrong and what deserves a remark, so that one run shows all of it.
type problems struct {
	errs     []error
	warnings []string
	// routes is where the routes are written.
	routes string
}

// routeKey is the place of a route's member.
func (p *problems) routeKey(i int, member string) string {
	return fmt.Sprintf("%s[%d].%s", p.routes, i, member)
}

// refuse records "onefront:<key>: <value>: want <what would be right>".
func (p *problems) refuse(key string, value any, right string, args ...any) {
	text := fmt.Sprintf(right, args...)
	if !slices.ContainsFunc(wholeSentences, func(begin string) bool { return strings.HasPrefix(text, begin) }) {
		text = "want " + text
	}
	p.wrong(key, value, "%s", text)
}

// wholeSentences begin what says by itself that something is wrong.
var wholeSentences = []string{"required: ", "not handed on ", "there is no such ", "from: ", "to: ", "status "}

// wrong records "onefront:<key>: <value>: <what is wrong>".
func (p *problems) wrong(key string, value any, what string, args ...any) {
	p.errs = append(p.errs, errors.New(remark(key, value, what, args...)))
}

// warn records a remark that does not stop an update, in the form of an error.
func (p *problems) warn(key string, value any, what string, args ...any) {
	p.warnings = append(p.warnings, remark(key, value, what, args...))
}

func remark(key string, value any, text string, args ...any) string {
	if !strings.Contains(key, ":") {
		key = Namespace + ":" + key
	}
	return fmt.Sprintf("%s: %s: %s", key, show(value), redact.URLs(fmt.Sprintf(text, args...)))
}

// raw is text to be shown as it is, such as a number that could not be read.
type raw string

// most is how many bytes of a value a message repeats.
const most = 120

// show writes a value as JSON, cut where it would drown the message.
func show(value any) string {
	text, isRaw := value.(raw)
	if !isRaw {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false) // "&" in a path is an "&"
		if err := enc.Encode(value); err != nil {
			fmt.Fprint(&b, value)
		}
		text = raw(strings.TrimSuffix(b.String(), "\n"))
	}
	text = raw(redact.URLs(string(text)))
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "..."
	}
	return string(text)
}
