package cloudfront

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/local/cloudfront/distribution"
)

// applyXX changes the viewer's headers as the policy says: removals first, then additions (F3.28). h belongs to the
// caller; value slices are replaced, never changed.
func applyPolicy(p *distribution.ResponseHeadersPolicy, x *exchange, h http.Header) {
	for _, name := range p.Remove {
		delete(h, name)
		if name == "Server" {
			h[name] = []string{"CloudFront"} // comes back, F3.28; Date does so by net/http
		}
	}
	if p.CORS != nil {
		applyCORS(p.CORS, x, h)
	}
	for _, s := range p.Set {
		set(h, s.Name, s.Value, s.Override)
	}
}

func set(h http.Header, name, value string, override bool) {
	if _, there := h[name]; there && !override {
		return
	}
	h[name] = []string{value}
}

// applyXX decorates answers to CORS requests: those with an Origin header (F3.27). A preflight is answered by the
// origin or a function; the policy only adds the headers that preflights get.
func applyCORS(p *distribution.CORSPolicy, x *exchange, h http.Header) {
	if !anyOrigin(p) {
		// The answer depends on Origin. CloudFront adds this itself (guess).
		addVary(h, "Origin")
	}
	origins := x.header["Origin"]
	if len(origins) == 0 {
		return
	}
	allowed := allowedOrigin(p, origins[0])
	if allowed == "" {
		return
	}
	set(h, "Access-Control-Allow-Origin", allowed, p.Override)
	if p.Credentials {
		set(h, "Access-Control-Allow-Credentials", "true", p.Override)
	}
	if x.method == http.MethodOptions && x.header["Access-Control-Request-Method"] != nil {
		setUnlessEmpty(h, "Access-Control-Allow-Methods", p.Methods, p.Override)
		setUnlessEmpty(h, "Access-Control-Allow-Headers", p.Headers, p.Override)
		setUnlessEmpty(h, "Access-Control-Max-Age", p.MaxAge, p.Override)
		return
	}
	setUnlessEmpty(h, "Access-Control-Expose-Headers", p.ExposeHeaders, p.Override)
}

func setUnlessEmpty(h http.Header, name, value string, override bool) {
	if value != "" {
		set(h, name, value, override)
	}
}

func anyOrigin(p *distribution.CORSPolicy) bool {
	for _, o := range p.Origins {
		if o == "*" {
			return true
		}
	}
	return false
}

// allowedOrigin is the value of Access-Control-Allow-Origin for an origin, "" if it is not allowed. An entry may omit
// the scheme and may have "*" as the leftmost part of the host.
func allowedOrigin(p *distribution.CORSPolicy, origin string) string {
	for _, entry := range p.Origins {
		if entry == "*" {
			if p.Credentials {
				return origin // "*" and credentials exclude each other in browsers (guess)
			}
			return "*"
		}
		if originMatches(entry, origin) {
			return origin
		}
	}
	return ""
}

func originMatches(entry, origin string) bool {
	scheme, host, found := strings.Cut(origin, "://")
	if !found {
		return entry == origin
	}
	if entryScheme, entryHost, ok := strings.Cut(entry, "://"); ok {
		if entryScheme != "*" && !strings.EqualFold(entryScheme, scheme) {
			return false
		}
		entry = entryHost
	}
	if suffix, wild := strings.CutPrefix(entry, "*"); wild {
		return len(host) > len(suffix) && strings.EqualFold(host[len(host)-len(suffix):], suffix)
	}
	return strings.EqualFold(entry, host)
}

// serverTiming adds CloudFront's metrics, F3.29. On a hit the origin's value is not included.
func serverTiming(p *distribution.ResponseHeadersPolicy, x *exchange, a *answer, h http.Header) {
	if !p.ServerTiming {
		return
	}
	asked := strings.EqualFold(x.header.Get("Pragma"), "server-timing")
	if !asked && rand.Float64()*100 >= p.Sampling {
		return
	}
	var m []string
	switch a.result {
	case resultHit:
		m = append(m, "cdn-cache-hit")
	case resultRefresh:
		m = append(m, "cdn-cache-refresh")
	default:
		if len(x.attempts) > 0 {
			last := x.attempts[len(x.attempts)-1]
			m = append(m, `cdn-upstream-layer;desc="EDGE"`, "cdn-upstream-dns;dur=0", "cdn-upstream-connect;dur=0",
				"cdn-upstream-fbl;dur="+strconv.Itoa(int(last.MS)))
		}
		m = append(m, "cdn-cache-miss")
	}
	m = append(m, `cdn-pop;desc="`+x.pop.Name+`"`, `cdn-rid;desc="`+x.id+`"`)
	if a.result == resultHit {
		m = append(m, `cdn-hit-layer;desc="EDGE"`)
	}
	m = append(m, "cdn-downstream-fbl;dur="+strconv.Itoa(int((time.Since(x.started)+x.charged).Milliseconds())))
	value := strings.Join(m, ",")
	if origin := h["Server-Timing"]; len(origin) > 0 && a.result != resultHit {
		value = strings.Join(origin, ",") + "," + value
	}
	h["Server-Timing"] = []string{value}
}
