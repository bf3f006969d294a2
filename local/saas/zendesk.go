package saas

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// zendesk takes tickets or requests, and shows one ticket field.
// https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket
type zendesk struct {
	settings settings.Settings
	base     string
}

func (zendesk) method() string { return http.MethodPost }

func (v zendesk) route(r *http.Request) route {
	if v.settings.TopicField != "" && r.Method == http.MethodGet && r.URL.Path == v.base+"/api/v2/ticket_fields/"+v.settings.TopicField+".json" {
		return routeTopics
	}
	return ticketRoute(r, v.base+"/api/v2/"+v.settings.Resource+".json")
}

func (zendesk) header() string { return "Authorization" }

// credential is https://developer.zendesk.com/api-reference/introduction/security-and-auth/
func (v zendesk) credential(key string) string {
	if v.settings.Email == "" {
		return "Bearer " + key
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(v.settings.Email+"/token:"+key))
}

func (zendesk) idempotent() bool { return true }

func (v zendesk) kind() string {
	if v.settings.Resource == settings.ResourceRequests {
		return "request"
	}
	return "ticket"
}

func (v zendesk) invalid(body map[string]json.RawMessage) (answer, bool) {
	if present(member(member(body, v.kind()), "comment"), "body") {
		return answer{}, false
	}
	return answer{http.StatusUnprocessableEntity, map[string]any{
		"error": "RecordInvalid", "description": "Record validation errors",
		"details": map[string]any{"base": []map[string]string{{"description": "Description: cannot be blank", "error": "BlankValue"}}},
	}}, true
}

func (v zendesk) created(id string) answer {
	number, _ := strconv.Atoi(id) // made by store
	return answer{http.StatusCreated, map[string]any{v.kind(): map[string]any{"id": number, "status": "new"}}}
}

func (zendesk) unauthorized() answer {
	return answer{http.StatusUnauthorized, map[string]string{"error": "Couldn't authenticate you"}}
}

// list is https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/#show-ticket-field
func (v zendesk) list(topics []settings.Topic) answer {
	options := []map[string]string{}
	for _, t := range topics {
		options = append(options, map[string]string{"name": t.Label, "value": t.ID})
	}
	id, _ := strconv.ParseInt(v.settings.TopicField, 10, 64) // checked by the settings
	return answer{http.StatusOK, map[string]any{"ticket_field": map[string]any{"id": id, "type": "tagger", "custom_field_options": options}}}
}
