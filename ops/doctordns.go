package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/miekg/dns"

	"github.com/onefront/onefront/graph"
)

// zone is a public hosted zone of the account.
type zone struct {
	id, name string // the name without a dot at its end
	servers  []string
}

// resolver asks the DNS.
type resolver struct {
	// system is a resolver's host and port; lookup gives a name's addresses, and port is where servers listen.
	system string
	port   string
	lookup func(ctx context.Context, host string) ([]string, error)
}

func newResolver() (*resolver, error) {
	config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(config.Servers) == 0 {
		return nil, fmt.Errorf("the machine's resolver: %w", errors.Join(err, errors.New("want a nameserver in /etc/resolv.conf")))
	}
	return &resolver{system: net.JoinHostPort(config.Servers[0], config.Port), port: "53", lookup: net.DefaultResolver.LookupHost}, nil
}

// ask asks a server, by UDP and where the answer does not fit by TCP.
func (r *resolver) ask(ctx context.Context, server, name string, kind uint16, recursive bool) (*dns.Msg, error) {
	question := new(dns.Msg)
	question.SetQuestion(dns.Fqdn(name), kind)
	question.RecursionDesired = recursive
	question.SetEdns0(1232, false)
	client := &dns.Client{Timeout: 3 * time.Second}
	answer, _, err := client.ExchangeContext(ctx, question, server)
	if err == nil && answer.Truncated {
		client.Net = "tcp"
		answer, _, err = client.ExchangeContext(ctx, question, server)
	}
	if err != nil {
		return nil, err
	}
	if answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError {
		return nil, fmt.Errorf("%s answers %s", server, dns.RcodeToString[answer.Rcode])
	}
	return answer, nil
}

// authoritative asks one of a zone's own servers, so that no resolver remembers that a name was not there.
func (r *resolver) authoritative(ctx context.Context, z zone, name string, kind uint16) (*dns.Msg, error) {
	err := fmt.Errorf("zone %s has no name servers", z.name)
	for _, server := range z.servers {
		var addresses []string
		if addresses, err = r.lookup(ctx, server); err != nil {
			continue
		}
		for _, a := range addresses {
			var answer *dns.Msg
			if answer, err = r.ask(ctx, net.JoinHostPort(a, r.port), name, kind, false); err == nil {
				return answer, nil
			}
		}
	}
	return nil, err
}

// askZones reads the account's zones and looks for one above every name that the stack writes.
func askZones(ctx context.Context, p *patient) ([]finding, error) {
	if len(p.records) == 0 {
		return []finding{{Subject: "-", Level: good, Found: "the stack writes no DNS records"}}, nil
	}
	client, err := p.cloud.route53()
	if err != nil {
		return nil, err
	}
	zones, err := publicZones(ctx, p.cloud, client)
	if err != nil {
		return nil, err
	}
	p.zones = p.withoutTwins(zones)
	var all []finding
	seen := map[string]bool{}
	for _, r := range p.records {
		z, found := p.zoneOf(r.name)
		if !found {
			if !seen[r.zoneID] {
				seen[r.zoneID] = true
				all = append(all, finding{
					Subject: r.name, Level: blocker, Found: "no public hosted zone of this account is above this name",
					Advice: "create the zone, or use the credentials of the account that has it",
				})
			}
			continue
		}
		if seen[z.id+r.zoneID] {
			continue
		}
		seen[z.id+r.zoneID] = true
		lookedUp := r.zoneID == graph.LookedUpZone(z.name)
		twins := slices.DeleteFunc(slices.Clone(zones), func(other zone) bool { return other.name != z.name })
		switch {
		case lookedUp && len(twins) > 1:
			all = append(all, finding{
				Subject: z.name, Level: blocker, Found: fmt.Sprintf("%d public zones of this account have this name", len(twins)),
				Advice: "set zoneId in the stack file to the one that the world asks",
			})
		case r.zoneID == z.id || lookedUp:
			all = append(all, finding{Subject: z.name, Level: good, Found: z.id})
		default:
			all = append(all, finding{
				Subject: z.name, Level: blocker, Found: "the stack says zoneId " + r.zoneID + ", the account's zone is " + z.id,
				Advice: "correct zoneId in the stack file, or leave it out",
			})
		}
	}
	return all, nil
}

