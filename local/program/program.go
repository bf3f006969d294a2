// Package program builds the Pulumi program that stands in the project's folder, so that local mode serves whatever
// main.go says.
package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/onefront/onefront/gobuild"
	"github.com/onefront/onefront/graph/stackfile"
)

// folder holds the built program. It is ignored by git.
const folder gobuild.Folder = ".onefront/program"

const projectFile = "Pulumi.yaml"

// Build builds the program of the project in the current folder for this machine and returns the executable's path.
// Where there is none yet, say is told first, since Pulumi's AWS packages take a machine some minutes. Flags are the
// engine's own but for what only the linker sees, so that packages are compiled once for both. An error holds the
// compiler's text.
func Build(ctx context.Context, p stackfile.Project, say io.Writer) (executable string, err error) {
	if p.Runtime != "go" {
		return "", fmt.Errorf("%s: runtime: %q: local mode serves programs in Go: want go", projectFile, p.Runtime)
	}
	if p.Main != "" && filepath.Clean(p.Main) != "." {
		return "", fmt.Errorf("%s: main: %q: local mode serves a program that stands beside %[1]s: leave it out", projectFile, p.Main)
	}
	if executable, err = filepath.Abs(filepath.Join(string(folder), "main")); err != nil {
		return "", err
	}
	if _, err := os.Stat(executable); err != nil {
		_, _ = io.WriteString(say, "building the program for the first time: Pulumi's AWS packages take a machine a few minutes, later starts take seconds\n")
	}
	work, err := folder.Work()
	if err != nil {
		return "", fmt.Errorf("building the program: %w", err)
	}
	defer os.RemoveAll(work)
	if err := gobuild.Run(ctx, "", work, nil, "build", "-buildvcs=false", "-ldflags=-s -w", "-o", executable, "."); err != nil {
		return "", fmt.Errorf("building the program: %w", err)
	}
	// Of another package than main go makes an archive.
	if info, err := os.Stat(executable); err != nil || info.Mode()&0o111 == 0 {
		return "", errors.New("building the program: the package in this folder is no program: want package main")
	}
	return executable, nil
}
