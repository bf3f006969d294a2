package infra_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/graph"
)

// invariants are what AWS demands of any graph, or what keeps it safe: section 13 of docs/aws-facts.md, and more. Each
// returns what is wrong.
var invariants = []struct {
	name  string
	check func(*graph.Graph) []string
}{
	{"F13.1 no group takes writes, and OPTIONS is cached on one", groupsTakeNoWrites},
	{"F13.2 groups are whole", groupsAreWhole},
	{"F13.3 every origin name is served in every region it may lead to", originNamesAreServed},
	{"F13.4 no Host reaches an API", noHostToAPI},
	{"F13.5 a policy that never caches names nothing", uncachedPoliciesAreEmpty},
	{"F13.6 no error pages", noErrorPages},
	{"F13.8 one validation record per base domain", oneValidationRecord},
	{"F13.9 what belongs to us-east-1 is there", globalResources},
	{"F13.10 health checks ask plain names", healthChecksAskPlainNames},
	{"F13.11 gateways as Lambda needs them", gateways},
	{"F13.12 the viewer certificate is issued", viewerCertificateIsIssued},
	{"F13.13 timeouts nest", timeoutsNest},
	{"F13.14 buckets are private", bucketsArePrivate},
	{"names are short", namesAreShort},
	{"no cycle", func(g *graph.Graph) []string {
		if cycle := findCycle(g); cycle != nil {
			return []string{"cycle " + strings.Join(cycle, " -> ")}
		}
		return nil
	}},
	{"no wildcard permission", noWildcardPermission},
	{"the distribution waits for its origins", distributionWaits},
	{"routes wait for what lets the API call", routesWait},
	{"names wait for what they lead to", namesWait},
	{"F15.1 access logs fill no account policy", accessLogsAreVended},
	{"O-A21 access logs are delivered", accessLogsAreDelivered},
	{"names ask nothing of the region they lead to", namesAreGlobal},
	{"alarms are where their metric is, and tell people there", alarmsAreInPlace},
	{"alarms are what CloudWatch takes", alarmsAreTaken},
	{"composites know alarms of their own region", compositesAreLocal},
	{"O-C10 dashboards are what CloudWatch takes", dashboardsAreTaken},
	{"edge functions are immutable", edgeFunctionsAreImmutable},
	{"the site is there before it is served", siteIsThere},
	{"the drains are somebody else's", drainsAreOthers},
	{"F11.1 web ACLs are whole", webACLsAreWhole},
	{"F15.7 objects take few tags", objectsHaveFewTags},
	{"what holds data is protected", dataIsProtected},
}

func distributions(g *graph.Graph) []*graph.Resource { return g.ByType(distributionToken) }

func groupIDs(d *graph.Resource) map[string][]string {
	groups := map[string][]string{}
	for _, group := range list(d.Inputs, "originGroups") {
		for _, m := range list(group, "members") {
			id := text(group, "originId")
			groups[id] = append(groups[id], text(m, "originId"))
		}
	}
	return groups
}

func groupsTakeNoWrites(g *graph.Graph) (wrong []string) {
	for _, d := range distributions(g) {
		groups := groupIDs(d)
		for _, b := range behaviors(d) {
			if groups[text(b, "targetOriginId")] == nil {
				continue
			}
			for _, m := range texts(b, "allowedMethods") {
				if m != "GET" && m != "HEAD" && m != "OPTIONS" {
					wrong = append(wrong, fmt.Sprintf("behavior %q: %s on a group", text(b, "pathPattern"), m))
				}
			}
			if !slices.Contains(texts(b, "cachedMethods"), "OPTIONS") {
				wrong = append(wrong, fmt.Sprintf("behavior %q: OPTIONS is not cached", text(b, "pathPattern")))
			}
		}
	}
	return wrong
}

