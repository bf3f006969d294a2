package upstream

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// maxSubject keeps subjects within what every vendor takes (GitHub: 256, Freshdesk: 255).
const maxSubject = 100

// subject is the first line of the message, shortened.
func subject(f feedback.Feedback) string {
	line, _, _ := strings.Cut(f.Message, "\n")
	line = strings.TrimSpace(strings.ReplaceAll(line, "\t", " "))
	if utf8.RuneCountInString(line) > maxSubject {
		line = strings.TrimSpace(string([]rune(line)[:maxSubject-1])) + "…"
	}
	return "Feedback: " + line
}

// requester parts a visitor's address from what the ticket's text says of it. Unless the settings say so, it is not the
// vendor's requester: nobody checked that it is the visitor's own, and vendors answer requesters by mail.
func requester(s settings.Settings, r feedback.Record) (address, inText string) {
	if email := r.Feedback.Email; s.Requester == settings.RequesterVisitor && email != "" {
		return email, ""
	}
	return s.RequesterEmail, r.Feedback.Email
}

// detail is one line below the message.
type detail struct{ name, value string }

// details lists what else the visitor sent, the address too if it stands nowhere else, and the id last. The region is
// not among them: a client may repeat a request in another region, and Zendesk takes an Idempotency-Key again only with
// the same words.
func details(r feedback.Record, email string) []detail {
	var list []detail
	add := func(name, value string) {
		if value != "" {
			list = append(list, detail{name, value})
		}
	}
	if r.Feedback.Rating > 0 {
		add("Rating", fmt.Sprintf("%d of %d", r.Feedback.Rating, feedback.MaxRating))
	}
	add("Topic", r.Feedback.Topic)
	add("E-mail", email)
	add("Page", r.Feedback.PageURL)
	add("Locale", r.Feedback.Locale)
	names := make([]string, 0, len(r.Feedback.Context))
	for name := range r.Feedback.Context {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		add(name, r.Feedback.Context[name])
	}
	add("Feedback id", r.ID)
	return list
}
