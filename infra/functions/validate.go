package functions

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/onefront/onefront/aws/cloudfrontapi"
)

var (
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
	alias    = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
	// A comma ends a word in the store.
	drainWord = regexp.MustCompile(`^[a-z0-9-]+$`)
	origin    = regexp.MustCompile(`^https?://[^\s/]+$`)
)

// maxOrigins is what one digit of base 36 can tell apart.
const maxOrigins = 36

func (r Request) validate() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(r.Redirects)) {
		target := r.Redirects[name]
		if !alias.MatchString(name) {
			errs = append(errs, fmt.Errorf("redirect alias %q: must be a host name in lower case, or one below a wildcard as in *.example.org", name))
		}
		if !hostName.MatchString(target) {
			errs = append(errs, fmt.Errorf("redirect target %q: must be a host name in lower case", target))
		}
		if _, again := r.Redirects[target]; again {
			errs = append(errs, fmt.Errorf("redirect target %q: is a redirect alias itself, the redirect of %q would go on", target, name))
		}
	}
	for _, o := range r.PreflightOrigins {
		if !origin.MatchString(o) {
			errs = append(errs, fmt.Errorf("CORS origin %q: must be an origin such as https://app.example.org, without a path", o))
		}
	}
	if r.Edge != nil && r.ReadFailover != nil {
		errs = append(errs, errors.New("edge choice and read failover: one of them chooses the origin"))
	}
	if e := r.Edge; e != nil {
		errs = append(errs, e.validate())
	}
	if f := r.ReadFailover; f != nil {
		if f.OriginIDs[0] == "" || f.OriginIDs[1] == "" || f.OriginIDs[0] == f.OriginIDs[1] {
			errs = append(errs, fmt.Errorf("read failover origins %q: must be two different ids", f.OriginIDs))
		}
		errs = append(errs, checkCodes("read failover", f.StatusCodes))
	}
	return errors.Join(errs...)
}

func (e *EdgeChoice) validate() error {
	var errs []error
	if len(e.Default) == 0 {
		errs = append(errs, errors.New("edge choice: no default origin, must name at least one"))
	}
	for _, place := range slices.Sorted(maps.Keys(e.Table)) {
		ids := e.Table[place]
		if len(ids) == 0 || slices.Contains(ids, "") {
			errs = append(errs, fmt.Errorf("edge choice of %q: origins %q, must name at least one and no empty id", place, ids))
		} else if len(slices.Compact(slices.Sorted(slices.Values(ids)))) < len(ids) {
			errs = append(errs, fmt.Errorf("edge choice of %q: origins %q, must differ", place, ids))
		}
	}
	for _, id := range newOriginTable(e).origins {
		if word := e.Drains[id]; e.Drains != nil && !drainWord.MatchString(word) {
			errs = append(errs, fmt.Errorf("edge choice: origin %q is drained by %q, must be a region's name", id, word))
		}
	}
	if n := len(newOriginTable(e).origins); n > maxOrigins {
		errs = append(errs, fmt.Errorf("edge choice: %d origins, must be at most %d", n, maxOrigins))
	}
	return errors.Join(append(errs, checkCodes("edge choice", e.StatusCodes))...)
}

// checkCodes wants codes that a group may fail over on.
func checkCodes(what string, codes []int) error {
	allowed := cloudfrontapi.FailoverCodes()
	if len(codes) == 0 {
		return fmt.Errorf("%s: no failover status codes, must name at least one of %v", what, allowed)
	}
	for _, code := range codes {
		if !slices.Contains(allowed, code) {
			return fmt.Errorf("%s: failover status code %d, must be one of %v", what, code, allowed)
		}
	}
	return nil
}
