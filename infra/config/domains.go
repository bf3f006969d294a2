package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MaxAliases is CloudFront's quota per distribution (F5.8).
const MaxAliases = 100

// maxCommonName is the longest first name of an ACM certificate: it becomes the common name.
// https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
const maxCommonName = 64

// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html: at most 32 characters.
var zoneID = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)

func (c *Config) readDomains(r *reader) {
	const example = `a list such as [{"zone": "example.com", "aliases": ["www.example.com"]}]`
	list := r.json("domains", example)
	entries := list.list("zones with their names")
	for _, entry := range entries {
		c.Domains = append(c.Domains, readDomain(entry))
	}
	c.ExternalDNS = r.text("externalDns").oneOf("", ExternalDNSPending, ExternalDNSIssued)
	c.readRouting(r, list)
	c.readOriginDomain(r)
	c.checkZones(entries)
	c.checkAliases(r.problems)
	c.checkRedirects(r.problems)
	c.checkValidation(r.problems)
	c.checkExternalDNS(r)
	c.readCertificateARN(r.text("certificateArn"))
	c.checkCertificate(r.problems)
}

func readDomain(entry node) Domain {
	o := entry.object("zone", "zoneId", "aliases", "redirectTo", "validation")
	d := Domain{
		Zone:       o.at("zone").or(""),
		ZoneID:     o.at("zoneId").or(""),
		Aliases:    o.at("aliases").texts("domain names"),
		RedirectTo: o.at("redirectTo").or(""),
		Validation: o.at("validation").oneOf(ValidationCreate, ValidationExisting),
	}
	if o.members == nil {
		if !entry.given() {
			entry.refuse("an object with at least a zone")
		}
		return d
	}
	if problem := nameProblem(d.Zone, false); problem != "" {
		o.at("zone").refuse("the name of a public hosted zone, %s", problem)
		d.Zone = ""
	}
	if d.ZoneID != "" && !zoneID.MatchString(d.ZoneID) {
		o.at("zoneId").refuse("the id of a hosted zone such as Z0123456789EXAMPLE, without /hostedzone/")
	}
	if d.RedirectTo != "" && len(d.Aliases) == 0 {
		o.at("aliases").refuse("at least one name to redirect to %s", d.RedirectTo)
	}
	return d
}

func (c *Config) readRouting(r *reader, domains node) {
	computed := RoutingDNS
	if !domains.broken && len(c.Domains) == 0 || c.ExternalDNS != "" {
		computed = RoutingEdge
	}
	n := r.text("routing")
	c.Routing = Routing(n.oneOf("", string(RoutingDNS), string(RoutingEdge)))
	switch {
	case c.Routing == "":
		c.Routing = computed
	case c.Routing == RoutingDNS && len(c.Domains) == 0 && !domains.broken:
		n.refuse("edge, or set onefront:domains: dns routing needs a hosted zone for its origin names")
	case c.Routing == RoutingDNS && c.ExternalDNS != "":
		r.problems.refuse("externalDns", c.ExternalDNS, "onefront:routing edge: with dns routing the stack writes records itself")
	}
}

// readOriginDomain names the place of the origin names. They exist in dns mode only.
func (c *Config) readOriginDomain(r *reader) {
	n := r.text("originSubdomain")
	computed := strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(c.Project+"-"+c.Stack)) + "-origin"
	c.OriginSubdomain = n.or(computed)
	used := c.Routing == RoutingDNS && len(c.Domains) > 0
	if c.OriginSubdomain == computed && !used {
		return
	}
	if problem := labelProblem(c.OriginSubdomain); problem != "" {
		why := ""
		if c.OriginSubdomain == computed {
			why = "; this one is made from the names of project and stack, so set onefront:originSubdomain"
		}
		r.problems.refuse("originSubdomain", c.OriginSubdomain, "one DNS label: %s%s", problem, why)
		return
	}
	if !used {
		n.warn("has no effect: there are no origin names with %s routing", c.Routing)
		return
	}
	if c.Domains[0].Zone == "" {
		return
	}
	c.OriginDomain = c.OriginSubdomain + "." + c.Domains[0].Zone
	if first := "*." + c.OriginDomain; len(first) > maxCommonName {
		r.problems.refuse("originSubdomain", c.OriginSubdomain,
			"a label %d characters shorter: %s is the first name of the regions' certificates and may have %d characters", len(first)-maxCommonName, first, maxCommonName)
	}
}

