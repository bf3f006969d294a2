package config_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/infra/config"
)

func TestLoad_routes(t *testing.T) {
	c := edge().with(settings{"routes": `[
		{"path": "/api/list", "methods": "read", "ttl": {"default": "1m", "max": "1h"}, "key": {"query": ["q", "page"], "headers": ["X-B", "X-A"], "cookies": ["session"]}},
		{"path": "/api/me", "methods": "read", "key": {"headers": ["Authorization"]}, "forward": {"headers": ["Accept-Language"]}},
		{"path": "/api/live", "methods": "read", "ttl": {"max": "0s"}},
		{"path": "/api/old", "methods": "read", "ttl": {"default": "48h"}},
		{"path": "/api/*", "methods": "all", "forward": {"query": ["*"], "headers": ["Content-Type", "Accept"]}, "readFailover": true}
	]`}).mustLoad(t)
	const day = 24 * time.Hour
	want := []config.Route{
		{Path: "/api/list", Methods: "read", TTL: config.TTL{Default: time.Minute, Max: time.Hour}, Key: config.Parts{Query: []string{"page", "q"}, Headers: []string{"X-A", "X-B"}, Cookies: []string{"session"}}, ReadFailover: true},
		{Path: "/api/me", Methods: "read", TTL: config.TTL{Max: day}, Key: config.Parts{Headers: []string{"Authorization"}}, Forward: &config.Parts{Headers: []string{"Accept-Language"}}, ReadFailover: true},
		{Path: "/api/live", Methods: "read", ReadFailover: true},
		{Path: "/api/old", Methods: "read", TTL: config.TTL{Default: 2 * day, Max: 2 * day}, ReadFailover: true},
		{Path: "/api/*", Methods: "all", Forward: &config.Parts{Query: []string{"*"}, Headers: []string{"Accept", "Content-Type"}}, ReadFailover: true},
	}
	if diff := cmp.Diff(want, c.Routes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if cache, originRequest := c.OwnPolicies(); cache != 3 || originRequest != 2 {
		t.Errorf("own policies %d and %d, want 3 and 2", cache, originRequest)
	}
}

// The viewer's host is named by a policy where one names headers at all; on a cached route it belongs to the key.
func TestLoad_viewerHost(t *testing.T) {
	c := edge().with(settings{"routes": `[
		{"path": "/api/cached", "methods": "read", "key": {"headers": ["Accept-Language"]}, "forward": {"viewerHost": true}},
		{"path": "/api/live", "methods": "read", "ttl": {"max": "0s"}, "forward": {"viewerHost": true}},
		{"path": "/api/some", "methods": "all", "forward": {"viewerHost": true, "headers": ["Accept"]}},
		{"path": "/api/*", "methods": "all", "forward": {"viewerHost": true}}
	]`}).mustLoad(t)
	if got := c.Routes[0]; !slices.Equal(got.Key.Headers, []string{"Accept-Language", "X-Forwarded-Host"}) || got.Forward != nil {
		t.Errorf("cached: got %+v, want it in the key", got)
	}
	if got := c.Routes[1]; got.Forward == nil || !slices.Equal(got.Forward.Headers, []string{"X-Forwarded-Host"}) || len(got.Key.Headers) > 0 {
		t.Errorf("never cached: got %+v, want it forwarded", got)
	}
	if got := c.Routes[2]; !slices.Equal(got.Forward.Headers, []string{"Accept", "X-Forwarded-Host"}) {
		t.Errorf("some headers: got %+v, want it among them", got)
	}
	if got := c.Routes[3]; got.Forward != nil || !got.ViewerHost {
		t.Errorf("all headers: got %+v, want everything but Host as ever", got)
	}
}

// Reads fail over where that costs nothing, unless the route says otherwise.
func TestLoad_readFailover(t *testing.T) {
	const routes = `[
		{"path": "/api/r", "methods": "read"}, {"path": "/api/a", "methods": "all"},
		{"path": "/api/off", "methods": "all", "readFailover": false}, {"path": "/api/*", "methods": "all", "readFailover": true}
	]`
	for routing, want := range map[string][]bool{"dns": {true, false, false, true}, "edge": {true, true, false, true}} {
		c := valid().with(settings{"routing": routing, "routes": routes}).mustLoad(t)
		var got []bool
		for _, r := range c.Routes {
			got = append(got, r.ReadFailover)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", routing, got, want)
		}
	}
	c := edge().with(settings{"routes": `[{"path": "/api/*", "methods": "read", "readFailover": false}]`}).mustLoad(t)
	if c.Routes[0].ReadFailover {
		t.Error("a read route with edge routing cannot turn it off")
	}
}

// Names to leave out, and all cookies.
func TestLoad_exceptAndAll(t *testing.T) {
	c := edge().with(settings{"routes": `[
		{"path": "/api/a", "methods": "read", "key": {"query": {"except": ["utm_source", "fbclid"]}, "cookies": ["*"]}},
		{"path": "/api/*", "methods": "all", "forward": {"query": {"except": ["debug"]}, "cookies": ["*"]}}
	]`}).mustLoad(t)
	if diff := cmp.Diff(config.Parts{QueryExcept: []string{"fbclid", "utm_source"}, Cookies: []string{"*"}}, c.Routes[0].Key); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&config.Parts{QueryExcept: []string{"debug"}, Cookies: []string{"*"}}, c.Routes[1].Forward); diff != "" {
		t.Error(diff)
	}
}

