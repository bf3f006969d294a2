package upstream

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// freshdesk creates tickets.
//
//   - Create a Ticket: https://developers.freshdesk.com/api/#create_ticket (201; description is HTML)
//   - Key as the user name, any password: https://developers.freshdesk.com/api/#authentication
//   - 429 with Retry-After: https://developers.freshdesk.com/api/#ratelimit
//   - Error codes: https://developers.freshdesk.com/api/#error
//
// Freshdesk has neither an external id on tickets nor an idempotency key: a second delivery is
// recognised by the feedback id at the foot of the description.
type freshdesk struct{ settings settings.Settings }

// Values that Freshdesk gives as numbers.
const (
	freshdeskOpen       = 2 // status
	freshdeskLow        = 1 // priority
	freshdeskPortal     = 2 // source
	freshdeskTopicField = "type"
)

type freshdeskTicket struct {
	Subject      string            `json:"subject"`
	Description  string            `json:"description"`
	Email        string            `json:"email"`
	Status       int               `json:"status"`
	Priority     int               `json:"priority"`
	Source       int               `json:"source"`
	Type         string            `json:"type,omitempty"`
	Tags         []string          `json:"tags,omitempty"`
	CustomFields map[string]string `json:"custom_fields,omitempty"`
}

func (d freshdesk) ticket(record feedback.Record, topic string) (call, error) {
	address, inText := requester(d.settings, record)
	t := freshdeskTicket{
		Subject:     subject(record.Feedback),
		Description: d.description(record, inText),
		Email:       address,
		Status:      freshdeskOpen,
		Priority:    freshdeskLow,
		Source:      freshdeskPortal,
		Tags:        d.settings.Tags,
	}
	if topic != "" && d.settings.TopicField == freshdeskTopicField {
		t.Type = topic
	} else if topic != "" && d.settings.TopicField != "" {
		t.CustomFields = map[string]string{d.settings.TopicField: topic}
	}
	body, err := json.Marshal(t)
	return call{method: http.MethodPost, url: join(d.settings.URL, "/api/v2/tickets"), body: body}, err
}

// description is HTML, so everything the visitor wrote is escaped.
func (d freshdesk) description(record feedback.Record, email string) string {
	var b strings.Builder
	b.WriteString("<div>" + strings.ReplaceAll(html.EscapeString(record.Feedback.Message), "\n", "<br>") + "</div><ul>")
	for _, x := range details(record, email) {
		b.WriteString("<li>" + html.EscapeString(x.name) + ": " + html.EscapeString(x.value) + "</li>")
	}
	b.WriteString("</ul>")
	return b.String()
}

func (d freshdesk) authenticate(header http.Header, key string) {
	header.Set("Authorization", basic(key, "X"))
}

// basic is the value of HTTP Basic authentication (RFC 7617).
func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func (d freshdesk) judge(status int, header http.Header, _ []byte, now time.Time) verdict {
	return judgeCreated(status, header, now)
}

// topics are the choices of a ticket field.
// https://developers.freshdesk.com/api/#list_all_ticket_fields
func (d freshdesk) topics() (call, bool) {
	return call{method: http.MethodGet, url: join(d.settings.URL, "/api/v2/ticket_fields")}, d.settings.TopicField != ""
}

func (d freshdesk) readTopics(body []byte) ([]settings.Topic, error) {
	var fields []struct {
		Name    string          `json:"name"`
		Choices json.RawMessage `json:"choices"`
	}
	if json.Unmarshal(body, &fields) != nil {
		return nil, errNoList
	}
	name := d.settings.TopicField
	if name == freshdeskTopicField {
		name = "ticket_type" // as the list of fields calls it
	}
	for _, field := range fields {
		if field.Name == name {
			return freshdeskChoices(field.Choices)
		}
	}
	return nil, errNoList
}

// freshdeskChoices reads a list of strings, or the nested form's first level, whose order is
// lost in JSON and therefore alphabetical.
func freshdeskChoices(raw json.RawMessage) ([]settings.Topic, error) {
	var names []string
	if json.Unmarshal(raw, &names) != nil {
		var nested map[string]json.RawMessage
		if json.Unmarshal(raw, &nested) != nil {
			return nil, errNoList
		}
		for name := range nested {
			names = append(names, name)
		}
		sort.Strings(names)
	}
	topics := make([]settings.Topic, 0, len(names))
	for _, name := range names {
		topics = append(topics, settings.Topic{ID: name, Label: name})
	}
	return topics, nil
}
