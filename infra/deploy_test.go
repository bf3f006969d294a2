package infra_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/graph"
)

// externalDomains are names in a DNS that the stack cannot write.
const externalDomains = `[{"zone":"example.com","aliases":["example.com","www.example.com"]}]`

// full has every feature on: 12 regions, 30 aliases over 3 zones, 20 routes. The same values are the stack file
// infra/testdata/full/Pulumi.full.yaml.
const twelveRegions = `["eu-west-1","us-east-1","ap-southeast-2","us-west-2","eu-central-1","ap-northeast-1","sa-east-1","ap-south-1","ca-central-1","eu-north-1","ap-southeast-1","us-east-2"]`

func TestDeploy_invariants(t *testing.T) {
	projectFiles(t)
	for _, c := range []struct {
		name, stack string
		replaced    map[string]string
	}{
		{"prod", "prod", nil},
		{"staging", "staging", nil},
		{"one region dns", "prod", map[string]string{"onefront:regions": `["eu-west-1"]`}},
		{"one region edge", "staging", map[string]string{"onefront:regions": `["eu-west-1"]`}},
		{"edge with domains", "prod", map[string]string{"onefront:routing": "edge"}},
		{"twelve regions", "prod", map[string]string{"onefront:regions": twelveRegions}},
		{"no site", "prod", map[string]string{"onefront:siteDir": ""}},
		{"drained", "prod", map[string]string{"onefront:drainedRegions": `["eu-west-1"]`}},
		{"edge drained to one", "staging", map[string]string{"onefront:drainedRegions": `["eu-west-1"]`}},
		{"sequential", "prod", map[string]string{"onefront:rollout": "sequential"}},
		{"sequential edge", "staging", map[string]string{"onefront:rollout": "sequential"}},
		{"long stack name", strings.Repeat("long-stack", 10), map[string]string{"onefront:originSubdomain": "o"}},
		{"pending", "prod", map[string]string{"onefront:routing": "edge", "onefront:externalDns": "pending", "onefront:domains": externalDomains}},
		{"issued", "prod", map[string]string{"onefront:routing": "edge", "onefront:externalDns": "issued", "onefront:domains": externalDomains}},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := c.stack
			if source != "prod" && source != "staging" {
				source = "prod"
			}
			config, secrets := stackConfig(t, source, c.replaced)
			g, err := recordConfig(c.stack, config, secrets)
			if err != nil {
				t.Fatal(err)
			}
			for _, invariant := range invariants {
				for _, wrong := range invariant.check(g) {
					t.Errorf("%s: %s", invariant.name, wrong)
				}
			}
		})
	}
}

// The stack with every feature on keeps every invariant too.
func TestDeploy_full(t *testing.T) {
	projectFiles(t)
	config, secrets := stackConfig(t, "full", nil)
	g, err := recordConfig("full", config, secrets)
	if err != nil {
		t.Fatal(err)
	}
	for _, invariant := range invariants {
		for _, wrong := range invariant.check(g) {
			t.Errorf("%s: %s", invariant.name, wrong)
		}
	}
	if got := len(texts(one(t, g, distributionToken).Inputs, "aliases")); got != 30 {
		t.Errorf("%d aliases, want 30", got)
	}
	if got := len(behaviors(one(t, g, distributionToken))); got != 21 {
		t.Errorf("%d behaviors, want 20 routes and the site", got)
	}
}

// With a sequential rollout every resource of a region comes after the region before it.
func TestDeploy_sequentialRollout(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:rollout": "sequential"})
	first := named(t, g, functionToken, "api-eu-west-1").URN
	for _, r := range g.Resources {
		if r.Custom && strings.HasPrefix(r.Type, "aws:") && strings.Contains(r.URN, "onefront:infra:Region$") && strings.HasSuffix(r.Name, "us-east-1") {
			if !slices.Contains(r.DependsOn, first) {
				t.Errorf("%s does not wait for the region before", r.URN)
			}
		}
	}
	parallel := record(t, "prod", nil)
	if slices.Contains(named(t, parallel, functionToken, "api-us-east-1").DependsOn, first) {
		t.Error("a parallel rollout waits as well")
	}
}

