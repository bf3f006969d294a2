package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/local/cloudfront"
)

func drillCommand(stdout, stderr *bytes.Buffer) command {
	return command{project: notes, record: recordOnce, getenv: withKey(noEnvironment), stdout: stdout, stderr: stderr}
}

const shortDrill = `
name: short
stack: staging
seed: 9
duration: 4m
traffic:
  - {edge: IAD, rate: 2, mix: [{method: GET, path: "/api/topics", weight: 2}, {method: POST, path: "/api/notes", weight: 1}]}
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

// The check from outside asks under the public name, through the edge, from three of its places; the regions' checks do
// not pass there.
func TestDrill_outsideInPassesTheEdge(t *testing.T) {
	c := drillCommand(&bytes.Buffer{}, &bytes.Buffer{})
	c.config = map[string]string{"onefront:alarms": `{"emails": ["ops@example.com"]}`}
	w, end, err := c.newDrillWorld(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	asked := map[string]string{}
	w.onHeard = func(r cloudfront.Request) { asked[r.Edge] = r.Host + r.Path }
	if err := w.Advance(t.Context(), 31*time.Second); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 {
		t.Errorf("asked from %v, want three places", asked)
	}
	for edge, address := range asked {
		if address != "example.com/api/health" {
			t.Errorf("%s asks %s", edge, address)
		}
	}
}

// A line of progress is for a terminal, and neither for a file nor for a pipe.
func TestDrill_progress(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, stderr := range map[string]io.Writer{"a file": file, "a buffer": &bytes.Buffer{}} {
		if c := (command{stderr: stderr}); c.drillProgress("x") != nil {
			t.Errorf("%s gets progress", name)
		}
	}
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if c := (command{stderr: device}); c.drillProgress("x") == nil {
		t.Error("a character device, as a terminal is one, gets none")
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
