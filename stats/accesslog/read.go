package accesslog

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// maxLine is the longest line that is read: CloudFront logs no request with a head beyond 20 KB (O-A14).
const maxLine = 1 << 20

// readBuffer is what is read of a file at once.
const readBuffer = 1 << 16

// ErrBrokenOff is the error of a file whose lines were counted up to a place, and how many more it has is not known: it
// is cut, damaged, or the connection to it ended.
var ErrBrokenOff = errors.New("the rest cannot be read")

// Read counts the lines of a log, plain or gzip. A line that cannot be read is counted and named (Result.BadLines).
// It is an error if the whole file holds no line of a log, which an empty file is not, and ErrBrokenOff if the rest of
// it cannot be read; that rest is one of the bad lines, too. name is what a bad line's file is called.
func (w *Worker) Read(ctx context.Context, r io.Reader, name string) error {
	defer w.Flush()
	in := bufio.NewReaderSize(r, readBuffer)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		in = bufio.NewReaderSize(unpacked, readBuffer)
	}
	return w.readLines(ctx, in, name)
}

func (w *Worker) readLines(ctx context.Context, in *bufio.Reader, name string) error {
	var l Line
	var long []byte
	good, bad := false, badLines{}
	for number := 1; ; number++ {
		if number%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, readErr := readLine(in, &long)
		var err error
		switch {
		case errors.Is(readErr, errLongLine):
			err = readErr
		case len(bytes.TrimSpace(line)) > 0:
			if err = w.parser.Parse(line, &l); err == nil && !l.known() {
				err = errors.New("a JSON object without any field of CloudFront's log")
			}
			if err == nil {
				good = true
				w.Add(&l)
			}
		}
		if err != nil {
			bad.add(BadLine{name, number, err.Error()})
		}
		if readErr != nil && !errors.Is(readErr, errLongLine) {
			return w.end(name, number, readErr, good, bad)
		}
	}
}

// end says what a file's end means. Lines of what is no log at all are not counted as bad ones.
func (w *Worker) end(name string, number int, err error, good bool, bad badLines) error {
	var broken error
	if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		broken = fmt.Errorf("%w: %w", ErrBrokenOff, err)
		bad.add(BadLine{name, number, broken.Error()})
		broken = fmt.Errorf("%s: line %d: %w", name, number, broken)
	}
	if !good && bad.count > 0 {
		return fmt.Errorf("%s: not a line of it is one of a CloudFront standard log (v2) as JSON: line %d: %s",
			name, bad.first[0].Line, bad.first[0].Reason)
	}
	w.c.addBad(bad)
	return broken
}

var errLongLine = fmt.Errorf("a line of more than %d bytes", maxLine)

// readLine returns the next line without copying it if it fits the reader's buffer. Of a line beyond maxLine nothing
// is kept, and the reader stands after it.
func readLine(in *bufio.Reader, long *[]byte) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	*long = append((*long)[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = in.ReadSlice('\n')
		if len(*long) <= maxLine {
			*long = append(*long, line...)
		}
	}
	if len(*long) > maxLine && (err == nil || errors.Is(err, io.EOF)) {
		*long = nil
		return nil, errLongLine
	}
	return *long, err
}