// Equal settings share a policy, in whatever order their names are written.
func TestOwnPolicies_shared(t *testing.T) {
	c := edge().with(settings{"routes": `[
		{"path": "/api/a", "methods": "read", "ttl": {"default": "60s"}, "key": {"query": ["x", "y"]}},
		{"path": "/api/b", "methods": "read", "ttl": {"default": "1m"}, "key": {"query": ["y", "x"]}},
		{"path": "/api/*", "methods": "all"}
	]`}).mustLoad(t)
	if cache, originRequest := c.OwnPolicies(); cache != 1 || originRequest != 0 {
		t.Errorf("own policies %d and %d, want 1 and 0", cache, originRequest)
	}
}

func TestLoad_domains(t *testing.T) {
	c := valid().with(settings{"domains": `[
		{"zone": "example.com", "aliases": ["example.com", "www.example.com", "*.example.com", "a.b.example.com"]},
		{"zone": "example.org", "zoneId": "ZORG", "aliases": ["*.example.org", "example.org"], "redirectTo": "example.com", "validation": "existing"},
		{"zone": "example.com", "zoneId": "ZCOM"}
	]`}).mustLoad(t)
	if c.OriginDomain != "onefront-prod-origin.example.com" || c.Routing != config.RoutingDNS {
		t.Errorf("origin domain %q, routing %q", c.OriginDomain, c.Routing)
	}
	// Entries of a zone share its id, wherever it stands.
	ids := []string{c.Domains[0].ZoneID, c.Domains[1].ZoneID, c.Domains[2].ZoneID}
	if diff := cmp.Diff([]string{"ZCOM", "ZORG", "ZCOM"}, ids); diff != "" {
		t.Error(diff)
	}
	// A wildcard covers one label: neither the zone's own name nor two labels (F5.9).
	want := []string{"example.com", "*.example.com", "a.b.example.com", "*.example.org", "example.org"}
	if diff := cmp.Diff(want, c.CertificateNames()); diff != "" {
		t.Errorf("certificate names, -want +got:\n%s", diff)
	}
}

// The first alias is the certificate's domain name even where a wildcard covers it.
func TestCertificateNames_firstStays(t *testing.T) {
	c := valid().with(settings{"domains": domains("www.example.com", "app.example.com", "*.example.com")}).mustLoad(t)
	if diff := cmp.Diff([]string{"www.example.com", "*.example.com"}, c.CertificateNames()); diff != "" {
		t.Error(diff)
	}
}

