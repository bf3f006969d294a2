package main

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/onefront/onefront/local/admin"
	"github.com/onefront/onefront/local/simtime"
)

// lasting is what one graph leaves to the next when local mode reloads: time, the log of requests, faults, tickets, and
// the addresses that everybody was told. Queues hand their messages over themselves.
type lasting struct {
	flags    flags
	log      *slog.Logger
	clock    *simtime.Clock
	requests *admin.RequestLog
	stats    *liveStats
	access   *accessLog // nil unless asked for
	faults   map[string]*regionFaults
	saas     thirdParty // the stand-in as it was last, or nil

	aws         string // host and port where functions reach SQS and SSM
	accessKeyID string // of this start: what SQS and SSM ask for
	// listenSaaS opens the stand-in's listener, and saasAddress is where it is once a graph needed one.
	listenSaaS  func() (net.Listener, error)
	saasAddress string
}

// newLasting begins time. aws is the host and port where functions reach SQS and SSM.
func newLasting(f flags, log *slog.Logger, aws string, listenSaaS func() (net.Listener, error)) *lasting {
	clock := f.clock
	if clock == nil {
		clock = simtime.New()
	}
	return &lasting{
		flags: f, log: log, clock: clock, requests: admin.NewRequestLog(), stats: newLiveStats(), faults: map[string]*regionFaults{},
		aws: aws, accessKeyID: "ASIA" + rand.Text(), listenSaaS: listenSaaS,
	}
}

// faultsOf are a region's switches, from whichever graph had the region first.
func (l *lasting) faultsOf(region string) *regionFaults {
	if l.faults[region] == nil {
		l.faults[region] = &regionFaults{}
	}
	return l.faults[region]
}

// openSaaS is the address of the stand-in.
func (l *lasting) openSaaS() (string, error) {
	if l.saasAddress != "" {
		return l.saasAddress, nil
	}
	listener, err := l.listenSaaS()
	if err != nil {
		return "", err
	}
	l.saasAddress = hostPort(listener)
	return l.saasAddress, nil
}

// openAccessLog begins the access log, if one is asked for, or lets it follow the graph's delivery.
func (l *lasting) openAccessLog(d *delivery) (err error) {
	switch {
	case l.flags.accessLog == "":
		return nil
	case d == nil:
		return errors.New("-access-log: the program makes no access logs: want onefront:logs with enabled: true")
	case l.access == nil:
		l.access, err = newAccessLog(l.flags.accessLog, d)
		return err
	}
	return l.access.follow(d)
}

// workTime is what tracked work gets to end. A request that sleeps under a slow fault may take longer.
const workTime = time.Second

// close ends time, and what was noted in it.
func (l *lasting) close() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.clock.Close()
	}()
	select {
	case <-ended:
	case <-time.After(workTime):
		l.log.Warn("work that is still under way ends with the process")
	}
	if l.access != nil {
		l.access.close()
	}
}
