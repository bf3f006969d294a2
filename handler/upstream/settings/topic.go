package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Limits of the topics in the settings.
const (
	MaxTopics         = 100
	MaxTopicIDLength  = 64  // characters
	MaxTopicNameBytes = 200 // of a label
)

// Topic is one entry of GET /api/topics. In config it is {id, label, labels} or a string that
// is both id and label.
type Topic struct {
	// ID is what a visitor's feedback names. At most 64 characters, distinct.
	ID string `json:"id"`
	// Label is shown where no locale fits. Default: ID.
	Label string `json:"label,omitempty"`
	// Labels by locale (BCP 47), such as {"de": "Abrechnung"}.
	Labels map[string]string `json:"labels,omitempty"`
}

// UnmarshalJSON reads the string or the object form and refuses unknown keys.
func (t *Topic) UnmarshalJSON(raw []byte) error {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		*t = Topic{ID: id, Label: id}
		return nil
	}
	type plain Topic // without methods, so that decoding does not come back here
	var p plain
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return fmt.Errorf("%s: want a string or {id, label, labels}", clip(raw))
	}
	*t = Topic(p)
	if t.Label == "" {
		t.Label = t.ID
	}
	return nil
}

// MarshalJSON writes the shortest form that UnmarshalJSON reads back.
func (t Topic) MarshalJSON() ([]byte, error) {
	if len(t.Labels) == 0 && (t.Label == "" || t.Label == t.ID) {
		return json.Marshal(t.ID)
	}
	type plain Topic
	if t.Label == t.ID {
		t.Label = ""
	}
	return json.Marshal(plain(t))
}

func (t Topic) check() error {
	switch {
	case t.ID == "":
		return fmt.Errorf("%q: want an id that is not empty", t.ID)
	case utf8.RuneCountInString(t.ID) > MaxTopicIDLength:
		return fmt.Errorf("%q: want an id of at most %d characters", t.ID, MaxTopicIDLength)
	case hasControl(t.ID):
		return fmt.Errorf("%q: want an id without control characters", t.ID)
	case len(t.Label) > MaxTopicNameBytes || hasControl(t.Label):
		return fmt.Errorf("%q: want a label of at most %d bytes without control characters", t.Label, MaxTopicNameBytes)
	}
	for locale, label := range t.Labels {
		if !isLocale(locale) {
			return fmt.Errorf("labels.%s: want a BCP 47 language tag such as de or pt-BR", locale)
		}
		if label == "" || len(label) > MaxTopicNameBytes || hasControl(label) {
			return fmt.Errorf("labels.%s: %q: want a label of 1 to %d bytes without control characters", locale, label, MaxTopicNameBytes)
		}
	}
	return nil
}