// Zones without names are allowed: the first may be there for the origin names alone.
func TestLoad_zoneForOriginsAlone(t *testing.T) {
	c := valid().with(settings{"domains": `[{"zone": "internal.example.net"}, {"zone": "example.com", "aliases": ["example.com"]}]`, "originSubdomain": "o"}).mustLoad(t)
	if c.OriginDomain != "o.internal.example.net" || len(c.CertificateNames()) != 1 {
		t.Errorf("origin domain %q, certificate %v", c.OriginDomain, c.CertificateNames())
	}
}

func TestLoad_originSubdomainFromTheStack(t *testing.T) {
	tests := []struct{ stack, want, problem string }{
		{"prod", "onefront-prod-origin", ""},
		{"Team_A.dev", "onefront-team-a-dev-origin", ""},
		{"_x", "onefront--x-origin", ""}, // a project begins with no hyphen, so the label does not either
		{strings.Repeat("s", 100), "", "so set onefront:originSubdomain"},
	}
	for _, tt := range tests {
		c, err := config.Load(valid().source(tt.stack))
		switch {
		case tt.problem == "" && (err != nil || c.OriginSubdomain != tt.want):
			t.Errorf("%s: %v, error %v", tt.stack, c, err)
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)):
			t.Errorf("%s: error %v, want %s", tt.stack, err, tt.problem)
		}
		// Without origin names the label is nobody's concern.
		if _, err := config.Load(edge().source(tt.stack)); err != nil {
			t.Errorf("%s with edge routing: %v", tt.stack, err)
		}
	}
}

func TestLoad_routingDefaults(t *testing.T) {
	external := settings{"externalDns": "pending", "domains": domains("example.com")}
	tests := []struct {
		name string
		s    settings
		want config.Routing
	}{
		{"with domains", valid(), config.RoutingDNS},
		{"without domains", edge(), config.RoutingEdge},
		{"with domains, said otherwise", valid().with(settings{"routing": "edge"}), config.RoutingEdge},
		{"names in another DNS", valid().with(external), config.RoutingEdge},
	}
	for _, tt := range tests {
		c := tt.s.mustLoad(t)
		if c.Routing != tt.want || (c.OriginDomain != "") != (tt.want == config.RoutingDNS) {
			t.Errorf("%s: routing %s, origin domain %q", tt.name, c.Routing, c.OriginDomain)
		}
	}
}

