package saas

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// github takes issues, and lists the repository's labels. https://docs.github.com/en/rest/issues/issues#create-an-issue
type github struct {
	settings settings.Settings
	base     string
}

func (github) method() string { return http.MethodPost }

func (v github) route(r *http.Request) route {
	repository := v.base + "/repos/" + v.settings.Repository
	if r.Method == http.MethodGet && r.URL.Path == repository+"/labels" {
		return routeTopics
	}
	return ticketRoute(r, repository+"/issues")
}

func (github) header() string { return "Authorization" }

func (github) credential(key string) string { return "Bearer " + key }

func (github) idempotent() bool { return false }

func (github) invalid(body map[string]json.RawMessage) (answer, bool) {
	if present(body, "title") {
		return answer{}, false
	}
	return answer{http.StatusUnprocessableEntity, map[string]any{
		"message": "Validation Failed", "errors": []map[string]string{{"resource": "Issue", "field": "title", "code": "missing_field"}},
	}}, true
}

func (v github) created(id string) answer {
	number, _ := strconv.Atoi(id) // made by store
	return answer{http.StatusCreated, map[string]any{"number": number, "state": "open", "html_url": "https://github.com/" + v.settings.Repository + "/issues/" + id}}
}

func (github) unauthorized() answer {
	return answer{http.StatusUnauthorized, map[string]string{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}}
}

func (v github) list(topics []settings.Topic) answer {
	labels := []map[string]string{}
	for _, t := range topics {
		labels = append(labels, map[string]string{"name": v.settings.TopicLabelPrefix + t.ID, "description": t.Label})
	}
	return answer{http.StatusOK, labels}
}
