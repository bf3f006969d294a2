package infra

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// HandlerZip is a deployment package with `bootstrap` at its root.
type HandlerZip struct {
	// Path of the zip file, relative to the project.
	Path string
	// Version is the first 12 hex digits of the zip's SHA-256. GET /api/health answers it.
	Version string
}

// HandlerBuilder makes the zip. It runs once per program run, before any resource is registered.
type HandlerBuilder func(context.Context) (HandlerZip, error)

// buildDir holds one zip per content, so that a preview never changes what an update reads. It is ignored by git.
const buildDir = ".onefront/handler"

// BuildHandler compiles ./handler of the project in the current folder for goos and goarch and packs it. The
// same source and toolchain give the same bytes: no paths, no version control state, no time stamps.
//
// The flags are those of https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html (F10.1). An error
// holds the compiler's own text.
func BuildHandler(goos, goarch string) HandlerBuilder {
	return func(ctx context.Context) (HandlerZip, error) {
		work, err := workFolder(buildDir)
		if err != nil {
			return HandlerZip{}, fmt.Errorf("building the handler: %w", err)
		}
		defer os.RemoveAll(work)
		binary := filepath.Join(work, "bootstrap")
		// An interrupted go may leave its own folder; inside ours it goes with it.
		temporary, err := filepath.Abs(work)
		if err != nil {
			return HandlerZip{}, fmt.Errorf("building the handler: %w", err)
		}
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", binary, "./handler")
		interruptible(cmd)
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0", "GOTMPDIR="+temporary)
		if output, err := cmd.CombinedOutput(); err != nil {
			return HandlerZip{}, fmt.Errorf("building the handler for %s/%s: %w\n%s", goos, goarch, err, bytes.TrimSpace(output))
		}
		content, err := os.ReadFile(binary)
		if err != nil {
			return HandlerZip{}, fmt.Errorf("building the handler: %w", err)
		}
		packed, err := packBootstrap(content)
		if err != nil {
			return HandlerZip{}, fmt.Errorf("packing the handler: %w", err)
		}
		return storeZip(buildDir, packed)
	}
}

// A killed build leaves its folder; no build takes abandonedAfter.
const (
	workPattern    = "build-*"
	partPattern    = "*.part"
	abandonedAfter = time.Hour
)

// workFolder makes a folder for one build and removes what killed ones left.
func workFolder(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, pattern := range []string{workPattern, partPattern} {
		left, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, path := range left {
			if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > abandonedAfter {
				_ = os.RemoveAll(path)
			}
		}
	}
	return os.MkdirTemp(dir, workPattern)
}

// packBootstrap writes the zip by hand because an AssetArchive of Pulumi keeps no Unix mode, and Lambda runs
// `bootstrap` only with mode 0755 (F10.2).
func packBootstrap(binary []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(0o755)
	entry, err := w.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := entry.Write(binary); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// storeZip writes the zip under its hash, by rename, so that no reader ever sees half of it.
func storeZip(dir string, packed []byte) (HandlerZip, error) {
	sum := sha256.Sum256(packed)
	version := hex.EncodeToString(sum[:])[:12]
	path := filepath.Join(dir, version+".zip")
	if _, err := os.Stat(path); err == nil {
		return HandlerZip{Path: path, Version: version}, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return HandlerZip{}, fmt.Errorf("storing the handler: %w", err)
	}
	file, err := os.CreateTemp(dir, partPattern)
	if err != nil {
		return HandlerZip{}, fmt.Errorf("storing the handler: %w", err)
	}
	defer os.Remove(file.Name())
	if _, err = file.Write(packed); err == nil {
		err = file.Chmod(fs.FileMode(0o644))
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return HandlerZip{}, fmt.Errorf("storing the handler: %w", err)
	}
	return HandlerZip{Path: path, Version: version}, nil
}
