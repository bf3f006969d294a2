package saas_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/saas"
	"github.com/onefront/onefront/local/simtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "canary-key-4711"

// presets are settings of every vendor, against the stand-in's address.
var presets = map[string]string{
	"webhook":          `{"preset":"webhook","url":"%s/feedback","topicsUrl":"%s/topics"}`,
	"webhook header":   `{"preset":"webhook","url":"%s/hook?x=1","header":"X-Api-Key","method":"PUT","topics":["a"]}`,
	"webhook body":     `{"preset":"webhook","url":"%s/","body":{"text":"{{message}}","where":"Region: {{region}}"}}`,
	"zendesk tickets":  `{"preset":"zendesk","url":"%s","email":"agent@example.com","topicField":"123","topics":[]}`,
	"zendesk requests": `{"preset":"zendesk","url":"%s/","scheme":"Bearer","resource":"requests"}`,
	"freshdesk":        `{"preset":"freshdesk","url":"%s","requesterEmail":"nobody@example.com","topicField":"cf_topic"}`,
	"freshdesk type":   `{"preset":"freshdesk","url":"%s","requesterEmail":"nobody@example.com","topicField":"type"}`,
	"github":           `{"preset":"github","url":"%s/api/v3","repository":"octo/cat","topicLabelPrefix":"topic: "}`,
}

type standIn struct {
	*saas.Service
	clock  *simtime.Clock
	client *upstream.Client
	server *httptest.Server
}

// start runs a stand-in with the handler's own client for the same settings.
func start(t *testing.T, preset string) *standIn {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	s, err := settings.Parse([]byte(strings.ReplaceAll(preset, "%s", server.URL)))
	if err != nil {
		t.Fatal(err)
	}
	clock := simtime.New()
	service, err := saas.New(s, key, clock)
	if err != nil {
		t.Fatal(err)
	}
	handler = service.Handler()
	transport := &http.Transport{}
	client, err := upstream.New(s, transport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		clock.Close()
	})
	return &standIn{service, clock, client, server}
}

func record(id string) feedback.Record {
	return feedback.Record{
		ID: id, ReceivedAt: time.Unix(1700000000, 0).UTC(), Region: "ap-southeast-2",
		Feedback: feedback.Feedback{Message: "Region: eu-west-1 is slow", Topic: "bug", Rating: 4},
	}
}

// Every preset's own requests are taken, with region, feedback id and authentication; topics are listed.
func TestStandIn_takesEveryPreset(t *testing.T) {
	for name, preset := range presets {
		t.Run(name, func(t *testing.T) {
			s := start(t, preset)
			got := s.client.Deliver(t.Context(), secret.New(key), record("f-1"))
			if got.Outcome != upstream.Delivered {
				t.Fatalf("outcome %+v", got)
			}
			tickets := s.Tickets()
			if len(tickets) != 1 {
				t.Fatalf("tickets %+v", tickets)
			}
			ticket := tickets[0]
			if ticket.ID != "1" || ticket.FeedbackID != "f-1" || ticket.Region != "ap-southeast-2" || !ticket.Authenticated {
				t.Errorf("ticket %+v", ticket)
			}
			if since := s.clock.Now().Sub(ticket.ReceivedAt); since < 0 || since > time.Minute {
				t.Errorf("received %v ago", since)
			}
			if !json.Valid(ticket.Feedback) || !strings.Contains(string(ticket.Feedback), "is slow") {
				t.Errorf("feedback %s", ticket.Feedback)
			}
			if s.client.HasTopics() {
				topics, err := s.client.Topics(t.Context(), secret.New(key))
				if err != nil || len(topics) != 3 || topics[0].ID != "bug" {
					t.Errorf("topics %+v, %v", topics, err)
				}
			}
		})
	}
}

// A ticket is authenticated only with the right key; the vendor refuses the rest.
func TestStandIn_wrongKey(t *testing.T) {
	for name, preset := range presets {
		t.Run(name, func(t *testing.T) {
			s := start(t, preset)
			if got := s.client.Deliver(t.Context(), secret.New("wrong"), record("f-1")); got.Outcome != upstream.Failed || !got.Denied || got.Status != 401 {
				t.Errorf("outcome %+v", got)
			}
			if tickets := s.Tickets(); len(tickets) != 1 || tickets[0].Authenticated {
				t.Errorf("tickets %+v", tickets)
			}
			s.Reset()
			if tickets := s.Tickets(); len(tickets) != 0 {
				t.Errorf("after reset: %+v", tickets)
			}
		})
	}
}

