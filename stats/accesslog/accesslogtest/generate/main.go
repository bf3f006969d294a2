// Command generate writes a made up access log as CloudFront delivers it, for measuring and for trying things out.
//
//	go run ./stats/accesslog/accesslogtest/generate -lines 10000000 -paths 1000000 -o big.gz
package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

func main() {
	lines := flag.Int("lines", 100_000, "lines to write")
	paths := flag.Int("paths", 10_000, "distinct paths; each is asked for at least once if there are as many lines")
	seed := flag.Uint64("seed", 1, "another log for another seed")
	out := flag.String("o", "access.gz", "file to write")
	flag.Parse()
	if err := write(*out, *seed, *lines, *paths); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(name string, seed uint64, lines, paths int) error {
	if lines < 1 || paths < 2 {
		return fmt.Errorf("-lines %d -paths %d: want at least 1 line and 2 paths", lines, paths)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(file)
	g := accesslogtest.New(seed, paths)
	g.Each()
	for n := range lines {
		if n == paths {
			g.AsAsked()
		}
		if _, err := zipped.Write(append(g.Next().Line(), '\n')); err != nil {
			return err
		}
	}
	return errors.Join(zipped.Close(), file.Close())
}
