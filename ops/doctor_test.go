package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/onefront/onefront/graph"
)

const zoneID = "Z0123456789EXAMPLE"

// clinic is an account without a fault, on stand-ins of AWS's APIs and of the DNS, for a stack of one region.
type clinic struct {
	t       *testing.T
	patient *patient

	mu      sync.Mutex
	bodies  map[string]string // by what the request asks: an answer's body
	refused map[string]bool
	records map[string][]string // name and type -> records, as a zone file writes them
	silent  bool                // the DNS does not answer
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	c := &clinic{t: t, refused: map[string]bool{}, records: map[string][]string{
		"example.com. NS": {"example.com. 60 IN NS ns-1.example.net.", "example.com. 60 IN NS ns-2.example.net."},
	}}
	c.bodies = map[string]string{
		"GetCallerIdentity":                        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:role/deploy</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
		"GetAccountSummary":                        `<GetAccountSummaryResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccountSummaryResult><SummaryMap><entry><key>GlobalEndpointTokenVersion</key><value>2</value></entry></SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>`,
		"/getRegionOptStatus":                      `{"RegionName":"eu-west-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}`,
		"/account-settings":                        `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":1000}}`,
		"ListServiceQuotas":                        `{"Quotas":[{"QuotaName":"Web distributions per AWS account","Value":200},{"QuotaName":"Cache policies per AWS account","Value":20},{"QuotaName":"Functions per AWS account","Value":100},{"QuotaName":"Custom Domain Names","Value":120},{"QuotaName":"Private custom domain names","Value":1}]}`,
		"/v2/domainnames":                          `{"items":[{"domainName":"*.o.example.org"},{"domainName":"api.example.org"}]}`,
		"/hostedzone":                              `<ListHostedZonesResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZones><HostedZone><Id>/hostedzone/` + zoneID + `</Id><Name>example.com.</Name><CallerReference>x</CallerReference></HostedZone><HostedZone><Id>/hostedzone/ZPRIVATE</Id><Name>www.example.com.</Name><CallerReference>y</CallerReference><Config><PrivateZone>true</PrivateZone></Config></HostedZone></HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems><Marker></Marker></ListHostedZonesResponse>`,
		"/hostedzone/" + zoneID:                    `<GetHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZone><Id>/hostedzone/` + zoneID + `</Id><Name>example.com.</Name><CallerReference>x</CallerReference></HostedZone><DelegationSet><NameServers><NameServer>ns-2.example.net</NameServer><NameServer>ns-1.example.net</NameServer></NameServers></DelegationSet></GetHostedZoneResponse>`,
		"/hostedzone/" + zoneID + "/rrset":         `<ListResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ResourceRecordSets/><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>`,
		"/accountlimit/MAX_HEALTH_CHECKS_BY_OWNER": `<GetAccountLimitResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Limit><Type>MAX_HEALTH_CHECKS_BY_OWNER</Type><Value>200</Value></Limit><Count>5</Count></GetAccountLimitResponse>`,
		"/distribution":                            distributionList(""),
		"/cache-policy":                            `<CachePolicyList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><MaxItems>100</MaxItems><Quantity>2</Quantity></CachePolicyList>`,
		"/function":                                `<FunctionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><MaxItems>100</MaxItems><Quantity>3</Quantity></FunctionList>`,
	}
	at := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(at.Close)
	endpoints := map[string]map[string]string{}
	for _, service := range []string{"sts", "iam", "account", "cloudfront", "route53"} {
		endpoints[service] = map[string]string{"": at.URL}
	}
	for _, service := range []string{"lambda", "servicequotas", "apigateway"} {
		endpoints[service] = map[string]string{eu: at.URL, us: at.URL}
	}
	server := c.serveDNS()
	_, port, _ := net.SplitHostPort(server)
	c.patient = newPatient(
		needsOf(graphOfAStack()),
		&cloud{
			config: aws.Config{
				Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
				Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
			},
			endpoints: endpoints, timeout: callTimeout,
		},
		&resolver{system: server, port: port, lookup: func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }},
	)
	return c
}

func distributionList(alias string) string {
	items := ""
	if alias != "" {
		items = `<Items><DistributionSummary><Id>E0THER</Id><Comment>somebody else's</Comment><Aliases><Quantity>1</Quantity><Items><CNAME>` + alias + `</CNAME></Items></Aliases></DistributionSummary></Items>`
	}
	return `<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>1</Quantity>` + items + `</DistributionList>`
}

