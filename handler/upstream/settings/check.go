package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/onefront/onefront/handler/upstream/template"
	"github.com/onefront/onefront/redact"
)

// Values of single settings.
const (
	SchemeNone       = "none"
	SchemeBearer     = "Bearer"
	ResourceTickets  = "tickets"
	ResourceRequests = "requests"
	RequesterNone    = "none"
	RequesterVisitor = "visitor"
)

// ownHeaders are set by the adapter itself or by net/http.
var ownHeaders = []string{
	"accept", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "idempotency-key",
	"te", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-onefront-region", "x-onefront-request-id",
}

// usedBy lists the keys that only some presets use; all others belong to every preset.
var usedBy = map[string][]string{
	"topicsUrl": {PresetWebhook}, "method": {PresetWebhook}, "header": {PresetWebhook}, "scheme": {PresetWebhook, PresetZendesk}, "body": {PresetWebhook},
	"resource": {PresetZendesk}, "email": {PresetZendesk},
	"requester":  {PresetZendesk, PresetFreshdesk},
	"topicField": {PresetZendesk, PresetFreshdesk}, "requesterEmail": {PresetZendesk, PresetFreshdesk}, "tags": {PresetZendesk, PresetFreshdesk},
	"repository": {PresetGitHub}, "labels": {PresetGitHub}, "topicLabelPrefix": {PresetGitHub},
}

// problem is one thing that is wrong.
type problem struct {
	key string
	err error
}

// problems collects what is wrong, each with key, value and what would be right.
type problems []problem

func (p *problems) add(key string, value any, right string, args ...any) {
	p.wrap(key, fmt.Errorf("%s: want %s", show(value), fmt.Sprintf(right, args...)))
}

// wrong adds what says by itself what to do.
func (p *problems) wrong(key string, value any, what string, args ...any) {
	p.wrap(key, fmt.Errorf("%s: %s", show(value), fmt.Sprintf(what, args...)))
}

// show is a value as JSON, shortened; & and < stay readable.
func show(value any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return "?"
	}
	return clip([]byte(redact.URLs(string(bytes.TrimSpace(b.Bytes())))))
}

func (p *problems) wrap(key string, err error) {
	*p = append(*p, problem{key, fmt.Errorf("upstream.%s: %w", key, err)})
}

// check holds every rule on decoded settings; object tells which keys were given.
func (s *Settings) check(object map[string]json.RawMessage) problems {
	var p problems
	presets := []string{PresetWebhook, PresetZendesk, PresetFreshdesk, PresetGitHub}
	if !slices.Contains(presets, s.Preset) {
		p.add("preset", s.Preset, "one of %s", strings.Join(presets, ", "))
	} else {
		for _, key := range sortedKeys(object) {
			if only, some := usedBy[key]; some && !slices.Contains(only, s.Preset) {
				p.wrong(key, object[key], "leave it out, only the preset %s uses it", strings.Join(only, " or "))
			}
		}
	}
	s.checkURLs(&p)
	if t := s.Timeout.Duration(); t < MinTimeout || t > MaxTimeout {
		p.add("timeout", s.Timeout, "from %s to %s", MinTimeout, MaxTimeout)
	}
	if s.MaxReceives < 1 || s.MaxReceives > 1000 {
		p.add("maxReceives", s.MaxReceives, "from 1 to 1000")
	}
	s.checkTopics(&p)
	switch s.Preset {
	case PresetWebhook:
		s.checkWebhook(&p)
	case PresetZendesk:
		s.checkZendesk(&p)
	case PresetFreshdesk:
		s.checkFreshdesk(&p)
	case PresetGitHub:
		s.checkGitHub(&p)
	}
	return p
}

func (s *Settings) checkURLs(p *problems) {
	if problem := urlProblem(s.URL); problem != "" {
		p.add("url", s.URL, "%s", problem)
	} else if s.Preset != PresetWebhook && strings.ContainsRune(s.URL, '?') {
		p.add("url", s.URL, "the base address without a query")
	}
	if s.TopicsURL != "" {
		if problem := urlProblem(s.TopicsURL); problem != "" {
			p.add("topicsUrl", s.TopicsURL, "%s", problem)
		}
	}
}

