package feedback

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// members are the names a body may have.
var members = []string{"message", "rating", "topic", "email", "pageUrl", "locale", "context", "website"}

// Decode reads the body of POST /api/feedback. honeypot is true when the field website, which
// no human sees, is filled: the feedback is then to be dropped quietly, whatever else it holds.
// The error is an *Invalid.
//
// Lone surrogates written as escapes (\ud800) become U+FFFD: RFC 8259, 8.2 calls them
// unpredictable, not malformed.
func Decode(body []byte) (f Feedback, honeypot bool, err error) {
	object, problem := readObject(body)
	if problem != nil {
		return Feedback{}, false, problem
	}
	r := &reader{object: object}
	if website := clean(r.text("website"), false); website != "" && len(r.problems) == 0 {
		return Feedback{}, true, nil
	}
	for name := range object {
		if !slices.Contains(members, name) {
			r.fail(clip(name), "is not a known field")
		}
	}
	f = Feedback{
		Message: r.message(),
		Rating:  r.rating(),
		Topic:   r.line("topic", MaxTopicLength),
		Email:   r.email(),
		PageURL: r.pageURL(),
		Locale:  r.locale(),
		Context: r.context(),
	}
	if len(r.problems) > 0 {
		sort.Slice(r.problems, func(i, j int) bool { return r.problems[i].Field < r.problems[j].Field })
		return Feedback{}, false, &Invalid{Fields: r.problems[:min(MaxProblems, len(r.problems))]}
	}
	return f, false, nil
}

// reader takes members out of an object and collects what is wrong with them.
type reader struct {
	object   map[string]json.RawMessage
	problems []FieldProblem
}

func (r *reader) fail(field, detail string, args ...any) {
	r.problems = append(r.problems, FieldProblem{Field: field, Detail: fmt.Sprintf(detail, args...)})
}

// given reports whether a member is there; null counts as left out.
func (r *reader) given(name string) (json.RawMessage, bool) {
	raw, ok := r.object[name]
	return raw, ok && string(raw) != "null"
}

func (r *reader) text(name string) string {
	raw, ok := r.given(name)
	if !ok {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		r.fail(name, "must be a string")
	}
	return text
}

// line is a text on one line, without control characters.
func (r *reader) line(name string, most int) string {
	text := clean(r.text(name), false)
	if utf8.RuneCountInString(text) > most {
		r.fail(name, "must have at most %d characters", most)
	}
	return text
}

func (r *reader) message() string {
	before := len(r.problems)
	text := clean(r.text("message"), true)
	switch n := utf8.RuneCountInString(text); {
	case len(r.problems) > before: // of the wrong type
	case n == 0:
		r.fail("message", "is required")
	case n > MaxMessageLength:
		r.fail("message", "must have at most %d characters", MaxMessageLength)
	}
	return text
}

func (r *reader) rating() int {
	raw, ok := r.given("rating")
	if !ok {
		return 0
	}
	if len(raw) != 1 || raw[0] < '0'+MinRating || raw[0] > '0'+MaxRating {
		r.fail("rating", "must be a whole number from %d to %d", MinRating, MaxRating)
		return 0
	}
	return int(raw[0] - '0')
}

func (r *reader) email() string {
	text := r.line("email", MaxEmailLength)
	if text == "" {
		return ""
	}
	// ParseAddress also takes "Name <a@b>" and comments: only the bare address is one field.
	if address, err := mail.ParseAddress(text); err != nil || address.Address != text {
		r.fail("email", "must be an e-mail address")
	}
	return text
}

func (r *reader) pageURL() string {
	text := r.line("pageUrl", MaxPageURLLength)
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		r.fail("pageUrl", "must be an absolute http or https address")
	} else if u.User != nil {
		r.fail("pageUrl", "must not hold a user name or password")
	}
	return text
}

func (r *reader) locale() string {
	text := clean(r.text("locale"), false)
	if text != "" && !IsLocale(text) {
		r.fail("locale", "must be a well-formed language tag (BCP 47) of at most %d characters", MaxLocaleLength)
	}
	return text
}

func (r *reader) context() map[string]string {
	raw, ok := r.given("context")
	if !ok {
		return nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		r.fail("context", "must be an object of strings")
		return nil
	}
	if len(object) > MaxContextEntries {
		r.fail("context", "must have at most %d entries", MaxContextEntries)
		return nil
	}
	context := make(map[string]string, len(object))
	for name, rawValue := range object {
		field := "context." + clip(clean(name, false))
		var value string
		if string(rawValue) == "null" || json.Unmarshal(rawValue, &value) != nil {
			r.fail(field, "must be a string")
			continue
		}
		cleanName, value := clean(name, false), clean(value, true)
		switch _, twice := context[cleanName]; {
		case cleanName == "" || utf8.RuneCountInString(cleanName) > MaxContextNameLength:
			r.fail(field, "must have a name of 1 to %d characters", MaxContextNameLength)
		case twice:
			r.fail(field, "must be given only once")
		case utf8.RuneCountInString(value) > MaxContextValueLength:
			r.fail(field, "must have at most %d characters", MaxContextValueLength)
		}
		context[cleanName] = value
	}
	if len(context) == 0 {
		return nil
	}
	return context
}

// clean removes control characters (general category Cc) and surrounding white space; tab and
// newline stay where a text may have several lines.
func clean(text string, multiline bool) string {
	text = strings.Map(func(c rune) rune {
		if multiline && (c == '\t' || c == '\n') {
			return c
		}
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, text)
	return strings.TrimSpace(text)
}
