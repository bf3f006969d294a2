package upstream_test

import (
	"net/http"
	"testing"

	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
)

func TestWebhook_record(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, answers(200, nil, ""))
	c := newClient(t, map[string]any{"preset": "webhook", "url": s.url + "/in?tenant=1"})
	if got := deliver(t, c, record()); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	s.exchanges()[0].want(t, "POST", "/in?tenant=1", map[string]string{
		"Authorization": "Bearer " + key, "Content-Type": "application/json", "Idempotency-Key": "0190-id",
	}, map[string]any{
		"id": "0190-id", "receivedAt": "2026-11-22T10:00:00Z", "region": "eu-west-1",
		"feedback": map[string]any{
			"message": "It <b>broke</b>\n@octocat see #1", "rating": 2.0, "topic": "billing", "email": "ada@example.com",
			"pageUrl": "https://example.com/?a=1&b=2", "locale": "de", "context": map[string]any{"theme": "dark"},
		},
	})
}

// TestDeliver_requestID: the SaaS gets CloudFront's id of the request, and no header where there is none.
func TestDeliver_requestID(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, answers(200, nil, ""))
	c := newClient(t, map[string]any{"preset": "webhook", "url": s.url + "/in"})
	for _, id := range []string{"k7rHxW6B_AKb-zGP6d4eJtd4mBnC0w==", ""} {
		ctx := origin.WithIDs(t.Context(), origin.IDs{CloudFront: id})
		c.Deliver(ctx, secret.New(key), record())
		last := s.exchanges()[len(s.exchanges())-1]
		if got := last.header.Get("X-Onefront-Request-Id"); got != id || len(last.header.Values("X-Onefront-Request-Id")) > 0 != (id != "") {
			t.Errorf("id %q, want %q", got, id)
		}
	}
}

func TestWebhook_template(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, answers(204, nil, ""))
	c := newClient(t, map[string]any{
		"preset": "webhook", "url": s.url + "/in", "method": "PUT", "header": "X-Api-Key", "scheme": "Key",
		"body": map[string]any{
			"text": "{{message}} ({{rating}})", "all": "{{context}}", "theme": "{{context.theme}}", "none": "{{context.nothing}}",
			"at": "{{receivedAt}}", "where": "{{region}}/{{id}}", "who": "{{email}}", "page": "{{pageUrl}}", "lang": "{{locale}}",
			"topic": "{{topic}}", "stars": "{{rating}}",
		},
	})
	if got := deliver(t, c, record()); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	s.exchanges()[0].want(t, "PUT", "/in", map[string]string{"X-Api-Key": "Key " + key}, map[string]any{
		"text": "It <b>broke</b>\n@octocat see #1 (2)", "all": map[string]any{"theme": "dark"}, "theme": "dark", "none": nil,
		"at": "2026-11-22T10:00:00Z", "where": "eu-west-1/0190-id", "who": "ada@example.com", "page": "https://example.com/?a=1&b=2",
		"lang": "de", "topic": "billing", "stars": 2.0,
	})
}

func TestWebhook_statuses(t *testing.T) {
	t.Parallel()
	checkStatuses(t, map[string]any{"preset": "webhook"}, map[string]statusCase{
		"200": {status: 200, want: upstream.Delivered},
		"202": {status: 202, want: upstream.Delivered},
		"204": {status: 204, want: upstream.Delivered},
	})
}

// TestWebhook_redirects: a redirect on the same host that keeps the method is followed; any
// other ends the try, which is made again later, and the key reaches nobody else.
func TestWebhook_redirects(t *testing.T) {
	t.Parallel()
	thief := newStandIn(t, answers(200, nil, ""))
	tests := map[string]struct {
		status   int
		location string
		want     upstream.Outcome
		requests int
	}{
		"307 on the same host": {307, "/moved", upstream.Delivered, 2},
		"308 on the same host": {308, "/moved", upstream.Delivered, 2},
		"302 would become GET": {302, "/moved", upstream.Failed, 1},
		"303 would become GET": {303, "/moved", upstream.Failed, 1},
		"307 to another host":  {307, thief.url + "/steal", upstream.Failed, 1},
		"without a location":   {307, "", upstream.Failed, 1},
		"in a circle":          {307, "/in", upstream.Failed, 4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/moved" {
					w.WriteHeader(http.StatusCreated)
					return
				}
				w.Header().Set("Location", tt.location)
				if tt.location == "" {
					w.Header().Del("Location")
				}
				w.WriteHeader(tt.status)
			})
			c := newClient(t, map[string]any{"preset": "webhook", "url": s.url + "/in", "header": "X-Api-Key"})
			got := deliver(t, c, record())
			if got.Outcome != tt.want || got.Denied == (tt.want == upstream.Delivered) || len(s.exchanges()) != tt.requests {
				t.Errorf("%+v after %d requests, want outcome %d after %d", got, len(s.exchanges()), tt.want, tt.requests)
			}
			if last := s.exchanges()[len(s.exchanges())-1]; last.body["id"] != "0190-id" || last.header.Get("X-Api-Key") != key {
				t.Errorf("the last request was %+v", last)
			}
		})
	}
	if got := thief.exchanges(); len(got) != 0 {
		t.Errorf("another host got %+v", got)
	}
}

func TestWebhook_unreachable(t *testing.T) {
	t.Parallel()
	c := newClient(t, map[string]any{"preset": "webhook", "url": "http://127.0.0.1:1/in"})
	got := deliver(t, c, record())
	if got.Outcome != upstream.Failed || got.Status != 0 || got.Reason != "upstream could not be reached" {
		t.Errorf("%+v", got)
	}
}
