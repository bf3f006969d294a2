package cloudfront

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/cloudfront/function"
	"github.com/onefront/onefront/local/network"
)

// outcome is what an origin answered, or how it failed.
type outcome struct {
	response *network.Response
	region   string
	s3       bool
	err      error
}

// errViewerLeft is a viewer's end in the middle of a body: its own error and no origin's.
var errViewerLeft = errors.New("the viewer left in the middle of the body")

// viewerBody is a viewer's body on its way to an origin. It remembers that it broke off.
type viewerBody struct {
	io.ReadCloser
	broken atomic.Bool
}

func (b *viewerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.broken.Store(true)
	}
	return n, err
}

// status is the code that failover criteria and error caching look at, and that the viewer gets: a failed connection
// counts as 502 towards the viewer (CF DG http-502-bad-gateway: "couldn't connect to the origin server"; unresolved
// names too), silence as 504 (CF DG http-504-gateway-timeout).
func (o *outcome) status() int {
	switch {
	case o.err == nil:
		return o.response.Status
	case errors.Is(o.err, network.ErrReadTimeout):
		return http.StatusGatewayTimeout
	case errors.Is(o.err, errViewerLeft):
		return http.StatusBadRequest
	}
	return http.StatusBadGateway
}

// failoverCode is the code that has to be listed for this outcome to fail over. F1.3: 503 for a failed connection,
// 504 for a response timeout. guess: a name that does not resolve is a failed connection; a connection closed in the
// middle of an answer is a 502.
func (o *outcome) failoverCode() int {
	switch {
	case errors.Is(o.err, network.ErrConnect), errors.Is(o.err, network.ErrNoSuchHost):
		return http.StatusServiceUnavailable
	}
	return o.status()
}

// sentence is what CloudFront's own error page says about a failure.
func (o *outcome) sentence() string {
	switch {
	case errors.Is(o.err, network.ErrReadTimeout), errors.Is(o.err, network.ErrClosed):
		return pageTimeout
	case errors.Is(o.err, network.ErrNoSuchHost):
		return pageResolve
	case errors.Is(o.err, errViewerLeft):
		return pageBadRequest
	}
	return pageConnect
}

func (o *outcome) text() string {
	switch {
	case o.err == nil:
		return strconv.Itoa(o.response.Status)
	case errors.Is(o.err, network.ErrConnect):
		return "connect failed"
	case errors.Is(o.err, network.ErrReadTimeout):
		return "timed out"
	case errors.Is(o.err, network.ErrNoSuchHost):
		return "no such host"
	case errors.Is(o.err, errViewerLeft):
		return "the viewer left"
	}
	return "connection closed"
}

// askOrigins asks the target of a request: the origin, or the members of a group in their order, the first one first
// every time (F1.6). Nothing is remembered between requests.
func (e *Edge) askOrigins(x *exchange, validators http.Header) outcome {
	t, err := e.target(x)
	if err != nil {
		e.log.Warn("function chose an unusable origin", "requestId", x.id, "err", err)
		return outcome{err: err}
	}
	// Only GET, HEAD and OPTIONS fail over, OPTIONS only where it is cached (F1.4); a function's group is no
	// exception (F2.8: guess).
	failsOver := x.method == http.MethodGet || x.method == http.MethodHead ||
		x.method == http.MethodOptions && slices.Contains(x.behavior.Cached, http.MethodOptions)
	var out outcome
	for i, m := range t.Members {
		attempt, charged := Attempt{}, x.charged
		out, attempt = e.ask(x, m, validators)
		last := i == len(t.Members)-1 || x.canceled() || !failsOver || !slices.Contains(t.Codes, out.failoverCode())
		if x.explained {
			var next *distribution.Member
			if !last {
				next = &t.Members[i+1]
			}
			x.explainAttempt(m, attempt, x.charged-charged, next)
		}
		if last {
			x.explainLast(t, failsOver, &out)
			break
		}
	}
	if out.err == nil {
		x.region = out.region
	}
	return out
}

// ask makes one attempt and charges what it cost.
func (e *Edge) ask(x *exchange, m distribution.Member, validators http.Header) (outcome, Attempt) {
	start := time.Now()
	r := e.originRequest(x, m, validators)
	if x.explained {
		x.explainSent(m, r)
	}
	res := e.network.Do(x.pop.Code, m.Origin.Domain, r, m.Origin.Timeouts)
	if unslept := res.Elapsed - time.Since(start); unslept > 0 {
		x.charged += unslept
	}
	out := outcome{response: res.Response, region: res.Region, s3: m.Origin.S3, err: res.Err}
	if x.body != nil && x.body.broken.Load() {
		out.response, out.err = nil, errViewerLeft // whatever the origin made of half a body
	}
	attempt := Attempt{ID: m.Origin.ID, Region: res.Region, MS: float64(res.Elapsed.Microseconds()) / 1000, Outcome: out.text()}
	x.attempts = append(x.attempts, attempt)
	return out, attempt
}

var errFunctionOrigin = errors.New("the distribution has no origin with this id")

// target is where the request goes: the behavior's target, unless the function chose (F2.2-F2.9).
func (e *Edge) target(x *exchange) (distribution.Target, error) {
	c := x.choice
	switch {
	case c == nil:
		return x.behavior.Target, nil
	case c.Group != nil:
		t := distribution.Target{Codes: c.Group.StatusCodes}
		for _, id := range c.Group.IDs {
			o, ok := e.dist.Origins[id]
			if !ok {
				return distribution.Target{}, errFunctionOrigin
			}
			t.Members = append(t.Members, distribution.Member{Origin: o})
		}
		return t, nil
	case c.Update != nil:
		return updated(x.behavior.Target, c.Update), nil
	}
	o, ok := e.dist.Origins[c.ID]
	if !ok {
		return distribution.Target{}, errFunctionOrigin
	}
	return distribution.Target{Members: []distribution.Member{{Origin: o, HostHeader: c.HostHeader}}}, nil
}

// updated applies updateRequestOrigin to the first member only (F1.13); what it does not name is inherited (F2.2).
func updated(t distribution.Target, u *function.Update) distribution.Target {
	o := *t.Members[0].Origin
	m := distribution.Member{Origin: &o}
	if u.DomainName != nil {
		o.Domain = *u.DomainName
	}
	if u.HostHeader != nil {
		m.HostHeader = *u.HostHeader
	}
	if u.OriginPath != nil {
		o.Path = *u.OriginPath
	}
	if u.CustomHeaders != nil {
		o.Custom = http.Header{}
		for name, value := range u.CustomHeaders {
			o.Custom.Set(name, value)
		}
	}
	if u.ConnectionAttempts != nil {
		o.Timeouts.Attempts = *u.ConnectionAttempts
	}
	if u.ConnectionTimeout != nil {
		o.Timeouts.Connect = time.Duration(*u.ConnectionTimeout) * time.Second
	}
	if u.ReadTimeout != nil {
		o.Timeouts.Read = time.Duration(*u.ReadTimeout) * time.Second
	}
	if u.Protocol != nil {
		o.Protocol = *u.Protocol + "-only"
	}
	if u.AccessControl != nil {
		if !*u.AccessControl {
			o.Signing = ""
		} else if o.Signing == "" {
			o.Signing = "always"
		}
	}
	members := append([]distribution.Member{m}, t.Members[1:]...)
	return distribution.Target{Members: members, Codes: t.Codes}
}
