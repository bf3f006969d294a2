package upstream

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream/settings"
	"github.com/onefront/onefront/handler/upstream/template"
)

// webhook posts JSON to any address.
type webhook struct {
	settings settings.Settings
	body     *template.Template // nil: the record itself
}

func newWebhook(s settings.Settings) (preset, error) {
	w := webhook{settings: s}
	if len(s.Body) == 0 {
		return w, nil
	}
	body, err := template.Parse(s.Body)
	if err != nil {
		return nil, err
	}
	w.body = body
	return w, nil
}

// ticket passes the topic on as it came.
func (w webhook) ticket(record feedback.Record, _ string) (call, error) {
	body, err := w.render(record)
	return call{method: w.settings.Method, url: w.settings.URL, body: body}, err
}

func (w webhook) render(record feedback.Record) ([]byte, error) {
	if w.body == nil {
		return json.Marshal(record)
	}
	return w.body.Fill(func(field string) any { return placeholder(record, field) })
}

// placeholder is the value of one field of the template; nil for what the visitor left out.
func placeholder(r feedback.Record, field string) any {
	f := r.Feedback
	switch field {
	case "id":
		return r.ID
	case "receivedAt":
		return r.ReceivedAt.UTC().Format(time.RFC3339Nano)
	case "region":
		return r.Region
	case "message":
		return f.Message
	case "rating":
		if f.Rating == 0 {
			return nil
		}
		return json.Number(strconv.Itoa(f.Rating))
	case "context":
		if f.Context == nil {
			return nil
		}
		return f.Context
	case "topic":
		return orNil(f.Topic)
	case "email":
		return orNil(f.Email)
	case "pageUrl":
		return orNil(f.PageURL)
	case "locale":
		return orNil(f.Locale)
	}
	const entry = "context."
	if len(field) > len(entry) {
		return orNil(f.Context[field[len(entry):]])
	}
	return nil
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (w webhook) authenticate(header http.Header, key string) {
	if w.settings.Scheme != settings.SchemeNone {
		key = w.settings.Scheme + " " + key
	}
	header.Set(w.settings.Header, key)
}

// judge takes every 2xx as delivered: a webhook has no documented code of its own.
func (w webhook) judge(status int, header http.Header, _ []byte, now time.Time) verdict {
	if status >= 200 && status < 300 {
		return verdict{outcome: Delivered}
	}
	return judgeStatus(status, header, now)
}

func (w webhook) topics() (call, bool) {
	return call{method: http.MethodGet, url: w.settings.TopicsURL}, w.settings.TopicsURL != ""
}

// readTopics takes a list of topics, bare or as the member topics. Another JSON text, such as an error under status
// 200, is no list: an empty one would replace the last good one.
func (w webhook) readTopics(body []byte) ([]settings.Topic, error) {
	var list []settings.Topic
	if json.Unmarshal(body, &list) != nil {
		var object struct {
			Topics []settings.Topic `json:"topics"`
		}
		if err := json.Unmarshal(body, &object); err != nil {
			return nil, err
		}
		list = object.Topics
	}
	if list == nil {
		return nil, errNoList
	}
	return list, nil
}
