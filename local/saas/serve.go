package saas

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/onefront/onefront/handler/upstream/settings"
)

// maxBodyBytes is far above the adapter's own limit of 64 KiB.
const maxBodyBytes = 1 << 20

// answer is what a vendor says.
type answer struct {
	status int
	body   any
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		write(w, answer{http.StatusRequestEntityTooLarge, message("the body is too large")})
		return
	}
	switch kind := s.vendor.route(r); kind {
	case routeTopics:
		write(w, s.vendor.list(s.topics()))
	case routeTicket:
		s.serveTicket(w, r, body)
	case routeMethod:
		write(w, answer{http.StatusMethodNotAllowed, message("want " + s.vendor.method())})
	default:
		write(w, answer{http.StatusNotFound, message("Not Found")})
	}
}

func (s *Service) serveTicket(w http.ResponseWriter, r *http.Request, body []byte) {
	authenticated := s.authenticated(r.Header)
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		if !authenticated {
			write(w, s.vendor.unauthorized())
			return
		}
		write(w, answer{http.StatusBadRequest, message("the body is no JSON object")})
		return
	}
	t := Ticket{FeedbackID: r.Header.Get("Idempotency-Key"), Region: region(r.Header, object, body), Authenticated: authenticated, Feedback: body}
	if visitor, ok := object["feedback"]; ok && len(s.settings.Body) == 0 {
		t.Feedback = visitor
	}
	if !authenticated {
		s.store(t)
		write(w, s.vendor.unauthorized())
		return
	}
	if refused, invalid := s.vendor.invalid(object); invalid {
		write(w, refused)
		return
	}
	if id, conflict := s.repeated(t.FeedbackID, body); conflict {
		write(w, answer{http.StatusBadRequest, map[string]string{
			"error": "IdempotentRequestError", "description": "Request parameters don't match the given idempotency key",
		}})
		return
	} else if id != "" {
		w.Header().Set("X-Idempotency-Lookup", "hit")
		write(w, s.vendor.created(id))
		return
	}
	id := s.store(t)
	s.remember(t.FeedbackID, body, id)
	write(w, s.vendor.created(id))
}

// idempotencyAge is how long Zendesk keeps answers.
// https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency
const idempotencyAge = 2 * time.Hour

// repeated finds the ticket that an earlier request with the same key made; conflict is the same key with another body.
func (s *Service) repeated(key string, body []byte) (id string, conflict bool) {
	if !s.vendor.idempotent() || key == "" {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, ok := s.answered[key]
	if !ok || s.clock.Now().After(before.expires) {
		return "", false
	}
	return before.id, before.body != sha256.Sum256(body)
}

func (s *Service) remember(key string, body []byte, id string) {
	if !s.vendor.idempotent() || key == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered[key] = idempotent{sha256.Sum256(body), id, s.clock.Now().Add(idempotencyAge)}
}

// regionLine is how the presets write the region below a message; the visitor's own words come before it.
var regionLine = regexp.MustCompile(`Region: ([a-z]{2}(?:-[a-z]+)+-[0-9]+)`)

// region finds where the feedback was accepted.
func region(h http.Header, object map[string]json.RawMessage, body []byte) string {
	if name := h.Get(settings.RegionHeader); name != "" {
		return name
	}
	var name string
	if json.Unmarshal(object["region"], &name) == nil {
		return name
	}
	if all := regionLine.FindAllSubmatch(body, -1); len(all) > 0 {
		return string(all[len(all)-1][1])
	}
	return ""
}

func message(text string) map[string]string { return map[string]string{"message": text} }

func write(w http.ResponseWriter, a answer) {
	raw, err := json.Marshal(a.body)
	if err != nil {
		http.Error(w, "encoding the answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = w.Write(raw)
}
