package saas

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// freshdesk takes tickets, and lists the ticket fields. https://developers.freshdesk.com/api/#create_ticket
type freshdesk struct {
	settings settings.Settings
	base     string
}

func (freshdesk) method() string { return http.MethodPost }

func (v freshdesk) route(r *http.Request) route {
	if r.Method == http.MethodGet && r.URL.Path == v.base+"/api/v2/ticket_fields" {
		return routeTopics
	}
	return ticketRoute(r, v.base+"/api/v2/tickets")
}

func (freshdesk) header() string { return "Authorization" }

// credential has the key as user name and any password, of which the preset sends "X".
func (freshdesk) credential(key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":X"))
}

func (freshdesk) idempotent() bool { return false }

// invalid demands what every ticket must have. https://developers.freshdesk.com/api/#error
func (freshdesk) invalid(body map[string]json.RawMessage) (answer, bool) {
	var problems []map[string]string
	for _, name := range []string{"subject", "description", "email", "status", "priority"} {
		if !present(body, name) {
			problems = append(problems, map[string]string{"field": name, "message": "It should be a/an String", "code": "missing_field"})
		}
	}
	return answer{http.StatusBadRequest, map[string]any{"description": "Validation failed", "errors": problems}}, len(problems) > 0
}

func (freshdesk) created(id string) answer {
	number, _ := strconv.Atoi(id) // made by store
	return answer{http.StatusCreated, map[string]any{"id": number, "status": 2}}
}

func (freshdesk) unauthorized() answer {
	return answer{http.StatusUnauthorized, map[string]string{
		"code": "invalid_credentials", "message": "You have to be logged in to perform this action.",
	}}
}

func (v freshdesk) list(topics []settings.Topic) answer {
	choices := []string{}
	for _, t := range topics {
		choices = append(choices, t.ID)
	}
	name := v.settings.TopicField
	if name == "type" {
		name = "ticket_type" // as the list of fields calls it
	}
	return answer{http.StatusOK, []map[string]any{
		{"name": "subject", "type": "default_subject"},
		{"name": name, "type": "custom_dropdown", "choices": choices},
	}}
}
