package upstream_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// roundTrip is a transport without sockets, for time in a bubble.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// slowBody sends its first byte after d, or fails with the request's context.
type slowBody struct {
	r *http.Request
	d time.Duration
}

func (b slowBody) Read([]byte) (int, error) {
	select {
	case <-time.After(b.d):
		return 0, io.EOF
	case <-b.r.Context().Done():
		return 0, b.r.Context().Err()
	}
}

func (slowBody) Close() error { return nil }

// TestDeliver_timeout: one try ends at upstream.timeout, wherever the SaaS hangs.
func TestDeliver_timeout(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	dribble := func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 201, Header: http.Header{}, Body: slowBody{r, time.Hour}, Request: r}, nil
	}
	dribbleError := func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 500, Header: http.Header{}, Body: slowBody{r, time.Hour}, Request: r}, nil
	}
	tests := map[string]struct {
		transport roundTrip
		outcome   upstream.Outcome
		status    int
		reason    string
		latency   time.Duration
	}{
		"no answer":             {hang, upstream.Failed, 0, "upstream timed out", 2 * time.Second},
		"no end of the answer":  {dribble, upstream.Delivered, 201, "", 250 * time.Millisecond},
		"no end of an error":    {dribbleError, upstream.Failed, 500, "upstream answered 500", 2 * time.Second},
		"list, then no tickets": {nil, upstream.Failed, 0, "upstream timed out", 2 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				raw := `{"preset":"webhook","url":"https://example.com/in","timeout":"2s"}`
				if tt.transport == nil { // the time of the list is not the ticket's
					raw = `{"preset":"freshdesk","url":"https://example.com","timeout":"2s","topicField":"type","requesterEmail":"a@example.com"}`
					tt.transport = func(r *http.Request) (*http.Response, error) {
						if r.Method == "GET" {
							time.Sleep(time.Second)
							return &http.Response{StatusCode: 500, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
						}
						return hang(r)
					}
				}
				s, err := settings.Parse([]byte(raw))
				if err != nil {
					t.Fatal(err)
				}
				c, err := upstream.New(s, tt.transport, time.Now)
				if err != nil {
					t.Fatal(err)
				}
				got := c.Deliver(t.Context(), secret.New(key), record())
				if got.Outcome != tt.outcome || got.Status != tt.status || got.Reason != tt.reason || got.Latency != tt.latency {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}
