package upstream

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// zendesk creates tickets, or requests as an end user would.
//
//   - Create Ticket: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket (201)
//   - Create Request: https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-requests/#create-request (201)
//   - API token and OAuth: https://developer.zendesk.com/api-reference/introduction/security-and-auth/
//   - 429 and 503 with Retry-After: https://developer.zendesk.com/api-reference/introduction/rate-limits/
//   - Idempotency-Key, kept two hours: https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency
//
// Zendesk answers 400 where a known key comes with other words. That is a refusal like any
// other: the words go to the dead-letter queue, for they are not those of the ticket.
type zendesk struct{ settings settings.Settings }

type zendeskTicket struct {
	Subject      string               `json:"subject"`
	Comment      zendeskComment       `json:"comment"`
	Requester    *zendeskRequester    `json:"requester,omitempty"`
	ExternalID   string               `json:"external_id,omitempty"` // tickets only
	Tags         []string             `json:"tags,omitempty"`        // tickets only
	CustomFields []zendeskCustomField `json:"custom_fields,omitempty"`
}

type zendeskComment struct {
	Body string `json:"body"` // plain text; html_body would be markup
}

type zendeskRequester struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type zendeskCustomField struct {
	ID    int64  `json:"id"`
	Value string `json:"value"`
}

func (z zendesk) ticket(record feedback.Record, topic string) (call, error) {
	address, inText := requester(z.settings, record)
	t := zendeskTicket{
		Subject:   subject(record.Feedback),
		Comment:   zendeskComment{Body: z.comment(record, inText)},
		Requester: zendeskAddress(address),
	}
	if id, err := strconv.ParseInt(z.settings.TopicField, 10, 64); err == nil && topic != "" {
		t.CustomFields = []zendeskCustomField{{ID: id, Value: topic}}
	}
	name, path := "ticket", "/api/v2/tickets.json"
	if z.settings.Resource == settings.ResourceRequests {
		name, path = "request", "/api/v2/requests.json"
	} else {
		t.ExternalID, t.Tags = record.ID, z.settings.Tags
	}
	body, err := json.Marshal(map[string]zendeskTicket{name: t})
	return call{method: http.MethodPost, url: join(z.settings.URL, path), body: body}, err
}

func (z zendesk) comment(record feedback.Record, email string) string {
	var b strings.Builder
	b.WriteString(record.Feedback.Message)
	b.WriteString("\n")
	for _, d := range details(record, email) {
		b.WriteString("\n" + d.name + ": " + d.value)
	}
	return b.String()
}

// zendeskAddress names who asks. A requester that Zendesk does not know yet needs a name as well.
func zendeskAddress(email string) *zendeskRequester {
	if email == "" {
		return nil
	}
	name, _, _ := strings.Cut(email, "@")
	return &zendeskRequester{Name: name, Email: email}
}

func (z zendesk) authenticate(header http.Header, key string) {
	if z.settings.Email == "" {
		header.Set("Authorization", "Bearer "+key)
		return
	}
	header.Set("Authorization", basic(z.settings.Email+"/token", key))
}

func (z zendesk) judge(status int, header http.Header, _ []byte, now time.Time) verdict {
	return judgeCreated(status, header, now)
}

// topics are the options of the ticket field of the settings.
// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/#show-ticket-field
func (z zendesk) topics() (call, bool) {
	return call{method: http.MethodGet, url: join(z.settings.URL, "/api/v2/ticket_fields/"+z.settings.TopicField+".json")},
		z.settings.TopicField != ""
}

func (z zendesk) readTopics(body []byte) ([]settings.Topic, error) {
	var answer struct {
		Field *struct {
			Options []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			} `json:"custom_field_options"`
		} `json:"ticket_field"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Field == nil {
		return nil, errNoList
	}
	topics := make([]settings.Topic, 0, len(answer.Field.Options))
	for _, o := range answer.Field.Options {
		topics = append(topics, settings.Topic{ID: o.Value, Label: o.Name})
	}
	return topics, nil
}