func groupsAreWhole(g *graph.Graph) (wrong []string) {
	allowed := []float64{400, 403, 404, 416, 429, 500, 502, 503, 504}
	for _, d := range distributions(g) {
		ids := map[string]bool{}
		for _, o := range list(d.Inputs, "origins") {
			ids[text(o, "originId")] = true
		}
		for _, group := range list(d.Inputs, "originGroups") {
			id := text(group, "originId")
			members := groupIDs(d)[id]
			if len(members) != 2 || members[0] == members[1] || !ids[members[0]] || !ids[members[1]] {
				wrong = append(wrong, fmt.Sprintf("group %q has the members %v", id, members))
			}
			var codes []float64
			for _, c := range list(group, "failoverCriteria", "statusCodes") {
				codes = append(codes, c.(float64))
				if !slices.Contains(allowed, c.(float64)) {
					wrong = append(wrong, fmt.Sprintf("group %q: code %v", id, c))
				}
			}
			if !slices.Contains(codes, 503) || !slices.Contains(codes, 504) {
				wrong = append(wrong, fmt.Sprintf("group %q has no 503 or no 504: %v", id, codes))
			}
		}
		known := groupIDs(d)
		for _, b := range behaviors(d) {
			if target := text(b, "targetOriginId"); !ids[target] && known[target] == nil {
				wrong = append(wrong, fmt.Sprintf("behavior %q targets %q, which does not exist", text(b, "pathPattern"), target))
			}
		}
	}
	return wrong
}

// latencyRecords are the alias A records with a latency policy, by name.
func latencyRecords(g *graph.Graph) map[string][]*graph.Resource {
	byName := map[string][]*graph.Resource{}
	for _, r := range g.ByType(recordToken) {
		if list(r.Inputs, "latencyRoutingPolicies") != nil {
			byName[text(r.Inputs, "name")] = append(byName[text(r.Inputs, "name")], r)
		}
	}
	return byName
}

func originNamesAreServed(g *graph.Graph) (wrong []string) {
	target, region := map[string]string{}, map[string]string{} // target domain name -> custom domain, and its region
	for _, d := range g.ByType(domainToken) {
		region[text(d.Outputs, "domainNameConfiguration", "targetDomainName")] = d.Region
		target[text(d.Outputs, "domainNameConfiguration", "targetDomainName")] = text(d.Inputs, "domainName")
	}
	answers := func(name string) (places, targets []string) {
		for _, r := range latencyRecords(g)[name] {
			host := text(r.Inputs, "aliases", 0, "name")
			domain := target[host]
			if !strings.HasPrefix(domain, "*.") || !strings.HasSuffix(name, domain[1:]) {
				wrong = append(wrong, fmt.Sprintf("%s leads to %s, which serves %q", name, host, domain))
			}
			places, targets = append(places, text(r.Inputs, "setIdentifier")), append(targets, host)
			check := text(r.Inputs, "healthCheckId")
			if h := g.ByOutput(healthCheckToken, "id", check); h == nil || !strings.HasPrefix(host, "d-") {
				wrong = append(wrong, fmt.Sprintf("%s has no health check of its target", r.URN))
			} else if plain := plainTarget(g, text(h.Inputs, "fqdn")); plain != host {
				wrong = append(wrong, fmt.Sprintf("%s leads to %s and is checked at %s", r.URN, host, plain))
			}
		}
		return places, targets
	}
	for name := range latencyRecords(g) {
		next, isNext := strings.CutPrefix(name, "next.")
		places, targets := answers(name)
		if !isNext {
			continue
		}
		nearestPlaces, nearestTargets := answers("nearest." + next)
		if !slices.Equal(places, nearestPlaces) {
			wrong = append(wrong, fmt.Sprintf("%s and nearest have different places: %v, %v", name, places, nearestPlaces))
			continue
		}
		for i := range targets {
			if targets[i] == nearestTargets[i] {
				wrong = append(wrong, fmt.Sprintf("next of %s is itself", places[i]))
			}
			place, _ := geography.LookupRegion(places[i])
			others := slices.DeleteFunc(slices.Clone(places), func(p string) bool { return p == places[i] })
			if want := geography.Nearest(place.Place, others)[0]; region[targets[i]] != want {
				wrong = append(wrong, fmt.Sprintf("next of %s is %s, want %s, the nearest other one (F7.29)", places[i], region[targets[i]], want))
			}
		}
	}
	return wrong
}

// plainTarget is where a record without a routing policy leads.
func plainTarget(g *graph.Graph, name string) string {
	for _, r := range g.ByType(recordToken) {
		if text(r.Inputs, "name") == name && list(r.Inputs, "latencyRoutingPolicies") == nil {
			return text(r.Inputs, "aliases", 0, "name")
		}
	}
	return ""
}

