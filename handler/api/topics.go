package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"

	"github.com/onefront/onefront/handler/feedback"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// Cache times of the topics: fresh, and as the last good copy while the SaaS is down.
const (
	topicsFresh = "public, max-age=300, stale-if-error=86400"
	topicsStale = "public, max-age=30"
)

func (h *Handler) getTopics(ctx context.Context, r *request) answer {
	locale, ok := r.locale()
	if !ok {
		return problem(400, "The query is not valid.", feedback.FieldProblem{
			Field: "locale", Detail: "must be one well-formed language tag (BCP 47) of at most 35 characters",
		})
	}
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	topics, err := h.Upstream.List(ctx, h.Keys.Get)
	if err == nil {
		return r.topics(topics, locale, topicsFresh)
	}
	h.explain(r, err)
	if topics != nil {
		return r.topics(topics, locale, topicsStale)
	}
	// Not a failover code (F1.2): a second region would ask the same dead SaaS.
	return problem(424, "The list of topics cannot be had at the moment.")
}

// locale returns the parameter of that name, empty if it is not there.
func (r *request) locale() (string, bool) {
	values, err := r.query("locale")
	if err != nil || len(values) > 1 {
		return "", false
	}
	if len(values) == 0 {
		return "", true
	}
	return values[0], feedback.IsLocale(values[0])
}

// explain puts why the SaaS gave no topics into the log line.
func (h *Handler) explain(r *request, err error) {
	r.line.Level = slog.LevelWarn
	if problem, ok := errors.AsType[*upstream.TopicsError](err); ok {
		if problem.Status == 401 || problem.Status == 403 {
			h.Keys.Expire() // it may have been rotated
		}
		r.line.UpstreamStatus, r.line.Reason = problem.Status, problem.Reason
		return
	}
	r.line.Reason, r.line.Err = "no topics", err
}

// topic is one entry of the answer.
type topic struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// topics answers with the list in a locale, or 304. The locale is in the address, so no Vary
// is needed; compression is CloudFront's.
func (r *request) topics(list []settings.Topic, locale, cacheControl string) answer {
	body := struct {
		Topics []topic `json:"topics"`
	}{make([]topic, 0, len(list))}
	fallbacks := feedback.Fallbacks(locale)
	for _, t := range list {
		body.Topics = append(body.Topics, topic{ID: t.ID, Label: label(t, fallbacks)})
	}
	a := answerJSON(200, "application/json", cacheControl, body)
	sum := sha256.Sum256(a.body)
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	a.headers["etag"] = etag
	if matches(r.header("if-none-match"), etag) {
		delete(a.headers, "content-type")
		return answer{status: 304, headers: a.headers}
	}
	return a
}

// label picks the label of the nearest locale.
func label(t settings.Topic, fallbacks []string) string {
	for _, tag := range fallbacks {
		for locale, text := range t.Labels {
			if strings.EqualFold(locale, tag) {
				return text
			}
		}
	}
	return t.Label
}

// matches compares weakly, as If-None-Match does (RFC 9110, 13.1.2).
func matches(ifNoneMatch, etag string) bool {
	if strings.TrimSpace(ifNoneMatch) == "*" {
		return true
	}
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == etag {
			return true
		}
	}
	return false
}