// urlProblem says what is wrong with an address of the SaaS, or nothing.
func urlProblem(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return "an absolute address such as https://example.com/feedback"
	case u.User != nil:
		return "an address without user name and password: the key is onefront:upstreamApiKey"
	case u.Fragment != "":
		return "an address without a fragment"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "https: the key would travel in the clear (http is for loopback hosts only)"
	case u.Scheme != "https" && u.Scheme != "http":
		return "an address that starts with https://"
	}
	return ""
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (s *Settings) checkTopics(p *problems) {
	if len(s.Topics) > 0 {
		for key, set := range map[string]string{"topicsUrl": s.TopicsURL, "topicField": s.TopicField, "topicLabelPrefix": s.TopicLabelPrefix} {
			if set != "" {
				p.wrong("topics", len(s.Topics), "leave them out: they come by %s", key)
			}
		}
	}
	if len(s.Topics) > MaxTopics {
		p.add("topics", len(s.Topics), "at most %d topics", MaxTopics)
	}
	seen := map[string]bool{}
	for i, topic := range s.Topics {
		if err := topic.check(); err != nil {
			p.wrap(fmt.Sprintf("topics[%d]", i), err)
		}
		if seen[topic.ID] {
			p.add(fmt.Sprintf("topics[%d]", i), topic.ID, "an id that no other topic has")
		}
		seen[topic.ID] = true
	}
}

func (s *Settings) checkWebhook(p *problems) {
	if !slices.Contains([]string{"POST", "PUT", "PATCH"}, s.Method) {
		p.add("method", s.Method, "POST, PUT or PATCH")
	}
	if !isToken(s.Header) || slices.Contains(ownHeaders, strings.ToLower(s.Header)) {
		p.add("header", s.Header, "the name of a header for the key, such as Authorization or X-Api-Key")
	}
	if !isToken(s.Scheme) {
		p.add("scheme", s.Scheme, "one word such as Bearer, or none")
	}
	if len(s.Body) > 0 {
		if _, err := template.Parse(s.Body); err != nil {
			p.wrong("body", s.Body, "%v", err)
		}
	}
}

func (s *Settings) checkZendesk(p *problems) {
	if s.Resource != ResourceTickets && s.Resource != ResourceRequests {
		p.add("resource", s.Resource, "tickets or requests")
	}
	s.checkZendeskKey(p)
	s.checkRequester(p)
	if s.RequesterEmail != "" && !isEmail(s.RequesterEmail) {
		p.add("requesterEmail", s.RequesterEmail, "an e-mail address")
	}
	if s.TopicField != "" && !isNumber(s.TopicField) {
		p.add("topicField", s.TopicField, "the numeric id of the ticket field, as a string")
	}
	checkWords(p, "tags", s.Tags)
}

// checkZendeskKey wants to know what kind of key it is: a token sent the other way is refused ticket by ticket.
func (s *Settings) checkZendeskKey(p *problems) {
	const agent = "the e-mail address of the agent the API token belongs to"
	switch {
	case s.Scheme != "" && s.Scheme != SchemeBearer:
		p.add("scheme", s.Scheme, "Bearer if the key is an OAuth access token; leave it out for an API token")
	case s.Scheme == SchemeBearer && s.Email != "":
		p.wrong("email", s.Email, "leave it out: with scheme Bearer the key is an OAuth access token")
	case s.Scheme == "" && s.Email == "":
		p.add("email", s.Email, agent+"; or scheme Bearer if the key is an OAuth access token")
	case s.Email != "" && !isEmail(s.Email):
		p.add("email", s.Email, agent)
	}
}

func (s *Settings) checkRequester(p *problems) {
	if s.Requester != "" && s.Requester != RequesterNone && s.Requester != RequesterVisitor {
		p.add("requester", s.Requester, "none or visitor")
	}
}

func (s *Settings) checkFreshdesk(p *problems) {
	s.checkRequester(p)
	if !isEmail(s.RequesterEmail) {
		p.add("requesterEmail", s.RequesterEmail, "an e-mail address: Freshdesk demands a requester also for visitors who give none")
	}
	if s.TopicField != "" && !isToken(s.TopicField) {
		p.add("topicField", s.TopicField, "the name of the ticket field, such as type or cf_topic")
	}
	checkWords(p, "tags", s.Tags)
}

func (s *Settings) checkGitHub(p *problems) {
	if !isRepository(s.Repository) {
		p.add("repository", s.Repository, "owner/name")
	}
	for i, label := range s.Labels {
		if label == "" || len(label) > 50 || hasControl(label) {
			p.add(fmt.Sprintf("labels[%d]", i), label, "a label of 1 to 50 characters")
		}
	}
	if len(s.TopicLabelPrefix) > 40 || hasControl(s.TopicLabelPrefix) {
		p.add("topicLabelPrefix", s.TopicLabelPrefix, "at most 40 characters without control characters")
	}
}

// checkWords holds a list of tags: both Zendesk and Freshdesk split tags at spaces or commas.
func checkWords(p *problems, key string, words []string) {
	for i, word := range words {
		if word == "" || len(word) > 32 || strings.ContainsAny(word, " ,\"") || hasControl(word) {
			p.add(fmt.Sprintf("%s[%d]", key, i), word, "one word of at most 32 bytes without spaces, commas or quotes")
		}
	}
}
