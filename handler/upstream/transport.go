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
	// maxRedirects on the same host.
	maxRedirects = 3
)

// answer is what the SaaS said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send makes one request with the key and reads at most maxBytes of the answer. The caller's
// context bounds it, body included.
func (c *Client) send(ctx context.Context, key secret.Secret, ask call, maxBytes int64) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, ask.method, ask.url, bytes.NewReader(ask.body))
	if err != nil {
		return answer{}, err
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
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBytes))
	if err != nil && resp.StatusCode >= 400 {
		err = nil // the status alone says enough
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, err
}

// sameOrigin reports whether u has scheme, host and port of base: the key goes nowhere else.
func sameOrigin(u *url.URL, base string) bool {
	b, err := url.Parse(base)
	return err == nil && u.Scheme == b.Scheme && u.Host == b.Host
}

// newHTTPClient returns a client that follows redirects only where they stay on the host and
// keep the method. net/http takes Authorization off when the host changes, but not a header of
// our own that bears the key, so a redirect elsewhere is never followed.
func newHTTPClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: 3 * time.Second,
			MaxIdleConns:        10,
			MaxIdleConnsPerHost: 10,
			IdleConnTimeout:     90 * time.Second,
			DisableCompression:  true, // the answers are short, and gunzipping costs more
		}
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
