package network

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/onefront/onefront/local/fault"
)

// The ways in which a request gets no answer. Result.Err wraps one of them, or is the request context's error.
var (
	// ErrNoSuchHost: neither the directory nor the resolver knows the name.
	ErrNoSuchHost = errors.New("no such host")
	// ErrConnect: the server refused or did not accept the connection in any attempt.
	ErrConnect = errors.New("connect failed")
	// ErrReadTimeout: the server accepted, but did not answer in time.
	ErrReadTimeout = errors.New("timed out")
	// ErrClosed: the server closed the connection before a whole answer.
	ErrClosed = errors.New("connection closed")
)

// Server is something that answers in a region.
type Server struct {
	// Region is the AWS region, "" for what is in none.
	Region string
	// Handler gets requests as net/http's server would hand them on: Host, RequestURI and Body set.
	Handler http.Handler
	// Fault is the region's switch; nil means never a fault.
	Fault *fault.Switch
}

// Resolver is the DNS that is asked for names the directory does not have. edge is the IATA code of the place the
// question comes from, or "" for nowhere in particular.
type Resolver interface {
	Resolve(edge, name string) (target string, err error)
}

// Network is the directory. It is safe for concurrent use.
type Network struct {
	mu       sync.RWMutex
	servers  map[string]*Server
	resolver Resolver
	still    bool
}

// StandStill is for a clock that the machine's does not move: every slow fault's latency is charged instead of slept,
// and an answer may take the machine as long as it likes, since on the other clock it takes no time. It is for before
// the first request.
func (n *Network) StandStill() { n.still = true }

// New makes an empty network.
func New() *Network { return &Network{servers: map[string]*Server{}} }

// SetResolver sets the DNS for names the directory does not have.
func (n *Network) SetResolver(r Resolver) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.resolver = r
}

// Add puts a server under a host name, in place of any before it.
func (n *Network) Add(host string, s *Server) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.servers[canonical(host)] = s
}

// Timeouts are how long a client waits, as an origin's settings say.
type Timeouts struct {
	// Connect bounds one attempt to connect.
	Connect time.Duration
	// Attempts is how often to connect, and for GET and HEAD also how often to wait for an answer (F1.8). 0 means 1.
	Attempts int
	// Read bounds the wait for an answer once connected. 0 means no bound.
	Read time.Duration
	// ChargeSlow has a slow fault's latency charged like a timeout's instead of slept.
	ChargeSlow bool

	// patient lets an answer take as long as it likes.
	patient bool
}

func (t Timeouts) attempts() int { return max(1, t.Attempts) }

// reads is how many times the wait for an answer is repeated: custom origins are asked again after a response timeout
// for GET and HEAD only (F1.8).
func (t Timeouts) reads(method string) int {
	if method == http.MethodGet || method == http.MethodHead {
		return t.attempts()
	}
	return 1
}

// limit is how long the machine may take for an answer once some time was waited; 0 means for ever.
func (t Timeouts) limit(waited time.Duration) time.Duration {
	if t.Read == 0 || t.patient {
		return 0
	}
	return t.Read - waited
}

// Response is a whole answer. Header has Content-Length unless the status has no body.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Result is what came of a request: Response or Err. Elapsed is what really went by plus what was charged.
type Result struct {
	Response *Response
	Region   string
	Elapsed  time.Duration
	Err      error
}

// Do sends a request to host, the name connected to, as seen from an edge. req.Host is the Host header and falls back
// to host. The request's own URL needs only path and query. Do does not change req; its body may still be read after a
// timeout.
func (n *Network) Do(edge, host string, req *http.Request, t Timeouts) Result {
	start := time.Now()
	server, err := n.Lookup(edge, host)
	if err != nil {
		return Result{Err: err, Elapsed: time.Since(start)}
	}
	t.ChargeSlow = t.ChargeSlow || n.still
	t.patient = n.still
	result := Result{Region: server.Region}
	var charged time.Duration
	result.Response, charged, result.Err = server.do(host, req, t)
	result.Elapsed = time.Since(start) + charged
	return result
}