// checkZones holds entries of one zone together.
func (c *Config) checkZones(entries []node) {
	ids, zones := map[string]string{}, map[string]string{}
	for i, d := range c.Domains {
		n := node{problems: entries[i].problems, key: entries[i].key + ".zoneId", value: d.ZoneID}
		if d.ZoneID == "" || d.Zone == "" {
			continue
		}
		if id, seen := ids[d.Zone]; seen && id != d.ZoneID {
			n.refuse("%s, the id that an earlier entry gives for %s", id, d.Zone)
		} else if zone, seen := zones[d.ZoneID]; seen && zone != d.Zone {
			n.refuse("another id: this one belongs to %s", zone)
		} else {
			ids[d.Zone], zones[d.ZoneID] = d.ZoneID, d.Zone
		}
	}
	for i := range c.Domains {
		c.Domains[i].ZoneID = ids[c.Domains[i].Zone]
	}
}

func (c *Config) checkAliases(p *problems) {
	seen := map[string]string{}
	for i, d := range c.Domains {
		for j, alias := range d.Aliases {
			key := fmt.Sprintf("domains[%d].aliases[%d]", i, j)
			if problem := nameProblem(alias, true); problem != "" {
				p.refuse(key, alias, "%s", problem)
				continue
			}
			if first, twice := seen[alias]; twice {
				p.refuse(key, alias, "a name that is not already at %s", first)
				continue
			}
			seen[alias] = key
			c.checkPlace(p, key, alias, d.Zone)
			if c.OriginDomain != "" && within(alias, c.OriginDomain) {
				p.refuse(key, alias, "a name outside %s, where nearest, next and each region have their origin names: choose another name, or another onefront:originSubdomain", c.OriginDomain)
			}
		}
	}
	if len(seen) > MaxAliases {
		p.refuse("domains", len(seen), "at most %d aliases on one distribution", MaxAliases)
	}
	if aliases := c.Aliases(); len(aliases) > 0 && isWildcard(aliases[0]) {
		p.refuse(c.firstAliasKey(), aliases[0], "a name without a wildcard first: it is the site's own in the outputs")
	}
}

// checkPlace refuses an alias whose record would stand in a zone that is never asked for it.
func (c *Config) checkPlace(p *problems, key, alias, zone string) {
	best := ""
	for _, d := range c.Domains {
		if d.Zone != "" && within(alias, d.Zone) && len(d.Zone) > len(best) {
			best = d.Zone
		}
	}
	switch {
	case zone == "" || best == zone:
	case best == "":
		p.refuse(key, alias, "a name inside %s, or an entry of its own with its zone", zone)
	default:
		p.refuse(key, alias, "under the entry of %s, the zone that answers for it", best)
	}
}

func (c *Config) checkRedirects(p *problems) {
	var served, redirecting []string
	for _, d := range c.Domains {
		if d.RedirectTo == "" {
			served = append(served, d.Aliases...)
		} else {
			redirecting = append(redirecting, d.Aliases...)
		}
	}
	for i, d := range c.Domains {
		key := fmt.Sprintf("domains[%d].redirectTo", i)
		switch {
		case d.RedirectTo == "":
		case isWildcard(d.RedirectTo):
			p.refuse(key, d.RedirectTo, "one name, not a wildcard")
		case slices.Contains(redirecting, d.RedirectTo):
			p.refuse(key, d.RedirectTo, "an alias that does not itself redirect")
		case nameProblem(d.RedirectTo, false) != "":
			p.refuse(key, d.RedirectTo, "a name to lead to, %s", nameProblem(d.RedirectTo, false))
		case !slices.Contains(served, d.RedirectTo):
			p.warn(key, d.RedirectTo, "leads to a name that this stack does not serve%s", didYouMean(d.RedirectTo, served))
		}
	}
	if aliases := c.Aliases(); len(aliases) > 0 && slices.Contains(redirecting, aliases[0]) {
		p.refuse(c.firstAliasKey(), aliases[0], "a name that does not redirect first: it is the site's own in the outputs; move this entry down")
	}
}

func (c *Config) firstAliasKey() string {
	for i, d := range c.Domains {
		if len(d.Aliases) > 0 {
			return fmt.Sprintf("domains[%d].aliases[0]", i)
		}
	}
	return "domains"
}

// checkExternalDNS remarks on what needs a zone that this stack can write: a stack may leave it set while its
// names move to another DNS.
func (c *Config) checkExternalDNS(r *reader) {
	if c.ExternalDNS == "" {
		return
	}
	if len(c.Aliases()) == 0 {
		r.problems.refuse("externalDns", c.ExternalDNS, "at least one alias in onefront:domains, else there is nothing to validate")
	}
	for i, d := range c.Domains {
		if d.ZoneID != "" {
			r.problems.warn(fmt.Sprintf("domains[%d].zoneId", i), d.ZoneID, "has no effect beside externalDns: the stack writes no records")
		}
		if d.Validation == ValidationExisting {
			r.problems.warn(fmt.Sprintf("domains[%d].validation", i), d.Validation, "has no effect beside externalDns: the stack writes no records")
		}
	}
}