// The default webhook body's feedback is shown by itself.
func TestStandIn_feedback(t *testing.T) {
	s := start(t, presets["webhook"])
	s.client.Deliver(t.Context(), secret.New(key), record("f-1"))
	want := `{"message":"Region: eu-west-1 is slow","rating":4,"topic":"bug"}`
	if got := string(s.Tickets()[0].Feedback); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Under every fault but slow nothing is stored.
func TestStandIn_faults(t *testing.T) {
	for _, c := range []struct {
		fault   fault.Fault
		outcome upstream.Outcome
		status  int
		wait    time.Duration
		stored  int
	}{
		{fault.Fault{Kind: fault.Down}, upstream.Failed, 0, 0, 0},
		{fault.Fault{Kind: fault.Timeout}, upstream.Failed, 0, 0, 0},
		{fault.Fault{Kind: fault.Error}, upstream.Failed, 503, time.Second, 0},
		{fault.Fault{Kind: fault.Error, StatusCode: 429}, upstream.Failed, 429, time.Second, 0},
		{fault.Fault{Kind: fault.Error, StatusCode: 500}, upstream.Failed, 500, 0, 0},
		{fault.Fault{Kind: fault.Error, StatusCode: 422}, upstream.Refused, 422, 0, 0},
		{fault.Fault{Kind: fault.Slow, LatencyMS: 1}, upstream.Delivered, 201, 0, 1},
	} {
		t.Run(fmt.Sprint(c.fault), func(t *testing.T) {
			s := start(t, `{"preset":"webhook","url":"%s/feedback","timeout":"200ms"}`)
			s.Fault().Set(c.fault)
			got := s.client.Deliver(t.Context(), secret.New(key), record("f-1"))
			if got.Outcome != c.outcome || got.Status != c.status || got.RetryAfter != c.wait {
				t.Errorf("got %+v, want %+v", got, c)
			}
			if n := len(s.Tickets()); n != c.stored {
				t.Errorf("%d tickets, want %d", n, c.stored)
			}
		})
	}
}

// Zendesk answers a repeated Idempotency-Key with the first ticket for two hours; the others make a second one.
func TestStandIn_idempotency(t *testing.T) {
	for name, want := range map[string]int{"zendesk tickets": 1, "zendesk requests": 1, "webhook": 2, "freshdesk": 2, "github": 2} {
		s := start(t, presets[name])
		for range 2 {
			if got := s.client.Deliver(t.Context(), secret.New(key), record("f-1")); got.Outcome != upstream.Delivered {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if got := len(s.Tickets()); got != want {
			t.Errorf("%s: %d tickets, want %d", name, got, want)
		}
	}
	s := start(t, presets["zendesk tickets"])
	s.client.Deliver(t.Context(), secret.New(key), record("f-1"))
	other := record("f-1")
	other.Feedback.Message = "something else"
	if got := s.client.Deliver(t.Context(), secret.New(key), other); got.Outcome != upstream.Refused || got.Status != 400 {
		t.Errorf("same key, other body: %+v", got)
	}
	if _, _, err := s.clock.Advance(t.Context(), 2*time.Hour+time.Second); err != nil {
		t.Fatal(err)
	}
	if got := s.client.Deliver(t.Context(), secret.New(key), other); got.Outcome != upstream.Delivered || len(s.Tickets()) != 2 {
		t.Errorf("two hours later: %+v, %d tickets", got, len(s.Tickets()))
	}
}

func TestStandIn_refusals(t *testing.T) {
	basic := "Basic Y2FuYXJ5LWtleS00NzExOlg=" // canary-key-4711:X
	for _, c := range []struct {
		preset, method, path, body, authorization string
		status                                    int
		want                                      string
	}{
		{"webhook", "GET", "/feedback", "", "Bearer " + key, 405, "want POST"},
		{"webhook", "POST", "/feedback", "[]", "Bearer " + key, 400, "no JSON object"},
		{"webhook", "POST", "/feedback", "nonsense", "", 401, "wrong or missing key"},
		{"webhook", "GET", "/topics", "", "", 200, `"id":"bug"`},
		{"zendesk requests", "POST", "/api/v2/requests.json", `{"request":{"subject":"x"}}`, "Bearer " + key, 422, "RecordInvalid"},
		{"zendesk requests", "POST", "/api/v2/tickets.json", `{}`, "Bearer " + key, 404, "Not Found"},
		{"zendesk requests", "GET", "/api/v2/requests.json", "", "Bearer " + key, 405, "want POST"},
		{"freshdesk", "POST", "/api/v2/tickets", `{"subject":"x","description":"y","email":"a@example.com"}`, basic, 400, `"field":"priority"`},
		{"freshdesk", "POST", "/api/v2/tickets", `{"subject":"x","description":"y","email":"a@example.com","status":2,"priority":1}`, basic, 201, `"id":1`},
		{"github", "POST", "/api/v3/repos/octo/cat/issues", `{"body":"x"}`, "Bearer " + key, 422, "missing_field"},
		{"github", "POST", "/api/v3/repos/octo/dog/issues", `{"title":"x"}`, "Bearer " + key, 404, "Not Found"},
		{"github", "POST", "/api/v3/repos/octo/cat/issues", `{"title":"x"}`, "Bearer wrong", 401, "Bad credentials"},
	} {
		s := start(t, presets[c.preset])
		request, err := http.NewRequestWithContext(t.Context(), c.method, s.server.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", c.authorization)
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, request)
		if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", c.preset, c.method, c.path, answer.Code, answer.Body, c.status, c.want)
		}
	}
}

// The region header wins over what a body says.
func TestStandIn_regionHeader(t *testing.T) {
	for header, want := range map[string]string{"": "us-east-1", "eu-west-1": "eu-west-1"} {
		s := start(t, presets["webhook"])
		request := httptest.NewRequest(http.MethodPost, "/feedback", strings.NewReader(`{"region":"us-east-1"}`))
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("X-Onefront-Region", header)
		s.Handler().ServeHTTP(httptest.NewRecorder(), request)
		if got := s.Tickets()[0].Region; got != want {
			t.Errorf("header %q: region %q, want %q", header, got, want)
		}
	}
}

// Without header and member, the last line of the presets' form counts: what comes before may be the visitor's own
// words.
func TestStandIn_regionLine(t *testing.T) {
	s := start(t, presets["github"])
	body := `{"title":"x","body":"Region: eu-west-1 is slow\\n---\\n    Region: us-east-1\\n    Feedback id: f"}`
	request := httptest.NewRequest(http.MethodPost, "/api/v3/repos/octo/cat/issues", strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+key)
	s.Handler().ServeHTTP(httptest.NewRecorder(), request)
	if got := s.Tickets()[0].Region; got != "us-east-1" {
		t.Errorf("region %q, want us-east-1", got)
	}
}

// However the service is printed, the key is not in it.
func TestStandIn_holdsNoKey(t *testing.T) {
	for name, preset := range presets {
		s := start(t, preset)
		s.client.Deliver(t.Context(), secret.New(key), record("f-1"))
		raw, err := json.Marshal(s.Tickets())
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprintf("%v %+v %#v %s", s.Service, s.Service, s.Service, raw); strings.Contains(text, key) {
			t.Errorf("%s: the key is in %s", name, text)
		}
	}
}

// A key as it is pasted or piped, with a newline at its end, is the key that the function sends.
func TestStandIn_pastedKey(t *testing.T) {
	s := start(t, presets["webhook"])
	pasted, err := saas.New(settings.Settings{Preset: "webhook", URL: "http://x", Header: "Authorization", Scheme: "Bearer", Method: "POST"}, key+"\n", s.clock)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{}`))
	request.Header.Set("Authorization", "Bearer "+key)
	answer := httptest.NewRecorder()
	pasted.Handler().ServeHTTP(answer, request)
	if answer.Code != http.StatusCreated {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestNew_refuses(t *testing.T) {
	for want, s := range map[string]settings.Settings{
		`upstream.preset: "jira"`: {Preset: "jira"},
		"upstream.url":            {Preset: "github", URL: "http://%zz"},
		"upstream.topicsUrl":      {Preset: "webhook", TopicsURL: "http://%zz"},
	} {
		if _, err := saas.New(s, key, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := saas.New(settings.Settings{Preset: "webhook"}, "", nil); err == nil {
		t.Error("an empty key was taken")
	}
}

func TestTicket_json(t *testing.T) {
	raw, err := json.Marshal(saas.Ticket{ID: "1", FeedbackID: "f", Region: "r", ReceivedAt: time.Unix(0, 0).UTC(), Authenticated: true, Feedback: json.RawMessage(`{}`)})
	want := `{"id":"1","feedbackId":"f","region":"r","receivedAt":"1970-01-01T00:00:00Z","authenticated":true,"feedback":{}}`
	if diff := cmp.Diff(want, string(raw)); err != nil || diff != "" {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
}

// Other settings keep what is there: tickets, their numbers, and the fault.
func TestService_withOtherSettings(t *testing.T) {
	s := start(t, presets["webhook"])
	s.client.Deliver(t.Context(), secret.New(key), record("first"))
	changed, err := settings.Parse([]byte(`{"preset":"github","url":"https://api.github.example","repository":"octo/cat"}`))
	if err != nil {
		t.Fatal(err)
	}
	with, err := s.With(changed, "another-key")
	if err != nil {
		t.Fatal(err)
	}
	with.Fault().Set(fault.Fault{Kind: fault.Down})
	if tickets := with.Tickets(); len(tickets) != 1 || tickets[0].FeedbackID != "first" || s.Fault().Get().Kind != fault.Down {
		t.Errorf("got tickets %+v, the old one's fault %v", tickets, s.Fault().Get())
	}
}
