package saas

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// route is what a request is about.
type route int

const (
	routeNone   route = iota
	routeMethod       // the path of tickets with another method
	routeTicket
	routeTopics
)

// vendor is the side of one preset's SaaS.
type vendor interface {
	// method is the one that makes a ticket.
	method() string
	route(r *http.Request) route
	// header bears the key as credential.
	header() string
	credential(key string) string
	// idempotent tells whether a second request with the same Idempotency-Key makes no second ticket.
	idempotent() bool
	// invalid checks what the vendor demands of a ticket.
	invalid(body map[string]json.RawMessage) (answer, bool)
	created(id string) answer
	unauthorized() answer
	// list is the answer to the request for topics.
	list(topics []settings.Topic) answer
}

func newVendor(s settings.Settings) (vendor, error) {
	base, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("stand-in SaaS: upstream.url: %w", err)
	}
	path := strings.TrimRight(base.Path, "/")
	switch s.Preset {
	case settings.PresetWebhook:
		topics, err := url.Parse(s.TopicsURL)
		if err != nil {
			return nil, fmt.Errorf("stand-in SaaS: upstream.topicsUrl: %w", err)
		}
		return webhook{s, topics.Path}, nil
	case settings.PresetZendesk:
		return zendesk{s, path}, nil
	case settings.PresetFreshdesk:
		return freshdesk{s, path}, nil
	case settings.PresetGitHub:
		return github{s, path}, nil
	default:
		return nil, fmt.Errorf("stand-in SaaS: upstream.preset: %q: want webhook, zendesk, freshdesk or github", s.Preset)
	}
}

// ticketRoute is the route of a fixed path.
func ticketRoute(r *http.Request, path string) route {
	switch {
	case r.URL.Path != path:
		return routeNone
	case r.Method != http.MethodPost:
		return routeMethod
	default:
		return routeTicket
	}
}

// present tells whether a member is there and neither null nor "".
func present(body map[string]json.RawMessage, name string) bool {
	value := string(body[name])
	return value != "" && value != "null" && value != `""`
}

// member is an object inside another, nil if it is none.
func member(body map[string]json.RawMessage, name string) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	_ = json.Unmarshal(body[name], &object) // nil then, which has no members
	return object
}
