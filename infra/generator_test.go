package infra_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/onefront/onefront/aws/geography"
)

// validStack draws a stack's name, of up to 100 characters. Not all of them make a DNS label, so validConfig always
// sets onefront:originSubdomain where there are origin names.
func validStack(t *rapid.T) string {
	return rapid.StringMatching(`[a-z][A-Za-z0-9_.-]{0,98}[a-z0-9]`).Draw(t, "stack")
}

// validConfig draws a configuration that LoadConfig accepts: 1 to 12 regions, none to many names over several
// zones, both routings, external DNS, drained regions, routes of every kind, headers, with and without a site.
// It needs the project's folder as working directory.
func validConfig(t *rapid.T) map[string]string {
	g := generator{t: t, config: map[string]string{"onefront:appKey": canaryKey}}
	g.regions()
	g.domains()
	g.routes()
	g.headers()
	g.rest()
	return g.config
}

type generator struct {
	t      *rapid.T
	config map[string]string
}

func (g *generator) set(key string, value any) { g.config["onefront:"+key] = configText(value) }

// configText is a value as the engine hands it to a program.
func configText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // maps, lists and scalars only
	}
	return string(text)
}

func (g *generator) chance(label string) bool { return rapid.Bool().Draw(g.t, label) }

func (g *generator) count(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(g.t, label)
}

// some draws distinct values in any order.
func some[T any](g *generator, label string, from []T, low, high int) []T {
	all := rapid.Permutation(from).Draw(g.t, label)
	return all[:g.count(label+" count", low, min(high, len(all)))]
}

func pick[T any](g *generator, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(g.t, label)
}

func (g *generator) regions() {
	var all []string
	for _, region := range geography.Regions() {
		all = append(all, region.Name)
	}
	regions := some(g, "regions", all, 1, 12)
	g.set("regions", regions)
	if drained := some(g, "drained", regions, 0, len(regions)-1); len(drained) > 0 {
		g.set("drainedRegions", drained)
	}
}

func (g *generator) domains() {
	zones := some(g, "zones", []string{"example.com", "eu.example.com", "example.org", "shop.example.net"}, 0, 4)
	g.set("routing", "")
	external := ""
	switch {
	case len(zones) == 0:
	case g.chance("external DNS"):
		external = pick(g, "phase", "pending", "issued")
		g.set("externalDns", external)
	default:
		g.set("routing", pick(g, "routing", "", "dns", "edge"))
		g.set("originSubdomain", pick(g, "origin label", "o", "prod-origin", "a-label-of-middling-length"))
	}
	var entries []map[string]any
	var served []string
	for i, zone := range zones {
		entry := map[string]any{"zone": zone}
		aliases := some(g, "aliases", []string{"*." + zone, "www." + zone, "app." + zone, "a.b." + zone, "*.b." + zone}, 0, 5)
		if len(served) == 0 && (external != "" || g.chance("apex")) {
			aliases = append([]string{zone}, aliases...)
		}
		if len(served) == 0 && len(aliases) > 0 && aliases[0][0] == '*' { // the first of all is the site's own name
			aliases = append([]string{"first." + zone}, aliases...)
		}
		if external == "" {
			if g.chance("zone id") {
				entry["zoneId"] = fmt.Sprintf("Z%d", i)
			}
			entry["validation"] = pick(g, "validation", "create", "existing")
		}
		if main := served; len(main) > 0 && len(aliases) > 0 && g.chance("redirect") {
			entry["redirectTo"] = main[0]
		} else {
			served = append(served, aliases...)
		}
		entry["aliases"] = aliases
		entries = append(entries, entry)
	}
	if len(entries) > 0 {
		g.set("domains", entries)
	}
}

func (g *generator) routes() {
	count := g.count("routes", 0, 8)
	if count == 0 {
		return // the default ones
	}
	var routes []map[string]any
	for i := range count {
		route := map[string]any{"path": pick(g, "path", fmt.Sprintf("/api/v%d/*", i), fmt.Sprintf("/api/v%d", i), fmt.Sprintf("/api/*/v%d.?", i))}
		if g.chance("read") {
			g.readRoute(route)
		} else {
			route["methods"] = "all"
			route["readFailover"] = g.chance("read failover")
			if g.chance("forward") {
				route["forward"] = g.parts("Accept", "Content-Type", "Idempotency-Key", "CloudFront-Viewer-Address")
			}
		}
		routes = append(routes, route)
	}
	g.set("routes", append(routes, map[string]any{"path": "/api/*", "methods": "all"}))
}

