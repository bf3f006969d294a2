package upstream_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

func githubStandIn(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/repos/octo/feedback/issues":
		w.WriteHeader(http.StatusCreated)
	case r.URL.RequestURI() == "/repos/octo/feedback/labels?per_page=100":
		answers(200, nil, `[{"name":"bug"},{"name":"topic: billing","description":"Bills"},{"name":"topic: other","description":null}]`)(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

const githubText = "    It <b>broke</b>\n    @octocat see #1\n\n---\n\n    Rating: 2 of 5\n    Topic: billing\n    Page: https://example.com/?a=1&b=2\n" +
	"    Locale: de\n    theme: dark\n    Feedback id: 0190-id\n"

func TestGitHub_issue(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, githubStandIn)
	c := newClient(t, map[string]any{
		"preset": "github", "url": s.url, "repository": "octo/feedback", "labels": []string{"web"}, "topicLabelPrefix": "topic: ",
	})
	topics, err := c.Topics(t.Context(), secret.New(key))
	if err != nil {
		t.Fatal(err)
	}
	want := []settings.Topic{
		{ID: "billing", Label: "Bills", Labels: map[string]string{}}, {ID: "other", Label: "other", Labels: map[string]string{}},
	}
	if diff := cmp.Diff(want, topics); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
	if got := deliver(t, c, record()); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	header := map[string]string{
		"Authorization": "Bearer " + key, "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", "User-Agent": "onefront",
	}
	s.exchanges()[0].want(t, "GET", "/repos/octo/feedback/labels?per_page=100", header, nil)
	// No e-mail address: a public repository shows its issues to everybody.
	s.exchanges()[1].want(t, "POST", "/repos/octo/feedback/issues", header, map[string]any{
		"title": "Feedback: It <b>broke</b>", "body": githubText, "labels": []any{"web", "topic: billing"},
	})
}

func TestGitHub_statuses(t *testing.T) {
	t.Parallel()
	reset := strconv.FormatInt(at.Add(20*time.Minute).Unix(), 10)
	checkStatuses(t, map[string]any{"preset": "github", "repository": "octo/feedback"}, map[string]statusCase{
		"403 with Retry-After": {status: 403, header: map[string]string{"Retry-After": "30"}, want: upstream.Failed, wait: 30 * time.Second},
		"403 with nothing left": {
			status: 403, header: map[string]string{"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": reset},
			want: upstream.Failed, wait: 20 * time.Minute,
		},
		"429 with nothing left, no time": {status: 429, header: map[string]string{"X-Ratelimit-Remaining": "0"}, want: upstream.Failed, wait: time.Minute},
		"429 without a word":             {status: 429, want: upstream.Failed, wait: time.Minute},
		"403 for a secondary rate limit": {
			status: 403, header: map[string]string{"X-Ratelimit-Remaining": "4000"},
			body: `{"message":"You have exceeded a secondary rate limit."}`, want: upstream.Failed, wait: time.Minute,
		},
	})
}
