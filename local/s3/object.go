package s3

import (
	"crypto/md5" //nolint:gosec // the service's own entity tags
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// object is one object. Its content is in memory, for a file from the first time it is asked for.
type object struct {
	urn            string // of its resource, for messages
	key, versionID string
	inputs         objectInputs
	path           string // of a file, or ""

	mu       sync.Mutex
	content  []byte
	etag     string // quoted, "" as long as nothing was read
	modified time.Time
	size     int64 // of the file when it was read
}

// version is an object's content at a moment.
type version struct {
	content  []byte
	etag     string
	modified time.Time // whole seconds, UTC
}

// set gives the object its content. ETag is the quoted MD5 digest: true of what is uploaded in one piece and encrypted
// with S3's own keys. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
func (o *object) set(content []byte) {
	sum := md5.Sum(content) //nolint:gosec // as above
	o.content, o.etag = content, `"`+hex.EncodeToString(sum[:])+`"`
}

// read returns the present content, from the file if it was not read yet or has changed since.
//
// guess: Last-Modified is the file's time of change, where S3 has the time of the upload.
func (o *object) read() (version, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.path != "" {
		info, content, err := readRegular(o.path, func(info fs.FileInfo) bool {
			return o.etag == "" || !info.ModTime().Equal(o.modified) || info.Size() != o.size
		})
		if err != nil {
			return version{}, err
		}
		if content != nil {
			o.set(content)
			o.modified, o.size = info.ModTime(), info.Size()
		}
	}
	return version{o.content, o.etag, o.modified.UTC().Truncate(time.Second)}, nil
}

// readRegular reads a file that must be one, and lie in its folder, at the moment it is read: what was a file at the
// start may be a link to somewhere else by now, or a pipe that nobody writes to. content is nil where it is not wanted.
func readRegular(path string, wanted func(fs.FileInfo) bool) (info fs.FileInfo, content []byte, err error) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	name := filepath.Base(path)
	// Look first: opening a pipe would wait for its writer.
	if info, err = root.Lstat(name); err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: %s, no regular file any more", path, info.Mode().Type())
	}
	if !wanted(info) {
		return info, nil, nil
	}
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: changed while it was opened", path)
	}
	content, err = io.ReadAll(file)
	return info, content, err // never nil: what ReadAll read of an empty file is an empty slice
}

// setHeaders writes what describes the object, for 200, 206 and 304 alike.
func (o *object) setHeaders(h http.Header, v version, versioned bool) {
	h.Set("ETag", v.etag)
	h.Set("Last-Modified", v.modified.Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", o.inputs.ContentType)
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	for name, value := range map[string]string{
		"Cache-Control": o.inputs.CacheControl, "Content-Encoding": o.inputs.ContentEncoding,
		"Content-Disposition": o.inputs.ContentDisposition, "Content-Language": o.inputs.ContentLanguage,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	for name, value := range o.inputs.Metadata {
		h.Set("X-Amz-Meta-"+name, value)
	}
	if versioned && o.versionID != "" {
		h.Set("X-Amz-Version-Id", o.versionID)
	}
}