func (g *generator) readRoute(route map[string]any) {
	route["methods"] = "read"
	low, usual, high := g.count("min", 0, 60), g.count("default", 60, 600), g.count("max", 600, 86_400)
	if g.chance("not cached") {
		route["ttl"] = map[string]any{"max": "0s"}
		return
	}
	route["ttl"] = map[string]any{"min": fmt.Sprintf("%ds", low), "default": fmt.Sprintf("%ds", usual), "max": fmt.Sprintf("%ds", high)}
	route["key"] = g.parts("Authorization", "Accept-Language", "CloudFront-Viewer-Country")
	if g.chance("forward beside the key") {
		route["forward"] = g.parts("User-Agent", "CloudFront-Viewer-Address")
	}
}

func (g *generator) parts(headers ...string) map[string]any {
	parts := map[string]any{
		"query":   some(g, "query", []string{"q", "page", "locale", "sort"}, 0, 4),
		"headers": some(g, "headers", headers, 0, len(headers)),
		"cookies": some(g, "cookies", []string{"session", "lang"}, 0, 2),
	}
	if g.chance("all of the query") {
		parts["query"] = []string{"*"}
	}
	return parts
}

func (g *generator) headers() {
	g.set("corsOrigins", some(g, "origins", []string{"https://app.example.org", "https://shop.example.net:8443", "http://localhost:5173"}, 0, 3))
	security := map[string]any{}
	for _, key := range some(g, "security headers", []string{"contentSecurityPolicy", "frameOptions", "referrerPolicy", "permissionsPolicy"}, 0, 4) {
		security[key] = "" // left out
	}
	if g.chance("short HSTS") {
		security["hstsMaxAge"] = pick(g, "HSTS", "0s", "24h")
	}
	g.set("securityHeaders", security)
	added := map[string]any{}
	for i := range g.count("added headers", 0, 9) {
		added[fmt.Sprintf("X-Added-%d", i)] = "a value"
	}
	g.set("responseHeaders", map[string]any{"remove": some(g, "removed headers", []string{"X-Powered-By", "Server", "X-Debug"}, 0, 3), "add": added})
}

func (g *generator) rest() {
	site := pick(g, "site", "", "site")
	g.set("siteDir", site)
	g.set("spa", site != "" && g.chance("spa"))
	g.set("priceClass", pick(g, "price class", "PriceClass_All", "PriceClass_200", "PriceClass_100"))
	g.set("minimumTlsVersion", pick(g, "TLS", "TLSv1.2_2021", "TLSv1.2_2019"))
	switch pick(g, "web ACL", "", "own", "made") {
	case "own":
		g.set("webAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/front/473e64fd-f30b-4765-81a0-62ad96dd167a")
	case "made":
		g.set("webAcl", map[string]any{"rateLimit": g.count("rate limit", 1000, 9000), "managedRules": pick(g, "managed rules", "off", "count", "block")})
		if g.chance("write limit") {
			g.set("webAcl", map[string]any{"writeRateLimit": g.count("write rate limit", 10, 999)})
		}
	}
	g.set("protect", g.chance("protect"))
	if g.config["onefront:routing"] == "dns" {
		g.set("closeExecuteApi", g.chance("closed hosts"))
	}
	if g.chance("default tags") {
		g.config["aws:defaultTags"] = `{"tags": {"team": "orders", "cost": "7"}}`
	}
	g.set("rollout", pick(g, "rollout", "parallel", "sequential"))
	g.set("originSecretGeneration", g.count("generation", 1, 3))
	function := map[string]any{
		"memoryMiB": g.count("memory", 128, 10_240), "timeout": fmt.Sprintf("%ds", g.count("timeout", 5, 30)),
		"logLevel": pick(g, "level", "debug", "info", "warn", "error"),
	}
	if g.chance("reserved") {
		function["reservedConcurrency"] = g.count("concurrency", 1, 100)
	}
	g.set("lambda", function)
	g.set("throttle", map[string]any{"burst": g.count("burst", 1, 5000), "rate": g.count("rate", 1, 10_000)})
	g.set("alarms", map[string]any{"emails": some(g, "e-mails", []string{"a@example.com", "b@example.com"}, 0, 2)})
	logs := map[string]any{"enabled": g.chance("logs"), "retentionDays": pick(g, "retention", 1, 30, 3653)}
	if logs["enabled"] == true {
		for _, key := range []string{"viewerAddresses", "queryStrings", "athena"} {
			logs[key] = g.chance(key)
		}
	}
	g.set("logs", logs)
	if !slices.Contains([]string{"", "dns"}, g.config["onefront:routing"]) && g.config["onefront:originSubdomain"] != "" && g.chance("no origin label") {
		delete(g.config, "onefront:originSubdomain")
	}
}
