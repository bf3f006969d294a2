package config

import (
	"fmt"
	"slices"
)

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
	if len(names) == 0 {
		return
	}
	if len(names[0]) > maxCommonName {
		p.refuse(c.firstAliasKey(), names[0], "at most %d characters for the first alias, the certificate's domain name; put a shorter one first", maxCommonName)
	}
	if len(names) > certificateQuota {
		p.warn("domains", len(names), "more than %d names on the edge certificate: the account in us-east-1 needs the ACM quota \"Domain names per ACM certificate\" raised; a wildcard among the aliases spares the names it covers", certificateQuota)
	}
}
