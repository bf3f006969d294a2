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
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// instead is what a folder too large for one resource per file should use.
const instead = `publish it outside the program: set onefront:siteDir to a small folder and copy the rest with "aws s3 sync" to the site buckets`

// maxProblems bounds how many refusals one run lists.
const maxProblems = 10

// Folder is what a folder of a frontend gives.
type Folder struct {
	// Files to publish, pages last and otherwise by key.
	Files []File
	// LeftOut are the files and folders that are not published, sorted: those whose name begins with a dot (but
	// [WellKnown]), symbolic links that leave the folder, and what the caller excluded.
	LeftOut []string
}

// WellKnown is the one folder with a dot that is published: https://www.rfc-editor.org/rfc/rfc8615.
const WellKnown = ".well-known"

// Read lists the files to publish from a folder, but those that a pattern of exclude covers, such as "**/*.map" or
// "drafts/**" (https://pkg.go.dev/github.com/bmatcuk/doublestar/v4, paths below the folder). A symbolic link counts
// as the file it points to; one to a folder, or to nothing, is refused. So are a pattern that is none, a folder
// without index.html, one with a config.json of its own, and one over the limits of this package. All problems found
// are reported together. Nothing is written and nothing but the folder is read.
func Read(dir string, exclude []string) (*Folder, error) {
	for _, p := range exclude {
		if !doublestar.ValidatePattern(p) {
			return nil, fmt.Errorf("siteExclude %q: want a pattern of paths below the folder, such as \"**/*.map\" or \"drafts/**\"", p)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%q: %s", dir, Missing(dir))
		}
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	defer func() { _ = root.Close() }()

	l := list{root: root, dir: dir, exclude: exclude}
	if err := l.walk(); err != nil {
		return nil, err
	}
	files := l.Files
	for i := range files {
		if files[i].MD5, files[i].SHA256, err = sums(root, files[i].Key); err != nil {
			return nil, fmt.Errorf("%q: hashing %q: %w", dir, files[i].Key, err)
		}
	}
	slices.SortFunc(files, uploadOrder)
	slices.Sort(l.LeftOut)
	return &l.Folder, nil
}

// Missing says what to do about a folder that is not there: the build that would write it, where a package.json
// stands beside it or above.
func Missing(dir string) string {
	for at := path.Dir(path.Clean(filepath.ToSlash(dir))); ; at = path.Dir(at) {
		if _, err := os.Stat(filepath.Join(filepath.FromSlash(at), "package.json")); err == nil {
			return fmt.Sprintf("there is no such folder: build the frontend first: npm --prefix %s run build", at)
		}
		if at == "." || at == "/" || path.Base(at) == ".." {
			return `there is no such folder: name the folder that holds index.html (build the frontend first), or "" for no site`
		}
	}
}

// list gathers what needs no content.
type list struct {
	Folder
	root     *os.Root
	dir      string
	exclude  []string
	total    int64
	problems []error
}

func (l *list) walk() error {
	if err := fs.WalkDir(l.root.FS(), ".", l.visit); err != nil {
		return fmt.Errorf("%q: %w", l.dir, err)
	}
	if l.total > MaxTotalBytes {
		l.refuse(fmt.Errorf("%d bytes in all: at most %d: %s", l.total, MaxTotalBytes, instead))
	}
	if len(l.problems) == 0 && !Has(l.Files, IndexKey) {
		if len(l.Files) == 0 {
			l.refuse(errors.New(`no files to publish: build the frontend first, or set onefront:siteDir to "" for no site`))
		} else {
			l.refuse(fmt.Errorf(`no %s: name the folder that the frontend's build writes its first page to, or "" for no site`, IndexKey))
		}
	}
	if len(l.problems) > 0 {
		return fmt.Errorf("%q: %w", l.dir, errors.Join(l.problems...))
	}
	return nil
}

func (l *list) refuse(err error) { l.problems = append(l.problems, err) }

func (l *list) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case name == ".":
		return nil
	case l.leavesOut(name, entry):
		if entry.IsDir() {
			l.LeftOut = append(l.LeftOut, name+"/")
			return fs.SkipDir
		}
		l.LeftOut = append(l.LeftOut, name)
		return nil
	case entry.IsDir():
		return nil
	}
	info, err := stat(l.root, name, entry)
	if errors.Is(err, errLeavesFolder) {
		l.LeftOut = append(l.LeftOut, name)
		return nil
	}
	if err == nil {
		err = check(name, info.Size())
	}
	if err != nil {
		l.refuse(err)
		if len(l.problems) == maxProblems {
			return fs.SkipAll
		}
		return nil
	}
	if len(l.Files) == MaxFiles {
		l.refuse(fmt.Errorf("more than %d files, each would be a resource in every preview: %s", MaxFiles, instead))
		return fs.SkipAll
	}
	l.total += info.Size()
	l.Files = append(l.Files, describe(l.dir, name, info.Size()))
	return nil
}

func (l *list) leavesOut(name string, entry fs.DirEntry) bool {
	if strings.HasPrefix(entry.Name(), ".") && name != WellKnown {
		return true
	}
	return slices.ContainsFunc(l.exclude, func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, name) })
}

// errLeavesFolder is a symbolic link that os.Root does not follow.
var errLeavesFolder = errors.New("a symbolic link that leaves the folder")

// stat is the file behind an entry. os.Root follows a link only as far as it stays inside the folder.
func stat(root *os.Root, name string, entry fs.DirEntry) (fs.FileInfo, error) {
	isLink := entry.Type()&fs.ModeSymlink != 0
	info, err := root.Stat(filepath.FromSlash(name))
	switch {
	case isLink && errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%q: a symbolic link to nothing: remove it", name)
	case isLink && errors.Is(err, syscall.ELOOP):
		return nil, fmt.Errorf("%q: a symbolic link that leads to itself: remove it", name)
	case isLink && err != nil:
		return nil, errLeavesFolder // os.Root tells no more than that it did not follow it
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
