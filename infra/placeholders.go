package infra

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// word is what a value's names and ids consist of; placeholder is one that documents may use and nobody owns
// (RFC 2606), or the id of a zone in this repository's stack files.
var (
	word        = regexp.MustCompile(`[A-Za-z0-9.-]+`)
	placeholder = regexp.MustCompile(`(?i)^(([a-z0-9-]+\.)*(example\.(com|org|net)|[a-z0-9-]+\.example)|Z[0-9A-Z]*EXAMPLE[0-9A-Z]*)$`)
)

// warnOfPlaceholders says in a preview which values of the stack are still those of the repository: an update would get
// as far as the first zone that is not the account's. Local mode and tests serve them as they are.
func warnOfPlaceholders(ctx *pulumi.Context) error {
	if !ctx.DryRun() || !underEngine() {
		return nil
	}
	for _, line := range placeholders(ctx.Project(), configKeys(ctx), ctx.IsConfigSecret, ctx.GetConfig) {
		if err := ctx.Log.Warn(line, nil); err != nil {
			return err
		}
	}
	return nil
}

// placeholders has a line for each of the program's keys whose value has some. Secrets are not looked at.
func placeholders(project string, keys []string, secret func(string) bool, lookup func(string) (string, bool)) (lines []string) {
	for _, key := range keys {
		namespace, _, _ := strings.Cut(key, ":")
		if namespace != config.Namespace && namespace != project || secret(key) {
			continue
		}
		value, _ := lookup(key)
		found := slices.DeleteFunc(word.FindAllString(value, -1), func(w string) bool { return !placeholder.MatchString(w) })
		slices.Sort(found)
		if found = slices.Compact(found); len(found) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s: a placeholder: put your own in its place", key, strings.Join(found, ", ")))
		}
	}
	return lines
}
