package gobuild

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What killed builds left goes once it is old; what a build may still use stays, and so does what is no build's.
func TestFolder_forgetsWhatIsAbandoned(t *testing.T) {
	t.Parallel()
	folder := Folder(filepath.Join(t.TempDir(), "builds"))
	if err := os.MkdirAll(filepath.Join(string(folder), "build-old", "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(string(folder), "build-young"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old.part", "young.part", "old.zip"} {
		if err := os.WriteFile(filepath.Join(string(folder), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-abandonedAfter - time.Minute)
	for _, name := range []string{"build-old", "old.part", "old.zip"} {
		if err := os.Chtimes(filepath.Join(string(folder), name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	work, err := folder.Work()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(string(folder))
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{"build-young", filepath.Base(work), "old.zip", "young.part"}
	slices.Sort(want)
	if !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
}

// Go runs in the folder that it was given, and its own words are in the error.
func TestRun(t *testing.T) {
	t.Parallel()
	work := t.TempDir()
	if err := Run(t.Context(), "", work, nil, "build", "./nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("error %v, want go's own words", err)
	}
	if err := Run(t.Context(), work, work, []string{"GOFLAGS=-mod=mod", "GO111MODULE=on"}, "mod", "init", "example.org/m"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(work, "go.mod")); err != nil {
		t.Errorf("go did not run in the folder: %v", err)
	}
}