func TestLoad_accepted(t *testing.T) {
	tests := []struct {
		name    string
		changes settings
		get     func(*config.Config) any
		want    any
	}{
		{"CORS origins", settings{"corsOrigins": `["https://app.example.org", "https://app.example.org:8443", "http://localhost:5173", "http://127.0.0.1:8080", "http://[::1]:8080"]`}, func(c *config.Config) any { return len(c.CORSOrigins) }, 5},
		{"50 CORS origins", settings{"corsOrigins": `[` + names(`"https://a%d.example.org"`, 50) + `]`}, func(c *config.Config) any { return len(c.CORSOrigins) }, 50},
		{"the biggest function", settings{"lambda": `{"memoryMiB": 10240}`}, func(c *config.Config) any { return c.Lambda.MemoryMiB }, 10240},
		{"the smallest function", settings{"lambda": `{"memoryMiB": 128}`}, func(c *config.Config) any { return c.Lambda.MemoryMiB }, 128},
		{"no security headers", settings{"securityHeaders": `{"contentSecurityPolicy": "", "frameOptions": "", "referrerPolicy": "", "permissionsPolicy": "", "hstsMaxAge": "0s"}`}, func(c *config.Config) any { return c.SecurityHeaders }, config.SecurityHeaders{}},
		{"CSP with nonce, hash and hosts", settings{"securityHeaders": `{"contentSecurityPolicy": "script-src 'self' 'nonce-abc' 'sha256-x=' https://*.example.net; sandbox allow-forms; upgrade-insecure-requests;"}`}, func(c *config.Config) any { return len(c.Warnings) }, 0},
		{"permissions", settings{"securityHeaders": `{"permissionsPolicy": "camera=*, geolocation=(self \"https://maps.example\"), usb=self"}`}, func(c *config.Config) any { return len(c.Warnings) }, 0},
		{"preload", settings{"securityHeaders": `{"hstsPreload": true, "hstsIncludeSubdomains": true}`}, func(c *config.Config) any { return c.SecurityHeaders.HSTSPreload }, true},
		{"response headers", settings{"responseHeaders": `{"remove": ["X-Powered-By", "Server"], "add": {"X-Team": "a b"}}`}, func(c *config.Config) any { return c.ResponseHeaders }, config.ResponseHeaders{Remove: []string{"Server", "X-Powered-By"}, Add: map[string]string{"X-Team": "a b"}}},
		{"throttle in part", settings{"throttle": `{"rate": "0.5"}`}, func(c *config.Config) any { return c.Throttle }, config.Throttle{Burst: 200, Rate: 0.5}},
		{"lambda in full", settings{"lambda": `{"memoryMiB": 512, "timeout": "30s", "reservedConcurrency": 5, "logLevel": "debug"}`}, func(c *config.Config) any { return c.Lambda }, config.Lambda{MemoryMiB: 512, Timeout: 30 * time.Second, ReservedConcurrency: new(5), LogLevel: "debug"}},
		{
			"logs with everything",
			settings{"logs": `{"viewerAddresses": true, "queryStrings": true, "athena": true}`},
			func(c *config.Config) any { return c.Logs },
			config.Logs{Enabled: true, RetentionDays: 30, ViewerAddresses: true, QueryStrings: true, Athena: true},
		},
		{"logs off", settings{"logs": `{"enabled": false, "retentionDays": 365}`}, func(c *config.Config) any { return c.Logs }, config.Logs{RetentionDays: 365}},
		{"alarms", settings{"alarms": `{"emails": ["a@example.com"], "thresholds": {"api5xxPercent": 2.5}}`}, func(c *config.Config) any { return c.Alarms.Thresholds["api5xxPercent"] }, 2.5},
		{"an application's threshold", settings{"alarms": `{"thresholds": {"deadLetters": 7}}`}, func(c *config.Config) any { return c.Alarms.Thresholds["deadLetters"] }, 7.0},
		{"nobody is told, nobody asks", settings{"alarms": `{}`}, func(c *config.Config) any { return c.Alarms.OutsideIn || c.Alarms.Told() }, false},
		{"a topic in us-east-1 beside the regions", settings{"regions": `["eu-west-1"]`, "alarms": `{"topicArns": ["arn:aws:sns:us-east-1:123456789012:alarms"]}`}, func(c *config.Config) any { return c.Alarms.OutsideIn && c.Alarms.Told() }, true},
		{"told without asking", settings{"alarms": `{"urls": ["https://events.example.com/key"], "outsideIn": false}`}, func(c *config.Config) any { return c.Alarms.OutsideIn }, false},
		{"alarms off", settings{"alarms": `{"enabled": false}`}, func(c *config.Config) any { return c.Alarms.Enabled }, false},
		{"web ACL", settings{"webAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/front/473e64fd-f30b-4765-81a0-62ad96dd167a"}, func(c *config.Config) any { return c.WebACLARN != "" }, true},
		{"a web ACL", settings{"webAcl": `{"rateLimit": 2000, "writeRateLimit": 100}`}, func(c *config.Config) any { return *c.WebACL }, config.WebACL{RateLimit: 2000, WriteRateLimit: 100, ManagedRules: "count"}},
		{"an empty web ACL is none", settings{"webAcl": "{}"}, func(c *config.Config) any { return c.WebACL == nil }, true},
		{"own certificate", settings{"certificateArn": ownCertificate}, func(c *config.Config) any { return c.CertificateARN }, ownCertificate},
		{"sequential", settings{"rollout": "sequential"}, func(c *config.Config) any { return c.Sequential }, true},
		{"health interval", settings{"healthInterval": "30s"}, func(c *config.Config) any { return c.HealthInterval }, 30 * time.Second},
		{"generation", settings{"originSecretGeneration": "3"}, func(c *config.Config) any { return c.OriginSecretGeneration }, 3},
		{"drained", settings{"drainedRegions": `["eu-west-1"]`}, func(c *config.Config) any { return c.Drained("eu-west-1") && !c.Drained("us-east-1") }, true},
		{"null is nothing", settings{"lambda": "null", "routes": "null"}, func(c *config.Config) any { return len(c.Routes) }, 2},
		{"the longest path and label", settings{"routes": `[{"path": "/api/` + strings.Repeat("a", 250) + `", "methods": "all"}]`, "domains": domains("example.com", strings.Repeat("a", 63)+".example.com")}, func(c *config.Config) any { return len(c.Routes[0].Path) }, 255},
		{"74 routes", settings{"routes": `[` + names(`{"path": "/api/%02d", "methods": "all"}`, 74) + `]`}, func(c *config.Config) any { return len(c.Routes) }, 74},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.get(valid().with(tt.changes).mustLoad(t))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLoad_warnings(t *testing.T) {
	tests := []struct {
		name    string
		changes settings
		want    string
	}{
		{"newest region", settings{"regions": `["eu-west-1", "mx-central-1"]`}, `onefront:regions[1]: "mx-central-1": one of the newest regions, opt-in`},
		{"redirect to a stranger", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com"]}, {"zone": "example.com", "aliases": ["www.example.com"], "redirectTo": "exmaple.com"}]`}, `onefront:domains[1].redirectTo: "exmaple.com": leads to a name that this stack does not serve; did you mean example.com?`},
		{"certificate without names", settings{"domains": "-", "certificateArn": ownCertificate}, `onefront:certificateArn: "` + ownCertificate + `": has no effect without aliases`},
		{"opt-in region", settings{"regions": `["eu-west-1", "me-south-1"]`}, `onefront:regions[1]: "me-south-1": an opt-in region`},
		{"11 names on the certificate", settings{"domains": `[{"zone": "example.com", "aliases": [` + names(`"a%d.example.com"`, 11) + `]}]`}, `onefront:domains: 11: more than 10 names on the edge certificate: the account in us-east-1 needs the ACM quota "Domain names per ACM certificate" raised`},
		{"11 cache policies", settings{"routes": `[` + names(`{"path": "/api/%[1]d/x", "methods": "read", "ttl": {"default": "%[1]ds"}}`, 11) + `, {"path": "/api/*", "methods": "all"}]`}, `onefront:routes: 11: own cache policies; the account's quota of 20`},
		{"TLS without aliases", settings{"domains": "-", "minimumTlsVersion": "TLSv1.2_2019"}, `onefront:minimumTlsVersion: "TLSv1.2_2019": has no effect without aliases`},
		{"old TLS", settings{"minimumTlsVersion": "TLSv1"}, `onefront:minimumTlsVersion: "TLSv1": lets viewers use TLS versions that are long deprecated`},
		{"origin label without origin names", settings{"routing": "edge", "originSubdomain": "o"}, `onefront:originSubdomain: "o": has no effect`},
		{"forced caching", settings{"routes": `[{"path": "/api/list", "methods": "read", "ttl": {"min": "1m"}}, {"path": "/api/*", "methods": "all"}]`}, `onefront:routes[0].ttl.min: "1m": answers are cached that long even if`},
		{"cookie beside the key", settings{"routes": `[{"path": "/api/list", "methods": "read", "forward": {"cookies": ["session"]}}, {"path": "/api/*", "methods": "all"}]`}, `onefront:routes[0].forward.cookies: ["session"]: an answer made for one visitor's cookie`},
		{"a write refused by the edge", settings{"routes": `[{"path": "/api/*", "methods": "read"}]`}, `onefront:routes[0].methods: "read": CloudFront refuses POST /api/notes with 403`},
		{"handler cut off", settings{"siteDir": "../../site", "routes": `[{"path": "/v1/*", "methods": "all"}]`}, `onefront:routes: "/api/health": no route matches this path of the handler`},
		{"unsafe CSP", settings{"securityHeaders": `{"contentSecurityPolicy": "script-src 'unsafe-inline'"}`}, `onefront:securityHeaders.contentSecurityPolicy: "script-src 'unsafe-inline'": 'unsafe-...'`},
		{"Date comes back", settings{"responseHeaders": `{"remove": ["Date"]}`}, `onefront:responseHeaders.remove: "Date": comes back`},
		{"no invocation at all", settings{"lambda": `{"reservedConcurrency": 0}`}, `onefront:lambda.reservedConcurrency: 0: stops every invocation`},
		{"receivers without alarms", settings{"alarms": `{"enabled": false, "emails": ["a@example.com"]}`}, `onefront:alarms.enabled: false: there are no alarms, so nobody`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := valid().with(tt.changes).mustLoad(t)
			if !slices.ContainsFunc(c.Warnings, func(w string) bool { return strings.HasPrefix(w, tt.want) }) {
				t.Errorf("warnings %q, want %s", c.Warnings, tt.want)
			}
		})
	}
	if c := valid().mustLoad(t); len(c.Warnings) > 0 {
		t.Errorf("warnings of a plain stack: %q", c.Warnings)
	}
}

// Ten names are no quota problem, and names that a wildcard covers do not count (F5.9, F8.9).
func TestLoad_noWarningForSparedNames(t *testing.T) {
	c := valid().with(settings{"domains": `[{"zone": "example.com", "aliases": ["example.com", "*.example.com", ` + names(`"a%d.example.com"`, 30) + `]}]`}).mustLoad(t)
	if len(c.Warnings) > 0 || len(c.CertificateNames()) != 2 {
		t.Errorf("warnings %q, certificate names %v", c.Warnings, c.CertificateNames())
	}
}

// Routes and route keys are held against each other, where no function answers $default.
func TestLoad_answers(t *testing.T) {
	keys := []config.Answer{{Function: "orders", Key: "GET /api/orders/{id}"}, {Function: "orders", Key: "POST /api/orders"}, {Function: "ping", Key: "GET /ping"}}
	for _, c := range []struct {
		routes   string
		err      string
		warnings []string
	}{
		{`[{"path": "/api/*", "methods": "all"}, {"path": "/ping", "methods": "read"}]`, "", nil},
		{`[{"path": "/api/health*", "methods": "read"}, {"path": "/api/*", "methods": "all"}, {"path": "/ping", "methods": "read"}]`, "", nil},
		{
			`[{"path": "/api/*", "methods": "all"}, {"path": "/v2/*", "methods": "all"}]`,
			`onefront:routes[1].path: "/v2/*": want a path of which a function answers at least one request; there are GET /api/orders/{id} (orders), POST /api/orders (orders), GET /ping (ping)`, nil,
		},
		{
			`[{"path": "/api/orders", "methods": "read"}, {"path": "/api/*", "methods": "all"}]`,
			`onefront:routes[0].path: "/api/orders": want a path of which a function answers GET, HEAD or OPTIONS of at least one request`, nil,
		},
		{
			`[{"path": "/api/*", "methods": "read"}]`, "", []string{
				`onefront:routes: "POST /api/orders": the routes that lead there are for methods read, so CloudFront refuses it with 403`,
				`onefront:routes: "GET /ping": no route leads there, so the site answers: the function ping is never asked for it`,
			},
		},
	} {
		source := edge().with(settings{"routes": c.routes, "siteDir": "../../site"}).source("prod")
		source.Configure = func(s *config.Settings) config.Application {
			application := application(s)
			application.Answers, application.Requests = keys, nil
			return application
		}
		loaded, err := config.Load(source)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: want %s in:\n%v", c.routes, c.err, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.routes, err)
			continue
		}
		for i, warning := range loaded.Warnings {
			if i >= len(c.warnings) || !strings.HasPrefix(warning, c.warnings[i]) {
				t.Errorf("%s: warnings %q", c.routes, loaded.Warnings)
				break
			}
		}
		if len(loaded.Warnings) != len(c.warnings) {
			t.Errorf("%s: warnings %q, want %q", c.routes, loaded.Warnings, c.warnings)
		}
	}
}