func graphOfAStack() *graph.Graph {
	resource := func(token, name, region string, inputs map[string]any) *graph.Resource {
		return &graph.Resource{URN: "urn:pulumi:test::onefront::" + token + "::" + name, Type: token, Custom: true, Region: region, Inputs: inputs}
	}
	return graph.New(
		resource(distributionType, "edge", "", map[string]any{"aliases": []any{"example.com", "www.example.com"}, "comment": "onefront prod"}),
		resource(certificateType, "edge", us, map[string]any{"domainName": "example.com", "subjectAlternativeNames": []any{"www.example.com"}}),
		resource(certificateType, "origin", eu, map[string]any{"domainName": "*.origin.example.com"}),
		resource(recordType, "a", "", map[string]any{"zoneId": zoneID, "name": "example.com", "type": "A"}),
		resource(recordType, "origin", "", map[string]any{"zoneId": graph.LookedUpZone("example.com"), "name": "nearest.origin.example.com.", "type": "A"}),
		resource(healthCheckType, "eu", "", nil),
		resource(functionType, "api", eu, map[string]any{"reservedConcurrentExecutions": 50.0}),
		resource(cachePolicyType, "own", "", nil),
		resource(domainNameType, "origin", eu, nil),
		resource(edgeFunctionType, "api", "", nil),
		resource(storeType, "drains", "", nil),
	)
}

