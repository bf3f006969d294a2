package upstream_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

const freshdeskFields = `[{"id":1,"name":"subject"},{"id":2,"name":"ticket_type","choices":["billing","other"]},` +
	`{"id":3,"name":"cf_topic","choices":{"b":{"x":[]},"a":{}}},{"id":4,"name":"cf_text"}]`

func freshdeskStandIn(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/v2/tickets":
		w.WriteHeader(http.StatusCreated)
	case "/api/v2/ticket_fields":
		answers(200, nil, freshdeskFields)(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

const freshdeskDescription = "<div>It &lt;b&gt;broke&lt;/b&gt;<br>@octocat see #1</div><ul><li>Rating: 2 of 5</li><li>Topic: billing</li>" +
	"<li>Page: https://example.com/?a=1&amp;b=2</li><li>Locale: de</li><li>theme: dark</li><li>Feedback id: 0190-id</li></ul>"

func TestFreshdesk_ticket(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, freshdeskStandIn)
	c := newClient(t, map[string]any{
		"preset": "freshdesk", "url": s.url, "requesterEmail": "web@example.com", "topicField": "type", "tags": []string{"web"}, "requester": "visitor",
	})
	if got := deliver(t, c, record()); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":X"))
	s.exchanges()[1].want(t, "POST", "/api/v2/tickets", map[string]string{"Authorization": auth, "Content-Type": "application/json"}, map[string]any{
		"subject": "Feedback: It <b>broke</b>", "description": freshdeskDescription, "email": "ada@example.com",
		"status": 2.0, "priority": 1.0, "source": 2.0, "type": "billing", "tags": []any{"web"},
	})
}

func TestFreshdesk_customField(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, freshdeskStandIn)
	c := newClient(t, map[string]any{"preset": "freshdesk", "url": s.url, "requesterEmail": "web@example.com", "topicField": "cf_topic"})
	topics, err := c.Topics(t.Context(), secret.New(key))
	if err != nil {
		t.Fatal(err)
	}
	want := []settings.Topic{{ID: "a", Label: "a", Labels: map[string]string{}}, {ID: "b", Label: "b", Labels: map[string]string{}}}
	if diff := cmp.Diff(want, topics); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
	r := record()
	r.Feedback.Topic, r.Feedback.Email = "b", ""
	if got := deliver(t, c, r); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	got := s.exchanges()[1].body
	if diff := cmp.Diff(map[string]any{"cf_topic": "b"}, got["custom_fields"]); diff != "" || got["email"] != "web@example.com" || got["type"] != nil {
		t.Errorf("body %v", got)
	}
}

// TestFreshdesk_requester: a visitor's address is in the ticket's text, and nobody whom Freshdesk would write to,
// unless the settings say so.
func TestFreshdesk_requester(t *testing.T) {
	t.Parallel()
	for _, requester := range []string{"", "none", "visitor"} {
		s := newStandIn(t, freshdeskStandIn)
		object := map[string]any{"preset": "freshdesk", "url": s.url, "requesterEmail": "web@example.com"}
		if requester != "" {
			object["requester"] = requester
		}
		if got := deliver(t, newClient(t, object), record()); got.Outcome != upstream.Delivered {
			t.Fatalf("%s: %+v", requester, got)
		}
		body := s.exchanges()[0].body
		text, _ := body["description"].(string)
		want, inText := "web@example.com", true
		if requester == "visitor" {
			want, inText = "ada@example.com", false
		}
		if body["email"] != want || strings.Contains(text, "<li>E-mail: ada@example.com</li>") != inText {
			t.Errorf("requester %q: email %v, text %s", requester, body["email"], text)
		}
	}
}

func TestFreshdesk_statuses(t *testing.T) {
	t.Parallel()
	checkStatuses(t, map[string]any{"preset": "freshdesk", "requesterEmail": "web@example.com"}, map[string]statusCase{
		"200 is not what Freshdesk documents": {status: 200, want: upstream.Failed},
		"200 of a page":                       {status: 200, header: map[string]string{"Content-Type": "text/html"}, want: upstream.Failed},
		"202 of the API":                      {status: 202, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, want: upstream.Delivered},
	})
}
