package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/onefront/onefront/infra/sitefiles"
)

// DefaultSiteDir is published unless onefront:siteDir says otherwise.
const DefaultSiteDir = "site"

func (c *Config) readSite(r *reader) {
	c.SPA = r.flag("spa").bool(false)
	c.SiteExclude = readExclude(r.json("siteExclude", `a list of patterns such as ["**/*.map"]`))
	redirects := r.json("redirects", `a list such as [{"from": "/old", "to": "/new"}]`)
	for _, item := range redirects.list("redirects") {
		c.Redirects = append(c.Redirects, readRedirect(item))
	}
	n := r.text("siteDir")
	c.SiteDir = n.optional(DefaultSiteDir)
	if c.SiteDir == "" {
		if c.SPA {
			r.problems.refuse("spa", c.SPA, "false where siteDir is empty: there is no site")
		}
		if len(c.Redirects) > 0 {
			redirects.refuse("none where siteDir is empty: there is no site")
		}
		return
	}
	n.value = c.SiteDir // shown also where it is the default
	if problem := dirProblem(r.source.Dir, c.SiteDir); problem != "" {
		n.refuse("%s", problem)
	}
}

func readExclude(n node) []string {
	patterns := n.texts("patterns")
	for i, pattern := range patterns {
		if pattern == "" || !doublestar.ValidatePattern(pattern) {
			n.problems.refuse(fmt.Sprintf("%s[%d]", n.key, i), pattern, `a pattern of paths below siteDir, such as "**/*.map" or "drafts/**"`)
		}
	}
	return patterns
}

// readRedirect reads one entry; what it says is checked by itself here, and against the site's files when these are
// known.
func readRedirect(item node) sitefiles.Redirect {
	o := item.object("from", "to", "status")
	if o.members == nil && !item.given() {
		item.refuse("an object with from and to")
	}
	r := sitefiles.Redirect{From: o.at("from").or(""), To: o.at("to").or(""), Status: o.at("status").wholeBetween(301, 301, 308)}
	if problem := r.Problem(); o.members != nil && problem != "" {
		item.refuse("%s", problem)
	}
	return r
}

// dirProblem says why a folder cannot be published, or "". It may lie outside the project, as a frontend beside it
// does, but not hold the project: that would publish the program and its configuration.
func dirProblem(root, dir string) string {
	if root == "" {
		root = "."
	}
	if filepath.IsAbs(dir) {
		return "a folder relative to the project: an absolute one is that of one machine alone"
	}
	there := filepath.Join(root, filepath.FromSlash(dir))
	if holds(there, root) {
		return "a folder that does not hold the project: all of it would publish the program and its configuration"
	}
	info, err := os.Stat(there)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sitefiles.Missing(there)
	case err != nil:
		return "a readable folder: " + err.Error()
	case !info.IsDir():
		return "a folder, not a file"
	}
	return ""
}

// holds says whether a folder is another one or has it inside, also by way of symbolic links.
func holds(folder, inner string) bool {
	outer, err := filepath.EvalSymlinks(folder)
	if err != nil {
		outer = folder
	}
	outer, errOuter := filepath.Abs(outer)
	inner, errInner := filepath.Abs(inner)
	if resolved, err := filepath.EvalSymlinks(inner); err == nil {
		inner = resolved
	}
	way, err := filepath.Rel(outer, inner)
	return errOuter == nil && errInner == nil && err == nil && way != ".." && !strings.HasPrefix(way, ".."+string(filepath.Separator))
}