// serve answers by the path, or by the operation where all have one path.
func (c *clinic) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	asked := r.URL.Path
	if _, action, ok := strings.Cut(string(raw), "Action="); ok {
		asked, _, _ = strings.Cut(action, "&")
	} else if target := r.Header.Get("X-Amz-Target"); target != "" {
		asked = target[strings.LastIndex(target, ".")+1:]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for suffix, body := range c.bodies {
		if asked != suffix && !(strings.HasPrefix(suffix, "/") && strings.HasSuffix(asked, suffix)) {
			continue
		}
		if strings.HasPrefix(body, "<") {
			w.Header().Set("Content-Type", "text/xml")
		} else {
			w.Header().Set("Content-Type", "application/json")
		}
		if c.refused[suffix] {
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
			body = `{"message":"not allowed"}`
			if r.Header.Get("X-Amz-Target") == "" && !strings.Contains(asked, "etting") && !strings.Contains(asked, "OptStatus") {
				body = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not allowed</Message></Error></ErrorResponse>`
			}
		}
		_, _ = io.WriteString(w, body)
		return
	}
	c.t.Errorf("nobody answers %s %s (%s)", r.Method, r.URL, asked)
	w.WriteHeader(http.StatusNotFound)
}

// serveDNS is the world's resolver and the zone's own server in one.
func (c *clinic) serveDNS() (address string) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		c.mu.Lock()
		defer c.mu.Unlock()
		answer := new(dns.Msg)
		answer.SetReply(question)
		if c.silent {
			answer.Rcode = dns.RcodeServerFailure
		}
		q := question.Question[0]
		for _, text := range c.records[q.Name+" "+dns.TypeToString[q.Qtype]] {
			rr, err := dns.NewRR(text)
			if err != nil {
				c.t.Error(err)
				continue
			}
			answer.Answer = append(answer.Answer, rr)
		}
		_ = w.WriteMsg(answer)
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.ActivateAndServe()
	}()
	c.t.Cleanup(func() {
		_ = server.Shutdown()
		<-done
	})
	return conn.LocalAddr().String()
}

// bad are all findings that are not good, in short.
func (c *clinic) bad() (all []string) {
	for _, f := range c.patient.examine(c.t.Context()) {
		if f.Level != good {
			all = append(all, fmt.Sprintf("%s, %s, %s: %s", f.Level, f.Question, f.Subject, f.Found))
		}
	}
	return all
}

func TestDoctor_healthy(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	all := c.patient.examine(t.Context())
	questions := map[string]bool{}
	for _, f := range all {
		questions[f.Question] = true
		if f.Level != good {
			t.Errorf("a healthy account: %+v", f)
		}
	}
	for _, check := range checks {
		if !questions[check.question] {
			t.Errorf("%s: nothing was found", check.question)
		}
	}
	var out bytes.Buffer
	command := &command{stdout: &out}
	if err := command.report(all); err != nil {
		t.Error(err)
	}
	for _, part := range []string{"credentials", "arn:aws:iam::123456789012:role/deploy", "1000 executions, 900 of them to be reserved; the stack reserves 50"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the table lacks %q:\n%s", part, &out)
		}
	}
}

// Each question is answered wrong once, and nothing else is found.
func TestDoctor_faults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*clinic)
		want   []string
	}{
		"no zone": {func(c *clinic) {
			c.bodies["/hostedzone"] = strings.ReplaceAll(c.bodies["/hostedzone"], "example.com.", "example.org.")
		}, []string{
			"blocker, zone, example.com: no public hosted zone of this account is above this name",
			"blocker, zone, nearest.origin.example.com: no public hosted zone of this account is above this name",
		}},
		"zones may not be read": {func(c *clinic) { c.refused["/hostedzone"] = true }, []string{
			"unknown, zone, : could not be asked: AccessDenied: not allowed",
			"unknown, delegation, : could not be asked: the account's zones are not known",
			"unknown, CAA, : could not be asked: the account's zones are not known",
		}},
		"another zone": {func(c *clinic) {
			c.bodies["/hostedzone"] = strings.ReplaceAll(c.bodies["/hostedzone"], zoneID, "ZREAL")
			c.bodies["/hostedzone/ZREAL"] = c.bodies["/hostedzone/"+zoneID]
			c.bodies["/hostedzone/ZREAL/rrset"] = c.bodies["/hostedzone/"+zoneID+"/rrset"]
		}, []string{"blocker, zone, example.com: the stack says zoneId " + zoneID + ", the account's zone is ZREAL"}},
		"not delegated": {func(c *clinic) { delete(c.records, "example.com. NS") }, []string{
			"blocker, delegation, example.com: nobody delegates this zone: certificates would wait for ever",
		}},
		"delegated elsewhere": {func(c *clinic) { c.records["example.com. NS"] = []string{"example.com. 60 IN NS ns.example.org."} }, []string{
			"blocker, delegation, example.com: delegated to ns.example.org, not to this zone's servers",
		}},
		"CAA for all": {func(c *clinic) {
			c.records["example.com. CAA"] = []string{`example.com. 60 IN CAA 0 issue "letsencrypt.org"`}
		}, []string{
			`blocker, CAA, *.origin.example.com: CAA at example.com allows ["letsencrypt.org"]`,
			`blocker, CAA, example.com: CAA at example.com allows ["letsencrypt.org"]`,
			`blocker, CAA, www.example.com: CAA at example.com allows ["letsencrypt.org"]`,
		}},
		"CAA for wildcards": {func(c *clinic) {
			c.records["example.com. CAA"] = []string{`example.com. 60 IN CAA 0 issue "amazon.com; x=y"`, `example.com. 60 IN CAA 0 issuewild ";"`}
		}, []string{`blocker, CAA, *.origin.example.com: CAA at example.com allows [""]`}},
		"CAA nearer by": {func(c *clinic) {
			c.records["example.com. CAA"] = []string{`example.com. 60 IN CAA 0 issue "amazonaws.com"`}
			c.records["www.example.com. CAA"] = []string{`www.example.com. 60 IN CAA 0 issue ";"`}
		}, []string{`blocker, CAA, www.example.com: CAA at www.example.com allows [""]`}},
		"DNS in trouble": {func(c *clinic) { c.silent = true }, []string{
			"unknown, delegation, : could not be asked: NS of example.com: SYSTEM answers SERVFAIL",
			"unknown, CAA, : could not be asked: CAA of *.origin.example.com: SYSTEM answers SERVFAIL\nCAA of example.com: SYSTEM answers SERVFAIL\nCAA of www.example.com: SYSTEM answers SERVFAIL",
		}},
		"a name is taken": {func(c *clinic) {
			c.bodies["/hostedzone/"+zoneID+"/rrset"] = `<ListResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ResourceRecordSets><ResourceRecordSet><Name>example.com.</Name><Type>A</Type><AliasTarget><HostedZoneId>Z2</HostedZoneId><DNSName>d1.cloudfront.net.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet><ResourceRecordSet><Name>example.com.</Name><Type>MX</Type></ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>`
		}, []string{"warning, names taken, example.com: is there already: A d1.cloudfront.net"}},
		"a wildcard is taken": {func(c *clinic) {
			c.patient.records = append(c.patient.records, dnsRecord{zoneID, "*.example.com", "A"})
			c.bodies["/hostedzone/"+zoneID+"/rrset"] = `<ListResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ResourceRecordSets><ResourceRecordSet><Name>\052.example.com.</Name><Type>A</Type><AliasTarget><HostedZoneId>Z2</HostedZoneId><DNSName>d1.cloudfront.net.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>`
		}, []string{"warning, names taken, *.example.com: is there already: A d1.cloudfront.net"}},
		"a second zone of the name": {func(c *clinic) {
			c.patient.records = c.patient.records[:1] // the one that names its zone
			c.bodies["/hostedzone"] = strings.Replace(c.bodies["/hostedzone"], "</HostedZones>", `<HostedZone><Id>/hostedzone/ZTWIN</Id><Name>example.com.</Name><CallerReference>z</CallerReference></HostedZone></HostedZones>`, 1)
		}, nil},
		"a second zone of the name that is looked up": {func(c *clinic) {
			c.patient.records = c.patient.records[1:]
			c.bodies["/hostedzone"] = strings.Replace(c.bodies["/hostedzone"], "<HostedZone>", `<HostedZone><Id>/hostedzone/ZTWIN</Id><Name>example.com.</Name><CallerReference>z</CallerReference></HostedZone><HostedZone>`, 1)
		}, []string{"blocker, zone, example.com: 2 public zones of this account have this name"}},
		"an alias is taken": {func(c *clinic) { c.bodies["/distribution"] = distributionList("www.example.com") }, []string{
			"blocker, aliases taken, www.example.com: is an alias of distribution E0THER",
		}},
		"a region is off": {func(c *clinic) {
			c.bodies["/getRegionOptStatus"] = `{"RegionOptStatus":"DISABLED"}`
		}, []string{"blocker, regions enabled, eu-west-1: disabled", "blocker, regions enabled, us-east-1: disabled"}},
		"a new account": {func(c *clinic) {
			c.bodies["/account-settings"] = `{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}`
		}, []string{"blocker, concurrency, eu-west-1: 10 executions, 0 of them to be reserved; the stack reserves 50"}},
		"reserved by this stack, or by others": {func(c *clinic) {
			c.bodies["/account-settings"] = `{"AccountLimit":{"ConcurrentExecutions":180,"UnreservedConcurrentExecutions":130}}`
		}, []string{"warning, concurrency, eu-west-1: 180 executions, 30 of them to be reserved; the stack reserves 50"}},
		"another project's stack of this name": {func(c *clinic) {
			c.bodies["/distribution"] = strings.ReplaceAll(distributionList("www.example.com"), "somebody else's", "shop prod")
		}, []string{"blocker, aliases taken, www.example.com: is an alias of distribution E0THER"}},
		"this stack's own names": {func(c *clinic) {
			c.bodies["/distribution"] = strings.ReplaceAll(distributionList("www.example.com"), "somebody else's", "onefront prod")
		}, nil},
		"a new account, nothing reserved": {func(c *clinic) {
			c.bodies["/account-settings"] = `{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}`
			c.patient.reserved = map[string]int{}
		}, []string{"warning, concurrency, eu-west-1: 10 executions, 0 of them to be reserved; the stack reserves 0"}},
		"many policies": {func(c *clinic) {
			c.bodies["/cache-policy"] = strings.ReplaceAll(c.bodies["/cache-policy"], ">2<", ">20<")
		}, []string{
			"warning, quotas, cache policies per AWS account: 20 used, the stack has 1, 20 allowed",
		}},
		"many health checks": {func(c *clinic) {
			c.bodies["/accountlimit/MAX_HEALTH_CHECKS_BY_OWNER"] = strings.ReplaceAll(c.bodies["/accountlimit/MAX_HEALTH_CHECKS_BY_OWNER"], ">5<", ">200<")
		}, []string{"warning, quotas, health checks: 200 used, the stack has 1, 200 allowed"}},
		"many custom domains": {func(c *clinic) {
			c.bodies["ListServiceQuotas"] = strings.Replace(c.bodies["ListServiceQuotas"], `"Value":120`, `"Value":2`, 1)
		}, []string{"warning, custom domains, custom domains, eu-west-1: 2 used, the stack has 1, 2 allowed"}},
		"a quota without a name": {func(c *clinic) {
			c.bodies["ListServiceQuotas"] = strings.ReplaceAll(c.bodies["ListServiceQuotas"], "Functions", "Things")
		}, []string{
			"unknown, quotas, functions per AWS account: Service Quotas does not name it",
		}},
		"tokens of version 1": {func(c *clinic) {
			c.bodies["GetAccountSummary"] = strings.ReplaceAll(c.bodies["GetAccountSummary"], ">2<", ">1<")
		}, []string{"warning, KeyValueStore, session tokens: the global STS endpoint gives tokens of version 1, which SigV4A does not take"}},
		"no way to the store": {func(c *clinic) {
			look := c.patient.dns.lookup
			c.patient.dns.lookup = func(ctx context.Context, host string) ([]string, error) {
				if strings.Contains(host, "cloudfront-kvs") {
					return nil, &net.DNSError{Name: host, IsNotFound: true}
				}
				return look(ctx, host)
			}
		}, []string{"warning, KeyValueStore, 123456789012.cloudfront-kvs.global.api.aws: does not resolve here"}},
		"no credentials": {func(c *clinic) { c.refused["GetCallerIdentity"] = true }, []string{
			"blocker, credentials, -: no valid credentials: AccessDenied: not allowed",
			"unknown, KeyValueStore, : could not be asked: AccessDenied: not allowed",
		}},
		"may not look": {func(c *clinic) {
			for _, what := range []string{"/getRegionOptStatus", "/account-settings", "ListServiceQuotas", "/distribution"} {
				c.refused[what] = true
			}
		}, []string{
			"unknown, regions enabled, : could not be asked: AccessDeniedException: not allowed",
			"unknown, aliases taken, : could not be asked: AccessDenied: not allowed",
			"unknown, concurrency, : could not be asked: AccessDeniedException: not allowed",
			"unknown, quotas, : could not be asked: AccessDeniedException: not allowed",
			"unknown, custom domains, : could not be asked: AccessDeniedException: not allowed",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clinic := newClinic(t)
			c.change(clinic)
			var got []string
			for _, line := range clinic.bad() {
				got = append(got, strings.ReplaceAll(strings.ReplaceAll(line, clinic.patient.dns.system, "SYSTEM"), "127.0.0.1:"+clinic.patient.dns.port, "SYSTEM"))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// Custom domains are counted over pages, by a signed question, and a refusal is an error.
func TestCustomDomains(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"": `{"items":[{},{}],"nextToken":"a b"}`, "a b": `{"items":[{}]}`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "/"+eu+"/apigateway/aws4_request") {
			t.Errorf("Authorization %q", r.Header.Get("Authorization"))
		}
		body, found := pages[r.URL.Query().Get("nextToken")]
		if !found || r.URL.Path != "/v2/domainnames" {
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException:http://x")
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	c := &cloud{
		config:    aws.Config{Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")},
		endpoints: map[string]map[string]string{"apigateway": {eu: server.URL}}, timeout: callTimeout,
	}
	if n, err := c.customDomains(t.Context(), eu); err != nil || n != 3 {
		t.Errorf("%d, %v; want 3", n, err)
	}
	pages = nil
	_, err := c.customDomains(t.Context(), eu)
	wantError(t, err, "apigateway in eu-west-1 answers 403 AccessDeniedException")
}

func TestDoctor_report(t *testing.T) {
	t.Parallel()
	all := []finding{
		{"zone", "example.com", good, "Z1", "never shown"},
		{"CAA", "example.com", blocker, "CAA allows nobody", "add a record"},
	}
	var out bytes.Buffer
	c := &command{stdout: &out}
	err := c.report(all)
	wantError(t, err, "what stops a deployment: 1")
	if !strings.Contains(out.String(), "CAA, example.com: add a record") || strings.Contains(out.String(), "never shown") {
		t.Errorf("the table:\n%s", &out)
	}
	out.Reset()
	c.flags.json = true
	_ = c.report(all)
	var got []finding
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got) != 2 || got[1] != all[1] {
		t.Errorf("JSON: %v\n%s", err, &out)
	}
}
