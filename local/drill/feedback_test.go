package drill

import (
	"io/fs"
	"testing"

	"github.com/onefront/onefront/drills"
)

func TestParse_shippedDrills(t *testing.T) {
	names, err := fs.Glob(drills.Files, "*.yaml")
	if err != nil || len(names) < 8 {
		t.Fatalf("%d drills, %v", len(names), err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(drills.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
