package docs_test

import (
	"bytes"
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
var leaves = []string{"aws", "handler/contract", "handler/upstream/settings", "handler/upstream/template", "infra/functions", "infra/sitefiles", "redact"}

// importRules say which way imports run (docs/architecture.md has the reasons). A rule looks at an import of a package
// outside its tests; both are without the module's path, and an import from elsewhere is whole.
var importRules = []struct {
	rule   string
	broken func(from, to string) bool
}{
	{"leaves (aws, handler/contract, handler/upstream/settings and template, infra/functions, infra/sitefiles, redact) import nothing of the house but leaves", func(from, to string) bool {
		return isLeaf(from) && inHouse(to) && !isLeaf(to)
	}},
	{"leaves speak no Pulumi", func(from, to string) bool { return isLeaf(from) && strings.HasPrefix(to, pulumi) }},
	{"handler knows no Pulumi, no infra and no local", func(from, to string) bool {
		return in(from, "handler") && (strings.HasPrefix(to, pulumi) || in(to, "infra") || in(to, "local") || in(to, "graph"))
	}},
	{"infra knows no local, no graph, and of handler only the leaves", func(from, to string) bool {
		return in(from, "infra") && (in(to, "local") || in(to, "graph") || in(to, "handler") && !isLeaf(to))
	}},
	{"the platform (infra) does not know the application that ships (infra/feedback)", func(from, to string) bool {
		return in(from, "infra") && !in(from, "infra/feedback") && in(to, "infra/feedback")
	}},
	{"handler/upstream/settings belongs to the application: of infra only infra/feedback knows it", func(from, to string) bool {
		return in(from, "infra") && !in(from, "infra/feedback") && in(to, "handler/upstream")
	}},
	{"only the program (main.go, infra) and graph speak Pulumi", func(from, to string) bool {
		return strings.HasPrefix(to, pulumi) && !isRoot(from) && !in(from, "infra") && !in(from, "graph") && !in(from, "deployments")
	}},
	{"local reads the recorded graph and knows no infra", func(from, to string) bool { return in(from, "local") && in(to, "infra") }},
	{"graph knows no other room", func(from, to string) bool { return in(from, "graph") && inHouse(to) && !in(to, "graph") && !isLeaf(to) }},
	{"stats/accesslog is free for local and infra: it knows neither", func(from, to string) bool {
		return in(from, "stats/accesslog") && (in(to, "local") || in(to, "infra") || strings.HasPrefix(to, pulumi))
	}},
	{"ops knows no infra", func(from, to string) bool { return in(from, "ops") && in(to, "infra") }},
}

// importExceptions stand for a time, each with the reason and what removes it.
var importExceptions = map[string]string{
	"local -> infra":          "local mode runs the program in its own process; it goes when local mode builds the project's program and listens to it over Pulumi's protocol",
	"local -> infra/config":   "as above: the SaaS's address is moved in the configuration",
	"local -> infra/feedback": "as above: the application is named here",
}

func TestImports_runOneWay(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, house+"/...")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	list, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	used := map[string]bool{}
	packages := 0
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		packages++
		for _, to := range fields[1:] {
			from, to := room(fields[0]), room(to)
			for _, r := range importRules {
				if !r.broken(from, to) {
					continue
				}
				arrow := from + " -> " + to
				if _, excepted := importExceptions[arrow]; excepted {
					used[arrow] = true
					continue
				}
				t.Errorf("%s: against the rule: %s", arrow, r.rule)
			}
		}
	}
	if packages < 30 {
		t.Errorf("only %d packages were looked at", packages)
	}
	for arrow, reason := range importExceptions {
		if !used[arrow] {
			t.Errorf("the exception %s (%s) is used no more: take it out", arrow, reason)
		}
	}
}

// room is a package's path in the house, "." for the root, and the whole path of others.
func room(path string) string {
	if path == house {
		return "."
	}
	return strings.TrimPrefix(path, house+"/")
}

func isRoot(room string) bool { return room == "." }

// inHouse holds for what room made of the house's packages: paths of others begin with a host or are the standard library's.
func inHouse(room string) bool {
	return slices.ContainsFunc([]string{"aws", "browser", "deployments", "docs", "graph", "handler", "infra", "local", "ops", "redact", "stats"},
		func(top string) bool { return in(room, top) })
}

// in says whether a room is another one or inside it.
func in(room, outer string) bool { return room == outer || strings.HasPrefix(room, outer+"/") }

func isLeaf(room string) bool {
	return slices.ContainsFunc(leaves, func(leaf string) bool { return in(room, leaf) })
}
