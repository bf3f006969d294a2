// Package fault describes what can go wrong with a region, a service or the SaaS in local mode, and keeps one switch
// per such thing. The admin API sets the switches; the network between edge and regions, the health checks and the
// stand-in services obey them.
package fault

import (
	"fmt"
	"net/http"
)

// Kind says how a fault shows.
type Kind string

// The kinds of faults. The empty Kind means None.
const (
	None    Kind = "none"
	Down    Kind = "down"    // refuses to connect
	Error   Kind = "error"   // answers a status code by itself
	Slow    Kind = "slow"    // answers rightly, later
	Timeout Kind = "timeout" // connects and never answers
)

// DefaultStatusCode is what an error fault answers unless told otherwise.
const DefaultStatusCode = http.StatusServiceUnavailable

// DefaultLatencyMS is by how many milliseconds a slow fault delays unless told otherwise.
const DefaultLatencyMS = 1000

// maxLatencyMS is ten minutes: longer than anything waits for in local mode.
const maxLatencyMS = 600_000

// Fault is one state of a switch. Its zero value is no fault. The JSON form is the admin API's.
type Fault struct {
	Kind Kind `json:"fault"`
	// StatusCode is answered under Error, 100 to 599. Default 503.
	StatusCode int `json:"statusCode,omitempty"`
	// LatencyMS is the delay under Slow in milliseconds, 0 to 600,000. Default 1000.
	LatencyMS int `json:"latencyMs,omitempty"`
}

// Validate reports what is wrong with a fault that came from outside. Values that a kind does not use are checked too.
func (f Fault) Validate() error {
	switch f.Kind {
	case "", None, Down, Error, Slow, Timeout:
	default:
		return fmt.Errorf("fault: %q is no fault, want none, down, error, slow or timeout", f.Kind)
	}
	if f.StatusCode != 0 && (f.StatusCode < 100 || f.StatusCode > 599) {
		return fmt.Errorf("statusCode: %d is no HTTP status, want 100 to 599", f.StatusCode)
	}
	if f.LatencyMS < 0 || f.LatencyMS > maxLatencyMS {
		return fmt.Errorf("latencyMs: %d is out of range, want 0 to %d", f.LatencyMS, maxLatencyMS)
	}
	return nil
}

// normal fills in defaults and drops what the kind does not use, so that equal faults compare equal.
func (f Fault) normal() Fault {
	switch f.Kind {
	case Error:
		if f.StatusCode == 0 {
			f.StatusCode = DefaultStatusCode
		}
		return Fault{Kind: Error, StatusCode: f.StatusCode}
	case Slow:
		if f.LatencyMS == 0 {
			f.LatencyMS = DefaultLatencyMS
		}
		return Fault{Kind: Slow, LatencyMS: f.LatencyMS}
	case Down, Timeout:
		return Fault{Kind: f.Kind}
	default:
		return Fault{Kind: None}
	}
}