// A region of the test's small application is at most 64 resources and the rest at most 66, site objects apart:
// previews stay quick. Three functions, health among them, are 7 each: a component, a role with its policy, a log
// group, the function, its alias and the check of its version. The API is 12: a component, the API, its stage with a
// log group, two integrations with a permission each, four routes. Names are 8: the certificate and its validation, the
// domain, the mapping, three records, the health check. Alarms are 13 with their topic, parameters 2, the application's
// queue 1, saved queries 2, and the region and its provider 2.
func TestDeploy_resourceCount(t *testing.T) {
	projectFiles(t)
	domains := `[{"zone":"example.com","zoneId":"Z0123456789EXAMPLE","aliases":["app.example.com"]}]`
	count := func(regions string) (all int) {
		for _, r := range record(t, "prod", map[string]string{"onefront:regions": regions, "onefront:domains": domains}).Resources {
			if r.Type != objectToken {
				all++
			}
		}
		return all
	}
	two, three := count(`["eu-west-1","us-east-1"]`), count(`["eu-west-1","us-east-1","ap-southeast-2"]`)
	perRegion := three - two
	shared := two - 2*perRegion
	t.Logf("%d resources per region, %d shared", perRegion, shared)
	if perRegion > 64 {
		t.Errorf("%d resources per region, want at most 64", perRegion)
	}
	if shared > 66 {
		t.Errorf("%d shared resources, want at most 66", shared)
	}
}