// Lookup finds the server that a name leads to from an edge. The directory comes first: its names are those AWS itself
// answers for (gateway, bucket hosts), which no zone of the program contains.
func (n *Network) Lookup(edge, host string) (*Server, error) {
	name := canonical(host)
	n.mu.RLock()
	server, resolver := n.servers[name], n.resolver
	n.mu.RUnlock()
	if server != nil {
		return server, nil
	}
	if resolver == nil {
		return nil, fmt.Errorf("%q: %w", host, ErrNoSuchHost)
	}
	target, err := resolver.Resolve(edge, name)
	if err != nil {
		return nil, fmt.Errorf("%q: %w: %w", host, ErrNoSuchHost, err)
	}
	n.mu.RLock()
	server = n.servers[canonical(target)]
	n.mu.RUnlock()
	if server == nil {
		return nil, fmt.Errorf("%q: %w: its target %q is not served here", host, ErrNoSuchHost, target)
	}
	return server, nil
}

// do applies the fault, then asks the handler. It returns the time to charge beside what really went by.
func (s *Server) do(host string, req *http.Request, t Timeouts) (*Response, time.Duration, error) {
	switch f := s.Fault.Get(); f.Kind {
	case fault.Down:
		return nil, t.Connect * time.Duration(t.attempts()), fmt.Errorf("%q: %w", host, ErrConnect)
	case fault.Timeout:
		return nil, t.Read * time.Duration(t.reads(req.Method)), fmt.Errorf("%q: %w", host, ErrReadTimeout)
	case fault.Error:
		response, err := answer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fault.WriteError(w, f.StatusCode) }), host, req, 0)
		return response, 0, err
	case fault.Slow:
		return s.doSlow(time.Duration(f.LatencyMS)*time.Millisecond, host, req, t)
	}
	response, err := answer(s.Handler, host, req, t.limit(0))
	if errors.Is(err, ErrReadTimeout) {
		// One wait was real; a repeated one would end alike, so it is only charged.
		return nil, t.Read * time.Duration(t.reads(req.Method)-1), err
	}
	return response, 0, err
}

// doSlow delays an answer, up to the read timeout.
func (s *Server) doSlow(latency time.Duration, host string, req *http.Request, t Timeouts) (*Response, time.Duration, error) {
	late := t.Read > 0 && latency >= t.Read
	wait, charged := latency, time.Duration(0)
	if late {
		wait, charged = t.Read, t.Read*time.Duration(t.reads(req.Method)-1)
	}
	if t.ChargeSlow {
		charged += wait
	} else if err := fault.Sleep(req.Context(), wait); err != nil {
		return nil, 0, err
	}
	if late {
		return nil, charged, fmt.Errorf("%q: %w", host, ErrReadTimeout)
	}
	response, err := answer(s.Handler, host, req, t.limit(latency))
	return response, charged, err
}

// answer runs a handler for at most the read timeout, 0 meaning for ever.
func answer(h http.Handler, host string, req *http.Request, read time.Duration) (*Response, error) {
	ctx, cancel := req.Context(), context.CancelFunc(func() {})
	if read > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, read, ErrReadTimeout)
	}
	in := req.WithContext(ctx)
	if in.Host == "" {
		in.Host = host
	}
	if in.RequestURI == "" {
		in.RequestURI = in.URL.RequestURI()
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	type outcome struct {
		response *Response
		panicked any
	}
	done := make(chan outcome, 1)
	defer cancel() // not by the handler's goroutine: its end would race with its answer below
	go func() {
		w := &recorder{header: http.Header{}}
		defer func() {
			// net/http's servers abort a connection by panic; here it must reach the caller's goroutine.
			if p := recover(); p != nil {
				done <- outcome{panicked: p}
			}
		}()
		h.ServeHTTP(w, in)
		done <- outcome{response: w.response(req.Method)}
	}()
	select {
	case o := <-done:
		switch o.panicked {
		case nil:
			return o.response, nil
		case http.ErrAbortHandler: // a panic value, compared as net/http does
			return nil, fmt.Errorf("%q: %w", host, ErrClosed)
		default:
			panic(o.panicked)
		}
	case <-ctx.Done():
		if cause := context.Cause(ctx); errors.Is(cause, ErrReadTimeout) {
			return nil, fmt.Errorf("%q: %w", host, ErrReadTimeout)
		}
		return nil, ctx.Err()
	}
}

// canonical is a host name as the directory keeps it: lower case, without the root's dot.
func canonical(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }
