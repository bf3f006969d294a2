package upstream

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/onefront/onefront/handler/secret"
)

const (
	// maxErrorBytes of an answer to a ticket are looked at.
	maxErrorBytes = 4 << 10
	// maxTopicsBytes of a list of topics are read; more is no list.
	maxTopicsBytes = 1 << 20
	// maxHeaderBytes of an answer are taken, over HTTP/1.1 and HTTP/2 alike.
	maxHeaderBytes = 64 << 10
	// maxRedirects on the same host.
	maxRedirects = 3
	// drainTime is how long the rest of a good answer is waited for, so that its connection can serve the next ticket.
	drainTime = 250 * time.Millisecond
	// idleTime is below what servers keep idle connections open. net/http measures it on the wall clock, so it holds
	// over a freeze of the function as well.
	idleTime = 30 * time.Second
)

// idempotencyKey is written so that net/http does not recognise it. It would take the request for one that may be sent
// twice, and send it again where a reused connection broke after the SaaS got it, which makes a second ticket where
// the SaaS ignores the header. In this form it sends again only what cannot have been processed: nothing was written
// yet, or HTTP/2 says that the stream was not looked at. On the wire the name's case has no meaning.
// https://pkg.go.dev/net/http#Transport
const idempotencyKey = "idempotency-key"

// answer is what the SaaS said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask sends one request with the key. The caller's context bounds it, reading the body included, and the caller closes
// the body.
func (c *Client) ask(ctx context.Context, key secret.Secret, ask call) (*http.Response, error) {
	req, err := http.NewRequestWithContext(hearing(ctx), ask.method, ask.url, bytes.NewReader(ask.body))
	if err != nil {
		return nil, err
	}
	if ask.header != nil {
		req.Header = ask.header
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	req.Header.Set("User-Agent", "onefront")
	if len(ask.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if sameOrigin(req.URL, c.settings.URL) {
		c.preset.authenticate(req.Header, key.Reveal())
	}
	return c.http.Do(req)
}

// sendTicket posts a ticket. Once the status is 2xx the SaaS has it, whatever becomes of the rest of the answer: a
// body that breaks off, stalls or makes no sense takes nothing back.
func (c *Client) sendTicket(ctx context.Context, key secret.Secret, ticket call) (answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := c.ask(ctx, key, ticket)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	said := answer{status: resp.StatusCode, header: resp.Header}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		stop := time.AfterFunc(drainTime, cancel)
		defer stop.Stop()
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxErrorBytes))
		return said, nil
	}
	said.body, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes)) // the status alone says enough
	return said, nil
}

// sendQuestion asks for the list of topics.
func (c *Client) sendQuestion(ctx context.Context, key secret.Secret, question call) (answer, error) {
	resp, err := c.ask(ctx, key, question)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxTopicsBytes))
	if resp.StatusCode >= 400 {
		err = nil // the status alone says enough
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, err
}

// sameOrigin reports whether u has scheme, host and port of base: the key goes nowhere else.
func sameOrigin(u *url.URL, base string) bool {
	b, err := url.Parse(base)
	return err == nil && u.Scheme == b.Scheme && u.Host == b.Host
}

// dial opens a connection on which the answer has the last word.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &heard{Conn: conn}, nil
}

func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:            dial,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    3 * time.Second,
		MaxIdleConns:           10,
		MaxIdleConnsPerHost:    10,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // the answers are short, and gunzipping costs more
	}
}

// newHTTPClient returns a client that follows redirects only where they stay on the host and
// keep the method. net/http takes Authorization off when the host changes, but not a header of
// our own that bears the key, so a redirect elsewhere is never followed.
func newHTTPClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = newTransport()
	}
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			first := via[0]
			if len(via) > maxRedirects || req.Method != first.Method ||
				req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}
