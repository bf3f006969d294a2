package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/aws/wildcard"
)

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
const patternCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.*?$/~\"'@:+&"

func pathProblem(path string) string {
	bad := strings.IndexFunc(path, func(r rune) bool { return !strings.ContainsRune(patternCharacters, r) })
	switch {
	case path == "":
		return "a path pattern such as /api/*"
	case path[0] != '/':
		return "a leading slash: /" + path
	case len(path) > cloudfrontapi.MaxPathPattern:
		return fmt.Sprintf("at most %d characters, not %d", cloudfrontapi.MaxPathPattern, len(path))
	case bad >= 0:
		return fmt.Sprintf("a path pattern without %q: letters, digits and _-.$/~\"'@:+& beside the wildcards * and ?", []rune(path[bad:])[0])
	}
	return ""
}

// Covers says whether a pattern matches everything another one matches.
func Covers(pattern, other string) bool { return coversTogether([]string{pattern}, other) }

// coversTogether says whether each path that matches the pattern matches one of the others too.
func coversTogether(others []string, pattern string) bool {
	for _, path := range examples(pattern) { // settles nearly all questions at once
		if !slices.ContainsFunc(others, func(other string) bool { return wildcard.Match(other, path) }) {
			return false
		}
	}
	return includes(others, pattern)
}

// examples are paths that match a pattern and few others: with nothing and with characters that no pattern names
// for each wildcard.
func examples(pattern string) [2]string {
	var short, long strings.Builder
	for i := range len(pattern) {
		switch c := pattern[i]; c {
		case '*':
			long.WriteString("\x00\x00")
		case '?':
			short.WriteByte(anyOther)
			long.WriteByte(anyOther)
		default:
			short.WriteByte(c)
			long.WriteByte(c)
		}
	}
	return [2]string{short.String(), long.String()}
}
