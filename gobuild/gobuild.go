// Package gobuild runs the Go command so that an interrupt ends its compilers too and leaves no temporary folder. It
// is a leaf: the program builds its handlers with it, and local mode builds the program.
package gobuild

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Folder is where builds keep what they make, beside their temporary folders. It should be one that git ignores.
type Folder string

// A killed build leaves its folder; no build takes abandonedAfter.
const (
	workPattern    = "build-*"
	partPattern    = "*.part"
	abandonedAfter = time.Hour
)

// Work makes a folder for one build, which the caller removes, and removes what killed builds left.
func (f Folder) Work() (string, error) {
	dir := string(f)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, pattern := range []string{workPattern, partPattern} {
		f.Forget(pattern, abandonedAfter)
	}
	return os.MkdirTemp(dir, workPattern)
}

// Forget removes what fits the pattern and was last changed longer ago than after.
func (f Folder) Forget(pattern string, after time.Duration) {
	left, _ := filepath.Glob(filepath.Join(string(f), pattern))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > after {
			_ = os.RemoveAll(path)
		}
	}
}

// Part makes a file to be filled and then renamed to its place in the folder, so that no reader ever sees half of it.
// What nobody renamed or removed is removed by a later [Folder.Work].
func (f Folder) Part() (*os.File, error) {
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return nil, err
	}
	return os.CreateTemp(string(f), partPattern)
}

// Run is `go` with arguments, in the folder dir ("" is the current one), with its temporary files in work and variables
// beside those of the process. The error holds go's own text.
func Run(ctx context.Context, dir, work string, variables []string, args ...string) error {
	// An interrupted go may leave a folder of its own; inside ours it goes with it.
	temporary, err := filepath.Abs(work)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	interruptible(cmd)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), variables...), "GOTMPDIR="+temporary)
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		endGroup(cmd)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(output))
	}
	return nil
}
