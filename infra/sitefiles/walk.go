package sitefiles

import (
	"crypto/md5" //nolint:gosec // S3's ETag of a plain upload, not a protection
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// instead is what a folder too large for one resource per file should use.
const instead = `publish it outside the program: set onefront:siteDir to a small folder and copy the rest with "aws s3 sync" to the site buckets`

// maxProblems bounds how many refusals one run lists.
const maxProblems = 10

// Walk lists the files to publish from a folder, pages last and otherwise by key. It leaves out
// every file and folder whose name starts with a dot. A symbolic link counts as the file it points
// to; one that points outside the folder, to a folder, or nowhere is refused. So are a folder
// without index.html, one with a config.json of its own, and one over the limits of this package.
// All problems found are reported together. Nothing is written and nothing but the folder is read.
func Walk(dir string) ([]File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf(`siteDir %q: there is no such folder: name the folder that holds index.html, or "" for no site`, dir)
		}
		return nil, fmt.Errorf("siteDir %q: %w", dir, err)
	}
	defer func() { _ = root.Close() }()

	files, err := list(root, dir)
	if err != nil {
		return nil, err
	}
	for i := range files {
		if files[i].MD5, files[i].SHA256, err = sums(root, files[i].Key); err != nil {
			return nil, fmt.Errorf("siteDir %q: hashing %q: %w", dir, files[i].Key, err)
		}
	}
	slices.SortFunc(files, uploadOrder)
	return files, nil
}

// list finds the files and checks everything that needs no content.
func list(root *os.Root, dir string) ([]File, error) {
	var (
		files    []File
		total    int64
		problems []error
	)
	err := fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == "." {
			return nil
		}
		if strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := stat(root, name, entry)
		if err == nil {
			err = check(name, info.Size())
		}
		if err != nil {
			problems = append(problems, err)
			if len(problems) == maxProblems {
				return fs.SkipAll
			}
			return nil
		}
		if len(files) == MaxFiles {
			problems = append(problems, fmt.Errorf("more than %d files, each would be a resource in every preview: %s", MaxFiles, instead))
			return fs.SkipAll
		}
		total += info.Size()
		files = append(files, describe(dir, name, info.Size()))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("siteDir %q: %w", dir, err)
	}
	if total > MaxTotalBytes {
		problems = append(problems, fmt.Errorf("%d bytes in all: at most %d: %s", total, MaxTotalBytes, instead))
	}
	if len(problems) == 0 && !Has(files, IndexKey) {
		if len(files) == 0 {
			problems = append(problems, errors.New(`no files to publish: build the frontend first, or set onefront:siteDir to "" for no site`))
		} else {
			problems = append(problems, fmt.Errorf(`no %s: name the folder that the frontend's build writes its first page to, or "" for no site`, IndexKey))
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("siteDir %q: %w", dir, errors.Join(problems...))
	}
	return files, nil
}

// stat is the file behind an entry. os.Root follows a link only as far as it stays inside the folder.
func stat(root *os.Root, name string, entry fs.DirEntry) (fs.FileInfo, error) {
	isLink := entry.Type()&fs.ModeSymlink != 0
	info, err := root.Stat(filepath.FromSlash(name))
	switch {
	case isLink && errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%q: a symbolic link to nothing: remove it", name)
	case isLink && err != nil:
		return nil, fmt.Errorf("%q: a symbolic link that leaves the folder: copy the file into it (%w)", name, err)
	case err != nil:
		return nil, fmt.Errorf("%q: %w", name, err)
	case isLink && info.IsDir():
		return nil, fmt.Errorf("%q: a symbolic link to a folder: copy the folder", name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q: not a regular file (%s): remove it", name, info.Mode().Type())
	}
	return info, nil
}

// check refuses what could not be an object of the site.
func check(key string, size int64) error {
	switch {
	case key == ConfigKey:
		return fmt.Errorf("%q: this file is written by the program and would be replaced: rename yours", key)
	case !utf8.ValidString(key):
		return fmt.Errorf("%q: the name is not UTF-8: rename it", key)
	case strings.ContainsFunc(key, unicode.IsControl) || strings.Contains(key, `\`):
		return fmt.Errorf("%q: a control character or a backslash in the name: rename it", key)
	case strings.Contains(key, "+"):
		// Seen by many, in no AWS page: S3 decodes "+" in a path as it would in a form, so the file would be found
		// as %2B alone, which nobody writes (sveltejs/kit#6451, rust-lang/crates.io#4891).
		return fmt.Errorf("%q: a plus in the name: Amazon S3 reads it as a space, so no page would find the file: rename it", key)
	case len(key)+1 > MaxPathBytes:
		return fmt.Errorf("%q: an address of %d bytes: at most %d", key, len(key)+1, MaxPathBytes)
	case size > MaxFileBytes:
		return fmt.Errorf("%q: %d bytes: at most %d for one file: %s", key, size, MaxFileBytes, instead)
	}
	return nil
}

func describe(dir, key string, size int64) File {
	return File{
		Key:          key,
		Path:         path.Join(filepath.ToSlash(dir), key),
		ContentType:  ContentType(key),
		CacheControl: CacheControl(key),
		HTML:         isHTML(key),
		Size:         size,
	}
}

func sums(root *os.Root, key string) (md5Hex, sha256Hex string, err error) {
	f, err := root.Open(filepath.FromSlash(key))
	if err != nil {
		return "", "", err
	}
	defer func() { _ = f.Close() }()
	m, s := md5.New(), sha256.New() //nolint:gosec // as above
	if _, err := io.Copy(io.MultiWriter(m, s), f); err != nil {
		return "", "", err
	}
	return hex.EncodeToString(m.Sum(nil)), hex.EncodeToString(s.Sum(nil)), nil
}