func noHostToAPI(g *graph.Graph) (wrong []string) {
	forwardsHost := []string{
		"216adef6-5c7f-47e4-b989-5492eafa07d3", "33f36d7e-f396-46d9-90e0-52428a34d9dc", "bf0718e1-ba1e-49d1-88b1-f726733018ae",
		"83da9c7e-98b4-4e11-a168-04f0df8e2c65", "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
	}
	for _, d := range distributions(g) {
		for _, b := range behaviors(d) {
			for _, key := range []string{"cachePolicyId", "originRequestPolicyId"} {
				if slices.Contains(forwardsHost, text(b, key)) {
					wrong = append(wrong, fmt.Sprintf("behavior %q: managed %s %s forwards Host", text(b, "pathPattern"), key, text(b, key)))
				}
			}
			if at(b, "forwardedValues") != nil {
				wrong = append(wrong, fmt.Sprintf("behavior %q mixes policies with forwardedValues", text(b, "pathPattern")))
			}
		}
	}
	for _, p := range g.ByType(cachePolicyToken) {
		for _, h := range texts(p.Inputs, "parametersInCacheKeyAndForwardedToOrigin", "headersConfig", "headers", "items") {
			if strings.EqualFold(h, "Host") {
				wrong = append(wrong, p.URN+" has Host in its key")
			}
		}
	}
	return wrong
}

func uncachedPoliciesAreEmpty(g *graph.Graph) (wrong []string) {
	for _, p := range g.ByType(cachePolicyToken) {
		minimum, standard, maximum := at(p.Inputs, "minTtl").(float64), at(p.Inputs, "defaultTtl").(float64), at(p.Inputs, "maxTtl").(float64)
		if minimum > standard || standard > maximum {
			wrong = append(wrong, fmt.Sprintf("%s: ttl %v, %v, %v", p.URN, minimum, standard, maximum))
		}
		parts := at(p.Inputs, "parametersInCacheKeyAndForwardedToOrigin")
		named := text(parts, "queryStringsConfig", "queryStringBehavior") != "none" || text(parts, "headersConfig", "headerBehavior") != "none" ||
			text(parts, "cookiesConfig", "cookieBehavior") != "none" || at(parts, "enableAcceptEncodingGzip") == true || at(parts, "enableAcceptEncodingBrotli") == true
		if maximum == 0 && named {
			wrong = append(wrong, p.URN+" never caches and names a key")
		}
	}
	return wrong
}

func noErrorPages(g *graph.Graph) (wrong []string) {
	for _, d := range distributions(g) {
		for _, r := range list(d.Inputs, "customErrorResponses") {
			if at(r, "responsePagePath") != nil || at(r, "responseCode") != nil {
				wrong = append(wrong, fmt.Sprintf("error page %v", r))
			}
		}
	}
	return wrong
}

func oneValidationRecord(g *graph.Graph) (wrong []string) {
	seen := map[string]string{}
	for _, r := range g.ByType(recordToken) {
		if text(r.Inputs, "type") != "CNAME" {
			continue
		}
		if other := seen[text(r.Inputs, "name")]; other != "" {
			wrong = append(wrong, fmt.Sprintf("%s and %s are one record", r.URN, other))
		}
		seen[text(r.Inputs, "name")] = r.URN
		if at(r.Inputs, "allowOverwrite") != nil {
			wrong = append(wrong, r.URN+" allows overwriting")
		}
	}
	// Every certificate that something waits for has all its records, unless another stack owns them.
	for _, v := range g.ByType("aws:acm/certificateValidation:CertificateValidation") {
		for _, fqdn := range texts(v.Inputs, "validationRecordFqdns") {
			if seen[strings.TrimSuffix(fqdn, ".")] == "" && seen[fqdn] == "" && seen[fqdn+"."] == "" {
				wrong = append(wrong, fmt.Sprintf("%s waits for %s, which nobody makes", v.URN, fqdn))
			}
		}
	}
	return wrong
}

func globalResources(g *graph.Graph) (wrong []string) {
	for _, r := range g.Resources {
		if strings.HasPrefix(r.Type, "aws:cloudfront/") && r.Region != "us-east-1" {
			wrong = append(wrong, fmt.Sprintf("%s is in %q", r.URN, r.Region))
		}
		if r.Type == certificateToken && r.Name == "edge" && r.Region != "us-east-1" {
			wrong = append(wrong, fmt.Sprintf("%s is in %q", r.URN, r.Region))
		}
	}
	return wrong
}

// secretHealthPath is what Route 53 asks.
var secretHealthPath = regexp.MustCompile(`^/[a-z]+/health/[A-Za-z0-9]{32}$`)

