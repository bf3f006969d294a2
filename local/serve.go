package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
)

// serve starts everything, says so, and stays until ctx ends or a listener fails. In between it reloads when asked.
func (c command) serve(ctx context.Context, f flags) error {
	log := newLog(c.stderr, f)
	// Viewers leave before the functions end, and the functions before what they talk to.
	front, back := newListeners(log), newListeners(log)
	defer back.stop()
	defer front.stop()
	var opened [3]net.Listener
	for i, l := range []struct {
		in            *listeners
		name, address string
	}{
		{front, "-listen", f.listen}, {front, "-admin", f.admin}, {back, "AWS endpoints", freePort},
	} {
		var err error
		if opened[i], err = l.in.open(ctx, l.name, l.address); err != nil {
			return err
		}
	}
	viewer, admin, aws := opened[0], opened[1], opened[2]
	warnExposed(log, viewer, admin)

	h := newHouse(ctx, c, f, log, front, back, viewer)
	h.lasting = newLasting(f, log, hostPort(aws), h.listenSaaS)
	defer h.lasting.close()
	first, err := h.build(ctx)
	if err != nil {
		return err
	}
	h.current = first
	defer h.close()
	defer front.stop()
	back.serveOwn(aws, h.forFunctions(func(t *topology) http.Handler { return t.awsEndpoints }))
	front.serve(admin, http.HandlerFunc(h.serveAdmin))
	front.serve(first.edge.Listener(viewer), http.HandlerFunc(h.serveViewer))
	first.start()

	if f.logFormat == formatText && !f.quiet {
		first.welcome(c.stderr, "http://"+hostPort(viewer), "http://"+hostPort(admin))
	}
	fmt.Fprintf(c.stdout, "ready viewer=http://%s admin=http://%s stack=%s routing=%s regions=%s\n",
		hostPort(viewer), hostPort(admin), first.stack, first.routing, strings.Join(first.regions, ","))
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-front.failed:
			return err
		case err := <-back.failed:
			return err
		case <-c.reload:
			h.reload(ctx)
		}
	}
}

// warnExposed names what others may do where a listener is heard beyond this machine.
func warnExposed(log *slog.Logger, viewer, admin net.Listener) {
	for _, l := range []struct {
		flag, exposes string
		listener      net.Listener
	}{
		{"-listen", "the site and the API, and with them the functions", viewer},
		{"-admin", "everything: tickets and queues with visitors' words, faults, the clock, and the key to the SSM and SQS endpoints", admin},
	} {
		if address, ok := l.listener.Addr().(*net.TCPAddr); ok && !address.IP.IsLoopback() {
			log.Warn("others in the network reach this listener", "flag", l.flag, "address", address.String(), "exposes", l.exposes)
		}
	}
}

// ownHosts is the host of the admin flag, if it names one, as an addition to loopback names.
func ownHosts(address string) []string {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && ip.IsUnspecified() {
		return nil
	}
	return []string{strings.ToLower(host)}
}

// withHost sends every request on under another Host.
func withHost(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(r.Context()) // a copy: the server's own stays as it came
		r.Host = host
		next.ServeHTTP(w, r)
	})
}
