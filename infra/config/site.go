package config

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// DefaultSiteDir is published unless onefront:siteDir says otherwise.
const DefaultSiteDir = "site"

func (c *Config) readSite(r *reader) {
	c.SPA = r.flag("spa").bool(false)
	n := r.text("siteDir")
	c.SiteDir = n.optional(DefaultSiteDir)
	if c.SiteDir == "" {
		if c.SPA {
			r.problems.refuse("spa", c.SPA, "false where siteDir is empty: there is no site")
		}
		return
	}
	n.value = c.SiteDir // shown also where it is the default
	if problem := dirProblem(r.source.Dir, c.SiteDir); problem != "" {
		n.refuse("%s", problem)
	}
}

// dirProblem says why a folder cannot be published, or "".
func dirProblem(root, dir string) string {
	if root == "" {
		root = "."
	}
	clean := path.Clean(filepath.ToSlash(dir))
	if filepath.IsAbs(dir) || clean == ".." || strings.HasPrefix(clean, "../") {
		return "a folder inside the project, relative to it"
	}
	if clean == "." {
		return "a folder below the project: all of it would publish the program and its configuration"
	}
	info, err := os.Stat(filepath.Join(root, dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "an existing folder, relative to the project; \"\" for no site"
	case err != nil:
		return "a readable folder: " + err.Error()
	case !info.IsDir():
		return "a folder, not a file"
	}
	inside, err := os.OpenRoot(root)
	if err != nil {
		return "a folder in a readable project: " + err.Error()
	}
	defer inside.Close()
	if _, err := inside.Stat(dir); err != nil { // a symbolic link that leaves the project
		return "a folder that is really inside the project, not a link out of it"
	}
	return ""
}