func healthChecksAskPlainNames(g *graph.Graph) (wrong []string) {
	latency := latencyRecords(g)
	for _, h := range g.ByType(healthCheckToken) {
		if h.Name == "outside-in" { // asks the public name
			continue
		}
		if latency[text(h.Inputs, "fqdn")] != nil {
			wrong = append(wrong, h.URN+" asks a name that it guards")
		}
		if !secretHealthPath.MatchString(text(h.Inputs, "resourcePath")) || !slices.Contains(h.Secrets, "resourcePath") || text(h.Inputs, "type") != "HTTPS" ||
			at(h.Inputs, "requestInterval") != 10.0 && at(h.Inputs, "requestInterval") != 30.0 || at(h.Inputs, "failureThreshold") != 3.0 {
			wrong = append(wrong, fmt.Sprintf("%s asks %v", h.URN, h.Inputs))
		}
		if at(h.Inputs, "disabled") != at(h.Inputs, "invertHealthcheck") {
			wrong = append(wrong, h.URN+" is disabled but not inverted, or the other way round")
		}
	}
	return wrong
}

func gateways(g *graph.Graph) (wrong []string) {
	for _, i := range g.ByType("aws:apigatewayv2/integration:Integration") {
		if text(i.Inputs, "payloadFormatVersion") != "2.0" {
			wrong = append(wrong, i.URN+" has no payload 2.0")
		}
	}
	for _, s := range g.ByType(stageToken) {
		if at(s.Inputs, "autoDeploy") != true {
			wrong = append(wrong, s.URN+" does not deploy")
		}
	}
	for _, p := range g.ByType(permissionToken) {
		api := strings.Split(text(p.Inputs, "sourceArn"), "/")[0]
		if r := g.ByOutput("aws:apigatewayv2/api:Api", "executionArn", api); r == nil || r.Region != p.Region {
			wrong = append(wrong, fmt.Sprintf("%s allows %q, no API of %s", p.URN, api, p.Region))
		}
	}
	return wrong
}

func viewerCertificateIsIssued(g *graph.Graph) (wrong []string) {
	enum := []string{"TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021"}
	for _, d := range distributions(g) {
		arn, aliases := text(d.Inputs, "viewerCertificate", "acmCertificateArn"), texts(d.Inputs, "aliases")
		if (arn != "") != (len(aliases) > 0) {
			wrong = append(wrong, fmt.Sprintf("certificate %q with the aliases %v", arn, aliases))
		}
		if arn == "" {
			if text(d.Inputs, "viewerCertificate", "minimumProtocolVersion") != "" {
				wrong = append(wrong, "a TLS version with CloudFront's own certificate")
			}
			continue
		}
		if !slices.Contains(enum, text(d.Inputs, "viewerCertificate", "minimumProtocolVersion")) {
			wrong = append(wrong, "TLS version "+text(d.Inputs, "viewerCertificate", "minimumProtocolVersion"))
		}
		certificate := g.ByOutput(certificateToken, "arn", arn)
		if certificate == nil {
			wrong = append(wrong, "no certificate "+arn)
			continue
		}
		names := append(texts(certificate.Inputs, "subjectAlternativeNames"), text(certificate.Inputs, "domainName"))
		for _, alias := range aliases {
			_, parent, _ := strings.Cut(alias, ".")
			if !slices.Contains(names, alias) && !slices.Contains(names, "*."+parent) {
				wrong = append(wrong, fmt.Sprintf("alias %s is not on the certificate %v", alias, names))
			}
		}
		waits := slices.ContainsFunc(d.DependsOn, func(urn string) bool {
			return strings.Contains(urn, "aws:acm/certificateValidation:CertificateValidation::edge")
		})
		if !waits {
			wrong = append(wrong, "the distribution does not wait until the certificate is issued")
		}
	}
	return wrong
}

func timeoutsNest(g *graph.Graph) (wrong []string) {
	for _, d := range distributions(g) {
		for _, o := range list(d.Inputs, "origins") {
			config := at(o, "customOriginConfig")
			if config == nil {
				continue
			}
			for _, f := range g.ByType(functionToken) {
				timeout := f.Inputs["timeout"].(float64)
				if read := at(config, "originReadTimeout").(float64); timeout > 30 || read <= timeout {
					wrong = append(wrong, fmt.Sprintf("origin reads for %v s, the function runs for %v s", read, timeout))
				}
			}
			attempts, seconds := at(o, "connectionAttempts").(float64), at(o, "connectionTimeout").(float64)
			// A member of a group has another one; a write has none, and tries twice (F1.7).
			if writes := strings.HasSuffix(text(o, "originId"), "writes"); !writes && (attempts != 1 || seconds > 2) || writes && (attempts != 2 || seconds != 3) {
				wrong = append(wrong, fmt.Sprintf("origin %s connects slowly", text(o, "originId")))
			}
			if text(config, "originProtocolPolicy") != "https-only" || !slices.Equal(texts(config, "originSslProtocols"), []string{"TLSv1.2"}) {
				wrong = append(wrong, fmt.Sprintf("origin %s is not TLS 1.2 alone", text(o, "originId")))
			}
			if text(o, "customHeaders", 0, "name") != "X-Onefront-Origin-Secret" {
				wrong = append(wrong, fmt.Sprintf("origin %s gets no secret", text(o, "originId")))
			}
			if at(o, "originShield") != nil {
				wrong = append(wrong, fmt.Sprintf("origin %s has a shield (F5.25)", text(o, "originId")))
			}
		}
	}
	return wrong
}

