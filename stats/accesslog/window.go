package accesslog

import (
	"sync"
	"time"
)

// A Window counts the lines of the last while, of a stream that goes on. It is safe for concurrent use.
type Window struct {
	options    Options
	span, step time.Duration

	mu    sync.Mutex
	steps []*windowStep // by time, the oldest first
}

type windowStep struct {
	at        time.Time
	collector *Collector
	worker    *Worker
}

// NewWindow returns a Window over span, whose edge moves by step.
func NewWindow(o Options, span, step time.Duration) *Window {
	return &Window{options: o, span: span, step: step}
}

// Add counts a line of that time. One that is older than the window is left out.
func (w *Window) Add(l *Line, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.find(at.Truncate(w.step)); s != nil {
		s.worker.Add(l)
	}
}

// find returns the step that begins then, and forgets those that fell out of the window.
func (w *Window) find(at time.Time) *windowStep {
	place := len(w.steps)
	for place > 0 && w.steps[place-1].at.After(at) {
		place--
	}
	if place > 0 && w.steps[place-1].at.Equal(at) {
		return w.steps[place-1]
	}
	if len(w.steps) > 0 && !at.After(w.steps[len(w.steps)-1].at.Add(-w.span)) {
		return nil
	}
	c := NewCollector(w.options)
	s := &windowStep{at, c, c.Worker()}
	w.steps = append(w.steps[:place:place], append([]*windowStep{s}, w.steps[place:]...)...)
	w.forget(w.steps[len(w.steps)-1].at)
	return s
}

// forget drops the steps that ended before the window that ends with newest.
func (w *Window) forget(newest time.Time) {
	for len(w.steps) > 0 && !w.steps[0].at.After(newest.Add(-w.span)) {
		w.steps = w.steps[1:]
	}
}

// Result is that of the window that ends now.
func (w *Window) Result(now time.Time, top int) *Result {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(now.Truncate(w.step))
	all := NewCollector(w.options)
	for _, s := range w.steps {
		s.worker.Flush()
		_ = all.Merge(s.collector) // fails only between collectors of different reports
	}
	return all.Result(top)
}

// Reset forgets everything.
func (w *Window) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = nil
}
