package upstream

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// github opens issues.
//
//   - Create an issue: https://docs.github.com/en/rest/issues/issues#create-an-issue (201; 410 with issues disabled)
//   - Token: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
//   - Rate limits, as 403 or 429: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
//   - Version header: https://docs.github.com/en/rest/about-the-rest-api/api-versions
//
// A public repository shows its issues to everybody: the visitor's e-mail address is left out.
type github struct{ settings settings.Settings }

const (
	githubVersion = "2022-11-28"
	// githubPause is what GitHub asks for where a secondary limit names no time.
	githubPause = time.Minute
)

type githubIssue struct {
	Title  string   `json:"title"`
	Body   string   `json:"body"`
	Labels []string `json:"labels,omitempty"`
}

func (g github) ticket(record feedback.Record, topic string) (call, error) {
	issue := githubIssue{
		Title:  subject(record.Feedback),
		Body:   g.text(record),
		Labels: g.settings.Labels,
	}
	if topic != "" && g.settings.TopicLabelPrefix != "" {
		labels := append([]string{}, g.settings.Labels...)
		issue.Labels = append(labels, g.settings.TopicLabelPrefix+topic)
	}
	body, err := json.Marshal(issue)
	return call{method: http.MethodPost, url: g.repository("/issues"), body: body, header: g.header()}, err
}

func (g github) repository(path string) string {
	return join(g.settings.URL, "/repos/"+g.settings.Repository+path)
}

func (g github) header() http.Header {
	return http.Header{"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {githubVersion}}
}

// text quotes the visitor as an indented code block: Markdown would mention people, load
// images and link other issues at a stranger's word.
func (g github) text(record feedback.Record) string {
	var b strings.Builder
	write := func(text string) {
		for line := range strings.SplitSeq(text, "\n") {
			b.WriteString("    " + line + "\n")
		}
	}
	write(record.Feedback.Message)
	b.WriteString("\n---\n\n")
	for _, d := range details(record, "") {
		write(d.name + ": " + d.value)
	}
	return b.String()
}

func (g github) authenticate(header http.Header, key string) {
	header.Set("Authorization", "Bearer "+key)
}

// judge tells GitHub's rate limits, which also come as 403, from a key that is turned away.
func (g github) judge(status int, header http.Header, body []byte, now time.Time) verdict {
	switch {
	case status != http.StatusForbidden && status != http.StatusTooManyRequests:
		return judgeCreated(status, header, now)
	case header.Get("Retry-After") != "":
		return verdict{outcome: Failed, wait: retryAfter(header, now)}
	case header.Get("X-Ratelimit-Remaining") == "0":
		seconds, err := strconv.ParseInt(header.Get("X-Ratelimit-Reset"), 10, 64)
		if err != nil {
			return verdict{outcome: Failed, wait: githubPause}
		}
		return verdict{outcome: Failed, wait: max(time.Unix(seconds, 0).Sub(now), 0)}
	case status == http.StatusTooManyRequests || bytes.Contains(bytes.ToLower(body), []byte("secondary rate limit")):
		return verdict{outcome: Failed, wait: githubPause}
	}
	return judgeStatus(status, header, now)
}

// topics are the repository's labels with the prefix of the settings. Only the first hundred
// labels are looked at.
// https://docs.github.com/en/rest/issues/labels#list-labels-for-a-repository
func (g github) topics() (call, bool) {
	return call{method: http.MethodGet, url: g.repository("/labels?per_page=100"), header: g.header()},
		g.settings.TopicLabelPrefix != ""
}

func (g github) readTopics(body []byte) ([]settings.Topic, error) {
	var labels []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	if json.Unmarshal(body, &labels) != nil || labels == nil {
		return nil, errNoList
	}
	topics := []settings.Topic{}
	for _, label := range labels {
		if id, ok := strings.CutPrefix(label.Name, g.settings.TopicLabelPrefix); ok {
			topics = append(topics, settings.Topic{ID: id, Label: label.Description})
		}
	}
	return topics, nil
}
