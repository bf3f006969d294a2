package sitefiles

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The table of addresses is what the edge knows of the site: for every path, decoded, the object to serve or the
// address to go to. A CloudFront KeyValueStore holds it (F2.22, F2.23), the viewer-request function looks one key up.
//
//	/                  -> /index.html
//	/about/            -> /about/index.html      about/index.html
//	/about             -> 301 /about/            relative links of the page would break otherwise
//	/pricing           -> /pricing.html          pricing.html
//	/pricing/          -> 301 /pricing
//	/docs/v1.2/a b.pdf -> /docs/v1.2/a%20b.pdf   every file under its own path, whatever its name
//	wildcards          -> 301 /old/ /new/*       what the redirects with a wildcard say, read on a miss only
//	extensions         -> css html js            extensions known among the files, read on a miss only
//
// Values are percent-encoded: an object's begins with a slash, a redirect's with its status. The two special keys begin
// with no slash, so no path is one of them.
const (
	// RootAddress is always in the table: without it the table is not there yet, or cannot be read.
	RootAddress = "/"
	// WildcardsAddress has a line for each redirect with a wildcard, the longest first: status, prefix, target.
	WildcardsAddress = "wildcards"
	// ExtensionsAddress has the extensions of all files without the dot, between single spaces, one before and one behind.
	ExtensionsAddress = "extensions"
)

// Limits of the table.
const (
	// MaxValueBytes bounds a value (F2.23), and with it the list of wildcards.
	MaxValueBytes = 1024
	// MaxWildcards bounds the redirects with a wildcard: all of them are tried on a miss.
	MaxWildcards = 50
	// MaxTableBytes bounds keys and values together (F2.23).
	MaxTableBytes = 5_000_000
	// maxHops is how many redirects in a row are followed in search of a loop. Browsers give up after 20.
	maxHops = 10
)

// redirectStatuses are what a redirect may answer; 307 and 308 keep the method.
var redirectStatuses = []int{301, 302, 307, 308}

// Redirect is a path of the site that leads elsewhere.
type Redirect struct {
	// From is a path, or a path that ends with "/*" for everything below it. Not percent-encoded. Required.
	From string
	// To is a path or an https URL, percent-encoded where it must be. If it ends with "/*" (only where From does),
	// what the star of From stood for goes there. Required.
	To string
	// Status is 301, 302, 307 or 308. Default: 301.
	Status int
}

func (r Redirect) status() int {
	if r.Status == 0 {
		return 301
	}
	return r.Status
}

func (r Redirect) wildcard() bool { return strings.HasSuffix(r.From, "/*") }

// Addresses is the table for a folder's files and the redirects. It refuses, all problems together: a page that is
// there in both forms (about.html beside about/index.html), a redirect that hides a file or leads back to itself,
// statuses and targets that are none, and what the store has no room for.
func Addresses(files []File, redirects []Redirect) (map[string]string, error) {
	t := table{values: map[string]string{}}
	t.add("/"+ConfigKey, encode("/"+ConfigKey))
	for _, f := range files {
		t.add("/"+f.Key, encode("/"+f.Key))
	}
	for _, f := range files {
		t.page(f.Key)
	}
	t.extensions(files)
	t.redirect(redirects)
	t.loops(redirects)
	t.limits()
	if err := errors.Join(t.problems...); err != nil {
		return nil, err
	}
	return t.values, nil
}

type table struct {
	values   map[string]string
	problems []error
}

func (t *table) refuse(format string, args ...any) {
	t.problems = append(t.problems, fmt.Errorf(format, args...))
}

// add keeps what is there: a file has its own path before any page has it as its clean address.
func (t *table) add(address, value string) {
	if _, taken := t.values[address]; !taken {
		t.values[address] = value
	}
}

// page adds the clean address of a page and the way to it from its other form.
func (t *table) page(key string) {
	object := encode("/" + key)
	switch folder, isIndex := strings.CutSuffix("/"+key, "/"+IndexKey); {
	case key == IndexKey:
		t.add(RootAddress, object)
	case isIndex:
		t.add(folder+"/", object)
		t.add(folder, fmt.Sprintf("301 %s/", encode(folder)))
	case key == NotFoundKey || path.Ext(key) != ".html":
	default:
		clean := "/" + strings.TrimSuffix(key, ".html")
		if _, both := t.values[clean+"/"+IndexKey]; both {
			t.refuse("%q beside %q: both would be the page %s: keep one of the two", key, strings.TrimPrefix(clean, "/")+"/"+IndexKey, clean)
			return
		}
		t.add(clean, object)
		t.add(clean+"/", "301 "+encode(clean))
	}
}

func (t *table) extensions(files []File) {
	known := map[string]bool{}
	for _, f := range files {
		if ext := strings.TrimPrefix(path.Ext(f.Key), "."); ext != "" {
			known[ext] = true
		}
	}
	t.values[ExtensionsAddress] = " " + strings.Join(slices.Sorted(maps.Keys(known)), " ") + " "
}

