package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/redact"
)

// thirdParty is somebody outside of AWS whom an application's functions ask and whom local mode plays: the SaaS of the
// feedback application. Local mode itself knows none.
type thirdParty interface {
	// Handler is its endpoint, behind its fault.
	Handler() http.Handler
	Fault() *fault.Switch
	// Tickets is the body of GET /saas/tickets, and Recent what a dashboard shows of them: at most limit, and how many
	// there are.
	Tickets() any
	Recent(limit int) any
	// Words are what visitors wrote, by ticket.
	Words() []string
	// Reset forgets all tickets. The fault is left alone.
	Reset()
}

// playThirdParty finds in a graph whom its functions ask, plays it, and returns the graph with its addresses moved
// there or to the user's own. It is set by the file that knows an application's third party; nil: there is none.
var playThirdParty func(*topology, *graph.Graph) (*graph.Graph, error)

func (t *topology) findThirdParty(recorded *graph.Graph) (*graph.Graph, error) {
	switch {
	case playThirdParty != nil:
		return playThirdParty(t, recorded)
	case t.flags.upstream != nil:
		return nil, nobodyAsks(t.flags.upstream, t.stack, "a variable that would hold its address")
	}
	return recorded, nil
}

// nobodyAsks is what is wrong with -upstream where no function has the variable that it would change.
func nobodyAsks(upstream *url.URL, stack, variable string) error {
	return usageError{fmt.Errorf("-upstream %q: no function of stack %s has %s", redact.URLs(upstream.String()), stack, variable)}
}
