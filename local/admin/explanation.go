package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Step is one thing that happened to a request: when, at which stage, and why.
type Step struct {
	// MS is milliseconds since the request came in.
	MS   float64 `json:"ms"`
	Kind string  `json:"step"`
	Text string  `json:"text"`
}

// Explained is the body of GET /requests/{id}: the request with what led to its answer.
type Explained struct {
	Request
	// Reason is why the request was refused or failed, "" if it was not.
	Reason string `json:"reason,omitempty"`
	Steps  []Step `json:"steps"`
}

// getRequest answers one request with every step.
func (s *Server) getRequest(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	found, ok := s.o.Requests.Find(id)
	if !ok {
		fail(w, http.StatusNotFound, "request: %q: not among the last %d, see GET /requests for their ids", shorten(id), requestsKept)
		return
	}
	steps := []Step{}
	if found.Steps != nil {
		steps = append(steps, found.Steps()...)
	}
	answer(w, Explained{Request: found, Reason: found.Reason, Steps: steps})
}

// Filter chooses requests. Its zero value takes all.
type Filter struct {
	// Path is a part of path and query, in any case of letters.
	Path string
	// Status is a code such as 404, or a class such as 5xx.
	Status string
	// Region, Cache and Edge are compared whole; Region "none" is no region.
	Region, Cache, Edge string
	// From and To bound the simulated time, both ends included; zero does not.
	From, To time.Time
}

// Takes says whether a request is chosen.
func (f *Filter) Takes(r *Request) bool {
	status := strconv.Itoa(r.Status)
	region := f.Region
	if region == "none" {
		region = ""
	}
	switch {
	case f.Status != "" && status != f.Status && !(strings.HasSuffix(f.Status, "xx") && status[:1] == f.Status[:1]),
		f.Region != "" && r.Region != region, f.Cache != "" && r.Cache != f.Cache, f.Edge != "" && r.Edge != f.Edge,
		!f.From.IsZero() && r.Time.Before(f.From), !f.To.IsZero() && r.Time.After(f.To):
		return false
	}
	return f.Path == "" || strings.Contains(strings.ToLower(r.Path+"?"+r.Query), strings.ToLower(f.Path))
}

// filters are the parameters of GET /requests. Another one is a mistake that would show everything.
var filters = []string{"limit", "path", "status", "region", "cache", "edge", "from", "to"}

// readFilter reads the filter of GET /requests. It answers the request itself when a value is wrong.
func readFilter(w http.ResponseWriter, r *http.Request) (f Filter, ok bool) {
	q := r.URL.Query()
	for name := range q {
		if !slices.Contains(filters, name) {
			fail(w, http.StatusBadRequest, "parameter %q: want one of %s", shorten(name), strings.Join(filters, ", "))
			return f, false
		}
	}
	f = Filter{Path: q.Get("path"), Status: q.Get("status"), Region: q.Get("region"), Cache: q.Get("cache"), Edge: q.Get("edge")}
	if s := f.Status; s != "" && (len(s) != 3 || s[0] < '1' || s[0] > '5' || s[1:] != "xx" && strings.Trim(s, "0123456789") != "") {
		fail(w, http.StatusBadRequest, "status: %q: want a code such as 404 or a class such as 5xx", shorten(s))
		return f, false
	}
	for name, into := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			fail(w, http.StatusBadRequest, "%s: %q: want a time such as 2026-01-02T15:04:05Z", name, shorten(text))
			return f, false
		}
		*into = at
	}
	return f, true
}
