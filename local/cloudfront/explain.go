package cloudfront

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/httpcache"
)

// Step is one thing that happened to a request, in words for people.
type Step struct {
	// MS is when it happened, in milliseconds since the request came in, charged timeouts included.
	MS float64 `json:"ms"`
	// Kind names the stage: viewer, behavior, function, cache, origin, sent, stored, refused, answer, ...
	Kind string `json:"step"`
	// Text says what happened and why. Header values are never in it: one may be a secret.
	Text string `json:"text"`
}

// Bounds of an explanation, so that ten thousand of them have one too.
const (
	maxSteps     = 40
	maxStepBytes = 600
)

// note is a step before anybody reads it. Few are ever read, so the words are made then: what they are made of does not
// change any more.
type note struct {
	elapsed time.Duration
	kind    string
	text    fmt.Stringer
}

func (n note) step() Step {
	text := n.text.String()
	if len(text) > maxStepBytes {
		text = strings.ToValidUTF8(text[:maxStepBytes], "") + "..."
	}
	return Step{MS: float64(n.elapsed.Microseconds()) / 1000, Kind: n.kind, Text: text}
}

// sentence is a text that is put together when it is read.
type sentence struct {
	format string
	args   []any
}

func (s sentence) String() string { return fmt.Sprintf(s.format, s.args...) }

// explain adds a step, unless nobody listens.
func (x *exchange) explain(kind, format string, args ...any) {
	if !x.explained {
		return
	}
	for i, a := range args { // whatever a viewer wrote is kept to a length
		if s, ok := a.(string); ok && len(s) > maxStepBytes {
			args[i] = strings.Clone(s[:maxStepBytes])
		}
	}
	x.note(kind, sentence{format, args})
}

func (x *exchange) note(kind string, text fmt.Stringer) {
	if x.explained && len(x.told) < maxSteps {
		x.told = append(x.told, note{time.Since(x.started) + x.charged, kind, text})
	}
}

// Steps explain the answer. At most 40, each with at most 600 bytes of text.
func (r Request) Steps() []Step {
	steps := make([]Step, len(r.notes))
	for i, n := range r.notes {
		steps[i] = n.step()
	}
	return steps
}

// Reason is why the edge refused the request or no origin answered it, "" otherwise.
func (r Request) Reason() (reason string) {
	for _, n := range r.notes {
		if n.kind == "refused" || reason == "" && n.kind == "origin" && r.Status >= 500 {
			reason = n.step().Text
		}
	}
	return reason
}

// explainViewer is where the viewer is, and which name it asked for.
func (x *exchange) explainViewer() {
	x.note("viewer", arrival{x.method, x.rawPath, x.rawQuery, x.protocol(), x.host, x.pop})
}

type arrival struct {
	method, path, query, protocol, host string
	pop                                 *pop
}

func (a arrival) String() string {
	return fmt.Sprintf("%s %s at the edge %s (%s, %s), over %s, for the name %s", a.method, withQuery(a.path, a.query),
		a.pop.Code, a.pop.City, a.pop.Country.Code, a.protocol, a.host)
}

// explainBehavior is which cache behavior matched, and what was passed over.
func (e *Edge) explainBehavior(x *exchange) {
	x.note("behavior", match{x.behavior, len(e.dist.Behaviors)})
}

type match struct {
	behavior *distribution.Behavior
	of       int
}

func (m match) String() string {
	why := "the first whose pattern matches the path"
	if int(m.behavior.Index) == m.of-1 {
		why = "the default one: no other pattern matches the path"
	}
	return fmt.Sprintf("%s: %s of %d, %s", quoted(m.behavior.Pattern), ordinal(int(m.behavior.Index)+1), m.of, why)
}

