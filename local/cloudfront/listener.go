package cloudfront

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"time"
)

// serverError is what net/http's server writes by itself, straight to the connection, behind the status line of a
// request that it could not read: a path with "%zz", too many bytes of headers. No answer of the edge has these headers
// alone.
var serverError = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

// Listener gives viewers whose bytes are no request that net/http can read CloudFront's page for it. Such requests
// reach no cache behavior and no request log.
func (e *Edge) Listener(l net.Listener) net.Listener { return &pageListener{l, e} }

type pageListener struct {
	net.Listener
	edge *Edge
}

func (l *pageListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &pageConn{c, l.edge}, nil
}

type pageConn struct {
	net.Conn
	edge *Edge
}

// CloseWrite lets the server end its half first, as it does before it closes a connection with unread bytes.
func (c *pageConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *pageConn) Write(p []byte) (int, error) {
	end := bytes.IndexByte(p[:min(len(p), 200)], '\r')
	if end < 0 || !bytes.HasPrefix(p[end:], serverError) {
		return c.Conn.Write(p)
	}
	// CF DG RequestAndResponseBehaviorCustomOrigin, "Maximum length of a request": 413. guess: all else is 400.
	status := http.StatusBadRequest
	if bytes.HasPrefix(p, []byte("HTTP/1.1 431 ")) {
		status = http.StatusRequestEntityTooLarge
	}
	if _, err := c.Conn.Write(c.edge.refusal(status)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// refusal is a whole answer of CloudFront's own.
func (e *Edge) refusal(status int) []byte {
	id := newRequestID()
	a := errorPage(id, status, pageBadRequest)
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nServer: CloudFront\r\nDate: %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n"+
		"X-Cache: %s\r\nVia: 1.1 %s\r\nX-Amz-Cf-Pop: %s\r\nX-Amz-Cf-Id: %s\r\n\r\n",
		status, http.StatusText(status), time.Now().UTC().Format(http.TimeFormat), len(a.body),
		xCache[resultError][0], e.first.Via, e.first.nameHeader[0], id)
	return append([]byte(head), a.body...)
}
