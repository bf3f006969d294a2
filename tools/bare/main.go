package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "bare: %v\n", err)
		os.Exit(1)
	}
}

const next = `The feedback application is gone. What is left to do, at the root:
  go mod tidy                  what only it required goes
  make golden deploy-policy    the graphs of your stacks, and the policies that follow from them
  go vet ./... && go test ./...
`

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	root := flags.String("root", "..", "the repository's root")
	application := flags.String("application", "../template", "the folder of the application that takes its place: a main.go beside stack files")
	if err := flags.Parse(args); err != nil {
		return err
	}
	t := &tree{root: *root}
	if _, err := os.Stat(filepath.Join(t.root, "infra", "feedback")); err != nil {
		return fmt.Errorf("%s: no infra/feedback: want the root of a fork that still has it", t.root)
	}
	put, err := readApplication(*application)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		t.delete,
		t.edit,
		func() error { return put.place(t) },
		t.prune,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	_, err = io.WriteString(stdout, next)
	return err
}
