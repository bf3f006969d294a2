package lambda

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// What a killed local mode left behind goes at the next start; what a living one holds stays.
func TestFolder_sweepsWhatNobodyHolds(t *testing.T) {
	dir := t.TempDir()
	held, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	killed, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(killed.path, "bootstrap"), []byte("x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := killed.lock.Close(); err != nil { // as the kernel does when the process is gone
		t.Fatal(err)
	}
	fresh, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("got %q, %v, want the two that are held", left, err)
	}
	held.remove()
	fresh.remove()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

// Many starts at the same time each get a folder, though each looks for abandoned ones.
func TestFolder_atTheSameTime(t *testing.T) {
	dir := t.TempDir()
	var starting sync.WaitGroup
	for range 16 {
		starting.Go(func() {
			for range 50 {
				f, err := newFolder(dir)
				if err != nil {
					t.Error(err)
					return
				}
				f.remove()
			}
		})
	}
	starting.Wait()
}
