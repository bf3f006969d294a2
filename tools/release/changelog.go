package main

import (
	"fmt"
	"regexp"
	"strings"
)

const unreleased = "Unreleased"

// changelog is CHANGELOG.md.
type changelog string

var (
	versionHeading = regexp.MustCompile(`(?m)^## (\d\S*)`)
	semantic       = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$`)
	codeSpan       = regexp.MustCompile("`([^`]+::[^`]+)`")
)

// newest is the version that stands first.
func (c changelog) newest() string {
	match := versionHeading.FindStringSubmatch(string(c))
	if match == nil {
		return ""
	}
	return match[1]
}

// section is what stands below a version's heading, or that of what is not released.
func (c changelog) section(version string) (string, error) {
	heading := regexp.MustCompile(`(?m)^## ` + regexp.QuoteMeta(version) + `(?: .*)?$`)
	at := heading.FindStringIndex(string(c))
	if at == nil {
		return "", fmt.Errorf("CHANGELOG.md has no section %q", version)
	}
	text, _, _ := strings.Cut(string(c)[at[1]:], "\n## ")
	return strings.TrimSpace(text), nil
}

// upgradePatterns are the resources that a section's upgrade notes name.
func upgradePatterns(section string) (patterns []string) {
	_, notes, _ := strings.Cut("\n"+section, "\n### Upgrade\n")
	notes, _, _ = strings.Cut(notes, "\n### ")
	for _, match := range codeSpan.FindAllStringSubmatch(notes, -1) {
		patterns = append(patterns, match[1])
	}
	return patterns
}

// release makes a version of what is not released.
func (c changelog) release(version, date string) (changelog, error) {
	text, err := c.section(unreleased)
	if err != nil {
		return "", err
	}
	if text == "" {
		return "", fmt.Errorf("CHANGELOG.md: %s is empty: nothing to release", unreleased)
	}
	return changelog(strings.Replace(string(c), "## "+unreleased+"\n", "## "+unreleased+"\n\n## "+version+" - "+date+"\n", 1)), nil
}
