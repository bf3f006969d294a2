package admin

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/onefront/onefront/local/loopback"
)

// foreign says why a request must not be obeyed, or "".
func (s *Server) foreign(r *http.Request) string {
	if !s.ownHost(r.Host) {
		return fmt.Sprintf("Host: %q: the admin API answers only to loopback names such as localhost and 127.0.0.1", r.Host)
	}
	refused := loopback.Foreign(r)
	// A link to the dashboard, from the site for instance, only shows a page.
	if refused != "" && r.Method == http.MethodGet && r.URL.Path == "/" && r.Header.Get("Origin") == "" &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return ""
	}
	return refused
}

// ownHost says whether a Host header names this machine's loopback interface, so that a name in somebody's DNS that
// points to 127.0.0.1 gets nowhere, or the host of the admin flag.
func (s *Server) ownHost(host string) bool {
	if loopback.IsName(host) {
		return true
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return slices.Contains(s.o.Hosts, strings.ToLower(host))
}
