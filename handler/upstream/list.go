package upstream

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/onefront/onefront/handler/flight"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// How the vendor's list of topics is kept. Lists change a few times a year; what hangs, throttles or is slow must cost
// neither visitors nor the SaaS anything.
const (
	// listFresh is how long a list is handed out without a question, and how long a failed question is not repeated: an
	// environment asks at most once in that time.
	listFresh = time.Minute
	// listKnown is how long a list is believed when a ticket is filled.
	listKnown = 5 * time.Minute
	// listWait is the most that a ticket waits for a list, before its own time begins.
	listWait = time.Second
)

// list is the vendor's list as this environment knows it.
type list struct {
	flight flight.Group[[]settings.Topic]

	mu     sync.Mutex
	topics []settings.Topic // of the last good answer; nil if there was none
	ids    map[string]bool
	got    time.Time // when it came
	err    error     // of the last question, nil if it was answered
	failed time.Time
	key    secret.Secret // that err was got with
}

func (l *list) set(topics []settings.Topic, at time.Time) {
	ids := make(map[string]bool, len(topics))
	for _, t := range topics {
		ids[t.ID] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.topics, l.ids, l.got, l.err = topics, ids, at, nil
}

func (l *list) fail(err error, key secret.Secret, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err, l.key, l.failed = err, key, at
}

// get returns the last good list, and whether it is younger than age.
func (l *list) get(now time.Time, age time.Duration) (topics []settings.Topic, young bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.topics, l.topics != nil && within(l.got, now, age)
}

func (l *list) has(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ids[id]
}

// failure is what the last question met with, while it is believed. Another key is another question.
func (l *list) failure(key secret.Secret, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil && within(l.failed, now, listFresh) && l.key.Equal(key.Reveal()) {
		return l.err
	}
	return nil
}

// within reports whether at is less than age ago; a clock that was set back makes it old.
func within(at, now time.Time, age time.Duration) bool {
	since := now.Sub(at)
	return since >= 0 && since < age
}

// wall is the time without its monotonic reading, which may stand still while Lambda freezes the function.
func (c *Client) wall() time.Time { return c.now().Round(0) }

// List returns the topics as visitors get them: those of the settings, or the SaaS's, which is asked at most once in a
// minute. If that fails, the last good list comes back together with the error, a *TopicsError or that of keys; the
// list is nil if there never was one. keys is called only when the SaaS is to be asked.
func (c *Client) List(ctx context.Context, keys func(context.Context) (secret.Secret, error)) ([]settings.Topic, error) {
	if !c.HasTopics() {
		return c.settings.Topics, nil
	}
	topics, fresh := c.list.get(c.wall(), listFresh)
	if fresh {
		return topics, nil
	}
	key, err := keys(ctx)
	if err == nil {
		// A question under way is waited for, also if a ticket has given it up.
		if err = c.list.failure(key, c.wall()); err == nil || c.list.flight.Busy() {
			err = c.refresh(ctx, key)
		}
	}
	topics, _ = c.list.get(c.wall(), listFresh)
	return topics, err
}

// refresh asks for the list, once for all who want it, and waits until ctx is done. The question itself has the time of
// the settings, whoever waits.
func (c *Client) refresh(ctx context.Context, key secret.Secret) error {
	_, err := c.list.flight.Do(ctx, c.question(key))
	if err == nil {
		return nil
	}
	if _, told := errors.AsType[*TopicsError](err); !told {
		err = &TopicsError{Reason: failure(err)} // nobody waits longer than this
	}
	c.list.fail(err, key, c.wall())
	return err
}

func (c *Client) question(key secret.Secret) func() ([]settings.Topic, error) {
	return func() ([]settings.Topic, error) {
		ctx, cancel := context.WithTimeout(context.Background(), c.settings.Timeout.Duration())
		defer cancel()
		return c.Topics(ctx, key)
	}
}

// knownTopic returns topic if the vendor's list names it. An option that the ticket field does
// not have would make the vendor refuse the whole ticket, and GitHub would create the label at a
// stranger's word; such a topic is only part of the ticket's text.
//
// A list that is missing or old is asked for. The ticket waits at most listWait for it, and only in time that neither
// it nor what comes after it needs: ctx must end where that begins.
func (c *Client) knownTopic(ctx context.Context, key secret.Secret, topic string) string {
	if topic == "" || c.settings.Preset == settings.PresetWebhook || !c.HasTopics() {
		return ""
	}
	if _, known := c.list.get(c.wall(), listKnown); !known && c.list.failure(key, c.wall()) == nil {
		wait := listWait
		if deadline, ok := ctx.Deadline(); ok {
			wait = min(wait, time.Until(deadline)-c.settings.Timeout.Duration())
		}
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		_ = c.refresh(waiting, key) // the last good list serves
	}
	if !c.list.has(topic) {
		return ""
	}
	return topic
}
