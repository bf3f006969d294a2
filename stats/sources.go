package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onefront/onefront/stats/accesslog"
)

// A source is one file of a log, wherever it is.
type source struct {
	name string
	id   string // of two sources with one id, the second is the first again; "" is like no other
	size int64  // bytes; 0 if it is not known
	open func(ctx context.Context) (io.ReadCloser, error)
}

// logEndings are those of the files that are read of a folder.
var logEndings = []string{".gz", ".json", ".jsonl", ".log"}

// hourInName finds the hour of the requests in the name of CloudFront's files: E123.2026-11-26-00.abcd1234.gz (O-A12).
var hourInName = regexp.MustCompile(`\.(\d{4}-\d{2}-\d{2}-\d{2})\.`)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// tooOld says by a file's name that it holds no request since then.
func tooOld(name string, since time.Time) bool {
	found := hourInName.FindStringSubmatch(name)
	if since.IsZero() || found == nil {
		return false
	}
	hour, err := time.Parse("2006-01-02-15", found[1])
	return err == nil && !hour.Add(time.Hour).After(since)
}

// sources finds what is to be read, the largest first, so that no processor is left alone with it at the end.
func (c command) sources(ctx context.Context, f flags, since time.Time) ([]source, error) {
	var all []source
	for _, arg := range f.sources {
		var found []source
		var err error
		switch {
		case arg == "-":
			found = []source{{name: "-", open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(c.stdin), nil }}}
		case strings.HasPrefix(arg, "s3://"):
			found, err = bucketSources(ctx, f, arg, c.now())
		default:
			found, err = fileSources(arg, since)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(s source) bool {
		again := s.id != "" && seen[s.id]
		seen[s.id] = true
		return again
	})
	slices.SortStableFunc(all, func(a, b source) int { return cmp.Compare(b.size, a.size) })
	return all, nil
}

func fileSources(path string, since time.Time) ([]source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []source{fileSource(path, info.Size())}, nil
	}
	var found []source
	seen := 0
	folder, err := filepath.EvalSymlinks(path) // WalkDir does not enter a link
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(folder, func(below string, entry fs.DirEntry, err error) error {
		info, err := logFile(below, entry, err)
		if info == nil && err == nil {
			return nil
		}
		seen++
		switch {
		case err != nil: // the others are read, and this is told
			found = append(found, source{name: below, open: func(context.Context) (io.ReadCloser, error) { return nil, err }})
		case !tooOld(filepath.Base(below), since):
			found = append(found, fileSource(filepath.Join(path, strings.TrimPrefix(below, folder)), info.Size()))
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case seen == 0:
		return nil, fmt.Errorf("%s: no log below it: want files that end in %s", path, strings.Join(logEndings, ", "))
	case len(found) == 0:
		return nil, fmt.Errorf("%s: none of its %d files has requests since %s", path, seen, since.UTC().Format(time.DateTime))
	}
	return found, nil
}

// logFile is what is at a path below a folder, nil if that is no log. A link to a file is that file.
func logFile(path string, entry fs.DirEntry, err error) (fs.FileInfo, error) {
	if err != nil || entry.IsDir() || !slices.Contains(logEndings, filepath.Ext(path)) {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	return info, nil
}

func fileSource(path string, size int64) source {
	id, err := filepath.EvalSymlinks(path)
	if err == nil {
		id, err = filepath.Abs(id)
	}
	if err != nil {
		id = "" // a pipe of the shell, for instance
	}
	return source{name: path, id: id, size: size, open: func(context.Context) (io.ReadCloser, error) { return os.Open(path) }}
}

// readAll reads every source, as many at once as there are processors, and returns what went wrong. Interrupted, it
// does not wait for a source that says nothing, such as a terminal.
func (c command) readAll(ctx context.Context, collector *accesslog.Collector, sources []source, parallel int) []error {
	total := int64(0)
	todo := make(chan source, len(sources))
	for _, s := range sources {
		total += s.size
		todo <- s
	}
	close(todo)
	var done atomic.Int64 // bytes as they are in the files
	stop := c.showProgress(collector, &done, total)
	defer stop()

	var mu sync.Mutex
	var failed []error
	var wait sync.WaitGroup
	for range min(parallel, len(sources)) {
		worker := collector.Worker()
		wait.Go(func() {
			for s := range todo {
				if ctx.Err() != nil {
					return
				}
				if err := readSource(ctx, worker, s, &done); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	finished := make(chan struct{})
	go func() {
		wait.Wait()
		close(finished)
	}()
	select {
	case <-finished:
		return failed
	case <-ctx.Done():
		return nil
	}
}

func readSource(ctx context.Context, worker *accesslog.Worker, s source, done *atomic.Int64) error {
	in, err := s.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(worker.Read(ctx, &counting{in, done}, s.name), in.Close())
}

// counting counts what is read.
type counting struct {
	io.Reader
	done *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.done.Add(int64(n))
	return n, err
}
