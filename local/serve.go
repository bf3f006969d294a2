package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// serve starts everything, says so, and stays until ctx ends or a listener fails.
func (c command) serve(ctx context.Context, f flags) error {
	log := newLog(c.stderr, f)
	// Viewers leave before the functions end, and the functions before what they talk to.
	front, back := newListeners(log), newListeners(log)
	defer back.stop()
	defer front.stop()
	var opened [4]net.Listener
	for i, l := range []struct {
		in            *listeners
		name, address string
	}{
		{front, "-listen", f.listen}, {front, "-admin", f.admin}, {back, "stand-in SaaS", freePort}, {back, "AWS endpoints", freePort},
	} {
		var err error
		if opened[i], err = l.in.open(ctx, l.name, l.address); err != nil {
			return err
		}
	}
	viewer, admin, saas, aws := opened[0], opened[1], opened[2], opened[3]
	warnExposed(log, viewer, admin)

	s, err := loadStack(f, c.config, &url.URL{Scheme: "http", Host: hostPort(saas)})
	if err != nil {
		return err
	}
	recorded, err := s.record(ctx, c.build, log)
	if err != nil {
		return err
	}
	tellPlan(c.stderr, f, log, recorded.Messages)
	t, err := newTopology(recorded, s, f, log, hostPort(aws))
	if err != nil {
		return err
	}
	defer t.close()
	defer front.stop()
	back.serveOwn(saas, t.saasHandler())
	back.serveOwn(aws, t.awsHandler())
	urls := map[string]string{}
	for _, region := range s.checked.Regions {
		listener, err := front.open(ctx, "region "+region, freePort)
		if err != nil {
			return err
		}
		front.serveOwn(listener, t.regionHandler(region))
		urls[region] = "http://" + hostPort(listener)
	}
	control := t.admin("http://"+hostPort(viewer), urls, ownHosts(f.admin))
	defer control.Close() // before the listeners stop: an open dashboard would hold them up
	front.serve(admin, control)
	front.serve(t.edge.Listener(viewer), t.edge)
	t.start()

	fmt.Fprintf(c.stdout, "ready viewer=http://%s admin=http://%s stack=%s routing=%s regions=%s\n",
		hostPort(viewer), hostPort(admin), s.name, s.checked.Routing, strings.Join(s.checked.Regions, ","))
	select {
	case <-ctx.Done():
		return nil
	case err := <-front.failed:
		return err
	case err := <-back.failed:
		return err
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