func bucketsArePrivate(g *graph.Graph) (wrong []string) {
	byBucket := func(token string) map[string]*graph.Resource {
		found := map[string]*graph.Resource{}
		for _, r := range g.ByType(token) {
			found[text(r.Inputs, "bucket")] = r
		}
		return found
	}
	blocks := byBucket("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
	versions := byBucket("aws:s3/bucketVersioningV2:BucketVersioningV2")
	encryptions := byBucket("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2")
	policies := byBucket("aws:s3/bucketPolicy:BucketPolicy")
	for _, b := range g.ByType("aws:s3/bucketV2:BucketV2") {
		block, policy := blocks[b.ID], policies[b.ID]
		// what has expired in the logs' bucket shall be gone: it alone keeps no versions
		isLogs := strings.Contains(b.URN, "$onefront:infra:Logs$")
		if block == nil || encryptions[b.ID] == nil || policy == nil || (versions[b.ID] == nil) != isLogs {
			wrong = append(wrong, b.URN+" lacks a block, versioning, encryption or a policy, or is the logs' and keeps versions")
			continue
		}
		for _, key := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
			if block.Inputs[key] != true {
				wrong = append(wrong, block.URN+" leaves out "+key)
			}
		}
		if !slices.Contains(policy.DependsOn, block.URN) {
			wrong = append(wrong, policy.URN+" does not wait for the block (F9.10)")
		}
		if isLogs {
			continue // accessLogsAreDelivered reads its policy
		}
		var document struct {
			Statement []struct {
				Effect    string
				Principal any
				Action    []string
				Condition map[string]map[string]string
			}
		}
		if err := json.Unmarshal([]byte(policy.Output("policy")), &document); err != nil {
			wrong = append(wrong, err.Error())
		}
		var allowed []string
		for _, s := range document.Statement {
			if s.Effect != "Allow" {
				continue
			}
			allowed = append(allowed, s.Action...)
			arn := s.Condition["StringEquals"]["AWS:SourceArn"]
			if text(s.Principal, "Service") != "cloudfront.amazonaws.com" || g.ByOutput(distributionToken, "arn", arn) == nil {
				wrong = append(wrong, fmt.Sprintf("%s allows %v to %v", policy.URN, s.Principal, s.Condition))
			}
		}
		if !slices.Equal(allowed, []string{"s3:GetObject", "s3:ListBucket"}) {
			wrong = append(wrong, fmt.Sprintf("%s allows %v", policy.URN, allowed))
		}
	}
	return wrong
}

func namesAreShort(g *graph.Graph) (wrong []string) {
	for _, r := range g.Resources {
		if len(r.Name) > 40 {
			wrong = append(wrong, fmt.Sprintf("%s: a logical name of %d characters", r.URN, len(r.Name)))
		}
		if name := text(r.Inputs, "name"); strings.HasPrefix(r.Type, "aws:cloudfront/") && len(name) > 128 {
			wrong = append(wrong, fmt.Sprintf("%s: a physical name of %d characters", r.URN, len(name)))
		}
	}
	return wrong
}

func noWildcardPermission(g *graph.Graph) (wrong []string) {
	for _, p := range g.ByType("aws:iam/rolePolicy:RolePolicy") {
		var document struct{ Statement []statement }
		if err := json.Unmarshal([]byte(p.Output("policy")), &document); err != nil {
			wrong = append(wrong, err.Error())
		}
		for _, s := range document.Statement {
			for _, action := range s.Action {
				if strings.Contains(action, "*") {
					wrong = append(wrong, fmt.Sprintf("%s allows %s", p.URN, action))
				}
			}
			for _, resource := range s.Resource {
				if !strings.HasPrefix(resource, "arn:aws:") || strings.Contains(strings.TrimSuffix(resource, ":*"), "*") {
					wrong = append(wrong, fmt.Sprintf("%s allows on %s", p.URN, resource))
				}
			}
		}
	}
	return wrong
}

