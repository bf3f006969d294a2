package docs_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	house  = "github.com/onefront/onefront"
	pulumi = "github.com/pulumi/"
)

// leaves know nothing of the house but other leaves, so that everybody may know them.
var leaves = []string{"aws", "gobuild", "handler/contract", "handler/upstream/settings", "handler/upstream/template", "infra/functions", "infra/sitefiles", "redact", "version"}

// importRules say which way imports run (docs/architecture.md has the reasons). A rule looks at what a package of the
// house, without its tests, leads to: at what it imports, and where the rule is deep at what that imports in turn,
// outside the house too. Both ends are without the module's path; a package from elsewhere is whole.
var importRules = []struct {
	rule   string
	deep   bool
	broken func(from, to string) bool
}{
	{"leaves (" + strings.Join(leaves, ", ") + ") import nothing of the house but leaves", true, func(from, to string) bool {
		return isLeaf(from) && inHouse(to) && !isLeaf(to)
	}},
	{"leaves speak no Pulumi", true, func(from, to string) bool { return isLeaf(from) && strings.HasPrefix(to, pulumi) }},
	{"handler knows no Pulumi, no infra, no local and no graph", true, func(from, to string) bool {
		return in(from, "handler") && (strings.HasPrefix(to, pulumi) || in(to, "infra") && !isLeaf(to) || in(to, "local") || in(to, "graph"))
	}},
	{"infra knows no local, no graph, and of handler only the leaves", true, func(from, to string) bool {
		return in(from, "infra") && (in(to, "local") || in(to, "graph") || in(to, "handler") && !isLeaf(to))
	}},
	{"the platform (infra) does not know the application that ships (infra/feedback)", true, func(from, to string) bool {
		return in(from, "infra") && !in(from, "infra/feedback") && in(to, "infra/feedback")
	}},
	{"handler/upstream/settings belongs to the application: of infra only infra/feedback knows it", true, func(from, to string) bool {
		return in(from, "infra") && !in(from, "infra/feedback") && in(to, "handler/upstream")
	}},
	{"only the program (main.go, infra) and graph speak Pulumi", false, func(from, to string) bool {
		return strings.HasPrefix(to, pulumi) && inHouse(from) && !isRoot(from) && !in(from, "infra") && !in(from, "graph") && !in(from, "deployments")
	}},
	{"local reads the recorded graph and knows no infra", true, func(from, to string) bool {
		return in(from, "local") && in(to, "infra") && !isLeaf(to)
	}},
	{"graph knows no other room", true, func(from, to string) bool { return in(from, "graph") && inHouse(to) && !in(to, "graph") && !isLeaf(to) }},
	{"stats/accesslog is free for local and infra: it knows neither", true, func(from, to string) bool {
		return in(from, "stats/accesslog") && (in(to, "local") || in(to, "infra") || strings.HasPrefix(to, pulumi))
	}},
	{"ops knows no infra", true, func(from, to string) bool { return in(from, "ops") && in(to, "infra") && !isLeaf(to) }},
}

// importExceptions stand for a time, each with the reason and what removes it.
var importExceptions = map[string]string{}

func TestImports_runOneWay(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		imports := importsOn(t, system)
		house := 0
		for from := range imports {
			if !inHouse(from) && !isRoot(from) {
				continue
			}
			house++
			reached := reach(imports, from)
			for to, way := range reached {
				checkImport(t, system, from, to, way, used)
			}
		}
		if house < 30 {
			t.Errorf("%s: only %d packages were looked at", system, house)
		}
	}
	for arrow, reason := range importExceptions {
		if !used[arrow] {
			t.Errorf("the exception %s (%s) is used no more: take it out", arrow, reason)
		}
	}
}

// checkImport holds one arrow, over the way that leads there, to all rules.
func checkImport(t *testing.T, system, from, to string, way []string, used map[string]bool) {
	t.Helper()
	for _, r := range importRules {
		if !r.broken(from, to) || len(way) > 2 && !r.deep {
			continue
		}
		excepted := false
		for i := range way[:len(way)-1] { // what an exception leads to in turn is excepted too
			arrow := way[i] + " -> " + way[i+1]
			if _, ok := importExceptions[arrow]; ok {
				used[arrow], excepted = true, true
			}
		}
		if !excepted {
			t.Errorf("on %s: %s: against the rule: %s", system, strings.Join(way, " -> "), r.rule)
		}
	}
}

// importsOn are the imports of every package of the house and of all they lead to, as a system builds them, those of
// our own build tags included.
func importsOn(t *testing.T, system string) map[string][]string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "suites", "-f", `{{.ImportPath}} {{join .Imports " "}}`, house+"/...")
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	list, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		var to []string
		for _, path := range fields[1:] {
			to = append(to, room(path))
		}
		imports[room(fields[0])] = to
	}
	return imports
}

// reach are the packages that one leads to, each with a shortest way there. The ways go on through other people's
// modules, up to Pulumi's; the standard library imports nobody.
func reach(imports map[string][]string, from string) map[string][]string {
	ways := map[string][]string{}
	next := [][]string{{from}}
	for len(next) > 0 {
		way := next[0]
		next = next[1:]
		for _, to := range imports[way[len(way)-1]] {
			if _, seen := ways[to]; seen || to == from {
				continue
			}
			ways[to] = append(slices.Clone(way), to)
			if strings.Contains(to, ".") && !strings.HasPrefix(to, pulumi) || inHouse(to) {
				next = append(next, ways[to])
			}
		}
	}
	return ways
}

// room is a package's path in the house, "." for the root, and the whole path of others.
func room(path string) string {
	if path == house {
		return "."
	}
	return strings.TrimPrefix(path, house+"/")
}

func isRoot(room string) bool { return room == "." }

// inHouse holds for what room made of the house's packages: paths of others begin with a host or are the standard
// library's.
func inHouse(room string) bool {
	return slices.ContainsFunc([]string{"aws", "browser", "deployments", "docs", "drills", "frontendenv", "gobuild", "graph", "handler", "infra", "local", "ops", "redact", "stats", "version"},
		func(top string) bool { return in(room, top) })
}

// in says whether a room is another one or inside it.
func in(room, outer string) bool { return room == outer || strings.HasPrefix(room, outer+"/") }

func isLeaf(room string) bool {
	return slices.ContainsFunc(leaves, func(leaf string) bool { return in(room, leaf) })
}
