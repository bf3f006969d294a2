package config

import (
	"fmt"
	"regexp"
	"slices"
)

// certificateARN is a certificate of the one region that CloudFront takes them from (F5.11).
var certificateARN = regexp.MustCompile(`^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]{36}$`)

// readCertificateARN: whether the certificate has the aliases is known once ACM is asked.
func (c *Config) readCertificateARN(n node) {
	c.CertificateARN = n.or("")
	switch {
	case c.CertificateARN == "":
	case !certificateARN.MatchString(c.CertificateARN):
		n.refuse("the ARN of an ACM certificate in us-east-1: arn:aws:acm:us-east-1:<account>:certificate/<id>")
	case c.ExternalDNS == ExternalDNSPending:
		n.refuse("none while externalDns is pending, which makes a certificate; with an own one say issued")
	case len(c.Aliases()) == 0:
		n.warn("has no effect without aliases")
	}
}

// certificateQuota is how many names ACM allows on one certificate unless the quota was raised (F8.9).
const certificateQuota = 10

// CertificateNames are the names on the edge certificate: the first alias is its domain name, the rest are
// subject alternative names in configuration order. A name is left out where a wildcard among the aliases
// covers it (F5.9), but for the first. Empty without aliases.
func (c *Config) CertificateNames() []string {
	var names []string
	aliases := c.Aliases()
	for i, alias := range aliases {
		covered := slices.ContainsFunc(aliases, func(other string) bool { return covers(other, alias) })
		if i == 0 || !covered {
			names = append(names, alias)
		}
	}
	return names
}

// checkValidation refuses a base domain that is both this stack's and another's.
func (c *Config) checkValidation(p *problems) {
	owner := map[string]string{}
	for i, d := range c.Domains {
		for _, alias := range d.Aliases {
			base := baseDomain(alias)
			if first, seen := owner[base]; seen && first != d.Validation {
				p.refuse(fmt.Sprintf("domains[%d].validation", i), d.Validation, "%s, as for the other name with the base domain %s: they share one validation record", first, base)
			} else {
				owner[base] = d.Validation
			}
		}
	}
}

func (c *Config) checkCertificate(p *problems) {
	names := c.CertificateNames()
	if len(names) == 0 || c.CertificateARN != "" {
		return
	}
	if len(names[0]) > maxCommonName {
		p.refuse(c.firstAliasKey(), names[0], "at most %d characters for the first alias, the certificate's domain name; put a shorter one first", maxCommonName)
	}
	if len(names) > certificateQuota {
		p.warn("domains", len(names), "more than %d names on the edge certificate: the account in us-east-1 needs the ACM quota \"Domain names per ACM certificate\" raised; a wildcard among the aliases spares the names it covers", certificateQuota)
	}
}
