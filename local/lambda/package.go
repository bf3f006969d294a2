package lambda

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Package limits, in bytes (F10.5).
const (
	maxZipBytes      = 50 * 1024 * 1024
	maxUnzippedBytes = 250 * 1024 * 1024
)

// unpack writes a function's zip below dir, into a folder named by the zip's SHA-256, and returns that folder.
// A folder that is there already is used as it is, so functions may share a zip. File modes are the zip's: an
// entry without Unix mode is not executable (F10.2), which then shows at the first invocation as on AWS.
func unpack(dir, path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the function's zip: %w", err)
	}
	if len(raw) > maxZipBytes {
		return "", fmt.Errorf("%s: %d bytes: a zip may have at most %d (F10.5)", path, len(raw), maxZipBytes)
	}
	sum := sha256.Sum256(raw)
	final := filepath.Join(dir, hex.EncodeToString(sum[:12]))
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", fmt.Errorf("%s: reading the zip: %w", path, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	temporary, err := os.MkdirTemp(dir, "unpack-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temporary) // gone already after the rename
	if err := extract(z, temporary); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if err := os.Chmod(temporary, 0o755); err != nil { // readable like /var/task
		return "", err
	}
	if err := os.Rename(temporary, final); err != nil {
		if _, statErr := os.Stat(final); statErr == nil {
			return final, nil // another process was faster, with the same content
		}
		return "", err
	}
	return final, nil
}

func extract(z *zip.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(maxUnzippedBytes)
	for _, entry := range z.File {
		if left -= int64(min(entry.UncompressedSize64, maxUnzippedBytes+1)); left < 0 {
			return fmt.Errorf("more than %d bytes unzipped (F10.5)", maxUnzippedBytes)
		}
		name := filepath.FromSlash(strings.TrimSuffix(entry.Name, "/"))
		if entry.FileInfo().IsDir() {
			if err := root.MkdirAll(name, 0o755); err != nil {
				return err
			}
			continue
		}
		if parent := filepath.Dir(name); parent != "." {
			if err := root.MkdirAll(parent, 0o755); err != nil {
				return err
			}
		}
		if err := extractFile(root, name, entry); err != nil {
			return fmt.Errorf("zip entry %q: %w", entry.Name, err)
		}
	}
	return nil
}

// extractFile holds off forks while the file is open for writing: a child that inherits the descriptor until its
// exec would make starting the file fail with "text file busy" (golang/go#22315).
func extractFile(root *os.Root, name string, entry *zip.File) error {
	in, err := entry.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(in, maxUnzippedBytes))
	if err == nil {
		err = out.Chmod(unixMode(entry))
	}
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// unixMode is the entry's permission bits, or read and write only where the zip has none.
func unixMode(entry *zip.File) fs.FileMode {
	const creatorUnix, creatorMacOS = 3, 19
	if creator := entry.CreatorVersion >> 8; creator != creatorUnix && creator != creatorMacOS || entry.ExternalAttrs>>16 == 0 {
		return 0o644
	}
	return entry.Mode().Perm() | 0o400
}
