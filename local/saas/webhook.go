package saas

import (
	"encoding/json"
	"net/http"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// webhook takes tickets on any path but that of the topics.
type webhook struct {
	settings   settings.Settings
	topicsPath string // "" without topicsUrl
}

func (v webhook) method() string { return v.settings.Method }

func (v webhook) route(r *http.Request) route {
	switch {
	case v.topicsPath != "" && r.URL.Path == v.topicsPath && r.Method == http.MethodGet:
		return routeTopics
	case r.Method == v.settings.Method:
		return routeTicket
	default:
		return routeMethod
	}
}

func (v webhook) header() string { return v.settings.Header }

func (v webhook) credential(key string) string {
	if v.settings.Scheme == settings.SchemeNone {
		return key
	}
	return v.settings.Scheme + " " + key
}

func (webhook) idempotent() bool { return false }

func (webhook) invalid(map[string]json.RawMessage) (answer, bool) { return answer{}, false }

func (webhook) created(id string) answer {
	return answer{http.StatusCreated, map[string]string{"id": id}}
}

func (webhook) unauthorized() answer {
	return answer{http.StatusUnauthorized, message("wrong or missing key")}
}

func (webhook) list(topics []settings.Topic) answer {
	return answer{http.StatusOK, map[string]any{"topics": topics}}
}
