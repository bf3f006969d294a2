package config

import (
	"slices"
	"time"

	"github.com/onefront/onefront/infra/sitefiles"
)

// Config is everything a stack decides, but for secrets and provider settings, and valid as a whole: no
// component checks it again. Units are in the names or the types.
type Config struct {
	// Project and Stack are part of names. Default: the program's.
	Project, Stack string
	Application    Application
	// Secrets are the values of the application's secret keys.
	Secrets map[string]string
	// Regions are AWS region names; the first is the home region. 1 to 12, distinct, partition aws.
	Regions []string
	// Domains are the public hosted zones and the names served in them. The first holds the origin names.
	Domains []Domain
	// OriginSubdomain is a DNS label. Default "<project>-<stack>-origin", lower-cased, "_" and "." to "-".
	OriginSubdomain string
	// OriginDomain is OriginSubdomain under the first zone, or "" without domains or with edge routing.
	OriginDomain string
	Routing      Routing
	// Routes are tried in order; the first match wins. The site's default behavior follows.
	Routes []Route
	// SiteDir is the folder to publish, relative to the project and perhaps outside it; "" means no site.
	SiteDir string
	// SiteExclude are patterns of paths below SiteDir that are not published, such as "**/*.map".
	SiteExclude []string
	// SPA serves /index.html for paths that are no published address.
	SPA bool
	// Redirects are paths of the site that lead elsewhere.
	Redirects []sitefiles.Redirect
	// CORSOrigins are the other sites that may call the API, such as "https://app.example.org".
	CORSOrigins     []string
	SecurityHeaders SecurityHeaders
	ResponseHeaders ResponseHeaders
	// PriceClass is PriceClass_100, PriceClass_200 or PriceClass_All (default).
	PriceClass string
	// MinimumTLSVersion is sent only with aliases. Default TLSv1.2_2021.
	MinimumTLSVersion string
	// CertificateARN is the viewers' certificate, where one exists already; "" makes one.
	CertificateARN string
	// WebACL is the one to make, or nil.
	WebACL *WebACL
	// WebACLARN is a WAFv2 ACL of scope CLOUDFRONT, or "".
	WebACLARN string
	// PermissionsBoundary is the IAM policy that bounds every role, or "".
	PermissionsBoundary string
	// CloseExecuteAPI makes the APIs' execute-api hosts answer 404 (F6.9); with dns routing only, since edge routing asks
	// them.
	CloseExecuteAPI bool
	// Protect keeps queues, distribution and buckets from being deleted, and buckets from being emptied.
	Protect bool
	// HealthInterval is how often Route 53's checkers ask with dns routing: 10 s (default) or 30 s (F7.12).
	HealthInterval time.Duration
	// DrainedRegions receive no viewer traffic. Never all of them.
	DrainedRegions []string
	// Sequential updates a region only after the one before it succeeded (rollout: sequential).
	Sequential bool
	// ExternalDNS is "", "pending" or "issued": the alias names live in DNS that this stack cannot write.
	ExternalDNS string
	// OriginSecretGeneration is at least 1; raise it by one per completed update to rotate.
	OriginSecretGeneration int
	Lambda                 Lambda
	Throttle               Throttle
	Alarms                 Alarms
	Logs                   Logs
	// Warnings are remarks that do not stop an update, such as an opt-in region or a name quota.
	Warnings []string
}

// Routing says how a request finds its region.
type Routing string

// The routing modes of the design: Route 53 latency records, or a CloudFront function's table.
const (
	RoutingDNS  Routing = "dns"
	RoutingEdge Routing = "edge"
)

// The values of [Config].ExternalDNS beside "".
const (
	ExternalDNSPending = "pending"
	ExternalDNSIssued  = "issued"
)

// Domain is one public hosted zone with names served in it. A zone may appear in several entries.
type Domain struct {
	Zone string
	// ZoneID saves the look-up; "" looks the zone up by name. Entries of one zone share it.
	ZoneID  string
	Aliases []string
	// RedirectTo makes the aliases answer 301 (GET, HEAD) or 308 to this name, served here or elsewhere.
	RedirectTo string
	// Validation is "create" (default), or "existing" where another stack of this account owns the records.
	Validation string
}

