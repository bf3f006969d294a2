package upstream_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/upstream"
)

const zendeskField = `{"ticket_field":{"id":360001,"type":"tagger","custom_field_options":[` +
	`{"id":1,"name":"Billing","value":"billing"},{"id":2,"name":"Other","value":"other"}]}}`

// zendeskStandIn answers as Zendesk documents.
func zendeskStandIn(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/v2/tickets.json", "/api/v2/requests.json":
		w.WriteHeader(http.StatusCreated)
	case "/api/v2/ticket_fields/360001.json":
		answers(200, nil, zendeskField)(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

const zendeskComment = "It <b>broke</b>\n@octocat see #1\n\nRating: 2 of 5\nTopic: billing\nPage: https://example.com/?a=1&b=2\n" +
	"Locale: de\ntheme: dark\nFeedback id: 0190-id"

func TestZendesk_ticket(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, zendeskStandIn)
	c := newClient(t, map[string]any{
		"preset": "zendesk", "url": s.url, "email": "agent@example.com", "topicField": "360001", "tags": []string{"web"}, "requester": "visitor",
	})
	if got := deliver(t, c, record()); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	got := s.exchanges()
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte("agent@example.com/token:"+key))
	got[0].want(t, "GET", "/api/v2/ticket_fields/360001.json", map[string]string{"Authorization": auth}, nil)
	got[1].want(t, "POST", "/api/v2/tickets.json", map[string]string{
		"Authorization": auth, "Content-Type": "application/json", "Idempotency-Key": "0190-id", "X-Onefront-Region": "eu-west-1",
	}, map[string]any{"ticket": map[string]any{
		"subject": "Feedback: It <b>broke</b>", "comment": map[string]any{"body": zendeskComment},
		"requester": map[string]any{"name": "ada", "email": "ada@example.com"}, "external_id": "0190-id", "tags": []any{"web"},
		"custom_fields": []any{map[string]any{"id": 360001.0, "value": "billing"}},
	}})
	// The list is fresh: the next ticket is one request, and a topic it does not name stays text.
	r := record()
	r.Feedback.Topic = "no such option"
	if got := deliver(t, c, r); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	got = s.exchanges()
	ticket, ok := got[2].body["ticket"].(map[string]any)
	text, err := json.Marshal(ticket["comment"])
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || !ok || ticket["custom_fields"] != nil || !strings.Contains(string(text), "Topic: no such option") {
		t.Errorf("%d requests, the last %+v", len(got), got[len(got)-1].body)
	}
}

func TestZendesk_request(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, zendeskStandIn)
	c := newClient(t, map[string]any{"preset": "zendesk", "url": s.url + "/", "scheme": "Bearer", "resource": "requests", "requesterEmail": "web@example.com", "tags": []string{"web"}})
	r := record()
	r.Feedback.Email = ""
	r.Feedback.Message = strings.Repeat("漢", 200)
	if got := deliver(t, c, r); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	e := s.exchanges()[0]
	request, ok := e.body["request"].(map[string]any)
	if !ok {
		t.Fatalf("body %v", e.body)
	}
	delete(request, "comment")
	e.want(t, "POST", "/api/v2/requests.json", map[string]string{"Authorization": "Bearer " + key}, map[string]any{"request": map[string]any{
		"subject": "Feedback: " + strings.Repeat("漢", 99) + "…", "requester": map[string]any{"name": "web", "email": "web@example.com"},
	}})
}

// TestZendesk_requester: a visitor's address is in the ticket's text, and nobody whom Zendesk would write to, unless
// the settings say so.
func TestZendesk_requester(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		more      map[string]any
		requester any
		inText    bool
	}{
		"default":         {nil, nil, true},
		"none":            {map[string]any{"requester": "none", "requesterEmail": "web@example.com"}, map[string]any{"name": "web", "email": "web@example.com"}, true},
		"a request":       {map[string]any{"resource": "requests"}, nil, true},
		"visitor":         {map[string]any{"requester": "visitor"}, map[string]any{"name": "ada", "email": "ada@example.com"}, false},
		"visitor, in two": {map[string]any{"requester": "visitor", "requesterEmail": "web@example.com"}, map[string]any{"name": "ada", "email": "ada@example.com"}, false},
	} {
		s := newStandIn(t, zendeskStandIn)
		object := map[string]any{"preset": "zendesk", "url": s.url, "email": "agent@example.com"}
		maps.Copy(object, tt.more)
		if got := deliver(t, newClient(t, object), record()); got.Outcome != upstream.Delivered {
			t.Fatalf("%s: %+v", name, got)
		}
		body := s.exchanges()[0].body
		ticket, ok := body["ticket"].(map[string]any)
		if !ok {
			ticket, _ = body["request"].(map[string]any)
		}
		comment, _ := ticket["comment"].(map[string]any)
		text, _ := comment["body"].(string)
		if diff := cmp.Diff(tt.requester, ticket["requester"]); diff != "" || strings.Contains(text, "\nE-mail: ada@example.com\n") != tt.inText {
			t.Errorf("%s: text %q (-want +got):\n%s", name, text, diff)
		}
	}
}

func TestZendesk_statuses(t *testing.T) {
	t.Parallel()
	checkStatuses(t, map[string]any{"preset": "zendesk", "email": "agent@example.com"}, map[string]statusCase{
		"200 is not what Zendesk documents": {status: 200, want: upstream.Failed},
		"200 of a page":                     {status: 200, header: map[string]string{"Content-Type": "text/html"}, want: upstream.Failed},
		"202 of the API":                    {status: 202, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, want: upstream.Delivered},
	})
}
