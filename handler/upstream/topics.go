package upstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// TopicsError says in fixed words why the SaaS gave no topics.
type TopicsError struct {
	// Status is the SaaS's, 0 if it did not answer.
	Status int
	Reason string
}

// Error returns the reason.
func (e *TopicsError) Error() string { return e.Reason }

// HasTopics reports whether Topics asks the SaaS; otherwise the settings hold the list.
func (c *Client) HasTopics() bool {
	_, ok := c.preset.topics()
	return ok
}

// Topics returns the topics of the settings, or asks the SaaS for them now; List remembers. The error is a
// *TopicsError.
func (c *Client) Topics(ctx context.Context, key secret.Secret) ([]settings.Topic, error) {
	ask, ok := c.preset.topics()
	if !ok {
		return c.settings.Topics, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.settings.Timeout.Duration())
	defer cancel()
	answer, err := c.sendQuestion(ctx, key, ask)
	if err != nil {
		return nil, &TopicsError{Reason: failure(err)}
	}
	if answer.status != 200 {
		return nil, &TopicsError{Status: answer.status, Reason: fmt.Sprintf("upstream answered %d", answer.status)}
	}
	topics, err := c.preset.readTopics(answer.body)
	if err != nil {
		return nil, &TopicsError{Status: answer.status, Reason: "upstream sent no list of topics"}
	}
	topics = keepTopics(topics, c.hidden(key))
	c.list.set(topics, c.wall())
	return topics, nil
}

// errNoList is what presets return for an answer of another shape.
var errNoList = errors.New("no list of topics")

// keepTopics holds the SaaS's topics to the limits of the settings. One that bears the key in one of its forms, as
// a SaaS that echoes its request would make it, is dropped.
func keepTopics(topics []settings.Topic, hide hidden) []settings.Topic {
	kept := make([]settings.Topic, 0, len(topics))
	seen := map[string]bool{}
	for _, t := range topics {
		if t.Label == "" {
			t.Label = t.ID
		}
		if t.ID == "" || utf8.RuneCountInString(t.ID) > settings.MaxTopicIDLength || seen[t.ID] || len(kept) == settings.MaxTopics ||
			!shows(t.ID, hide) || !shows(t.Label, hide) {
			continue
		}
		labels := map[string]string{}
		for locale, label := range t.Labels {
			if shows(locale, hide) && shows(label, hide) {
				labels[locale] = label
			}
		}
		t.Labels = labels
		seen[t.ID] = true
		kept = append(kept, t)
	}
	return kept
}

// shows reports whether a visitor may see text.
func shows(text string, hide hidden) bool {
	return len(text) <= settings.MaxTopicNameBytes && !strings.ContainsFunc(text, unicode.IsControl) && !hide.in(text)
}
