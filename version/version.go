// Package version says which Onefront this is.
package version

import (
	_ "embed"
	"runtime/debug"
	"strings"
)

const module = "github.com/onefront/onefront"

//go:embed VERSION
var released string

// Released is the version of the latest release that the sources are, or come after: semantic, without "v".
func Released() string { return strings.TrimSpace(released) }

// String is what a program says of itself: the version that a team's go.mod requires; in Onefront's own repository the
// latest release and the commit since, "0.2.0+1a2b3c4d5e6f", "-dirty" with changes that are not committed.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Released()
	}
	return describe(info)
}

func describe(info *debug.BuildInfo) string {
	for _, dependency := range info.Deps {
		if dependency.Path == module && dependency.Replace == nil {
			return strings.TrimPrefix(dependency.Version, "v")
		}
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	commit := settings["vcs.revision"]
	switch {
	case info.Main.Path != module:
		return Released()
	case commit == "" && strings.HasPrefix(info.Main.Version, "v"): // a tool of a team's go.mod
		return strings.TrimPrefix(info.Main.Version, "v")
	case commit == "":
		return Released()
	}
	const digits = 12
	version := Released() + "+" + commit[:min(digits, len(commit))]
	if settings["vcs.modified"] == "true" {
		version += "-dirty"
	}
	return version
}
