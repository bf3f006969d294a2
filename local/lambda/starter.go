package lambda

import (
	"runtime"
)

// starter runs functions on one operating-system thread that lives until stop. Linux ties the parent-death signal
// to the thread that forked, not to the process (prctl(2), PR_SET_PDEATHSIG), so a thread that the Go runtime
// retires would take its children with it.
type starter struct {
	work chan func()
	done chan struct{}
}

func newStarter() *starter {
	s := &starter{work: make(chan func()), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range s.work {
			f()
		}
	}()
	return s
}

// do runs f and waits for it. It must not be called after stop.
func (s *starter) do(f func()) {
	finished := make(chan struct{})
	s.work <- func() {
		defer close(finished)
		f()
	}
	<-finished
}

func (s *starter) stop() {
	close(s.work)
	<-s.done
}
