package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onefront/onefront/drills"
	"github.com/onefront/onefront/local/drill"
)

func drillCommand(stdout, stderr *bytes.Buffer) command {
	return command{record: recordOnce, getenv: withKey(noEnvironment), stdout: stdout, stderr: stderr}
}

// The shipped drills come out as they say, and their timelines are what docs/operations.md tells.
func TestDrills(t *testing.T) {
	names, err := fs.Glob(drills.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			t.Parallel()
			timeline, err := drillCommand(&bytes.Buffer{}, &bytes.Buffer{}).drillFile(t.Context(), filepath.Join("drills", name))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range timeline.Expectations {
				if !e.OK {
					t.Errorf("%s: %s, want %s", e.What, e.Got, e.Want)
				}
			}
			text, err := timeline.JSON()
			if err != nil {
				t.Fatal(err)
			}
			if err := drill.Validate(text); err != nil {
				t.Error(err)
			}
			checkRunbook(t, timeline)
		})
	}
}

// checkRunbook holds the runbook's table of drills to what they came to.
func checkRunbook(t *testing.T, timeline *drill.Timeline) {
	t.Helper()
	runbook, err := os.ReadFile(filepath.Join("docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	if row := timeline.Row(); !strings.Contains(string(runbook), row) {
		t.Errorf("docs/operations.md has another row than\n%s", row)
	}
}

const shortDrill = `
name: short
stack: staging
seed: 9
duration: 4m
traffic:
  - {edge: IAD, rate: 2, mix: [{method: GET, path: "/api/topics", weight: 2}, {method: POST, path: "/api/feedback", weight: 1}]}
events:
  - {at: 1m, fault: {region: us-east-1, kind: down}}
  - {at: 2m, drain: us-east-1}
expect:
  reads: {lost: 0}
  writes: {lost: 0}
`

// A drill that does not come out as expected ends with status 1; the same seed gives the same JSON; the picture is
// written.
func TestDrill_command(t *testing.T) {
	file, picture := filepath.Join(t.TempDir(), "short.yaml"), filepath.Join(t.TempDir(), "short.svg")
	if err := os.WriteFile(file, []byte(shortDrill), 0o600); err != nil {
		t.Fatal(err)
	}
	var first, second, complaint bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if status := drillCommand(out, &complaint).run(t.Context(), []string{"drill", "-json", "-svg", picture, file}); status != statusFailed {
			t.Errorf("status %d, want %d: writes are lost: %s", status, statusFailed, complaint.String())
		}
	}
	if first.Len() == 0 || first.String() != second.String() {
		t.Errorf("the same seed gives\n%s\nand\n%s", first.String(), second.String())
	}
	if svg, err := os.ReadFile(picture); err != nil || !strings.Contains(string(svg), "us-east-1 drained") {
		t.Errorf("the picture: %v", err)
	}
}

func TestDrill_usage(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, statusUsage, "no drill"},
		{[]string{"-what"}, statusUsage, "-what"},
		{[]string{"-help"}, statusOK, "usage: go run ./local drill"},
		{[]string{"drills/no-such.yaml"}, statusFailed, "drills/no-such.yaml"},
		{[]string{"Pulumi.yaml"}, statusFailed, "Pulumi.yaml: "},
	} {
		var out, complaint bytes.Buffer
		if status := drillCommand(&out, &complaint).run(t.Context(), append([]string{"drill"}, c.args...)); status != c.status || !strings.Contains(complaint.String(), c.want) {
			t.Errorf("%q: status %d and %q, want %d and %q", c.args, status, complaint.String(), c.status, c.want)
		}
	}
}
