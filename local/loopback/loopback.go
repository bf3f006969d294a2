package loopback

import (
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Only hands requests on that bear address, a listener's own HOST:PORT, as Host and are no page's of another site. It
// answers 403 to all others.
func Only(address string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refused := Foreign(r)
		if !strings.EqualFold(r.Host, address) {
			refused = fmt.Sprintf("Host: %q: want %s, the address of this listener", r.Host, address)
		}
		if refused != "" {
			http.Error(w, refused, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Foreign says why a request is another page's, or "". Browsers add Origin to every write and Sec-Fetch-Site to every
// request (https://www.w3.org/TR/fetch-metadata/); command-line tools send neither.
func Foreign(r *http.Request) string {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) {
			return fmt.Sprintf("Origin: %q: takes no requests of other pages", origin)
		}
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "none", "same-origin":
		return ""
	default:
		return fmt.Sprintf("Sec-Fetch-Site: %q: takes no requests of other pages", site)
	}
}

// IsName says whether a Host header names this machine's loopback interface: an address, localhost or a name below it.
func IsName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Signed hands requests on whose signature names a key (the access key id of AWS's Signature Version 4, which is not
// checked further), and lets refuse answer all others.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func Signed(accessKeyID string, next http.Handler, refuse http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		given, _, _ := strings.Cut(rest, "/")
		if subtle.ConstantTimeCompare([]byte(given), []byte(accessKeyID)) != 1 {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
