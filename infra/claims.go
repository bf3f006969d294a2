package infra

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"weak"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// claims are what one app of a program has to itself.
type claims struct {
	app string
	// prefix begins its names.
	prefix       string
	aliases      []string
	originDomain string
	// proven are the domains whose validation record the app makes.
	proven []string
}

// claimed are the apps of each running program.
var claimed = struct {
	sync.Mutex
	by map[weak.Pointer[pulumi.Context]][]claims
}{by: map[weak.Pointer[pulumi.Context]][]claims{}}

// claim notes what an app has to itself, or says what another app of the same program has already.
func claim(ctx *pulumi.Context, app, prefix string, c *config.Config) error {
	own := claimsOf(app, c)
	own.prefix = prefix
	program := weak.Make(ctx)
	claimed.Lock()
	defer claimed.Unlock()
	var errs []error
	for _, other := range claimed.by[program] {
		errs = append(errs, own.against(other)...)
	}
	if len(claimed.by[program]) == 0 {
		runtime.AddCleanup(ctx, func(gone weak.Pointer[pulumi.Context]) {
			claimed.Lock()
			defer claimed.Unlock()
			delete(claimed.by, gone)
		}, program)
	}
	claimed.by[program] = append(claimed.by[program], own)
	return errors.Join(errs...)
}

func claimsOf(app string, c *config.Config) claims {
	own := claims{app: app, aliases: c.Aliases(), originDomain: c.OriginDomain}
	if c.OriginDomain != "" {
		own.proven = append(own.proven, c.OriginDomain)
	}
	for _, d := range c.Domains {
		if d.Validation == config.ValidationExisting || c.ExternalDNS != "" {
			continue
		}
		for _, alias := range d.Aliases {
			if base := baseDomain(alias); !slices.Contains(own.proven, base) {
				own.proven = append(own.proven, base)
			}
		}
	}
	return own
}

// against says what two apps cannot both have.
func (own claims) against(other claims) (errs []error) {
	refuse := func(key, value, right string, args ...any) {
		errs = append(errs, fmt.Errorf("app %q: %s:%s: %q: want %s", own.app, config.Namespace, key, value, fmt.Sprintf(right, args...)))
	}
	if own.app == other.app {
		return append(errs, fmt.Errorf("app %q: want a name that no other app of the program has", own.app))
	}
	if own.prefix != "" && other.prefix != "" && (strings.HasPrefix(own.prefix, other.prefix) || strings.HasPrefix(other.prefix, own.prefix)) {
		errs = append(errs, fmt.Errorf("app %q: want another name: its resources' names begin with it and a hyphen, as those of %q do, so they may meet", own.app, other.app))
	}
	for _, alias := range own.aliases {
		if slices.Contains(other.aliases, alias) {
			refuse("domains", alias, "a name that the app %q does not serve: CloudFront serves a name on one distribution only (F5.8)", other.app)
		}
	}
	if own.originDomain != "" && own.originDomain == other.originDomain {
		refuse("originSubdomain", own.originDomain, "another label than that of the app %q, whose origins have these names", other.app)
		return errs
	}
	for _, base := range own.proven {
		if slices.Contains(other.proven, base) {
			refuse("domains", base, "validation existing for its zone's entry: the app %q makes the record that proves %s to ACM, and there is only one in an account (F8.3)", other.app, base)
		}
	}
	return errs
}
