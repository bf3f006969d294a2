package admin

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// foreign says why a request must not be obeyed, or "". Browsers add Origin to every write and Sec-Fetch-Site to every
// request (https://www.w3.org/TR/fetch-metadata/); command-line tools send neither.
func (s *Server) foreign(r *http.Request) string {
	if !s.ownHost(r.Host) {
		return fmt.Sprintf("Host: %q: the admin API answers only to loopback names such as localhost and 127.0.0.1", r.Host)
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) {
			return fmt.Sprintf("Origin: %q: the admin API takes requests of its own dashboard only, not of other pages", origin)
		}
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "none", "same-origin":
		return ""
	default:
		// A link to the dashboard, from the site for instance, only shows a page.
		if r.Method == http.MethodGet && r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate" &&
			r.Header.Get("Sec-Fetch-Dest") == "document" {
			return ""
		}
		return fmt.Sprintf("Sec-Fetch-Site: %q: the admin API takes requests of its own dashboard only, not of other pages", site)
	}
}

// ownHost says whether a Host header names this machine's loopback interface, so that a name in somebody's DNS that
// points to 127.0.0.1 gets nowhere.
func (s *Server) ownHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return true
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || slices.Contains(s.o.Hosts, host)
}