// explainFunction is what a viewer-request function made of the request. before is the request it got.
func (x *exchange) explainFunction(name, uri, query string, before http.Header) {
	var did []string
	if x.uri != uri {
		did = append(did, "rewritten to "+x.uri)
	}
	if x.query != query {
		did = append(did, "query now "+quoted(x.query))
	}
	if added := beyond(x.header, before); len(added) > 0 {
		did = append(did, "headers added: "+strings.Join(added, ", "))
	}
	if removed := beyond(before, x.header); len(removed) > 0 {
		did = append(did, "headers removed: "+strings.Join(removed, ", "))
	}
	switch c := x.choice; {
	case c == nil:
	case c.Group != nil:
		did = append(did, "origins chosen: "+strings.Join(c.Group.IDs[:], ", then "))
	case c.Update != nil:
		did = append(did, "the origin changed")
	default:
		did = append(did, "origin chosen: "+c.ID)
	}
	if len(did) == 0 {
		did = []string{"left the request as it was"}
	}
	x.explain("function", "%s: %s", name, strings.Join(did, "; "))
}

// keyWords are the cache key as people read it: the path with the query parameters that count, and the names of
// headers and cookies that count too.
type keyWords struct {
	path, query, encoding string
	policy                *distribution.CachePolicy
}

func (k keyWords) String() string {
	p := k.policy
	text := "key " + k.path
	if len(p.HeadersBesidesEncoded) > 0 {
		text += ", headers " + strings.Join(p.HeadersBesidesEncoded, ", ")
	}
	if !p.Cookies.None() {
		text += ", cookies"
	}
	if p.Compresses() {
		text += ", encoding " + quoted(k.encoding)
	}
	if k.query != "" && !strings.Contains(k.path, "?") {
		text += ", the query counts for nothing"
	}
	return text
}

// explainKept is what the cache had.
func (x *exchange) explainKept(path string, kept *entry) {
	key := keyWords{path, x.query, x.acceptEncoding, x.behavior.Cache}
	switch {
	case kept == nil:
		x.explain("cache", "miss, %s: this edge keeps nothing under it", key)
	case kept.fresh(x.now):
		x.note("cache", freshWords{kept.result, key, kept.ageAt(x.now), kept.expires.Sub(x.now)})
	case x.now.Before(kept.askAgain):
		x.explain("cache", "stale, %s: expired %s ago, and the origin failed: it is asked again in %s", key, span(x.now.Sub(kept.expires)), span(kept.askAgain.Sub(x.now)))
	case kept.status < 400 && x.now.Before(kept.expires.Add(kept.life.StaleWhileRevalidate)):
		x.explain("cache", "stale, %s: expired %s ago, served while it is fetched anew (stale-while-revalidate)", key, span(x.now.Sub(kept.expires)))
	default:
		x.explain("cache", "miss, %s: what is kept expired %s ago", key, span(x.now.Sub(kept.expires)))
	}
}

type freshWords struct {
	result   string
	key      keyWords
	age, yet time.Duration
}

func (f freshWords) String() string {
	return fmt.Sprintf("%s, %s: %s old, fresh for another %s", strings.ToLower(f.result), f.key, span(f.age), span(f.yet))
}

// explainPass is why the cache was not asked.
func (x *exchange) explainPass() {
	if x.behavior.Cache.TTL.Max <= 0 {
		x.explain("cache", "off: the cache policy's maximum TTL is 0")
		return
	}
	x.explain("cache", "passed by: %s is not among the cached methods %s", x.method, strings.Join(x.behavior.Cached, ", "))
}

// explainSent is what reached the origin, what was removed on the way and what was added. Names only.
func (x *exchange) explainSent(m distribution.Member, r *http.Request) {
	text := fmt.Sprintf("to %s: %s %s, Host %s", m.Origin.ID, r.Method, r.RequestURI, r.Host)
	if added := beyond(r.Header, x.header); len(added) > 0 {
		text += "; added: " + strings.Join(added, ", ")
	}
	// The length of a body that is sent is net/http's to write.
	ours := func(name string) bool { return name == "Content-Length" && r.ContentLength > 0 }
	if removed := slices.DeleteFunc(beyond(x.header, r.Header), ours); len(removed) > 0 {
		text += "; removed: " + strings.Join(removed, ", ")
	}
	if x.query != "" && r.URL.RawQuery != x.query {
		text += "; the query was " + quoted(x.query)
	}
	x.explain("sent", "%s", text)
}

