package upstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
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

// Topics returns the topics of the settings, or asks the SaaS for them. The error is a
// *TopicsError.
func (c *Client) Topics(ctx context.Context, key secret.Secret) ([]settings.Topic, error) {
	ask, ok := c.preset.topics()
	if !ok {
		return c.settings.Topics, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.settings.Timeout.Duration())
	defer cancel()
	answer, err := c.send(ctx, key, ask, maxTopicsBytes)
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
	topics = keepTopics(topics, key.Reveal())
	c.known.set(topics, c.now())
	return topics, nil
}

// knownTopicsAge is how long a list of the vendor's topics is believed when a ticket is filled.
const knownTopicsAge = 5 * time.Minute

// knownTopics remembers the ids of the vendor's list.
type knownTopics struct {
	mu  sync.Mutex
	ids map[string]bool
	at  time.Time
}

func (k *knownTopics) set(topics []settings.Topic, at time.Time) {
	ids := make(map[string]bool, len(topics))
	for _, t := range topics {
		ids[t.ID] = true
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids, k.at = ids, at
}

// has reports whether the list names id, and whether the list is recent.
func (k *knownTopics) has(id string, now time.Time) (has, recent bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ids[id], k.ids != nil && now.Sub(k.at) < knownTopicsAge
}

// knownTopic returns topic if the vendor's list names it. An option that the ticket field does
// not have would make the vendor refuse the whole ticket, and GitHub would create the label at a
// stranger's word; such a topic is only part of the ticket's text.
func (c *Client) knownTopic(ctx context.Context, key secret.Secret, topic string) string {
	if topic == "" || c.settings.Preset == settings.PresetWebhook || !c.HasTopics() {
		return ""
	}
	has, recent := c.known.has(topic, c.now())
	if !recent {
		if _, err := c.Topics(ctx, key); err == nil {
			has, _ = c.known.has(topic, c.now())
		}
	}
	if !has {
		return ""
	}
	return topic
}

// errNoList is what presets return for an answer of another shape.
var errNoList = errors.New("no list of topics")

// keepTopics holds the SaaS's topics to the limits of the settings. One that bears the key, as
// a SaaS that echoes its request would make it, is dropped.
func keepTopics(topics []settings.Topic, key string) []settings.Topic {
	kept := make([]settings.Topic, 0, len(topics))
	seen := map[string]bool{}
	for _, t := range topics {
		if t.Label == "" {
			t.Label = t.ID
		}
		if t.ID == "" || utf8.RuneCountInString(t.ID) > settings.MaxTopicIDLength || seen[t.ID] || len(kept) == settings.MaxTopics ||
			!shows(t.ID, key) || !shows(t.Label, key) {
			continue
		}
		labels := map[string]string{}
		for locale, label := range t.Labels {
			if shows(locale, key) && shows(label, key) {
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
func shows(text, key string) bool {
	return len(text) <= settings.MaxTopicNameBytes && !strings.ContainsFunc(text, unicode.IsControl) &&
		(key == "" || !strings.Contains(text, key))
}
