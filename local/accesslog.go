package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/onefront/onefront/local/cloudfront"
)

// accessLog writes a folder as CloudFront fills a bucket: one file per hour of simulated time, in the delivery's
// folders, named as CloudFront names them but not compressed: <distribution>.<yyyy-MM-dd-HH>.<unique>.json. It is safe
// for concurrent use.
type accessLog struct {
	dir      string
	delivery *delivery
	unique   string

	mu   sync.Mutex
	hour string
	file *os.File
	out  *bufio.Writer
}

func newAccessLog(dir string, d *delivery) (*accessLog, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("-access-log %q: %w", dir, err)
	}
	return &accessLog{dir: dir, delivery: d, unique: fmt.Sprintf("%08x", uint32(time.Now().UnixNano()))}, nil
}

// follow takes another delivery: the next line is in its file.
func (l *accessLog) follow(d *delivery) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delivery = d
	return l.closeFile()
}

func (l *accessLog) write(r cloudfront.Request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	raw, err := l.line(r)
	if err != nil {
		return err
	}
	if hour := r.Time.UTC().Format("2006-01-02-15"); hour != l.hour || l.file == nil {
		if err := l.rotate(r.Time.UTC(), hour); err != nil {
			return err
		}
	}
	if _, err := l.out.Write(append(raw, '\n')); err != nil {
		return err
	}
	return l.out.Flush() // somebody may be following the file
}

func (l *accessLog) rotate(at time.Time, hour string) error {
	if err := l.closeFile(); err != nil {
		return err
	}
	folder := filepath.Join(l.dir, filepath.FromSlash(l.delivery.folder(at)))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(folder, l.delivery.distributionID+"."+hour+"."+l.unique+".json"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	l.hour, l.file, l.out = hour, file, bufio.NewWriter(file)
	return nil
}

func (l *accessLog) closeFile() error {
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.out.Flush(), l.file.Close())
	l.file = nil
	return err
}

func (l *accessLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.closeFile() // every line was flushed when it was written
}

// line is a JSON object of the fields that the program orders, in its order. All values are strings, as CloudFront
// delivers them, and "-" is nothing (O-A15, O-A16).
func (l *accessLog) line(r cloudfront.Request) ([]byte, error) {
	line := []byte{'{'}
	for i, field := range l.delivery.fields {
		if i > 0 {
			line = append(line, ',')
		}
		name, err := json.Marshal(field)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(orDash(logFields[field](logged{r, l.delivery})))
		if err != nil {
			return nil, err
		}
		line = append(append(append(line, name...), ':'), value...)
	}
	return append(line, '}'), nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