// The values of [Domain].Validation. One stack per base domain and account owns the record (F8.3).
const (
	ValidationCreate   = "create"
	ValidationExisting = "existing"
)

// Route is one cache behavior of the API.
type Route struct {
	// Path is a pattern with a leading slash: "*" is any run of characters, "?" any one.
	Path string
	// Methods is "read" (GET, HEAD, OPTIONS; cached) or "all" (all seven; never cached).
	Methods string
	TTL     TTL
	// Key is what distinguishes cached answers; it always reaches the origin too.
	Key Parts
	// Forward is exactly what the origin sees beside the key. nil is nothing more on a "read" route, whose
	// answers are shared between viewers, and everything but Host on an "all" route.
	Forward *Parts
	// ViewerHost gives the origin the name that the viewer asked, as X-Forwarded-Host. On a cached route it belongs
	// to the key, since answers may differ by it.
	ViewerHost bool
	// ReadFailover lets GET and HEAD go to the next region in the same request. Default: true with edge routing; with
	// dns always true on a "read" route and false on an "all" route.
	ReadFailover bool
}

// The values of [Route].Methods.
const (
	MethodsRead = "read"
	MethodsAll  = "all"
)

// TTL bounds how long an answer is cached, in whole seconds. Min 0 obeys the origin's no-store (F3.16).
type TTL struct{ Min, Default, Max time.Duration }

// Parts names parts of a request, at most ten of each kind (F3.30). Query and Cookies may be ["*"]: all of them.
type Parts struct {
	Query []string
	// QueryExcept are all query parameters but these; then Query is empty.
	QueryExcept []string
	Headers     []string
	Cookies     []string
}

// SecurityHeaders are sent with the site; HSTS and nosniff also with API answers. "" leaves a header out.
type SecurityHeaders struct {
	ContentSecurityPolicy string
	// FrameOptions is DENY or SAMEORIGIN.
	FrameOptions      string
	ReferrerPolicy    string
	PermissionsPolicy string
	// HSTSMaxAge is how long browsers insist on HTTPS; 0 leaves the header out.
	HSTSMaxAge            time.Duration
	HSTSIncludeSubdomains bool
	HSTSPreload           bool
}

// ResponseHeaders filters what the viewer sees of the API's and the site's answers.
type ResponseHeaders struct {
	// Remove names headers that CloudFront drops, ten at most.
	Remove []string
	// Add maps names to values that CloudFront sets, ten at most.
	Add map[string]string
}

// Lambda sizes both functions.
type Lambda struct {
	// MemoryMiB is 128 to 10240 (F10.4). Default 256.
	MemoryMiB int
	// Timeout is 1 s to 30 s, API Gateway's limit (F6.13). Default 10 s.
	Timeout time.Duration
	// ReservedConcurrency of each function that answers routes. nil reserves none, which is safe in a new account
	// (F10.6).
	ReservedConcurrency *int
	// HealthReservedConcurrency is that of the platform's health function, at least 1. nil reserves none.
	HealthReservedConcurrency *int
	// LogLevel is debug, info (default), warn or error.
	LogLevel string
}

// Throttle is the stage's limit per region: Rate in requests per second, Burst in requests. Both are always
// sent (F6.20). Default 100 and 200.
type Throttle struct {
	Burst int
	Rate  float64
}

// Logs are CloudFront's access logs, and how long all logs are kept.
type Logs struct {
	// Enabled makes the access logs. Default true.
	Enabled bool
	// RetentionDays bounds how long access logs and log groups are kept: one of the periods that CloudWatch Logs knows,
	// 1 to 3653. Default 30.
	RetentionDays int
	// ViewerAddresses logs viewers' IP addresses, QueryStrings what stands behind "?". Default false: both are personal.
	ViewerAddresses, QueryStrings bool
	// Athena makes a table over the access logs, and a query for each report of go run ./stats. Default false.
	Athena bool
}

// Aliases are all names of the distribution in configuration order, redirect aliases included.
func (c *Config) Aliases() []string {
	var names []string
	for _, d := range c.Domains {
		names = append(names, d.Aliases...)
	}
	return names
}

// Drained says whether a region takes no viewer traffic.
func (c *Config) Drained(region string) bool { return slices.Contains(c.DrainedRegions, region) }
