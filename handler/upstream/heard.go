package upstream

import (
	"context"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// heard is a connection whose other side is heard out: where writing breaks in the middle of a request, reading tells
// how it ended. A SaaS may answer before it has read everything, and close; net/http would report that it could not
// write, and a ticket that the SaaS says it has would be sent again.
//
// The first write of a request fails as ever: nothing was sent then, and net/http takes another connection.
type heard struct {
	net.Conn
	begun atomic.Bool // something of the current request was written
}

// Write takes for written what follows the part of a request that was.
func (c *heard) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil && c.begun.Load() {
		return len(p), nil
	}
	if n > 0 {
		c.begun.Store(true)
	}
	return n, err
}

// hearing returns a context whose requests tell the connection they get that they begin.
func hearing(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		conn := got.Conn
		if tls, ok := conn.(interface{ NetConn() net.Conn }); ok {
			conn = tls.NetConn()
		}
		if c, ok := conn.(*heard); ok {
			c.begun.Store(false)
		}
	}})
}
