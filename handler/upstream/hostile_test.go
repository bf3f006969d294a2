package upstream_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// realClient has the transport of the product, which trusts the server.
func realClient(t *testing.T, url string, roots *x509.CertPool) *upstream.Client {
	t.Helper()
	s, err := settings.Parse([]byte(`{"preset":"webhook","url":"` + url + `/in","timeout":"5s"}`))
	if err != nil {
		t.Fatal(err)
	}
	transport := upstream.NewTransport()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := upstream.New(s, transport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hostile are SaaS that take the ticket and then misbehave.
var hostile = map[string]func(w http.ResponseWriter, r *http.Request){
	"body breaks off": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "{")
		flush(w)
		panic(http.ErrAbortHandler)
	},
	"body stalls": func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		flush(w)
		<-r.Context().Done()
	},
	"body drips": func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		for {
			if _, err := io.WriteString(w, " "); err != nil || r.Context().Err() != nil {
				return
			}
			flush(w)
		}
	},
	"no JSON": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":`)
	},
	"a gzip that is none": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `nonsense`)
	},
	"a body without end": func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		for piece := strings.Repeat("x", 1<<15); ; {
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
		}
	},
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// TestDeliver_takenWhateverFollows: a SaaS that said 201 has the ticket, over HTTP/1.1 and HTTP/2.
func TestDeliver_takenWhateverFollows(t *testing.T) {
	t.Parallel()
	for name, misbehave := range hostile {
		for _, http2 := range []bool{false, true} {
			version := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[http2]
			t.Run(name+", "+version, func(t *testing.T) {
				t.Parallel()
				var tickets atomic.Int32
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Proto == version {
						tickets.Add(1)
					}
					_, _ = io.Copy(io.Discard, r.Body)
					misbehave(w, r)
				}))
				server.EnableHTTP2 = http2
				server.StartTLS()
				t.Cleanup(server.Close)
				roots := x509.NewCertPool()
				roots.AddCert(server.Certificate())
				got := realClient(t, server.URL, roots).Deliver(t.Context(), secret.New(key), record())
				if got.Outcome != upstream.Delivered || got.Status != 201 || tickets.Load() != 1 {
					t.Errorf("%+v, %d tickets over %s", got, tickets.Load(), version)
				}
			})
		}
	}
}

// TestDeliver_malformedBody: an answer that only a socket can send.
func TestDeliver_malformedBody(t *testing.T) {
	t.Parallel()
	url := rawSaaS(t, func(conn net.Conn, _ int) {
		_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense")
	})
	if got := realClient(t, url, nil).Deliver(t.Context(), secret.New(key), record()); got.Outcome != upstream.Delivered {
		t.Errorf("%+v", got)
	}
}

// TestDeliver_answeredEarly: a SaaS that says 201 at the first bytes of a ticket and closes, over plain HTTP and TLS.
// What is left to be written then meets a connection that is gone.
func TestDeliver_answeredEarly(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS() // for its certificate
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	long := record()
	long.Feedback.Message = strings.Repeat("ü€", 2500)
	for scheme, wrap := range map[string]func(net.Conn) net.Conn{
		"http":  func(conn net.Conn) net.Conn { return conn },
		"https": func(conn net.Conn) net.Conn { return tls.Server(conn, server.TLS.Clone()) },
	} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				for {
					raw, err := listener.Accept()
					if err != nil {
						return
					}
					conn := wrap(raw)
					_, _ = conn.Read(make([]byte, 100))
					_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n")
					_ = raw.Close()
				}
			}()
			t.Cleanup(func() { _ = listener.Close() })
			c := realClient(t, scheme+"://"+listener.Addr().String(), roots)
			for i := range 300 {
				if got := c.Deliver(t.Context(), secret.New(key), long); got.Outcome != upstream.Delivered {
					t.Fatalf("ticket %d: %+v", i+1, got)
				}
			}
		})
	}
}

// rawSaaS reads whole requests and has say write the answer to the nth; the connection closes after a false one.
func rawSaaS(t *testing.T, say func(conn net.Conn, n int)) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var requests atomic.Int32
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			for serveOne(conn) {
				n := int(requests.Add(1))
				if n == 0 {
					break
				}
				say(conn, n)
				if n > 1 {
					break
				}
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

// serveOne reads one request up to the end of its JSON body.
func serveOne(conn net.Conn) bool {
	var all []byte
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		all = append(all, buffer[:n]...)
		if strings.HasSuffix(string(all), "}}") {
			return true
		}
		if err != nil {
			return false
		}
	}
}

// TestDeliver_noReplay: a reused connection that breaks after the SaaS got the ticket makes no second one, although the
// request bears an Idempotency-Key, which net/http takes for leave to send it again.
func TestDeliver_noReplay(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	url := rawSaaS(t, func(conn net.Conn, n int) {
		posts.Store(int32(n))
		if n == 1 {
			_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
		} // the second one is taken, and the connection ends without a word
	})
	c := realClient(t, url, nil)
	if got := c.Deliver(t.Context(), secret.New(key), record()); got.Outcome != upstream.Delivered {
		t.Fatalf("%+v", got)
	}
	if got := c.Deliver(t.Context(), secret.New(key), record()); got.Outcome != upstream.Failed || posts.Load() != 2 {
		t.Errorf("%+v after %d requests, want 2", got, posts.Load())
	}
}

// TestDeliver_headersWithoutEnd: more than 64 KiB of headers are not taken.
func TestDeliver_headersWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		for size, want := range map[int]upstream.Outcome{40 << 10: upstream.Delivered, 80 << 10: upstream.Failed} {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for i := range size >> 10 {
					w.Header().Set("X-"+strings.Repeat("a", i+1), strings.Repeat("b", 1<<10-i))
				}
				w.WriteHeader(http.StatusCreated)
			}))
			server.EnableHTTP2 = http2
			server.StartTLS()
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			if got := realClient(t, server.URL, roots).Deliver(t.Context(), secret.New(key), record()); got.Outcome != want {
				t.Errorf("%d bytes, HTTP/2 %t: %+v", size, http2, got)
			}
			server.Close()
		}
	}
}