// withoutTwins leaves out zones beside which the stack names another one of the same name by its id.
func (p *patient) withoutTwins(zones []zone) []zone {
	named := map[string]string{} // the id by the zone's name
	for _, z := range zones {
		if slices.ContainsFunc(p.records, func(r dnsRecord) bool { return r.zoneID == z.id }) {
			named[z.name] = z.id
		}
	}
	return slices.DeleteFunc(append([]zone{}, zones...), func(z zone) bool { return named[z.name] != "" && named[z.name] != z.id })
}

// zoneOf is the most specific zone above a name.
func (p *patient) zoneOf(name string) (best zone, found bool) {
	for _, z := range p.zones {
		if (name == z.name || strings.HasSuffix(name, "."+z.name)) && len(z.name) >= len(best.name) {
			best, found = z, true
		}
	}
	return best, found
}

func publicZones(ctx context.Context, c *cloud, client *route53.Client) (zones []zone, err error) {
	pages := route53.NewListHostedZonesPaginator(client, &route53.ListHostedZonesInput{})
	for pages.HasMorePages() {
		pageContext, cancel := c.within(ctx)
		page, err := pages.NextPage(pageContext)
		cancel()
		if err != nil {
			return nil, err
		}
		for _, z := range page.HostedZones {
			if z.Config != nil && z.Config.PrivateZone {
				continue
			}
			zones = append(zones, zone{id: strings.TrimPrefix(*z.Id, "/hostedzone/"), name: strings.TrimSuffix(*z.Name, ".")})
		}
	}
	return zones, nil
}

// usedZones are the zones above the stack's names, with their servers.
func (p *patient) usedZones(ctx context.Context) ([]zone, error) {
	if p.zones == nil && len(p.records) > 0 {
		return nil, errors.New("the account's zones are not known")
	}
	client, err := p.cloud.route53()
	if err != nil {
		return nil, err
	}
	var used []zone
	for i, z := range p.zones {
		if !slices.ContainsFunc(p.records, func(r dnsRecord) bool { above, _ := p.zoneOf(r.name); return above.id == z.id }) {
			continue
		}
		if z.servers == nil {
			callContext, cancel := p.cloud.within(ctx)
			out, err := client.GetHostedZone(callContext, &route53.GetHostedZoneInput{Id: &z.id})
			cancel()
			if err != nil {
				return nil, err
			}
			z.servers = []string{}
			if out.DelegationSet != nil {
				z.servers = out.DelegationSet.NameServers
			}
			p.zones[i] = z
		}
		used = append(used, z)
	}
	return used, nil
}

// askDelegation compares who the world asks for a zone with who serves it.
func askDelegation(ctx context.Context, p *patient) ([]finding, error) {
	zones, err := p.usedZones(ctx)
	var all []finding
	for _, z := range zones {
		answer, asked := p.dns.ask(ctx, p.dns.system, z.name, dns.TypeNS, true)
		if asked != nil {
			err = errors.Join(err, fmt.Errorf("NS of %s: %w", z.name, asked))
			continue
		}
		var world []string
		for _, rr := range answer.Answer {
			if ns, ok := rr.(*dns.NS); ok {
				world = append(world, strings.ToLower(strings.TrimSuffix(ns.Ns, ".")))
			}
		}
		own := slices.Clone(z.servers)
		slices.Sort(own)
		slices.Sort(world)
		advice := "at the registrar, or in the parent zone, name these servers: " + strings.Join(own, ", ")
		switch {
		case len(world) == 0:
			all = append(all, finding{Subject: z.name, Level: blocker, Found: "nobody delegates this zone: certificates would wait for ever", Advice: advice})
		case !slices.Equal(own, world):
			all = append(all, finding{Subject: z.name, Level: blocker, Found: "delegated to " + strings.Join(world, ", ") + ", not to this zone's servers", Advice: advice})
		default:
			all = append(all, finding{Subject: z.name, Level: good, Found: strings.Join(own, ", ")})
		}
	}
	return all, err
}