// namesWait: a record or health check that leads to a region is made after all that the region needs to answer, and so
// removed before it.
func namesWait(g *graph.Graph) (wrong []string) {
	region := map[string]string{} // by target domain name
	for _, d := range g.ByType(domainToken) {
		region[text(d.Outputs, "domainNameConfiguration", "targetDomainName")] = d.Region
	}
	waits := func(r *graph.Resource, place string) {
		needs := slices.Concat(g.ByType(permissionToken), g.ByType(stageToken), g.ByType("aws:apigatewayv2/apiMapping:ApiMapping"))
		for _, f := range slices.Concat(g.ByType(functionToken), g.ByType(aliasToken)) {
			if strings.HasPrefix(f.Name, "api-") {
				needs = append(needs, f)
			}
		}
		for _, n := range needs {
			if n.Region == place && !slices.Contains(r.DependsOn, n.URN) {
				wrong = append(wrong, fmt.Sprintf("%s leads to %s and does not wait for %s", r.Name, place, n.URN))
			}
		}
	}
	for _, r := range g.ByType(recordToken) {
		if place := region[text(r.Inputs, "aliases", 0, "name")]; place != "" {
			waits(r, place)
		}
	}
	for _, h := range g.ByType(healthCheckToken) {
		waits(h, region[plainTarget(g, text(h.Inputs, "fqdn"))])
	}
	return wrong
}

// routesWait: a stage that deploys by itself serves a route at once, so the permission to call its function is there
// before it and goes after it.
func routesWait(g *graph.Graph) (wrong []string) {
	for _, r := range g.ByType(routeToken) {
		integration := g.ByOutput("aws:apigatewayv2/integration:Integration", "id", strings.TrimPrefix(text(r.Inputs, "target"), "integrations/"))
		if integration == nil {
			wrong = append(wrong, r.URN+" leads to no integration")
			continue
		}
		permitted := false
		for _, p := range g.ByType(permissionToken) {
			if p.Region == r.Region && strings.Contains(text(integration.Inputs, "integrationUri"), ":function:"+text(p.Inputs, "function")+":") {
				permitted = true
				if !slices.Contains(r.DependsOn, p.URN) {
					wrong = append(wrong, fmt.Sprintf("%s does not wait for %s", r.URN, p.URN))
				}
			}
		}
		if !permitted {
			wrong = append(wrong, r.URN+" leads to a function that the API may not call")
		}
	}
	return wrong
}

// namesAreGlobal: what moves viewers away from a region must be changeable while the region is down (F15.5, F15.6).
func namesAreGlobal(g *graph.Graph) (wrong []string) {
	for _, r := range slices.Concat(g.ByType(recordToken), g.ByType(healthCheckToken)) {
		if r.Region != "us-east-1" {
			wrong = append(wrong, fmt.Sprintf("%s is changed through %s", r.URN, r.Region))
		}
	}
	return wrong
}

func accessLogsAreVended(g *graph.Graph) (wrong []string) {
	for _, s := range g.ByType(stageToken) {
		arn := text(s.Inputs, "accessLogSettings", "destinationArn")
		if !strings.Contains(arn, ":log-group:/aws/vendedlogs/"+g.Project+"/"+g.Stack+"/") {
			wrong = append(wrong, fmt.Sprintf("%s logs to %s", s.URN, arn))
		}
	}
	return wrong
}

func distributionWaits(g *graph.Graph) (wrong []string) {
	for _, d := range distributions(g) {
		for _, token := range []string{apiToken, permissionToken, stageToken, "aws:apigatewayv2/apiMapping:ApiMapping"} {
			for _, r := range g.ByType(token) {
				if !slices.Contains(d.DependsOn, r.URN) {
					wrong = append(wrong, "the distribution does not wait for "+r.URN)
				}
			}
		}
		for _, f := range slices.Concat(g.ByType(functionToken), g.ByType(aliasToken)) {
			if strings.HasPrefix(f.Name, "api-") && !slices.Contains(d.DependsOn, f.URN) {
				wrong = append(wrong, "the distribution does not wait for "+f.URN)
			}
		}
		for _, records := range latencyRecords(g) {
			for _, r := range records {
				if !slices.Contains(d.DependsOn, r.URN) {
					wrong = append(wrong, "the distribution does not wait for "+r.URN)
				}
			}
		}
	}
	return wrong
}
