package version

import (
	"regexp"
	"runtime/debug"
	"testing"
)

func TestReleased_isSemantic(t *testing.T) {
	t.Parallel()
	if got := Released(); !regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$`).MatchString(got) {
		t.Errorf("%q: want a semantic version", got)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "1a2b3c4d5e6f7a8b9c0d"}
	changed := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for name, c := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"a team's go.mod":              {debug.BuildInfo{Main: debug.Module{Path: "acme"}, Deps: []*debug.Module{{Path: module, Version: "v1.2.3"}}}, "1.2.3"},
		"a team's go.mod, its commit":  {debug.BuildInfo{Main: debug.Module{Path: "acme"}, Settings: []debug.BuildSetting{commit}, Deps: []*debug.Module{{Path: module, Version: "v1.2.3"}}}, "1.2.3"},
		"a replaced module":            {debug.BuildInfo{Main: debug.Module{Path: "acme"}, Settings: []debug.BuildSetting{commit}, Deps: []*debug.Module{{Path: module, Version: "v0.0.0", Replace: &debug.Module{Path: "../.."}}}}, Released()},
		"a tool of a team's go.mod":    {debug.BuildInfo{Main: debug.Module{Path: module, Version: "v1.2.3"}}, "1.2.3"},
		"go run in this repository":    {debug.BuildInfo{Main: debug.Module{Path: module, Version: "(devel)"}}, Released()},
		"this repository":              {debug.BuildInfo{Main: debug.Module{Path: module}, Settings: []debug.BuildSetting{commit}}, Released() + "+1a2b3c4d5e6f"},
		"this repository with changes": {debug.BuildInfo{Main: debug.Module{Path: module}, Settings: []debug.BuildSetting{commit, changed}}, Released() + "+1a2b3c4d5e6f-dirty"},
		"without version control":      {debug.BuildInfo{Main: debug.Module{Path: module}}, Released()},
	} {
		if got := describe(&c.info); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
