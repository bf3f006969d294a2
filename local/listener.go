package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/onefront/onefront/local/loopback"
)

const (
	// freePort is where everything but the two listeners of the flags is heard.
	freePort = "127.0.0.1:0"
	// drainTime is how long requests may take to end once local mode is told to end.
	drainTime = 2 * time.Second
	// longestAnswer is above the longest fault, ten minutes of slow.
	longestAnswer = 11 * time.Minute
	// maxHeaderBytes is above CloudFront's own limits (F3.25), so that it is the edge that refuses.
	maxHeaderBytes = 128 << 10
)

// listeners are sockets that are open before anything behind them exists: a taken port shows at once, and addresses
// can be told to those who need them.
type listeners struct {
	log     *slog.Logger
	opened  []net.Listener
	servers []*http.Server
	serving sync.WaitGroup
	failed  chan error
}

func newListeners(log *slog.Logger) *listeners {
	return &listeners{log: log, failed: make(chan error, 1)}
}

// open listens on HOST:PORT. name is what an error calls it.
func (l *listeners) open(ctx context.Context, name, address string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		var why *net.OpError
		if errors.As(err, &why) {
			err = why.Err
		}
		return nil, fmt.Errorf("%s %s: %w: choose another address or port, or 0 for a free port", name, address, err)
	}
	l.opened = append(l.opened, listener)
	return listener, nil
}

// serve answers on a listener until stop.
func (l *listeners) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      longestAnswer,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeaderBytes,
		// OPTIONS * is for the handler to answer: CloudFront does so with its own page.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(l.log.Handler(), slog.LevelDebug),
	}
	l.servers = append(l.servers, server)
	l.serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			select {
			case l.failed <- fmt.Errorf("serving on %s: %w", listener.Addr(), err):
			default:
			}
		}
	})
}

// serveOwn answers on a listener to programs that were told its address, and to no web page.
func (l *listeners) serveOwn(listener net.Listener, handler http.Handler) {
	l.serve(listener, loopback.Only(hostPort(listener), handler))
}

// stop ends all servers: requests get drainTime, then their connections are closed. It is harmless to call twice.
func (l *listeners) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	var ending sync.WaitGroup
	for _, server := range l.servers {
		ending.Go(func() {
			if server.Shutdown(ctx) != nil {
				_ = server.Close()
			}
		})
	}
	ending.Wait()
	for _, listener := range l.opened {
		_ = listener.Close() // those that were never served
	}
	l.serving.Wait()
}

// hostPort is the address to connect to: loopback where the listener takes any address.
func hostPort(listener net.Listener) string {
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