func TestDistribution_dns(t *testing.T) {
	projectFiles(t)
	d := one(t, record(t, "prod", nil), distributionToken)
	var got []string
	for _, b := range behaviors(d) {
		got = append(got, fmt.Sprintf("%s -> %s, %d methods, %s", text(b, "pathPattern"), text(b, "targetOriginId"), len(texts(b, "allowedMethods")), text(b, "viewerProtocolPolicy")))
	}
	want := []string{
		"/api/topics* -> api, 3 methods, https-only",
		"/api/* -> writes, 7 methods, https-only",
		" -> site, 3 methods, redirect-to-https",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("behaviors (-want +got):\n%s", diff)
	}
	for key, value := range map[string]any{"httpVersion": "http2and3", "isIpv6Enabled": true, "priceClass": "PriceClass_All", "defaultRootObject": "index.html"} {
		if d.Inputs[key] != value {
			t.Errorf("%s = %v, want %v", key, d.Inputs[key], value)
		}
	}
	if diff := cmp.Diff(map[string][]string{"api": {"nearest", "next"}, "site": {"site-eu-west-1", "site-us-east-1"}}, groupIDs(d)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestDistribution_oneRegion(t *testing.T) {
	projectFiles(t)
	d := one(t, record(t, "prod", map[string]string{"onefront:regions": `["eu-west-1"]`}), distributionToken)
	if groups := groupIDs(d); len(groups) > 0 {
		t.Errorf("one region has the groups %v", groups)
	}
	for _, b := range behaviors(d) {
		if target := text(b, "targetOriginId"); target != "nearest" && target != "writes" && target != "site-eu-west-1" {
			t.Errorf("behavior %q targets %q", text(b, "pathPattern"), target)
		}
	}
}

// Draining by edge routing replaces the function, to which the distribution moves, and changes whom the region's
// alarms tell: every region stays an origin, and functions are immutable, so that none names an origin before the
// distribution has it.
func TestDistribution_drainEdge(t *testing.T) {
	projectFiles(t)
	before := record(t, "staging", nil)
	after := record(t, "staging", map[string]string{"onefront:drainedRegions": `["us-east-1"]`})
	for _, r := range before.Resources {
		if len(r.Secrets) > 0 || strings.HasPrefix(r.Type, "random:") || r.Type == functionToken || r.Type == distributionToken {
			continue // secrets are drawn anew in each recording
		}
		other, replaced := after.ByURN(r.URN), strings.HasPrefix(r.Name, "api-request-")
		if (other == nil) != replaced {
			t.Errorf("%s: replaced %v, want %v", r.URN, other == nil, replaced)
			continue
		}
		isMuted := r.Name == "region-us-east-1" && r.Type == compositeToken // a planned drain sends nothing
		watches := r.Type == dashboardToken || strings.Contains(fmt.Sprint(r.Inputs), "FunctionName:api-request-")
		if changed := other != nil && !cmp.Equal(r.Inputs, other.Inputs); changed != (isMuted || watches) && !replaced {
			t.Errorf("%s: changed %v, want %v", r.URN, changed, !changed)
		}
	}
	origins := func(g *graph.Graph) (ids []string) {
		for _, o := range list(one(t, g, distributionToken).Inputs, "origins") {
			ids = append(ids, text(o, "originId"))
		}
		return ids
	}
	if diff := cmp.Diff(origins(before), origins(after)); diff != "" {
		t.Errorf("draining changes the origins:\n%s", diff)
	}
}

func TestDeploy_drainDNS(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:drainedRegions": `["us-east-1"]`})
	for _, h := range g.ByType(healthCheckToken) {
		if h.Name == "outside-in" {
			continue
		}
		want := h.Name == "origin-us-east-1"
		if h.Inputs["disabled"] != want || h.Inputs["invertHealthcheck"] != want {
			t.Errorf("%s: disabled %v, inverted %v, want both %v", h.Name, h.Inputs["disabled"], h.Inputs["invertHealthcheck"], want)
		}
	}
}

// Each alias has three records, in its own zone, and each base domain is validated once.
func TestDeploy_aliasesOverZones(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", map[string]string{"onefront:domains": `[
		{"zone":"example.com","zoneId":"ZONE1","aliases":["example.com","*.example.com"]},
		{"zone":"example.org","zoneId":"ZONE2","aliases":["app.example.org"]},
		{"zone":"example.net","zoneId":"ZONE3","aliases":["example.net"],"validation":"existing"}]`})
	var got []string
	for _, r := range g.ByType(recordToken) {
		if strings.Contains(r.URN, "ViewerDNS") {
			got = append(got, fmt.Sprint(text(r.Inputs, "name"), " ", text(r.Inputs, "type"), " ", text(r.Inputs, "zoneId")))
		}
	}
	slices.Sort(got)
	var want []string
	for name, zone := range map[string]string{"example.com": "ZONE1", "*.example.com": "ZONE1", "app.example.org": "ZONE2", "example.net": "ZONE3"} {
		for _, recordType := range []string{"A", "AAAA", "HTTPS"} {
			want = append(want, name+" "+recordType+" "+zone)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("viewer records (-want +got):\n%s", diff)
	}
	var validated []string
	for _, r := range g.ByType(recordToken) {
		if text(r.Inputs, "type") == "CNAME" {
			validated = append(validated, r.Name+" in "+text(r.Inputs, "zoneId"))
		}
	}
	slices.Sort(validated)
	wantValidated := []string{"validation-app.example.org in ZONE2", "validation-example.com in ZONE1", "validation-onefront-prod-origin-c5401bf6 in ZONE1"}
	if diff := cmp.Diff(wantValidated, validated); diff != "" {
		t.Errorf("validation records (-want +got):\n%s", diff)
	}
}

// pending makes the certificate and tells what to create; issued attaches it. Neither writes a record.
func TestDeploy_externalDNS(t *testing.T) {
	projectFiles(t)
	config := func(phase string) map[string]string {
		return map[string]string{"onefront:routing": "edge", "onefront:externalDns": phase, "onefront:domains": externalDomains}
	}
	pending := record(t, "prod", config("pending"))
	if d := one(t, pending, distributionToken); len(texts(d.Inputs, "aliases")) > 0 || at(d.Inputs, "viewerCertificate", "cloudfrontDefaultCertificate") != true {
		t.Error("pending: the distribution has aliases or a certificate already")
	}
	if len(pending.ByType("aws:acm/certificateValidation:CertificateValidation")) > 0 {
		t.Error("pending: something waits for the validation")
	}
	records := list(pending.Outputs, "dnsRecords")
	if len(records) < 3 || text(records[0], "type") != "CNAME" || !strings.HasPrefix(text(records[0], "name"), "_") {
		t.Errorf("pending: dnsRecords = %v", records)
	}
	issued := record(t, "prod", config("issued"))
	if d := one(t, issued, distributionToken); len(texts(d.Inputs, "aliases")) == 0 {
		t.Error("issued: the distribution has no aliases")
	}
	for _, g := range []*graph.Graph{pending, issued} {
		if n := len(g.ByType(recordToken)); n > 0 {
			t.Errorf("external DNS, and %d records", n)
		}
	}
}

// The outputs are a contract with frontend builds: names and types.
func TestDeploy_outputs(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	want := []string{"aliases", "apiUrl", "certificateArn", "dashboardUrl", "distributionDomain", "distributionId", "frontendEnv", "logsBucket", "regions", "siteUrl"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(g.Outputs))); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if g.Outputs["siteUrl"] != "https://example.com" || g.Outputs["apiUrl"] != "https://example.com/api" {
		t.Errorf("siteUrl %v, apiUrl %v", g.Outputs["siteUrl"], g.Outputs["apiUrl"])
	}
	first := at(g.Outputs, "regions", 0)
	if text(first, "region") != "eu-west-1" || text(first, "endpoint") != "https://eu-west-1.onefront-prod-origin.example.com" || text(first, "healthCheckId") == "" ||
		text(first, "functionName") == "" || !strings.HasPrefix(text(first, "queueUrl"), "https://sqs.eu-west-1.") {
		t.Errorf("regions[0] = %v", first)
	}
	if len(g.OutputSecrets) > 0 {
		t.Errorf("secret outputs %v", g.OutputSecrets)
	}
	staging := record(t, "staging", nil)
	domain := staging.Outputs["distributionDomain"].(string)
	if aliases, ok := staging.Outputs["aliases"].([]any); !ok || len(aliases) != 0 {
		t.Errorf("staging: aliases = %v, want an empty list", staging.Outputs["aliases"])
	}
	if staging.Outputs["apiUrl"] != "https://"+domain+"/api" || at(staging.Outputs, "regions", 0, "healthCheckId") != nil {
		t.Errorf("staging: apiUrl %v, regions %v", staging.Outputs["apiUrl"], staging.Outputs["regions"])
	}
}

// Pages come after everything they may name, in every bucket.
func TestSite_pagesLast(t *testing.T) {
	projectFiles(t)
	g := record(t, "prod", nil)
	pages := 0
	for _, page := range g.ByType(objectToken) {
		if !strings.HasPrefix(text(page.Inputs, "contentType"), "text/html") {
			continue
		}
		pages++
		for _, other := range g.ByType(objectToken) {
			if text(other.Inputs, "bucket") == text(page.Inputs, "bucket") && !strings.HasPrefix(text(other.Inputs, "contentType"), "text/html") &&
				!slices.Contains(page.DependsOn, other.URN) {
				t.Errorf("%s does not wait for %s", page.Name, other.Name)
			}
		}
	}
	if pages < 2 {
		t.Errorf("found %d pages, want some in both buckets", pages)
	}
}

// Another order of the regions changes no bucket's and no region's name, but for the logs' bucket, which is at home.
func TestDeploy_reorderedRegions(t *testing.T) {
	projectFiles(t)
	urns := func(regions string) (all []string) {
		for _, r := range record(t, "prod", map[string]string{"onefront:regions": regions}).Resources {
			if !strings.Contains(r.URN, "$onefront:infra:Logs$aws:s3/") {
				all = append(all, r.URN)
			}
		}
		return all
	}
	if diff := cmp.Diff(urns(`["eu-west-1","us-east-1","ap-southeast-2"]`), urns(`["us-east-1","eu-west-1","ap-southeast-2"]`)); diff != "" {
		t.Errorf("another order replaces resources:\n%s", diff)
	}
}