// amazonIssuers may stand in a CAA record for ACM to issue (F8.10).
var amazonIssuers = []string{"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}

// askCAA climbs from every name of a certificate to the first CAA records, as a certificate authority does.
// https://www.rfc-editor.org/rfc/rfc8659#section-3
func askCAA(ctx context.Context, p *patient) ([]finding, error) {
	if _, err := p.usedZones(ctx); err != nil {
		return nil, err
	}
	var all []finding
	var failed error
	for _, name := range p.certificates {
		at, records, err := p.caaOf(ctx, strings.TrimPrefix(name, "*."))
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("CAA of %s: %w", name, err))
			continue
		}
		switch issuers := issuersFor(records, strings.HasPrefix(name, "*.")); {
		case issuers == nil:
			all = append(all, finding{Subject: name, Level: good, Found: "no CAA record: anybody may issue"})
		case slices.ContainsFunc(issuers, func(i string) bool { return slices.Contains(amazonIssuers, i) }):
			all = append(all, finding{Subject: name, Level: good, Found: "CAA at " + at + " lets Amazon issue"})
		default:
			all = append(all, finding{
				Subject: name, Level: blocker, Found: fmt.Sprintf("CAA at %s allows %q", at, issuers),
				Advice: `add 0 issue "amazon.com" there`,
			})
		}
	}
	return all, failed
}

// caaOf asks the zone's own servers up to its apex, and above it the machine's resolver.
func (p *patient) caaOf(ctx context.Context, name string) (at string, records []*dns.CAA, err error) {
	for at = name; strings.Contains(at, "."); _, at, _ = strings.Cut(at, ".") {
		var answer *dns.Msg
		if z, ours := p.zoneOf(at); ours {
			answer, err = p.dns.authoritative(ctx, z, at, dns.TypeCAA)
		} else {
			answer, err = p.dns.ask(ctx, p.dns.system, at, dns.TypeCAA, true)
		}
		if err != nil {
			return "", nil, err
		}
		for _, rr := range answer.Answer {
			if caa, ok := rr.(*dns.CAA); ok {
				records = append(records, caa)
			}
		}
		if records != nil {
			return at, records, nil
		}
	}
	return "", nil, nil
}

// issuersFor are who may issue: nil if nothing says so, for a wildcard by issuewild where there is one.
func issuersFor(records []*dns.CAA, wildcard bool) (issuers []string) {
	of := func(tag string) (found []string) {
		for _, r := range records {
			if strings.EqualFold(r.Tag, tag) {
				domain, _, _ := strings.Cut(r.Value, ";")
				found = append(found, strings.ToLower(strings.TrimSpace(domain)))
			}
		}
		return found
	}
	if wildcard {
		if issuers = of("issuewild"); issuers != nil {
			return issuers
		}
	}
	return of("issue")
}

// askRecords looks whether a name that the stack would write is there already.
func askRecords(ctx context.Context, p *patient) ([]finding, error) {
	client, err := p.cloud.route53()
	if err != nil {
		return nil, err
	}
	var all []finding
	asked := map[string]bool{}
	for _, r := range p.records {
		z, ok := p.zoneOf(r.name)
		if !ok || asked[r.name] {
			continue
		}
		asked[r.name] = true
		there, err := recordsAt(ctx, p.cloud, client, z, r.name)
		if err != nil {
			return all, err
		}
		if len(there) > 0 {
			all = append(all, finding{
				Subject: r.name, Level: warning, Found: "is there already: " + strings.Join(there, "; "),
				Advice: "fine if a deployment of this stack wrote it; otherwise the deployment stops here: see docs/operations.md on names that already live elsewhere",
			})
		}
	}
	if all == nil && len(asked) > 0 {
		all = append(all, finding{Subject: fmt.Sprintf("%d names", len(asked)), Level: good, Found: "none is there yet"})
	}
	return all, nil
}

func recordsAt(ctx context.Context, c *cloud, client *route53.Client, z zone, name string) (there []string, err error) {
	ctx, cancel := c.within(ctx)
	defer cancel()
	out, err := client.ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{HostedZoneId: &z.id, StartRecordName: &name})
	if err != nil {
		return nil, err
	}
	for _, set := range out.ResourceRecordSets {
		// Route 53 writes the star of a wildcard in octal.
		// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
		if strings.Replace(strings.TrimSuffix(*set.Name, "."), `\052`, "*", 1) != name {
			break // they come sorted by name
		}
		if set.Type == types.RRTypeNs || set.Type == types.RRTypeSoa || set.Type == types.RRTypeTxt || set.Type == types.RRTypeMx || set.Type == types.RRTypeCaa {
			continue // of no interest to the stack's own types
		}
		target := ""
		if set.AliasTarget != nil {
			target = *set.AliasTarget.DNSName
		} else if len(set.ResourceRecords) > 0 {
			target = *set.ResourceRecords[0].Value
		}
		there = append(there, string(set.Type)+" "+strings.TrimSuffix(target, "."))
	}
	return there, nil
}