func (t *table) redirect(redirects []Redirect) {
	var wildcards []string
	from := map[string]bool{}
	for _, r := range redirects {
		if problem := r.Problem(); problem != "" {
			t.refuse("redirect from %q to %q: %s", r.From, r.To, problem)
			continue
		}
		if from[r.From] {
			t.refuse("redirect from %q: stands twice: keep one of the two", r.From)
			continue
		}
		from[r.From] = true
		if prefix, ok := strings.CutSuffix(r.From, "*"); ok {
			wildcards = append(wildcards, fmt.Sprintf("%d %s %s", r.status(), encode(prefix), r.To))
			continue
		}
		if object, taken := t.values[r.From]; taken {
			t.refuse("redirect from %q: would hide %s of the site: rename the file or take another path", r.From, shown(object))
			continue
		}
		t.values[r.From] = fmt.Sprintf("%d %s", r.status(), r.To)
	}
	// The function takes the first line that covers a path, so the most particular comes first.
	slices.SortFunc(wildcards, func(a, b string) int {
		if d := len(strings.Fields(b)[1]) - len(strings.Fields(a)[1]); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	if len(wildcards) > MaxWildcards {
		t.refuse("%d redirects with a wildcard: at most %d, since each is tried on every unknown path", len(wildcards), MaxWildcards)
	}
	t.values[WildcardsAddress] = "-"
	if len(wildcards) > 0 {
		t.values[WildcardsAddress] = strings.Join(wildcards, "\n")
	}
}

func shown(value string) string {
	if strings.HasPrefix(value, "/") {
		return value
	}
	_, to, _ := strings.Cut(value, " ")
	return "the way to " + to
}

// Problem says what would be right where something is wrong with a redirect by itself, or "".
func (r Redirect) Problem() string {
	rest, wildcard := strings.CutSuffix(r.From, "/*")
	target, follows := strings.CutSuffix(r.To, "/*")
	switch {
	case !strings.HasPrefix(r.From, "/") || strings.ContainsAny(r.From, "?#\\ \n"):
		return `from: want a path such as "/old" or "/old/*"`
	case strings.Contains(rest, "*"):
		return `from: want the star at the end alone, as in "/old/*"`
	case wildcard && rest == "":
		return "from: would take every unknown path of the site: name a folder"
	case len(r.From) > MaxPathBytes:
		return fmt.Sprintf("from: %d bytes: at most %d", len(r.From), MaxPathBytes)
	case follows && !wildcard:
		return `to: has a star and from has none: write both with "/*" or none`
	case strings.Contains(target, "*"):
		return `to: want the star at the end alone, as in "/new/*"`
	case !slices.Contains(redirectStatuses, r.status()):
		return fmt.Sprintf("status %d: want one of %v", r.Status, redirectStatuses)
	}
	return targetProblem(r.To)
}

func targetProblem(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil || strings.ContainsAny(to, "\\ \n") || !ascii(to):
		return "to: want a path or an https URL, percent-encoded"
	case strings.HasPrefix(to, "//"):
		return "to: two slashes lead to another host: write the https URL"
	case u.Scheme == "" && strings.HasPrefix(to, "/"):
		return ""
	case u.Scheme != "https" || u.Host == "" || u.User != nil:
		return `to: want a path such as "/new" or an https URL such as "https://www.example.org/new"`
	}
	return ""
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// loops follows every redirect through the table as a browser would.
func (t *table) loops(redirects []Redirect) {
	if len(t.problems) > 0 {
		return // the table is not what it will be
	}
	for _, r := range redirects {
		at := strings.TrimSuffix(r.From, "*")
		if r.wildcard() {
			at += "x"
		}
		way := []string{at}
		for len(way) <= maxHops {
			next, ok := t.follow(at)
			if !ok {
				break
			}
			way, at = append(way, next), next
		}
		if len(way) > maxHops {
			t.refuse("redirect from %q to %q: leads on and on (%s ...): let it end at a page", r.From, r.To, strings.Join(way[:4], " -> "))
		}
	}
}

// follow is where a path leads, if it leads anywhere on this site.
func (t *table) follow(address string) (string, bool) {
	value, known := t.values[address]
	if known {
		_, to, redirects := strings.Cut(value, " ")
		return decoded(to), redirects && strings.HasPrefix(to, "/")
	}
	for line := range strings.Lines(t.values[WildcardsAddress]) {
		fields := strings.Fields(line)
		if len(fields) != 3 || !strings.HasPrefix(encode(address), fields[1]) {
			continue
		}
		to := fields[2]
		if prefix, ok := strings.CutSuffix(to, "*"); ok {
			to = prefix + strings.TrimLeft(strings.TrimPrefix(encode(address), fields[1]), "/")
		}
		return decoded(to), strings.HasPrefix(to, "/")
	}
	return "", false
}

// decoded is the decoded path of a target.
func decoded(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	return u.Path
}

func (t *table) limits() {
	total := 0
	for _, address := range slices.Sorted(maps.Keys(t.values)) {
		value := t.values[address]
		total += len(address) + len(value)
		switch {
		case len(address) > MaxPathBytes:
			t.refuse("address %q: %d bytes: at most %d", address, len(address), MaxPathBytes)
		case len(value) <= MaxValueBytes:
		case address == WildcardsAddress:
			t.refuse("redirects with a wildcard: %d bytes together: at most %d, shorten or join some", len(value), MaxValueBytes)
		case address == ExtensionsAddress:
			t.refuse("the files have too many different extensions: %d bytes together, at most %d", len(value), MaxValueBytes)
		default:
			t.refuse("address %q: its value has %d bytes percent-encoded: at most %d, shorten the name", address, len(value), MaxValueBytes)
		}
	}
	if total > MaxTableBytes {
		t.refuse("the table of addresses has %d bytes: at most %d, publish fewer files or shorter names", total, MaxTableBytes)
	}
}

// encode is a decoded path as it stands in a request (RFC 3986).
func encode(decoded string) string { return (&url.URL{Path: decoded}).EscapedPath() }
