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

// The shipped drills come out as they say, and their timelines are what docs/operations.md tells.
func TestDrills(t *testing.T) {
	names, err := fs.Glob(drills.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			t.Parallel()
			shippedDrills := drillCommand(&bytes.Buffer{}, &bytes.Buffer{})
			shippedDrills.project = shipped
			timeline, err := shippedDrills.drillFile(t.Context(), filepath.Join("drills", name))
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
			if name == "drain-now.yaml" && (len(timeline.Messages) != 1 || timeline.Messages[0].Alarm != "health-eu-west-1") {
				t.Errorf("a drain of now sends %+v, want one message of health-eu-west-1", timeline.Messages)
			}
		})
	}
}

// checkRunbook holds the runbook's table of drills to what they came to, and its picture to the drill that it shows.
func checkRunbook(t *testing.T, timeline *drill.Timeline) {
	t.Helper()
	runbook, err := os.ReadFile(filepath.Join("docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	if row := timeline.Row(); !strings.Contains(string(runbook), row) {
		t.Errorf("docs/operations.md has another row than\n%s", row)
	}
	if timeline.Name != "Region loss, dns" {
		return
	}
	picture, err := os.ReadFile(filepath.Join("docs", "region-loss-dns.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(picture, timeline.SVG()) {
		t.Error("docs/region-loss-dns.svg is another picture: go run ./local drill -svg docs/region-loss-dns.svg drills/region-loss-dns.yaml")
	}
}
