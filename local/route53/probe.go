package route53

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/onefront/onefront/local/network"
)

// userAgent is the checkers' own, which access logs show.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-router-firewall-rules.html
const userAgent = "Amazon-Route53-Health-Check-Service (ref %s; report http://amzn.to/1vsZADi)"

// viewerHeader is where a viewer is: local mode has all edges behind one address.
const viewerHeader = "X-Onefront-Viewer"

// schedule plans a check's question at a time, unless the service is closed. The caller holds mu.
func (s *Service) schedule(c *healthCheck, at time.Time) {
	if s.closed {
		return
	}
	s.clock.AtFunc(at, func() {
		s.ask(c, at)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.schedule(c, nextTurn(at, c.interval, s.clock.Now()))
	})
}

// nextTurn keeps to the check's own rhythm, however long a question took. Turns that have gone by meanwhile are not
// made up for: nothing but an advance that gave up waiting leaves them behind.
func nextTurn(at time.Time, interval time.Duration, now time.Time) time.Time {
	missed := max(0, now.Sub(at)/interval)
	return at.Add((missed + 1) * interval)
}

// ask asks once from each place of the check and counts the outcome for the checkers there.
func (s *Service) ask(c *healthCheck, at time.Time) {
	s.mu.Lock()
	generation := c.generation
	s.mu.Unlock()

	outcomes, oks := make([]string, len(c.edges)), make([]bool, len(c.edges))
	for i, edge := range c.edges {
		outcomes[i], oks[i] = s.probe(c, edge)
	}

	healthy, outcome, changed := s.count(c, generation, outcomes, oks, at)
	if !changed {
		return
	}
	s.log.Info("health changed", "name", c.fqdn, "healthy", healthy, "outcome", outcome)
	s.noteMoves(at)
	if s.heard != nil {
		s.heard(s.regionOf(c), c.fqdn, healthy, outcome, at)
	}
}

// count lets every checker observe the outcome of its place, unless the check was reset meanwhile.
func (s *Service) count(c *healthCheck, generation int, outcomes []string, oks []bool, at time.Time) (healthy bool, outcome string, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.generation != generation {
		return false, "", false
	}
	before := c.healthy()
	for i := range c.opinions {
		c.opinions[i].observe(oks[i%len(oks)], c.threshold)
	}
	outcome = outcomes[max(0, slices.Index(oks, false))] // the first that failed
	c.lastAsked, c.lastOutcome = at, outcome
	healthy = c.healthy()
	return healthy, outcome, healthy != before
}

// probe asks once, as a checker does: no certificate is looked at, IPv4 only, Host is the name, no header can be added
// (F7.10, F7.11). A slow server's time is charged, not slept. A checker at an edge's place is a
// viewer there, which [viewerHeader] tells whoever stands for all edges.
func (s *Service) probe(c *healthCheck, edge string) (outcome string, ok bool) {
	target := url.URL{Scheme: c.scheme, Host: c.fqdn}
	if standard := map[string]int{"http": 80, "https": 443}[c.scheme]; c.port != standard {
		target.Host += ":" + strconv.Itoa(c.port)
	}
	path, err := target.Parse(c.path)
	if err != nil {
		return err.Error(), false
	}
	request, err := http.NewRequest(http.MethodGet, path.String(), http.NoBody) //nolint:noctx // bounded by the timeouts
	if err != nil {
		return err.Error(), false
	}
	request.Header.Set("User-Agent", fmt.Sprintf(userAgent, c.id))
	if edge != "" {
		request.Header.Set(viewerHeader, edge)
	}
	request.RemoteAddr = "192.0.2.1:443" // of the documentation's addresses
	result := s.network.Do(edge, c.fqdn, request, network.Timeouts{Connect: connectTimeout, Attempts: 1, Read: answerTimeout, ChargeSlow: true})
	if result.Err != nil {
		return short(result.Err), false
	}
	status := result.Response.Status
	if status < 200 || status > 399 {
		return strconv.Itoa(status), false
	}
	if body := result.Response.Body; c.search != "" && !bytes.Contains(body[:min(len(body), searchedBytes)], []byte(c.search)) {
		return fmt.Sprintf("%d without %q", status, c.search), false
	}
	return strconv.Itoa(status), true
}

// short is an error's kind without the name it is about.
func short(err error) string {
	for _, kind := range []error{network.ErrNoSuchHost, network.ErrConnect, network.ErrReadTimeout, network.ErrClosed} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return err.Error()
}