// explainAttempt is what came back, and where it leads.
func (x *exchange) explainAttempt(m distribution.Member, a Attempt, charged time.Duration, next *distribution.Member) {
	where := m.Origin.ID
	if a.Region != "" {
		where += " -> " + a.Region
	}
	text := fmt.Sprintf("%s: %s after %s", where, a.Outcome, milliseconds(a.MS))
	if charged >= time.Millisecond {
		text += fmt.Sprintf(", of which %s are charged and were not waited for", span(charged))
	}
	if a.Outcome == "connect failed" {
		text += fmt.Sprintf(" (%d x %s to connect)", m.Origin.Timeouts.Attempts, span(m.Origin.Timeouts.Connect))
	}
	if next != nil {
		text += ", a failover code: the origin `" + next.Origin.ID + "` is asked"
	}
	x.explain("origin", "%s", text)
}

// explainLast is why a request whose origin failed went no further.
func (x *exchange) explainLast(t distribution.Target, failsOver bool, out *outcome) {
	if out.status() < http.StatusBadRequest || x.canceled() {
		return
	}
	switch {
	case len(t.Members) == 1:
	case !failsOver:
		x.explain("origin", "no other origin is asked: %s does not fail over, only GET and HEAD do", x.method)
	case !slices.Contains(t.Codes, out.failoverCode()):
		x.explain("origin", "no other origin is asked: %d is not among the failover codes %v", out.failoverCode(), t.Codes)
	}
}

// explainStored is whether and how long an answer is kept, and which header or TTL said so.
func (x *exchange) explainStored(status int, header http.Header, life httpcache.Lifetime) {
	ttl := x.behavior.Cache.TTL
	bounds := fmt.Sprintf("minimum %s, default %s, maximum %s", span(ttl.Min), span(ttl.Default), span(ttl.Max))
	said := freshness(header)
	switch {
	case !life.Store:
		x.explain("stored", "not kept: status %d, %s; %s", status, said, bounds)
	case status >= http.StatusBadRequest:
		x.explain("stored", "the error is kept for %s (error caching)", span(life.TTL))
	case life.TTL == 0:
		x.explain("stored", "kept, but asked for again each time: %s; %s", said, bounds)
	default:
		x.explain("stored", "fresh for %s by %s; %s", span(life.TTL), said, bounds)
	}
}

// freshness names the header that decides about a lifetime (F3.16).
func freshness(h http.Header) string {
	cc := strings.ToLower(strings.Join(h["Cache-Control"], ", "))
	for _, directive := range []string{"no-store", "no-cache", "private", "s-maxage", "max-age"} {
		if strings.Contains(cc, directive) {
			return directive
		}
	}
	if len(h["Expires"]) > 0 {
		return "Expires"
	}
	return "the default TTL, since the origin names none"
}

// refuse is an answer that ends a request before any origin, with its reason.
func (x *exchange) refuse(a *answer, format string, args ...any) *answer {
	x.explain("refused", "%d: %s", a.status, fmt.Sprintf(format, args...))
	return a
}

// explainAnswer is what the viewer got.
func (x *exchange) explainAnswer(a *answer, sent http.Header, bytes int) {
	x.note("answer", answerWords{
		status: a.status, bytes: bytes, result: a.result, detailed: a.detailed, encoding: sent.Get("Content-Encoding"),
		policy: x.behavior != nil && x.behavior.ResponseHeaders != nil && !a.local,
	})
}

type answerWords struct {
	status, bytes              int
	result, detailed, encoding string
	policy                     bool
}

func (a answerWords) String() string {
	text := fmt.Sprintf("%d with %d bytes, X-Cache %s", a.status, a.bytes, a.result)
	if a.detailed != "" && a.detailed != a.result {
		text += " (" + a.detailed + ")"
	}
	if a.policy {
		text += "; the response headers policy was applied"
	}
	if a.encoding != "" {
		text += "; encoded as " + a.encoding
	}
	return text
}

// beyond are the names of a that b lacks, sorted.
func beyond(a, b http.Header) []string {
	var names []string
	for name := range a {
		if _, there := b[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

func quoted(s string) string {
	if s == "" {
		return "(empty)"
	}
	return "`" + s + "`"
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// span is a duration in the largest unit that leaves no rest.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d s", d.Round(time.Second)/time.Second)
}

func milliseconds(ms float64) string { return span(time.Duration(ms * float64(time.Millisecond))) }
