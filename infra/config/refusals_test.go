package config_test

import (
	"fmt"
	"strings"
	"testing"
)

// domains is a domains value with the given aliases under example.com.
func domains(aliases ...string) string {
	return fmt.Sprintf(`[{"zone": "example.com", "aliases": ["%s"]}]`, strings.Join(aliases, `", "`))
}

// route is a routes value with one route and the usual one for writes behind it.
func route(text string) string { return `[` + text + `, {"path": "/api/*", "methods": "all"}]` }

func readRoute(text string) string {
	return route(`{"path": "/api/list", "methods": "read", ` + text + `}`)
}

func names(format string, count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(list, ", ")
}

// Each refusal names the key, the value and what would be right.
func TestLoad_refusals(t *testing.T) {
	long := strings.Repeat("a", 64)
	tests := []struct {
		name    string
		changes settings
		want    string // the whole problem, or its start
	}{
		// Regions.
		{"no regions", settings{"regions": "-"}, `onefront:regions: not set: required: a list of AWS region names`},
		{"regions as text", settings{"regions": "eu-west-1"}, `onefront:regions: "eu-west-1": want a list of AWS region names`},
		{"regions as object", settings{"regions": `{"a": 1}`}, `onefront:regions: {"a":1}: want a list of AWS region names`},
		{"empty regions", settings{"regions": "[]"}, `onefront:regions: 0: want 1 to 12 regions`},
		{"unknown region", settings{"regions": `["eu-wset-1"]`}, `onefront:regions[0]: "eu-wset-1": want the name of an AWS region; did you mean eu-west-1?`},
		{"China", settings{"regions": `["eu-west-1", "cn-north-1"]`}, `onefront:regions[1]: "cn-north-1": want a region of the partition aws: CloudFront does not reach aws-cn`},
		{"GovCloud", settings{"regions": `["us-gov-west-1"]`}, `onefront:regions[0]: "us-gov-west-1": want a region of the partition aws`},
		{"region twice", settings{"regions": `["eu-west-1", "us-east-1", "eu-west-1"]`}, `onefront:regions[2]: "eu-west-1": want a region that is not already at regions[0]`},
		{"region as number", settings{"regions": `["eu-west-1", 7]`}, `onefront:regions[1]: 7: want a string`},
		{"13 regions", settings{"regions": `["us-east-1","us-east-2","us-west-1","us-west-2","eu-west-1","eu-west-2","eu-west-3","eu-central-1","eu-north-1","ap-south-1","ap-northeast-1","ap-northeast-2","ap-southeast-1"]`}, `onefront:regions: 13: want 1 to 12 regions`},
		{"drained foreigner", settings{"drainedRegions": `["us-west-2"]`}, `onefront:drainedRegions[0]: "us-west-2": want one of onefront:regions: eu-west-1, us-east-1`},
		{"drained twice", settings{"drainedRegions": `["us-east-1", "us-east-1"]`}, `onefront:drainedRegions[1]: "us-east-1": want a region that is not already`},
		{"all drained", settings{"drainedRegions": `["us-east-1", "eu-west-1"]`}, `onefront:drainedRegions: ["us-east-1","eu-west-1"]: want at least one region left to serve`},
		// Routing and domains.
		{"unknown routing", settings{"routing": "geo"}, `onefront:routing: "geo": want one of dns, edge`},
		{"dns without domains", settings{"routing": "dns", "domains": "-"}, `onefront:routing: "dns": want edge, or set onefront:domains`},
		{"zone missing", settings{"domains": `[{"aliases": ["example.com"]}]`}, `onefront:domains[0].zone: not set: want the name of a public hosted zone`},
		{"zone in upper case", settings{"domains": `[{"zone": "Example.com"}]`}, `onefront:domains[0].zone: "Example.com": want the name of a public hosted zone, lower case: example.com`},
		{"zone with a dot at its end", settings{"domains": `[{"zone": "example.com."}]`}, `onefront:domains[0].zone: "example.com.": want the name of a public hosted zone, no dot at the end: example.com`},
		{"wildcard zone", settings{"domains": `[{"zone": "*.example.com"}]`}, `onefront:domains[0].zone: "*.example.com": want the name of a public hosted zone, a name without a wildcard`},
		{"zone id as a path", settings{"domains": `[{"zone": "example.com", "zoneId": "/hostedzone/Z1"}]`}, `onefront:domains[0].zoneId: "/hostedzone/Z1": want the id of a hosted zone`},
		{"two ids for a zone", settings{"domains": `[{"zone": "example.com", "zoneId": "Z1"}, {"zone": "example.com", "zoneId": "Z2"}]`}, `onefront:domains[1].zoneId: "Z2": want Z1, the id that an earlier entry gives for example.com`},
		{"one id for two zones", settings{"domains": `[{"zone": "example.com", "zoneId": "Z1"}, {"zone": "example.org", "zoneId": "Z1"}]`}, `onefront:domains[1].zoneId: "Z1": want another id: this one belongs to example.com`},
		{"unknown key of a domain", settings{"domains": `[{"zone": "example.com", "alias": ["example.com"]}]`}, `onefront:domains[0].alias: ["example.com"]: not a key; did you mean aliases?`},
		{"domain as text", settings{"domains": `["example.com"]`}, `onefront:domains[0]: "example.com": want an object with the keys zone`},
		{"null domain", settings{"domains": `[null]`}, `onefront:domains[0]: not set: want an object with at least a zone`},
		{"aliases as text", settings{"domains": `[{"zone": "example.com", "aliases": "example.com"}]`}, `onefront:domains[0].aliases: "example.com": want a list of domain names`},
		{"validation unknown", settings{"domains": `[{"zone": "example.com", "validation": "none"}]`}, `onefront:domains[0].validation: "none": want one of create, existing`},
		{"alias outside its zone", settings{"domains": domains("example.com", "www.example.org")}, `onefront:domains[0].aliases[1]: "www.example.org": want a name inside example.com, or an entry of its own with its zone`},
		{"alias that only ends like the zone", settings{"domains": domains("badexample.com")}, `onefront:domains[0].aliases[0]: "badexample.com": want a name inside example.com`},
		{"alias under the wrong entry", settings{"domains": `[{"zone": "example.com", "aliases": ["a.eu.example.com"]}, {"zone": "eu.example.com"}]`}, `onefront:domains[0].aliases[0]: "a.eu.example.com": want under the entry of eu.example.com, the zone that answers for it`},
		{"alias in upper case", settings{"domains": domains("WWW.example.com")}, `onefront:domains[0].aliases[0]: "WWW.example.com": want lower case: www.example.com`},
		{"alias twice", settings{"domains": domains("example.com", "www.example.com", "example.com")}, `onefront:domains[0].aliases[2]: "example.com": want a name that is not already at domains[0].aliases[0]`},
		{"alias twice over entries", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com"]}, {"zone": "example.com", "aliases": ["example.com"]}]`}, `onefront:domains[1].aliases[0]: "example.com": want a name that is not already at domains[0].aliases[0]`},
		{"alias is an origin name", settings{"domains": domains("example.com", "nearest.onefront-prod-origin.example.com")}, `onefront:domains[0].aliases[1]: "nearest.onefront-prod-origin.example.com": want a name outside onefront-prod-origin.example.com`},
		{"alias is the origin domain", settings{"domains": domains("onefront-prod-origin.example.com")}, `onefront:domains[0].aliases[0]: "onefront-prod-origin.example.com": want a name outside onefront-prod-origin.example.com`},
		{"wildcard alias over the origin names", settings{"domains": domains("example.com", "*.onefront-prod-origin.example.com")}, `onefront:domains[0].aliases[1]: "*.onefront-prod-origin.example.com": want a name outside onefront-prod-origin.example.com`},
		{"alias with an underscore", settings{"domains": domains("my_app.example.com")}, `onefront:domains[0].aliases[0]: "my_app.example.com": want a domain name: its label "my_app" needs lower-case letters, digits and hyphens only`},
		{"alias in another script", settings{"domains": domains("bücher.example.com")}, `onefront:domains[0].aliases[0]: "bücher.example.com": want a domain name: its label "bücher" needs lower-case letters`},
		{"alias with an empty label", settings{"domains": domains("www..example.com")}, `onefront:domains[0].aliases[0]: "www..example.com": want a domain name: its label "" needs 1 to 63 characters`},
		{"alias with a hyphen at an end", settings{"domains": domains("-www.example.com")}, `onefront:domains[0].aliases[0]: "-www.example.com": want a domain name: its label "-www" needs no hyphen at its ends`},
		{"alias with a label of 64", settings{"domains": domains("example.com", long+".example.com")}, `onefront:domains[0].aliases[1]: "` + long + `.example.com": want a domain name: its label`},
		{"alias with a URL", settings{"domains": domains("https://www.example.com")}, `onefront:domains[0].aliases[0]: "https://www.example.com": want a domain name`},
		{"wildcard inside", settings{"domains": domains("example.com", "a.*.example.com")}, `onefront:domains[0].aliases[1]: "a.*.example.com": want "*" only as the whole first label`},
		{"empty alias", settings{"domains": domains("")}, `onefront:domains[0].aliases[0]: "": want a domain name such as www.example.com`},
		{"wildcard first", settings{"domains": domains("*.example.com", "example.com")}, `onefront:domains[0].aliases[0]: "*.example.com": want a name without a wildcard first`},
		{"101 aliases", settings{"domains": `[{"zone": "example.com", "aliases": [` + names(`"a%d.example.com"`, 101) + `]}]`}, `onefront:domains: 101: want at most 100 aliases`},
		{"alias over 253 characters", settings{"domains": domains("example.com", strings.Repeat("a.", 125)+"example.com")}, `onefront:domains[0].aliases[1]: "a.a.`},
		{"first alias over 64 characters", settings{"domains": domains(strings.Repeat("a", 60) + ".example.com")}, `onefront:domains[0].aliases[0]: "` + strings.Repeat("a", 60) + `.example.com": want at most 64 characters for the first alias`},
		{"origin label", settings{"originSubdomain": "my_origin"}, `onefront:originSubdomain: "my_origin": want one DNS label: lower-case letters, digits and hyphens only`},
		{"origin label with a dot", settings{"originSubdomain": "a.b"}, `onefront:originSubdomain: "a.b": want one DNS label`},
		{"origin label of 64", settings{"originSubdomain": long}, `onefront:originSubdomain: "` + long + `": want one DNS label: 1 to 63 characters`},
		{"origin domain too long for ACM", settings{"originSubdomain": strings.Repeat("a", 51)}, `onefront:originSubdomain: "` + strings.Repeat("a", 51) + `": want a label 1 characters shorter: *.`},
		{"redirect to a stranger", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com"]}, {"zone": "example.com", "aliases": ["www.example.com"], "redirectTo": "exmaple_com"}]`}, `onefront:domains[1].redirectTo: "exmaple_com": want a name to lead to`},
		{"certificate of another region", settings{"certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/473e64fd-f30b-4765-81a0-62ad96dd167a"}, `onefront:certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/473e64fd-f30b-4765-81a0-62ad96dd167a": want the ARN of an ACM certificate in us-east-1`},
		{"certificate and a wait for another", settings{"routing": "edge", "externalDns": "pending", "certificateArn": ownCertificate}, `onefront:certificateArn: "` + ownCertificate + `": want none while externalDns is pending`},
		{"two web ACLs", settings{"webAcl": `{"rateLimit": 1000}`, "webAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/front/473e64fd-f30b-4765-81a0-62ad96dd167a"}, `onefront:webAcl: {"rateLimit":1000}: want either this or onefront:webAclArn`},
		{"a web ACL without a rule", settings{"webAcl": `{"managedRules": "off"}`}, `onefront:webAcl: {"managedRules":"off"}: want at least one rule`},
		{"a rate too low for WAF", settings{"webAcl": `{"rateLimit": 9}`}, `onefront:webAcl.rateLimit: 9: want a whole number from 10`},
		{"a rate of writes above all", settings{"webAcl": `{"rateLimit": 100, "writeRateLimit": 100}`}, `onefront:webAcl.writeRateLimit: 100: want less than rateLimit`},
		{"managed rules", settings{"webAcl": `{"managedRules": "on"}`}, `onefront:webAcl.managedRules: "on": want one of count, off, block`},
		{"redirect to a redirect", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com"]}, {"zone": "example.com", "aliases": ["a.example.com", "b.example.com"], "redirectTo": "a.example.com"}]`}, `onefront:domains[1].redirectTo: "a.example.com": want an alias that does not itself redirect`},
		{"redirect to a wildcard", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com", "*.example.com"]}, {"zone": "example.org", "aliases": ["example.org"], "redirectTo": "*.example.com"}]`}, `onefront:domains[1].redirectTo: "*.example.com": want one name, not a wildcard`},
		{"redirect of nothing", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com"]}, {"zone": "example.org", "redirectTo": "example.com"}]`}, `onefront:domains[1].aliases: not set: want at least one name to redirect to example.com`},
		{"redirect first", settings{"domains": `[{"zone": "example.com", "aliases": ["www.example.com"], "redirectTo": "example.com"}, {"zone": "example.com", "aliases": ["example.com"]}]`}, `onefront:domains[0].aliases[0]: "www.example.com": want a name that does not redirect first`},
		{"one validation record, two owners", settings{"domains": `[{"zone": "example.com", "aliases": ["example.com"]}, {"zone": "example.com", "aliases": ["*.example.com"], "validation": "existing"}]`}, `onefront:domains[1].validation: "existing": want create, as for the other name with the base domain example.com`},
		{"external DNS with dns routing", settings{"externalDns": "pending", "routing": "dns"}, `onefront:externalDns: "pending": want onefront:routing edge`},
		{"external DNS unknown", settings{"externalDns": "done"}, `onefront:externalDns: "done": want one of pending, issued`},
		{"external DNS without names", settings{"externalDns": "pending", "domains": "-"}, `onefront:externalDns: "pending": want at least one alias in onefront:domains`},
		// Routes.
		{"route without a path", settings{"routes": `[{"methods": "all"}]`}, `onefront:routes[0].path: not set: want a path pattern such as /api/*`},
		{"route without methods", settings{"routes": `[{"path": "/api/*"}]`}, `onefront:routes[0].methods: not set: want read (GET, HEAD and OPTIONS, cached) or all`},
		{"methods unknown", settings{"routes": `[{"path": "/api/*", "methods": "GET"}]`}, `onefront:routes[0].methods: "GET": want read (GET, HEAD and OPTIONS, cached) or all (all seven, never cached)`},
		{"read route with write methods", settings{"routes": `[{"path": "/api/*", "methods": ["GET", "POST"]}]`}, `onefront:routes[0].methods: ["GET","POST"]: want read (GET, HEAD and OPTIONS, cached) or all (all seven, never cached)`},
		{"unknown key of a route", settings{"routes": `[{"path": "/api/*", "methods": "all", "ttls": {}}]`}, `onefront:routes[0].ttls: {}: not a key; did you mean ttl?`},
		{"path without a slash", settings{"routes": `[{"path": "api/*", "methods": "all"}]`}, `onefront:routes[0].path: "api/*": want a leading slash: /api/*`},
		{"path with a space", settings{"routes": `[{"path": "/api/a b", "methods": "all"}]`}, `onefront:routes[0].path: "/api/a b": want a path pattern without ' '`},
		{"path with a regular expression", settings{"routes": `[{"path": "/api/[a-z]+", "methods": "all"}]`}, `onefront:routes[0].path: "/api/[a-z]+": want a path pattern without '['`},
		{"path of 256", settings{"routes": `[{"path": "/api/` + strings.Repeat("a", 251) + `", "methods": "all"}]`}, `onefront:routes[0].path: "/api/`},
		{"path twice", settings{"routes": `[{"path": "/api/*", "methods": "all"}, {"path": "/api/*", "methods": "read"}]`}, `onefront:routes[1].path: "/api/*": want a path that no other route has`},
		{"path shadowed", settings{"routes": `[{"path": "/api/*", "methods": "all"}, {"path": "/api/topics*", "methods": "read"}]`}, `onefront:routes[1].path: "/api/topics*": want a place before /api/*, which matches all of it and comes first`},
		{"path shadowed by several", settings{"routes": `[{"path": "/api/?*", "methods": "all"}, {"path": "/api/", "methods": "all"}, {"path": "/api/*", "methods": "all"}]`}, `onefront:routes[2].path: "/api/*": want a place before the routes that together match all of it`},
		{"path swallows the site", settings{"routes": `[{"path": "/*", "methods": "all"}]`}, `onefront:routes[0].path: "/*": want a path that leaves / to the site, such as /api/*`},
		{"path swallows the site's files", settings{"routes": `[{"path": "/*.json", "methods": "all"}]`}, `onefront:routes[0].path: "/*.json": want a path that leaves /config.json to the site`},
		{"health from a cache", settings{"routes": `[{"path": "/api/*", "methods": "read", "ttl": {"min": "1m"}}]`}, `onefront:routes[0].ttl.min: "1m": want 0s, or a route for /api/health before this one`},
		{"75 routes", settings{"routes": `[` + names(`{"path": "/api/%d", "methods": "all"}`, 75) + `]`}, `onefront:routes: 75: want at most 74 routes: with the default behavior`},
		{"ttl as a number", settings{"routes": readRoute(`"ttl": {"default": 300}`)}, `onefront:routes[0].ttl.default: 300: want a duration with its unit, such as "30s", "5m" or "24h"`},
		{"ttl in days", settings{"routes": readRoute(`"ttl": {"default": "1d"}`)}, `onefront:routes[0].ttl.default: "1d": want a duration with its unit`},
		{"ttl below a second", settings{"routes": readRoute(`"ttl": {"default": "1500ms"}`)}, `onefront:routes[0].ttl.default: "1500ms": want whole seconds`},
		{"ttl negative", settings{"routes": readRoute(`"ttl": {"default": "-5m"}`)}, `onefront:routes[0].ttl.default: "-5m": want from 0s to 876000h`},
		{"ttl min over max", settings{"routes": readRoute(`"ttl": {"min": "2h", "max": "1h"}`)}, `onefront:routes[0].ttl.min: "2h": want at most max, 1h`},
		{"ttl default over max", settings{"routes": readRoute(`"ttl": {"default": "2h", "max": "1h"}`)}, `onefront:routes[0].ttl.default: "2h": want at most max, 1h`},
		{"ttl default under min", settings{"routes": readRoute(`"ttl": {"min": "2h", "default": "1h"}`)}, `onefront:routes[0].ttl.default: "1h": want at least min, 2h`},
		{"max 0 with a key", settings{"routes": readRoute(`"ttl": {"max": "0s"}, "key": {"query": ["q"]}`)}, `onefront:routes[0].key: {"query":["q"]}: want nothing where ttl.max is 0s`},
		{"ttl on a route for all methods", settings{"routes": `[{"path": "/api/*", "methods": "all", "ttl": {"default": "5m"}}]`}, `onefront:routes[0].ttl: {"default":"5m"}: want nothing on a route with methods all`},
		{"key on a route for all methods", settings{"routes": `[{"path": "/api/*", "methods": "all", "key": {"query": ["q"]}}]`}, `onefront:routes[0].key: {"query":["q"]}: want nothing on a route with methods all`},
		{"readFailover on a read route", settings{"routing": "dns", "routes": readRoute(`"readFailover": false`)}, `onefront:routes[0].readFailover: false: want nothing on a route with methods read: its reads always fail over with dns routing`},
		{"readFailover as text", settings{"routes": readRoute(`"readFailover": "yes"`)}, `onefront:routes[0].readFailover: "yes": want true or false`},
		{"Authorization forwarded", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["Authorization"]}}]`}, `onefront:routes[0].forward.headers[0]: "Authorization": want no Authorization: no origin request policy may name it (F3.14)`},
		{"Accept-Encoding forwarded", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["accept-encoding"]}}]`}, `onefront:routes[0].forward.headers[0]: "accept-encoding": want no Accept-Encoding`},
		{"Host forwarded", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["Host"]}}]`}, `onefront:routes[0].forward.headers[0]: "Host": want no Host: API Gateway answers 403`},
		{"all headers forwarded", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["*"]}}]`}, `onefront:routes[0].forward.headers[0]: "*": want names: all headers would include Host`},
		{"Cookie forwarded as a header", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["Cookie"]}}]`}, `onefront:routes[0].forward.headers[0]: "Cookie": want no Cookie header: name the cookies under cookies`},
		{"origin secret forwarded", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["X-Onefront-Origin-Secret"]}}]`}, `onefront:routes[0].forward.headers[0]: "X-Onefront-Origin-Secret": want no X-Onefront-Origin-Secret`},
		{"CloudFront's own header forwarded", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["X-Amz-Cf-Id"]}}]`}, `onefront:routes[0].forward.headers[0]: "X-Amz-Cf-Id": want another header`},
		{"header twice in another case", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": ["Accept", "accept"]}}]`}, `onefront:routes[0].forward.headers[1]: "accept": want a name that is not in the list already`},
		{"11 headers", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"headers": [` + names(`"X-A%d"`, 11) + `]}}]`}, `onefront:routes[0].forward.headers: [`},
		{"11 query parameters in the key", settings{"routes": readRoute(`"key": {"query": [` + names(`"q%d"`, 11) + `]}`)}, `onefront:routes[0].key.query: [`},
		{"11 cookies", settings{"routes": readRoute(`"key": {"cookies": [` + names(`"c%d"`, 11) + `]}`)}, `onefront:routes[0].key.cookies: [`},
		{"all query parameters and one", settings{"routes": readRoute(`"key": {"query": ["*", "q"]}`)}, `onefront:routes[0].key.query: ["*","q"]: want "*" alone, which is all of them`},
		{"query with a pattern", settings{"routes": readRoute(`"key": {"query": ["utm_*"]}`)}, `onefront:routes[0].key.query[0]: "utm_*": want the name of a query parameter`},
		{"cookie with a pattern", settings{"routes": readRoute(`"key": {"cookies": ["session*"]}`)}, `onefront:routes[0].key.cookies[0]: "session*": want the name of a cookie, or "*" alone for all`},
		{"all cookies and one", settings{"routes": readRoute(`"key": {"cookies": ["*", "a"]}`)}, `onefront:routes[0].key.cookies: ["*","a"]: want "*" alone, which is all of them`},
		{"except nothing", settings{"routes": readRoute(`"key": {"query": {"except": []}}`)}, `onefront:routes[0].key.query.except: []: want names of query parameters to leave out`},
		{"except everything", settings{"routes": readRoute(`"key": {"query": {"except": ["*"]}}`)}, `onefront:routes[0].key.query.except: ["*"]: want names of query parameters to leave out`},
		{"except mistyped", settings{"routes": readRoute(`"key": {"query": {"exept": ["utm"]}}`)}, `onefront:routes[0].key.query.exept: ["utm"]: not a key; did you mean except?`},
		{"query as text", settings{"routes": readRoute(`"key": {"query": "q"}`)}, `onefront:routes[0].key.query: "q": want a list of query parameter names, ["*"] for all, or {"except": [names]}`},
		{"viewer's host beside ten headers", settings{"routes": `[{"path": "/api/*", "methods": "all", "forward": {"viewerHost": true, "headers": [` + names(`"X-A%d"`, 10) + `]}}]`}, `onefront:routes[0].forward.viewerHost: true: want at most 9 header names beside it`},
		{"Host in the key", settings{"routes": readRoute(`"key": {"headers": ["Host"]}`)}, `onefront:routes[0].key.headers[0]: "Host": want no Host`},
		{"Origin in the key", settings{"routes": readRoute(`"key": {"headers": ["Origin"]}`)}, `onefront:routes[0].key.headers[0]: "Origin": want no Origin`},
		{"viewer address in the key", settings{"routes": readRoute(`"key": {"headers": ["CloudFront-Viewer-Address"]}`)}, `onefront:routes[0].key.headers[0]: "CloudFront-Viewer-Address": want another header: cache policies do not take this one (F2.28)`},
		{"not a header", settings{"routes": readRoute(`"key": {"headers": ["X Y"]}`)}, `onefront:routes[0].key.headers[0]: "X Y": want the name of a header`},
		{"unknown part", settings{"routes": readRoute(`"key": {"header": ["X"]}`)}, `onefront:routes[0].key.header: ["X"]: not a key; did you mean headers?`},
		{"21 cache policies", settings{"routes": `[` + names(`{"path": "/api/%[1]d/x", "methods": "read", "ttl": {"default": "%[1]ds"}}`, 21) + `]`}, `onefront:routes: 21: want at most 20 own cache policies`},
		{"21 origin request policies", settings{"routes": `[` + names(`{"path": "/api/%[1]d/x", "methods": "all", "forward": {"query": ["q%[1]d"]}}`, 21) + `]`}, `onefront:routes: 21: want at most 20 own origin request policies`},
		// Site and headers.
		{"site that is not there", settings{"siteDir": "nowhere"}, `onefront:siteDir: "nowhere": there is no such folder: name the folder that holds index.html (build the frontend first), or "" for no site`},
		{"site that holds the project", settings{"siteDir": "../.."}, `onefront:siteDir: "../..": want a folder that does not hold the project`},
		{"absolute site", settings{"siteDir": "/etc"}, `onefront:siteDir: "/etc": want a folder relative to the project`},
		{"site is the project", settings{"siteDir": "./"}, `onefront:siteDir: "./": want a folder that does not hold the project`},
		{"site is a file", settings{"siteDir": "doc.go"}, `onefront:siteDir: "doc.go": want a folder, not a file`},
		{"redirect without a path", settings{"redirects": `[{"from": "old", "to": "/new"}]`}, `onefront:redirects[0]: {"from":"old","to":"/new"}: from: want a path such as "/old"`},
		{"redirect to an address with a token", settings{"redirects": `[{"from": "/old", "to": "https://token@www.example.org/?key=abc"}]`}, `onefront:redirects[0]: {"from":"/old","to":"https://...@www.example.org/?..."}: to: want a path such as "/new"`},
		{"redirect status", settings{"redirects": `[{"from": "/old", "to": "/new", "status": 303}]`}, `onefront:redirects[0]: {"from":"/old","status":303,"to":"/new"}: status 303: want one of [301 302 307 308]`},
		{"redirect as text", settings{"redirects": `["/old"]`}, `onefront:redirects[0]: "/old": want an object with the keys from, to, status`},
		{"redirects without a site", settings{"siteDir": "", "redirects": `[{"from": "/old", "to": "/new"}]`}, `onefront:redirects: [{"from":"/old","to":"/new"}]: want none where siteDir is empty`},
		{"exclusion that is none", settings{"siteExclude": `["[a"]`}, `onefront:siteExclude[0]: "[a": want a pattern of paths below siteDir`},
		{"spa as text", settings{"spa": "True"}, `onefront:spa: "True": want true or false`},
		{"spa without a site", settings{"spa": "true"}, `onefront:spa: true: want false where siteDir is empty`},
		{"CORS from anywhere", settings{"corsOrigins": `["*"]`}, `onefront:corsOrigins[0]: "*": want each origin by name`},
		{"CORS with a token", settings{"corsOrigins": `["https://token@app.example.org/?key=abc"]`}, `onefront:corsOrigins[0]: "https://...@app.example.org/?...": want an origin as browsers send it`},
		{"CORS with a pattern", settings{"corsOrigins": `["https://*.example.org"]`}, `onefront:corsOrigins[0]: "https://*.example.org": want each origin by name`},
		{"51 CORS origins", settings{"corsOrigins": `[` + names(`"https://a%d.example.org"`, 51) + `]`}, `onefront:corsOrigins: 51: want at most 50 origins`},
		{"CORS null", settings{"corsOrigins": `["null"]`}, `onefront:corsOrigins[0]: "null": want a real origin`},
		{"CORS host alone", settings{"corsOrigins": `["app.example.org"]`}, `onefront:corsOrigins[0]: "app.example.org": want an origin as browsers send it`},
		{"CORS with a path", settings{"corsOrigins": `["https://app.example.org/app"]`}, `onefront:corsOrigins[0]: "https://app.example.org/app": want scheme and host only: https://app.example.org`},
		{"CORS with a slash at the end", settings{"corsOrigins": `["https://app.example.org/"]`}, `onefront:corsOrigins[0]: "https://app.example.org/": want scheme and host only`},
		{"CORS over http", settings{"corsOrigins": `["http://app.example.org"]`}, `onefront:corsOrigins[0]: "http://app.example.org": want https: http is for localhost only`},
		{"CORS in upper case", settings{"corsOrigins": `["https://App.example.org"]`}, `onefront:corsOrigins[0]: "https://App.example.org": want lower case: https://app.example.org`},
		{"CORS with the default port", settings{"corsOrigins": `["https://app.example.org:443"]`}, `onefront:corsOrigins[0]: "https://app.example.org:443": want no port`},
		{"CORS with another scheme", settings{"corsOrigins": `["ftp://app.example.org"]`}, `onefront:corsOrigins[0]: "ftp://app.example.org": want an origin as browsers send it`},
		{"CORS with a password", settings{"corsOrigins": `["https://u:p@app.example.org"]`}, `onefront:corsOrigins[0]: "https://...@app.example.org": want an origin as browsers send it`},
		{"CORS twice", settings{"corsOrigins": `["https://a.example.org", "https://a.example.org"]`}, `onefront:corsOrigins[1]: "https://a.example.org": want an origin that is not already`},
		{"CSP too long", settings{"securityHeaders": `{"contentSecurityPolicy": "img-src ` + strings.Repeat("a", 1776) + `"}`}, `onefront:securityHeaders.contentSecurityPolicy: "img-src `},
		{"CSP directive", settings{"securityHeaders": `{"contentSecurityPolicy": "scripts-src 'self'"}`}, `onefront:securityHeaders.contentSecurityPolicy: "scripts-src 'self'": want known directives such as script-src, not "scripts-src"; did you mean script-src?`},
		{"CSP directive twice", settings{"securityHeaders": `{"contentSecurityPolicy": "img-src 'self'; img-src data:"}`}, `onefront:securityHeaders.contentSecurityPolicy: "img-src 'self'; img-src data:": want the directive img-src once`},
		{"CSP keyword without quotes", settings{"securityHeaders": `{"contentSecurityPolicy": "default-src self"}`}, `onefront:securityHeaders.contentSecurityPolicy: "default-src self": want 'self' in single quotes under default-src`},
		{"CSP unknown keyword", settings{"securityHeaders": `{"contentSecurityPolicy": "default-src 'slef'"}`}, `onefront:securityHeaders.contentSecurityPolicy: "default-src 'slef'": want a known keyword, nonce or hash under default-src`},
		{"CSP none and more", settings{"securityHeaders": `{"contentSecurityPolicy": "img-src 'none' data:"}`}, `onefront:securityHeaders.contentSecurityPolicy: "img-src 'none' data:": want 'none' alone under img-src`},
		{"CSP with commas", settings{"securityHeaders": `{"contentSecurityPolicy": "img-src 'self',data:"}`}, `onefront:securityHeaders.contentSecurityPolicy: "img-src 'self',data:":`},
		{"CSP over two lines", settings{"securityHeaders": `{"contentSecurityPolicy": "img-src 'self';\nfont-src 'self'"}`}, `onefront:securityHeaders.contentSecurityPolicy: "img-src 'self';\nfont-src 'self'": want printable ASCII characters on one line`},
		{"frame options", settings{"securityHeaders": `{"frameOptions": "ALLOW-FROM https://a.example"}`}, `onefront:securityHeaders.frameOptions: "ALLOW-FROM https://a.example": want DENY, SAMEORIGIN or "" (no header)`},
		{"permissions policy in the old form", settings{"securityHeaders": `{"permissionsPolicy": "camera 'none'"}`}, `onefront:securityHeaders.permissionsPolicy: "camera 'none'": want features like camera=()`},
		{"permissions policy list", settings{"securityHeaders": `{"permissionsPolicy": "camera=none"}`}, `onefront:securityHeaders.permissionsPolicy: "camera=none": want for camera one of ()`},
		{"permissions policy host without quotes", settings{"securityHeaders": `{"permissionsPolicy": "camera=(self https://a.example)"}`}, `onefront:securityHeaders.permissionsPolicy: "camera=(self https://a.example)": want for camera one of ()`},
		{"permissions policy open quote", settings{"securityHeaders": `{"permissionsPolicy": "camera=(\"https://a.example)"}`}, `onefront:securityHeaders.permissionsPolicy: "camera=(\"https://a.example)": want for camera one of ()`},
		{"permissions policy in upper case", settings{"securityHeaders": `{"permissionsPolicy": "Camera=()"}`}, `onefront:securityHeaders.permissionsPolicy: "Camera=()": want features like camera=()`},
		{"permissions policy twice", settings{"securityHeaders": `{"permissionsPolicy": "camera=(), camera=(self)"}`}, `onefront:securityHeaders.permissionsPolicy: "camera=(), camera=(self)": want the feature camera once`},
		{"HSTS in seconds", settings{"securityHeaders": `{"hstsMaxAge": 31536000}`}, `onefront:securityHeaders.hstsMaxAge: 31536000: want a duration with its unit`},
		{"HSTS preload alone", settings{"securityHeaders": `{"hstsPreload": true}`}, `onefront:securityHeaders.hstsPreload: true: want false, or hstsIncludeSubdomains true`},
		{"HSTS preload for a short time", settings{"securityHeaders": `{"hstsPreload": true, "hstsIncludeSubdomains": true, "hstsMaxAge": "24h"}`}, `onefront:securityHeaders.hstsMaxAge: "24h": want at least 8760h with hstsPreload`},
		{"HSTS sub-domains of nothing", settings{"securityHeaders": `{"hstsIncludeSubdomains": true, "hstsMaxAge": "0s"}`}, `onefront:securityHeaders.hstsIncludeSubdomains: true: want false where hstsMaxAge is 0s`},
		{"security header that is not one", settings{"securityHeaders": `{"csp": "x"}`}, `onefront:securityHeaders.csp: "x": not a key`},
		{"removing Via", settings{"responseHeaders": `{"remove": ["Via"]}`}, `onefront:responseHeaders.remove[0]: "Via": want another header: CloudFront refuses to remove this one (F3.28)`},
		{"removing X-Amz-Cf-Pop", settings{"responseHeaders": `{"remove": ["X-Amz-Cf-Pop"]}`}, `onefront:responseHeaders.remove[0]: "X-Amz-Cf-Pop": want another header`},
		{"removing X-Edge-*", settings{"responseHeaders": `{"remove": ["x-edge-location"]}`}, `onefront:responseHeaders.remove[0]: "x-edge-location": want another header`},
		{"removing X-Cache", settings{"responseHeaders": `{"remove": ["X-Cache"]}`}, `onefront:responseHeaders.remove[0]: "X-Cache": want another header`},
		{"removing by pattern", settings{"responseHeaders": `{"remove": ["X-*"]}`}, `onefront:responseHeaders.remove[0]: "X-*": want the name of a header; a wildcard is not possible`},
		{"removing 11", settings{"responseHeaders": `{"remove": [` + names(`"X-%d"`, 11) + `]}`}, `onefront:responseHeaders.remove: [`},
		{"adding a security header", settings{"responseHeaders": `{"add": {"X-Frame-Options": "DENY"}}`}, `onefront:responseHeaders.add.X-Frame-Options: "DENY": want another header: onefront:securityHeaders.frameOptions sets this one`},
		{"adding a CORS header", settings{"responseHeaders": `{"add": {"Access-Control-Allow-Origin": "*"}}`}, `onefront:responseHeaders.add.Access-Control-Allow-Origin: "*": want another header: onefront:corsOrigins sets those of CORS`},
		{"adding CloudFront's header", settings{"responseHeaders": `{"add": {"X-Cache": "Hit"}}`}, `onefront:responseHeaders.add.X-Cache: "Hit": want another header: CloudFront keeps this one to itself`},
		{"adding no value", settings{"responseHeaders": `{"add": {"X-Team": ""}}`}, `onefront:responseHeaders.add.X-Team: "": want 1 to 1783 printable ASCII characters`},
		{"adding two lines", settings{"responseHeaders": `{"add": {"X-Team": "a\r\nX-Evil: b"}}`}, `onefront:responseHeaders.add.X-Team: "a\r\nX-Evil: b": want 1 to 1783 printable`},
		{"adding a number", settings{"responseHeaders": `{"add": {"X-Team": 7}}`}, `onefront:responseHeaders.add.X-Team: 7: want a string`},
		{"adding 10 beside Permissions-Policy", settings{"responseHeaders": `{"add": {` + names(`"X-%d": "a"`, 10) + `}}`}, `onefront:responseHeaders.add: 10: want at most 9 headers`},
		// The distribution.
		{"price class", settings{"priceClass": "PriceClass_300"}, `onefront:priceClass: "PriceClass_300": want one of PriceClass_All, PriceClass_100, PriceClass_200; did you mean PriceClass_100?`},
		{"TLS policy of 2025", settings{"minimumTlsVersion": "TLSv1.3_2025"}, `onefront:minimumTlsVersion: "TLSv1.3_2025": want one of TLSv1.2_2021`},
		{"boundary by name", settings{"permissionsBoundary": "boundary"}, `onefront:permissionsBoundary: "boundary": want the ARN of an IAM policy`},
		{"web ACL by id", settings{"webAclArn": "473e64fd-f30b-4765-81a0-62ad96dd167a"}, `onefront:webAclArn: "473e64fd-f30b-4765-81a0-62ad96dd167a": want the ARN of a WAFv2 web ACL of scope CLOUDFRONT`},
		{"regional web ACL", settings{"webAclArn": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/473e64fd-f30b-4765-81a0-62ad96dd167a"}, `onefront:webAclArn: "arn:aws:wafv2:eu-west-1`},
		{"rollout", settings{"rollout": "canary"}, `onefront:rollout: "canary": want one of parallel, sequential`},
		{"health interval of a minute", settings{"healthInterval": "60s"}, `onefront:healthInterval: "60s": want one of 10s, 30s`},
		{"generation 0", settings{"originSecretGeneration": "0"}, `onefront:originSecretGeneration: "0": want a whole number from 1`},
		{"generation as text", settings{"originSecretGeneration": "two"}, `onefront:originSecretGeneration: "two": want a whole number from 1`},
		{"generation in hexadecimal", settings{"originSecretGeneration": "0x2"}, `onefront:originSecretGeneration: "0x2": want a whole number from 1`},
		// The functions.
		{"function timeout over 30 s", settings{"lambda": `{"timeout": "31s"}`}, `onefront:lambda.timeout: "31s": want from 1s to 30s`},
		{"function timeout below a second", settings{"lambda": `{"timeout": "500ms"}`}, `onefront:lambda.timeout: "500ms": want whole seconds`},
		{"memory too small", settings{"lambda": `{"memoryMiB": 64}`}, `onefront:lambda.memoryMiB: 64: want a whole number from 128 to 10240`},
		{"memory too big", settings{"lambda": `{"memoryMiB": 10241}`}, `onefront:lambda.memoryMiB: 10241: want a whole number from 128 to 10240`},
		{"memory in halves", settings{"lambda": `{"memoryMiB": 256.5}`}, `onefront:lambda.memoryMiB: 256.5: want a whole number from 128 to 10240`},
		{"reserved concurrency below 0", settings{"lambda": `{"reservedConcurrency": -1}`}, `onefront:lambda.reservedConcurrency: -1: want a whole number from 0`},
		{"log level", settings{"lambda": `{"logLevel": "verbose"}`}, `onefront:lambda.logLevel: "verbose": want one of info, debug, warn, error`},
		{"unknown key of lambda", settings{"lambda": `{"memory": 256}`}, `onefront:lambda.memory: 256: not a key; did you mean memoryMiB?`},
		{"burst 0", settings{"throttle": `{"burst": 0}`}, `onefront:throttle.burst: 0: want a whole number from 1`},
		{"rate 0", settings{"throttle": `{"rate": 0}`}, `onefront:throttle.rate: 0: want more than 0`},
		{"rate as a word", settings{"throttle": `{"rate": "fast"}`}, `onefront:throttle.rate: "fast": want a number`},
		{"rate not a number", settings{"throttle": `{"rate": "NaN"}`}, `onefront:throttle.rate: "NaN": want a number`},
		{"e-mail", settings{"alarms": `{"emails": ["ops"]}`}, `onefront:alarms.emails[0]: "ops": want an e-mail address`},
		{"e-mail with a name", settings{"alarms": `{"emails": ["Ops <ops@example.com>"]}`}, `onefront:alarms.emails[0]: "Ops <ops@example.com>": want an e-mail address`},
		{"e-mail twice", settings{"alarms": `{"emails": ["a@example.com", "a@example.com"]}`}, `onefront:alarms.emails[1]: "a@example.com": want an address that is not already`},
		{"unknown threshold", settings{"alarms": `{"thresholds": {"deadletter": 1}}`}, `onefront:alarms.thresholds.deadletter: 1: not a key; did you mean deadLetters?`},
		{"a mail scheme as URL", settings{"alarms": `{"urls": ["http://events.example.com/key"]}`}, `onefront:alarms.urls[0]: http://events.example.com/...: want an https URL`},
		{"URL twice", settings{"alarms": `{"urls": ["https://events.example.com/key", "https://events.example.com/key"]}`}, `onefront:alarms.urls[1]: https://events.example.com/...: want a URL that is not in the list already`},
		{"URL with a user", settings{"alarms": `{"urls": ["https://me:secret@events.example.com/"]}`}, `onefront:alarms.urls[0]: https://events.example.com/...: want an https URL`},
		{"topic", settings{"alarms": `{"topicArns": ["alarms"]}`}, `onefront:alarms.topicArns[0]: "alarms": want the ARN of an SNS topic`},
		{"topic of another region", settings{"alarms": `{"topicArns": ["arn:aws:sns:sa-east-1:123456789012:alarms"]}`}, `onefront:alarms.topicArns[0]: "arn:aws:sns:sa-east-1:123456789012:alarms": want a topic in one of eu-west-1, us-east-1`},
		{"alarms perhaps", settings{"alarms": `{"enabled": "perhaps"}`}, `onefront:alarms.enabled: "perhaps": want true or false`},
		{"threshold of the application out of range", settings{"alarms": `{"thresholds": {"deadLetters": 0}}`}, `onefront:alarms.thresholds.deadLetters: 0: want from 1 to 100: messages in a dead-letter queue`},
		{"threshold out of range", settings{"alarms": `{"thresholds": {"api5xxPercent": 100}}`}, `onefront:alarms.thresholds.api5xxPercent: 100: want from 0 to 99`},
		{"retention for ever", settings{"logs": `{"retentionDays": 0}`}, `onefront:logs.retentionDays: 0: want a whole number from 1`},
		{"what is to be logged, without logs", settings{"logs": `{"enabled": false, "queryStrings": true}`}, `onefront:logs.queryStrings: true: want false, or enabled: true`},
		{"a table of logs, without logs", settings{"logs": `{"enabled": false, "athena": true}`}, `onefront:logs.athena: true: want false, or enabled: true`},
		{"retention that CloudWatch does not know", settings{"logs": `{"retentionDays": 8}`}, `onefront:logs.retentionDays: 8: want one of the periods that CloudWatch Logs takes: 1, 3, 5, 7, 14, 30, 60, `},
		{"logs as a switch", settings{"logs": `true`}, `onefront:logs: true: want an object with the keys enabled, retentionDays, viewerAddresses, queryStrings, athena`},
		{"malformed is not missing", settings{"lambda": ""}, `onefront:lambda: "": want an object such as`},
		{"two values", settings{"lambda": "{} {}"}, `onefront:lambda: "{} {}": want an object such as`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := valid().with(tt.changes).load()
			if err == nil {
				t.Fatalf("no error, want %s", tt.want)
			}
			if problems := strings.Count(err.Error(), "\n") + 1; problems > 2 {
				t.Errorf("%d problems where one thing is wrong:\n%v", problems, err)
			}
			found := false
			for line := range strings.SplitSeq(err.Error(), "\n") {
				found = found || strings.HasPrefix(line, tt.want)
				if strings.Count(line, ": ") < 2 && !strings.Contains(line, `": `) {
					t.Errorf("not <key>: <value>: <what would be right>: %s", line)
				}
			}
			if !found {
				t.Errorf("got:\n%v\nwant:\n%s", err, tt.want)
			}
		})
	}
}

const ownCertificate = "arn:aws:acm:us-east-1:123456789012:certificate/473e64fd-f30b-4765-81a0-62ad96dd167a"

// A typo is never an invitation to something weaker.
func TestLoad_hintsAtNoWeakTLS(t *testing.T) {
	for _, value := range []string{"TLSv1.1", "TLSv1.1_2017", "TLSv1_2015", "TLS1", "SSLv3"} {
		_, err := valid().with(settings{"minimumTlsVersion": value}).load()
		if err == nil {
			t.Errorf("%s is accepted", value)
			continue
		}
		if _, hint, _ := strings.Cut(err.Error(), "did you mean "); strings.HasPrefix(hint, "TLSv1.1") || strings.HasPrefix(hint, "TLSv1_") || strings.HasPrefix(hint, "TLSv1?") {
			t.Errorf("%s: did you mean %s", value, hint)
		}
	}
}
